"""What the PostgreSQL benchmarks share: databases made as copies, and the peer that repeats the very SQL with psycopg.

What the library says is noted at the driver (statements, values, commits) while it does the work once on a copy of the
database. The peer then says the same to another copy, on a bare psycopg connection with the same prepared statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from sqlalchemy import create_engine

import servers
from benchmarks.peer import CABINET, firm
from due_workflow.adapters.sql import SqlStorage, upgrade
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Changes, Kind, Storage
from due_workflow.records import JOURNALED

Said = tuple[str, Any, Any]


class Traced(psycopg.Cursor[Any]):
    """A cursor that notes what it is told."""

    said: list[Said] | None = None

    def execute(self, query: Any, params: Any = None, **rest: Any) -> Any:
        _note("execute", query, params)
        return super().execute(query, params, **rest)

    def executemany(self, query: Any, params_seq: Any, **rest: Any) -> Any:
        params_seq = list(params_seq)
        _note("executemany", query, params_seq)
        return super().executemany(query, params_seq, **rest)


def _note(how: str, query: Any = None, values: Any = None) -> None:
    if Traced.said is not None:
        Traced.said.append((how, query, values))


@contextmanager
def traced() -> Iterator[list[Said]]:
    """What is said to the database in here, through storages that were made with `noting`."""
    ends = {name: getattr(psycopg.Connection, name) for name in ("commit", "rollback")}

    def noted(name: str) -> Callable[[Any], None]:
        def end(self: Any) -> None:
            _note(name)
            ends[name](self)

        return end

    Traced.said = said = []
    try:
        with mock.patch.multiple(psycopg.Connection, commit=noted("commit"), rollback=noted("rollback")):
            yield said
    finally:
        Traced.said = None


@contextmanager
def noting(url: str) -> Iterator[SqlStorage]:
    """A storage whose cursors can be traced."""
    engine = create_engine(url, connect_args={"cursor_factory": Traced})
    try:
        yield SqlStorage(engine)
    finally:
        engine.dispose()


def replayed(raw: psycopg.Connection[Any], said: list[Said]) -> None:
    """Say it all again."""
    cursor = raw.cursor()
    for how, query, values in said:
        if how == "execute":
            cursor.execute(query, values)
            if cursor.description is not None:
                cursor.fetchall()
        elif how == "executemany":
            cursor.executemany(query, values)
        elif how == "commit":
            raw.commit()
        else:
            raw.rollback()


def libpq(url: str) -> str:
    """The same address for psycopg alone."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def sent(server: servers.Postgres, name: str, folder: Path, hires: int) -> str:
    """A database with one firm and as many sent tests; its name, to be copied."""
    with SqliteStorage(firm(folder / f"{name}.sqlite", range(hires)), synchronous="OFF") as base:
        url = server.create(name)
        upgrade(url)
        with SqlStorage(url) as storage:
            copied(base, storage, CABINET)
    with psycopg.connect(libpq(url), autocommit=True) as raw:
        raw.execute("VACUUM ANALYZE")
    return name


def copied(source: Storage, target: Storage, name: str) -> None:
    """Bring the records and journals of a firm into an empty storage."""
    for kind in Kind:
        after = ""
        while found := source.find(name, kind, after=after, limit=500):
            entries = [e for r in found if kind in JOURNALED for e in source.journal(name, r.ref, limit=10_000)]
            target.commit(name, Changes([replace(record, version=0) for record in found], (), entries))
            after = found[-1].ref.id
