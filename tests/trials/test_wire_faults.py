"""Faults of the line and of the receipts, at the simulator: what the firms believe in the end is what its ledger says.

Each fault by itself, then mixtures drawn from a seed, then a sender that is killed (SIGKILL) at random instants.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from due_workflow import SubmissionState
from due_workflow.simulator import FAULTS, Faults, SimClock, Simulator
from due_workflow.testing import factories as f
from trials import SEED, size
from trials.wire import Office, differences, simulator, where, work

START = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["trials.wire"])
SLOW = frozenset({"slow_bytes", "endless", "huge", "bomb"})
"""What costs a whole deadline each time it plays."""
ENDING = frozenset({"error_429"})
"""What ends a whole listing each time it plays: often, it is only a question of how many rounds."""
S = SubmissionState


@contextmanager
def practising(folder: Path, clock: SimClock, anew: bool = False) -> Iterator[tuple[Office, Simulator]]:
    """The two firms, live, and the simulator that they send to."""
    drop = folder / "outgoing"
    drop.mkdir()
    with simulator(drop, clock) as sim, closing(Office(where(sim, folder / "due.sqlite", drop), clock, anew)) as office:
        office.open()
        for _ in range(2):
            office.round()
            clock.advance(120)
        office.round()
        office.live()
        yield office, sim


def told(office: Office, sim: Simulator, seconds: float = 300, still: int = 20) -> None:
    """Rounds, the clock moving on, until `still` in a row have changed nothing: a listing may fail many times."""
    quiet, before = 0, None
    for turn in range(20 * still):
        # what is answered already is asked for now and then, as a worker does; and once nothing seems to come any more
        office.round(answered=turn % 4 == 0 or quiet > 0)
        sim.clock.advance(seconds)
        now = (office.waiting(), len(sim.taken), len(sim.world.attempts))
        quiet = quiet + 1 if now == before else 0
        before = now
        if quiet == still:
            return
    raise AssertionError(f"never quiet: {before}")


@pytest.fixture
def clock() -> SimClock:
    clock = SimClock()
    clock.set(f.NOW)
    return clock


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_after_each_fault_the_firms_believe_what_the_ledger_says(tmp_path: Path, clock: SimClock, fault: str) -> None:
    many = size(8, 60)
    with practising(tmp_path, clock) as (office, sim):
        sim.play(Faults(SEED, {fault: 0.1 if fault in SLOW else 0.3}))
        office.prepare(many, SEED)
        told(office, sim)
        played = differences(office, sim)
        sim.drain()
        told(office, sim)
        assert (played, differences(office, sim)) == ([], [])
        assert len(list(office.attempts())) == 2 * many + 2
        left = {
            sub.state
            for flow in office.flows.values()
            for each in flow.read.filings()
            for sub in each.submissions.values()
        }
        assert not left & {S.PREPARED, S.SENDING}


@pytest.mark.parametrize("anew", [False, True], ids=["portals kept", "portals made anew each round"])
def test_after_mixtures_of_faults_the_firms_believe_what_the_ledger_says(
    tmp_path: Path, clock: SimClock, anew: bool
) -> None:
    many = size(40, 1000)
    # a new portal begins its listing anywhere, and each refusal ends it: many short ones come round to all
    still = max(20, many // 3 if anew else many // 20)
    chance = Random(SEED)
    most = dict.fromkeys(SLOW, 0.001) | dict.fromkeys(ENDING, 0.005)
    rates = {name: chance.uniform(most.get(name, 0) / 3, most.get(name, 0.04)) for name in FAULTS}
    print(f"seed {SEED}: {2 * many} hires, {rates}")
    with practising(tmp_path, clock, anew) as (office, sim):
        sim.play(Faults(SEED, rates))
        sim.outcome("rejected", siret=f.siret(2))
        sim.outcome("accepted_with_anomaly", siret=f.siret(3))
        sim.outcome("portal_rejected", siret=f.siret(4))
        office.prepare(many, SEED)
        told(office, sim, still=still)
        assert differences(office, sim) == []
        sim.drain()
        told(office, sim, still=still)
        assert differences(office, sim) == []
        stands = office.waiting()
        print(f"{len(sim.taken)} taken, {len(sim.world.attempts)} deposits tried, {dict(stands)}")
        assert stands["prepared"] == stands["sending"] == 0
        assert stands["accepted"] > many
        doubtful = {sub.deposit for sub in office.attempts() if sub.state is S.IN_DOUBT}
        assert len(doubtful) == stands["in_doubt"]
        for flow in office.flows.values():
            assert {received.why for received in flow.read.tray()} <= {"mode_mismatch", "mode_contradicted"}


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_sender_that_is_killed_anywhere_sends_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    kills, each = size(10, 120), size(6, 9)
    chance, clock = Random(SEED), SimClock()
    clock.advance((f.NOW - datetime.now(UTC)).total_seconds())
    with practising(tmp_path, clock) as (office, sim):
        ahead = (clock.now() - datetime.now(UTC)).total_seconds()
        sim.set(slow=0.05)  # so that most of the time a question is under way
        sim.play(Faults(SEED, {"slow": 0.8, "late": 0.2}))
        at = where(sim, tmp_path / "due.sqlite", tmp_path / "outgoing")
        hit = 0
        for turn in range(kills):
            office.prepare(each, SEED, turn * each)
            mine, its = START.Pipe(duplex=False)
            process = START.Process(target=work, args=(at, ahead, its))
            process.start()
            assert mine.poll(30), "the sender never began"
            time.sleep(chance.uniform(0, 0.8))
            process.kill()
            process.join()
            hit += process.exitcode == -signal.SIGKILL
        assert hit == kills
        interrupted = sum(attempt.sha256 != "" and not attempt.answered for attempt in sim.world.attempts)
        clock.advance(timedelta(hours=2).total_seconds())
        sim.drain()
        told(office, sim)
        stands = office.waiting()
        print(f"seed {SEED}: {kills} kills, {interrupted} exchanges cut, {len(sim.taken)} taken, {dict(stands)}")
        assert differences(office, sim, kills) == []
        assert len(list(office.attempts())) == 2 * kills * each + 2
        assert stands["prepared"] == stands["sending"] == 0
        assert 0 < stands["in_doubt"] <= kills
        assert sim.world.doubles()["real_deposits"] == []
