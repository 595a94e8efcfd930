"""How the far ends read and control a message `FR_DUE_Upload`: encoding, structure, order, lengths, keys and codes.

Own tables, made from the facts of the message alone: what the library writes is checked here by other eyes than those
that wrote it. Three degrees: `Unusable` (the bytes are no message: nothing is taken), `Message.form` (structure and
order: the portal's own control), then what each hire's values say (the recipient's control). A text names the field and
never holds a value.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, time

from lxml import etree

from due_workflow.simulator.settings import Settings

_ORG = "{http://www.repxml.org/Organization}FR_Organization."
_ADR = "{http://www.repxml.org/PostalAddress}FR_PostalAddress."
_PERS = "{http://www.repxml.org/Person_Identity}FR_"
_PHONE = "{http://www.repxml.org/PhoneAddress}FR_PhoneAddress."
_INDICATOR = "FR_DUE_Upload.Test.Indicator"


class Unusable(Exception):
    """The bytes are no message; the text is the portal's notice."""


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    parts: tuple[_Part, ...] = ()
    least: int = 1
    most: int = 1
    key: str = ""
    longest: int = 0

    @property
    def plain(self) -> str:
        return self.name.rpartition("}")[2]


def _in(name: str, *parts: _Part, least: int = 1, most: int = 1) -> _Part:
    return _Part(name, parts, least, most)


def _at(name: str, key: str, longest: int, least: int = 1) -> _Part:
    return _Part(name, (), least, 1, key, longest)


_MANY = 1_000_000
_FORM = _in(
    "FR_DUE_Upload",
    _at(_INDICATOR, "indicator", 3),
    _in(
        "FR_DuesGroup",
        _in(
            "FR_Employer",
            _in(
                "FR_EmployerIdentity",
                _at(_ORG + "SIRET.Identifier", "siret", 14),
                _at(_ORG + "Designation.Text", "designation", 32),
                _at(_ORG + "SupplementaryDesignation.Text", "designation2", 32, 0),
                _at(_ORG + "APE.Code", "ape", 5),
            ),
            _at("FR_Employer.URSSAF.Code", "urssaf", 3),
            _in(
                "FR_EmployerAddress",
                _at(_ADR + "StreetDesignation.Text", "street", 32),
                _at(_ADR + "Additional.Text", "street2", 32, 0),
                _at(_ADR + "Town.Text", "town", 27),
                _at(_ADR + "Postal.Code", "postal", 5),
            ),
            _in("FR_EmployerContact", _in("FR_PhoneNumber", _at(_PHONE + "PhoneNumber.Text", "phone", 11)), least=0),
        ),
        _in(
            "FR_EmployeeGroup",
            _in(
                "FR_Employee",
                _in(
                    "FR_EmployeeIdentity",
                    _at(_PERS + "PersonIdentity.Surname.Text", "surname", 32),
                    _at(_PERS + "PersonIdentity.UsualName.Text", "usual", 32, 0),
                    _at(_PERS + "PersonIdentity.ChristianName.Text", "first", 32),
                    _at(_PERS + "PersonIdentity.Sex.Code", "sex", 1),
                    _in(
                        _PERS + "NNI",
                        _at(_PERS + "NNI.NIR.Identifier", "nir", 13),
                        _at(_PERS + "NNI.NIRKey.Text", "nirkey", 2),
                        least=0,
                    ),
                    _in(
                        _PERS + "Birth",
                        _at(_PERS + "Birth.Date", "born", 10),
                        _at(_PERS + "Birth.Town.Text", "birthtown", 24),
                    ),
                ),
                _in(
                    "FR_EmployeeComplement",
                    _at("FR_EmployeeComplement.Birth_Department.Code", "department", 2),
                ),
            ),
            _in(
                "FR_Contract",
                _at("FR_Contract.StartContract.Date", "start", 10),
                _at("FR_Contract.StartContract.Time", "hour", 8),
                _at("FR_Contract.EndContract.Date", "end", 10, 0),
                _at("FR_Contract.Nature.Code", "nature", 3),
                _at("FR_Contract.HealthService.Text", "health", 10),
                _at("FR_Contract.TrialTime.Text", "trial", 10, 0),
            ),
            most=_MANY,
        ),
        _at("FR_EmployeeGroup.Comment.Text", "comment", 500, 0),
    ),
)
_BLANK = frozenset({"phone", "nir", "nirkey", "end", "designation2", "street2", "usual", "trial", "comment"})
"""What may stand empty: real clients write the element all the same."""

