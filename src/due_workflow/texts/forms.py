"""The forms that a fact takes in a sentence: singular and plural, days and hours in words. Grammar only, no text of ours.

A template asks for them by a format: `{count:plural:# notice|# notices}`, `{hire:long}` and `{recipient:of}`.
"""

from __future__ import annotations

from datetime import date, datetime

_ELIDED = frozenset("aeiouyàâéèêëîïôûù")
_DAYS = {
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
_MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def plural(value: object, forms: str, lang: str) -> str:
    """The form that agrees with `value`: `one|many` or `none|one|many`; `#` in a form is the number itself.

    French: 0 and 1 are singular, so is 1.5. English: only 1 is. What is no number takes the plural.
    """
    count = value if isinstance(value, (int, float)) else _number(str(value))
    *none, one, many = forms.split("|")
    if count == 0 and none:
        form = none[0]
    elif count is None:
        form = many
    else:
        form = one if (abs(count) < 2 if lang == "fr" else count == 1) else many
    return form.replace("#", number(value, lang) if isinstance(value, float) else str(value))


def of(name: str, lang: str) -> str:
    """The name of a body with "of the" before it: du CIRSO, de l'URSSAF."""
    if lang != "fr":
        return f"of the {name}"
    return f"de l'{name}" if name[:1].casefold() in _ELIDED else f"du {name}"


def number(value: float, lang: str) -> str:
    """A number as people write it: 1,5 in French, 1.5 in English; 2 and not 2.0."""
    said = str(int(value)) if value.is_integer() else str(value)
    return said.replace(".", ",") if lang == "fr" else said


def _number(text: str) -> int | None:
    return int(text) if text.removeprefix("-").isdecimal() else None


def at_length(value: date | datetime, lang: str) -> str:
    """A day, or an hour of Paris: « mardi 1er décembre 2026 », "Tuesday 1 December 2026, 08:00"."""
    first = "1er" if lang == "fr" and value.day == 1 else str(value.day)
    said = f"{_DAYS[lang][value.weekday()]} {first} {_MONTHS[lang][value.month - 1]} {value.year}"
    if not isinstance(value, datetime):
        return said
    return said + value.strftime(" à %H:%M" if lang == "fr" else ", %H:%M")
