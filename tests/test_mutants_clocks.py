"""Edges of the table of deadlines that only a changed line showed to be unheld; each asked of the table itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from due_workflow import ClientFile, ClientState, Filing, Mode, Outcome, Policy, Submission, SubmissionState
from due_workflow.calendar import start_of_day
from due_workflow.clocks import calendar_of, deadlines
from due_workflow.receipts import Evidence, Piece
from due_workflow.testing import factories as f

S = SubmissionState
P = Policy()
HOUR = timedelta(hours=1)
MONDAY, WEDNESDAY, FRIDAY = (datetime(2026, 3, day, 9, tzinfo=UTC) for day in (2, 4, 6))


def attempt(state: SubmissionState, mode: Mode = Mode.REAL, **slots: Any) -> dict[str, datetime]:
    """The deadlines of an attempt in `state`; its fields, and its evidence by slot: outcome and instant."""
    given = {name: slots.pop(name) for name in ("begun_at", "sent_at", "raised") if name in slots}
    pieces = {
        slot.replace("_", ":"): Piece(outcome=outcome, issued_at=at, sha256="", receipt="r")
        for slot, (outcome, at) in slots.items()
    }
    return deadlines(
        Submission(
            id=f"E/{mode}/1",
            reference="E",
            mode=mode,
            attempt=1,
            state=state,
            content="",
            prepared_at=MONDAY,
            evidence=Evidence(slots=pieces),
            **given,
        ),
        P,
    )


def filing(**changes: Any) -> dict[str, datetime]:
    given: dict[str, Any] = {
        "reference": "E",
        "siren": f.siren(1),
        "siret": f.siret(1),
        "hire_at": datetime(2026, 3, 20, 8, tzinfo=UTC),
        "created_at": MONDAY,
        "content": "",
    }
    return deadlines(Filing(**(given | changes)), P)


def client(state: ClientState, **changes: Any) -> dict[str, datetime]:
    return deadlines(ClientFile(siren=f.siren(1), name="Essai", state=state, **changes), P)


A, R = Outcome.ACCEPTED, Outcome.REJECTED


@pytest.mark.parametrize("state", [S.SENT, S.DEPOSITED, S.FORWARDED])
def test_every_state_of_waiting_has_its_answer_overdue(state: SubmissionState) -> None:
    assert {"ars_overdue", "legal_ack"} <= attempt(state, sent_at=MONDAY).keys()


@pytest.mark.parametrize("state", [s for s in S if s not in (S.SENT, S.DEPOSITED, S.FORWARDED)])
def test_no_other_state_waits_for_an_answer(state: SubmissionState) -> None:
    assert not {"ads_missing", "acs_missing", "ars_overdue", "legal_ack"} & attempt(state, sent_at=MONDAY).keys()


def test_the_acs_is_missed_until_it_came_with_or_without_an_ads() -> None:
    assert "acs_missing" in attempt(S.SENT, sent_at=MONDAY)
    assert "acs_missing" in attempt(S.DEPOSITED, sent_at=MONDAY, ads=(A, MONDAY))
    assert "acs_missing" not in attempt(S.FORWARDED, sent_at=MONDAY, acs=(A, MONDAY))


@pytest.mark.parametrize("state", [S.SENDING, S.SENT, S.DEPOSITED, S.FORWARDED])
def test_an_attempt_whose_instants_are_unknown_has_no_deadline(state: SubmissionState) -> None:
    assert attempt(state) == {}


def test_time_runs_from_the_ads_else_from_the_sending_else_from_its_beginning() -> None:
    by_ads = attempt(S.DEPOSITED, begun_at=MONDAY, sent_at=WEDNESDAY, ads=(A, FRIDAY))
    by_sent = attempt(S.SENT, begun_at=MONDAY, sent_at=WEDNESDAY)
    by_begun = attempt(S.DEPOSITED, begun_at=MONDAY)
    for found, day in ((by_ads, 9), (by_sent, 5), (by_begun, 3)):
        assert found["acs_missing"] == start_of_day(date(2026, 3, day + 1))


def test_a_rejected_acs_starts_no_shorter_delay() -> None:
    forwarded = attempt(S.FORWARDED, sent_at=MONDAY, acs=(A, MONDAY))["ars_overdue"]
    contradicted = attempt(S.FORWARDED, sent_at=MONDAY, acs=(R, MONDAY))["ars_overdue"]
    assert forwarded < contradicted == attempt(S.SENT, sent_at=MONDAY)["ars_overdue"]


def test_only_an_accepted_real_attempt_with_its_ars_can_be_contested() -> None:
    assert attempt(S.ACCEPTED, ars_CIRSO=(A, MONDAY)).keys() == {"contest"}
    assert attempt(S.ACCEPTED, Mode.TEST, ars_CIRSO=(A, MONDAY)) == {}
    assert attempt(S.ACCEPTED) == {}
    assert attempt(S.ACCEPTED, ars_MSA=(A, MONDAY)) == {}
    assert attempt(S.CIRSO_REJECTED, ars_CIRSO=(R, MONDAY)) == {}


def test_only_a_real_attempt_waits_for_the_legal_acknowledgement() -> None:
    assert "legal_ack" not in attempt(S.SENT, Mode.TEST, sent_at=MONDAY)


def test_a_deadline_that_was_raised_is_not_raised_again_until_it_moves() -> None:
    due = attempt(S.SENT, sent_at=MONDAY)["ads_missing"]
    assert "ads_missing" not in attempt(S.SENT, sent_at=MONDAY, raised={"ads_missing": due})
    assert attempt(S.SENT, sent_at=MONDAY, raised={"ads_missing": due - HOUR})["ads_missing"] == due


def test_the_window_is_told_unless_it_was_open_already_when_the_hire_was_registered() -> None:
    opens = start_of_day(date(2026, 3, 12))
    assert filing()["window_open"] == opens
    assert filing(created_at=opens - timedelta(microseconds=1))["window_open"] == opens
    assert "window_open" not in filing(created_at=opens)


@pytest.mark.parametrize(
    ("mode", "begun", "told"), [("test", True, True), ("real", False, True), ("real", True, False)]
)
def test_only_a_real_attempt_that_has_begun_ends_the_wait_for_the_window(mode: str, begun: bool, told: bool) -> None:
    sub = Submission(
        id=f"E/{mode}/1",
        reference="E",
        mode=mode,
        attempt=1,
        state="sent" if begun else "prepared",
        content="",
        prepared_at=MONDAY,
        begun_at=MONDAY if begun else None,
    )
    assert ("window_open" in filing(submissions={f"{mode}/1": sub})) is told


MANDATE = f.mandate(ends_on=date(2026, 6, 30))


@pytest.mark.parametrize("state", ClientState)
def test_a_mandate_ends_only_where_it_is_in_use(state: ClientState) -> None:
    used = state in (ClientState.MANDATED, ClientState.LIVE)
    assert client(state) == {}
    assert client(state, mandate=f.mandate()) == {}
    found = client(state, mandate=MANDATE)
    ends = start_of_day(date(2026, 7, 1))
    assert found == ({"mandate_ends": ends, "mandate_reminder": ends - timedelta(days=30)} if used else {})


@pytest.mark.parametrize("state", ClientState)
def test_a_request_is_reminded_of_only_while_it_waits(state: ClientState) -> None:
    waits = state is ClientState.MANDATE_REQUESTED
    found = client(state, requested_at=MONDAY)
    assert found == ({"mandate_reminder": MONDAY + timedelta(days=7)} if waits else {})


def test_a_mandate_ends_with_the_earlier_of_its_end_and_its_revocation() -> None:
    revoked = MANDATE.with_(revoked_on=date(2026, 4, 1))
    assert client(ClientState.LIVE, mandate=revoked)["mandate_ends"] == start_of_day(date(2026, 4, 1))
    later = MANDATE.with_(revoked_on=date(2026, 8, 1))
    assert client(ClientState.LIVE, mandate=later)["mandate_ends"] == start_of_day(date(2026, 7, 1))


def test_the_calendar_is_the_one_that_the_policy_sets() -> None:
    closed = Policy(territory="reunion", closures=frozenset({date(2026, 3, 3)}))
    assert calendar_of(closed).territory == "reunion"
    assert not calendar_of(closed).is_working(date(2026, 3, 3))
    assert calendar_of(P).is_working(date(2026, 3, 3))
