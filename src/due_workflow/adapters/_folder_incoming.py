"""Files that others write into a folder, read as pieces: never half, never another's, never more than is allowed.

A file is named by its place in the folder and stamped by its size and time (or its content), so that the same name with
other content is another piece. No link is followed and nothing is opened that is no plain file. Nothing is moved,
marked or deleted. What a piece says is read by `avis`. Extra `avis`.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import Unpack
from urllib.parse import quote_from_bytes, unquote_to_bytes

from due_workflow.adapters.avis import MAX_BYTES, Context, read_stream
from due_workflow.errors import InputRefused, PartialListing, PieceUnavailable, PortalFailure
from due_workflow.identifiers import shown
from due_workflow.receipts import Receipt, Unreadable

TEMPORARY = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".swp", "~")
_SAFE = "/ -_.()[]@+="
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Incoming:
    """How a folder of pieces is read.

    Attributes:
        folder: where the pieces come.
        quiet: seconds for which a file must not have changed before it is listed. More for a slow or far share.
        temporary: endings of names that are still being written; names that begin with a dot are too.
        names: patterns of the names that are pieces ("*.eml"), without case.
        depth: how many sub-folders deep.
        by_content: tell a file that was written anew by its bytes, all of which are then read at each listing. By
            default its size and time do: enough unless something puts back the time of a file that it changed.
        max_bytes: the most that is read of one piece; more of it is kept unread, as too large.

    Raises:
        InputRefused: a negative number.
    """

    folder: Path
    quiet: float = 2.0
    temporary: tuple[str, ...] = TEMPORARY
    names: tuple[str, ...] = ("*",)
    depth: int = 8
    by_content: bool = False
    max_bytes: int = MAX_BYTES

    def __post_init__(self) -> None:
        if self.quiet < 0 or self.depth < 0 or self.max_bytes < 1:
            raise InputRefused("folder_setting")

    def listed(self) -> Iterator[tuple[str, str]]:
        """Number and stamp of each file that is quiet, by name. Reading nothing, unless `by_content`.

        Raises:
            PortalFailure: the folder itself cannot be read.
            PartialListing: a sub-folder or a file could not, told when all others were listed.
        """
        denied: list[str] = []
        ahead: list[tuple[Path, tuple[int, ...]]] = []
        for path, found in self._walk(self.folder, 0, denied):
            age = time.time() - max(found.st_mtime, found.st_ctime)
            if age >= self.quiet:
                yield from self._named(path, found, denied)
            elif age < -self.quiet:
                ahead.append((path, _state(found)))
        if ahead:
            # written by a clock that goes before ours: only watching tells whether they are quiet
            time.sleep(self.quiet)
            for path, before in ahead:
                try:
                    found = path.lstat()
                except OSError:
                    continue
                if _state(found) == before:
                    yield from self._named(path, found, denied)
        if denied:
            raise PartialListing(f"folder_denied: {', '.join(denied[:5])}")

    def read(self, number: str, stamp: str, **context: Unpack[Context]) -> Receipt | Unreadable:
        """The piece in a file that was listed.

        Raises:
            PieceUnavailable: it is gone, changed since, or cannot be read.
        """
        rel = os.fsdecode(unquote_to_bytes(number))
        path, name = self.folder / rel, shown(_readable(rel))
        why = "folder_piece_outside"
        if rel and "\0" not in rel and ".." not in Path(rel).parts and self._inside(path):
            try:
                with os.fdopen(os.open(path, _OPEN), "rb") as file:
                    before = os.fstat(file.fileno())
                    if stat.S_ISREG(before.st_mode) and self._stamp(path, before) == stamp:
                        given: Context = {**context, "max_bytes": self.max_bytes, "filename": _readable(path.name)}
                        piece = read_stream(file, **given)
                        if _state(os.fstat(file.fileno())) == _state(before):
                            return piece
                    why = "folder_piece_changed"
            except FileNotFoundError:
                why = "folder_piece_gone"
            except OSError as error:
                why = "folder_piece_outside" if error.errno == errno.ELOOP else "folder_piece_denied"
        raise PieceUnavailable(f"{why}: {name}")

    def _inside(self, path: Path) -> bool:
        """Whether no link lies between the folder and the file."""
        parent = path.parent
        if not parent.is_relative_to(self.folder) or path.is_symlink():
            return False
        return parent.resolve() == self.folder.resolve() / parent.relative_to(self.folder)

    def _walk(self, folder: Path, depth: int, denied: list[str]) -> Iterator[tuple[Path, os.stat_result]]:
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            if folder == self.folder:
                raise PortalFailure("folder_unreadable", why=f"folder_error: {os.strerror(error.errno or 0)}") from None
            denied.append(shown(_readable(folder.name)))
            return
        for entry in found:
            if entry.name.startswith(".") or entry.name.lower().endswith(self.temporary):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    if depth < self.depth:
                        yield from self._walk(Path(entry.path), depth + 1, denied)
                elif entry.is_file(follow_symlinks=False) and self._wanted(entry.name):
                    yield Path(entry.path), entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # taken away while we looked
            except OSError:
                denied.append(shown(_readable(entry.name)))

    def _wanted(self, name: str) -> bool:
        return any(fnmatch(name.lower(), pattern.lower()) for pattern in self.names)

    def _named(self, path: Path, found: os.stat_result, denied: list[str]) -> Iterator[tuple[str, str]]:
        try:
            stamp = self._stamp(path, found)
        except OSError:
            denied.append(shown(_readable(path.name)))
            return
        yield quote_from_bytes(os.fsencode(path.relative_to(self.folder).as_posix()), _SAFE), stamp

    def _stamp(self, path: Path, found: os.stat_result) -> str:
        if not self.by_content:
            return f"{found.st_size}-{found.st_mtime_ns}"
        with path.open("rb") as file:
            return f"{found.st_size}-{_digest(file.read, self.max_bytes + 1)}"


def _digest(read: Callable[[int], bytes], limit: int) -> str:
    """Of the first bytes: of a file that is too large, no more is ever read."""
    found = sha256()
    while limit > 0 and (chunk := read(min(limit, 1024 * 1024))):
        found.update(chunk)
        limit -= len(chunk)
    return found.hexdigest()[:32]


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _readable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")
