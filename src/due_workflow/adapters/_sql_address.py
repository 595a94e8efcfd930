"""A database's address: read, told to people without what is secret in it, and its secrets taken out of other texts.

A password with an unescaped ``@`` is parted in the wrong place, and its end stands in the host, the database or the
query: so whatever stands before an ``@`` is taken for a secret there. Nothing here connects.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from due_workflow.errors import InputRefused

_SECRET_NAME: Final = re.compile(r"pass|pwd|secret|token|key|cred", re.IGNORECASE)
SHORT: Final = 4  # a shorter secret is taken out only as a word of its own: else it would garble the text


def parsed(where: URL | str) -> URL:
    """The address that is meant.

    Raises:
        InputRefused: it cannot be read as one.
    """
    try:
        return make_url(where)
    except (ArgumentError, ValueError):
        pass
    raise unreadable()


def unreadable() -> InputRefused:
    """The error for an address that cannot be read; it repeats no part of it, for any part may be secret."""
    return InputRefused("database_address")


def told(url: URL) -> str:
    """A database's address for people: neither its password nor its user, nor what it sets."""
    host, database = _visible(url.host), url.database
    if url.get_backend_name() != "sqlite":
        database = _visible(database)
    return URL.create(url.drivername, None, None, host, url.port, database).render_as_string()


def scrubbed(text: str, url: URL) -> str:
    """A text of a driver or a server, without any secret of that address."""
    for secret in sorted(_secrets(url), key=len, reverse=True):
        said = re.escape(secret)
        text = re.sub(said if len(secret) >= SHORT else rf"(?<!\w){said}(?!\w)", "***", text)
    return text


def _visible(part: str | None) -> str | None:
    return None if part is None else part.rpartition("@")[2]


def _secrets(url: URL) -> set[str]:
    parts = [url.host or "", "" if url.get_backend_name() == "sqlite" else url.database or ""]
    found = {str(url.password)} if url.password else set()
    for name, given in url.query.items():
        values = [given] if isinstance(given, str) else list(given)
        parts += [name, *values]
        if _SECRET_NAME.search(name):
            found.update(values)
    for part in parts:
        before = part.rpartition("@")[0]
        found |= {before, *re.split(r"[@/?:&=]", before)}
    return found - {""}
