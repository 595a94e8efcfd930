"""The two automata, judged by tables written by hand from the procedure, never derived from the code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions import Machine

from due_workflow import (
    ClientFile,
    ClientState,
    Denial,
    Filing,
    InputRefused,
    Mode,
    Policy,
    Submission,
    SubmissionState,
    Teleprocedure,
    TransitionRefused,
)
from due_workflow.gates import REAL_GATE, TEST_GATE, Situation, gate, outside
from due_workflow.machine import (
    CLIENT,
    CLIENT_ROWS,
    SUBMISSION,
    SUBMISSION_ROWS,
    Automaton,
    Event,
    Row,
    advance,
    explain,
)
from due_workflow.models import APART, Elsewhere, Purge
from due_workflow.receipts import evidence_of
from due_workflow.testing import factories as f
from stories import NOW, A, Firm, R, other

TODAY = date(2026, 3, 2)
HIRE = NOW + timedelta(days=5)

# ---- the tables, by hand (design, §3): a state is the destination, "=" stays, "." has no such move

CLIENT_TABLE = """
                    select    request_mandate    sign_mandate  go_live  revoke_mandate  mandate_ends
known               selected  .                  mandated      .        .               .
selected            selected  mandate_requested  mandated      .        .               .
mandate_requested   .         mandate_requested  mandated      .        .               .
mandated            .         .                  =             live     withdrawn       withdrawn
live                .         .                  =             .        withdrawn       withdrawn
withdrawn           .         mandate_requested  mandated      .        .               .
"""

SUBMISSION_TABLE = """
                 release begin_send unsent   sent doubt    not_found renew abandon
