"""Files left in a folder for a transport: each appears whole or not at all, under a name that no other file had.

The manifest is there before the file, and stays when the transport has taken the file, so that it can be told after a
crash at any instant whether it was ever to be seen. A parcel's name tells the folder that it was made for: it is handed
over in no other, and absence is affirmed in no other. Test and real never share a folder. Nothing here decides what
becomes of a deposit. Extra `avis`.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from due_workflow.adapters._folder_mark import mark_in, mark_of, marked
from due_workflow.adapters.upload import left_as, read
from due_workflow.base import doors
from due_workflow.errors import CannotTell, InputRefused, NotSent, PortalFailure
from due_workflow.identifiers import named, shown
from due_workflow.message import STANDARD, MessageFormat
from due_workflow.ports import Parcel
from due_workflow.receipts import Mode

LONGEST_NAME = 150
"""Characters of a file's name, at most: the names beside it are longer, and 255 bytes is what file systems take."""
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file that was handed over is, for the transport and for `find`. It names no person.

    Attributes:
        file: its name in the outgoing folder.
        sha256: of its bytes, lower-case hex.
        mode: "test" or "real".
        submissions: the ids of the attempts in it.
        siret: the employer's.
        handed_at: when, ISO 8601 in UTC.
        part: the name it was written under before it could be seen.
        ref: the portal's reference (numéro ADS), once the transport has said it; then `ref_at`, its instant.
    """

    file: str
    sha256: str
    mode: str
    submissions: tuple[str, ...]
    siret: str
    handed_at: str
    part: str
    ref: str = ""
    ref_at: str = ""

    def json(self) -> bytes:
        """The manifest as it is written."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode() + b"\n"

    @classmethod
    def read(cls, data: bytes) -> Manifest | None:
        """The manifest in `data`; None where it is not whole."""
        try:
            told = json.loads(data)
            found = cls(**{**told, "submissions": tuple(told["submissions"])})
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        texts = (getattr(found, name) for name in cls.__slots__ if name != "submissions")
        return (
            found
            if isinstance(told["submissions"], list)
            and all(isinstance(text, str) for text in (*texts, *found.submissions))
            else None
        )


