"""French identifiers, checked when they are made: SIREN, SIRET, NIR, APE, URSSAF, postal and department codes.

A value of these types is valid by construction. Spaces, dots and non-breaking spaces that people type are dropped.
The NIR is special: it is never text. `Nir` shows itself masked everywhere, and only `reveal()` gives the number
(décret 2019-341: for declarations and payroll, never an internal identifier). `scrub` masks one inside free text.
Nothing here may echo a refused NIR.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, ClassVar, NoReturn, Self, TypeVar
from unicodedata import combining, digit, normalize

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from due_workflow.errors import InputRefused

_T = TypeVar("_T")
_SPACES = re.compile(r"[\s.\u00a0\u202f\u2009_-]+")
LA_POSTE = "356000000"
LA_POSTE_HEAD_OFFICE = "35600000000048"
NIR_DIGITS = 13
MASK = "[NIR masqué]"
NAME_MASK = "[…]"


def compact(value: str) -> str:
    """`value` in capitals without the spaces, dots and dashes that people type inside a number."""
    return _SPACES.sub("", value).upper()


def luhn(digits: str) -> bool:
    """Whether the last of `digits` is their Luhn key (SIREN and SIRET)."""
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


class _Code(str):
    """A checked code: plain text of a fixed form. Subclasses give the pattern and, where there is one, the key."""

    __slots__ = ()
    code: ClassVar[str]
    pattern: ClassVar[re.Pattern[str]]

    def __new__(cls, value: str) -> Self:
        if type(value) is cls:
            return value
        if not isinstance(value, str):
            _refuse(f"bad_{cls.code}", type(value).__name__)
        text = cls.read(value)
        if not cls.pattern.fullmatch(text) or not cls.valid(text):
            value = text = shown(value)  # a NIR typed in the wrong place stays in no frame
            _refuse(f"bad_{cls.code}", value)
        return super().__new__(cls, text)

    @classmethod
    def read(cls, text: str) -> str:
        """`text` as the pattern expects it."""
        return compact(text)

    @classmethod
    def valid(cls, text: str) -> bool:  # noqa: ARG003
        """Whether the key of `text`, whose form is right, is right too."""
        return True

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str.__repr__(self)})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _located(cls),
            serialization=core_schema.to_string_ser_schema(),
            json_schema_input_schema=core_schema.str_schema(),
        )


def _located(kind: Callable[[Any], _T]) -> Callable[[Any], _T]:
    """`kind` as a validator: its refusal becomes a fault that pydantic can place in the input."""
    known: Callable[[Any], _T] = kind if kind is Nir else lru_cache(maxsize=8192)(kind)

    def parse(value: Any) -> _T:
        try:
            return known(value) if isinstance(value, str) else kind(value)
        except InputRefused as error:
            code, facts = error.code, dict(error.facts)
        value = None
        raise PydanticCustomError("due." + code, code, facts)

    return parse


def _refuse(code: str, value: str) -> NoReturn:
    raise InputRefused(code, value=shown(value))


class Siren(_Code):
    """SIREN, système d'identification du répertoire des entreprises: 9 digits with a Luhn key; La Poste too."""

    __slots__ = ()
    code = "siren"
    pattern = re.compile(r"\d{9}", re.ASCII)

    @classmethod
    def valid(cls, text: str) -> bool:
        """The Luhn key."""
        return luhn(text)


class Siret(_Code):
    """SIRET, an establishment: the SIREN and 5 digits (NIC). La Poste's keys go by the sum of digits, modulo 5."""

    __slots__ = ()
    code = "siret"
    pattern = re.compile(r"\d{14}", re.ASCII)

    @classmethod
    def valid(cls, text: str) -> bool:
        """The Luhn key of the whole and of its SIREN; for La Poste's establishments the sum of digits % 5."""
        if text.startswith(LA_POSTE) and text != LA_POSTE_HEAD_OFFICE:
            return sum(map(int, text)) % 5 == 0
        return luhn(text) and luhn(text[:9])

    @property
    def siren(self) -> Siren:
        """The legal entity that this establishment belongs to."""
        return Siren(self[:9])


class ApeCode(_Code):
    """APE, activité principale exercée (NAF): 4 digits and a letter, written without the dot."""

    __slots__ = ()
    code = "ape"
    pattern = re.compile(r"\d{4}[A-Z]", re.ASCII)


class UrssafCode(_Code):
    """The 3 digits of the URSSAF that an establishment belongs to."""

    __slots__ = ()
    code = "urssaf_code"
    pattern = re.compile(r"\d{3}", re.ASCII)


