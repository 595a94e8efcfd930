"""Processes under DBOS on PostgreSQL: one that is killed, two at one account, and no call to the outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from due_workflow.adapters.sql import SqlStorage, upgrade
from portals import FolderPortal, flow_of, released, running, states, wait_for, work

TESTS = Path(__file__).parent.parent


@contextmanager
def another(tmp_path: Path, url: str, *hang: str) -> Iterator[subprocess.Popen[bytes]]:
    """A second process with the executor id "two" on the same databases."""
    args = [sys.executable, __file__, str(tmp_path), url, *hang]
    process = subprocess.Popen(args, env=os.environ | {"PYTHONPATH": str(TESTS)})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def storage(postgres: str) -> Iterator[SqlStorage]:
    """Our records, in the database that holds DBOS's tables too."""
    upgrade(postgres)
    with closing(SqlStorage(postgres)) as storage:
        yield storage


def test_two_calls_at_a_time_for_one_account_by_all_processes_together(
    storage: SqlStorage, tmp_path: Path, postgres: str
) -> None:
    worker, (north, south) = work(storage, tmp_path, pause=0.7)
    ids = {name: released(worker.flow_for(name), 6) for name in ("north", "south")}
    with running(worker, postgres), another(tmp_path, postgres, "0.7"):
        for name, its in ids.items():
            wait_for(lambda name=name, its=its: states(worker, its, name) == ["deposited"] * 6)
    assert max(north.at_once(), south.at_once()) == 2
    assert not (tmp_path / "outside").exists(), (tmp_path / "outside").read_text()
    assert (set(north.handed().values()), set(south.handed().values())) == ({1}, {1})


@pytest.mark.parametrize("how", ["reap", "tidy"])
def test_what_a_killed_process_left_is_taken_over_and_nothing_is_handed_over_twice(
    how: str, storage: SqlStorage, tmp_path: Path, postgres: str
) -> None:
    """By who knows which executor is dead, and in time by itself."""
    worker, (north, _) = work(storage, tmp_path)
    first, second, third = released(worker.flow_for("north"), 3)
    with another(tmp_path, postgres, "0", first, second) as process:
        wait_for(lambda: north.hanging() == {first, second})
        process.send_signal(signal.SIGKILL)
        process.wait()
    stale = timedelta(minutes=30) if how == "reap" else timedelta(seconds=1)
    with running(worker, postgres, stale=stale) as engine:
        # by another executor nothing is taken over, and the two slots of the account stay taken
        time.sleep(3)
        assert states(worker, [first, second, third]) == ["prepared", "sending", "prepared"]
        assert (len(engine.reap(["two"])) if how == "reap" else engine.tidy()["resumed"]) >= 2
        wait_for(lambda: states(worker, [first, third]) == ["deposited"] * 2)
        assert engine.reap(["two", "three"]) == []
    # whether bytes of the second one left nobody knows: it is never sent again, and its deadline puts it in doubt
    assert states(worker, [second]) == ["sending"]
    assert north.handed() == {first: 1, second: 1, third: 1}


def watch(folder: Path, event: str, args: tuple[object, ...]) -> None:
    """Note every address outside this machine that Python code asks for."""
    if event in ("socket.connect", "socket.getaddrinfo"):
        address = args[1] if event == "socket.connect" else args[0]
        if not str(address).lstrip("(b'").startswith(("127.0.0.1", "localhost", "/", "::1")):
            (folder / "outside").write_text(f"{event} {address}")


def child(folder: Path, url: str, pause: str, *hang: str) -> None:
    """The process "two"; the first attempt named hangs before it is handed over, the second one on the wire."""
    from due_workflow import Worker
    from due_workflow.adapters.dbos import DbosEngine

    sys.addaudithook(lambda event, args: watch(folder, event, args))
    portals = {name: FolderPortal(folder, name.upper(), pause=float(pause)) for name in ("north", "south")}
    for portal in portals.values():
        portal.hang_in_render, portal.hang_in_deposit = set(hang[:1]), set(hang[1:])
    storage = SqlStorage(url)
    worker = Worker(storage, flow_for=lambda name: flow_of(storage, name, portals[name]))
    engine = DbosEngine(worker, executor_id="two", system_database_url=url, every=1)
    engine.launch()
    time.sleep(600)


if __name__ == "__main__":
    child(Path(sys.argv[1]), *sys.argv[2:])
