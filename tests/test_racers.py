"""Eight at once: one attempt is begun, one receipt applied, one key taken, on every storage and isolation level."""

from __future__ import annotations

import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import text

import servers
from due_workflow import Conflict, TransitionRefused
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sql import SqlStorage, upgrade
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Storage
from due_workflow.testing import factories as f
from oracle import Judge
from stories import (
    ACCOUNT,
    Firm,
    at_level,
    cabinet_of,
    on_your_marks,
    race_to_receive,
    race_to_send,
    race_with_one_key,
    racer,
)

EIGHT = 8


LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
EMPTY = "TRUNCATE due_records, due_keys, due_entries"


@pytest.fixture(scope="module")
def address(postgres_server: servers.Postgres) -> Iterator[str]:
    """A database with the tables."""
    url = postgres_server.create("racers")
    upgrade(url)
    yield url
    postgres_server.drop("racers")


class Fresh:
    """Makes a new storage at each call, or the one on PostgreSQL empty again."""

    def __init__(self, make: Callable[[], Any], rounds: int) -> None:
        self.make, self.rounds = make, rounds
        self.opened: list[Any] = []

    def __call__(self) -> Storage:
        self.opened.append(self.make())
        return self.opened[-1]


@pytest.fixture(params=["memory", "sqlite", *LEVELS])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """Every storage, and on PostgreSQL every isolation level."""
    if request.param == "memory":
        yield Fresh(MemoryStorage, 6)
        return
    numbers = count()
    if request.param == "sqlite":
        made = Fresh(lambda: SqliteStorage(tmp_path / f"{next(numbers)}.sqlite", synchronous="OFF"), 6)
    else:
        address = request.getfixturevalue("address")
        made = Fresh(lambda: emptied(address, request.param), 2)
    yield made
    for storage in made.opened:
        storage.close()


def emptied(address: str, level: str) -> SqlStorage:
    """The database's storage at that isolation level, nothing in it."""
    storage = at_level(address, level)
    with storage.engine.begin() as connection:
        connection.execute(text(EMPTY))
    return storage


