"""Many firms in one storage: the same clients, hires, receipts, keys and portal accounts, and nothing crosses.

Every public command and every question stands in a table here; a new one that is missing fails a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from due_workflow import (
    Ads,
    Conflict,
    DueWorkflow,
    DueWorkflowError,
    InputRefused,
    Mode,
    NotFound,
    Outcome,
    Unreadable,
    Verdict,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.health import Health
from due_workflow.ports import Kind, Ref, Storage
from due_workflow.reader import Reader
from due_workflow.testing import FixedClock, RecordingNotifier
from due_workflow.testing import factories as f
from due_workflow.testing.fakes import Step
from stories import ACCOUNT, A, Firm, R

SIREN = f.siren()
SCAN = b"%PDF-1.7 scan %%EOF"
JUNK = Unreadable(raw=b"not XML", portal="jedeclare", account=ACCOUNT, why="bad XML")


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "memory":
        yield MemoryStorage()
    elif request.param == "sqlite":
        with SqliteStorage(tmp_path / "due.sqlite") as sqlite:
            yield sqlite
    else:
        from due_workflow.adapters.sql import SqlStorage, upgrade

        url = request.getfixturevalue("postgres")
        upgrade(url)
        with SqlStorage(url) as sql:
            yield sql


def public(cls: type[object]) -> set[str]:
    return {name for name in dir(cls) if not name.startswith("_")}


def hire(reference: str, firm: Firm) -> Any:
    return f.declaration(reference, start=firm.clock.now() + timedelta(days=5))


# ---- the whole story of a firm: one step or more for every public command, under names that every firm uses


def a_test(x: Firm) -> None:
    x.answered(x.sent(x.flow.prepare(hire("T-1", x), Mode.TEST, key="test").id, ref="R-T"), f.ars)


def sent_in_doubt(x: Firm, reference: str) -> str:
    x.portal.script(Step.BREAK_BEFORE)
    sub = x.flow.prepare(hire(reference, x), Mode.REAL)
    return x.flow.send([sub.id]).deposits[0].id


def in_the_tray(x: Firm, reference: str) -> str:
    """An ARS that does not say which hire of its deposit it means."""
    subs = [x.flow.prepare(hire(f"{reference}{n}", x), Mode.REAL).id for n in "ab"]
    x.flow.begin_send(subs)
    x.flow.mark_sent(subs, ref=f"R-{reference}")
    paper = f.ars(f"R-{reference}", account=ACCOUNT, verdicts=(Verdict(outcome=A), Verdict(outcome=R)))
    assert x.flow.receive(paper).state == "tray"
    return paper.identity


def attached(x: Firm) -> None:
    receipt = in_the_tray(x, "E-7")
    x.flow.attach(receipt, {"E-7a/real/1": Outcome.ACCEPTED, "E-7b/real/1": Outcome.REJECTED})


def set_aside(x: Firm) -> None:
    x.flow.receive(JUNK)
    x.flow.set_aside(JUNK.identity, "nothing to read")


def found(x: Firm) -> None:
    deposit = sent_in_doubt(x, "E-4")
    x.flow.found(deposit, Ads(portal_ref="R-4", issued_at=x.clock.now(), account=ACCOUNT, count=1))


def replayed(x: Firm) -> None:
    note = next(o.notice.id for o in x.read.notices())
    x.flow.set_record(Kind.NOTICE, note, lambda o: o.with_(state="dead", due=None))
    x.flow.replay_notice(note)


def called_off(x: Firm) -> None:
    x.flow.register(hire("E-8", x))
    x.flow.abandon("E-8", "did not come", hire=True)
    assert x.flow.purge(["E-8"], early=True, reason="asked for").purged == ("E-8",)


STORY: dict[str, Callable[[Firm], object]] = {
    "set_software": lambda x: x.flow.set_software("Editeur", "Paie", "1.0", key="software"),
    "set_portal": lambda x: x.flow.set_portal("jedeclare", ACCOUNT),
    "confirm_software": lambda x: x.flow.confirm_software("call to the support desk"),
    "subscribe_portal": lambda x: x.flow.subscribe_portal(accounts=["second"]),
    "choose_mandate_model": lambda x: x.flow.choose_mandate_model("standard"),
    "plan_rollout": lambda x: x.flow.plan_rollout(x.clock.now().date(), key="plan"),
    "add_client": lambda x: x.flow.add_client(f.client(), key="client"),
    "select": lambda x: x.flow.select(SIREN),
    "request_mandate": lambda x: x.flow.request_mandate(SIREN),
    "remind_mandate": lambda x: x.flow.remind_mandate(SIREN),
    "sign_mandate": lambda x: x.flow.sign_mandate(SIREN, f.mandate()),
    "attach_mandate": lambda x: x.flow.attach_mandate(SIREN, SCAN),
    "set_pilot_aside": lambda x: x.flow.set_pilot_aside(SIREN, "sold"),
    "take_pilot_back": lambda x: x.flow.take_pilot_back(SIREN),
    "mark_step": lambda x: x.flow.mark_step("generator", "seen", by="Ana"),
    "unmark_step": lambda x: x.flow.unmark_step("generator"),
    "begin_send": a_test,
    "mark_sent": lambda x: x.flow.mark_sent([x.flow.prepare(hire("T-2", x), Mode.TEST).id], ref="R-T2"),
    "go_live": lambda x: x.flow.go_live(SIREN),
    "register": lambda x: x.flow.register(hire("E-1", x), key="register"),
    "register_many": lambda x: list(x.flow.register_many([hire("E-2", x), hire("E-3", x)])),
    "prepare": lambda x: x.flow.prepare("E-1", key="prepare"),
    "release": lambda x: x.flow.release(["E-1/real/1"]),
    "send": lambda x: x.flow.send(["E-1/real/1"], key="send"),
    "collect": lambda x: x.flow.collect(x.portal),
    "receive": lambda x: x.flow.receive(f.ars(x.ref_of("E-1/real/1"), account=ACCOUNT, raw=b"<ars/>"), key="receive"),
    "receive_many": lambda x: list(x.flow.receive_many([f.acs(x.ref_of("E-1/real/1"), account=ACCOUNT), JUNK])),
    "renew": lambda x: x.flow.renew("E-1/real/1", None, "wrong hour", confirm=True),
    "abandon": lambda x: x.flow.abandon("E-1/real/2", "not needed after all"),
    "declared_elsewhere": lambda x: x.flow.declared_elsewhere("E-2", x.clock.now(), "net-entreprises"),
    "settle_doubt": lambda x: x.flow.settle_doubt(sent_in_doubt(x, "E-3"), not_found=True),
    "found": found,
    "learn_ref": lambda x: x.flow.learn_ref(sent_in_doubt(x, "E-5"), "R-5"),
    "attach": attached,
    "retry_tray": lambda x: x.flow.retry_tray(in_the_tray(x, "E-6")),
    "set_aside": set_aside,
    "report_written": lambda x: x.flow.report_written("report.pdf"),
    "ring": lambda x: x.flow.ring(Ref(Kind.FILING, "E-1")),
    "tell": lambda x: x.flow.tell("retention", Ref(Kind.FILING, "E-1"), reference="E-1"),
    "set_record": lambda x: x.flow.set_record(Kind.COMMAND, f"collect:jedeclare/{ACCOUNT}", lambda c: c.with_(tries=3)),
    "replay_notice": replayed,
    "purge": called_off,
    "purge_many": lambda x: (x.move(days=6 * 366), list(x.flow.purge_many())),
    "revoke_mandate": lambda x: x.flow.revoke_mandate(SIREN, x.clock.now().date(), "leaves"),
}


def lived(x: Firm) -> Firm:
    """A firm that has been through its whole story, save its end."""
    for name in list(STORY)[:-2]:
        STORY[name](x)
    return x


def a_firm(storage: Storage, cabinet: str) -> Firm:
    return Firm(storage, cabinet=cabinet, clock=FixedClock(), per_deposit=2)


def two(storage: Storage) -> tuple[Firm, Firm]:
    return a_firm(storage, "A"), a_firm(storage, "B")


def test_every_public_command_has_its_step() -> None:
    assert set(STORY) == public(DueWorkflow)


def test_whatever_one_firm_does_nothing_of_the_other_changes(storage: Storage) -> None:
    a, b = two(storage)
    lived(b)
    before, answers = b.everything(), told(b)
    assert len(before) > 50
    for name, step in STORY.items():
        step(a)
        assert b.everything() == before, name
    assert told(b) == answers
    assert b.read.verify_journal().sound
    assert a.read.verify_journal().sound


def test_both_live_the_same_story_beside_each_other(storage: Storage) -> None:
    """Step by step in turn, under the same keys: each gets what it would get alone."""
    a, b = two(storage)
    alone = lived(a_firm(MemoryStorage(), "A"))
    for name in list(STORY)[:-2]:
        STORY[name](a)
        STORY[name](b)
    for x in (a, b):
        assert counted(x) == counted(alone)
        assert [h.reference for h in x.read.filings()] == [h.reference for h in alone.read.filings()]
        assert {h.reference: h.status for h in x.read.filings()} == {
            h.reference: h.status for h in alone.read.filings()
        }


def counted(x: Firm) -> dict[Kind, dict[str, int]]:
    return {kind: dict(x.read.counts(kind)) for kind in Kind}


def test_the_same_key_serves_each_firm_for_a_content_of_its_own(storage: Storage) -> None:
    a, b = two(storage)
    for x, version in ((a, "1.0"), (b, "2.0")):
        x.flow.set_software("Editeur", "Paie", version, key="once")
    assert (a.read.cabinet().epoch, b.read.cabinet().epoch) == ("Editeur/Paie/1.0/", "Editeur/Paie/2.0/")
    with pytest.raises(Conflict):
        a.flow.set_software("Editeur", "Paie", "2.0", key="once")


# ---- what one firm asks never shows the other's

QUESTIONS: dict[str, Callable[[Reader, Firm], object]] = {
    "cabinet": lambda r, _: r.cabinet().software,
    "rollout": lambda r, _: [step for step in r.rollout().steps if step.done],
    "client": lambda r, _: r.client(SIREN),
    "clients": lambda r, _: list(r.clients()),
    "concerned": lambda r, _: r.concerned("filing:E-1"),
    "filing": lambda r, _: r.filing("E-1"),
    "filings": lambda r, _: list(r.filings()),
    "find": lambda r, _: r.find(siren=SIREN) + r.find() + r.find(overdue=True) + r.find(in_doubt=True),
    "submission": lambda r, _: r.submission("E-1/real/1"),
    "deposit": lambda r, b: r.deposit(str(b.read.submission("E-1/real/1").deposit)),
    "deposits": lambda r, _: list(r.deposits()),
    "parcel": lambda r, b: r.parcel(str(b.read.submission("E-1/real/1").deposit)),
    "mandates": lambda r, _: list(r.mandates()),
    "mandate_document": lambda r, _: r.mandate_document(SIREN),
    "receipt": lambda r, _: r.receipt(JUNK.identity),
    "tray": lambda r, _: r.tray(),
    "notices": lambda r, _: list(r.notices()),
    "every": lambda r, _: [held for kind in Kind for held in r.every(kind)],
    "purgeable": lambda r, _: list(r.purgeable()),
    "pilots": lambda r, _: [*(p := r.pilots()).pilots, *p.left, *p.excluded],
    "counts": lambda r, _: [r.counts(kind) for kind in Kind if r.counts(kind)],
    "explain": lambda r, _: r.explain("E-1"),
    "case_of": lambda r, _: r.case_of("E-1"),
    "journal": lambda r, _: r.journal(SIREN),
    "entries": lambda r, _: list(r.entries(Ref(Kind.FILING, "E-1"))),
    "named": lambda r, _: r.named("submission:E-1/real/1"),
    "verify_journal": lambda r, _: r.verify_journal().cases,
    "health": lambda r, _: found_waiting(r.health()),
    "walk": lambda r, _: r.walk("E-1/real/1"),
    "report": lambda r, _: (figures := r.report()).hires or figures.clients or figures.months,
}


def found_waiting(health: Health) -> list[object]:
    """What a health report says that there is."""
    said = asdict(health).values()
    waiting = [v["count"] for v in said if isinstance(v, dict) and v.get("count")]
    return waiting + [n for v in said if isinstance(v, dict) for n in v.values() if isinstance(n, dict) and n]


def told(x: Firm) -> dict[str, object]:
    return {name: repr(ask(x.read, x)) for name, ask in QUESTIONS.items() if name != "health"}


def test_every_question_is_asked() -> None:
    assert set(QUESTIONS) == public(Reader)


@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_a_firm_without_anything_sees_nothing_of_its_neighbour(question: str, neighbour: Firm) -> None:
    empty = Firm(neighbour.storage, cabinet="A")
    ask = QUESTIONS[question]
    assert ask(neighbour.read, neighbour) or question == "purgeable"
    try:
        seen = ask(empty.read, neighbour)
    except (NotFound, InputRefused):
        return
    assert not seen


@pytest.fixture(scope="module")
def neighbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    with SqliteStorage(tmp_path_factory.mktemp("tenants") / "due.sqlite") as sqlite:
        yield lived(a_firm(sqlite, "B"))


NEEDS_NOTHING = {
    "set_software", "set_portal", "add_client", "collect", "receive", "receive_many", "tell", "begin_send",
    "choose_mandate_model", "plan_rollout", "mark_step", "report_written",
}  # fmt: skip


def test_a_firm_that_names_its_neighbours_cases_finds_none_of_them(neighbour: Firm) -> None:
    """Each command that names a case, given the neighbour's: refused or without effect, here and there."""
    a = Firm(neighbour.storage, cabinet="A")
    deposit = str(neighbour.read.submission("E-1/real/1").deposit)
    note = next(o.notice.id for o in neighbour.read.notices())
    mandate = f.mandate()
    ads = Ads(portal_ref="R-1", issued_at=a.clock.now(), account=ACCOUNT, count=1)
    calls: dict[str, Callable[[], object]] = {
        "select": lambda: a.flow.select(SIREN),
        "request_mandate": lambda: a.flow.request_mandate(SIREN),
        "remind_mandate": lambda: a.flow.remind_mandate(SIREN),
        "sign_mandate": lambda: a.flow.sign_mandate(SIREN, mandate),
        "attach_mandate": lambda: a.flow.attach_mandate(SIREN, SCAN),
        "revoke_mandate": lambda: a.flow.revoke_mandate(SIREN, date(2026, 3, 2), "leaves"),
        "go_live": lambda: a.flow.go_live(SIREN),
        "set_pilot_aside": lambda: a.flow.set_pilot_aside(SIREN, "sold"),
        "take_pilot_back": lambda: a.flow.take_pilot_back(SIREN),
        "confirm_software": lambda: a.flow.confirm_software("call"),
        "subscribe_portal": a.flow.subscribe_portal,
        "unmark_step": lambda: a.flow.unmark_step("generator"),
        "register": lambda: a.flow.register(hire("E-1", a)),
        "prepare": lambda: a.flow.prepare("E-1"),
        "release": lambda: a.flow.release(["E-1/real/1"]),
        "send": lambda: a.flow.send(["E-1/real/1"]),
        "begin_send": lambda: a.flow.begin_send(["E-1/real/1"]),
        "mark_sent": lambda: a.flow.mark_sent(["E-1/real/1"]),
        "renew": lambda: a.flow.renew("E-1/real/1", None, "again"),
        "abandon": lambda: a.flow.abandon("E-1", "no", hire=True),
        "declared_elsewhere": lambda: a.flow.declared_elsewhere("E-1", a.clock.now(), "fax"),
        "settle_doubt": lambda: a.flow.settle_doubt(deposit, not_found=True),
        "learn_ref": lambda: a.flow.learn_ref(deposit, "R"),
        "found": lambda: a.flow.found(deposit, ads),
        "attach": lambda: a.flow.attach(JUNK.identity, {"E-1/real/1": A}),
        "set_aside": lambda: a.flow.set_aside(JUNK.identity, "no"),
        "retry_tray": lambda: a.flow.retry_tray(JUNK.identity),
        "replay_notice": lambda: a.flow.replay_notice(note),
        "register_many": lambda: raised(list(a.flow.register_many([hire("E-1", a)]))),
        "purge": lambda: raised([*a.flow.purge(["E-1"]).refused.values()]),
        "purge_many": lambda: raised(list(a.flow.purge_many(["E-1"]))),
        "ring": lambda: silent(a.flow.ring(Ref(Kind.FILING, "E-1"))),
        "set_record": lambda: silent(a.flow.set_record(Kind.NOTICE, note, lambda o: o.with_(state="dead"))),
    }
    assert set(calls) | NEEDS_NOTHING == public(DueWorkflow)
    before = neighbour.everything()
    for name, call in calls.items():
        with pytest.raises(DueWorkflowError):
            call()
        assert neighbour.everything() == before, name
        assert a.everything() == {}, name


