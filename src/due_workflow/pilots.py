"""Step 3, « sélectionner les entreprises »: which clients begin, with whom, and in which waves the others follow.

The procedure: about ten companies to begin with, one or two collaborators (*collaborateurs*), before all files and all
collaborators. What lives here proposes, and says why of every client; a firm's staff decide. It is pure: clients and
counts go in, a `Proposal` comes out, the same for the same clients in any order. Nothing is selected here.

The criteria, in their order:

1. Never: a client without any workplace of this channel (special regime, uncovered territory), one whose mandate ended,
   and one that is under way already. Not even by hand.
2. Collaborators: as few as can supply about the wanted number (four fifths of it) of *ready* clients, of which a hire
   is expected and no data is missing. Of those who can, the one who follows the fewest clients. Two at most, unless two
   have not enough clients: then one more at a time, and `Proposal.notes` says so.
3. Clients of these collaborators: a hire expected before none, complete before incomplete, followed by somebody before
   by nobody, every workplace covered before a part, many hires before few, then the number of missing data, then the
   SIREN.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from heapq import nlargest
from itertools import islice
from typing import Any

from due_workflow import texts
from due_workflow.calendar import Calendar
from due_workflow.clients import ClientFile
from due_workflow.errors import Denial, InputRefused
from due_workflow.gates import outside
from due_workflow.identifiers import shown
from due_workflow.models import ClientState, Filing, FilingStatus
from due_workflow.policy import Policy

SIZE = 10
"""« Une dizaine »."""
OPEN = tuple(s.value for s in FilingStatus if s not in (FilingStatus.DECLARED, FilingStatus.DECLARED_ELSEWHERE))
"""The statuses of a hire that may still be declared here."""
OPTIONAL = ("urssaf_code", "health_service", "phone")
"""What a DUE needs of the employer (R1221-1) and a client's file may lack: the rest is asked for at its door."""
_WAITING = frozenset({ClientState.SELECTED, ClientState.MANDATE_REQUESTED, ClientState.MANDATED, ClientState.LIVE})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a client is proposed or left for later: a `code` of the catalogue (`pilot.<code>`) and its facts."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: str = "fr") -> str:
        """The reason as a firm's staff read it."""
        return texts.render(f"pilot.{self.code}", lang, self.facts)


@dataclass(frozen=True, slots=True)
class Choice:
    """One client and what was found about it.

    Attributes:
        siren: the client.
        name: its name.
        collaborator: who follows it; "" for nobody.
        hires: how many hires are expected of it: the number that the firm gave, else those registered.
        missing: which data of its workplaces a DUE needs and the file lacks (`OPTIONAL`), each once.
        reasons: why it is where it is.
        taken: whether it was selected before this proposal.
    """

    siren: str
    name: str
    collaborator: str = ""
    hires: int = 0
    missing: tuple[str, ...] = ()
    reasons: tuple[Reason | Denial, ...] = ()
    taken: bool = False
    rank: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def ready(self) -> bool:
        """Whether a hire is expected and nothing is missing to declare it."""
        return self.hires > 0 and not self.missing

    def because(self, *reasons: Reason | Denial) -> Choice:
        """The same client with these reasons after its own."""
        return replace(self, reasons=(*self.reasons, *reasons))


