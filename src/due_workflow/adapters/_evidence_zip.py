"""A ZIP that somebody handed over, opened without trust: sizes and names are judged before anything is unpacked.

Nothing is written to a disk under a name of the archive's. What makes a file unusable as a whole is an `InputRefused`;
what is wrong with one of its files is a `Damaged`, so that the others are still read.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from stat import S_ISREG
from types import TracebackType
from typing import BinaryIO, Self

from due_workflow.adapters._evidence_form import NAME, dos_time
from due_workflow.calendar import PARIS
from due_workflow.errors import InputRefused
from due_workflow.identifiers import shown

_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_CENTRAL = b"PK\x01\x02"
_CHUNK = 256 * 1024
_VERSIONS = (20, 45)
_SAME = (
    *("date_time", "comment", "compress_type", "create_system", "external_attr", "internal_attr", "flag_bits"),
    *("reserved", "volume"),
)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    zipfile.LargeZipFile,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    IndexError,
    OSError,
)
"""What the standard library raises over a damaged ZIP."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a check takes from an archive, in bytes unless said.

    Attributes:
        files: how many files (a hire has about eight).
        payload: one message, receipt or scan.
        file: one other file (journals, receipts, summary, manifest).
        total: all files unpacked.
        line: one line of a manifest or a journal.
        faults: how many faults are listed; the rest are counted.
    """

    files: int = 200_000
    payload: int = 64 * 1024 * 1024
    file: int = 2 * 1024 * 1024 * 1024
    total: int = 8 * 1024 * 1024 * 1024
    line: int = 8 * 1024 * 1024
    faults: int = 1000


class Damaged(Exception):
    """One file of the archive cannot be unpacked, or a line of it is too long."""


class Opened:
    """An archive open for reading; `names` are its files with their sizes, in order.

    Raises:
        InputRefused: it is no ZIP, or one that is never an archive of ours: cut short, encrypted, packed in another
            way, a name that leads elsewhere or stands twice, more or larger files than `limits` allow.
        OSError: it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str], limits: Limits) -> None:
        self.limits = limits
        name = shown(Path(path).name)
        if Path(path).exists() and not S_ISREG(Path(path).stat().st_mode):
            raise InputRefused("evidence_no_zip", name=name)
        self._stream: BinaryIO = Path(path).open("rb")  # noqa: SIM115  # closed by close
        try:
            _directory(self._stream, limits, name)
            try:
                self._zip = zipfile.ZipFile(self._stream)
            except _BROKEN:
                raise InputRefused("evidence_cut", name=name) from None
            self.names = {info.filename: info.file_size for info in self._judged(name)}
            starts = sorted({0, *(info.header_offset for info in self._zip.infolist())})
            self._ends = dict(zip(starts, [*starts[1:], self._zip.start_dir], strict=True))
        except BaseException:
            self._stream.close()
            raise

    def _judged(self, archive: str) -> list[zipfile.ZipInfo]:
        found, seen, total = self._zip.infolist(), set(), 0
        for info in found:
            name = shown(info.filename, 120)
            if NAME.fullmatch(info.filename) is None or info.orig_filename != info.filename:
                raise InputRefused("evidence_name", name=archive, file=name)
            if info.filename.lower() in seen:
                raise InputRefused("evidence_twice", name=archive, file=name)
            if info.flag_bits & 0x2041:
                raise InputRefused("evidence_encrypted", name=archive, file=name)
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise InputRefused("evidence_packed", name=archive, file=name)
            total += info.file_size
            most = self.limits.payload if "/" in info.filename else self.limits.file
            if info.file_size > most or total > self.limits.total:
                raise InputRefused("evidence_too_large", name=archive, file=name)
            seen.add(info.filename.lower())
        return found

    def foreign(self, name: str, at: datetime | None) -> bool:
        """Whether what the ZIP says of a file besides its bytes is not what an export writes for that instant.

        A date, a comment, an extra field or rights, in the directory or before the file; or bytes between two files.
        """
        info, ours = self._zip.getinfo(name), packed(name, at)
        if any(getattr(info, field) != getattr(ours, field) for field in _SAME) or _strange(info.extra):
            return True
        if info.create_version not in _VERSIONS or info.extract_version not in _VERSIONS:
            return True
        ours.CRC, ours.compress_size, ours.file_size = info.CRC, info.compress_size, info.file_size
        begin, end = info.header_offset, self._ends[info.header_offset]
        try:
            self._stream.seek(begin)
            before = (
                self._stream.read(end - begin - info.compress_size) if end - begin < info.compress_size + 512 else b""
            )
            return before not in (ours.FileHeader(zip64=False), ours.FileHeader(zip64=True))
        except _BROKEN:
            return True

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file, little by little, never more than the directory says.

        Raises:
            Damaged: it cannot be unpacked, or is not what its checksum says.
        """
        try:
            with self._zip.open(name) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except _BROKEN:
            raise Damaged from None

    def whole(self, name: str) -> bytes:
        """A payload file at once; see `chunks`."""
        return b"".join(self.chunks(name))

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def packed(name: str, at: datetime | None) -> zipfile.ZipInfo:
    """How an export packs a file of that instant: the ZIP tells of it what the manifest tells, and nothing else."""
    info = zipfile.ZipInfo(name, dos_time(at, PARIS))
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100600 << 16
    return info


def _strange(extra: bytes) -> bool:
    """Whether there is more in an extra field than the sizes of a large file."""
    while len(extra) >= 4:
        kind, length = struct.unpack("<2H", extra[:4])
        if kind != 1:
            return True
        extra = extra[4 + length :]
    return bool(extra)


def _directory(stream: BinaryIO, limits: Limits, name: str) -> None:
    """Judge the end of the file before `zipfile` makes an object of every name that it announces."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 98))
    tail = stream.read(98)
    start = tail.rfind(_END, 0, len(tail) - 18)
    if size < 22 or start != len(tail) - 22 or tail[-2:] != b"\0\0":
        stream.seek(0)
        raise InputRefused("evidence_cut" if stream.read(4) == b"PK\x03\x04" else "evidence_no_zip", name=name)
    count, length, offset = struct.unpack("<H2L", tail[-12:-2])
    before = 22
    if tail[-42:-38] == _LOCATOR64:
        before += 20 + 56
        if tail[-98:-94] != _END64:
            raise InputRefused("evidence_cut", name=name)
        count, length, offset = struct.unpack("<3Q", tail[-66:-42])
    if count > limits.files or length > limits.files * 400:
        raise InputRefused("evidence_too_many", name=name, limit=limits.files)
    # nothing before the first file, between the directory and the end, or after it
    if offset + length + before != size:
        raise InputRefused("evidence_cut", name=name)
    stream.seek(offset)
    left, found, kept = length, 0, b""
    while left > 0 and (chunk := stream.read(min(left, _CHUNK))):
        left -= len(chunk)
        found += (kept + chunk).count(_CENTRAL)
        kept = chunk[-3:]
        if found > limits.files:
            raise InputRefused("evidence_too_many", name=name, limit=limits.files)
    stream.seek(0)


def lines(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """The lines of a file, without their ends.

    Raises:
        Damaged: one is longer than `most`.
    """
    left = b""
    for chunk in chunks:
        *whole, left = (left + chunk).split(b"\n")
        yield from whole
        if len(left) > most:
            raise Damaged
    if left:
        yield left