def raised(results: list[object]) -> None:
    (result,) = results
    assert isinstance(result, DueWorkflowError)
    raise result


def silent(result: tuple[object, ...] | None) -> None:
    """What the worker calls for a record that went meanwhile: nothing happens."""
    assert not result
    raise NotFound("filing", "nothing happened")


# ---- the worker crosses firms, each record inside its own


def test_the_worker_handles_each_record_inside_its_own_firm(storage: Storage) -> None:
    a, b = two(storage)
    for x in (a, b):
        lived(x)
    heard = {"A": RecordingNotifier(), "B": RecordingNotifier()}
    one = a.worker(heard["A"])
    one.flow_for = lambda cabinet: a.flow if cabinet == "A" else blocked(cabinet)
    before = {ref: row[2:4] for ref, row in b.everything().items()}
    a.move(days=20)
    while one.run_once()["tick"]:
        pass
    # what it could not handle for B was leased at most: no fact, no key of B changed
    assert {ref: row[2:4] for ref, row in b.everything().items()} == before
    assert heard["A"].notices
    assert {n.id for n in heard["A"].notices} <= {o.notice.id for o in a.read.notices()}
    assert a.read.verify_journal().sound
    assert b.read.verify_journal().sound


def blocked(cabinet: str) -> DueWorkflow:
    raise NotFound("cabinet", cabinet)


def test_each_firm_has_a_secret_of_its_own(storage: Storage) -> None:
    """The same person at the same place and day has another key in each firm, so no key leads from one to the other."""
    a, b = two(storage)
    keys = []
    for x in (a, b):
        x.flow.add_client(f.client())
        x.flow.register(hire("E-1", x))
        (record,) = storage.load(x.flow.cabinet, [Ref(Kind.FILING, "E-1")])
        keys.append({key for key in record.keys if key.startswith("person:")})
    assert len(keys[0]) == len(keys[1]) == 1
    assert keys[0] != keys[1]
