"""`health()`: what lags and what waits is seen, whoever holds it, without looking at every record."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from due_workflow import DueWorkflow, Mode, Undeliverable, texts
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import front
from due_workflow.cli.outcomes import Code
from due_workflow.health import MOST, Finding, Health, Limits
from due_workflow.ports import Kind
from due_workflow.testing import RecordingNotifier, Step
from due_workflow.testing import factories as f
from servers import Postgres, binaries
from stories import ACCOUNT, CABINET, NOW, Firm, Wrapped


@pytest.fixture(params=["memory", "sqlite"])
def firm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Firm]:
    storage = MemoryStorage() if request.param == "memory" else SqliteStorage(tmp_path / "x", synchronous="OFF")
    yield Firm(storage).opened()
    if isinstance(storage, SqliteStorage):
        storage.close()


def codes(health: Health) -> list[str]:
    return [finding.code for finding in health.findings]


def worked(firm: Firm) -> Firm:
    """Everything that is due has been done."""
    firm.worker(RecordingNotifier()).run_once()
    return firm


# ---- what is found


def test_a_firm_without_work_is_well(firm: Firm) -> None:
    health = firm.read.health()
    assert (health.ok, health.cabinet, health.at, health.dead_letters) == (True, CABINET, NOW, 0)
    assert health.outbox == health.deadlines == health.tray == health.in_doubt
    assert (health.outbox.count, health.outbox.age(NOW)) == (0, timedelta(0))


def test_a_worker_that_does_not_run_shows_in_the_outbox_and_the_deadlines(firm: Firm) -> None:
    firm.live()
    sent = firm.sent(firm.real().id)
    assert sent.sent_at == NOW
    assert firm.read.health().outbox.count == 2
    assert firm.read.health().ok
    # the ADS is missing an hour after sending
    firm.move(hours=1, minutes=16)
    health = firm.read.health()
    assert codes(health) == ["outbox_late", "deadlines_late"]
    assert health.outbox.age(health.at) == timedelta(hours=1, minutes=16)
    assert (health.deadlines.count, health.deadlines.oldest) == (1, NOW + timedelta(hours=1))
    assert health.deadlines.case == "filing:E-1"
    worked(firm)
    assert firm.read.health().ok


def test_a_record_that_every_worker_takes_and_none_finishes_is_seen_behind_its_lease(firm: Firm) -> None:
    firm.live()
    firm.sent(firm.real().id)
    firm.move(hours=2)
    for _ in range(10):
        firm.move(minutes=6)
        # claimed and dropped, again and again: its due always lies a few minutes ahead
        now = firm.clock.now()
        assert len(firm.storage.claim((Kind.FILING, Kind.NOTICE), now, now + timedelta(minutes=5), 100)) > 2
    health = firm.read.health()
    assert health.deadlines.oldest == NOW + timedelta(hours=1)
    assert {"outbox_late", "deadlines_late"} <= set(codes(health))


def test_released_sendings_and_collections_that_are_not_done_are_seen(firm: Firm) -> None:
    firm.live()
    worked(firm)
    firm.flow.release([firm.real().id])
    assert firm.read.health().ok
    firm.move(minutes=45)
    health = firm.read.health()
    assert "orders_late" in codes(health)
    assert (health.orders.count, health.orders.oldest) == (2, NOW)
    worked(firm)
    assert firm.read.health().orders.count == 0


def test_a_firm_that_collects_by_hand_lags_in_nothing(firm: Firm) -> None:
    firm.move(days=3)
    assert firm.read.health().ok


def test_a_collection_that_goes_on_failing_is_a_finding(firm: Firm) -> None:
    worked(firm)
    firm.portal.listing_error = ConnectionError("no line")
    for n in range(3):
        assert codes(firm.read.health()) == [], n
        firm.move(hours=1)
        worked(firm)
    (finding,) = firm.read.health().findings
    assert (finding.code, finding.who, finding.facts["account"]) == ("collection_fails", "operator", "jedeclare/acc")
    firm.portal.listing_error = None
    firm.move(hours=7)
    worked(firm)
    assert firm.read.health().ok


def test_a_release_that_waits_for_its_window_is_not_late(firm: Firm) -> None:
    firm.live()
    firm.flow.release([firm.real(start=NOW + timedelta(days=40)).id])
    worked(firm)
    firm.move(days=1)
    worked(firm)
    assert firm.read.health().orders.count == 0


def test_the_tray_and_the_doubts_wait_for_a_person(firm: Firm) -> None:
    firm.live()
    firm.portal.script(Step.BREAK_AFTER)
    (doubtful,) = firm.flow.send([firm.real().id]).deposits
    firm.move(minutes=10)
    firm.flow.receive(f.ars("R-unknown", account=ACCOUNT))
    firm.move(hours=5)
    firm.worker(RecordingNotifier()).deliver()
    health = firm.read.health()
    assert (health.tray.count, health.tray.oldest) == (1, NOW + timedelta(minutes=10))
    assert (health.in_doubt.count, health.in_doubt.oldest) == (1, NOW)
    assert health.in_doubt.case == f"deposit:{doubtful.id}"
    assert [x.code for x in health.findings if x.who == "staff"] == ["tray_waits", "doubt_waits"]
    firm.flow.settle_doubt(doubtful.id, ref="R7")
    firm.flow.set_aside(next(iter(firm.read.tray())).id, "of another firm")
    worked(firm)
    assert firm.read.health().ok


def test_an_answer_in_the_other_mode_is_a_finding_at_once_whatever_the_limits(firm: Firm) -> None:
    firm.live()
    sub = firm.sent(firm.real().id)
    ref = firm.ref_of(sub)
    firm.flow.receive(f.ads(ref, account=ACCOUNT, mode=Mode.TEST))
    firm.move(minutes=1)
    firm.flow.receive(f.ars(ref, account=ACCOUNT))
    assert [received.why for received in firm.read.tray()].count("mode_contradicted") == 1
    never = Limits(tray=timedelta.max)
    health = firm.read.health(never)
    (finding,) = health.findings
    assert (finding.code, finding.who, finding.facts["count"]) == ("mode_contradicted", "staff", 2)
    assert finding.facts["since"] == NOW
    assert health.tray.count == 2
    # those that only wait to be attached keep their limit, and its advice is not given for these
    firm.move(hours=5)
    worked(firm)
    assert codes(firm.read.health()) == ["mode_contradicted"]
    firm.flow.receive(f.ars("R-unknown", account=ACCOUNT))
    worked(firm)
    firm.move(hours=5)
    worked(firm)
    health = firm.read.health()
    assert [(x.code, x.facts["count"]) for x in health.findings] == [("mode_contradicted", 2), ("tray_waits", 1)]
    assert health.tray.count == 3
    for received in list(firm.read.tray()):
        firm.flow.set_aside(received.id, "the portal was asked")
    assert firm.read.health().ok


def test_dead_letters_are_a_finding_at_once(firm: Firm) -> None:
    firm.live()
    notifier = RecordingNotifier()
    notifier.fail_next(Undeliverable("nobody there"), times=9)
    firm.worker(notifier).deliver()
    health = firm.read.health()
    assert (codes(health), health.dead_letters) == (["dead_letters"], 2)


def test_limits_are_the_hosts(firm: Firm) -> None:
    firm.live()
    firm.move(minutes=2)
    assert firm.read.health().ok
    assert codes(firm.read.health(Limits(outbox=timedelta(minutes=1)))) == ["outbox_late"]
    firm.move(days=9)
    never = Limits(outbox=timedelta.max, deadlines=timedelta.max, orders=timedelta.max)
    assert firm.read.health(never).ok


def test_counts_are_those_of_the_reader_by_kind(firm: Firm) -> None:
    firm.live()
    firm.real("E-2")
    counts = firm.read.health().counts
    assert counts == {kind: firm.read.counts(kind) for kind in ("filing", "client", "deposit", "receipt", "notice")}
    assert counts["filing"] == {"test_not_declared": 1, "to_declare": 1}


def test_one_firms_health_says_nothing_of_anothers(firm: Firm) -> None:
    firm.live()
    firm.move(days=1)
    other = DueWorkflow(firm.storage, cabinet="other", clock=firm.clock)
    assert other.read.health().ok
    assert not firm.read.health().ok


# ---- what it costs


def test_it_asks_for_what_is_due_and_never_walks_the_firm() -> None:
    class Asked(Wrapped):
        limits: list[tuple[Any, ...]] = []
        given = 0

        def find(self, cabinet: str, kind: Kind, *args: Any, **kwargs: Any) -> Any:
            Asked.limits.append((kind, kwargs.get("limit")))
            found = self.inner.find(cabinet, kind, *args, **kwargs)
            Asked.given += len(found)
            return found

    firm = Firm(Asked(MemoryStorage())).opened()
    firm.mandated()
    list(firm.flow.register_many(f.declaration(f"E-{n}", start=NOW + timedelta(days=60)) for n in range(300)))
    Asked.limits, Asked.given = [], 0
    health = firm.read.health()
    assert health.counts["filing"] == {"to_declare": 300}
    assert Asked.given <= 2  # the order to collect, as due and as one that may fail
    assert len(Asked.limits) <= 7
    assert all(limit is not None and limit <= MOST + 1 for _, limit in Asked.limits)


def test_beyond_what_it_looks_at_it_says_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("due_workflow.health.MOST", 20)
    firm = Firm().opened()
    firm.mandated()
    list(firm.flow.register_many(f.declaration(f"E-{n:02}", start=NOW + timedelta(days=9)) for n in range(50)))
    for n in range(50):
        firm.flow.receive(f.ars(f"R{n}", account=ACCOUNT))
    firm.move(days=20)
    health = firm.read.health()
    assert health.deadlines.more
    assert health.deadlines.count >= 20
    assert (health.tray.count, health.tray.more, health.tray.oldest) == (50, True, NOW)
    assert (health.outbox.count, health.outbox.more, health.outbox.oldest) == (20, True, NOW)
    assert "20+" in health.findings[0].text()
    late = next(x for x in health.findings if x.code == "tray_waits")
    assert late.facts["count"] == "50+"


# ---- what docs/operate-it.md promises about backups


def test_a_copy_taken_while_it_is_used_restores_and_nothing_leaves_twice(tmp_path: Path) -> None:
    with SqliteStorage(tmp_path / "due.sqlite", synchronous="OFF") as storage:
        firm = Firm(storage).opened()
        firm.live()
        sub = firm.real()
        firm.flow.release([sub.id])
        files = [sqlite3.connect(tmp_path / name) for name in ("due.sqlite", "backup.sqlite")]
        with closing(files[0]) as live, closing(files[1]) as copy:
            live.backup(copy)
        # after the backup it is sent and answered; then the file is lost
        worker = firm.worker(RecordingNotifier())
        worker.run_once()
        ref = firm.ref_of(sub)
        firm.portal.ars(ref)
    with SqliteStorage(tmp_path / "backup.sqlite", synchronous="OFF") as storage:
        back = Firm(storage, clock=firm.clock, portal=firm.portal)
        assert back.read.verify_journal().sound
        assert back.read.submission(sub.id).state.value == "prepared"
        # without sending: what it does not know waits in the tray
        back.worker(RecordingNotifier()).run_once(tasks=("tick", "collect", "deliver"))
        assert [x.receipt.portal_ref for x in back.read.tray() if x.receipt.kind == "ars"] == [ref]
        back.flow.mark_sent([sub.id], ref=ref)
        assert back.status() == "declared"
        back.worker(RecordingNotifier()).run_once()
        assert back.portal.times_taken(sub.id) == 1
        assert back.read.health().ok


def test_a_dump_of_postgresql_restores_to_the_same_firm(
    postgres_server: Postgres, postgres: str, tmp_path: Path
) -> None:
    from due_workflow.adapters.sql import SqlStorage, upgrade

    home = binaries()
    assert home is not None
    upgrade(postgres)
    storage = SqlStorage(postgres)
    firm = Firm(storage).opened()
    firm.live()
    firm.declared()
    before, verified = firm.everything(), firm.read.verify_journal()
    storage.close()
    dump, restored = tmp_path / "due.dump", f"restored_{os.getpid()}"
    plain = postgres.replace("+psycopg", "")
    subprocess.run([home / "bin" / "pg_dump", "--format=custom", f"--file={dump}", plain], check=True)
    address = postgres_server.create(restored)
    try:
        target = address.replace("+psycopg", "")
        subprocess.run([home / "bin" / "pg_restore", "--exit-on-error", f"--dbname={target}", dump], check=True)
        storage = SqlStorage(address)
        again = Firm(storage, clock=firm.clock, portal=firm.portal)
        assert again.everything() == before
        assert again.read.verify_journal() == verified
        assert verified.sound
        assert again.real("E-2").state.value == "prepared"
        storage.close()
    finally:
        postgres_server.drop(restored)


# ---- what people read


def test_every_finding_has_its_words_and_every_word_its_finding() -> None:
    said = {"outbox_late", "deadlines_late", "orders_late", "tray_waits", "doubt_waits", "collection_fails"}
    said |= {"dead_letters", "mode_contradicted"}
    assert {f"health.{code}" for code in said} == {key for key in texts.CATALOGUE if key.startswith("health.")}
    facts = {"count": 3, "since": NOW, "case": "filing:E-1", "account": "jedeclare/CAB1", "why": "ConnectionError"}
    for code in said:
        for lang in texts.LANGUAGES:
            told = Finding(code, "operator", facts).text(lang)
            assert "3" in told
            assert "?" not in told


def test_as_plain_data_it_is_json(firm: Firm) -> None:
    firm.live()
    firm.move(days=1)
    data = json.loads(json.dumps(firm.read.health().plain("fr")))
    assert data["ok"] is False
    assert data["outbox"] == {
        "count": 2,
        "oldest": NOW.isoformat(),
        "case": data["outbox"]["case"],
        "more": False,
        "seconds": 86400.0,
    }
    assert data["findings"][0]["text"].startswith("Notifications non remises: 2, la plus ancienne depuis 02/03/2026")


# ---- the command


def run(*args: str) -> Any:
    return CliRunner().invoke(front.app, list(args))


def test_the_command_ends_with_what_a_monitor_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("health").exit_code == Code.UNUSABLE
    with SqliteStorage("due.sqlite") as storage:
        Firm(storage).opened().mandated()
    well = run("health")
    assert (well.exit_code, well.stderr) == (Code.OK, "")
    assert "Rien ne demande quelqu'un." in well.stdout
    with SqliteStorage("due.sqlite") as storage:
        firm = Firm(storage)
        firm.flow.prepare(f.declaration("E-1"), Mode.TEST)
        firm.flow.receive(f.ars("R1", account=ACCOUNT))
    bad = run("health", "--lang", "en")
    assert bad.exit_code == Code.PERSON
    assert "To look at: Receipts that wait for a person: 1, the oldest since 2026-03-02 10:00" in bad.stdout
    document = json.loads(run("health", "--json").stdout)
    assert (document["exit"], document["healthy"], document["tray"]["count"]) == (7, False, 1)
    assert {"outbox", "deadlines", "orders", "in_doubt", "dead_letters", "counts", "findings"} <= set(document)
    assert {x["code"] for x in document["findings"]} == {"outbox_late", "deadlines_late", "tray_waits"}


def test_what_waits_within_its_limit_is_told_and_is_not_urgent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with SqliteStorage("due.sqlite") as storage:
        flow = DueWorkflow(storage, cabinet=CABINET)
        flow.add_client(f.client())
        flow.receive(f.ars("R1", account=ACCOUNT))
    calm = run("health", "--lang", "en")
    assert (calm.exit_code, calm.stderr) == (Code.OK, "")
    assert "Nothing needs anybody" not in calm.stdout
    assert "Nothing urgent. Waiting for a person, not for long: 1 in the tray" in calm.stdout
