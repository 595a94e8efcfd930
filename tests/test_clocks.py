"""Every deadline of the table, by hand: from which fact it runs, when it is due, that it rings once, what ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from due_workflow import Mode, SubmissionState
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.clocks import CLOCKS
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as f
from stories import ACCOUNT, NOW, Firm, R

S = SubmissionState


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.fixture(params=["memory", "sqlite"])
def firm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Firm]:
    storage = MemoryStorage() if request.param == "memory" else SqliteStorage(tmp_path / "x", synchronous="OFF")
    yield Firm(storage).opened()
    if isinstance(storage, SqliteStorage):
        storage.close()


def rung(x: Firm, code: str) -> int:
    """How often it rang, the hire of the test that opened real mode aside."""
    return sum(o.notice.code == code and o.notice.case != "filing:T-1" for o in x.read.notices())


def sent(x: Firm, **declaration: Any) -> Any:
    x.live()
    return x.sent(x.real(**declaration).id)


# ---- one story for each row: what starts it, when it is due (NOW is Monday 2 March 2026, 10:00 Paris), what it
# ---- raises, and each fact that ends it


@dataclass(frozen=True)
class Row:
    starts: Callable[[Firm], object]
    due: datetime
    code: str
    ends: dict[str, Callable[[Firm], object]]
    urgent: bool = False


def answer(make: Any, *args: Any, **changes: Any) -> Callable[[Firm], object]:
    return lambda x: x.answered(x.read.submission("E-1/real/1"), make, *args, **changes)


def ads(x: Firm) -> None:
    x.flow.receive(f.ads(x.ref_of("E-1/real/1"), x.clock.now(), account=ACCOUNT))


def given_up(x: Firm) -> None:
    x.flow.abandon("E-1/real/1", "no")


def deposit(x: Firm) -> str:
    return x.read.submission("E-1/real/1").deposit or ""


ROWS: dict[str, Row] = {
    "sending_stale": Row(
        lambda x: (x.live(), x.flow.begin_send([x.real().id])),
        NOW + timedelta(minutes=10),
        "in_doubt",
        {
            "sent": lambda x: x.flow.mark_sent(["E-1/real/1"]),
            "its reference and a piece": lambda x: (x.flow.learn_ref(deposit(x), "1"), ads(x)),
            "given up": given_up,
        },
        urgent=True,
    ),
    "ads_missing": Row(
        sent,
        NOW + timedelta(hours=1),
        "ads_missing",
        {"ADS": ads, "ACS": answer(f.acs), "ARS": answer(f.ars), "given up": given_up},
    ),
    "acs_missing": Row(
        sent,
        utc(2026, 3, 3, 23),
        "acs_missing",
        {"ACS": answer(f.acs), "ACS rejected": answer(f.acs, R), "ARS": answer(f.ars)},
    ),
    "ars_overdue": Row(
        lambda x: (sent(x), answer(f.acs)(x)),
        utc(2026, 3, 9, 23),
        "ars_overdue",
        {"ARS": answer(f.ars), "ARS rejected": answer(f.ars, R)},
        urgent=True,
    ),
    "legal_ack": Row(
        sent,
        utc(2026, 3, 7, 23),
        "legal_ack",
        {"ARS": answer(f.ars), "ARS rejected": answer(f.ars, R), "ACS rejected": answer(f.acs, R)},
    ),
    "contest": Row(
        lambda x: (sent(x), answer(f.ars)(x)),
        utc(2026, 3, 4, 23),
        "contest",
        {"a rejection that outranks": answer(f.ars, R, at=NOW + timedelta(hours=1))},
    ),
    "window_open": Row(
        lambda x: (x.live(), x.real(start=utc(2026, 3, 22, 8))),
        utc(2026, 3, 13, 23),
        "window_open",
        {
            "begun": lambda x: x.flow.mark_sent(["E-1/real/1"]),
            "declared elsewhere": lambda x: x.flow.declared_elsewhere("E-1", NOW, "fax"),
            "called off": lambda x: x.flow.abandon("E-1", "no", hire=True),
        },
    ),
    "hire_undeclared": Row(
        lambda x: (x.live(), x.real()),
        NOW + timedelta(days=5, hours=-48),
        "hire_undeclared",
        {
            "declared": lambda x: x.declared(),
            "declared elsewhere": lambda x: x.flow.declared_elsewhere("E-1", NOW, "fax"),
            "called off": lambda x: x.flow.abandon("E-1", "no", hire=True),
        },
        urgent=True,
    ),
    "retention": Row(lambda x: (x.live(), x.real()), NOW.replace(year=2031) + timedelta(days=5), "retention", {}),
    "mandate_ends": Row(
        lambda x: x.mandated(ends_on=date(2026, 3, 20)),
        utc(2026, 3, 20, 23),
        "mandate_ended",
        {
            "a new mandate": lambda x: x.flow.sign_mandate(f.siren(), f.mandate()),
            "revoked before": lambda x: x.flow.revoke_mandate(f.siren(), NOW.date(), "left"),
        },
        urgent=True,
    ),
    "mandate_reminder": Row(
        lambda x: (x.flow.add_client(f.client()), x.flow.select(f.siren()), x.flow.request_mandate(f.siren())),
        NOW + timedelta(days=7),
        "mandate_unsigned",
        {"signed": lambda x: x.flow.sign_mandate(f.siren(), f.mandate())},
    ),
    "step_due": Row(
        lambda x: x.flow.plan_rollout(NOW.date()),
        utc(2026, 3, 2, 23),
        "step_late",
        {
            "confirmed": lambda x: x.flow.confirm_software("call"),
            "marked by hand": lambda x: x.flow.mark_step("software", "asked last year", by="Ana"),
            "planned for later": lambda x: x.flow.plan_rollout(date(2026, 3, 3)),
        },
    ),
}  # fmt: skip
ENDS = [(name, end) for name, row in ROWS.items() for end in row.ends]


def test_every_row_of_the_table_has_its_story() -> None:
    assert set(ROWS) == {clock.name for clock in CLOCKS}
    assert {c.name for c in CLOCKS if c.urgent} == {name for name, row in ROWS.items() if row.urgent}
    assert all(c.starts and c.delay and c.ended_by and c.source for c in CLOCKS)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_it_rings_at_its_instant_and_once(firm: Firm, name: str) -> None:
    row = ROWS[name]
    row.starts(firm)
    before = rung(firm, row.code)
    firm.clock.set(row.due - timedelta(microseconds=1))
    firm.worker().tick()
    assert rung(firm, row.code) == before
    firm.clock.set(row.due)
    for _ in range(3):
        firm.worker().tick()
        assert rung(firm, row.code) == before + 1
        firm.move(minutes=3)
    assert (row.code in firm.codes(urgent=True)) is row.urgent
    assert firm.read.verify_journal().sound


@pytest.mark.parametrize(("name", "end"), ENDS, ids=[f"{name}: {end}" for name, end in ENDS])
def test_what_ends_it_keeps_it_from_ringing(firm: Firm, name: str, end: str) -> None:
    row = ROWS[name]
    row.starts(firm)
    row.ends[end](firm)
    before = rung(firm, row.code)
    firm.clock.set(row.due + timedelta(hours=1))
    for _ in range(3):
        firm.worker().tick()
    assert rung(firm, row.code) == before


# ---- the procedure's five jours ouvrés


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (utc(2026, 3, 2, 9), utc(2026, 3, 9, 23)),
        # Saturday and Sunday: the count begins on Monday
        (utc(2026, 3, 7, 9), utc(2026, 3, 13, 23)),
        (utc(2026, 3, 8, 9), utc(2026, 3, 13, 23)),
        # Sunday 23:30 UTC is Monday in Paris: the day of the act does not count
        (utc(2026, 3, 8, 23, 30), utc(2026, 3, 16, 23)),
        # Thursday before Easter: Monday 6 April is idle, and summer time has begun
        (utc(2026, 4, 2, 8), utc(2026, 4, 10, 22)),
        # across Friday 1 May
        (utc(2026, 4, 29, 8), utc(2026, 5, 7, 22)),
        # across 8 May and Ascension (14 May)
        (utc(2026, 5, 7, 8), utc(2026, 5, 18, 22)),
        # across the end of summer time, 25 October
        (utc(2026, 10, 22, 8), utc(2026, 10, 29, 23)),
    ],
)
def test_an_ars_is_overdue_five_jours_ouvres_after_the_acs(firm: Firm, at: datetime, due: datetime) -> None:
    firm.clock.set(at)
    sub = sent(firm)
    after = firm.answered(sub, f.acs)
    assert after.deadlines["ars_overdue"] == due


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (utc(2026, 3, 2, 9), utc(2026, 3, 10, 23)),
        (utc(2026, 4, 2, 8), utc(2026, 4, 13, 22)),
        (utc(2026, 4, 30, 8), utc(2026, 5, 12, 22)),
    ],
)
def test_without_an_acs_it_is_overdue_six_jours_ouvres_after_sending(firm: Firm, at: datetime, due: datetime) -> None:
    firm.clock.set(at)
    assert sent(firm).deadlines["ars_overdue"] == due


def test_it_counts_from_the_day_the_piece_was_issued_not_from_its_arrival(firm: Firm) -> None:
    sub = sent(firm)
    firm.move(days=3)
    assert firm.answered(sub, f.acs, at=NOW).deadlines["ars_overdue"] == utc(2026, 3, 9, 23)


def test_the_recipients_own_calendar_counts() -> None:
    alsace = Firm(territory="alsace-moselle", clock=FixedClock(utc(2026, 4, 2, 8))).opened()
    assert alsace.answered(sent(alsace), f.acs).deadlines["ars_overdue"] == utc(2026, 4, 13, 22)
    closed = Firm(closures={date(2026, 3, 4)}).opened()
    assert closed.answered(sent(closed), f.acs).deadlines["ars_overdue"] == utc(2026, 3, 10, 23)


def test_a_late_answer_is_not_a_rejection(firm: Firm) -> None:
    sub = sent(firm)
    firm.answered(sub, f.acs)
    firm.clock.set(utc(2026, 3, 12, 9))
    firm.worker().tick()
    late = firm.read.submission(sub.id)
    assert (late.state, late.overdue_since) == (S.FORWARDED, utc(2026, 3, 9, 23))
    assert firm.status() == "running"
    assert [x.reference for x in firm.read.find(overdue=True)] == ["E-1"]
    done = firm.answered(sub, f.ars)
    assert (done.state, done.overdue_since) == (S.ACCEPTED, None)
    assert firm.read.find(overdue=True) == ()


def test_a_deadline_that_a_later_fact_moves_counts_anew(firm: Firm) -> None:
    sub = sent(firm)
    firm.clock.set(utc(2026, 3, 11, 9))
    firm.worker().tick()
    assert rung(firm, "ars_overdue") == 1
    moved = firm.answered(sub, f.acs)
    assert moved.deadlines["ars_overdue"] == utc(2026, 3, 18, 23)
    firm.clock.set(utc(2026, 3, 18, 23))
    firm.worker().tick()
    assert rung(firm, "ars_overdue") == 2


def test_a_test_has_no_legal_deadlines_but_the_portals(firm: Firm) -> None:
    firm.mandated()
    sub = firm.sent(firm.flow.prepare(f.declaration("E-1"), Mode.TEST).id)
    assert set(sub.deadlines) == {"ads_missing", "acs_missing", "ars_overdue"}


# ---- a sending that nobody heard of again


def test_a_stale_sending_becomes_a_doubt_and_its_deposit_too(firm: Firm) -> None:
    firm.live()
    (deposit,) = firm.flow.begin_send([firm.real().id])
    firm.move(minutes=10)
    firm.worker().tick()
    assert firm.read.submission("E-1/real/1").state is S.IN_DOUBT
    assert firm.read.deposit(deposit.id).state == "in_doubt"
    assert (firm.status(), firm.read.find(in_doubt=True)[0].reference) == ("in_doubt", "E-1")


# ---- the hire


def test_a_hire_that_is_not_declared_is_said_at_48_4_and_0_hours_and_a_last_time_a_day_after(firm: Firm) -> None:
    firm.live()
    hire = firm.real().prepared_at + timedelta(days=5)
    firm.sent("E-1/real/1")
    said = []
    for hours in (-48, -4, 0, 24, 48, 240):
        firm.clock.set(hire + timedelta(hours=hours))
        firm.worker().tick()
        firm.worker().tick()
        said.append((rung(firm, "hire_undeclared"), rung(firm, "hire_undeclared_late")))
    assert said == [(1, 0), (2, 0), (2, 1), (2, 2), (2, 2), (2, 2)]


def test_a_worker_that_slept_through_several_reminders_says_one(firm: Firm) -> None:
    firm.live()
    firm.real()
    firm.move(days=5)
    firm.worker().tick()
    assert (rung(firm, "hire_undeclared"), rung(firm, "hire_undeclared_late")) == (0, 1)
    assert firm.status() == "late"


def test_a_hire_registered_late_is_reminded_of_what_is_still_to_come(firm: Firm) -> None:
    firm.live()
    firm.real(start=NOW + timedelta(hours=3))
    assert firm.filing().deadlines["hire_undeclared"] == NOW + timedelta(hours=3)
    firm.real("E-2", start=NOW - timedelta(hours=3))
    assert firm.filing("E-2").deadlines["hire_undeclared"] == NOW + timedelta(hours=21)


def test_an_acceptance_that_is_contradicted_brings_the_reminders_back(firm: Firm) -> None:
    sub = sent(firm)
    firm.answered(sub, f.ars)
    assert "hire_undeclared" not in firm.filing().deadlines
    firm.answered(sub, f.ars, R, at=NOW + timedelta(hours=1))
    assert "hire_undeclared" in firm.filing().deadlines


def test_an_amended_hour_of_hire_moves_what_depends_on_it(firm: Firm) -> None:
    firm.live()
    firm.flow.register(f.declaration("E-1", start=NOW + timedelta(days=5)))
    firm.clock.set(NOW + timedelta(days=3))
    firm.worker().tick()
    firm.flow.register(f.declaration("E-1", start=NOW + timedelta(days=20)))
    assert firm.filing().deadlines["hire_undeclared"] == NOW + timedelta(days=18)
    assert firm.filing().deadlines["window_open"] == utc(2026, 3, 13, 23)


def test_a_window_that_is_open_already_is_not_announced(firm: Firm) -> None:
    firm.live()
    firm.real()
    assert "window_open" not in firm.filing().deadlines


def test_personal_data_of_a_29_february_is_due_on_a_28th(firm: Firm) -> None:
    firm.clock.set(utc(2028, 2, 20, 9))
    firm.mandated()
    firm.flow.register(f.declaration("E-1", start=utc(2028, 2, 29, 9)))
    assert firm.filing().deadlines["retention"] == utc(2033, 2, 28, 9)


# ---- mandates


def test_the_end_of_a_mandate_withdraws_the_client(firm: Firm) -> None:
    siren = firm.live(ends_on=date(2026, 3, 20))
    firm.clock.set(utc(2026, 3, 20, 23))
    firm.worker().tick()
    assert firm.read.client(siren).state == "withdrawn"
    assert [t.event for t in firm.read.journal(siren)][-1] == "mandate_ends"


def test_the_end_of_a_mandate_is_announced_before(firm: Firm) -> None:
    firm.mandated(ends_on=date(2026, 5, 20))
    firm.clock.set(utc(2026, 4, 20, 22))
    firm.worker().tick()
    assert firm.codes() == ["mandate_ending"]


def test_a_mandate_revoked_before_it_began_ends_on_its_day_and_not_every_five_minutes(firm: Firm) -> None:
    today = firm.clock.now()
    firm.clock.set(utc(2026, 4, 1, 12))  # a clock that was wrong: nobody signs on a day to come
    siren = firm.mandated(signed_on=date(2026, 4, 1))
    firm.clock.set(today)
    firm.flow.revoke_mandate(siren, date(2026, 3, 5), "changed their mind")
    firm.clock.set(utc(2026, 3, 5, 9))
    assert firm.worker().tick() == 1
    assert firm.read.client(siren).state == "withdrawn"
    firm.move(minutes=6)
    assert firm.worker().tick() == 0
