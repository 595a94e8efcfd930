"""The columns of the tables in the words of the files: what each cell must hold, and how one is read.

A line becomes its values or its problems. Cells are sealed (`Cell`): whatever raises, no frame of this file
holds a raw cell that a traceback could print. Nothing here opens a file, knows CSV or XLSX, or makes a client
or a hire.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, TypeVar, get_args

from due_workflow.declarations import ContractKind
from due_workflow.errors import InputRefused, Problem
from due_workflow.identifiers import MASK, ApeCode, Department, Nir, PostalCode, Siret, UrssafCode, compact, shown
from due_workflow.models import Regime

MAX_LINE = 64 * 1024
"""Bytes of one line of CSV, and of one record whose quoted cells hold line ends."""
MAX_CELL = 250

T = TypeVar("T")


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
class Bad:
    """A line that could not be read: each of its problems, and the row itself for `write_bad_lines`.

    The facts of a problem are `line` (the header is line 1), `column`, `value` (scrubbed; a NIR column's is
    never shown), `expected`, and what its code adds.
    """

    line: int
    problems: tuple[Problem, ...]
    row: Row = field(default=(), repr=False)


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
    found = words.get(plain(_clean(cell)))
    if found is None:
        raise _Fault(code, expected)
    return found


def _trial(cell: Cell) -> int:
    text = _clean(cell)
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or int(text) > 366:
        raise _Fault("bad_trial_days", "0–366")
    return int(text)


def plain(text: str) -> str:
    """A header or a word, without case, accents, spaces or underscores."""
    return "".join(c for c in unicodedata.normalize("NFKD", text[:200]) if c.isalnum()).lower()


# ---- the columns, in the words of the files


@dataclass(frozen=True, slots=True)
class Column:
    """A column. Optional: it may be absent. Blank: a line may leave it empty."""

    name: str
    parse: Callable[[Cell], Any] = _clean
    optional: bool = False
    blank: bool = False


_optional = partial(Column, optional=True, blank=True)
SIRET = Column("siret", partial(_code, Siret, range(12, 14), "14"))
_SEXES = {
    **dict.fromkeys(("1", "m", "h", "homme", "masculin"), "1"),
    **dict.fromkeys(("2", "f", "femme", "feminin"), "2"),
}
_KINDS = {kind.value.lower(): kind for kind in ContractKind}
_REGIMES: dict[str, Regime] = {
    **{regime: regime for regime in get_args(Regime)},
    **dict.fromkeys(("regimegeneral", "urssaf"), "general"),
    **dict.fromkeys(("agricole", "regimeagricole", "mutualitesocialeagricole"), "msa"),
    "titreemploiserviceentreprise": "tese",
    "chequeemploiassociatif": "cea",
    **dict.fromkeys(("chequeemploiservice", "chequeemploiserviceuniversel"), "cesu"),
    **dict.fromkeys(("spectacleoccasionnel", "guichetuniquespectacleoccasionnel"), "guso"),
    **dict.fromkeys(("marin", "marins", "regimedesmarins"), "enim"),
}
"""The regimes of `models.Regime`, and the words that people write for them."""

CLIENTS = (
    SIRET,
    Column("raison_sociale"),
    Column("ape", partial(_code, ApeCode, range(0), "4711D")),
    Column("adresse"),
    Column("code_postal", partial(_code, PostalCode, range(4, 5), "75001")),
    Column("ville"),
    _optional("telephone", _phone),
    _optional("code_urssaf", partial(_code, UrssafCode, range(1, 3), "117")),
    _optional("sante_travail"),
    _optional("email"),
    _optional("collaborateur"),
    _optional("regime", partial(_one_of, _REGIMES, ", ".join(get_args(Regime)), "bad_regime")),
)
HIRES = (
    Column("reference"),
    SIRET,
    Column("nom"),
    _optional("nom_usage"),
    Column("prenoms"),
    Column("sexe", partial(_one_of, _SEXES, "1, 2, M, F, H", "bad_sex")),
    Column("date_naissance", _day),
    Column("commune_naissance"),
    Column("departement_naissance", partial(_code, Department, range(1, 2), "01–95, 2A, 2B, 97, 98, 99")),
    _optional("nir", partial(_code, Nir, range(0), "15")),
    Column("date_embauche", _day),
    Column("heure_embauche", _hour),
    Column("nature", partial(_one_of, _KINDS, "CDD, CDI, CTT", "bad_contract_kind")),
    _optional("date_fin", _day),
    _optional("essai_jours", _trial),
)


# ---- one line


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each known column stands, and how wide the header is."""

    places: Mapping[str, int]
    width: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line as read: its cells, or the code of the reason why it has none."""

    number: int
    row: Row
    fault: str
    layout: Layout

    def cell(self, column: str) -> Cell:
        """The cell of that column, an empty one where the line or the file has none."""
        place = self.layout.places.get(column, len(self.row))
        return self.row[place] if place < len(self.row) else Cell(None)

    def problem(self, code: str, column: str = "", /, **facts: object) -> Problem:
        """A problem of this line, with the facts that every one has."""
        value = harmless(self.cell(column).text, column)
        told = {"line": self.number, "column": column, "value": value, "expected": "", **facts}
        return Problem(f"L{self.number}:{column}" if column else f"L{self.number}", code, told)

    def parse(self, columns: Iterable[Column]) -> tuple[dict[str, Any], list[Problem]]:
        """The values by column, None where empty, and every problem at once. Never raises."""
        values: dict[str, Any] = {}
        if self.fault:
            return values, [self.problem(self.fault, limit=MAX_LINE)]
        problems = []
        for column in columns:
            cell = self.cell(column.name)
            try:
                if not empty(cell):
                    values[column.name] = column.parse(cell)
                elif column.blank:
                    values[column.name] = None
                else:
                    problems.append(self.problem("missing", column.name))
            except _Fault as fault:
                problems.append(self.problem(fault.code, column.name, expected=fault.expected, **fault.facts))
            except Exception:  # noqa: BLE001 - a fault of ours must not carry a raw cell away in its frames
                problems.append(self.problem("cell_unreadable", column.name))
        if not all(map(empty, self.row[self.layout.width :])):
            problems.append(self.problem("too_many_cells", limit=self.layout.width))
        return values, problems

    def bad(self, problems: Iterable[Problem]) -> Bad:
        """This line, refused."""
        return Bad(self.number, tuple(problems), self.row)


Lines = Generator[Line, None, None]


def empty(cell: Cell) -> bool:
    """Whether it holds nothing, or blanks only."""
    return cell.value is None or (isinstance(cell.value, str) and not cell.value.strip())


def harmless(text: str, column: str) -> str:
    """A refused value as an error may show it: nothing of a NIR, nor of what may be a mistyped one."""
    digits = sum(c.isdigit() for c in text[:1000])
    number = column == "siret" and compact(text).isdigit()
    hidden = column == "nir" or digits > (14 if number else 12)
    return MASK if hidden and text else shown(text)
