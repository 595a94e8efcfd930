"""A firm's clients and hires from CSV or XLSX (openpyxl, extra `cli`), as French spreadsheets export them.

A line becomes a value (`Good`) or the list of its faults (`Bad`); a file that cannot be read at all is
refused. The bytes are `_sheets`'s, the columns `_columns`'s; here lines become clients and hires. No frame of
this file holds a raw cell that a traceback could print. Nothing here decides what to import, and nothing
writes but `write_bad_lines`.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Generic

from due_workflow import texts
from due_workflow.adapters._columns import (
    CLIENTS,
    HIRES,
    MAX_CELL,
    MAX_LINE,
    SIRET,
    Bad,
    Cell,
    Line,
    Lines,
    Row,
    T,
    plain,
)
from due_workflow.adapters._sheets import MAX_BYTES, MAX_LINES, MAX_XLSX_BYTES, Progress, Source
from due_workflow.base import door
from due_workflow.clients import Client, Establishment
from due_workflow.declarations import Declaration, Employer
from due_workflow.errors import InputRefused, Problem
from due_workflow.identifiers import Siren, Siret

__all__ = [
    "MAX_BAD",
    "MAX_BYTES",
    "MAX_CELL",
    "MAX_LINE",
    "MAX_LINES",
    "MAX_XLSX_BYTES",
    "Bad",
    "Cell",
    "EstablishmentOf",
    "Good",
    "Progress",
    "Row",
    "Table",
    "read_clients",
    "read_hires",
    "write_bad_lines",
]

MAX_BAD = 10_000

EstablishmentOf = Callable[[Siret], tuple[Client, Establishment] | None]


@dataclass(frozen=True, slots=True)
class Good(Generic[T]):
    """A line that could be read; for a client of several lines, the first of them."""

    line: int
    value: T


class Table(Generic[T]):
    """An opened table: its header is checked, its lines are read anew each time it is iterated.

    Attributes:
        name: the file's name, scrubbed.
        size: bytes of the file, what `progress` counts towards.
        header: the header as written.
        unknown: headers that mean nothing here; their columns are kept out.
        delimiter: the separator of a CSV, `;` for an XLSX.
    """

    def __init__(self, source: Source, interpret: Callable[[Lines], Iterator[Good[T] | Bad]]) -> None:
        self.name, self.size = source.name, source.size
        self.header, self.unknown, self.delimiter = source.header, source.unknown, source.delimiter
        self._source, self._interpret = source, interpret

    @door
    def __iter__(self) -> Iterator[Good[T] | Bad]:
        bad = 0
        with closing(self._source.lines()) as lines:
            for read in self._interpret(lines):
                bad += isinstance(read, Bad)
                if bad > MAX_BAD:
                    raise InputRefused("too_many_bad_lines", name=self.name, limit=MAX_BAD)
                yield read


@door
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
    return Table(Source(Path(path), CLIENTS, progress), _clients)


@door
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
    return Table(Source(Path(path), HIRES, progress), partial(_hires, establishment))


# ---- from lines to clients and hires


@dataclass(slots=True)
class _Group:
    """The lines of one SIREN."""

    line: Line
    name: str
    email: str | None
    collaborator: str | None
    establishments: dict[Siret, Establishment]


def _clients(lines: Lines) -> Iterator[Good[Client] | Bad]:
    groups: dict[Siren, _Group] = {}
    for line in lines:
        bad = _grouped(groups, line)
        if bad is not None:
            yield bad
    for siren, group in groups.items():
        yield _client(siren, group)


def _grouped(groups: dict[Siren, _Group], line: Line) -> Bad | None:
    """Put a line's establishment into its client's group."""
    values, problems = line.parse(CLIENTS)
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
            # what the table does not say stays as the firm has it
            **({"regime": values["regime"]} if values.get("regime") else {}),
        )
    except InputRefused as error:
        return _refused(line, error)
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
        return _refused(group.line, error)
    return Good(group.line.number, client)


def _hires(establishment: EstablishmentOf, lines: Lines) -> Iterator[Good[Declaration] | Bad]:
    for line in lines:
        # The host's function runs before anything else is unsealed: what it raises carries this frame away.
        siret = _siret_of(line)
        yield _hire(line, establishment(siret) if siret else None)


def _siret_of(line: Line) -> Siret | None:
    values, _ = line.parse((SIRET,))
    return values.get("siret")


def _hire(line: Line, found: tuple[Client, Establishment] | None) -> Good[Declaration] | Bad:
    values, problems = line.parse(HIRES)
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
        return _refused(line, error)


# ---- from a refusal of the models to the column it belongs to: by its code, else by its field

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

_OURS = frozenset({"line", "column", "value", "expected", "code"})


def _refused(line: Line, error: InputRefused) -> Bad:
    """The models' refusal of a line's values, each fault by its column."""
    problems = []
    for fault in error.problems or (Problem("", error.code, error.facts),):
        column = _COLUMN_OF_FIELD.get(fault.where.rpartition(".")[2], "")
        facts = {key: told for key, told in fault.facts.items() if key not in _OURS}
        problems.append(line.problem(fault.code, _COLUMN_OF_CODE.get(fault.code, column), **facts))
    return line.bad(problems)


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
    kept = [place for place, name in enumerate(names) if plain(name) != plain(why)]
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
