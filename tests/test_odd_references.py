"""A portal's own names may be of any length and hold any character: nothing is lost for that, on any storage."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from due_workflow import DueWorkflow, Mode
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sql import SqlStorage, upgrade
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Storage
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as f

REFS = ("x" * 6000, "a\x00b", "a\x1fb", "é" * 300, "R\u00a01")


@pytest.mark.parametrize("ref", REFS, ids=("long", "nul", "separator", "long accents", "hard space"))
@pytest.mark.parametrize("where", ["memory", "sqlite", "postgres"])
def test_a_reference_of_any_length_and_character_waits_and_is_found_again(
    where: str, ref: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """What a portal calls a deposit is no reason to lose its receipt, whatever an index takes."""
    with ExitStack() as stack:
        storage: Storage = MemoryStorage()
        if where == "sqlite":
            storage = stack.enter_context(SqliteStorage(tmp_path / "due.sqlite"))
        elif where == "postgres":
            url = request.getfixturevalue("postgres")
            upgrade(url)
            storage = stack.enter_context(SqlStorage(url))
        flow = DueWorkflow(storage, cabinet="firm", clock=FixedClock())
        flow.add_client(f.client(1))
        flow.sign_mandate(f.siren(1), f.mandate())
        sub = flow.prepare(f.declaration("E-1"), Mode.TEST)
        assert flow.receive(f.ars(ref)).why == "unknown_ref"
        (sent,) = flow.mark_sent([sub.id])
        assert sent.deposit is not None
        flow.learn_ref(sent.deposit, ref)
        assert flow.read.submission(sub.id).state == "accepted"
        assert flow.read.tray() == ()
