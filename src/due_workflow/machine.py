"""The two automata, as literal tables, and the reasons of every refusal.

Rows stand in the order of the story. `because` is the procedure's own phrase. The same rows feed `transitions`, the
printed tables, the diagrams, the docs and the exhaustive test of every state × event. All guards of a row run (they
stand in `gates`), so a refusal tells every reason at once. This file is the only importer of `transitions`, and
nothing here reads a status.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from transitions import Event as StockEvent
from transitions import EventData, Machine, MachineError, Transition

from due_workflow.errors import Denial, TransitionRefused
from due_workflow.gates import (
    Guard,
    Situation,
    a_test_was_accepted,
    confirmed_if_declared,
    end_has_come,
    gate,
    hire_is_off,
    hire_takes_place,
    latest_attempt,
    mandate_covers_due,
    mandate_in_force,
    mandate_not_over,
    not_purged,
    nothing_bound,
    real_not_begun,
    revoked_by_now,
    revoked_later,
    was_abandoned,
    was_in_doubt,
    was_lost,
    was_sending,
    was_sent,
)
from due_workflow.models import (
    ClientState,
    SubmissionState,
)

# ---- the tables


class Event(StrEnum):
    """Every event of both automata."""

    SELECT = "select"
    REQUEST_MANDATE = "request_mandate"
    SIGN_MANDATE = "sign_mandate"
    GO_LIVE = "go_live"
    REVOKE_MANDATE = "revoke_mandate"
    MANDATE_ENDS = "mandate_ends"
    RELEASE = "release"
    BEGIN_SEND = "begin_send"
    UNSENT = "unsent"
    SENT = "sent"
    DOUBT = "doubt"
    NOT_FOUND = "not_found"
    ADS = "ads"
    ACS_ACCEPTED = "acs_accepted"
    ACS_REJECTED = "acs_rejected"
    ARS_ACCEPTED = "ars_accepted"
    ARS_REJECTED = "ars_rejected"
    UNBOUND = "unbound"
    RENEW = "renew"
    ABANDON = "abandon"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: from `sources` on `event` to `dest` (None: the state stays), if no guard denies.

    `when` chooses between rows of one event and is no denial; `gated` puts the whole gate among the guards.
    """

    sources: tuple[StrEnum, ...]
    event: Event
    dest: StrEnum | None
    because: str
    guards: tuple[Guard, ...] = ()
    when: Callable[[Situation], bool] | None = None
    gated: bool = False


C, S, E = ClientState, SubmissionState, Event
_AFTER_BEGIN = tuple(s for s in S if s is not S.PREPARED)
_LATER = tuple(s for s in S if s not in (S.PREPARED, S.SENDING, S.IN_DOUBT))

# fmt: off
CLIENT_ROWS: tuple[Row, ...] = (
    Row((C.KNOWN, C.SELECTED), E.SELECT, C.SELECTED, "Étape 3: sélectionner les entreprises"),
    Row((C.SELECTED, C.MANDATE_REQUESTED, C.WITHDRAWN), E.REQUEST_MANDATE, C.MANDATE_REQUESTED,
        "Étape 4: faire adhérer les entreprises"),
    Row((C.KNOWN, C.SELECTED, C.MANDATE_REQUESTED, C.WITHDRAWN), E.SIGN_MANDATE, C.MANDATED,
        "Étape 4: chaque client sélectionné signe le mandat", (mandate_not_over,)),
    Row((C.MANDATED, C.LIVE), E.SIGN_MANDATE, None,
        "Étape 2: un mandat pour toutes les téléprocédures; le nouveau remplace l'ancien", (mandate_not_over,)),
    Row((C.MANDATED,), E.GO_LIVE, C.LIVE, "Étape 7: commuter le logiciel du mode test au mode réel",
        (mandate_in_force, mandate_covers_due, a_test_was_accepted)),
    Row((C.MANDATED, C.LIVE), E.REVOKE_MANDATE, C.WITHDRAWN, "Le client retire son mandat", when=revoked_by_now),
    Row((C.MANDATED, C.LIVE), E.REVOKE_MANDATE, None, "Le client retire son mandat à une date à venir",
        when=revoked_later),
    Row((C.MANDATED, C.LIVE), E.MANDATE_ENDS, C.WITHDRAWN, "Le mandat arrive à son terme", (end_has_come,)),
)