@dataclass(frozen=True, slots=True)
class Wave:
    """The clients that begin together on the day `starts`; `number` is the `wave` of `DueWorkflow.select`."""

    number: int
    starts: date
    clients: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who begins, who follows later, who never does here; each client of the firm stands in exactly one of the three.

    Attributes:
        pilots: to select as wave 1, best first; those with `taken` are selected already.
        left: for the waves of the generalisation, in their order.
        excluded: what this channel does not cover, what was withdrawn, what is under way in another wave.
        collaborators: who follows the pilots, and how many clients of the firm each; "" for nobody.
        notes: what a person should know of the whole (too few clients, too many collaborators).
        after: the highest number of a wave given so far, at least 1.
    """

    pilots: tuple[Choice, ...]
    left: tuple[Choice, ...]
    excluded: tuple[Choice, ...]
    collaborators: Mapping[str, int]
    notes: tuple[Reason, ...] = ()
    after: int = 1

    @property
    def sirens(self) -> tuple[str, ...]:
        """The pilots that are still to be selected."""
        return tuple(pilot.siren for pilot in self.pilots if not pilot.taken)

    def waves(
        self,
        start: date,
        *,
        size: int | None = None,
        weeks: int | None = None,
        every: int = 1,
        calendar: Calendar | None = None,
    ) -> tuple[Wave, ...]:
        """The generalisation: the clients of `left` in waves, one every `every` weeks, a collaborator's together.

        Args:
            start: the day of the first wave; a day that is not worked moves on to the next jour ouvré.
            size: how many clients a wave has; give this or `weeks`.
            weeks: in how many weeks every client shall have begun.
            every: weeks from one wave to the next.
            calendar: the days worked; metropolitan France when None.

        Raises:
            InputRefused: neither or both of `size` and `weeks`, or one below 1.
        """
        if (size is None) == (weeks is None):
            raise InputRefused("waves_size_or_weeks")
        for what, value in (("size", size), ("weeks", weeks), ("every", every)):
            if value is not None:
                _count(what, value)
        # three waves fit into three weeks, two into three when one comes every second week
        count = size or -(-len(self.left) // -(-(weeks or 1) // every))
        days = calendar or Calendar()
        rest = iter(self.left)
        found: list[Wave] = []
        while clients := tuple(islice(rest, count)):
            begins = start + timedelta(weeks=every * len(found))
            found.append(Wave(self.after + 1 + len(found), days.add_working_days(begins, 0), clients))
        return tuple(found)


def hires_to_come(filings: Iterable[Filing], now: datetime) -> dict[str, int]:
    """How many registered hires each client (SIREN) has after `now` that may still be declared here."""
    coming = (f for f in filings if f.hire_at > now and not f.no_hire and f.status in OPEN)
    return dict(Counter(str(f.siren) for f in coming))


def propose(
    clients: Iterable[ClientFile],
    registered: Mapping[str, int] | None = None,
    *,
    given: Mapping[str, int] | None = None,
    policy: Policy | None = None,
    size: int | None = None,
    collaborators: int = 2,
    add: Collection[str] = (),
    drop: Collection[str] = (),
    keep: Collection[str] | None = None,
) -> Proposal:
    """A firm's pilots by the criteria above, each with its reasons; deterministic, in about 50 µs a client.

    Args:
        clients: all clients of the firm, in any order.
        registered: hires to come by SIREN, see `hires_to_come`.
        given: hires that the firm expects, by SIREN; counts more than what is registered.
        policy: which regimes and territories this channel covers.
        size: how many companies; None for « une dizaine », or for as many as are selected already.
        collaborators: how many collaborators at most, « un ou deux ».
        add: SIRENs to have among the pilots, whatever their rank.
        drop: SIRENs to leave for later; others move up.
        keep: exactly these, with what `add` and `drop` change: nobody else moves up. An earlier `Proposal.sirens`.

    Raises:
        InputRefused: a size below 1; a SIREN that is no client; one by hand that is excluded or selected already.
    """
    _count("size", SIZE if size is None else size)
    _count("collaborators", collaborators)
    for siren, number in (given or {}).items():
        _count(siren, number, 0)
    settings = policy or Policy()
    files = sorted(clients, key=lambda client: str(client.siren))
    load = Counter(client.collaborator or "" for client in files)
    taken: list[Choice] = []
    excluded: list[Choice] = []
    free: dict[str, Choice] = {}
    for client in files:
        choice, bar = _found(client, registered or {}, given or {}, load, settings)
        if bar is not None:
            excluded.append(choice.because(bar))
        elif choice.taken:
            taken.append(choice.because(Reason("already")))
        else:
            free[choice.siren] = choice
    _known(free, taken, excluded, (*(given or ()), *add, *drop, *(keep or ())), {*add, *(keep or ())}, {*drop})

    limit, size = size or max(len(taken), SIZE), size or len(taken) or SIZE
    by_hand = {siren for siren in {*add, *(keep or ())} if siren in free} - {*drop}
    chosen = [free[siren].because(Reason("by_hand")) for siren in sorted(by_hand, key=lambda s: free[s].rank)]
    open_ones = [c for c in sorted(free.values(), key=_rank) if c.siren not in by_hand and c.siren not in drop]
    team = list(dict.fromkeys(c.collaborator for c in (*taken, *chosen)))
    held = [*taken, *chosen]
    forced = len(team) > collaborators
    if keep is None:
        team = _team(team, held, open_ones, load, size, collaborators)
        wanted = (c for c in open_ones if c.collaborator in team)
        chosen += [c.because(Reason("chosen")) for c in islice(wanted, max(0, size - len(held)))]
    pilots = (*taken, *sorted(chosen, key=_rank))
    begun = {c.siren for c in pilots}
    team = sorted({c.collaborator for c in pilots})
    left = sorted((c for c in free.values() if c.siren not in begun), key=_order(team, load))
    return Proposal(
        pilots,
        tuple(c.because(_later(c, drop, team)) for c in left),
        tuple(excluded),
        {name: load[name] for name in team},
        tuple(_notes(pilots, team, (size, limit), (collaborators, forced))),
        max([1, *(client.wave or 1 for client in files)]),
    )


def _count(what: str, value: int, least: int = 1) -> None:
    if value < least:
        raise InputRefused("pilot_count", what=shown(what), least=least, value=value)


# ---- one client


def covered(client: ClientFile, policy: Policy) -> bool:
    """Whether any workplace of the client is of this channel."""
    return any(not outside(place, policy) for place in client.establishments)


def _found(
    client: ClientFile, registered: Mapping[str, int], given: Mapping[str, int], load: Mapping[str, int], policy: Policy
) -> tuple[Choice, Reason | Denial | None]:
    """What is known of a client, and what excludes it."""
    siren = str(client.siren)
    places = [(place, outside(place, policy)) for place in client.establishments]
    ours = [place for place, bars in places if not bars]
    missing = tuple(name for name in OPTIONAL if any(getattr(place, name) is None for place in ours))
    hires = given.get(siren, registered.get(siren, 0))
    name = client.collaborator or ""
    reasons = [
        Reason("hires_given" if siren in given else "hires_registered", {"count": hires}),
        Reason("missing", {"fields": missing}) if missing else Reason("complete"),
        Reason("followed", {"collaborator": name, "load": load[name]}) if name else Reason("followed_by_nobody"),
    ]
    partly = bool(ours) and len(ours) < len(places)
    if partly:
        reasons.append(Reason("partly", {"covered": len(ours), "places": len(places)}))
    taken = client.wave == 1 and client.state in _WAITING
    rank = (hires == 0, bool(missing), not name, partly, -hires, len(missing), siren)
    choice = Choice(siren, client.name, name, hires, missing, tuple(reasons), taken, rank)
    if client.state is ClientState.WITHDRAWN:
        return choice, Reason("withdrawn")
    if not places:
        return choice, Reason("no_establishment")
    if not ours:
        return choice, places[0][1][0]
    if not taken and client.state is not ClientState.KNOWN:
        return choice, Reason("under_way", {"state": client.state.value, "wave": client.wave})
    return choice, None


def _known(
    free: Mapping[str, Choice],
    taken: Iterable[Choice],
    excluded: Iterable[Choice],
    named: Iterable[str],
    wanted: Collection[str],
    unwanted: Collection[str],
) -> None:
    """Whether every SIREN named by hand can be what it is named for."""
    before = {c.siren for c in taken}
    barred = {c.siren: c for c in excluded}
    for siren in named:
        if siren not in free and siren not in before and siren not in barred:
            raise InputRefused("pilot_unknown", value=shown(siren))
        if siren in wanted and siren in barred:
            raise InputRefused("pilot_excluded", siren=siren, why=barred[siren].reasons[-1].code)
        if siren in unwanted and siren in before:
            raise InputRefused("pilot_taken", siren=siren)


# ---- all of them


def _rank(choice: Choice) -> tuple[Any, ...]:
    return choice.rank


def _team(
    team: list[str],
    held: list[Choice],
    open_ones: list[Choice],
    load: Mapping[str, int],
    size: int,
    most: int,
) -> list[str]:
    """The collaborators to begin with: criterion 2."""
    ready, every = Counter[str](), Counter[str]()
    for c in open_ones:
        every[c.collaborator] += 1
        ready[c.collaborator] += c.ready and bool(c.collaborator)
    about = _about(size)
    team = list(team)
    have, have_ready = len(held), sum(c.ready for c in held)
    for name in team:
        have, have_ready = have + every.pop(name, 0), have_ready + ready.pop(name, 0)
    while every and (have < about or (have_ready < about and len(team) < most and any(ready.values()))):
        # the last one shall complete the number; one of two need only make about it possible
        goal = size if len(team) == most - 1 else about
        lack, lack_ready = max(0, goal - have), max(0, goal - have_ready)
        largest = nlargest(max(0, most - len(team)), every, key=every.__getitem__)

        def reach(name: str, lack: int = lack, largest: list[str] = largest) -> int:
            """How much of what lacks is there at best with `name`: a rich first must not force a third."""
            others = [every[other] for other in largest if other != name][: max(0, most - len(team) - 1)]
            return min(lack, every[name] + sum(others))

        best = min(every, key=lambda n: (-reach(n), not n, -min(lack_ready, ready[n]), load[n], n))
        team.append(best)
        have, have_ready = have + every.pop(best), have_ready + ready.pop(best, 0)
    return team


def _about(size: int) -> int:
    """« Une dizaine » is eight to ten."""
    return size - size // 5


def _order(team: Collection[str], load: Mapping[str, int]) -> Any:
    """The waves' order: who has begun already goes on; then those who follow few clients; a collaborator's together."""
    return lambda c: (c.collaborator not in team, load[c.collaborator], not c.collaborator, c.collaborator, c.rank)


def _later(choice: Choice, drop: Collection[str], team: Collection[str]) -> Reason:
    if choice.siren in drop:
        return Reason("dropped")
    return Reason("ranked_after" if choice.collaborator in team else "other_collaborator")


def _notes(
    pilots: tuple[Choice, ...], team: list[str], sizes: tuple[int, int], mates: tuple[int, bool]
) -> Iterator[Reason]:
    (size, limit), (most, forced) = sizes, mates
    if len(pilots) < _about(size):
        yield Reason("few", {"count": len(pilots), "size": size})
    if len(pilots) > limit:
        yield Reason("many", {"count": len(pilots), "size": limit})
    if len(team) > most:
        code = "collaborators_by_hand" if forced else "collaborators_forced"
        yield Reason(code, {"count": len(team), "most": most})
    if unready := sum(not c.ready and not c.taken for c in pilots):
        yield Reason("unready", {"count": unready})
