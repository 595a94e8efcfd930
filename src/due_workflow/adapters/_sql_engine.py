"""Engines that we make ourselves, from a URL: a host's own engine is used as it is.

Also how a connection begins and speaks. Nothing here knows a table.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit
from weakref import WeakSet

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event
from sqlalchemy.exc import ArgumentError

from due_workflow.adapters._sql_address import parsed, scrubbed, told, unreadable
from due_workflow.adapters._sql_say import Rows, Run
from due_workflow.errors import StorageUnusable

SQLITE_PATIENCE: Final = 10.0  # seconds that a writer waits for another one before SQLite says "locked"

_engines: WeakSet[Engine] = WeakSet()


def make_engine(where: URL | str) -> Engine:
    """An engine on that address, its parameters hidden from errors; forked children get connections of their own.

    Raises:
        InputRefused: the address cannot be read, or names a dialect or driver that there is not.
        StorageUnusable: the driver's package is not installed.
    """
    url = parsed(where)
    options: dict[str, Any] = {"hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        options |= {"isolation_level": "AUTOCOMMIT", "connect_args": {"timeout": SQLITE_PATIENCE}}
    missing: str | None = None
    try:
        engine = create_engine(url, **options)
    except ImportError as error:
        missing = error.name or url.drivername
    except (ArgumentError, TypeError, ValueError):
        missing = ""
    if missing:
        raise StorageUnusable("storage_needs_driver", missing=missing, database=told(url))
    if missing is not None:
        raise unreadable()
    event.listen(engine, "do_connect", _connecting(url))
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    _engines.add(engine)
    return engine


def begin(connection: Connection) -> None:
    """See that a transaction is open in the database itself, where the driver would open it too late.

    SQLite's driver begins at the first write or not at all; what was read before would not hold until the commit.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        if not getattr(driver, "in_transaction", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def direct(raw: Any) -> Run:
    """Say statements on the driver's own cursor: of SQLAlchemy there remain the pool, the dialect and the transaction.

    Its results cost more than a statement on a nearby server; and no payload passes through its log.
    """

    def run(text: str, values: Any) -> Rows:
        cursor = raw.cursor()
        if isinstance(values, list):
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
        rows: Rows = cursor
        return rows

    return run


def commits_alone(dialect: Dialect, raw: Any) -> bool:
    """Whether this connection of the driver commits each statement by itself."""
    if dialect.name == "sqlite":
        return False  # `begin` begins by itself there, whatever the driver does
    if hasattr(dialect, "detect_autocommit_setting"):
        with suppress(NotImplementedError):
            return bool(dialect.detect_autocommit_setting(raw))
    asked = getattr(raw, "get_autocommit", None)  # before SQLAlchemy 2.0.43 nobody asks the driver for us
    return bool(asked() if callable(asked) else getattr(raw, "autocommit", False))


@contextmanager
def whole(connection: Connection) -> Iterator[None]:
    """A transaction, committed at the end of the block: also on connections that commit each statement by themselves.

    Those are given back as they were. What leaves the block rolls it back.
    """
    raw: Any = connection.connection.dbapi_connection
    dialect = connection.dialect
    alone = commits_alone(dialect, raw)
    if alone:
        level = dialect.default_isolation_level
        dialect.set_isolation_level(raw, level if level and level != "AUTOCOMMIT" else "READ COMMITTED")
    try:
        transaction = connection.begin()
        yield
        transaction.commit()
    finally:
        if alone:
            try:
                raw.rollback()  # no more than the end of what failed
                dialect.set_isolation_level(raw, "AUTOCOMMIT")
            except dialect.loaded_dbapi.Error:
                connection.invalidate()


def _connecting(url: URL) -> Any:
    """Connects; what the address sets and the driver does not take is told without the address."""

    def connect(dialect: Dialect, _: object, args: Any, options: Any) -> Any:
        if dialect.name == "sqlite":
            _make_private(str(args[0]) if args else "", bool(options.get("uri")))
        kinds = dialect.loaded_dbapi
        try:
            return dialect.connect(*args, **options)
        except (kinds.ProgrammingError, kinds.DataError, kinds.NotSupportedError) as error:
            if getattr(error, "sqlstate", None):
                raise
            why = str(error).partition("\n")[0]
        except (TypeError, ValueError) as error:
            why = type(error).__name__
        address = told(url)
        raise StorageUnusable("storage_failed", why=scrubbed(why, url), path=address, database=address)

    return connect


def _make_private(name: str, uri: bool) -> None:
    """Create a missing file for its owner's eyes only; what stands in the way is told by SQLite itself."""
    if uri and name.startswith("file:"):
        parts = urlsplit(name)
        if parse_qs(parts.query).get("mode", ["rwc"]) != ["rwc"]:
            return
        name = unquote(parts.path)
    if name and name != ":memory:":
        with suppress(OSError):
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare_sqlite(raw: Any, _: object) -> None:
    """The settings of the embedded storage: a commit survives a power failure, what a purge removes is overwritten."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY"):
        raw.execute(f"PRAGMA {pragma}")


def _after_fork() -> None:
    """A connection is never used in another process than its own, nor closed there."""
    for engine in list(_engines):
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
