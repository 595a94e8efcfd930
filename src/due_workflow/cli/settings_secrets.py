"""The secrets of a firm's settings: the variables that hold them, and what of the file is one and must not stand there.

A secret comes from the environment, never from the file; nothing here shows one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from due_workflow.cli.settings import FolderTable, Settings, UrssafTable

_SECRET = re.compile(
    r"(pass(word|phrase|wd)?|pwd|mdp|motdepasse|secrets?|tokens?|jeton|apikey|credentials?|privatekey)$"
)
_CLEAR = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s@]*:[^/?#\s]*@|[?&;]pass(word)?=", re.IGNORECASE)
_WHOLE = frozenset({"notifiers.apprise.url", "notifiers.apprise.urls"})
"""Addresses that are secrets themselves."""


class Secret(NamedTuple):
    """One variable that holds a secret.

    Attributes:
        name: of the variable.
        use: what for, as `setting.<use>` of the catalogue says.
        needed: whether what is set asks for it.
    """

    name: str
    use: str
    needed: bool


def variable(label: str, what: str) -> str:
    """The variable of a portal's secret: `DUE_`, the table's name in capitals, what it is."""
    return f"DUE_{re.sub(r'[^A-Z0-9]', '_', label.upper())}_{what}"


def secrets(settings: Settings) -> Iterator[Secret]:
    """The variables that what is set asks for, or may use."""
    yield Secret("DUE_DB", "secret.db", needed=False)
    for label, table in settings.portals.items():
        if isinstance(table, UrssafTable):
            yield Secret(variable(label, "SURNAME"), "urssaf.surname", needed=table.surname is None)
            yield Secret(variable(label, "FIRST_NAME"), "urssaf.first_name", needed=table.first_name is None)
        if not isinstance(table, FolderTable):
            yield Secret(variable(label, "PASSWORD"), "secret.portal", needed=True)
            yield Secret(variable(label, "PROXY"), "secret.proxy", needed=False)
    told = settings.notifiers
    if told.email is not None:
        yield Secret("DUE_SMTP_PASSWORD", "DUE_SMTP_PASSWORD", needed="@" in told.email.url)
    if told.webhook is not None:
        yield Secret("DUE_WEBHOOK_SECRET", "DUE_WEBHOOK_SECRET", needed=True)
    if told.apprise is not None:
        yield Secret("DUE_APPRISE_URLS", "DUE_APPRISE_URLS", needed=True)


# ---- secrets that should not be there


def misplaced(data: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    """Each place of the file that holds a secret, with the variable that it belongs into."""
    for key, value in data.items():
        here = f"{place}.{key}".lstrip(".")
        named = _SECRET.search(re.sub(r"[^a-zé]", "", key.casefold()))
        if isinstance(value, Mapping) and not named:
            yield from misplaced(value, here)
        elif named or here in _WHOLE or any(_CLEAR.search(text) for text in _texts(value)):
            yield here, _variable(here)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _variable(place: str) -> str:
    """The variable that a secret found at that place belongs into."""
    table, _, rest = place.partition(".")
    if table == "portals" and "." in rest:
        label, _, key = rest.partition(".")
        return variable(label, "PROXY" if key.endswith("proxy") else "PASSWORD")
    by_place = {
        "firm": "DUE_DB",
        "notifiers.email": "DUE_SMTP_PASSWORD",
        "notifiers.webhook": "DUE_WEBHOOK_SECRET",
        "notifiers.apprise": "DUE_APPRISE_URLS",
    }
    return next((name for start, name in by_place.items() if place.startswith(start)), variable("PORTAIL", "PASSWORD"))
