"""The shipped notifier and portal contracts, the fakes that keep them, and faulty ones that they catch."""

from __future__ import annotations

import itertools
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from due_workflow.adapters.log import LogNotifier
from due_workflow.errors import CannotTell, NotSent, Retry, Undeliverable
from due_workflow.ports import Clock, Notifier, Portal
from due_workflow.receipts import Acs, Mode, Unreadable
from due_workflow.testing import (
    FixedClock,
    LineBroke,
    NotifierContract,
    PortalContract,
    RecordingNotifier,
    ScriptedPortal,
    Step,
)
from due_workflow.testing.notifier import notice
from due_workflow.testing.portal import attempt


class TestRecordingNotifier(NotifierContract):
    @pytest.fixture
    def notifier(self):
        return RecordingNotifier()

    def delivered(self, notifier):
        return notifier.ids

    def disturb(self, notifier):
        notifier.fail_next(Retry(timedelta(minutes=1)))
        return True

    def forbid(self, notifier):
        notifier.fail_next(Undeliverable())
        return True


def test_a_recording_notifier_keeps_what_it_refused_apart():
    notifier = RecordingNotifier()
    notifier.fail_next(Retry(), times=2)
    for _ in range(2):
        with pytest.raises(Retry):
            notifier.send(notice())
    notifier.send(notice("n-2", code="late"))
    assert (len(notifier.calls), notifier.ids, notifier.codes) == (3, ["n-2"], ["late"])


class TestLogNotifier(NotifierContract):
    @pytest.fixture
    def notifier(self, caplog):
        caplog.set_level(logging.INFO)
        self.caplog = caplog
        return LogNotifier()

    def delivered(self, notifier):
        return [record.notice_id for record in self.caplog.records]

    def test_urgent_notices_are_warnings(self, notifier, caplog):
        notifier.send(notice(urgent=True))
        notifier.send(notice(urgent=False))
        assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]

    def test_a_log_line_is_one_line(self, notifier, caplog):
        notifier.send(notice(facts={"name": "a\nERROR forged"}))
        assert "\n" not in caplog.records[0].getMessage()

    def test_a_structured_formatter_finds_everything(self, notifier, caplog):
        notifier.send(notice("n-7", code="late", facts={"days": 5}))
        (record,) = caplog.records
        assert record.name == "due_workflow.notices"
        found = (record.notice_id, record.notice_code, record.notice_case, record.notice_facts)
        assert found == ("n-7", "late", "filing:E-0001", {"days": 5})
        assert datetime.fromisoformat(record.notice_at) == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def test_any_logger_serves(self, caplog):
        with caplog.at_level(logging.INFO):
            LogNotifier(logging.getLogger("my.app"), lang="en").send(notice())
            LogNotifier("my.other").send(notice())
        assert [record.name for record in caplog.records] == ["my.app", "my.other"]


class TestScriptedPortal(PortalContract):
    @pytest.fixture
    def portal(self):
        return ScriptedPortal(account="A1")

    def answer(self, portal, parcel):
        ref = portal.ref_of(parcel.submissions[0])
        portal.ads(ref)
        portal.acs(ref)
        portal.ars(ref)
        portal.unreadable()
        return True


class TestSilentPortal(TestScriptedPortal):
    """One whose ADS comes later, as by a folder."""

    @pytest.fixture
    def portal(self):
        return ScriptedPortal(default=Step.SILENT)


def parcel_of(portal, reference="E-0001", mode=Mode.TEST):
    return portal.render([attempt(reference, mode)], mode)


def test_the_fakes_fit_the_ports():
    clock: Clock = FixedClock()
    assert clock.now().tzinfo is UTC
    assert isinstance(RecordingNotifier(), Notifier)
    assert isinstance(LogNotifier(), Notifier)
    assert isinstance(ScriptedPortal(), Portal)


