"""From the bytes of a CSV or an XLSX (openpyxl, extra `cli`) to numbered rows of sealed cells.

What a file is, its delimiter, its encoding, its header's layout, and every limit on a file: time and memory are
bounded before anything is trusted, and a file that cannot be read at all is refused. Nothing here knows what a
column means, and nothing writes.
"""

from __future__ import annotations

import csv
import re
import stat
import warnings
import zipfile
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from due_workflow.adapters._columns import MAX_LINE, Cell, Column, Layout, Line, Lines, Row, empty, harmless, plain
from due_workflow.errors import InputRefused, Problem
from due_workflow.identifiers import shown
from due_workflow.ports import Sealed

MAX_BYTES = 64 * 1024 * 1024
MAX_XLSX_BYTES = 20 * 1024 * 1024
MAX_LINES = 1_048_576
_RECORD_LINES = 10
_COLUMNS_READ = 200
_XLSX_PARTS = 2_000
_XLSX_LIMITS = (("xl/worksheets/", 256 << 20), ("xl/sharedstrings", 64 << 20), ("", 16 << 20))
_SHEET_GAP = 4 << 20

Progress = Callable[[int], None]
_Rows = Generator[tuple[int, Row, str], None, None]


# ---- from the file to its lines


class Source:
    """A file whose header fits `columns`; its lines as often as one asks."""

    def __init__(self, path: Path, columns: tuple[Column, ...], progress: Progress | None) -> None:
        self.path, self.name, self.progress = path, shown(path.name), progress
        self.size, self.xlsx = self._looked_at()
        with self._opened() as stream:
            self.delimiter = ";" if self.xlsx else _delimiter(stream, columns)
            with closing(self._rows(stream, 0)) as rows:
                _, row, fault = next(rows, (1, (), ""))
        if fault:
            self._refuse("header_unreadable", limit=MAX_LINE)
        self.layout, self.header, self.unknown = self._laid_out(row, columns)

    def _refuse(self, code: str, **facts: Any) -> NoReturn:
        raise InputRefused(code, name=self.name, **facts) from None  # an OSError names the file as it is

    def _opened(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError:
            self._refuse("file_unreadable")

    def _looked_at(self) -> tuple[int, bool]:
        """Its size, and whether it is an XLSX; refused by its first bytes where it is neither."""
        try:
            info = self.path.stat()
        except OSError:
            self._refuse("file_missing")
        if not stat.S_ISREG(info.st_mode):
            self._refuse("file_unreadable")
        with self._opened() as stream:
            magic = Sealed(stream.read(8))
        xlsx = magic.startswith(b"PK")
        limit = MAX_XLSX_BYTES if xlsx else MAX_BYTES
        if info.st_size > limit:
            self._refuse("file_too_large", limit=limit >> 20)
        if not magic:
            self._refuse("file_empty")
        if magic.startswith(b"\xd0\xcf\x11\xe0"):
            self._refuse("old_excel")
        if magic.startswith((b"\xff\xfe", b"\xfe\xff")) or magic[1:2] == b"\0" or magic[:1] == b"\0":
            self._refuse("utf16")
        return info.st_size, xlsx

    def _laid_out(self, row: Row, columns: tuple[Column, ...]) -> tuple[Layout, tuple[str, ...], tuple[str, ...]]:
        known = {plain(column.name): column.name for column in columns}
        named = [known.get(plain(cell.text)) for cell in row]
        missing = [column.name for column in columns if not column.optional and column.name not in named]
        twice = sorted({name for name in named if name and named.count(name) > 1})
        unknown = tuple(harmless(cell.text, "") for cell, name in zip(row, named, strict=True) if not name)
        unknown = tuple(filter(None, unknown))
        faults = (("columns_missing", missing), ("columns_twice", twice))
        problems = [
            Problem("L1", code, {"line": 1, "name": self.name, "columns": names, "found": list(unknown[:30])})
            for code, names in faults
            if names
        ]
        if problems:
            raise InputRefused("refused", problems=problems)
        places = {name: place for place, name in enumerate(named) if name}
        return Layout(places, len(row)), tuple(cell.text.strip() for cell in row), unknown

    def _rows(self, stream: BinaryIO, width: int) -> _Rows:
        return _xlsx_rows(stream, self.name) if self.xlsx else _csv_rows(stream, self.delimiter, width)

    def lines(self) -> Lines:
        """Every line below the header that is not empty."""
        with self._opened() as stream, closing(self._rows(stream, self.layout.width)) as rows:
            for number, row, fault in rows:
                if number > MAX_LINES:
                    self._refuse("too_many_lines", limit=MAX_LINES)
                if self.progress is not None and number % 256 == 0:
                    self.progress(min(stream.tell(), self.size))
                if number > 1 and (fault or not all(map(empty, row))):
                    yield Line(number, row, fault, self.layout)
        if self.progress is not None:
            self.progress(self.size)


# ---- CSV


def _delimiter(stream: BinaryIO, columns: tuple[Column, ...]) -> str:
    """Which of `;` `,` and tab makes the most known columns of the header."""
    known = {plain(column.name) for column in columns}

    def fit(delimiter: str) -> int:
        stream.seek(0)
        _, row, _ = next(_csv_rows(stream, delimiter, 0), (1, (), ""))
        return sum(plain(cell.text) in known for cell in row)

    best = max((";", ",", "\t"), key=fit)
    stream.seek(0)
    return best


def _csv_rows(stream: BinaryIO, delimiter: str, width: int) -> _Rows:
    """Each record with the number of its first line, its cells, and the code of what is wrong with it.

    A quote left open spoils its own line only: the lines behind it are read again by themselves.
    """
    lines = _csv_lines(stream)
    pending: deque[tuple[int, Sealed]] = deque()
    while taken := pending.popleft() if pending else next(lines, None):
        number, line = taken
        row, fault = _split(line, delimiter)
        first, behind = row, list[tuple[int, Sealed]]()
        while fault == "unclosed_quote" and len(behind) < _RECORD_LINES and len(line) <= MAX_LINE:
            more = pending.popleft() if pending else next(lines, None)
            if more is None:
                break
            behind.append(more)
            line = Sealed(line + more[1])
            row, fault = _split(line, delimiter)
        if behind and (fault or (width and len(row) != width)):
            pending.extendleft(reversed(behind))
            row, fault = first, "unclosed_quote"
        yield number, row, fault


def _csv_lines(stream: BinaryIO) -> Iterator[tuple[int, Sealed]]:
    """The physical lines, from 1; of one that is too long, its beginning (longer than the limit) only."""
    number = 0
    while line := Sealed(stream.readline(MAX_LINE + 1)):
        number += 1
        tail = line
        while len(tail) > MAX_LINE and not tail.endswith(b"\n"):
            tail = Sealed(stream.readline(MAX_LINE + 1))
        yield number, Sealed(line.removeprefix(b"\xef\xbb\xbf")) if number == 1 else line


def _split(line: Sealed, delimiter: str) -> tuple[Row, str]:
    """The cells of a record, or all of it as one cell and the code of its fault. Never raises."""
    if len(line) > MAX_LINE:
        return (), "line_too_long"
    for encoding in ("utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = line.decode(encoding)
            break
    else:
        return (Cell(line.decode("latin-1").strip("\r\n")),), "encoding"
    if "\0" in text:
        return (Cell(text.strip("\r\n")),), "nul_byte"
    try:
        return tuple(map(Cell, next(csv.reader([text], delimiter=delimiter, strict=True), ()))), ""
    except csv.Error:
        return (Cell(text.strip("\r\n")),), "unclosed_quote" if text.count('"') % 2 else "bad_quotes"


# ---- XLSX


def _xlsx_rows(stream: BinaryIO, name: str) -> _Rows:
    """The rows of the first sheet. openpyxl's own errors stay in the helpers: their frames hold cells."""
    fault = _xlsx_fault(stream)
    if fault:
        raise InputRefused(fault, name=name)
    book = _xlsx_book(stream)
    if book is None:
        raise InputRefused("xlsx_unreadable", name=name)
    with closing(book):
        rows = _xlsx_sheet(book)
        number = 0
        while (row := _xlsx_row(rows)) is not None:
            number += 1
            if row is _BROKEN:
                raise InputRefused("xlsx_unreadable", name=name)
            yield number, row, ""


_BROKEN: Row = (Cell("broken"),)


def _xlsx_fault(stream: BinaryIO) -> str:
    """Why the archive must not be opened, by what it declares of itself; "" where nothing is against it."""
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "content.xml" in names and "mimetype" in names:
                return "ods"
            if len(entries) > _XLSX_PARTS or sum(entry.file_size for entry in entries) > 400 << 20:
                return "xlsx_too_large"
            for entry in entries:
                limit = next(size for start, size in _XLSX_LIMITS if entry.filename.lower().startswith(start))
                dense = entry.file_size > 1 << 20 and entry.file_size > 200 * entry.compress_size
                if entry.file_size > limit or dense or not _xlsx_part_fits(archive, entry):
                    return "xlsx_too_large"
    except Exception:  # noqa: BLE001 - zipfile raises a dozen kinds, all meaning the same here
        return "xlsx_unreadable"
    return ""


def _xlsx_part_fits(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """No DOCTYPE, and no row so wide that reading one would take the memory of a file."""
    with archive.open(entry) as part:
        head = part.read(4096)
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            return False
        if entry.file_size <= _SHEET_GAP or not entry.filename.lower().startswith("xl/worksheets/"):
            return True
        gap, chunk = 0, head
        while chunk:
            starts = [found.start() for found in re.finditer(rb"<(?:\w+:)?row[\s>/]", chunk)]
            if gap + (starts[0] if starts else len(chunk)) > _SHEET_GAP:
                return False
            gap = len(chunk) - starts[-1] if starts else gap + len(chunk)
            chunk = part.read(1 << 20)
    return True


def _xlsx_book(stream: BinaryIO) -> Any:
    from openpyxl import load_workbook

    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(stream, read_only=True, keep_links=False)
            return book if book.worksheets else None
    except Exception:  # noqa: BLE001 - openpyxl lets through whatever the XML breaks in it
        return None


def _xlsx_sheet(book: Any) -> Iterator[tuple[object, ...]]:
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    rows: Iterator[tuple[object, ...]] = sheet.iter_rows(max_col=_COLUMNS_READ, values_only=True)
    return rows


def _xlsx_row(rows: Iterator[tuple[object, ...]]) -> Row | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = next(rows)
    except StopIteration:
        return None
    except Exception:  # noqa: BLE001 - as above
        return _BROKEN
    if values.count(None) == len(values):
        return ()
    kinds = (str, int, float, bool, date, time, timedelta, type(None))
    cells = [Cell(value if isinstance(value, kinds) else "=") for value in values]  # "=": a formula's object
    while cells[-1].value is None:
        cells.pop()
    return tuple(cells)