@doors
class FolderDeposit:
    """Leaves files in a folder, from where the host's own transport takes them to the portal.

    In the folder: `test` and `real`, one for each mode, and `manifests` with a file ``<name>.json`` for each one that
    was handed over, and the folder's mark (see `label`). A transport takes the files of one mode whose name does not
    begin with a dot, and leaves `manifests`, which is needed as long as a deposit is in doubt. Names that begin with a
    dot are files in the making.

    Args:
        folder: an existing folder; the others are made in it. One file system, local or a share.
        test: the folder of test files, inside `folder`.
        real: that of real ones.
        manifests: that of the manifests.
        permissions: of every file that is written.
        form: how the message is written, by which the mode is read back from its bytes.

    Raises:
        InputRefused: two of the folders are the same, or one does not lie inside `folder`.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        test: str = "test",
        real: str = "real",
        manifests: str = "manifests",
        permissions: int = 0o600,
        form: MessageFormat = STANDARD,
    ) -> None:
        names = (test, real, manifests)
        if len({name.casefold() for name in names}) < len(names) or not all(map(_plain, names)):
            raise InputRefused("folder_names")
        self.folder, self.permissions, self.form = Path(folder), permissions, form
        self._out: Mapping[Mode, Path] = {Mode.TEST: self.folder / test, Mode.REAL: self.folder / real}
        self._manifests = self.folder / manifests
        self._mark: str | None = None

    def __repr__(self) -> str:
        return f"FolderDeposit({str(self.folder)!r})"

    def outgoing(self, mode: Mode) -> Path:
        """The folder from which a transport takes the files of `mode`."""
        return self._out[mode]

    def label(self) -> str:
        """How the names of this folder's parcels begin (`upload.parcel(…, name=…)`): ``due-<mark>``.

        The mark is random and given to the folder when it is first used. A parcel of that name is handed over nowhere
        else, so this folder can affirm its absence. Plain ``due`` where the folder cannot be marked now; of such a
        parcel absence is affirmed only where something of it is found.
        """
        if self._mark is None:
            with suppress(OSError):
                self._made(self._manifests)
                self._mark = marked(self._manifests, self.permissions)
                _kept(self._manifests)
        return "due" if self._mark is None else f"due-{self._mark}"

    def deposit(self, parcel: Parcel) -> Manifest:
        """Make the file appear in the outgoing folder of its mode.

        Raises:
            NotSent: it was never to be seen there, and never will be.
            PortalFailure: the same parcel was handed over before, or the folder failed when the file was there already.
        """
        siret = self._checked(parcel)
        out = self._ready(parcel)
        if self._read(parcel.filename) is not None:
            raise PortalFailure("folder_twice", file=parcel.filename)
        part = f".{parcel.filename}.{secrets.token_hex(4)}.part"
        told = Manifest(
            file=parcel.filename,
            sha256=parcel.sha256,
            mode=parcel.mode.value,
            submissions=parcel.submissions,
            siret=siret,
            handed_at=datetime.now(UTC).isoformat(timespec="seconds"),
            part=part,
        )
        # the part first, then the manifest that names it, then the file: whoever finds a whole manifest and no part
        # knows that the file was there
        step, why = "part", ""
        try:
            self._written(out / part, parcel.content)
            step = "manifest"
            self._written(self._manifest(parcel.filename), told.json())
            step = "ready"
            _kept(self._manifests)
            if os.path.lexists(out / parcel.filename):
                raise FileExistsError
            step = "rename"
            (out / part).rename(out / parcel.filename)
            step = "seen"
            _kept(out)
        except FileExistsError:
            why = "folder_twice" if step == "manifest" else "folder_name_taken"
        except OSError as error:
            why = _why(error)
        if why:
            raise self._failed(out, told, step, why)
        return told

    def find(self, parcel: Parcel) -> Manifest | None:
        """The manifest of a file that could be seen in the outgoing folder; None: it never could, and never will.

        Who is told None may hand the same over again: a deposit of this parcel that is still under way elsewhere is
        withdrawn, and one that begins later is refused.

        Raises:
            CannotTell: the folder cannot be read or written; or the parcel was made for another one (the setting
                changed, a share is not mounted, the manifests were removed); or its name tells none, and nothing of it
                is here.
        """
        why = ""
        try:
            return self._found(parcel)
        except OSError as error:
            why = _why(error)
        except CannotTell as unknown:
            why = str(unknown.facts["why"])
        raise CannotTell(why)

    def acknowledge(self, filename: str, ref: str, at: datetime) -> Manifest:
        """Note what a transport was told: the portal took the file under `ref` (its numéro ADS) at the instant `at`.

        Raises:
            InputRefused: no such file was handed over, the reference is empty or another one is known, or `at` has no
                time zone.
        """
        if at.tzinfo is None:
            raise InputRefused("naive_instant")
        told = Manifest.read(self._read(filename) or b"") if _plain(filename) else None
        if told is None:
            raise InputRefused("folder_unknown", file=shown(filename))
        ref = ref.strip()
        if not ref or named(ref) != ref:
            raise InputRefused("reference_is_a_nir" if ref else "empty_ref")
        if told.ref and told.ref != ref:
            raise InputRefused("ref_known", deposit=filename, ref=told.ref)
        noted = Manifest(**{**_fields(told), "ref": ref, "ref_at": at.astimezone(UTC).isoformat()})
        beside = self._manifests / f".{filename}.{secrets.token_hex(4)}.part"
        self._written(beside, noted.json())
        beside.replace(self._manifest(filename))
        _kept(self._manifests)
        return noted

    # ---- before the file

    def _checked(self, parcel: Parcel) -> str:
        """The employer's SIRET, of a parcel that may be handed over."""
        if not _plain(parcel.filename):
            raise NotSent("folder_name")
        left_as(parcel, self.form)
        siret = None
        with suppress(InputRefused):
            siret = read(parcel.content, self.form).employer.siret
        if siret is None:
            raise NotSent("message_unreadable")
        return siret

    def _ready(self, parcel: Parcel) -> Path:
        """The outgoing folder of the parcel's mode, made where the one around it exists and is the parcel's own."""
        why, wanted = "", mark_in(parcel.filename) or self._mark
        try:
            if not self.folder.is_dir():
                raise FileNotFoundError(errno.ENOENT, "")
            if wanted is not None and wanted != mark_of(self._manifests):
                why = "folder_other"
            else:
                self._made(self._manifests)
                self._made(self._out[parcel.mode])
        except OSError as error:
            why = _why(error)
        if why:
            raise NotSent(f"{why}: {self.folder.name}")
        return self._out[parcel.mode]

    def _made(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)

    # ---- files

    def _manifest(self, filename: str) -> Path:
        return self._manifests / f"{filename}.json"

    def _read(self, filename: str) -> bytes | None:
        """The manifest's bytes; empty: the parcel was withdrawn, or its manifest is being written; None: none."""
        try:
            return self._manifest(filename).read_bytes()
        except FileNotFoundError:
            return None

    def _written(self, path: Path, content: bytes) -> None:
        """A new file, on the disk when this returns, or none.

        Raises:
            FileExistsError: there is one of that name.
        """
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, self.permissions)
        try:
            with os.fdopen(handle, "wb") as file:
                if hasattr(os, "fchmod"):
                    os.fchmod(handle, self.permissions)  # whatever the process's mask is
                file.write(content)
                file.flush()
                os.fsync(handle)
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise

    def _withdrawn(self, out: Path, part: str) -> bool:
        """Whether the part never becomes the file from now on; False: it has become it."""
        aside = out / _aside(part)
        try:
            (out / part).rename(aside)
        except FileNotFoundError:
            return aside.exists()
        os.truncate(aside, 0)
        return True

    def _failed(self, out: Path, told: Manifest, step: str, why: str) -> PortalFailure:
        """What to say of a deposit that failed, after what could be taken back was taken back."""
        stopped = step != "seen"
        try:
            gone = step == "rename" and not os.path.lexists(out / told.part)
            stopped = stopped and (self._withdrawn(out, told.part) or step != "rename")
        except OSError:
            gone, stopped = False, step not in ("rename", "seen")
        if why == "folder_twice" or not stopped:
            return PortalFailure("folder_twice" if stopped else "folder_failed", file=told.file, why=why)
        if gone:
            return NotSent(f"folder_withdrawn: {told.file}")
        # nobody saw it: the same parcel may come again
        with suppress(OSError):
            if step in ("ready", "rename"):
                self._manifest(told.file).unlink()
            (out / _aside(told.part)).unlink()
        return NotSent(f"{why}: {told.file}")

    def _found(self, parcel: Parcel) -> Manifest | None:
        if not _plain(parcel.filename) or not self._manifests.is_dir():
            raise CannotTell("folder_no_manifests")
        out, late = self._out[parcel.mode], False
        self._one_of_ours(parcel.filename, out)
        if self._read(parcel.filename) is None:
            try:
                # an empty manifest: whoever comes with this parcel from now on is refused
                self._written(self._manifest(parcel.filename), b"")
                _kept(self._manifests)
            except FileExistsError:
                late = True
        else:
            late = True
        told = Manifest.read(self._read(parcel.filename) or b"")
        if told is None:
            if late and not out.is_dir():
                raise CannotTell("folder_missing")
            # no whole manifest: the file was not there yet, and without its part it never will be
            stopped = [self._withdrawn(out, part) for part in _parts(out, parcel.filename)]
            again = self._read(parcel.filename) or b""
            told = Manifest.read(again)
            if told is None:
                if again and not any(stopped):
                    raise CannotTell("folder_manifest_broken")
                return None
        return None if self._withdrawn(out, told.part) else told

    def _one_of_ours(self, filename: str, out: Path) -> None:
        """Only the folder that a parcel was made for may affirm its absence, or one that holds something of it."""
        wanted = mark_in(filename)
        if wanted is not None and wanted == mark_of(self._manifests):
            return
        begun = bool(_parts(out, filename))
        whole = Manifest.read(self._read(filename) or b"") is not None
        if wanted is not None and (begun or not whole):
            raise CannotTell("folder_other")
        if not (begun or self._read(filename)):
            raise CannotTell("folder_unmarked")


