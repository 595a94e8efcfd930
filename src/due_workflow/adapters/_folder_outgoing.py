"""Files left in a folder for a transport: each appears whole or not at all, under a name that no other file had.

The manifest is there before the file, and stays when the transport has taken the file, so that it can be told after a
crash at any instant whether it was ever to be seen; one that was removed is missed. A parcel's name tells the folder
that it was made for: it is handed over in no other, and absence is affirmed in no other. Test and real never share a
folder. Nothing here decides what becomes of a deposit. Extra `avis`.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from due_workflow.adapters._folder_manifests import Manifest, Manifests, kept, written
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
_AGAIN = frozenset({"before", "manifest", "noted"})
"""Steps of a deposit at which a file that is there already is one of the same parcel."""


@doors
class FolderDeposit:
    """Leaves files in a folder, from where the host's own transport takes them to the portal.

    In the folder: `test` and `real`, one for each mode, and `manifests` with a file ``<name>.json`` for each one that
    was handed over, a note of it, and the folder's mark (see `label`). A transport takes the files of one mode whose
    name does not begin with a dot, and leaves `manifests`, which is needed as long as a deposit is in doubt. Names that
    begin with a dot are files in the making, or notes.

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
        self._manifests = Manifests(self.folder / manifests, permissions)
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
                self._made(self._manifests.folder)
                self._mark = marked(self._manifests.folder, self.permissions)
                kept(self._manifests.folder)
        return "due" if self._mark is None else f"due-{self._mark}"

    def deposit(self, parcel: Parcel) -> Manifest:
        """Make the file appear in the outgoing folder of its mode.

        Raises:
            NotSent: it was never to be seen there, and never will be.
            PortalFailure: the same parcel was handed over before, or the folder failed when the file was there already.
        """
        siret = self._checked(parcel)
        out = self._ready(parcel)
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
        # the part first, then the manifest that names it, then the note, then the file: whoever finds a whole manifest
        # and no part knows that the file was there, and whoever finds a note and no manifest that one was removed
        step, why = "before", ""
        try:
            if self._known(parcel, out):
                raise FileExistsError
            step = "part"
            written(out / part, parcel.content, self.permissions)
            step = "manifest"
            self._manifests.write(told)
            step = "ready"
            kept(self._manifests.folder)
            if os.path.lexists(out / parcel.filename):
                raise FileExistsError
            step = "noted"
            self._manifests.note(parcel.filename)
            step = "rename"
            (out / part).rename(out / parcel.filename)
            step = "seen"
            kept(out)
        except FileExistsError:
            why = "folder_twice" if step in _AGAIN else "folder_name_taken"
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
                is here; or its own manifest was removed, or the file lies there without one.
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
        told = self._manifests.read(filename) if _plain(filename) else None
        if told is None:
            raise InputRefused("folder_unknown", file=shown(filename))
        ref = ref.strip()
        if not ref or named(ref) != ref:
            raise InputRefused("reference_is_a_nir" if ref else "empty_ref")
        if told.ref and told.ref != ref:
            raise InputRefused("ref_known", deposit=filename, ref=told.ref)
        told_at = at.astimezone(UTC).isoformat()
        return self._manifests.amend(told, secrets.token_hex(4), ref=ref, ref_at=told_at)

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
            if wanted is not None and wanted != mark_of(self._manifests.folder):
                why = "folder_other"
            else:
                self._made(self._manifests.folder)
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

    def _known(self, parcel: Parcel, out: Path) -> bool:
        """Whether the same parcel was handed over before; noted where only the file itself tells."""
        if self._manifests.text(parcel.filename) is not None or self._manifests.noted(parcel.filename):
            return True
        try:
            there = (out / parcel.filename).read_bytes() == parcel.content
        except FileNotFoundError:
            return False
        if there:
            self._manifests.note(parcel.filename)
        return there

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
            with suppress(OSError):
                if step == "noted":  # this one's manifest, in the place of one that was removed
                    self._manifests.remove(told.file)
            return PortalFailure("folder_twice" if stopped else "folder_failed", file=told.file, why=why)
        if gone:
            return NotSent(f"folder_withdrawn: {told.file}")
        # nobody saw it: the same parcel may come again
        with suppress(OSError):
            if step in ("ready", "noted", "rename"):
                self._manifests.forget(told.file)
            (out / _aside(told.part)).unlink()
        return NotSent(f"{why}: {told.file}")

    def _found(self, parcel: Parcel) -> Manifest | None:
        filename, manifests, out = parcel.filename, self._manifests, self._out[parcel.mode]
        if not _plain(filename) or not manifests.folder.is_dir():
            raise CannotTell("folder_no_manifests")
        self._one_of_ours(filename, out)
        # the note is looked for first, as it comes after the manifest
        noted, text = manifests.noted(filename), manifests.text(filename)
        if noted and Manifest.read(text or b"") is None:
            raise CannotTell("folder_manifest_broken" if text else "folder_manifest_gone")
        late = text is not None
        if not late:
            try:
                manifests.withhold(filename)
            except FileExistsError:
                late = True
        told = manifests.read(filename)
        if told is None:
            if late and not out.is_dir():
                raise CannotTell("folder_missing")
            # no whole manifest: the file was not there yet, and without its part it never will be
            stopped = [self._withdrawn(out, part) for part in _parts(out, filename)]
            again = manifests.text(filename) or b""
            told = Manifest.read(again)
            if told is None and again and not any(stopped):
                raise CannotTell("folder_manifest_broken")
        if told is not None and not self._withdrawn(out, told.part):
            return told
        if _lies(out, filename):
            with suppress(FileExistsError):
                manifests.note(filename)  # the transport takes the file, and nothing else would tell of it then
            raise CannotTell("folder_file_there")
        return None

    def _one_of_ours(self, filename: str, out: Path) -> None:
        """Only the folder that a parcel was made for may affirm its absence, or one that holds something of it."""
        wanted = mark_in(filename)
        if wanted is not None and wanted == mark_of(self._manifests.folder):
            return
        begun = bool(_parts(out, filename))
        if wanted is not None and (begun or self._manifests.read(filename) is None):
            raise CannotTell("folder_other")
        if not (begun or self._manifests.text(filename)):
            raise CannotTell("folder_unmarked")


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
    found = (_part(name, filename) for name in _named_after(out, filename))
    return sorted({part for part in found if part is not None})


def _part(name: str, filename: str) -> str | None:
    """The part that a name is of."""
    found = re.fullmatch(rf"(\.{re.escape(filename)}\.[0-9a-f]{{8}})\.(?:part|withdrawn)", name)
    return f"{found[1]}.part" if found else None


def _lies(out: Path, filename: str) -> bool:
    """Whether the file is there, or what a transport makes of it: its name with something before or behind it."""
    return any(_part(name, filename) is None for name in _named_after(out, filename))


def _named_after(out: Path, filename: str) -> list[str]:
    return [path.name for path in out.iterdir() if filename in path.name] if out.is_dir() else []


def _why(error: OSError) -> str:
    return f"folder_{'missing' if isinstance(error, FileNotFoundError) else 'error'}: {os.strerror(error.errno or 0)}"