def test_a_fixed_clock_moves_only_when_told():
    clock = FixedClock(datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == clock.now() == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert clock.advance(timedelta(days=1)) == clock.now() == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    clock.set(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        clock.set(datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("step", "error", "taken"),
    [
        (Step.ADS, None, 1),
        (Step.SILENT, None, 1),
        (Step.NOT_SENT, NotSent, 0),
        (Step.BREAK_AFTER, LineBroke, 1),
        (Step.BREAK_BEFORE, LineBroke, 0),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_scripted_portal_keeps_a_ledger_of_what_it_truly_took(step, error, taken):
    portal = ScriptedPortal()
    portal.script(step)
    parcel = parcel_of(portal)
    if error:
        with pytest.raises(error):
            portal.deposit(parcel)
    else:
        assert (portal.deposit(parcel) is None) == (step is Step.SILENT)
    assert (len(portal.calls), portal.times_taken("E-0001/test/1")) == (1, taken)
    assert (portal.find(parcel) is None) == (taken == 0)


def test_a_script_runs_out_into_the_default():
    portal = ScriptedPortal(default=Step.SILENT)
    portal.script(Step.ADS)
    first = portal.deposit(parcel_of(portal))
    assert first is not None
    assert portal.deposit(parcel_of(portal, "E-0002")) is None
    assert portal.ref_of("E-0001/test/1") == first.portal_ref != portal.ref_of("E-0002/test/1")
    with pytest.raises(KeyError):
        portal.ref_of("E-0003/test/1")


def test_a_parcel_handed_over_twice_shows_in_the_ledger():
    portal = ScriptedPortal()
    ads = [portal.deposit(parcel_of(portal)) for _ in range(2)]
    assert portal.times_taken("E-0001/test/1") == 2
    assert ads[0] == ads[1]


def test_an_ads_tells_what_a_match_needs():
    portal = ScriptedPortal("jedeclare", "A1")
    parcel = portal.render([attempt("E-1"), attempt("E-2")], Mode.TEST)
    ads = portal.deposit(parcel)
    assert (ads.mode, ads.filename, ads.count, len(ads.sirets)) == (Mode.TEST, parcel.filename, 2, 1)


def test_a_scripted_file_holds_no_name_and_no_nir():
    submission = attempt()
    employee = submission.declaration.employee
    content = ScriptedPortal().render([submission], Mode.TEST).content.decode()
    revealed = submission.declaration.canonical().decode()
    digits = next(part for part in revealed.split('"') if part.isdecimal() and len(part) == 15)
    assert employee.surname not in content
    assert digits not in content


def test_a_blind_portal_cannot_tell():
    portal = ScriptedPortal()
    portal.blind = True
    with pytest.raises(CannotTell):
        portal.find(parcel_of(portal))


def test_pieces_are_listed_since_they_were_published():
    clock = FixedClock()
    portal = ScriptedPortal(clock=clock)
    first = portal.acs("ref-1")
    clock.advance(timedelta(hours=1))
    second = portal.ars("ref-1")
    assert list(portal.available(None)) == [first, second]
    assert list(portal.available(clock.now(), ["ref-1"])) == [second]
    assert portal.asked == [(), ("ref-1",)]
    assert [portal.fetch(piece).kind for piece in (first, second)] == ["acs", "ars"]


def test_a_piece_can_be_overwritten_withdrawn_or_unreadable():
    portal = ScriptedPortal()
    piece = portal.put(portal_acs("first"), number="7")
    before = portal.fetch(piece).identity
    assert portal.put(portal_acs("second"), number="7") == piece
    assert portal.fetch(piece).identity != before
    portal.withdraw(piece)
    assert isinstance(portal.fetch(portal.unreadable()), Unreadable)
    assert piece not in list(portal.available(None))


def portal_acs(message):
    verdict = {"outcome": "accepted", "message": message}
    return Acs(portal_ref="r", issued_at=FixedClock().now(), portal="scripted", verdicts=(verdict,))


def test_listings_and_fetches_fail_when_told():
    portal = ScriptedPortal()
    good, bad = portal.acs("a"), portal.acs("b")
    portal.fetch_errors[bad] = TimeoutError()
    with pytest.raises(TimeoutError):
        portal.fetch(bad)
    assert portal.fetch(good).portal_ref == "a"
    portal.listing_error = TimeoutError()
    with pytest.raises(TimeoutError):
        portal.available(None)


# ---- what the contracts catch


class LosesNotices(RecordingNotifier):
    breaks = frozenset({"a_notice_arrives", "the_same_notice_may_come_again"})

    def send(self, notice):
        self.calls.append(notice)


class RefusesRepeats(RecordingNotifier):
    breaks = frozenset({"the_same_notice_may_come_again"})

    def send(self, notice):
        if notice.id in self.ids:
            raise Undeliverable("a repeat")
        super().send(notice)


class PutsTextIntoItsFormat(RecordingNotifier):
    breaks = frozenset({"any_text_can_be_sent"})

    def send(self, notice):
        str(notice.facts.get("name", "")).format()
        super().send(notice)


class KnowsEverybodysAddress(RecordingNotifier):
    breaks = frozenset({"whoever_it_is_for_can_be_told"})

    def send(self, notice):
        for addressee in notice.to:
            {"732829320": "paie@cabinet.example"}[addressee.name]
        super().send(notice)


class RendersByTheClock(ScriptedPortal):
    breaks = frozenset({"render_is_pure"})
    ticks = itertools.count()

    def render(self, submissions, mode):
        return replace(super().render(submissions, mode), filename=f"due-{next(self.ticks)}.jsonl")

    def find(self, parcel):
        return next((super(RendersByTheClock, self).find(own) for own in self.taken if own == parcel), None)


class SumsSomethingElse(ScriptedPortal):
    breaks = frozenset({"render_tells_the_sum_of_its_bytes"})

    def render(self, submissions, mode):
        return replace(super().render(submissions, mode), sha256="0" * 64)


class PutsFoldersIntoNames(ScriptedPortal):
    breaks = frozenset({"render_gives_a_plain_file_name"})

    def render(self, submissions, mode):
        return replace(super().render(submissions, mode), filename="../" + submissions[0].id)


class SendsWhatItRenders(ScriptedPortal):
    breaks = frozenset({"find_keeps_parcels_apart", "render_sends_nothing"})

    def render(self, submissions, mode):
        parcel = super().render(submissions, mode)
        super().deposit(parcel)
        return parcel


class AffirmsAbsence(ScriptedPortal):
    breaks = frozenset({"what_was_taken_is_never_said_to_be_absent"})

    def find(self, parcel):
        return None


class FindsTheLatest(ScriptedPortal):
    breaks = frozenset({"find_keeps_parcels_apart"})

    def find(self, parcel):
        return super().find(self.taken[-1]) if self.taken else None


class MarksAsRead(ScriptedPortal):
    breaks = frozenset({"listing_marks_nothing", "a_listing_may_be_left_half_way", "what_was_fetched_is_still_listed"})

    def available(self, since, refs=()):
        pieces = list(super().available(since, refs))
        for piece in pieces:
            self.withdraw(piece)
        return iter(pieces)

    def fetch(self, piece):
        return portal_acs("gone").with_(account=self.account)


class FetchTakesAway(ScriptedPortal):
    breaks = frozenset({"what_was_fetched_is_still_listed", "fetch_can_be_repeated"})

    def fetch(self, piece):
        found = super().fetch(piece)
        self.withdraw(piece)
        return found


class FetchStampsTheHour(ScriptedPortal):
    breaks = frozenset({"fetch_can_be_repeated"})
    hours = itertools.count()

    def fetch(self, piece):
        later = FixedClock().now() + timedelta(hours=next(self.hours))
        found = super().fetch(piece)
        return found if isinstance(found, Unreadable) else found.with_(issued_at=later)


class ForgetsItsAccount(ScriptedPortal):
    breaks = frozenset({"what_is_fetched_says_where_it_is_from"})

    def fetch(self, piece):
        return super().fetch(piece).with_(account="")


@pytest.mark.parametrize(
    "fault",
    [LosesNotices, RefusesRepeats, PutsTextIntoItsFormat, KnowsEverybodysAddress],
    ids=lambda fault: fault.__name__,
)
def test_a_faulty_notifier_is_caught(fault):
    broken = {name.removeprefix("test_") for name in TestRecordingNotifier().broken(fault)}
    assert broken - FAR_END == fault.breaks


FAR_END = {
    "a_far_end_that_fails_for_now_means_retry",
    "a_far_end_that_refuses_for_ever_means_undeliverable",
}


@pytest.mark.parametrize(
    "fault",
    [
        RendersByTheClock,
        SumsSomethingElse,
        PutsFoldersIntoNames,
        SendsWhatItRenders,
        AffirmsAbsence,
        FindsTheLatest,
        MarksAsRead,
        FetchTakesAway,
        FetchStampsTheHour,
        ForgetsItsAccount,
    ],
    ids=lambda fault: fault.__name__,
)
def test_a_faulty_portal_is_caught(fault):
    broken = TestScriptedPortal().broken(lambda: fault(account="A1"))
    assert {name.removeprefix("test_") for name in broken} == fault.breaks
