"""Which database a command works on. The only file of the window that opens a storage.

`--db` names an SQLite file, or the address of a database (`postgresql://user@host/base`). The password belongs into the
environment or the driver's own file; where it stands in the address all the same, it is never shown again.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.settings import Settings
from due_workflow.cli.window import a_path
from due_workflow.errors import StorageUnusable
from due_workflow.ports import Storage

if TYPE_CHECKING:
    from types import ModuleType

_ADDRESS = re.compile(r"[a-z][a-z0-9+]+:/", re.IGNORECASE)
_PLAIN = re.compile(r"(?:[\w.-]*|\[[0-9a-f:]+\])(?::\d+)?(?:/[\w./-]*)?", re.IGNORECASE)
PATIENCE = 5.0
"""Seconds that a command goes on trying while the database is away."""
_SETTINGS = {"prefix": "DUE_DB_PREFIX", "schema": "DUE_DB_SCHEMA"}


class Address(str):
    """The address of a database; shown without user, password and options, for a password may stand in each."""

    __slots__ = ()

    def __str__(self) -> str:
        scheme, _, rest = str.__str__(self).partition("://")
        rest = re.sub(r"\?\w+=.*$", "", rest, flags=re.DOTALL).rpartition("@")[2]
        # what does not look like a server and a database may be a piece of a password
        return f"{scheme.partition(':')[0]}://{rest if _PLAIN.fullmatch(rest) else '…'}"

    __repr__ = __str__

    @property
    def whole(self) -> str:
        """The address as it was given, for the driver only; psycopg where a PostgreSQL address names no driver.

        Raises:
            Usage: it can be read in two ways, and the driver might take a piece of a password for a server's name.
        """
        if str.__str__(self).count("@") > 1:
            raise Usage("address_ambiguous")
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", str.__str__(self))

    @property
    def told(self) -> str:
        """As the option of a next command: itself, or a word for it where it holds what is not shown."""
        return quote(str.__str__(self)) if str(self) == str.__str__(self) else "URL"


def a_database(text: str | Path) -> Path | Address:
    """What `--db` names."""
    if isinstance(text, Address):
        return text
    return Address(text) if _ADDRESS.match(str(text)) else a_path(text)


def of(settings: Settings) -> Path | Address | None:
    """The database that the settings file names; a file's path is relative to it."""
    if settings.firm.db is None:
        return None
    found = a_database(settings.firm.db)
    return found if isinstance(found, Address) else settings.place(settings.firm.db)


def opened(where: Path | Address, *, creates: bool) -> Storage:
    """The storage in that database.

    Raises:
        StorageUnusable: there is none, and the command does not make one; or it cannot be used.
    """
    if isinstance(where, Address):
        storage: Storage = adapter().SqlStorage(where.whole, patience=PATIENCE, **settings())
        return storage
    if not creates and not where.exists():
        raise StorageUnusable("storage_missing", path=str(where))
    return SqliteStorage(where)


def adapter() -> ModuleType:
    """The adapter for databases other than the embedded file.

    Raises:
        StorageUnusable: what it needs is not installed.
    """
    try:
        from due_workflow.adapters import sql
    except ModuleNotFoundError as missing:
        raise StorageUnusable("storage_needs_extra", missing=missing.name or "", extra="sql") from None
    return sql


def settings() -> dict[str, Any]:
    """The prefix and the schema of the tables, from the environment."""
    return {name: os.environ[variable] for name, variable in _SETTINGS.items() if os.environ.get(variable)}