@pytest.fixture(autouse=True)
def _often() -> Iterator[None]:
    """Let the threads take turns much more often than usual."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def race(firm: Firm, run: Callable[[Any, int], Any]) -> list[Any]:
    """What each of eight threads brings back; an error is brought back too."""
    line, told = Barrier(EIGHT), [None] * EIGHT

    def go(number: int) -> None:
        line.wait(30)
        try:
            told[number] = run(firm.flow, number)
        except Exception as error:
            told[number] = error  # type: ignore[call-overload]

    threads = [Thread(target=go, args=(number,)) for number in range(EIGHT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def one_was_begun(firm: Firm) -> None:
    begun = [s for s in firm.filing().attempts() if s.begun]
    assert len(begun) == 1
    assert [t.event for t in firm.read.journal("E-1")].count("begin_send") == 1
    assert len([d for d in firm.read.deposits() if any(item.reference == "E-1" for item in d.items.values())]) == 1
    assert not Judge(firm.storage, firm.flow.cabinet).faults()
    assert firm.read.verify_journal().sound


def test_of_eight_who_begin_two_real_attempts_of_one_hire_exactly_one_does(fresh: Fresh) -> None:
    for _ in range(fresh.rounds):
        firm = on_your_marks(Firm(fresh()))
        told = race(firm, race_to_send)
        assert len([id for id in told if id]) == 1
        one_was_begun(firm)


def test_of_eight_who_receive_the_same_piece_one_applies_it(fresh: Fresh) -> None:
    for _ in range(fresh.rounds):
        firm = on_your_marks(Firm(fresh()))
        before = firm.codes().count("test_accepted")
        told = race(firm, race_to_receive)
        assert Counter(told) == {"first": 1, "repeat": 7}
        assert [t.event for t in firm.read.journal("T-9")].count("ars_accepted") == 1
        assert firm.codes().count("test_accepted") == before + 1


def test_eight_with_the_same_key_and_content_get_the_same_result(fresh: Fresh) -> None:
    for _ in range(fresh.rounds):
        firm = on_your_marks(Firm(fresh()))
        told = race(firm, race_with_one_key)
        assert set(told) == {"E-9/real/1"}
        assert [t.event for t in firm.read.journal("E-9")] == ["register", "prepare"]


def test_of_eight_with_the_same_key_and_other_contents_one_is_served(fresh: Fresh) -> None:
    for _ in range(fresh.rounds):
        firm = on_your_marks(Firm(fresh()))
        told = race(firm, lambda flow, n: flow.prepare(f.declaration(f"K-{n}"), key="one key").id)
        served = [id for id in told if isinstance(id, str)]
        assert len(served) == 1
        assert [e.code for e in told if isinstance(e, Conflict)] == ["key_reused"] * 7
        hires = [x.reference for x in firm.read.filings() if x.reference.startswith("K-")]
        assert [f"{h}/real/1" for h in hires] == served


def test_eight_who_send_one_attempt_hand_it_over_once(fresh: Fresh) -> None:
    for _ in range(fresh.rounds):
        firm = on_your_marks(Firm(fresh()))
        told = race(firm, lambda flow, _: flow.send(["E-1/real/1"]))
        assert firm.portal.times_taken("E-1/real/1") == 1
        assert sum(len(result.deposits) for result in told) == 1
        assert all(isinstance(r.refused.get("E-1/real/1"), TransitionRefused) for r in told if not r.deposits)
        one_was_begun(firm)


def test_eight_different_pieces_of_one_deposit_are_all_kept(fresh: Fresh) -> None:
    """Each waits for the others at the same hire: some are tried again, none is lost."""
    firm = on_your_marks(Firm(fresh(), conflict_tries=200))
    told = race(firm, lambda flow, n: flow.receive(f.ars("T", account=ACCOUNT, piece=str(n))).state)
    assert told == ["applied"] * EIGHT
    assert firm.read.submission("T-9/test/1").evidence.slots["ars:CIRSO"].piece == "7"
    assert firm.read.verify_journal().sound


def race_in_processes(where: str, levels: Sequence[str] = ("",)) -> dict[str, list[list[str]]]:
    """What eight processes bring back from the three races at each level, each with a storage of its own."""
    spawn = multiprocessing.get_context("spawn")
    start, answers = spawn.Barrier(EIGHT), spawn.Queue()
    racers = [spawn.Process(target=racer, args=(where, start, answers, n, levels)) for n in range(EIGHT)]
    for one in racers:
        one.start()
    told = [answers.get(timeout=90) for _ in racers]
    for one in racers:
        one.join(30)
    return {level: [of[level] for of in told] for level in levels}


def like_eight_threads(told: list[list[str]]) -> None:
    sent, received, keyed = zip(*told, strict=True)
    assert len([id for id in sent if id]) == 1
    assert Counter(received) == {"first": 1, "repeat": 7}
    assert set(keyed) == {"E-9/real/1"}


@pytest.mark.slow
def test_eight_processes_at_one_file_race_like_eight_threads(tmp_path: Path) -> None:
    path = tmp_path / "due.sqlite"
    with SqliteStorage(path) as storage:
        on_your_marks(Firm(storage))
    like_eight_threads(race_in_processes(str(path))[""])
    with SqliteStorage(path) as storage:
        one_was_begun(Firm(storage))


@pytest.mark.slow
def test_eight_processes_at_one_server_race_like_eight_threads_at_every_level(address: str) -> None:
    with emptied(address, LEVELS[0]) as storage:
        for level in LEVELS:
            on_your_marks(Firm(storage, cabinet=cabinet_of(level)))
        told = race_in_processes(address, LEVELS)
        for level in LEVELS:
            like_eight_threads(told[level])
            one_was_begun(Firm(storage, cabinet=cabinet_of(level)))
