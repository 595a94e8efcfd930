"""`receive` against the very SQL it issues, traced and replayed raw in the same process (reads included).

The two sides take turns, so that a slow disk or a busy machine strikes both. The limits are those of the plan; where
one is not reached, the test says by how much and fails only below what was reached when it was written. What the
library does beside its SQL for one receipt: read and check two records, join the evidence, ask the automaton, reckon
status and deadlines, tell the change as a patch, hash it into the chain, write three to five records. At FULL the
ratio goes with the disk: a commit that takes a millisecond hides the library, one of a quarter does not.
"""

from __future__ import annotations

import gc
import shutil
import time
from pathlib import Path
from statistics import median

import pytest

from benchmarks.peer import Raw, Take, firm, in_groups, one_by_one, opened, papers, told, traced
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Kind

ROUNDS = 5


def ratio(tmp_path: Path, synchronous: str, take: Take, hires: int, chunk: int) -> float:
    """Raw seconds over library seconds for a chunk of receipts, the median of each side.

    At OFF nothing is waited for, and the seconds are the processor's own.
    """
    watch = time.process_time if synchronous == "OFF" else time.perf_counter
    base = firm(tmp_path / "base.sqlite", range(hires))
    todo = papers(range(hires))
    chunks = [todo[at : at + chunk] for at in range(0, len(todo), chunk)]
    with traced(), SqliteStorage(shutil.copy(base, tmp_path / "traced.sqlite"), synchronous="OFF") as storage:
        flow = opened(storage)
        says = [told(lambda chunk=chunk: take(flow, chunk)) for chunk in chunks]  # type: ignore[misc]
    ours: list[float] = []
    theirs: list[float] = []
    gc.collect()
    gc.freeze()  # what is kept for the raw side is no burden of the library's
    for n in range(ROUNDS):
        raw = Raw(shutil.copy(base, tmp_path / f"raw{n}.sqlite"), synchronous)
        with SqliteStorage(shutil.copy(base, tmp_path / f"ours{n}.sqlite"), synchronous=synchronous) as storage:
            flow = opened(storage)
            flow.read.counts(Kind.FILING)
            for receipts, said in zip(chunks, says, strict=True):
                start = watch()
                take(flow, receipts)
                middle = watch()
                raw.say(said)
                ours.append(middle - start)
                theirs.append(watch() - middle)
        raw.close()
    gc.unfreeze()
    mine, bare = median(ours) / chunk, median(theirs) / chunk
    print(
        f"\nsynchronous {synchronous}, {take.__name__}: raw / library = {bare / mine:.2f}; {1 / mine:,.0f} receipts/s,"
        f" {mine * 1e6:.0f} µs each, of which SQL {bare * 1e6:.0f} µs"
    )
    return bare / mine


def judge(found: float, wanted: float, held: float) -> None:
    """Below what is held: a failure. Below the plan's limit: an expected failure that shows the figure."""
    assert found >= held
    if found < wanted:
        pytest.xfail(f"raw / library is {found:.2f}, the plan wants {wanted}")


def test_receive_costs_little_beside_its_sql_at_synchronous_full(tmp_path: Path) -> None:
    judge(ratio(tmp_path, "FULL", one_by_one, 200, 30), wanted=0.85, held=0.38)


def test_receive_costs_at_most_as_much_again_as_its_sql_at_synchronous_off(tmp_path: Path) -> None:
    judge(ratio(tmp_path, "OFF", one_by_one, 1000, 30), wanted=0.5, held=0.28)


def test_receive_many_in_groups_of_a_thousand_costs_at_most_as_much_again_as_its_sql(tmp_path: Path) -> None:
    judge(ratio(tmp_path, "FULL", in_groups, 1000, 1000), wanted=0.5, held=0.2)