prepared         =       sending    .        sent .        .         =     abandoned
sending          .       .          prepared sent in_doubt .         =     abandoned
in_doubt         .       .          prepared sent =        lost      =     abandoned
sent             .       .          .        =    =        .         =     abandoned
deposited        .       .          .        =    =        .         =     abandoned
forwarded        .       .          .        =    =        .         =     abandoned
accepted         .       .          .        =    =        .         =     =
portal_rejected  .       .          .        =    =        .         =     abandoned
cirso_rejected   .       .          .        =    =        .         =     abandoned
lost             .       .          .        =    =        .         =     abandoned
abandoned        .       .          .        =    =        .         =     abandoned
"""

# From every state after begin_send, lost and abandoned included: evidence decides, not order.
RECEIPTS = {
    "ads": "deposited",
    "acs_accepted": "forwarded",
    "acs_rejected": "portal_rejected",
    "ars_accepted": "accepted",
    "ars_rejected": "cirso_rejected",
    "unbound": "sent",
}


def table(text: str) -> dict[tuple[str, str], str]:
    head, *lines = (line.split() for line in text.strip().splitlines())
    return {(state, event): dest for state, *dests in lines for event, dest in zip(head, dests, strict=True)}


CLIENT_MOVES = table(CLIENT_TABLE)
SUBMISSION_MOVES = table(SUBMISSION_TABLE) | {
    (state, event): dest if state != "prepared" else "."
    for state in SubmissionState
    for event, dest in RECEIPTS.items()
}

# ---- situations in which nothing is wrong


def client_file(**changes: Any) -> ClientFile:
    who = f.client(1)
    given: dict[str, Any] = {name: getattr(who, name) for name in type(who).model_fields}
    given |= {"state": ClientState.LIVE, "mandate": f.mandate(), "live_since": NOW}
    return ClientFile(**(given | changes))


def submission(mode: Mode = Mode.REAL, attempt: int = 1, state: str = "prepared", **changes: Any) -> Submission:
    begun = None if state == "prepared" else NOW
    sub = Submission(
        id=f"E-1/{mode.value}/{attempt}",
        reference="E-1",
        mode=mode,
        attempt=attempt,
        content="c",
        prepared_at=NOW,
        state=SubmissionState(state),
        begun_at=begun,
    )
    return sub.with_(**changes)


def filing(*subs: Submission, **changes: Any) -> Filing:
    made = Filing(
        reference="E-1", siren=f.siren(), siret=f.siret(), hire_at=HIRE, created_at=NOW, content="c",
        submissions={f"{s.mode.value}/{s.attempt}": s for s in subs},
    )  # fmt: skip
    return made.with_(**changes)


def situation(sub: Submission | None = None, *others: Submission, **changes: Any) -> Situation:
    sub = sub or submission()
    given: dict[str, Any] = {
        "now": NOW,
        "policy": Policy(),
        "client": client_file(),
        "filing": filing(*others, sub),
        "submission": sub,
        "qualified": True,
        "confirm": True,
        "hire": True,
    }
    return Situation(**(given | changes))


def ended() -> Situation:
    """What makes the end of a mandate come: the same client the day after its last day."""
    return situation(client=client_file(mandate=f.mandate(ends_on=TODAY - timedelta(days=1))))


def favourable(event: str, state: str) -> Situation:
    if event == "mandate_ends":
        return ended()
    return situation(submission(state=state) if state in set(SubmissionState) else None)


# ---- every state × every event


def test_the_hand_written_tables_name_every_state_and_every_event() -> None:
    assert {s for s, _ in CLIENT_MOVES} == set(ClientState)
    assert {s for s, _ in SUBMISSION_MOVES} == set(SubmissionState)
    assert {e for _, e in CLIENT_MOVES} == set(CLIENT.events)
    assert {e for _, e in SUBMISSION_MOVES} == set(SUBMISSION.events)
    assert {*CLIENT.events, *SUBMISSION.events} == set(Event)


@pytest.mark.parametrize("state", sorted({*SubmissionState} - {SubmissionState.PREPARED}))
@pytest.mark.parametrize("before", [None, *sorted(APART)])
def test_without_its_pieces_an_attempt_goes_back_to_where_it_stood(state: str, before: SubmissionState | None) -> None:
    s = situation(submission(state=SubmissionState(state), before=before))
    assert advance(SUBMISSION, "case", state, Event.UNBOUND, s) == (before or SubmissionState.SENT)


def test_a_workplace_outside_this_channel_is_told_with_every_reason() -> None:
    policy = Policy()
    fine, far = f.establishment(), f.establishment(postal_code="97600", regime="msa")
    assert outside(fine, policy) == ()
    assert {denial.code for denial in outside(far, policy)} == {"regime_not_covered", "territory_not_covered"}


@pytest.mark.parametrize(("state", "event"), sorted(CLIENT_MOVES))
def test_a_client_goes_where_the_procedure_says_or_is_refused_with_what_is_possible(state: str, event: str) -> None:
    goes_by_the_table(CLIENT, CLIENT_MOVES, state, event)


@pytest.mark.parametrize(("state", "event"), sorted(SUBMISSION_MOVES))
def test_an_attempt_goes_where_the_procedure_says_or_is_refused_with_what_is_possible(state: str, event: str) -> None:
    goes_by_the_table(SUBMISSION, SUBMISSION_MOVES, state, event)


def goes_by_the_table(automaton: Automaton, moves: Mapping[tuple[str, str], str], state: str, event: str) -> None:
    expected, s = moves[state, event], favourable(event, state)
    if expected == ".":
        with pytest.raises(TransitionRefused) as refusal:
            advance(automaton, "case", state, event, s)
        (denial,) = refusal.value.denials
        assert denial.code == "no_such_move"
        assert set(denial.facts["allowed"]) == {e for (s, e), d in moves.items() if s == state and d != "."}
        assert (refusal.value.case, refusal.value.state, refusal.value.event) == ("case", state, event)
        return
    assert advance(automaton, "case", state, event, s) == (state if expected == "=" else expected)


@pytest.mark.parametrize("automaton", [CLIENT, SUBMISSION], ids=["client", "submission"])
@pytest.mark.parametrize("event", ["", "selct", "go-live", "declared"])
def test_an_event_that_no_table_has_is_refused_like_any_other(automaton: Automaton, event: str) -> None:
    with pytest.raises(TransitionRefused) as refusal:
        advance(automaton, "case", automaton.states[0], event, situation())
    assert [d.code for d in refusal.value.denials] == ["no_such_move"]


def test_a_revocation_of_a_day_to_come_leaves_the_state_until_that_day() -> None:
    later = situation(effective=TODAY + timedelta(days=1))
    assert advance(CLIENT, "c", "live", "revoke_mandate", later) == "live"
    assert advance(CLIENT, "c", "live", "revoke_mandate", situation(effective=TODAY)) == "withdrawn"
    assert advance(CLIENT, "c", "live", "revoke_mandate", situation(effective=TODAY - timedelta(1))) == "withdrawn"


# ---- the gate to REAL: each clause alone, and all together


def with_place(**changes: Any) -> ClientFile:
    return client_file(establishments=(f.establishment(1, **changes),))


DENIED: dict[str, Callable[[], dict[str, Any]]] = {
    "client_not_live": lambda: {"client": client_file(state=ClientState.MANDATED)},
    "no_mandate": lambda: {"client": client_file(mandate=None)},
    "mandate_not_in_force": lambda: {"client": client_file(mandate=f.mandate(ends_on=TODAY - timedelta(days=1)))},
    "mandate_without_due": lambda: {"client": client_file(mandate=f.mandate(procedures={Teleprocedure.DSN}))},
    "regime_not_covered": lambda: {"client": with_place(regime="msa")},
    "territory_not_covered": lambda: {"client": with_place(postal_code="97600")},
    "establishment_unknown": lambda: {"client": client_file(establishments=(f.establishment(1, 2),))},
    "window_not_open": lambda: {"filing": filing(submission(), hire_at=NOW + timedelta(days=9))},
    "hire_passed": lambda: {"filing": filing(submission(), hire_at=NOW - timedelta(seconds=1))},
    "hire_called_off": lambda: {"filing": filing(submission(), no_hire=True)},
    "declared_elsewhere": lambda: {"filing": filing(submission(), elsewhere=Elsewhere(at=NOW, proof="fax"))},
    "purged": lambda: {"filing": filing(submission(), purged=Purge(at=NOW, rule="called_off", years=5))},
    "other_alive": lambda: {"filing": filing(submission(attempt=2, state="sent"), submission())},
    "content_replaced": lambda: {"filing": filing(submission(), content="newer")},
    "new_version_untested": lambda: {"policy": Policy(on_new_version="block"), "qualified": False},
}
CLAUSE = {  # which clause says it; several codes may be one clause's
    "client_not_live": "client_live",
    "no_mandate": "mandate_in_force",
    "mandate_not_in_force": "mandate_in_force",
    "mandate_without_due": "mandate_covers_due",
    "regime_not_covered": "regime_covered",
    "territory_not_covered": "territory_covered",
    "establishment_unknown": "territory_covered",
    "window_not_open": "window_open",
    "hire_passed": "before_the_hire",
    "hire_called_off": "hire_takes_place",
    "declared_elsewhere": "not_declared_elsewhere",
    "other_alive": "no_other_alive",
    "purged": "not_purged",
    "content_replaced": "content_is_current",
    "new_version_untested": "tested_again",
}


def test_the_gate_lets_through_what_is_in_order() -> None:
    assert gate(situation()) == ()


def test_every_clause_of_the_gate_has_a_case_here() -> None:
    assert {clause.__name__ for clause in REAL_GATE} == set(CLAUSE.values())
    assert set(CLAUSE) == set(DENIED)


@pytest.mark.parametrize("code", sorted(DENIED))
def test_each_clause_of_the_gate_denies_alone(code: str) -> None:
    s = situation(**DENIED[code]())
    assert [d.code for d in gate(s)] == [code]
    with pytest.raises(TransitionRefused) as refusal:
        advance(SUBMISSION, "E-1/real/1", "prepared", "begin_send", s)
    assert [d.code for d in refusal.value.denials] == [code]
    assert refusal.value.denials[0].text("fr") != refusal.value.denials[0].text("en")


@pytest.mark.parametrize("code", sorted(DENIED))
def test_a_test_asks_for_a_mandate_and_a_content_only(code: str) -> None:
    sub = submission(Mode.TEST)
    asked = DENIED[code]()
    if "filing" in asked:
        asked["filing"] = asked["filing"].with_(submissions={"test/1": sub})
    s = replace(situation(sub), **asked)
    told = [d.code for d in gate(s)]
    asked_of_a_test = ("no_mandate", "mandate_not_in_force", "mandate_without_due", "purged")
    assert told == ([code] if code in asked_of_a_test else [])


def test_all_reasons_are_told_at_once() -> None:
    mandate = f.mandate(ends_on=TODAY - timedelta(days=1), procedures={Teleprocedure.DSN})
    place = f.establishment(1, regime="msa", postal_code="97500")
    worst = situation(
        client=client_file(state=ClientState.WITHDRAWN, mandate=mandate, establishments=(place,)),
        filing=filing(
            submission(attempt=2, state="in_doubt"),
            submission(),
            hire_at=NOW - timedelta(days=1),
            no_hire=True,
            content="newer",
            elsewhere=Elsewhere(at=NOW, proof="fax"),
            purged=Purge(at=NOW, rule="called_off", years=5),
        ),
        policy=Policy(on_new_version="block"),
        qualified=False,
    )
    with pytest.raises(TransitionRefused) as refusal:
        advance(SUBMISSION, "E-1/real/1", "prepared", "begin_send", worst)
    told = {d.code for d in refusal.value.denials}
    assert told == set(DENIED) - {"no_mandate", "establishment_unknown", "window_not_open"}


@given(st.data())
def test_any_set_of_reasons_is_told_whole(data: st.DataObject) -> None:
    """Faults of the client, of the hire and of the firm do not hide one another."""
    of_client = data.draw(st.sampled_from([None, "client_not_live", "no_mandate", "regime_not_covered"]))
    of_hire = data.draw(st.sampled_from([None, "window_not_open", "hire_passed", "hire_called_off", "other_alive"]))
    of_firm = data.draw(st.sampled_from([None, "new_version_untested"]))
    codes = [code for code in (of_client, of_hire, of_firm) if code]
    changes: dict[str, Any] = {}
    for code in codes:
        changes |= DENIED[code]()
    assert {d.code for d in gate(situation(**changes))} == set(codes)


def test_the_hour_of_hire_itself_is_too_late_unless_asked_for() -> None:
    at_the_hour = situation(filing=filing(submission(), hire_at=NOW))
    assert [d.code for d in gate(at_the_hour)] == ["hire_passed"]
    assert gate(replace(at_the_hour, late=True)) == ()
    a_second_before = situation(filing=filing(submission(), hire_at=NOW + timedelta(seconds=1)))
    assert gate(a_second_before) == ()


def test_the_window_opens_at_midnight_in_paris_eight_days_before() -> None:
    hire = NOW + timedelta(days=8, hours=5)  # 10 March 15:00 Paris; opens on 2 March 00:00 Paris
    opens = NOW.replace(day=1, hour=23)
    s = situation(filing=filing(submission(), hire_at=hire))
    assert gate(replace(s, now=opens)) == ()
    (denial,) = gate(replace(s, now=opens - timedelta(microseconds=1)))
    assert (denial.code, denial.facts["opens"]) == ("window_not_open", opens)


def test_a_confirmed_renewal_may_follow_a_declaration_elsewhere() -> None:
    sub = submission(confirmed=True)
    s = situation(sub, filing=filing(sub, elsewhere=Elsewhere(at=NOW, proof="fax")))
    assert gate(s) == ()


@pytest.mark.parametrize(
    ("state", "changes", "blocks"),
    [
        ("prepared", {}, False),
        ("sending", {}, True),
        ("sent", {}, True),
        ("in_doubt", {}, True),
        ("deposited", {}, True),
        ("forwarded", {}, True),
        ("accepted", {}, True),
        ("accepted", {"superseded": True}, False),
        ("portal_rejected", {}, False),
        ("cirso_rejected", {}, False),
        ("lost", {}, False),
        ("abandoned", {"begun_at": None}, False),
        ("abandoned", {}, True),
        ("abandoned", {"dropped": True}, False),
        # evidence that came after it was given up shows that the recipient holds it after all
        ("accepted", {"dropped": True}, True),
        ("forwarded", {"dropped": True}, True),
    ],
)
def test_an_attempt_is_alive_while_the_recipient_may_hold_it(state: str, changes: dict[str, Any], blocks: bool) -> None:
    first = submission(state=state).with_(**changes)
    told = [d.code for d in gate(situation(submission(attempt=2), first))]
    assert first.alive is blocks
    assert told == (["other_alive"] if blocks else [])


def test_a_test_under_way_does_not_stop_the_real_one() -> None:
    assert gate(situation(submission(), submission(Mode.TEST, state="sent"))) == ()


# ---- the other guards, each alone


def bound(state: str) -> Submission:
    ads = f.ads("1")
    return submission(state=state, evidence=evidence_of(ads, "r", ads.sha256, ()))


GUARDS: dict[str, tuple[Automaton, str, str, Callable[[], Situation]]] = {
    "go_live without a test": (CLIENT, "mandated", "go_live", lambda: situation(qualified=False)),
    "go_live without a mandate": (CLIENT, "mandated", "go_live", lambda: situation(client=client_file(mandate=None))),
    "go_live without the DUE": (
        CLIENT, "mandated", "go_live", lambda: situation(**DENIED["mandate_without_due"]()),
    ),
    "a mandate that is over": (
        CLIENT, "known", "sign_mandate", lambda: situation(mandate=f.mandate(ends_on=TODAY - timedelta(days=1))),
    ),
    "a mandate that replaces and is over": (
        CLIENT, "live", "sign_mandate", lambda: situation(mandate=f.mandate(ends_on=TODAY - timedelta(days=1))),
    ),
    "a mandate that still runs": (
        CLIENT, "live", "mandate_ends", lambda: situation(client=client_file(mandate=f.mandate(ends_on=TODAY))),
    ),
    "lost, with a piece": (SUBMISSION, "in_doubt", "not_found", lambda: situation(bound("in_doubt"))),
    "renew an older one": (
        SUBMISSION, "sent", "renew",
        lambda: situation(submission(state="sent"), filing=filing(submission(state="sent"), submission(attempt=2))),
    ),
    "renew without confirm": (
        SUBMISSION, "accepted", "renew", lambda: situation(submission(state="accepted"), confirm=False),
    ),
    "renew a hire that is off": (
        SUBMISSION, "sent", "renew",
        lambda: situation(submission(state="sent"), filing=filing(submission(state="sent"), no_hire=True)),
    ),
    "release a hire that is off": (
        SUBMISSION, "prepared", "release", lambda: situation(filing=filing(submission(), no_hire=True)),
    ),
    "abandon what is accepted": (
        SUBMISSION, "accepted", "abandon", lambda: situation(submission(state="accepted"), hire=False),
    ),
}  # fmt: skip
SAID = {
    "go_live without a test": "no_accepted_test",
    "go_live without a mandate": "no_mandate",
    "go_live without the DUE": "mandate_without_due",
    "a mandate that is over": "mandate_already_over",
    "a mandate that replaces and is over": "mandate_already_over",
    "a mandate that still runs": "mandate_still_runs",
    "lost, with a piece": "piece_bound",
    "renew an older one": "newer_attempt",
    "renew without confirm": "accepted_needs_confirm",
    "renew a hire that is off": "hire_called_off",
    "release a hire that is off": "hire_called_off",
    "abandon what is accepted": "accepted_stays",
}


@pytest.mark.parametrize("case", sorted(GUARDS))
def test_each_guard_denies_alone(case: str) -> None:
    automaton, state, event, make = GUARDS[case]
    with pytest.raises(TransitionRefused) as refusal:
        advance(automaton, "case", state, event, make())
    assert [d.code for d in refusal.value.denials] == [SAID[case]]


def test_an_accepted_test_is_renewed_without_confirmation() -> None:
    sub = submission(Mode.TEST, state="accepted")
    assert advance(SUBMISSION, sub.id, "accepted", "renew", situation(sub, confirm=False)) == "accepted"


def test_the_end_of_a_mandate_comes_though_it_was_revoked_before_it_began() -> None:
    """Signed for a day to come and withdrawn before that day: its end is not refused for ever."""
    mandate = f.mandate(signed_on=TODAY + timedelta(days=30)).with_(revoked_on=TODAY)
    s = situation(client=client_file(mandate=mandate))
    assert advance(CLIENT, "c", "mandated", "mandate_ends", s) == "withdrawn"


def test_a_mandate_signed_for_a_day_to_come_has_not_ended() -> None:
    s = situation(client=client_file(mandate=f.mandate(signed_on=TODAY + timedelta(days=30))))
    with pytest.raises(TransitionRefused):
        advance(CLIENT, "c", "mandated", "mandate_ends", s)


# ---- explain says what advance would do


def all_situations() -> list[Situation]:
    singles = [situation(**make()) for make in DENIED.values()]
    pairs = [situation(**(DENIED[a]() | DENIED[b]())) for a, b in combinations(sorted(DENIED), 2)]
    guards = [make() for _, _, _, make in GUARDS.values()]
    return [situation(), ended(), situation(effective=TODAY + timedelta(days=9)), *singles, *pairs, *guards]


@pytest.mark.parametrize(
    ("automaton", "moves"), [(CLIENT, CLIENT_MOVES), (SUBMISSION, SUBMISSION_MOVES)], ids=["client", "submission"]
)
def test_explain_lists_every_event_of_the_state_and_agrees_with_advance(
    automaton: Automaton, moves: Mapping[tuple[str, str], str]
) -> None:
    for s in all_situations():
        for state in automaton.states:
            told = {e.event: e for e in explain(automaton, state, s)}
            assert len(told) == len(explain(automaton, state, s))
            assert set(told) == {event for (of, event), dest in moves.items() if of == state and dest != "."}
            for event in automaton.events:
                dest, denials = answer(automaton, state, event, s)
                if event in told:
                    assert (told[event].denials, told[event].because != "") == (denials, True)
                    assert told[event].possible is (dest is not None)
                    assert dest in (None, told[event].dest)
                else:
                    assert [d.code for d in denials] == ["no_such_move"]


def answer(automaton: Automaton, state: str, event: str, s: Situation) -> tuple[str | None, tuple[Denial, ...]]:
    try:
        return advance(automaton, "case", state, event, s), ()
    except TransitionRefused as refused:
        return None, refused.denials


@pytest.mark.parametrize("ours", [CLIENT, SUBMISSION], ids=["client", "submission"])
def test_a_random_walk_beside_stock_transitions_goes_the_same_way(ours: Automaton) -> None:
    """The lean subclasses save time and nothing else: same state or same reasons at each of some thousand events."""
    kinds: dict[str, type[StrEnum]] = {"client": ClientState, "submission": SubmissionState}
    stock = Automaton(ours.name, kinds[ours.name], ours.rows, Machine)
    random, situations = Random(7), all_situations()
    state, visited = ours.states[0], set()
    for _ in range(6000):
        visited.add(state)
        event, s = random.choice([*ours.events, "none such"]), random.choice(situations)
        mine = answer(ours, state, event, s)
        assert mine == answer(stock, state, event, s)
        state = mine[0] or random.choice([state, state, *ours.states])
    assert visited == set(ours.states)


def test_explain_through_the_door_changes_nothing_and_gives_every_reason() -> None:
    firm = Firm().opened()
    siren = firm.mandated()
    sub = firm.real(start=NOW + timedelta(days=30))
    before = firm.everything()
    told = {e.event: [d.code for d in e.denials] for e in firm.read.explain(sub.id)}
    assert told == {
        "release": [],
        "begin_send": ["client_not_live", "window_not_open"],
        "sent": [],
        "renew": [],
        "abandon": [],
    }
    assert {e.event: e.possible for e in firm.read.explain(siren)} == {
        "sign_mandate": True,
        "go_live": False,
        "revoke_mandate": True,
        "mandate_ends": False,
    }
    assert firm.everything() == before


def test_explain_does_not_hold_the_old_mandate_against_a_new_one() -> None:
    firm = Firm().opened()
    siren = firm.mandated(ends_on=TODAY)
    firm.move(days=3)
    firm.worker().tick()
    assert firm.read.client(siren).state == "withdrawn"
    assert {e.event: e.possible for e in firm.read.explain(siren)} == {"request_mandate": True, "sign_mandate": True}
    firm.flow.sign_mandate(siren, f.mandate())


# ---- a refusal changes nothing, in the storage too


def _accepted(firm: Firm) -> Firm:
    firm.live()
    firm.declared()
    return firm


def _withdrawn(firm: Firm) -> Firm:
    firm.live()
    firm.real()
    firm.flow.revoke_mandate(f.siren(), firm.clock.now().date(), "the client left")
    return firm


def _elsewhere(firm: Firm) -> Firm:
    firm.live()
    firm.real()
    firm.flow.declared_elsewhere("E-1", NOW, "net-entreprises")
    return firm


def _mandated(firm: Firm) -> Firm:
    firm.mandated()
    firm.real()
    return firm


def _two(firm: Firm) -> Firm:
    firm.live()
    first = firm.sent(firm.real().id)
    firm.flow.renew(first.id, None, "again")
    return firm


def _refused_commands() -> dict[str, tuple[Callable[[Firm], Firm], Callable[[Firm], object]]]:
    one, two = "E-1/real/1", "E-1/real/2"
    return {
        "go_live without a test": (_mandated, lambda x: x.flow.go_live(f.siren())),
        "select what is mandated": (_mandated, lambda x: x.flow.select(f.siren())),
        "request a mandate that is signed": (_mandated, lambda x: x.flow.request_mandate(f.siren())),
        "a mandate already over": (
            _mandated, lambda x: x.flow.sign_mandate(f.siren(), f.mandate(ends_on=date(2026, 2, 1))),
        ),
        "begin before live": (_mandated, lambda x: x.flow.begin_send([one])),
        "begin after the mandate": (_withdrawn, lambda x: x.flow.begin_send([one])),
        "revoke twice": (_withdrawn, lambda x: x.flow.revoke_mandate(f.siren(), TODAY, "again")),
        "begin what is accepted": (_accepted, lambda x: x.flow.begin_send([one])),
        "begin what is declared elsewhere": (_elsewhere, lambda x: x.flow.begin_send([one])),
        "begin beside one alive": (_two, lambda x: x.flow.begin_send([two])),
        "renew an older attempt": (_two, lambda x: x.flow.renew(one, None, "once more")),
        "renew without confirm": (_accepted, lambda x: x.flow.renew(one, None, "again")),
        "abandon what is accepted": (_accepted, lambda x: x.flow.abandon(one, "no")),
        "release what is accepted": (_accepted, lambda x: x.flow.release([one])),
        "one of two is denied": (_two, lambda x: (x.flow.prepare(f.declaration("E-2")),
                                                 x.flow.begin_send(["E-2/real/1", two]))[1]),
    }  # fmt: skip


@pytest.mark.parametrize("case", sorted(_refused_commands()))
def test_a_refused_command_leaves_the_storage_as_it_was(case: str) -> None:
    build, command = _refused_commands()[case]
    firm = build(Firm().opened())
    if case == "one of two is denied":
        firm.flow.prepare(f.declaration("E-2"), Mode.REAL)
    before = firm.everything()
    with pytest.raises(TransitionRefused) as refusal:
        command(firm)
    assert refusal.value.denials
    assert firm.everything() == before


def test_a_refused_input_leaves_the_storage_as_it_was() -> None:
    firm = _two(Firm().opened())
    before = firm.everything()
    for command in (
        lambda: firm.flow.register(other(f.declaration("E-1"))),
        lambda: firm.flow.select(f.siren(), 0),
        lambda: firm.flow.abandon("E-1/real/2", "  "),
        lambda: firm.flow.settle_doubt(firm.read.submission("E-1/real/1").deposit or ""),
        lambda: firm.flow.begin_send([]),
    ):
        with pytest.raises(InputRefused):
            command()
    assert firm.everything() == before


# ---- a table that is not sound is refused when it is built


@pytest.mark.parametrize(
    "rows",
    [
        (*SUBMISSION_ROWS, Row((SubmissionState.SENT,), Event.BEGIN_SEND, ClientState.LIVE, "nowhere")),
        (*SUBMISSION_ROWS, Row((ClientState.LIVE,), Event.BEGIN_SEND, SubmissionState.SENT, "from nowhere")),
        (*SUBMISSION_ROWS, Row((), Event.BEGIN_SEND, SubmissionState.SENT, "from no state")),
        (*SUBMISSION_ROWS, Row((SubmissionState.SENT,), Event.BEGIN_SEND, SubmissionState.SENT, "")),
        (*SUBMISSION_ROWS, Row((SubmissionState.SENDING,), Event.SENT, SubmissionState.LOST, "twice, no choice")),
    ],
    ids=["unknown destination", "unknown source", "no source", "no reason", "two rows without a choice"],
)
def test_a_table_that_is_not_sound_is_refused_when_it_is_built(rows: tuple[Row, ...]) -> None:
    with pytest.raises(ValueError, match="submission"):
        Automaton("submission", SubmissionState, rows)


def test_every_row_quotes_the_procedure() -> None:
    assert all(row.because for row in (*CLIENT_ROWS, *SUBMISSION_ROWS))
    assert set(TEST_GATE) <= set(REAL_GATE)


def test_the_tables_are_literals_in_the_order_of_the_story() -> None:
    assert next(iter(CLIENT_ROWS)).event == "select"
    story = ["select", "request_mandate", "sign_mandate", "go_live", "revoke_mandate", "mandate_ends"]
    assert list(CLIENT.events) == story


def test_outcomes_reach_every_final_state() -> None:
    """Through the door: each of the five receipt events, and where it leads."""
    firm = Firm().opened()
    firm.mandated()
    ends = {}
    for name, make, outcome in (("acs", f.acs, A), ("acs", f.acs, R), ("ars", f.ars, A), ("ars", f.ars, R)):
        sub = firm.flow.prepare(f.declaration(f"{name}-{outcome}"))
        ends[name, outcome] = firm.answered(firm.sent(sub.id), make, outcome).state.value
    assert ends == {
        ("acs", A): "forwarded",
        ("acs", R): "portal_rejected",
        ("ars", A): "accepted",
        ("ars", R): "cirso_rejected",
    }
