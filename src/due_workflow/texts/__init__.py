"""The one catalogue of what a firm's staff and its support desk read, in French and English.

Rules hold codes and facts; a sentence is made here, at the edge. Keys are `section.code`; each value is a pair
(French, English) of `str.format` templates over the facts, whose formats are: `{state:word:client_state}` a word of the
catalogue, `{count:plural:# notice|# notices}` the form that agrees, `{at:instant}` and `{at:day}` an ISO text as an
instant or a day, `{at:long}` the same in words, `{why:trouble}` what went wrong. A missing key is a fault of ours, and
tests hold that every code has its texts and no text is left over; should one slip through all the same, `render` shows
the code rather than fail.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from due_workflow.texts.delivery import DELIVERY
from due_workflow.texts.demo import DEMO
from due_workflow.texts.denials import DENIALS
from due_workflow.texts.evidence import EVIDENCE
from due_workflow.texts.evidence_check import EVIDENCE_CHECK
from due_workflow.texts.files import FILES
from due_workflow.texts.forms import at_length, number, of, plural
from due_workflow.texts.inputs import INPUTS
from due_workflow.texts.jedeclare import JEDECLARE
from due_workflow.texts.mandates import MANDATES
from due_workflow.texts.message import MESSAGE
from due_workflow.texts.notices import NOTICES
from due_workflow.texts.pictures import PICTURES
from due_workflow.texts.pilots import PILOTS
from due_workflow.texts.portals import PORTALS
from due_workflow.texts.procedure import PROCEDURE
from due_workflow.texts.report import REPORT
from due_workflow.texts.settings import SETTINGS
from due_workflow.texts.simulator import SIMULATOR
from due_workflow.texts.trouble import TROUBLE
from due_workflow.texts.window import WINDOW
from due_workflow.texts.wire import WIRE
from due_workflow.texts.words import WORDS

CATALOGUE: Mapping[str, tuple[str, str]] = {
    **WORDS,
    **DENIALS,
    **INPUTS,
    **FILES,
    **TROUBLE,
    **NOTICES,
    **DELIVERY,
    **WINDOW,
    **DEMO,
    **PICTURES,
    **REPORT,
    **SIMULATOR,
    **PILOTS,
    **MANDATES,
    **MESSAGE,
    **PROCEDURE,
    **EVIDENCE,
    **EVIDENCE_CHECK,
    **WIRE,
    **SETTINGS,
    **PORTALS,
    **JEDECLARE,
}
LANGUAGES = ("fr", "en")

_PARIS = ZoneInfo("Europe/Paris")


class _Facts(string.Formatter):
    """Formats facts for people: instants in Paris time, words of the catalogue translated, lists joined."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def get_value(self, key: int | str, _args: object, kwargs: Mapping[str, object]) -> object:
        return kwargs.get(str(key), "?")

    def format_field(self, value: object, format_spec: str) -> str:
        if format_spec.startswith("word:"):
            many = value if isinstance(value, (list, tuple)) else str(value).split(", ")
            return ", ".join(word(format_spec[5:], str(getattr(v, "value", v)), self.lang) for v in many)
        if format_spec.startswith("plural:"):
            return plural(value, format_spec[7:], self.lang)
        if format_spec == "trouble":
            return trouble(str(value), self.lang)
        if format_spec == "instant" and isinstance(value, str):
            return shown(datetime.fromisoformat(value), self.lang)
        if format_spec == "day" and isinstance(value, str):
            return shown(date.fromisoformat(value), self.lang)
        if format_spec == "of":
            return of(str(value), self.lang)
        if format_spec == "long":
            return long(value, self.lang)
        return shown(value, self.lang)


def shown(value: object, lang: str = "fr") -> str:
    """A fact as people read it: 23/11/2026 14:05 (Paris time), 23/11/2026, or its text."""
    if isinstance(value, datetime):
        local = value.astimezone(_PARIS) if value.tzinfo else value
        return local.strftime("%d/%m/%Y %H:%M" if lang == "fr" else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y" if lang == "fr" else "%Y-%m-%d")
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(shown(item, lang) for item in value)
    if isinstance(value, float):
        return number(value, lang)
    return "—" if value is None else str(value)


def long(value: object, lang: str = "fr") -> str:
    """A day or an instant (Paris time) in words; as `shown` where it is neither nor the ISO text of one."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == len("2026-11-23") else datetime.fromisoformat(value)
        except ValueError:
            return str(value)
    if isinstance(value, datetime):
        return at_length(value.astimezone(_PARIS) if value.tzinfo else value, lang)
    return at_length(value, lang) if isinstance(value, date) else shown(value, lang)


def render(key: str, lang: str = "fr", facts: Mapping[str, object] | None = None) -> str:
    """The text of `key` in `lang`, filled with `facts`; the key itself where the catalogue has none."""
    pair = CATALOGUE.get(key)
    if pair is None:
        return f"{key} {dict(facts)}" if facts else key
    return _Facts(lang).vformat(pair[LANGUAGES.index(lang)], (), dict(facts or {}))


def word(section: str, code: str, lang: str = "fr") -> str:
    """One word of the field (a state, an outcome, a status) for people; `state` also knows a client's and a hire's."""
    pair = CATALOGUE.get(f"{section}.{code}") or CATALOGUE.get(f"client_{section}.{code}")
    if pair is None and section == "state":
        pair = CATALOGUE.get(f"status.{code}")
    return pair[LANGUAGES.index(lang)] if pair else code


def trouble(why: str, lang: str = "fr") -> str:
    """What went wrong with a delivery, for people: a code of the catalogue with its detail ("smtp_busy: 451"), or words."""
    code, colon, detail = why.partition(": ")
    pair = CATALOGUE.get(f"trouble.{code}")
    return pair[LANGUAGES.index(lang)] + (f" ({detail})" if colon else "") if pair else why
