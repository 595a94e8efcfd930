"""What the benchmarks share: a firm with sent tests, receipts for them, and the peer that repeats the very SQL.

The peer says the same statements with the same values to a copy of the same file, on a bare connection with the
adapter's settings. A ratio of 1 means that the library costs nothing on top.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from due_workflow import Acs, Ads, Ars, DueWorkflow, Mode
from due_workflow.adapters import sqlite as adapter
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as make

CABINET = "bench"
SETTINGS = ("temp_store = MEMORY", "secure_delete = ON", "cache_size = -8000", "trusted_schema = OFF")
Said = tuple[str, str, Any]
Take = Callable[[DueWorkflow, list[Any]], object]


class Traced(sqlite3.Connection):
    """A connection that notes what it is told."""

    said: list[Said] | None = None

    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
        if Traced.said is not None:
            Traced.said.append(("execute", sql, values))
        return super().execute(sql, values)

    def executemany(self, sql: str, rows: Any, /) -> sqlite3.Cursor:
        if Traced.said is not None:
            rows = list(rows)
            Traced.said.append(("executemany", sql, rows))
        return super().executemany(sql, rows)


@contextmanager
def traced() -> Iterator[None]:
    """Every connection that a storage opens in here is a `Traced` one."""
    real = sqlite3.connect
    with mock.patch.object(adapter.sqlite3, "connect", lambda *a, **k: real(*a, factory=Traced, **k)):
        yield


def told(work: Callable[[], object]) -> list[Said]:
    """What `work` says to the database."""
    Traced.said = said = []
    work()
    Traced.said = None
    return said


class Raw:
    """The bare connection."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self.raw = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        for pragma in (f"synchronous = {synchronous}", *SETTINGS):
            self.raw.execute(f"PRAGMA {pragma}")

    def say(self, said: list[Said]) -> None:
        for how, sql, values in said:
            if how == "executemany":
                self.raw.executemany(sql, values)
            else:
                self.raw.execute(sql, values).fetchall()

    def close(self) -> None:
        self.raw.close()


def reference(n: int) -> str:
    return f"E-{n:07d}"


def opened(storage: SqliteStorage) -> DueWorkflow:
    """The firm in that storage."""
    return DueWorkflow(storage, cabinet=CABINET, clock=FixedClock())


def firm(path: Path, numbers: Iterable[int]) -> Path:
    """A file with a firm and its sent tests of these numbers, a deposit for each."""
    with SqliteStorage(path, synchronous="OFF") as storage:
        flow = opened(storage)
        flow.set_software("Editor", "Payroll", "1")
        flow.add_client(make.client(1))
        flow.sign_mandate(make.siren(1), make.mandate())
        start = make.NOW + timedelta(days=5)
        for filing in flow.register_many(make.declaration(reference(n), start=start) for n in numbers):
            sub = flow.prepare(filing.reference, Mode.TEST)
            flow.mark_sent([sub.id], ref=f"R{sub.reference}")
    return path


def papers(numbers: Iterable[int]) -> list[Ads | Acs | Ars]:
    """ADS, ACS and ARS of the hires of these numbers, each with a document of a usual size."""
    found: list[Ads | Acs | Ars] = []
    for n in numbers:
        ref = f"R{reference(n)}"
        for kind in (make.ads, make.acs, make.ars):
            raw = f"<avis>{kind.__name__}{ref}{'x' * 900}</avis>".encode()
            found.append(kind(ref, raw=raw, piece=str(n)))
    return found


def one_by_one(flow: DueWorkflow, todo: list[Any]) -> None:
    for paper in todo:
        flow.receive(paper)


def in_groups(flow: DueWorkflow, todo: list[Any]) -> None:
    for _ in flow.receive_many(todo, group=1000):
        pass
