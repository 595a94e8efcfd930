"""Which database a command works on. The only file of the window that opens a storage.

`--db` names an SQLite file, or the address of a database (`postgresql://user@host/base`). The password belongs into the
environment or the driver's own file; where it stands in the address all the same, it is never shown again.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli.window import a_path
from due_workflow.errors import StorageUnusable
from due_workflow.ports import Storage

if TYPE_CHECKING:
    from types import ModuleType

_ADDRESS = re.compile(r"[a-z][a-z0-9+]*://", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^@/]*(?=@)")
_SETTINGS = {"prefix": "DUE_DB_PREFIX", "schema": "DUE_DB_SCHEMA"}


class Address(str):
    """The address of a database; shown without its password."""

    __slots__ = ()

    def __str__(self) -> str:
        return _PASSWORD.sub(r"\1:***", str.__str__(self))

    __repr__ = __str__

    @property
    def whole(self) -> str:
        """The address as it was given, for the driver only; psycopg where a PostgreSQL address names no driver."""
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", str.__str__(self))


def a_database(text: str | Path) -> Path | Address:
    """What `--db` names."""
    return Address(text) if _ADDRESS.match(str(text)) else a_path(text)


def opened(where: Path | Address, *, creates: bool) -> Storage:
    """The storage in that database.

    Raises:
        StorageUnusable: there is none, and the command does not make one; or it cannot be used.
    """
    if isinstance(where, Address):
        storage: Storage = adapter().SqlStorage(where.whole, **settings())
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
