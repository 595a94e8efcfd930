"""A firm's clients and hires from CSV or XLSX (openpyxl, extra `cli`), as French spreadsheets export them.

A line becomes a value (`Good`) or the list of its faults (`Bad`); a file that cannot be read at all is
refused. Time and memory are bounded before anything is trusted. Cells are sealed (`Cell`): whatever raises,
no frame of this file holds a raw cell that a traceback could print. Nothing here decides what to import, and
nothing writes but `write_bad_lines`.
"""

from __future__ import annotations

import csv
import os
import re
import stat
import tempfile
import unicodedata
import warnings
import zipfile
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Generic, NoReturn, TypeVar

from due_workflow import texts
from due_workflow.errors import InputRefused, Problem
from due_workflow.identifiers import (
    MASK,
    ApeCode,
    Department,
    Nir,
    PostalCode,
    Siren,
    Siret,
    UrssafCode,
    compact,
    shown,
)
from due_workflow.models import Client, ContractKind, Declaration, Employer, Establishment
from due_workflow.ports import Sealed

MAX_BYTES = 64 * 1024 * 1024
MAX_XLSX_BYTES = 20 * 1024 * 1024
MAX_LINE = 64 * 1024
"""Bytes of one line of CSV, and of one record whose quoted cells hold line ends."""
MAX_LINES = 1_048_576
MAX_BAD = 10_000
MAX_CELL = 250
_RECORD_LINES = 10
_COLUMNS_READ = 200
_XLSX_PARTS = 2_000
_XLSX_LIMITS = (("xl/worksheets/", 256 << 20), ("xl/sharedstrings", 64 << 20), ("", 16 << 20))
_SHEET_GAP = 4 << 20

T = TypeVar("T")
EstablishmentOf = Callable[[Siret], tuple[Client, Establishment] | None]
Progress = Callable[[int], None]


