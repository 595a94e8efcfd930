"""The texts that go into the message `FR_DUE_Upload`: what a declaration lacks for it, and how each field is fitted.

Pure rules over a `Declaration`: in which signs (`signs`) and how many characters each field is written, and what must
be filled in before anything is sent. What is sure of the message and what is only plausible is told at each setting of
`MessageFormat`. No XML and no bytes here (`adapters.upload`), no portal, no clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from due_workflow import signs
from due_workflow.base import Model, Name, door, refuse
from due_workflow.calendar import workplace_zone
from due_workflow.declarations import Declaration, Employer
from due_workflow.errors import InputRefused, Problem
from due_workflow.identifiers import NIR_DIGITS, shown
from due_workflow.receipts import Mode

# ---- the settings

REAL = "120"
"""The indicator of a real declaration, as every client that deposits for real writes it."""
_Length = Annotated[int, Field(ge=1, le=250)]
_Indicator = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,10}$")]


class Lengths(Model):
    """The most characters that each text may have, as known clients cut them; no schema is public."""

    name: _Length = 32
    address: _Length = 32
    town: _Length = 27
    phone: _Length = 11
    surname: _Length = 32
    first_names: _Length = 32
    birth_town: _Length = 24
    health_service: _Length = 10


class MessageFormat(Model):
    """How the message is written where its description is not public: every doubt is a setting.

    Attributes:
        test_indicator: `FR_DUE_Upload.Test.Indicator` of a TEST: all controls, nothing recorded. Sure; one public tool
            writes "TST" instead.
        real_indicator: that of a REAL declaration. Sure.
        per_file: declarations in one file, at most. Sure for an upload, plausible for the API.
        health_service: written where the declaration names none. Sure: known clients write "01".
        end_date_of_cdi: write an empty end date for a CDI, as some clients do. Unknown: left out.
        usual_name: write the usual name where there is one. Plausible: seen in generators of the message, in no client
            that deposits; left out. R1221-1 does not ask for it.
        second_lines: let a long employer's name or address go on in its second element, instead of being cut.
            Plausible, as above: cut.
        trial_days: write the trial period, in days. Its unit is told in contradictory ways: left out, though R1221-1
            names it.
        phone_needed: refuse a declaration without the employer's telephone number. R1221-1 does not ask for it: sent
            where it is there.
        plain_employer: write the employer's name and address with the signs that one known client keeps: capitals lose
            their accents, and small letters keep those of éèêëâàäöôûüîïç. Plausible: all of ISO-8859-1 is written.
        lengths: the most characters of each text. As known clients cut them.

    Raises:
        InputRefused: both indicators are the same, or a test would be written with the indicator of a real declaration.
    """

    test_indicator: _Indicator = "1"
    real_indicator: _Indicator = REAL
    per_file: Annotated[int, Field(ge=1, le=1_000)] = 100
    health_service: Name = "01"
    end_date_of_cdi: bool = False
    usual_name: bool = False
    second_lines: bool = False
    trial_days: bool = False
    phone_needed: bool = False
    plain_employer: bool = False
    lengths: Lengths = Lengths()

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.test_indicator in (self.real_indicator, REAL):
            refuse("message_indicators", test=self.test_indicator, real=self.real_indicator)
        return self

    def indicator(self, mode: Mode) -> str:
        """The indicator that says `mode` in the message."""
        return self.real_indicator if Mode(mode) is Mode.REAL else self.test_indicator


STANDARD = MessageFormat()
"""The message as known clients deposit it."""


# ---- the fields that are texts


class Text(NamedTuple):
    """One text of the message: its column in the files of clients and hires, its signs, and its entry in `Lengths`."""

    column: str
    signs: str
    length: str


TEXTS = {
    "name": Text("raison_sociale", "latin", "name"),
    "address": Text("adresse", "latin", "address"),
    "town": Text("ville", "town", "town"),
    "health_service": Text("sante_travail", "latin", "health_service"),
    "surname": Text("nom", "person", "surname"),
    "usual_name": Text("nom_usage", "person", "surname"),
    "first_names": Text("prenoms", "person", "first_names"),
    "birth_town": Text("commune_naissance", "town", "birth_town"),
}
_OF_HIRES = frozenset({"nom", "nom_usage", "prenoms", "commune_naissance"})
_CODES = {"postal_code": "code_postal", "urssaf_code": "code_urssaf", "phone": "telephone"}
_WRITE: dict[str, Callable[[str], signs.Written]] = {
    "latin": signs.latin1,
    "plain": signs.plain,
    "person": signs.person,
    "town": signs.town,
}


def _signs(field: str, form: MessageFormat) -> str:
    return "plain" if form.plain_employer and field in ("name", "address") else TEXTS[field].signs


def _limit(field: str, form: MessageFormat) -> int:
    found: int = getattr(form.lengths, TEXTS[field].length)
    return found


def column(field: str) -> str:
    """The column of the files of clients and hires that a field of the message comes from."""
    field = field.removesuffix("_more")
    return TEXTS[field].column if field in TEXTS else _CODES.get(field, field)


def fits(field: str, form: MessageFormat = STANDARD) -> Callable[[str], bool] | None:
    """Whether a text is what would be written of it in this field, as a question; None for a field of a fixed form."""
    field = field.removesuffix("_more")
    if field == "phone":
        return lambda text: len(text) <= form.lengths.phone
    if field not in TEXTS:
        return None
    limit, write = _limit(field, form), _WRITE[_signs(field, form)]
    return lambda text: len(text) <= limit and write(text) == (text, "")


# ---- what goes into the message


@dataclass(frozen=True, slots=True, repr=False)
class EmployerTexts:
    """The employer's texts in the message; None: its element is left out."""

    siret: str
    name: str
    name_more: str | None
    ape: str
    urssaf_code: str
    address: str
    address_more: str | None
    town: str
    postal_code: str
    phone: str | None