_NAME = re.compile(r"[A-Z][A-Z '.&-]*")
_TOWN = re.compile(r"[A-Z0-9][A-Z0-9 '.&-]*")
_DEPARTMENT = re.compile(r"0[1-9]|[1-8]\d|9[0-5]|9[789]|2[AB]")


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _siret(value: str) -> bool:
    if re.fullmatch(r"[0-9]{14}", value) is None:
        return False
    if value.startswith("356000000") and value != "35600000000048":  # La Poste
        return sum(map(int, value)) % 5 == 0
    return _luhn(value) and _luhn(value[:9])


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else None
    except ValueError:
        return None


def _hour(value: str) -> bool:
    try:
        return re.fullmatch(r"[0-9]{2}:[0-9]{2}:[0-9]{2}", value) is not None and bool(time.fromisoformat(value) or 1)
    except ValueError:
        return False


def _coded(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


_EMPLOYER: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("siret", _siret, "Numero SIRET invalide"),
    ("ape", _coded(r"[0-9]{4}[A-Z]"), "Code APE invalide"),
    ("urssaf", _coded(r"[0-9]{3}"), "Code URSSAF invalide"),
    ("postal", _coded(r"[0-9]{5}"), "Code postal invalide"),
    ("phone", _coded(r"[0-9]{0,11}"), "Numero de telephone invalide"),
)
_PERSON: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("sex", _coded("[12]"), "Code sexe invalide"),
    ("born", lambda value: _day(value) is not None, "Date de naissance invalide"),
    ("department", lambda value: _DEPARTMENT.fullmatch(value) is not None, "Departement de naissance invalide"),
    ("start", lambda value: _day(value) is not None, "Date d'embauche invalide"),
    ("hour", _hour, "Heure d'embauche invalide"),
    ("nature", _coded("CDD|CDI|CTT"), "Nature du contrat invalide"),
)
_CAPITALS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("surname", _NAME, "Nom: caracteres non autorises"),
    ("usual", _NAME, "Nom d'usage: caracteres non autorises"),
    ("first", _NAME, "Prenoms: caracteres non autorises"),
    ("birthtown", _TOWN, "Commune de naissance: caracteres non autorises"),
)


@dataclass(frozen=True, slots=True)
class Hire:
    """One hire of a message. `person` is a digest by which the same hire is known again, made without the NIR."""

    values: dict[str, str] = field(repr=False)
    siret: str
    person: str
    start: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What a message says: its mode, its employer, its hires, and what the portal's own control finds."""

    mode: str
    siret: str
    designation: str
    hires: tuple[Hire, ...]
    form: tuple[str, ...] = ()


def person_digest(siret: str, surname: str, first: str, born: str, start: str, hour: str) -> str:
    """The name of a hire in the ledger: SHA-256 (hex, 32 characters) of these texts of the message, joined by ``|``."""
    return hashlib.sha256(f"{siret}|{surname}|{first}|{born}|{start}|{hour}".encode()).hexdigest()[:32]


def read(data: bytes, settings: Settings) -> Message:
    """Read and control a message.

    Raises:
        Unusable: the bytes are no message, say no mode or declare nobody.
    """
    root = _tree(data)
    employer: dict[str, str] = {}
    hires: list[dict[str, str]] = []
    form: list[str] = []
    _walk(root, _FORM, employer, hires, form, lambda part: part.plain == "FR_EmployeeGroup")
    if len({(each.text or "").strip() for each in root.iter(_INDICATOR)}) > 1:
        raise Unusable("Indicateurs de test contradictoires")
    indicator = employer.get("indicator", "")
    if indicator in settings.test_indicators:
        mode = "test"
    elif indicator in settings.real_indicators:
        mode = "real"
    else:
        raise Unusable("Indicateur de test invalide")
    if not hires:
        raise Unusable("Aucune declaration dans le message")
    if len(hires) > settings.per_file:
        form.append("Nombre de declarations superieur au maximum autorise")
    common = tuple(_faults(employer, _EMPLOYER))
    if settings.capitals and employer.get("town") and _TOWN.fullmatch(employer["town"]) is None:
        common += ("Commune: caracteres non autorises",)
    return Message(
        mode=mode,
        siret=employer.get("siret", ""),
        designation=employer.get("designation", ""),
        hires=tuple(_hire(employer, values, common, settings) for values in hires),
        form=tuple(dict.fromkeys(form)),
    )