def _fields(told: Manifest) -> dict[str, Any]:
    return {name: getattr(told, name) for name in Manifest.__slots__}


def _plain(name: str) -> bool:
    """Whether it is a file's name and nothing more, on every system."""
    return (
        0 < len(name) <= LONGEST_NAME
        and name.isascii()
        and name.isprintable()
        and not set(name) & _NOT_IN_NAMES
        and name[0] not in ". "
        and name[-1] not in ". "
    )


def _aside(part: str) -> str:
    """The name of a part that was withdrawn."""
    return f"{part.removesuffix('.part')}.withdrawn"


def _parts(out: Path, filename: str) -> list[str]:
    """What was written of a file and could not be seen yet, or was withdrawn before it could."""
    head = f".{filename}."
    names = [path.name for path in out.iterdir() if path.name.startswith(head)] if out.is_dir() else []
    found = (re.fullmatch(r"([0-9a-f]{8})\.(part|withdrawn)", name.removeprefix(head)) for name in names)
    return sorted({f"{head}{match[1]}.part" for match in found if match})


def _kept(folder: Path) -> None:
    """The folder's own entries, on the disk when this returns, where the system can say so."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _why(error: OSError) -> str:
    return f"folder_{'missing' if isinstance(error, FileNotFoundError) else 'error'}: {os.strerror(error.errno or 0)}"