@dataclass(frozen=True, slots=True, repr=False)
class HireTexts:
    """The texts of one hire in the message; None: its element is left out. Holds the NIR: its `repr` tells nothing.

    `start_date` and `start_time` are the workplace's own day and hour.
    """

    surname: str
    usual_name: str | None
    first_names: str
    sex: str
    nir: str | None
    nir_key: str | None
    birth_date: str
    birth_town: str
    birth_department: str
    start_date: str
    start_time: str
    end_date: str | None
    kind: str
    health_service: str
    trial_days: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Fitted:
    """The very texts that go into the message.

    Attributes:
        employer, hire: the texts.
        cut: warnings: a text that is shortened, a telephone number that does not fit and is left out.
    """

    employer: EmployerTexts
    hire: HireTexts
    cut: tuple[Problem, ...] = ()


@door
def lacking(declaration: Declaration, form: MessageFormat = STANDARD) -> tuple[Problem, ...]:
    """What must be there, or be written otherwise, before this declaration can be sent: everything at once.

    Each `where` is the hire's reference and the column of the files of clients and hires, as in "E-0001, code_urssaf".
    What else R1221-1 asks for, a `Declaration` has already.
    """
    return tuple(_Fitting(declaration, form, None).problems)


@door
def fitted(declaration: Declaration, form: MessageFormat = STANDARD, *, timezone: str | None = None) -> Fitted:
    """The texts of the message for this declaration.

    A start that is an aware instant is told in the workplace's hour: that of `timezone`, else of its postal code.

    Raises:
        InputRefused: with everything that `lacking` lists; or `timezone` is none.
    """
    fit = _Fitting(declaration, form, timezone)
    if fit.problems:
        raise InputRefused(problems=fit.problems)
    return Fitted(fit.employer, fit.hire, tuple(fit.cut))


