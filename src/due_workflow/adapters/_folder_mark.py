"""The mark of an outgoing folder, by which a parcel's name says in which folder it was to be handed over.

A folder of manifests has one random mark from its first use on, in a file beside the manifests, so that both are lost
together. That a parcel left no trace in a folder proves nothing unless it could have been handed over there alone.
Nothing here knows a parcel. Extra `avis`.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

MARK = "folder.mark"
"""No manifest has this name: theirs end in .json."""
_LETTERS = "abcdefghijklmnop"
_NAMED = re.compile(r"due-([a-p]{16})-(?:test|real)-")


def mark_of(folder: Path) -> str | None:
    """The mark of a folder of manifests; None where it has none, or none that is whole.

    Raises:
        OSError: it cannot be read.
    """
    try:
        told = (folder / MARK).read_bytes()[:64].strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return told.decode("ascii") if re.fullmatch(rb"[a-p]{16}", told) else None


def marked(folder: Path, permissions: int) -> str | None:
    """The mark of a folder of manifests, given to it now where it has none. Once given it never changes.

    Raises:
        OSError: it cannot be read or written.
    """
    known = mark_of(folder)
    if known is not None:
        return known
    # letters only: a run of digits might look like a NIR by chance
    mark = "".join(secrets.choice(_LETTERS) for _ in range(16))
    path, beside = folder / MARK, folder / f".{MARK}.{mark}"
    try:
        _written(beside, mark, permissions)
        try:
            os.link(beside, path)  # whole or not at all, and only where there is none
        except FileExistsError:
            pass
        except OSError:  # no links here
            with suppress(FileExistsError):
                _written(path, mark, permissions)
    finally:
        with suppress(OSError):
            beside.unlink()
    return mark_of(folder)


def mark_in(filename: str) -> str | None:
    """The mark of the folder that a parcel was named for; None where its name tells none."""
    found = _NAMED.match(filename)
    return found[1] if found else None


def _written(path: Path, mark: str, permissions: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), permissions)
    with os.fdopen(handle, "wb") as file:
        file.write(f"{mark}\n".encode())
        file.flush()
        os.fsync(handle)