def _tree(data: bytes) -> etree._Element:
    declared = re.match(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']", data)
    if declared is None or declared[1].upper() not in (b"ISO-8859-1", b"LATIN1", b"ISO_8859-1"):
        raise Unusable("Encodage non supporte: ISO-8859-1 attendu")
    if not data.isascii() and _is_utf8(data):
        raise Unusable("Encodage incoherent: octets UTF-8 annonces ISO-8859-1")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Unusable("DOCTYPE interdit")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise Unusable("Message XML mal forme") from None
    if root.tag != _FORM.name:
        raise Unusable("Message FR_DUE_Upload attendu")
    return root


def _is_utf8(data: bytes) -> bool:
    """Whether bytes that are not all ASCII are UTF-8: text in ISO-8859-1 is that by chance only, and hardly ever."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _walk(
    element: etree._Element,
    part: _Part,
    values: dict[str, str],
    hires: list[dict[str, str]],
    form: list[str],
    begins: Callable[[_Part], bool],
) -> None:
    """Compare an element with its form, in order; each group of an employee gets values of its own."""
    if not part.parts:
        if len(element):
            form.append(f"Element inattendu dans {part.plain}")
        text = (element.text or "").strip()
        if len(text) > part.longest:
            form.append(f"Longueur maximale depassee: {part.plain}")
        if not text and part.key not in _BLANK:
            form.append(f"Zone obligatoire vide: {part.plain}")
        values[part.key] = text
        return
    if (element.text or "").strip():
        form.append(f"Texte inattendu dans {part.plain}")
    place, seen = 0, [0] * len(part.parts)
    names = [each.name for each in part.parts]
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = str(child.tag)
        if name not in names:
            form.append(f"Element inconnu dans {part.plain}")
            continue
        at = names.index(name)
        if at < place:
            form.append(f"Ordre des elements incorrect dans {part.plain}")
        place = max(place, at)
        seen[at] += 1
        own = values
        if begins(part.parts[at]):
            hires.append(own := {})
        _walk(child, part.parts[at], own, hires, form, begins)
    for each, count in zip(part.parts, seen, strict=True):
        if count < each.least:
            form.append(f"Element obligatoire absent: {each.plain}")
        elif count > each.most:
            form.append(f"Element repete: {each.plain}")


def _faults(values: dict[str, str], rules: tuple[tuple[str, Callable[[str], bool], str], ...]) -> Iterator[str]:
    return (text for key, good, text in rules if key in values and not good(values[key]))


def _hire(employer: dict[str, str], values: dict[str, str], common: tuple[str, ...], settings: Settings) -> Hire:
    problems = [*common, *_faults(values, _PERSON), *_nir(values), *_contract(values)]
    if settings.capitals:
        problems += [text for key, form, text in _CAPITALS if values.get(key) and form.fullmatch(values[key]) is None]
    siret = employer.get("siret", "")
    texts = [values.get(key, "") for key in ("surname", "first", "born", "start", "hour")]
    return Hire(values, siret, person_digest(siret, *texts), values.get("start", ""), tuple(problems))


def _nir(values: dict[str, str]) -> Iterator[str]:
    nir, key = values.get("nir", ""), values.get("nirkey", "")
    if not nir and not key:  # R1221-1: only where the person is already registered
        return
    plain = nir.replace("2A", "19").replace("2B", "18")
    right = re.fullmatch(r"[123478][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}", nir) is not None
    if not right or key != f"{97 - int(plain) % 97:02d}":
        yield "Numero de securite sociale invalide"


def _contract(values: dict[str, str]) -> Iterator[str]:
    start, told, nature = _day(values.get("start", "")), values.get("end", ""), values.get("nature")
    end = _day(told)
    if told and end is None:
        yield "Date de fin de contrat invalide"
    if not told and nature in ("CDD", "CTT"):
        yield "Date de fin de contrat obligatoire"
    if end is not None and start is not None and end < start:
        yield "Date de fin de contrat anterieure a la date d'embauche"
    born = _day(values.get("born", ""))
    if born is not None and start is not None and born > start:
        yield "Date de naissance posterieure a la date d'embauche"
