"""`due-workflow worker`: for cron and as a service, told to stop in good order, and never two at one notice."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import portals
from due_workflow import DueWorkflow, Notice
from due_workflow.adapters.log import LogNotifier
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import front
from due_workflow.cli.notifiers import SETTINGS
from due_workflow.cli.outcomes import Code
from due_workflow.ports import Kind
from portals import told, wait_for

DB = "firm.sqlite"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG", "DUE_DEBUG", *SETTINGS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("DUE_DB", DB)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def due_mandates(count: int, cabinet: str = "cabinet") -> DueWorkflow:
    return portals.due_mandates(SqliteStorage(DB, synchronous="OFF"), count, cabinet)


def run(*args: str, code: int = 0, log: bool = True) -> Any:
    result = CliRunner().invoke(front.app, ["worker", *args, *(["--log"] if log else [])])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


@contextmanager
def loop(*args: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    """A worker in a process of its own; its output is read when it has ended."""
    command = [sys.executable, "-m", "due_workflow.cli", "worker", "--log", *args]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | env)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


# ---- for cron


def test_once_works_until_nothing_is_due_and_ends() -> None:
    flow, other = due_mandates(3), due_mandates(2, "other")
    said = run("--once", "--limit", "2")
    assert "Fini: 5 échéances, 5 notifications traitées." in said.stdout
    assert (told(flow), told(other)) == ({"delivered": 3}, {"delivered": 2})
    assert "Fini: 0 échéance, 0 notification traitée." in run("--once").stdout


def test_without_a_way_of_delivery_notices_are_kept_and_it_says_so_once() -> None:
    flow = due_mandates(2)
    said = run("--once", log=False)
    assert said.stderr.count("gardées jusqu'à ce qu'un moyen") == 1
    assert "--log" in said.stderr
    assert told(flow) == {"pending": 2}
    document = json.loads(run("--once", "--json", log=False).stdout)
    assert (document["notifiers"], document["handled"]) == ([], {"tick": 0})
    assert run("--once", "--tasks", "tick", log=False).stderr == ""
    assert "kept until" in run("--once", "--lang", "en", log=False).stderr


def test_a_tick_on_the_screen_takes_nothing_away_from_the_worker() -> None:
    flow = due_mandates(2)
    shown = json.loads(CliRunner().invoke(front.app, ["tick", "--json"]).stdout)
    assert (len(shown["notices"]), shown["shown"], shown["delivered"]) == (2, 2, 0)
    assert told(flow) == {"pending": 2}
    assert "2 notifications traitées" in run("--once").stdout
    assert told(flow) == {"delivered": 2}


def test_with_log_notices_are_written_to_standard_error() -> None:
    due_mandates(1)
    said = run("--once")
    (notice,) = said.stderr.splitlines()
    assert "mandat" in notice
    assert "[client:" in notice
    assert "[client:" not in said.stdout
    # cron mails what goes to standard error
    assert run("--once").stderr == ""


def test_json_is_one_document_for_cron() -> None:
    due_mandates(2)
    document = json.loads(run("--once", "--json").stdout)
    assert document == {
        "ok": True,
        "command": "worker",
        "exit": 0,
        "notifiers": ["log"],
        "handled": {"tick": 2, "deliver": 2},
    }


def test_only_the_tasks_asked_for() -> None:
    flow = due_mandates(2)
    assert json.loads(run("--once", "--json", "--tasks", "tick").stdout)["handled"] == {"tick": 2}
    assert told(flow) == {"pending": 2}
    assert json.loads(run("--once", "--json", "--tasks", " deliver , tick ").stdout)["handled"]["deliver"] == 2


@pytest.mark.parametrize(("task", "word"), [("collect", "portail"), ("send_released", "portail"), ("dance", "tick")])
def test_a_task_that_it_cannot_do_is_refused_with_the_reason(task: str, word: str) -> None:
    due_mandates(1)
    said = run("--once", "--tasks", f"tick,{task}", code=Code.USAGE)
    assert task in said.stderr
    assert word in said.stderr


@pytest.mark.parametrize("option", [("--every", "0"), ("--limit", "0"), ("--every", "soon")])
def test_senseless_numbers_are_refused(option: tuple[str, str]) -> None:
    assert option[0] in run("--once", *option, code=Code.USAGE).stderr


def test_without_a_database_it_says_so_and_makes_none(here: Path) -> None:
    said = run("--once", code=Code.UNUSABLE)
    assert DB in said.stderr
    assert list(here.iterdir()) == []


def test_a_setting_that_cannot_be_used_is_said_before_any_work() -> None:
    flow = due_mandates(1)
    env = {"DUE_SMTP_URL": "smtp://mail.invalid", "DUE_MAIL_TO": "a@example.org"}
    result = CliRunner().invoke(front.app, ["worker", "--once"], env=env)
    assert (result.exit_code, told(flow)) == (Code.INPUT, {})
    assert "DUE_MAIL_FROM" in result.stderr


def test_a_database_that_cannot_be_used_ends_the_pass_with_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cron comes again: the pass does not outwait it."""
    due_mandates(1)
    monkeypatch.setattr(SqliteStorage, "claim", lambda self, *_: self._call(broken))
    assert "disk" in run("--once", code=Code.UNUSABLE).stderr