class PostalCode(_Code):
    """A French postal code, 5 digits."""

    __slots__ = ()
    code = "postal_code"
    pattern = re.compile(r"\d{5}", re.ASCII)


class Department(_Code):
    """A department of birth on 2 characters: 01–95, 2A, 2B, 97 overseas, 98 Pacific, 99 abroad. 971 is read as 97."""

    __slots__ = ()
    code = "department"
    pattern = re.compile(r"(0[1-9]|[1-8]\d|9[0-5]|9[789]|2[AB])", re.ASCII)

    @classmethod
    def read(cls, text: str) -> str:
        """The three digits of an overseas department as the two of the message."""
        text = compact(text)
        return text[:2] if re.fullmatch(r"9[78]\d", text, re.ASCII) else text


class Nir:
    """NIR, numéro d'inscription au répertoire (social security number): 13 characters and a key of 2.

    The key is 97 − (n mod 97), with 2A read as 19 and 2B as 18. First digit 1 or 2; 3, 4, 7 and 8 are provisional.
    Not text: `str`, `repr`, formatting and JSON give it masked. `reveal()` gives the 15 characters.

    Raises:
        InputRefused: wrong form or wrong key; the error never holds the number.
    """

    __slots__ = ("_digits",)
    _digits: str
    _FORM = re.compile(r"[123478]\d{2}\d{2}(?:\d{2}|2[AB])\d{6}\d{2}", re.ASCII)

    def __init__(self, value: str | Nir) -> None:
        self._digits = ""
        digits = value._digits if isinstance(value, Nir) else compact(value) if isinstance(value, str) else ""
        fault = "" if self._FORM.fullmatch(digits) else "bad_nir"
        if not fault and nir_key(digits[:NIR_DIGITS]) != digits[NIR_DIGITS:]:
            fault = "bad_nir_key"
        if fault:
            value = digits = ""
            raise InputRefused(fault)
        self._digits = digits

    def reveal(self) -> str:
        """The 15 characters in clear: for the declaration's own content and the message to the portal only."""
        return self._digits

    def __str__(self) -> str:
        return f"{self._digits[:1]} •• •• •• ••• ••• ••"

    def __repr__(self) -> str:
        return f"Nir({self})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Nir) and other._digits == self._digits

    def __hash__(self) -> int:
        return hash((Nir, self._digits))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def out(nir: Nir, info: core_schema.SerializationInfo) -> str:
            return nir.reveal() if (info.context or {}).get("reveal") else str(nir)

        return core_schema.no_info_plain_validator_function(
            _located(cls),
            serialization=core_schema.plain_serializer_function_ser_schema(out, info_arg=True),
            json_schema_input_schema=core_schema.str_schema(),
        )


def nir_key(first13: str) -> str:
    """The two digits of the key for the first 13 characters of a NIR."""
    return f"{97 - int(first13.replace('2A', '19').replace('2B', '18')) % 97:02d}"


# A number with the build of a NIR (sex, year, month, department…), with or without key, however it is spaced.
_S = r"[\s./,:\u00a0\u00ad\u1680\u2000-\u2015\u202f\u205f\u2060\u3000\ufeff_-]{0,8}"
_NIR_LIKE = re.compile(
    rf"(?<!\d)[123478]{_S}\d{_S}\d{_S}\d{_S}\d{_S}(?:\d{_S}\d|2{_S}[ABab]){_S}"
    rf"\d{_S}\d{_S}\d{_S}\d{_S}\d{_S}\d(?:{_S}\d{_S}\d)?(?!\d)",
    re.ASCII,
)


class _Plain(dict[int, int]):
    """By character, the ASCII digit or letter that it stands for (full width, Arabic, superscript…), else itself."""

    def __missing__(self, point: int) -> int:
        char = chr(point)
        value = digit(char, None)
        plain = normalize("NFKC", char) if value is None else str(value)
        found = ord(plain) if len(plain) == 1 else point
        if len(self) < 4096:  # the letters of a few languages; hostile text must not fill the memory
            self[point] = found
        return found


_PLAIN = _Plain()