SUBMISSION_ROWS: tuple[Row, ...] = (
    Row((S.PREPARED,), E.RELEASE, None, "Rien ne part tout seul: une personne libère l'envoi",
        (hire_takes_place, not_purged)),
    Row((S.PREPARED,), E.BEGIN_SEND, S.SENDING, "Étapes 6 et 7: envoyer la déclaration", gated=True),
    Row((S.SENDING, S.IN_DOUBT), E.UNSENT, S.PREPARED, "Aucun octet n'est parti: l'envoi reste à faire",
        (nothing_bound,)),
    Row((S.PREPARED, S.SENDING, S.IN_DOUBT), E.SENT, S.SENT, "Étapes 6 et 7: la déclaration est transmise au portail"),
    Row(_LATER, E.SENT, None, "La référence du portail est notée"),
    Row((S.SENDING,), E.DOUBT, S.IN_DOUBT, "La réponse du portail s'est perdue: l'envoi est en doute"),
    Row(tuple(s for s in _AFTER_BEGIN if s is not S.SENDING), E.DOUBT, None, "Le doute n'efface pas ce qui est su"),
    Row((S.IN_DOUBT,), E.NOT_FOUND, S.LOST, "Le portail affirme n'avoir rien reçu", (nothing_bound,)),
    Row(_AFTER_BEGIN, E.ADS, S.DEPOSITED, "Étape 6: ADS, avis de dépôt signé"),
    Row(_AFTER_BEGIN, E.ACS_ACCEPTED, S.FORWARDED, "Étape 6: ACS accepté, le portail transmet au CIRSO"),
    Row(_AFTER_BEGIN, E.ACS_REJECTED, S.PORTAL_REJECTED, "Étape 6: ACS rejeté par le portail"),
    Row(_AFTER_BEGIN, E.ARS_ACCEPTED, S.ACCEPTED, "Étapes 6 et 7: ARS accepté par le CIRSO"),
    Row(_AFTER_BEGIN, E.ARS_REJECTED, S.CIRSO_REJECTED, "Étapes 6 et 7: ARS rejeté par le CIRSO"),
    Row(_AFTER_BEGIN, E.UNBOUND, S.SENT, "Des avis n'étaient pas les siens: ils sont détachés", when=was_sent),
    Row(_AFTER_BEGIN, E.UNBOUND, S.SENDING, "Sans ces avis, l'envoi est encore en cours", when=was_sending),
    Row(_AFTER_BEGIN, E.UNBOUND, S.IN_DOUBT, "Sans ces avis, l'envoi est de nouveau en doute", when=was_in_doubt),
    Row(_AFTER_BEGIN, E.UNBOUND, S.LOST, "Sans ces avis, le portail n'a rien reçu", when=was_lost),
    Row(_AFTER_BEGIN, E.UNBOUND, S.ABANDONED, "Sans ces avis, l'envoi est abandonné", when=was_abandoned),
    Row(tuple(S), E.RENEW, None, "Étape 6: sinon renouveler l'opération",
        (latest_attempt, confirmed_if_declared, real_not_begun, hire_takes_place, not_purged)),
    Row(tuple(s for s in S if s is not S.ACCEPTED), E.ABANDON, S.ABANDONED,
        "Abandonné ici, non annulé chez le destinataire"),
    Row((S.ACCEPTED,), E.ABANDON, None, "L'embauche n'a pas lieu; la déclaration acceptée reste chez le destinataire",
        (hire_is_off,)),
)
# fmt: on

# ---- the engine under the tables


