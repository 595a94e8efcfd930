"""The how-to for Celery, run as it says: a worker of two processes and its beat, on a broker that is a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

from due_workflow import DueWorkflow
from due_workflow.adapters.sql import SqlStorage, upgrade
from portals import due_mandates, told, wait_for

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


def test_beat_and_two_worker_processes_do_what_is_due_and_end_in_good_order(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/due.sqlite"
    upgrade(database)
    with closing(SqlStorage(database)) as storage:
        beaten(tmp_path, database, due_mandates(storage, 20))


def beaten(tmp_path: Path, database: str, flow: DueWorkflow) -> None:
    """Celery, until all is delivered."""
    # the example as it is, with the trial's broker and a faster beat
    (tmp_path / "trial_app.py").write_text(
        textwrap.dedent(
            """
            from celery_app import app
            app.conf.broker_transport_options = {"data_folder_in": "broker", "data_folder_out": "broker"}
            for entry in app.conf.beat_schedule.values():
                entry["schedule"] = 1.0
            """
        )
    )
    (tmp_path / "broker").mkdir()
    command = ["celery", "--app", "trial_app", "worker", "--beat", "--concurrency", "2", "--loglevel", "INFO"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=tmp_path,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join([str(EXAMPLES), str(tmp_path)]),
            "DUE_BROKER": "filesystem://",
            "DUE_DATABASE": database,
            "C_FORCE_ROOT": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for(lambda: told(flow) == {"delivered": 20})
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert said.count("arrive bientôt à son terme") == 20, said
    assert flow.read.verify_journal().sound
