"""One table: the same durable event in this library and in its peers, with rows and fsyncs for each event.

    pip install -e ".[dev,bench]" && python -m pytest tests/benchmarks/test_peers_bench.py -s

Every peer runs in a process of its own, in turns, five times; the median is shown. Rows are counted by triggers in a
run that is not timed, fsyncs by `strace` in another (the column is empty without it). What each one does for an event
differs: the last column says it. No limit is set here: what is held is that each peer did its work.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from benchmarks.peers import EVENTS, PEERS

CASES, ROUNDS = 200, 5
TESTS = Path(__file__).parents[1]
DOES = {
    "due-workflow": "receipt recognised, matched, evidence joined, state, hashed journal, notice, deadlines; FULL",
    "eventsourcing": "aggregate rebuilt from its events, one event appended; FULL",
    "xstate-statemachine": "snapshot loaded, event sent, snapshot and version saved; NORMAL (its own choice)",
    "dbos": "one step of a durable workflow, its result kept; its own settings",
    "python-statemachine": "ORM row loaded, state changed, committed; FULL",
    "django-fsm-2": "ORM row loaded, state changed, committed; FULL",
}


def play(name: str, cases: int, where: Path, *more: str, before: tuple[str, ...] = ()) -> dict[str, float]:
    """One run of a peer in a process of its own, in an empty directory."""
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir()
    command = [*before, sys.executable, "-m", "benchmarks.peers", name, str(cases), str(where), *more]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def syncs(name: str, where: Path) -> float | None:
    """How often an event waits for the disk: what 40 cases more cost, so that starting is not counted."""
    strace = shutil.which("strace")
    if strace is None:
        return None
    counted = []
    for cases in (20, 60):
        log = where.with_suffix(".strace")
        play(name, cases, where, before=(strace, "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(log)))
        counted.append(log.read_text().count("sync("))
    return (counted[1] - counted[0]) / (40 * len(EVENTS))


def test_the_peers_in_one_table(tmp_path: Path) -> None:
    for package in ("eventsourcing", "xstate_statemachine", "statemachine", "django_fsm", "dbos"):
        pytest.importorskip(package, reason='install the peers: pip install -e ".[dev,bench]"')
    where = tmp_path / "run"
    seconds: dict[str, list[float]] = {name: [] for name in PEERS}
    cpu: dict[str, list[float]] = {name: [] for name in PEERS}
    for _ in range(ROUNDS):
        for name in PEERS:
            took = play(name, CASES, where)
            seconds[name].append(took["seconds"])
            cpu[name].append(took["cpu"])
    events = CASES * len(EVENTS)
    print("\n\n| Peer | events/s | µs an event | of which CPU | rows | fsyncs | what an event does |")
    print("|---|---|---|---|---|---|---|")
    for name in PEERS:
        each, busy = median(seconds[name]) / events, median(cpu[name]) / events
        rows = play(name, CASES, where, "rows")["rows"] / events
        waits = syncs(name, where)
        told = "" if waits is None else f"{waits:.1f}"
        print(
            f"| {name} | {1 / each:,.0f} | {each * 1e6:.0f} | {busy * 1e6:.0f} | {rows:.1f} | {told} | {DOES[name]} |"
        )
        assert rows >= 1 / len(EVENTS)