@dataclass(frozen=True, slots=True)
class Explanation:
    """One event of the present state: where it leads, why the procedure has it, every reason against it now."""

    event: str
    dest: str
    because: str
    denials: tuple[Denial, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether nothing stands against it."""
        return not self.denials


class _Turn:
    """The throw-away model of one event, as `transitions` wants it."""

    __slots__ = ("denials", "situation", "state")

    def __init__(self, state: str, situation: Situation) -> None:
        self.state, self.situation = state, situation
        self.denials: list[Denial] = []


def _denials(row: Row, s: Situation) -> list[Denial]:
    found = [denial for guard in row.guards if (denial := guard(s)) is not None]
    return [*gate(s), *found] if row.gated else found


def _condition(row: Row) -> Callable[[EventData], bool]:
    def run(data: EventData) -> bool:
        turn: _Turn = data.model  # type: ignore[assignment]  # the stub says object
        if row.when is not None and not row.when(turn.situation):
            return False
        turn.denials += _denials(row, turn.situation)
        return not turn.denials

    return run


class LeanTransition(Transition):
    """A row as `transitions` runs it, less what these tables never use: callbacks, log lines, states read back."""

    def execute(self, event_data: EventData) -> bool:
        """Move the model if every condition holds."""
        for condition in self.conditions:
            if not condition.check(event_data):
                return False
        turn: _Turn = event_data.model  # type: ignore[assignment]
        turn.state = self.dest or self.source
        return True


class LeanEvent(StockEvent):
    """An event as `transitions` triggers it, less its queue and callbacks."""

    def trigger(self, model: object, *args: object, **kwargs: object) -> bool:
        """Take the first row from the model's state whose conditions hold; whether there was one."""
        turn: _Turn = model  # type: ignore[assignment]
        if turn.state not in self.transitions:
            raise MachineError(f"Can't trigger event {self.name} from state {turn.state}!")
        data = EventData(None, self, self.machine, model, args, kwargs)
        return any(transition.execute(data) for transition in self.transitions[turn.state])


class LeanMachine(Machine):
    """`transitions` at a quarter of its price; only public methods differ, and a random walk beside stock is a test."""

    transition_cls = LeanTransition
    event_cls = LeanEvent


class Automaton:
    """A table that has been checked, with the one shared machine built from it."""

    def __init__(
        self, name: str, states: Iterable[StrEnum], rows: tuple[Row, ...], machine: type[Machine] = LeanMachine
    ) -> None:
        self.name = name
        self.states: tuple[str, ...] = tuple(s.value for s in states)
        self.rows = rows
        self.events: tuple[str, ...] = tuple(dict.fromkeys(row.event.value for row in rows))
        self._by: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            if not row.sources or not row.because or {*row.sources, row.dest or row.sources[0]} - set(self.states):
                raise ValueError(f"{name}: a row of {row.event} is not sound")
            for source in row.sources:
                self._by.setdefault((source.value, row.event.value), []).append(row)
        for key, alternatives in self._by.items():
            if len(alternatives) > 1 and not all(row.when for row in alternatives):
                raise ValueError(f"{name}: two rows for {key} without a choice between them")
        self._machine = machine(
            model=None,
            states=list(self.states),
            transitions=[
                {
                    "trigger": row.event.value,
                    "source": [s.value for s in row.sources],
                    "dest": row.dest.value if row.dest else "=",
                    "conditions": [_condition(row)] if row.guards or row.when or row.gated else [],
                }
                for row in rows
            ],
            initial=self.states[0],
            auto_transitions=False,
            send_event=True,
            queued=False,
        )

    def advance(self, case: str, state: str, event: str, situation: Situation) -> str:
        """The state after `event`.

        Raises:
            TransitionRefused: with every reason; nothing has changed.
        """
        if (state, event) not in self._by:
            raise TransitionRefused(case, state, event, (self._no_row(state, event),))
        # `transitions` reads an enum member by its name, not its value: give it plain text
        turn = _Turn(str(state), situation)
        if not self._machine.events[str(event)].trigger(turn):
            raise TransitionRefused(case, state, event, turn.denials)
        return turn.state

    def explain(self, state: str, situation: Situation) -> tuple[Explanation, ...]:
        """Every event of `state`, with every reason against it; without side effects."""
        found = []
        for event in self.events:
            for row in self._by.get((state, event), ()):
                if row.when is None or row.when(situation):
                    dest = row.dest.value if row.dest else state
                    found.append(Explanation(event, dest, row.because, tuple(_denials(row, situation))))
        return tuple(found)

    def allowed(self, state: str) -> tuple[str, ...]:
        """The events that have a row from `state`."""
        return tuple(event for event in self.events if (state, event) in self._by)

    def rows_of(self, state: str, event: str) -> tuple[Row, ...]:
        """The rows for `event` from `state`; none when the table has no such move."""
        return tuple(self._by.get((state, event), ()))

    def _no_row(self, state: str, event: str) -> Denial:
        return Denial("no_such_move", {"event": event, "state": state, "allowed": list(self.allowed(state))})


CLIENT = Automaton("client", ClientState, CLIENT_ROWS)
SUBMISSION = Automaton("submission", SubmissionState, SUBMISSION_ROWS)


def advance(automaton: Automaton, case: str, state: str, event: str, situation: Situation) -> str:
    """The state of `case` after `event`; see `Automaton.advance`."""
    return automaton.advance(case, state, event, situation)


def explain(automaton: Automaton, state: str, situation: Situation) -> tuple[Explanation, ...]:
    """What may happen from `state`; see `Automaton.explain`."""
    return automaton.explain(state, situation)
