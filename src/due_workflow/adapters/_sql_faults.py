"""What an error of the database means: nothing was done and it may be tried again, the connection is lost, or more.

Read by SQLSTATE, or by the number where a database has no other. No text made here holds a value or a password: of the
database's own words only the first line of its primary message is told.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from sqlalchemy import URL
from sqlalchemy.exc import (
    DBAPIError,
    DisconnectionError,
    InvalidRequestError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from due_workflow.adapters._sql_address import scrubbed, told
from due_workflow.errors import StorageUnusable


class Means(Enum):
    """What the caller can do."""

    AGAIN = "nothing was applied: another transaction was in the way"
    LOST = "the connection is gone"
    LOCKED = "nothing was applied: another process writes, and holds its lock for longer than we may wait"
    TAKEN = "a row exists already"
    VALUE = "a value cannot be stored"
    UNUSABLE = "the database cannot be used as it is"


_AGAIN, _LOCKED = {"40001", "40P01"}, {"55P03"}
_MYSQL_AGAIN, _MYSQL_LOCKED, _MYSQL_LOST = {1020, 1213}, {1205}, {1053, 1927, 2002, 2003, 2006, 2013, 4031}
_MYSQL_NO_TABLE, _MYSQL_TAKEN = {1146}, {1062}
_SQLITE_TAKEN = {sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE}
_SQLITE: Final = {
    sqlite3.SQLITE_READONLY: "storage_read_only",
    sqlite3.SQLITE_PERM: "storage_read_only",
    sqlite3.SQLITE_CANTOPEN: "storage_read_only",
    sqlite3.SQLITE_NOTADB: "storage_foreign",
    sqlite3.SQLITE_CORRUPT: "storage_corrupt",
    sqlite3.SQLITE_FULL: "storage_full",
}
_CODES: Final = {
    "25P02": "storage_host_failed",
    "25006": "storage_read_only",
    "42501": "storage_denied",
    "53100": "storage_full",
    "42P01": "storage_no_tables",
    "3F000": "storage_no_tables",
    "42S02": "storage_no_tables",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One error, read."""

    means: Means
    code: str
    why: str = ""

    def unusable(self, url: URL | None, code: str = "", **facts: object) -> StorageUnusable:
        """The error to raise; nothing secret of that address is in it."""
        address, why = ("", self.why) if url is None else (told(url), scrubbed(self.why, url))
        return StorageUnusable(code or self.code, why=why, database=address, path=address, **facts)


def read(error: Exception, *, lost: bool = False) -> Fault:
    """What an error of SQLAlchemy or of a driver means; `lost`: the driver knows that its connection is gone."""
    if isinstance(error, UnicodeError):
        return Fault(Means.VALUE, "storage_failed")
    if isinstance(error, PoolTimeoutError):
        return Fault(Means.UNUSABLE, "storage_no_connection")
    if isinstance(error, DisconnectionError):
        return Fault(Means.LOST, "storage_unreachable")
    original: Any = error
    if isinstance(error, DBAPIError):
        original, lost = error.orig, lost or error.connection_invalidated
    elif isinstance(error, SQLAlchemyError):
        code = "storage_host_failed" if isinstance(error, InvalidRequestError) else "storage_failed"
        return Fault(Means.UNUSABLE, code, type(error).__name__)
    return _sqlite(original) if isinstance(original, sqlite3.Error) else _server(original, lost)


def _server(error: Any, lost: bool) -> Fault:
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    kinds = {kind.__name__ for kind in type(error).__mro__}  # PEP 249 gives all drivers the same names
    why = _why(error, state or number)
    if state in _AGAIN or number in _MYSQL_AGAIN:
        return Fault(Means.AGAIN, "storage_failed", why)
    if state in _LOCKED or number in _MYSQL_LOCKED:
        return Fault(Means.LOCKED, "storage_locked", why)
    if lost or state[:2] == "08" or state[:3] in {"57P", "533"} or number in _MYSQL_LOST:
        return Fault(Means.LOST, "storage_unreachable", why)
    if state in _CODES or number in _MYSQL_NO_TABLE:
        return Fault(Means.UNUSABLE, _CODES.get(state, "storage_no_tables"), why)
    if state == "23505" or number in _MYSQL_TAKEN:
        return Fault(Means.TAKEN, "storage_failed", why)
    if "DataError" in kinds or (not state and "ProgrammingError" in kinds):
        return Fault(Means.VALUE, "storage_failed", why)
    if not state and not number and "OperationalError" in kinds:
        return Fault(Means.LOST, "storage_unreachable", why)  # a connection that was never made has no SQLSTATE
    return Fault(Means.UNUSABLE, "storage_failed", why)


def _sqlite(error: sqlite3.Error) -> Fault:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}:
        return Fault(Means.LOCKED, "storage_locked")
    if getattr(error, "sqlite_errorcode", 0) in _SQLITE_TAKEN:
        return Fault(Means.TAKEN, "storage_failed")
    if isinstance(error, sqlite3.IntegrityError):
        return Fault(Means.VALUE, "storage_failed")
    if isinstance(error, (sqlite3.InterfaceError, sqlite3.ProgrammingError, sqlite3.DataError)) and not code:
        return Fault(Means.VALUE, "storage_failed")
    if "no such table" in str(error):
        return Fault(Means.UNUSABLE, "storage_no_tables")
    return Fault(Means.UNUSABLE, _SQLITE.get(code, "storage_failed"), str(error))


def _why(original: Any, code: object) -> str:
    """The database's own primary message; a driver's text may hold an address, so its first line has to do."""
    primary = getattr(getattr(original, "diag", None), "message_primary", None)
    said = primary or (type(original).__name__ if code else str(original).partition("\n")[0])
    return f"{said} [{code}]" if code else str(said)
