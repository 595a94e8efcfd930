"""The how-to for Procrastinate, run as it says, on a real PostgreSQL that holds its jobs and our records."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from due_workflow.adapters.sql import SqlStorage, upgrade
from portals import due_mandates, told, wait_for

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


@pytest.fixture
def storage(postgres: str) -> Iterator[SqlStorage]:
    upgrade(postgres)
    with closing(SqlStorage(postgres)) as storage:
        yield storage


@pytest.fixture
def environ(postgres: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("DUE_DATABASE", postgres.replace("+psycopg", ""))
    monkeypatch.syspath_prepend(str(EXAMPLES))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PATH": path}


def documented() -> list[list[str]]:
    """The commands of the page as one types them in the examples' directory, whose files say the same."""
    page = (EXAMPLES.parent / "engines.md").read_text(encoding="utf-8").partition("## Procrastinate\n")[2]
    lines = page.partition("```text\n")[2].partition("```")[0].splitlines()
    told = (EXAMPLES / "procrastinate_app.py").read_text(encoding="utf-8")
    assert all(f"    {line}\n" in told for line in lines)
    # `exec`, so that a signal for the shell is one for the command
    return [["sh", "-c", f"exec env {line}"] for line in lines]


def test_a_worker_process_finds_the_time_by_itself_and_ends_in_good_order(
    storage: SqlStorage, environ: dict[str, str]
) -> None:
    flow = due_mandates(storage, 12)
    schema, worker = documented()
    subprocess.run(schema, cwd=EXAMPLES, env=environ, check=True, capture_output=True)
    process = subprocess.Popen(
        worker,
        cwd=EXAMPLES,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for(lambda: told(flow) == {"delivered": 12})
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert flow.read.verify_journal().sound


def test_jobs_that_were_asked_for_are_done_and_the_worker_returns(storage: SqlStorage, environ: dict[str, str]) -> None:
    """`run_worker(wait=False)`: what cron would start."""
    sys.modules.pop("procrastinate_app", None)
    example = importlib.import_module("procrastinate_app")
    flow = due_mandates(storage, 5)
    with example.app.open():
        example.app.schema_manager.apply_schema()
        for job in (example.deadlines, example.notices):
            job.defer(timestamp=int(time.time()))
    example.app.run_worker(wait=False, install_signal_handlers=False)
    assert told(flow) == {"delivered": 5}
