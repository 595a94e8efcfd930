"""The same worker under DBOS: its schedules, two calls at a time per portal account, its listing.

Killed processes and the reaper at work are among the trials.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dbos import DBOS, DBOSConfig

from due_workflow.adapters.dbos import DbosEngine
from due_workflow.adapters.sql import SqlStorage, upgrade
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.testing import factories as f
from portals import released, running, states, wait_for, work


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqliteStorage]:
    with SqliteStorage(tmp_path / "due.sqlite", synchronous="OFF") as storage:
        yield storage


def test_due_work_is_done_by_its_schedules_and_listed(storage: SqliteStorage, tmp_path: Path) -> None:
    worker, (north, _) = work(storage, tmp_path)
    ids = released(worker.flow_for("north"), 3)
    with running(worker, f"sqlite:///{tmp_path}/dbos.sqlite", keep=timedelta(0)) as engine:
        wait_for(lambda: {"tick", "deliver", "orders"} <= {job["job"] for job in engine.jobs(status=["SUCCESS"])})
        wait_for(lambda: len(sent_by(engine)) == 3)
        sent = sent_by(engine)
        with pytest.raises(ValueError, match="one is alive"):
            engine.reap(["one"])
        assert engine.reap([]) == engine.reap(["never-was"]) == []
        # what DBOS keeps of us: firms, references, accounts; nobody's name or number
        kept = str([(run.input, run.output) for run in DBOS.list_workflows()])
        person = f.declaration("E-1").employee
        assert "'north'" in kept
        assert "E-1" in kept
        assert str(f.nir()) not in kept
        assert person.surname not in kept
        told = engine.tidy()
        assert told["resumed"] == 0
        assert told["forgotten"] >= 6
        assert sent_by(engine) == []
    assert [(call["status"], call["account"], call["result"]) for call in sent] == [
        ("SUCCESS", "jedeclare/NORTH", "done")
    ] * 3
    assert all(call["executor"] == "one" and call["created"] <= call["started"] <= call["ended"] for call in sent)
    assert states(worker, ids) == ["deposited"] * 3
    assert set(north.handed().values()) == {1}


def sent_by(engine: DbosEngine) -> list[dict[str, Any]]:
    """The portal calls that sent something and are over."""
    jobs = engine.jobs(status=["SUCCESS"], limit=1000)
    return [job for job in jobs if job["job"] == "portal_call" and "release" in job["id"]]


def test_two_calls_at_a_time_for_one_account_on_postgresql(tmp_path: Path, postgres: str) -> None:
    """Our records and DBOS's tables in one database."""
    upgrade(postgres)
    with closing(SqlStorage(postgres)) as storage:
        worker, (north, south) = work(storage, tmp_path, pause=0.6)
        ids = {name: released(worker.flow_for(name), 4) for name in ("north", "south")}
        with running(worker, postgres):
            for name, its in ids.items():
                wait_for(lambda name=name, its=its: states(worker, its, name) == ["deposited"] * 4)  # type: ignore[misc]
    assert max(north.at_once(), south.at_once()) == 2
    assert (set(north.handed().values()), set(south.handed().values())) == ({1}, {1})


@pytest.mark.parametrize("every", [0, 7, 61, 5400, -1])
def test_rounds_come_evenly_or_not_at_all(every: int, storage: SqliteStorage, tmp_path: Path) -> None:
    worker, _ = work(storage, tmp_path)
    with pytest.raises(ValueError, match="divisor"):
        DbosEngine(worker, executor_id="one", system_database_url="sqlite://", every=every)


def test_a_host_with_a_dbos_of_its_own_keeps_it(storage: SqliteStorage, tmp_path: Path) -> None:
    worker, (north, _) = work(storage, tmp_path)
    ids = released(worker.flow_for("north"), 1)
    config: DBOSConfig = {
        "name": "host",
        "system_database_url": f"sqlite:///{tmp_path}/host.sqlite",
        "executor_id": "host-1",
        "log_level": "WARNING",
    }
    DBOS(config=config)

    @DBOS.workflow(name="hosts_own")
    def hosts_own() -> str:
        return "its own"

    try:
        engine = DbosEngine(worker, executor_id="host-1", every=1)
        engine.launch()
        wait_for(lambda: states(worker, ids) == ["deposited"])
        engine.stop()
        assert hosts_own() == "its own"
        assert all(job["job"] != "hosts_own" for job in engine.jobs(limit=1000))
    finally:
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=5)
    assert north.handed() == {ids[0]: 1}