class Cell:
    """One cell as it came. Its `repr` says nothing, since any cell may hold a NIR in the wrong place."""

    __slots__ = ("_value",)

    def __init__(self, value: object) -> None:
        self._value = value

    @property
    def value(self) -> object:
        """As the file holds it: text from CSV; from XLSX also numbers, dates and hours."""
        return self._value

    @property
    def text(self) -> str:
        """As people read it: dates JJ/MM/AAAA, hours HH:MM."""
        return _written(self._value)

    def __repr__(self) -> str:
        return "<cell>"

    __str__ = __repr__


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Good(Generic[T]):
    """A line that could be read; for a client of several lines, the first of them."""

    line: int
    value: T


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that could not: each of its problems, and the row itself for `write_bad_lines`.

    The facts of a problem are `line` (the header is line 1), `column`, `value` (scrubbed; a NIR column's is
    never shown), `expected`, and what its code adds.
    """

    line: int
    problems: tuple[Problem, ...]
    row: Row = field(default=(), repr=False)


class Table(Generic[T]):
    """An opened table: its header is checked, its lines are read anew each time it is iterated.

    Attributes:
        name: the file's name, scrubbed.
        size: bytes of the file, what `progress` counts towards.
        header: the header as written.
        unknown: headers that mean nothing here; their columns are kept out.
        delimiter: the separator of a CSV, `;` for an XLSX.
    """

    def __init__(self, source: _Source, interpret: Callable[[_Lines], Iterator[Good[T] | Bad]]) -> None:
        self.name, self.size = source.name, source.size
        self.header, self.unknown, self.delimiter = source.header, source.unknown, source.delimiter
        self._source, self._interpret = source, interpret

    def __iter__(self) -> Iterator[Good[T] | Bad]:
        bad = 0
        with closing(self._source.lines()) as lines:
            for read in self._interpret(lines):
                bad += isinstance(read, Bad)
                if bad > MAX_BAD:
                    raise InputRefused("too_many_bad_lines", name=self.name, limit=MAX_BAD)
                yield read


def read_clients(path: str | os.PathLike[str], *, progress: Progress | None = None) -> Table[Client]:
    """The clients of a file; several lines of one SIREN are one client with several establishments.

    Bad lines come as they are met, the clients at the end, in the order of their first lines. The first line
    of a SIREN names the client; another name on a later line is that establishment's own.

    Args:
        path: a CSV or XLSX file.
        progress: called now and then with the bytes read so far.

    Raises:
        InputRefused: the whole file cannot be read (at once), or proves endless or broken (while iterating).
    """
    return Table(_Source(Path(path), _CLIENTS, progress), _clients)


def read_hires(
    path: str | os.PathLike[str], establishment: EstablishmentOf, *, progress: Progress | None = None
) -> Table[Declaration]:
    """The hires of a file, one `Declaration` a line; memory does not grow with the file.

    Args:
        path: a CSV or XLSX file.
        establishment: the client and the establishment of a SIRET, None where the firm has no such client.
        progress: called now and then with the bytes read so far.

    Raises:
        InputRefused: as for `read_clients`. What `establishment` or `progress` raise goes through.
    """
    return Table(_Source(Path(path), _HIRES, progress), partial(_hires, establishment))


# ---- one cell


class _Fault(Exception):
    """A cell is not what its column expects."""

    def __init__(self, code: str, expected: str = "", **facts: object) -> None:
        super().__init__(code)
        self.code, self.expected, self.facts = code, expected, facts


_DESTROYED = re.compile(r"[+-]?\d+(?:[.,]\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_ERRORS = (
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#VALEUR!",
    "#NAME?",
    "#NOM?",
    "#DIV/0!",
    "#NUM!",
    "#NOMBRE!",
    "#NULL!",
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffd]")
_PHONE = re.compile(r"\+\d{8,13}|\d{4,11}", re.ASCII)
_DAY = re.compile(r"(?:(\d{1,2})([/.-])(\d{1,2})\2(\d{4})|(\d{4})-(\d\d)-(\d\d))(?:[T ]00:00(?::00)?)?", re.ASCII)
_HOUR = re.compile(r"(\d{1,2})(?: ?[hH:] ?(\d\d)(?::\d\d)?| ?[hH])?", re.ASCII)
_EXCEL_DAY_ZERO = (date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1))


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() != time():
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value)


def _clean(cell: Cell, *, plus: bool = False) -> str:
    """The text of a cell on one line; refused where it is a formula, an error or holds control characters."""
    text = cell.text
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.replace("\u200b", "").replace("\ufeff", ""))
    if _CONTROL.search(text):
        raise _Fault("control_character")
    text = " ".join(text.split())
    if _DESTROYED.fullmatch(text) or (isinstance(cell.value, float) and "e" in text):
        raise _Fault("number_destroyed")
    typed = isinstance(cell.value, str) and text.startswith(("=", "@", "+", "-"))
    if (typed and not (plus and text[0] == "+")) or text.upper() in _ERRORS:
        raise _Fault("formula")
    if len(text) > MAX_CELL:
        raise _Fault("cell_too_long", limit=MAX_CELL)
    return text


def _code(kind: Callable[[str], T], sizes: range, expected: str, cell: Cell) -> T:
    """An identifier; what a spreadsheet cut to one of `sizes` digits gets its leading zeros back."""
    text = compact(_clean(cell))
    lost = text.isascii() and text.isdigit() and len(text) in sizes
    try:
        return kind(text.zfill(sizes.stop) if lost else text)
    except InputRefused as error:
        raise _Fault(error.code, expected) from None


def _day(cell: Cell) -> date:
    value = cell.value
    if isinstance(value, datetime):
        value = value.date() if value.time() == time() else None
    if isinstance(value, str) and (found := _DAY.fullmatch(_clean(cell))):
        d, _, m, y, *iso = found.groups()
        year, month, day = (int(part) for part in (iso if y is None else (y, m, d)))
        with suppress(ValueError):
            value = date(year, month, day)
    if not isinstance(value, date) or not 1900 <= value.year <= 2100:
        raise _Fault("bad_date", "JJ/MM/AAAA")
    return value


def _hour(cell: Cell) -> time:
    value = cell.value
    if isinstance(value, datetime):
        value = value.time() if value.date() in _EXCEL_DAY_ZERO else None
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second + value.microsecond / 1e6)
    if isinstance(value, float) and 0 < value < 1:
        value = timedelta(days=value)
    if isinstance(value, timedelta):  # a spreadsheet's hours are fractions of a day: 08:29:59.999 is 08:30
        hours, minutes = divmod(round(value.total_seconds() / 60), 60)
    else:
        found = _HOUR.fullmatch(_clean(cell))
        hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if not (0 <= hours < 24 and minutes < 60):
        raise _Fault("bad_hour", "8:30, 08h30, 8h")
    return time(hours, minutes)


def _phone(cell: Cell) -> str:
    text = re.sub(r"[\s.()_/-]", "", _clean(cell, plus=True))
    if not _PHONE.fullmatch(text):
        raise _Fault("bad_phone", "0123456789")
    return f"0{text}" if len(text) == 9 and text[0] in "1234567" else text


def _one_of(words: Mapping[str, T], expected: str, code: str, cell: Cell) -> T:
    found = words.get(_plain(_clean(cell)))
    if found is None:
        raise _Fault(code, expected)
    return found


def _trial(cell: Cell) -> int:
    text = _clean(cell)
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or int(text) > 366:
        raise _Fault("bad_trial_days", "0–366")
    return int(text)


def _plain(text: str) -> str:
    """A header or a word, without case, accents, spaces or underscores."""
    return "".join(c for c in unicodedata.normalize("NFKD", text[:200]) if c.isalnum()).lower()


# ---- the columns, in the words of the files


@dataclass(frozen=True, slots=True)
class _Column:
    """A column. Optional: it may be absent. Blank: a line may leave it empty."""

    name: str
    parse: Callable[[Cell], Any] = _clean
    optional: bool = False
    blank: bool = False


_optional = partial(_Column, optional=True, blank=True)
_SIRET = _Column("siret", partial(_code, Siret, range(12, 14), "14"))
_SEXES = {
    **dict.fromkeys(("1", "m", "h", "homme", "masculin"), "1"),
    **dict.fromkeys(("2", "f", "femme", "feminin"), "2"),
}
_KINDS = {kind.value.lower(): kind for kind in ContractKind}

_CLIENTS = (
    _SIRET,
    _Column("raison_sociale"),
    _Column("ape", partial(_code, ApeCode, range(0), "4711D")),
    _Column("adresse"),
    _Column("code_postal", partial(_code, PostalCode, range(4, 5), "75001")),
    _Column("ville"),
    _optional("telephone", _phone),
    _optional("code_urssaf", partial(_code, UrssafCode, range(1, 3), "117")),
    _optional("sante_travail"),
    _optional("email"),
    _optional("collaborateur"),
)
_HIRES = (
    _Column("reference"),
    _SIRET,
    _Column("nom"),
    _optional("nom_usage"),
    _Column("prenoms"),
    _Column("sexe", partial(_one_of, _SEXES, "1, 2, M, F, H", "bad_sex")),
    _Column("date_naissance", _day),
    _Column("commune_naissance"),
    _Column("departement_naissance", partial(_code, Department, range(1, 2), "01–95, 2A, 2B, 97, 98, 99")),
    _optional("nir", partial(_code, Nir, range(0), "15")),
    _Column("date_embauche", _day),
    _Column("heure_embauche", _hour),
    _Column("nature", partial(_one_of, _KINDS, "CDD, CDI, CTT", "bad_contract_kind")),
    _optional("date_fin", _day),
    _optional("essai_jours", _trial),
)
# Where a refusal of the models belongs: by its code, else by its field.
_COLUMN_OF_CODE = {
    "end_date_needed": "date_fin",
    "end_date_of_cdi": "date_fin",
    "ends_before_start": "date_fin",
    "born_after_hire": "date_naissance",
    "hour_does_not_exist": "heure_embauche",
    "year_out_of_range": "date_embauche",
    "reference_is_a_nir": "reference",
    "bad_reference": "reference",
    "establishment_twice": "siret",
}
_COLUMN_OF_FIELD = {
    "name": "raison_sociale",
    "address": "adresse",
    "town": "ville",
    "health_service": "sante_travail",
    "surname": "nom",
    "usual_name": "nom_usage",
    "first_names": "prenoms",
    "birth_place": "commune_naissance",
    "trial_days": "essai_jours",
    "end_date": "date_fin",
    "collaborator": "collaborateur",
    "email": "email",
    "reference": "reference",
}


# ---- one line


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where each known column stands, and how wide the header is."""

    places: Mapping[str, int]
    width: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as read: its cells, or the code of the reason why it has none."""

    number: int
    row: Row
    fault: str
    layout: _Layout

    def cell(self, column: str) -> Cell:
        """The cell of that column, an empty one where the line or the file has none."""
        place = self.layout.places.get(column, len(self.row))
        return self.row[place] if place < len(self.row) else Cell(None)

    def problem(self, code: str, column: str = "", /, **facts: object) -> Problem:
        """A problem of this line, with the facts that every one has."""
        value = _harmless(self.cell(column).text, column)
        told = {"line": self.number, "column": column, "value": value, "expected": "", **facts}
        return Problem(f"L{self.number}:{column}" if column else f"L{self.number}", code, told)

    def parse(self, columns: Iterable[_Column]) -> tuple[dict[str, Any], list[Problem]]:
        """The values by column, None where empty, and every problem at once. Never raises."""
        values: dict[str, Any] = {}
        if self.fault:
            return values, [self.problem(self.fault, limit=MAX_LINE)]
        problems = []
        for column in columns:
            cell = self.cell(column.name)
            try:
                if not _empty(cell):
                    values[column.name] = column.parse(cell)
                elif column.blank:
                    values[column.name] = None
                else:
                    problems.append(self.problem("missing", column.name))
            except _Fault as fault:
                problems.append(self.problem(fault.code, column.name, expected=fault.expected, **fault.facts))
            except Exception:  # noqa: BLE001 - a fault of ours must not carry a raw cell away in its frames
                problems.append(self.problem("cell_unreadable", column.name))
        if not all(map(_empty, self.row[self.layout.width :])):
            problems.append(self.problem("too_many_cells", limit=self.layout.width))
        return values, problems

    def refused(self, error: InputRefused) -> Bad:
        """The models' refusal of this line's values, each fault by its column."""
        problems = []
        for fault in error.problems or (Problem("", error.code, error.facts),):
            column = _COLUMN_OF_FIELD.get(fault.where.rpartition(".")[2], "")
            facts = {key: told for key, told in fault.facts.items() if key not in _OURS}
            problems.append(self.problem(fault.code, _COLUMN_OF_CODE.get(fault.code, column), **facts))
        return self.bad(problems)

    def bad(self, problems: Iterable[Problem]) -> Bad:
        """This line, refused."""
        return Bad(self.number, tuple(problems), self.row)


_Lines = Generator[_Line, None, None]
_Rows = Generator[tuple[int, Row, str], None, None]
_OURS = frozenset({"line", "column", "value", "expected", "code"})


def _empty(cell: Cell) -> bool:
    return cell.value is None or (isinstance(cell.value, str) and not cell.value.strip())


def _harmless(text: str, column: str) -> str:
    """A refused value as an error may show it: nothing of a NIR, nor of what may be a mistyped one."""
    digits = sum(c.isdigit() for c in text[:1000])
    number = column == "siret" and compact(text).isdigit()
    hidden = column == "nir" or digits > (14 if number else 12)
    return MASK if hidden and text else shown(text)


# ---- from lines to clients and hires


@dataclass(slots=True)
class _Group:
    """The lines of one SIREN."""

    line: _Line
    name: str
    email: str | None
    collaborator: str | None
    establishments: dict[Siret, Establishment]


def _clients(lines: _Lines) -> Iterator[Good[Client] | Bad]:
    groups: dict[Siren, _Group] = {}
    for line in lines:
        bad = _grouped(groups, line)
        if bad is not None:
            yield bad
    for siren, group in groups.items():
        yield _client(siren, group)


def _grouped(groups: dict[Siren, _Group], line: _Line) -> Bad | None:
    """Put a line's establishment into its client's group."""
    values, problems = line.parse(_CLIENTS)
    if problems:
        return line.bad(problems)
    siret, name = values["siret"], values["raison_sociale"]
    group = groups.get(siret.siren)
    if group is not None and siret in group.establishments:
        return line.bad([line.problem("siret_twice", "siret", first=group.line.number)])
    try:
        establishment = Establishment(
            siret=siret,
            name=None if group is None or name == group.name else name,
            ape=values["ape"],
            address=values["adresse"],
            postal_code=values["code_postal"],
            town=values["ville"],
            phone=values.get("telephone"),
            urssaf_code=values.get("code_urssaf"),
            health_service=values.get("sante_travail"),
        )
    except InputRefused as error:
        return line.refused(error)
    if group is None:
        group = groups[siret.siren] = _Group(line, name, None, None, {})
    group.email = group.email or values.get("email")
    group.collaborator = group.collaborator or values.get("collaborateur")
    group.establishments[siret] = establishment
    return None


def _client(siren: Siren, group: _Group) -> Good[Client] | Bad:
    try:
        client = Client(
            siren=siren,
            name=group.name,
            establishments=tuple(group.establishments.values()),
            email=group.email,
            collaborator=group.collaborator,
        )
    except InputRefused as error:
        return group.line.refused(error)
    return Good(group.line.number, client)


def _hires(establishment: EstablishmentOf, lines: _Lines) -> Iterator[Good[Declaration] | Bad]:
    for line in lines:
        # The host's function runs before anything else is unsealed: what it raises carries this frame away.
        siret = _siret_of(line)
        yield _hire(line, establishment(siret) if siret else None)


def _siret_of(line: _Line) -> Siret | None:
    values, _ = line.parse((_SIRET,))
    return values.get("siret")


def _hire(line: _Line, found: tuple[Client, Establishment] | None) -> Good[Declaration] | Bad:
    values, problems = line.parse(_HIRES)
    if found is None and "siret" in values:
        problems.append(line.problem("employer_unknown", "siret"))
    if problems or found is None:
        return line.bad(problems)
    client, place = found
    try:
        employer = Employer(
            siret=place.siret,
            name=place.name or client.name,
            ape=place.ape,
            address=place.address,
            postal_code=place.postal_code,
            town=place.town,
            phone=place.phone,
            urssaf_code=place.urssaf_code,
            health_service=place.health_service,
        )
        employee = {
            "surname": values["nom"],
            "usual_name": values["nom_usage"],
            "first_names": values["prenoms"],
            "sex": values["sexe"],
            "birth_date": values["date_naissance"],
            "birth_place": values["commune_naissance"],
            "birth_department": values["departement_naissance"],
            "nir": values["nir"],
        }
        contract = {
            "kind": values["nature"],
            "start": datetime.combine(values["date_embauche"], values["heure_embauche"]),
            "end_date": values["date_fin"],
            "trial_days": values["essai_jours"],
        }
        whole = {"employer": employer, "employee": employee, "contract": contract}
        return Good(line.number, Declaration.model_validate({"reference": values["reference"], **whole}))
    except InputRefused as error:
        return line.refused(error)


# ---- from the file to its lines


class _Source:
    """A file whose header fits `columns`; its lines as often as one asks."""

    def __init__(self, path: Path, columns: tuple[_Column, ...], progress: Progress | None) -> None:
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
        raise InputRefused(code, name=self.name, **facts)

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

    def _laid_out(self, row: Row, columns: tuple[_Column, ...]) -> tuple[_Layout, tuple[str, ...], tuple[str, ...]]:
        known = {_plain(column.name): column.name for column in columns}
        named = [known.get(_plain(cell.text)) for cell in row]
        missing = [column.name for column in columns if not column.optional and column.name not in named]
        twice = sorted({name for name in named if name and named.count(name) > 1})
        unknown = tuple(_harmless(cell.text, "") for cell, name in zip(row, named, strict=True) if not name)
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
        return _Layout(places, len(row)), tuple(cell.text.strip() for cell in row), unknown

    def _rows(self, stream: BinaryIO, width: int) -> _Rows:
        return _xlsx_rows(stream, self.name) if self.xlsx else _csv_rows(stream, self.delimiter, width)

    def lines(self) -> _Lines:
        """Every line below the header that is not empty."""
        with self._opened() as stream, closing(self._rows(stream, self.layout.width)) as rows:
            for number, row, fault in rows:
                if number > MAX_LINES:
                    self._refuse("too_many_lines", limit=MAX_LINES)
                if self.progress is not None and number % 256 == 0:
                    self.progress(min(stream.tell(), self.size))
                if number > 1 and (fault or not all(map(_empty, row))):
                    yield _Line(number, row, fault, self.layout)
        if self.progress is not None:
            self.progress(self.size)


# ---- CSV


def _delimiter(stream: BinaryIO, columns: tuple[_Column, ...]) -> str:
    """Which of `;` `,` and tab makes the most known columns of the header."""
    known = {_plain(column.name) for column in columns}

    def fit(delimiter: str) -> int:
        stream.seek(0)
        _, row, _ = next(_csv_rows(stream, delimiter, 0), (1, (), ""))
        return sum(_plain(cell.text) in known for cell in row)

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
    plain = (str, int, float, bool, date, time, timedelta, type(None))
    cells = [Cell(value if isinstance(value, plain) else "=") for value in values]  # "=": a formula's object
    while cells[-1].value is None:
        cells.pop()
    return tuple(cells)


# ---- the lines to correct


def write_bad_lines(
    path: str | os.PathLike[str],
    header: Iterable[str],
    rows: Iterable[Bad],
    *,
    delimiter: str = ";",
    lang: str = "fr",
    why: str = "pourquoi",
) -> int:
    """Write bad lines to a CSV (UTF-8 with BOM, mode 0600) that can be corrected and read again; how many.

    The column `why` comes first and says what is wrong, without a NIR; the row keeps its data. The file
    appears whole, in place of one of that name, or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    target = Path(path)
    names = list(header)
    kept = [place for place, name in enumerate(names) if _plain(name) != _plain(why)]
    written = 0
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")  # 0600, O_EXCL
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, delimiter=delimiter)
            writer.writerow([why, *(names[place] for place in kept)])
            for bad in rows:
                reason = " ".join(map(partial(_reason, lang), bad.problems))
                places = [*kept, *range(len(names), len(bad.row))]
                writer.writerow([reason, *(bad.row[place].text for place in places if place < len(bad.row))])
                written += 1
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return written


def _reason(lang: str, problem: Problem) -> str:
    said = texts.render(f"input.{problem.code}", lang, problem.facts)
    column = problem.facts.get("column")
    text = f"{column}: {said}" if column else said
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text  # never a formula of ours
