"""The lean machine beside stock `transitions`: the same rows, walked at random, end in the same states and refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transitions import Machine, MachineError

from due_workflow import ClientFile, ClientState, Filing, Mode, Policy, Submission, SubmissionState, TransitionRefused
from due_workflow.gates import Situation
from due_workflow.machine import CLIENT, SUBMISSION, Automaton, Event, LeanMachine
from due_workflow.receipts import Evidence, evidence_of
from due_workflow.testing import factories as f

STOCK = {
    automaton.name: Automaton(automaton.name, states, automaton.rows, machine=Machine)
    for automaton, states in ((CLIENT, ClientState), (SUBMISSION, SubmissionState))
}
HIRE = f.NOW + timedelta(days=5)
BOUND = evidence_of(f.ads("R1"), "receipt", "0" * 64, ())


def client(state: str, mandate: bool, ends: bool) -> ClientFile:
    ends_on = (f.NOW - timedelta(days=1)).date() if ends else None
    known = f.client(1)
    return ClientFile(
        siren=known.siren,
        name=known.name,
        establishments=known.establishments,
        state=ClientState(state),
        mandate=f.mandate(ends_on=ends_on) if mandate else None,
    )


def attempt(number: int, mode: Mode, state: str, evidence: Evidence) -> Submission:
    return Submission(
        id=f"E-1/{mode}/{number}",
        reference="E-1",
        mode=mode,
        attempt=number,
        state=SubmissionState(state),
        content="c",
        prepared_at=f.NOW,
        begun_at=None if state == "prepared" else f.NOW,
        evidence=evidence,
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """What a caller may stand before: any client, a hire with one or two attempts, every way to ask."""
    flag = st.booleans()
    mode = draw(st.sampled_from(Mode))
    states = draw(st.lists(st.sampled_from(SUBMISSION.states), min_size=1, max_size=2))
    evidence = draw(st.sampled_from([Evidence.EMPTY, BOUND]))
    attempts = [attempt(n, mode, state, evidence) for n, state in enumerate(states, 1)]
    filing = Filing(
        reference="E-1",
        siren=f.siren(1),
        siret=f.siret(1),
        hire_at=HIRE,
        created_at=f.NOW,
        content=draw(st.sampled_from(["c", "other"])),
        submissions={f"{s.mode}/{s.attempt}": s for s in attempts},
        no_hire=draw(flag),
    )
    return Situation(
        now=f.NOW + draw(st.sampled_from([timedelta(), timedelta(days=-30), timedelta(days=9)])),
        policy=Policy(on_new_version=draw(st.sampled_from(["notice", "block"]))),
        client=client(draw(st.sampled_from(CLIENT.states)), draw(flag), draw(flag)),
        filing=filing,
        submission=attempts[0],
        mandate=f.mandate() if draw(flag) else None,
        effective=draw(st.sampled_from([None, f.NOW.date(), (f.NOW + timedelta(days=3)).date()])),
        qualified=draw(flag),
        late=draw(flag),
        confirm=draw(flag),
        hire=draw(flag),
    )


def outcome(automaton: Automaton, state: str, event: str, situation: Situation) -> object:
    try:
        return automaton.advance("case", state, event, situation)
    except TransitionRefused as refused:
        return refused.denials


@pytest.mark.parametrize("lean", [CLIENT, SUBMISSION], ids=["client", "submission"])
@given(walk=st.lists(st.tuples(st.sampled_from(Event), situations()), min_size=1, max_size=12), data=st.data())
def test_a_random_walk_ends_as_it_does_on_the_stock_machine(
    lean: Automaton, walk: list[tuple[Event, Situation]], data: st.DataObject
) -> None:
    state = data.draw(st.sampled_from(lean.states))
    for event, situation in walk:
        told = outcome(lean, state, event, situation)
        assert told == outcome(STOCK[lean.name], state, event, situation)
        state = told if isinstance(told, str) else state


@pytest.mark.parametrize("machine", [Machine, LeanMachine])
def test_an_event_without_a_row_from_the_state_is_the_same_error(machine: type[Machine]) -> None:
    class Model:
        state = "b"

    made = machine(model=None, states=["a", "b"], transitions=[["go", "a", "b"]], initial="a", auto_transitions=False)
    with pytest.raises(MachineError, match="Can't trigger event go from state b!"):
        made.events["go"].trigger(Model())


def test_a_row_that_stays_leaves_the_state_as_it_is() -> None:
    situation = Situation(f.NOW, Policy())
    assert SUBMISSION.advance("case", SubmissionState.PREPARED, Event.RELEASE, situation) == "prepared"
