"""The manifests of an outgoing folder: what was handed over, kept for `find` when the transport has taken the file.

A manifest is on the disk before the note that it was, and the note before the file can be seen: a note without its
manifest says that one was removed, and never that nothing was handed over. Nothing here knows the outgoing folders.
Extra `avis`.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

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


class Manifests:
    """The folder of manifests: ``<file>.json`` of each file that was handed over, and its note ``.<file>.handed``."""

    def __init__(self, folder: Path, permissions: int) -> None:
        self.folder, self.permissions = folder, permissions

    def text(self, filename: str) -> bytes | None:
        """A manifest's bytes; empty: its parcel was withdrawn, or it is being written; None: none."""
        try:
            return self._manifest(filename).read_bytes()
        except FileNotFoundError:
            return None

    def read(self, filename: str) -> Manifest | None:
        """A manifest that is whole."""
        return Manifest.read(self.text(filename) or b"")

    def write(self, told: Manifest) -> None:
        """Put a manifest where there is none; the folder is not yet said to be on the disk.

        Raises:
            FileExistsError: there is one.
        """
        written(self._manifest(told.file), told.json(), self.permissions)

    def withhold(self, filename: str) -> None:
        """Put an empty manifest where there is none: whoever comes with this parcel from now on is refused.

        Raises:
            FileExistsError: there is one.
        """
        written(self._manifest(filename), b"", self.permissions)
        kept(self.folder)

    def amend(self, told: Manifest, token: str, **fields: Any) -> Manifest:
        """Put other fields into a manifest, in one step."""
        new = replace(told, **fields)
        beside = self.folder / f".{told.file}.{token}.part"
        written(beside, new.json(), self.permissions)
        beside.replace(self._manifest(told.file))
        kept(self.folder)
        return new

    def remove(self, filename: str) -> None:
        """Take a manifest back, of a file that was not to be seen."""
        self._manifest(filename).unlink()

    # ---- the note

    def noted(self, filename: str) -> bool:
        """Whether a manifest of this file was there once."""
        return os.path.lexists(self._note(filename))

    def note(self, filename: str) -> None:
        """Note, on the disk, that the file is about to be seen, or was.

        Raises:
            FileExistsError: that is known.
        """
        written(self._note(filename), b"", self.permissions)
        kept(self.folder)

    def forget(self, filename: str) -> None:
        """Take note and manifest back, of a file that was not to be seen: the same parcel may come again."""
        # in this order: what is cut between the two looks withdrawn, and not as if a manifest had been removed
        with suppress(FileNotFoundError):
            self._note(filename).unlink()
        self.remove(filename)

    def _manifest(self, filename: str) -> Path:
        return self.folder / f"{filename}.json"

    def _note(self, filename: str) -> Path:
        return self.folder / f".{filename}.handed"


def written(path: Path, content: bytes, permissions: int) -> None:
    """A new file, on the disk when this returns, or none.

    Raises:
        FileExistsError: there is one of that name.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, permissions)
    try:
        with os.fdopen(handle, "wb") as file:
            if hasattr(os, "fchmod"):
                os.fchmod(handle, permissions)  # whatever the process's mask is
            file.write(content)
            file.flush()
            os.fsync(handle)
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


def kept(folder: Path) -> None:
    """The folder's own entries, on the disk when this returns, where the system can say so."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