def broken(_: sqlite3.Connection) -> Any:
    raise sqlite3.OperationalError("disk I/O error")


def test_two_passes_at_the_same_time_do_no_harm() -> None:
    flow = due_mandates(40)
    with loop("--once", "--json") as one, loop("--once", "--json") as two:
        ended = [json.loads(process.communicate(timeout=60)[0]) for process in (one, two)]
    assert [document["exit"] for document in ended] == [0, 0]
    assert sum(document["handled"]["tick"] for document in ended) == 40
    assert sum(document["handled"]["deliver"] for document in ended) == 40
    assert told(flow) == {"delivered": 40}
    assert flow.read.verify_journal().sound


# ---- as a service


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_says_what_was_finished_and_ends_well(number: signal.Signals) -> None:
    flow = due_mandates(3)
    with loop("--every", "60", "--lang", "en") as process:
        wait_for(lambda: told(flow) == {"delivered": 3})
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "At work: tick, deliver." in out
    assert re.search(r"^\d\d:\d\d:\d\d  3 deadlines, 3 notices handled$", out, re.MULTILINE)
    assert "Finished: 3 deadlines, 3 notices handled." in out
    assert "Told to stop" not in err, "it ended at once"


def test_where_the_end_takes_a_moment_it_says_what_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = due_mandates(3)

    def slow(self: LogNotifier, notice: Notice) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(1.5)

    monkeypatch.setattr(LogNotifier, "send", slow)
    said = run("--every", "60")
    assert "le dossier en cours est terminé d'abord" in said.stderr
    assert "1 notification" in said.stdout.splitlines()[-1]
    assert told(flow) == {"delivered": 1, "pending": 2}
    # given back: nobody waits for a lease to run out
    due_now = flow.storage.find(flow.cabinet, Kind.NOTICE, due_by=datetime.now(UTC))
    assert len(due_now) == 2


def test_json_is_a_line_for_each_round_that_did_something() -> None:
    flow = due_mandates(3)
    with loop("--every", "0.1", "--json", "--limit", "2") as process:
        wait_for(lambda: told(flow) == {"delivered": 3})
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=20)
    started, *rounds, ended = [json.loads(line) for line in out.splitlines()]
    assert started["tasks"] == ["tick", "deliver"]
    assert 2 <= len(rounds) <= 4
    assert all(any(line["handled"].values()) for line in rounds)
    assert (ended["ok"], ended["exit"], ended["handled"]) == (True, 0, {"tick": 3, "deliver": 3})


def test_a_pass_that_is_cut_says_what_was_done_and_what_is_left() -> None:
    flow = due_mandates(150)
    with loop("--once", "--json", "--limit", "5") as process:
        wait_for(lambda: sum(told(flow).values()) > 5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
    document = json.loads(out)
    raised = sum(told(flow).values())
    assert (process.returncode, document["exit"], document["handled"]["tick"]) == (130, 130, raised)
    assert 0 < raised < 150
    # nothing is held by who has gone
    left = json.loads(run("--once", "--json").stdout)
    assert left["handled"]["tick"] == 150 - raised


def test_a_locked_database_is_outwaited_and_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = due_mandates(1)
    calls = 0
    claim = SqliteStorage.claim

    def sometimes(self: SqliteStorage, *args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            return self._call(broken)
        if calls > 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return claim(self, *args)

    monkeypatch.setattr(SqliteStorage, "claim", sometimes)
    said = run("--every", "0.1")
    assert said.stderr.count("Base inutilisable") == 1
    assert said.stderr.count("La base répond de nouveau.") == 1
    assert told(flow)


def test_help_is_in_two_languages() -> None:
    assert "--once, pour cron" in run("--help").stdout
    result = CliRunner().invoke(front.app, ["worker", "--help", "--lang", "en"])
    assert "DUE_SMTP_URL" in result.stdout
