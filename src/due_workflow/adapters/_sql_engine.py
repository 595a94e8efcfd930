"""Engines that we make ourselves, from a URL: a host's own engine is used as it is.

Also how a connection begins and speaks. Nothing here knows a table.
"""

from __future__ import annotations

import os
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, create_engine, event

from due_workflow.adapters._sql_say import Rows, Run

SQLITE_PATIENCE: Final = 10.0  # seconds that a writer waits for another one before SQLite says "locked"

_engines: WeakSet[Engine] = WeakSet()


def make_engine(url: URL) -> Engine:
    """An engine on `url`, its parameters hidden from errors; forked children get connections of their own."""
    options: dict[str, Any] = {"hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        options |= {"isolation_level": "AUTOCOMMIT", "connect_args": {"timeout": SQLITE_PATIENCE}}
    engine = create_engine(url, **options)
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


def told(url: URL) -> str:
    """A database's address for people: neither its password nor its user."""
    return URL.create(url.drivername, None, None, url.host, url.port, url.database).render_as_string()


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
