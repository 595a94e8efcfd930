"""`receive` against the very SQL it issues, traced and replayed raw in the same process (reads included).

The raw side runs the same statements with the same values on a copy of the same file, on a bare connection with the
same settings. A ratio of 1 means that the library costs nothing on top; the limits are those of the plan.
"""

from __future__ import annotations

import gc
import shutil
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from due_workflow import Ads, DueWorkflow, Mode
from due_workflow.adapters import sqlite as adapter
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Kind
from due_workflow.receipts import Acs, Ars
from due_workflow.testing import factories as make

ROUNDS = 5
SETTINGS = ("temp_store = MEMORY", "secure_delete = ON", "cache_size = -8000", "trusted_schema = OFF")
Said = tuple[str, str, Any]
Take = Callable[[DueWorkflow, list[Any]], object]


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


class Raw:
    """The peer: a bare connection with the adapter's settings, which is told the same statements again."""

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


def traced(path: Path, chunks: list[list[Any]], take: Take) -> list[list[Said]]:
    """What the library says to the database for each chunk."""
    told: list[list[Said]] = []
    with SqliteStorage(path, synchronous="OFF") as storage:
        flow = DueWorkflow(storage, cabinet="bench", clock=FixedClock(make.NOW))
        for chunk in chunks:
            Traced.said = []
            take(flow, chunk)
            told.append(Traced.said)
        Traced.said = None
    return told


def ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synchronous: str, take: Take, hires: int, chunk: int
) -> float:
    """Raw seconds over library seconds for a chunk of receipts, the median of each side.

    The two sides take turns chunk by chunk, so that a slow disk or a busy machine strikes both. At OFF nothing is
    waited for, and the seconds are the processor's own.
    """
    watch = time.process_time if synchronous == "OFF" else time.perf_counter
    base = tmp_path / "base.sqlite"
    firm(base, "OFF", hires).storage.close()  # type: ignore[attr-defined]
    todo = papers(0, hires)
    chunks = [todo[at : at + chunk] for at in range(0, len(todo), chunk)]
    real = sqlite3.connect
    with monkeypatch.context() as patch:
        patch.setattr(adapter.sqlite3, "connect", lambda *a, **k: real(*a, factory=Traced, **k))
        told = traced(Path(shutil.copy(base, tmp_path / "traced.sqlite")), chunks, take)
    ours: list[float] = []
    theirs: list[float] = []
    gc.collect()
    gc.freeze()  # what is kept for the raw side is no burden of the library's
    for n in range(ROUNDS):
        mine, bare = (Path(shutil.copy(base, tmp_path / f"{side}{n}.sqlite")) for side in ("ours", "raw"))
        raw = Raw(bare, synchronous)
        with SqliteStorage(mine, synchronous=synchronous) as storage:
            flow = DueWorkflow(storage, cabinet="bench", clock=FixedClock(make.NOW))
            storage.counts("bench", Kind.FILING)
            for papers_now, said in zip(chunks, told, strict=True):
                start = watch()
                take(flow, papers_now)
                middle = watch()
                raw.say(said)
                ours.append(middle - start)
                theirs.append(watch() - middle)
        raw.raw.close()
    gc.unfreeze()
    mine_s, bare_s = median(ours) / chunk, median(theirs) / chunk
    print(
        f"\n{synchronous}, {chunk} a chunk: raw / library = {bare_s / mine_s:.2f}; {1 / mine_s:,.0f} receipts/s"
        f" ({mine_s * 1e6:.0f} µs each, its SQL {bare_s * 1e6:.0f} µs)"
    )
    return bare_s / mine_s


def one_by_one(flow: DueWorkflow, todo: list[Any]) -> None:
    for paper in todo:
        flow.receive(paper)


def in_groups(flow: DueWorkflow, todo: list[Any]) -> None:
    for _ in flow.receive_many(todo, group=1000):
        pass


def test_receive_costs_little_beside_its_sql_at_synchronous_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ratio(tmp_path, monkeypatch, "FULL", one_by_one, 200, 30) >= 0.85


def test_receive_costs_at_most_as_much_again_as_its_sql_at_synchronous_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ratio(tmp_path, monkeypatch, "OFF", one_by_one, 1000, 30) >= 0.5


def test_receive_many_in_groups_of_a_thousand_costs_at_most_as_much_again_as_its_sql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ratio(tmp_path, monkeypatch, "FULL", in_groups, 1000, 1000) >= 0.5