class _Fitting:
    """One declaration on its way into the message: its texts, and what is to be said of them."""

    def __init__(self, declaration: Declaration, form: MessageFormat, timezone: str | None) -> None:
        self.reference, self.form = declaration.reference, form
        self.problems: list[Problem] = []
        self.cut: list[Problem] = []
        self.employer = self._employer(declaration.employer)
        self.hire = self._hire(declaration, timezone)

    def _employer(self, employer: Employer) -> EmployerTexts:
        name, name_more = self._lines("name", employer.name)
        address, address_more = self._lines("address", employer.address)
        if employer.urssaf_code is None:
            self._problem("message_needed", "code_urssaf")
        return EmployerTexts(
            siret=str(employer.siret),
            name=name,
            name_more=name_more,
            ape=str(employer.ape),
            urssaf_code=str(employer.urssaf_code or ""),
            address=address,
            address_more=address_more,
            town=self._text("town", employer.town),
            postal_code=str(employer.postal_code),
            phone=self._phone(employer.phone),
        )

    def _hire(self, declaration: Declaration, timezone: str | None) -> HireTexts:
        employee, contract, form = declaration.employee, declaration.contract, self.form
        start = contract.start
        if start.tzinfo is not None:
            start = start.astimezone(_zone(timezone or workplace_zone(declaration.employer.postal_code)))
        usual = employee.usual_name if form.usual_name else None
        number = employee.nir.reveal() if employee.nir is not None else None
        trial = contract.trial_days if form.trial_days else None
        return HireTexts(
            surname=self._text("surname", employee.surname),
            usual_name=self._text("usual_name", usual) if usual is not None else None,
            first_names=self._text("first_names", employee.first_names),
            sex=employee.sex,
            nir=number and number[:NIR_DIGITS],
            nir_key=number and number[NIR_DIGITS:],
            birth_date=employee.birth_date.isoformat(),
            birth_town=self._text("birth_town", employee.birth_place),
            birth_department=str(employee.birth_department),
            start_date=start.date().isoformat(),
            start_time=start.time().isoformat("seconds"),
            end_date=contract.end_date.isoformat() if contract.end_date is not None else None,
            kind=contract.kind.value,
            health_service=self._text("health_service", declaration.employer.health_service or form.health_service),
            trial_days=str(trial) if trial is not None else None,
        )

    def _text(self, field: str, text: str) -> str:
        written, limit = self._written(field, text), _limit(field, self.form)
        if len(written) > limit:
            self._warn("message_cut", TEXTS[field].column, length=len(written), limit=limit)
        return written[:limit].rstrip()

    def _lines(self, field: str, text: str) -> tuple[str, str | None]:
        """A text on one line, or on two where the setting says so."""
        if not self.form.second_lines:
            return self._text(field, text), None
        written, limit = self._written(field, text), _limit(field, self.form)
        if len(written) <= limit:
            return written, None
        # between two words where there is a blank to part them
        at = written.rfind(" ", 0, limit + 1)
        at = at if at > 0 else limit
        rest = written[at:].lstrip()
        if len(rest) > limit:
            self._warn("message_cut", TEXTS[field].column, length=len(written), limit=at + limit)
        return written[:at], rest[:limit].rstrip()

    def _written(self, field: str, text: str) -> str:
        """`text` in the signs of its field."""
        column, admitted = TEXTS[field].column, _signs(field, self.form)
        written, lost = _WRITE[admitted](text)
        if lost:
            # not in the order of the name that they are from
            found = ", ".join(map(signs.shown, sorted(set(lost))[:5]))
            self._problem("message_signs", column, signs=found, admitted=admitted)
        elif not any(map(str.isalnum, written)):
            self._problem("message_nothing", column, admitted=admitted)
        return written

    def _phone(self, text: str | None) -> str | None:
        if text is None:
            if self.form.phone_needed:
                self._problem("message_needed", "telephone")
            return None
        number = signs.national(text)
        if number is not None and len(number) <= self.form.lengths.phone:
            return number
        # a number that is cut is another one: all of it, or none
        if self.form.phone_needed:
            self._problem("message_phone", "telephone")
        else:
            self._warn("message_phone_left_out", "telephone")
        return None

    def _problem(self, code: str, column: str, **facts: object) -> None:
        self.problems.append(self._said(code, column, facts))

    def _warn(self, code: str, column: str, **facts: object) -> None:
        self.cut.append(self._said(code, column, facts))

    def _said(self, code: str, column: str, facts: dict[str, object]) -> Problem:
        file = "hires" if column in _OF_HIRES else "clients"
        told = {"reference": self.reference, "column": column, "file": file, **facts}
        return Problem(f"{self.reference}, {column}", code, told)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputRefused("zone_unknown", zone=shown(name)) from None