def _spans(text: str, counts: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Where something with the build of a NIR stands in `text`, of what `counts`."""
    found = _NIR_LIKE.search(text)
    while found is not None:
        if counted := counts(found[0]):
            yield found.span()
        # what does not count may hide one that begins inside it
        found = _NIR_LIKE.search(text, found.end() if counted else found.start() + 1)


def _masked(text: str, counts: Callable[[str], bool]) -> str:
    if len(text) < NIR_DIGITS:
        return text
    text = _cut(text, text, counts)
    # after the plain reading, not instead of it: a foreign digit beside a number must not hide that
    return text if text.isascii() else _cut(text, text.translate(_PLAIN), counts)


def _cut(text: str, read: str, counts: Callable[[str], bool]) -> str:
    """`text` masked where `read`, the same character by character, says."""
    kept, end = "", 0
    for begin, after in _spans(read, counts):
        kept, end = kept + text[end:begin] + MASK, after
    return kept + text[end:] if end else text


def scrub(text: str) -> str:
    """`text` with everything that looks like a NIR masked, whoever wrote it (a portal, a user, a file name)."""
    return _masked(text, _any)


def _any(_: str) -> bool:
    return True


_PLAIN_NIR = re.compile(r"[12]\d{2}(?:0[1-9]|1[0-2])(?:\d{2}|2[AB])\d{6}(?P<key>\d{2})?", re.ASCII)


def unnamed(text: str, names: Iterable[str]) -> str:
    """`text` without these people's names: each of their words is masked, whatever its case and accents.

    A name of one or two letters inside a longer name (a particle) says nobody, and would mask half a sentence.
    """
    said = [_folded(name) for name in names]
    words = {word for name in said for word in _WORD.findall(name) if len(word) > 2 or word == name}
    return _WORD.sub(lambda found: NAME_MASK if _folded(found[0]) in words else found[0], text)


def _folded(text: str) -> str:
    return "".join(c for c in normalize("NFKD", text.strip().casefold()) if not combining(c))


_WORD = re.compile(r"[^\W\d_]+")


def _is_nir(text: str) -> bool:
    digits = _joined(text)
    found = _PLAIN_NIR.fullmatch(digits)
    if found is not None and found["key"] is None:
        return True
    return len(digits) > NIR_DIGITS and nir_key(digits[:NIR_DIGITS]) == digits[NIR_DIGITS:]


# A whole number with its key, wherever it begins; and the first 13 in the groups in which a NIR is written.
_WHOLE = re.compile(
    rf"(?<!\d)(?=([12]{_S}\d{_S}\d{_S}(?:0{_S}[1-9]|1{_S}[0-2]){_S}(?:\d{_S}\d|2{_S}[ABab])"
    rf"(?:{_S}\d){{8}})(?!\d))",
    re.ASCII,
)
_GROUPED = re.compile(
    r"(?<!\d)[12](?P<gap>[\s.\u00a0\u2009\u202f_-])\d\d(?P=gap)(?:0[1-9]|1[0-2])(?P=gap)(?:\d\d|2[ABab])"
    r"(?P=gap)\d{3}(?P=gap)\d{3}(?!\d)",
    re.ASCII,
)


def holds_nir(text: str) -> bool:
    """Whether a NIR stands in `text` beyond reasonable doubt: for a name that a portal may have chosen itself.

    That is all 15 with the right key, a sex of 1 or 2 and a month of birth, whatever surrounds or parts them; or the
    first 13 in the groups in which a NIR is written. Thirteen digits in one piece are no proof: counters and instants
    in milliseconds look so, one in forty of them would be refused by chance, and the deposit could never be named. Of
    15 digits in one piece one in four thousand is.
    """
    for read in {text, text.translate(_PLAIN)}:
        for found in _WHOLE.finditer(read):
            digits = _joined(found[1])
            if nir_key(digits[:NIR_DIGITS]) == digits[NIR_DIGITS:]:
                return True
        if _GROUPED.search(read):
            return True
    return False


def _joined(text: str) -> str:
    return "".join(filter(str.isalnum, text)).upper()


def looks_like_nir(text: str) -> bool:
    """Whether `text` holds a NIR: with its right key, or without a key but with a month of birth.

    Narrower than `scrub`: a host's numeric reference of 13 digits must not be taken for one by chance.
    """
    if len(text) < NIR_DIGITS:
        return False
    if any(_spans(text, _is_nir)):
        return True
    return not text.isascii() and any(_spans(text.translate(_PLAIN), _is_nir))


def named(text: str) -> str:
    """A name that a portal gives (a reference, a SIRET): only a NIR in it is masked, so that it still matches."""
    return _masked(text, _is_nir)


def shown(value: str, limit: int = 40) -> str:
    """A refused value as an error may show it: scrubbed, one line, cut at `limit` characters."""
    readable = value[: 8 * limit].encode("utf-8", "replace").decode()
    text = scrub(" ".join(readable.split())[: 4 * limit])
    return text if len(text) <= limit else text[: limit - 1] + "…"
