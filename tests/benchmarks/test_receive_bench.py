"""`receive` against the very SQL it issues, traced and replayed raw in the same process (reads included).

The raw side runs the same statements with the same values on a copy of the same file, on a bare connection with the
same settings. A ratio of 1 means that the library costs nothing on top; the limits are those of the plan.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from due_workflow import Ads, DueWorkflow, Mode
from due_workflow.adapters import sqlite as adapter
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Kind
from due_workflow.receipts import Acs, Ars

from due_workflow.testing import factories as make

ROUNDS = 5
Said = tuple[str, str, Any]


class FixedClock:
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


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


def firm(path: Path, synchronous: str, hires: int) -> DueWorkflow:
    """A firm with `hires` sent tests, deposit by deposit."""
    storage = SqliteStorage(path, synchronous=synchronous)
    flow = DueWorkflow(storage, cabinet="bench", clock=FixedClock(make.NOW))
    flow.set_software("Editor", "Payroll", "1")
    flow.add_client(make.client(1))
    flow.sign_mandate(make.siren(1), make.mandate())
    start = make.NOW + timedelta(days=5)
    declarations = (make.declaration(f"E-{n:06d}", start=start) for n in range(hires))
    for filing in flow.register_many(declarations):
        sub = flow.prepare(filing.reference, Mode.TEST)
        flow.mark_sent([sub.id], ref=f"R{sub.reference}")
    return flow


def papers(first: int, count: int) -> list[Ads | Acs | Ars]:
    """ADS, ACS and ARS of `count` hires, each with a document of a usual size."""
    found: list[Ads | Acs | Ars] = []
    for n in range(first, first + count):
        ref = f"RE-{n:06d}"
        for kind in (make.ads, make.acs, make.ars):
            raw = f"<avis>{kind.__name__}{ref}{'x' * 900}</avis>".encode()
            found.append(kind(ref, raw=raw, piece=str(n)))
    return found


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def replay(path: Path, synchronous: str, said: list[Said]) -> float:
    """Seconds that the same statements take on a bare connection."""
    raw = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    raw.execute(f"PRAGMA synchronous = {synchronous}")
    for pragma in ("temp_store = MEMORY", "secure_delete = ON", "cache_size = -8000", "trusted_schema = OFF"):
        raw.execute(f"PRAGMA {pragma}")

    def run() -> None:
        for how, sql, values in said:
            if how == "executemany":
                raw.executemany(sql, values)
            else:
                raw.execute(sql, values).fetchall()

    took = timed(run)
    raw.close()
    return took


def ratio(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    synchronous: str,
    take: Callable[[DueWorkflow, list[Any]], object],
    hires: int,
    each: int,
) -> float:
    """Raw seconds over library seconds: the best of each side over several rounds, taken in turn."""
    real = sqlite3.connect
    monkeypatch.setattr(adapter.sqlite3, "connect", lambda *a, **k: real(*a, factory=Traced, **k))
    base = tmp_path / "base.sqlite"
    flow = firm(base, "OFF", hires)
    flow.storage.close()  # type: ignore[attr-defined]
    ratios = []
    for n in range(ROUNDS):
        ours, theirs, traced = (tmp_path / f"{side}{n}.sqlite" for side in ("ours", "raw", "traced"))
        for copy in (ours, theirs, traced):
            shutil.copy(base, copy)
        todo = papers(0, each)
        Traced.said = []
        with SqliteStorage(traced, synchronous=synchronous) as storage:
            Traced.said.clear()
            take(DueWorkflow(storage, cabinet="bench", clock=FixedClock(make.NOW)), todo)
            said, Traced.said = Traced.said, None
        monkeypatch.setattr(adapter.sqlite3, "connect", real)
        with SqliteStorage(ours, synchronous=synchronous) as storage:
            flow = DueWorkflow(storage, cabinet="bench", clock=FixedClock(make.NOW))
            storage.counts("bench", Kind.FILING)
            mine = timed(lambda: take(flow, todo))  # noqa: B023
        monkeypatch.setattr(adapter.sqlite3, "connect", lambda *a, **k: real(*a, factory=Traced, **k))
        ratios.append(replay(theirs, synchronous, said) / mine)
    median = sorted(ratios)[ROUNDS // 2]
    print(f"\n{synchronous}: raw / library = {median:.2f}  (rounds: {', '.join(f'{r:.2f}' for r in ratios)})")
    return median


def one_by_one(flow: DueWorkflow, todo: list[Any]) -> None:
    for paper in todo:
        flow.receive(paper)


def in_groups(flow: DueWorkflow, todo: list[Any]) -> None:
    for _ in islice(flow.receive_many(todo, group=1000), None):
        pass


def test_receive_costs_little_beside_its_sql_at_synchronous_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ratio(tmp_path, monkeypatch, "FULL", one_by_one, 400, 300) >= 0.85


def test_receive_costs_at_most_as_much_again_as_its_sql_at_synchronous_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ratio(tmp_path, monkeypatch, "OFF", one_by_one, 1200, 1000) >= 0.5


def test_receive_many_in_groups_of_a_thousand_costs_at_most_as_much_again_as_its_sql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ratio(tmp_path, monkeypatch, "FULL", in_groups, 1200, 1000) >= 0.5
