"""What the guards say when a part of the situation is missing, and the facts of every refusal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from transitions import MachineError

from due_workflow import (
    ClientFile,
    ClientState,
    Denial,
    Filing,
    Mode,
    Outcome,
    Policy,
    Submission,
    SubmissionState,
    TransitionRefused,
)
from due_workflow import gates as g
from due_workflow import machine as m
from due_workflow.gates import Guard, Situation
from due_workflow.machine import CLIENT, SUBMISSION, Event, LeanMachine
from due_workflow.models import Elsewhere, Purge
from due_workflow.receipts import Evidence, Piece
from due_workflow.testing import factories as f

NOW = f.NOW
TODAY = date(2026, 3, 2)
HIRE = NOW + timedelta(days=5)


def situation(**changes: Any) -> Situation:
    return Situation(NOW, changes.pop("policy", Policy()), **changes)


def client(state: ClientState = ClientState.LIVE, **changes: Any) -> ClientFile:
    given: dict[str, Any] = {"mandate": f.mandate(), "establishments": (f.establishment(1),)} | changes
    return ClientFile(siren=f.siren(1), name="Essai", state=state, **given)


def attempt(number: int = 1, mode: Mode = Mode.REAL, state: str = "prepared", **changes: Any) -> Submission:
    given: dict[str, Any] = {"content": "c", "prepared_at": NOW} | changes
    id = f"E/{mode}/{number}"
    return Submission(id=id, reference="E", mode=mode, attempt=number, state=state, **given)


def filing(*subs: Submission, **changes: Any) -> Filing:
    given: dict[str, Any] = {"siren": f.siren(1), "siret": f.siret(1), "hire_at": HIRE, "created_at": NOW} | changes
    given = {"content": "c"} | given
    return Filing(reference="E", submissions={f"{s.mode}/{s.attempt}": s for s in subs}, **given)


def place(**changes: Any) -> dict[str, Any]:
    return {"client": client(establishments=(f.establishment(1, **changes),)), "filing": filing()}


def test_a_situation_asks_for_nothing_by_itself() -> None:
    bare = situation()
    assert not any((bare.qualified, bare.late, bare.confirm, bare.hire, bare.amends))
    assert bare.today == TODAY


SILENT = (
    *(g.mandate_covers_due, g.mandate_not_over, g.regime_covered, g.window_open, g.before_the_hire),
    *(g.hire_takes_place, g.not_declared_elsewhere, g.content_is_current, g.no_other_alive, g.tested_again),
    *(g.nothing_bound, g.latest_attempt, g.confirmed_if_declared, g.real_not_begun, g.not_purged),
)
SPEAKING: dict[Guard, Denial] = {
    g.mandate_in_force: Denial("no_mandate"),
    g.end_has_come: Denial("mandate_still_runs"),
    g.a_test_was_accepted: Denial("no_accepted_test", {"gate": "cabinet"}),
    g.client_live: Denial("client_not_live", {"state": None}),
    g.territory_covered: Denial("establishment_unknown", {"siret": None}),
    g.hire_is_off: Denial("accepted_stays"),
}


@pytest.mark.parametrize("guard", SILENT)
def test_a_guard_says_nothing_of_what_is_not_there(guard: Guard) -> None:
    assert guard(situation()) is None


@pytest.mark.parametrize("guard", SPEAKING)
def test_a_guard_that_needs_something_says_that_it_is_missing(guard: Guard) -> None:
    assert guard(situation()) == SPEAKING[guard]


def test_every_guard_is_asked_here_without_a_case() -> None:
    rows = (*m.CLIENT_ROWS, *m.SUBMISSION_ROWS)
    known = {*g.REAL_GATE, *g.TEST_GATE, *(guard for row in rows for guard in row.guards)}
    assert known <= {*SILENT, *SPEAKING}


ENDED = f.mandate(ends_on=date(2026, 3, 1))
ELSEWHERE = Elsewhere(at=NOW, proof="fax")
PURGED = Purge(at=NOW, rule="called_off", years=5)
ALIVE = attempt(1, state="sent", begun_at=NOW)
DENIED: tuple[tuple[Guard, Situation, Denial], ...] = (
    (g.mandate_in_force, situation(client=client(mandate=ENDED)), Denial("mandate_not_in_force", {"day": TODAY})),
    (g.mandate_not_over, situation(mandate=ENDED), Denial("mandate_already_over", {"end": date(2026, 3, 1)})),
    (
        g.client_live,
        situation(client=client(ClientState.MANDATED)),
        Denial("client_not_live", {"state": "mandated"}),
    ),
    (g.regime_covered, situation(**place(regime="msa")), Denial("regime_not_covered", {"regime": "MSA"})),
    (
        g.territory_covered,
        situation(client=client(establishments=()), filing=filing()),
        Denial("establishment_unknown", {"siret": f.siret(1)}),
    ),
    (
        g.territory_covered,
        situation(**place(postal_code="97600")),
        Denial("territory_not_covered", {"postal_code": "97600"}),
    ),
    (g.territory_covered, situation(filing=filing()), Denial("establishment_unknown", {"siret": f.siret(1)})),
    (g.territory_covered, situation(client=client()), Denial("establishment_unknown", {"siret": None})),
    (
        g.window_open,
        situation(filing=filing(hire_at=NOW + timedelta(days=30))),
        Denial("window_not_open", {"opens": datetime(2026, 3, 23, 23, tzinfo=UTC)}),
    ),
    (g.before_the_hire, situation(filing=filing(hire_at=NOW)), Denial("hire_passed", {"hire": NOW})),
    (g.hire_takes_place, situation(filing=filing(no_hire=True)), Denial("hire_called_off")),
    (g.not_purged, situation(filing=filing(purged=PURGED)), Denial("purged", {"at": NOW})),
    (
        g.not_declared_elsewhere,
        situation(filing=filing(elsewhere=ELSEWHERE)),
        Denial("declared_elsewhere", {"at": NOW}),
    ),
    (
        g.not_declared_elsewhere,
        situation(filing=filing(elsewhere=ELSEWHERE), submission=attempt()),
        Denial("declared_elsewhere", {"at": NOW}),
    ),
    (
        g.content_is_current,
        situation(filing=filing(), submission=attempt(content="old")),
        Denial("content_replaced", {"submission": "E/real/1"}),
    ),
    (
        g.no_other_alive,
        situation(filing=filing(ALIVE), submission=attempt(2)),
        Denial("other_alive", {"other": "E/real/1", "state": "sent"}),
    ),
    (
        g.no_other_alive,
        situation(filing=filing(ALIVE)),
        Denial("other_alive", {"other": "E/real/1", "state": "sent"}),
    ),
    (g.tested_again, situation(policy=Policy(on_new_version="block")), Denial("new_version_untested")),
    (
        g.latest_attempt,
        situation(filing=filing(ALIVE, attempt(2)), submission=ALIVE),
        Denial("newer_attempt", {"newer": "E/real/2"}),
    ),
    (g.confirmed_if_declared, situation(submission=attempt(state="accepted")), Denial("accepted_needs_confirm")),
    (
        g.real_not_begun,
        situation(filing=filing(ALIVE, attempt(2)), submission=attempt(1, Mode.TEST), amends=True),
        Denial("real_begun", {"real": "E/real/1"}),
    ),
)


@pytest.mark.parametrize(("guard", "asked", "denial"), DENIED, ids=lambda x: getattr(x, "__name__", None))
def test_a_refusal_carries_the_facts_of_its_text(guard: Guard, asked: Situation, denial: Denial) -> None:
    assert guard(asked) == denial
    assert "?" not in denial.text("fr"), "a fact is missing in the text"
    assert "?" not in denial.text("en")


PASSED: tuple[tuple[Guard, Situation], ...] = (
    (g.regime_covered, situation(filing=filing())),
    (g.regime_covered, situation(client=client())),
    (g.regime_covered, situation(**place())),
    (g.territory_covered, situation(**place())),
    (g.before_the_hire, situation(filing=filing(hire_at=NOW), late=True)),
    (g.before_the_hire, situation(filing=filing(hire_at=NOW + timedelta(microseconds=1)))),
    (g.not_declared_elsewhere, situation(filing=filing(elsewhere=ELSEWHERE), submission=attempt(confirmed=True))),
    (g.content_is_current, situation(filing=filing())),
    (g.content_is_current, situation(submission=attempt(content="old"))),
    (g.content_is_current, situation(filing=filing(), submission=attempt())),
    (g.no_other_alive, situation(filing=filing(ALIVE), submission=ALIVE)),
    (g.no_other_alive, situation(filing=filing(attempt(1, Mode.TEST, "sent", begun_at=NOW)), submission=attempt(2))),
    (g.tested_again, situation(policy=Policy(on_new_version="block"), qualified=True)),
    (g.latest_attempt, situation(filing=filing(ALIVE))),
    (g.latest_attempt, situation(submission=ALIVE)),
    (g.latest_attempt, situation(filing=filing(), submission=ALIVE)),
    (g.latest_attempt, situation(filing=filing(ALIVE, attempt(1, Mode.TEST)), submission=ALIVE)),
    (g.confirmed_if_declared, situation(submission=attempt(state="accepted"), confirm=True)),
    (g.confirmed_if_declared, situation(submission=attempt(1, Mode.TEST, "accepted"))),
    (g.real_not_begun, situation(filing=filing(ALIVE), submission=attempt(1, Mode.TEST))),
    (g.real_not_begun, situation(filing=filing(ALIVE), submission=attempt(2), amends=True)),
    (g.real_not_begun, situation(filing=filing(ALIVE), amends=True)),
    (g.real_not_begun, situation(filing=filing(attempt(1)), submission=attempt(1, Mode.TEST), amends=True)),
    (g.real_not_begun, situation(submission=attempt(1, Mode.TEST), amends=True)),
    (g.end_has_come, situation(client=client(mandate=ENDED))),
    (g.end_has_come, situation(client=client(mandate=f.mandate(revoked_on=TODAY)))),
    (g.mandate_not_over, situation(mandate=f.mandate(ends_on=TODAY))),
)


@pytest.mark.parametrize(("guard", "asked"), PASSED, ids=lambda x: getattr(x, "__name__", None))
def test_a_guard_lets_pass_what_it_is_not_about(guard: Guard, asked: Situation) -> None:
    assert guard(asked) is None


def test_a_mandate_runs_to_the_last_day_of_its_end_or_the_eve_of_its_revocation() -> None:
    for mandate in (f.mandate(ends_on=TODAY), f.mandate(revoked_on=date(2026, 3, 3)), f.mandate()):
        assert g.end_has_come(situation(client=client(mandate=mandate))) == Denial("mandate_still_runs")


def test_an_attempt_that_has_evidence_was_received() -> None:
    piece = Piece(outcome=Outcome.PENDING, issued_at=NOW, sha256="", receipt="r")
    bound = attempt(evidence=Evidence(slots={"ars?:CIRSO": piece}))
    assert g.nothing_bound(situation(submission=bound)) == Denial("piece_bound")


def test_a_gated_row_is_refused_with_the_reasons_of_the_gate_and_its_own() -> None:
    """All guards run, so that a person is not sent from one reason to the next."""
    prepared = SubmissionState.PREPARED
    row = m.Row((prepared,), Event.BEGIN_SEND, SubmissionState.SENDING, "x", (g.hire_is_off,), gated=True)
    asked = situation(filing=filing(), submission=attempt())
    with pytest.raises(TransitionRefused) as refused:
        m.Automaton("one row", SubmissionState, (row,)).advance("E/real/1", "prepared", "begin_send", asked)
    assert refused.value.denials == (*g.gate(asked), Denial("accepted_stays"))
    assert len(g.gate(asked)) > 1


def test_the_gate_without_an_attempt_is_the_gate_of_a_test() -> None:
    assert g.gate(situation()) == (Denial("no_mandate"),)
    assert g.gate(situation(submission=attempt(1, Mode.TEST))) == (Denial("no_mandate"),)
    assert len(g.gate(situation(submission=attempt()))) > 1


def test_an_event_without_a_row_tells_the_event_the_state_and_what_is_possible() -> None:
    with pytest.raises(TransitionRefused) as refused:
        CLIENT.advance("c", "known", "go_live", situation())
    allowed = ["select", "sign_mandate"]
    told = Denial("no_such_move", {"event": "go_live", "state": "known", "allowed": allowed})
    assert refused.value.denials == (told,)
    assert list(CLIENT.allowed("known")) == allowed


@pytest.mark.parametrize("automaton", [CLIENT, SUBMISSION], ids=lambda a: a.name)
def test_the_rows_of_a_move_are_those_of_the_table(automaton: m.Automaton) -> None:
    for state in automaton.states:
        for event in automaton.events:
            rows = tuple(row for row in automaton.rows if state in row.sources and row.event == event)
            assert automaton.rows_of(state, event) == rows
    assert automaton.rows_of("nowhere", "never") == ()
    assert [a.name for a in (CLIENT, SUBMISSION)] == ["client", "submission"]


class Turn:
    """What `transitions` moves."""

    def __init__(self, state: str) -> None:
        self.state = state


def test_an_event_from_a_state_that_has_none_is_an_error_and_not_a_refusal() -> None:
    lean = LeanMachine(model=None, states=["a", "b"], initial="a", auto_transitions=False, send_event=True)
    lean.add_transition("go", "a", "b")
    turn = Turn("b")
    with pytest.raises(MachineError, match=r"state b!\W?$"):
        lean.events["go"].trigger(turn)
    turn = Turn("a")
    assert lean.events["go"].trigger(turn) is True
    assert turn.state == "b"


def test_the_functions_of_the_module_are_those_of_the_automaton() -> None:
    asked = situation(client=client(ClientState.KNOWN))
    assert m.advance(CLIENT, "c", "known", Event.SELECT, asked) == "selected"
    assert m.explain(CLIENT, "known", asked) == CLIENT.explain("known", asked)
