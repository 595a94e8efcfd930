"""The far ends' common memory: what was taken, which pieces follow and when, what a client may see at an instant.

One lock around everything; no HTTP, no protocol. Pieces are made when a deposit is taken, each with the instant from
which it is published, so nothing runs in the background: time alone publishes.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import RLock
from typing import Any

from due_workflow.simulator import papers
from due_workflow.simulator.clock import SimClock
from due_workflow.simulator.faults import Faults
from due_workflow.simulator.ledger import DECIDES, MILLISECOND, Attempt, HireRow, Piece, Taken, Version
from due_workflow.simulator.messages import Hire, read
from due_workflow.simulator.settings import BadSetting, Settings, Told

OUTCOMES = (*papers.CONTAINERS, "portal_rejected")


@dataclass(frozen=True, slots=True)
class Outcome(Told):
    """What becomes of the hires that match, where the controls find nothing wrong.

    Attributes:
        outcome: "accepted", "accepted_with_anomaly", "rejected", "pending", "suspended", "no_return",
            "portal_rejected" (the whole deposit), or at jedeclare the name of a container ("declarationsNouvelles").
        siret, surname, portal, mode: only those (`surname` as in the message).
        nth: only the nth hire that matches, from 1; 0: all of them.
        message: what the portal says about it.
    """

    outcome: str
    siret: str = ""
    surname: str = ""
    portal: str = ""
    mode: str = ""
    nth: int = 0
    message: str = ""

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES and not self.outcome.startswith("declarations"):
            raise BadSetting(f"Outcome.outcome: one of {', '.join(OUTCOMES)} or declarationsXxx is expected")

    def fits(self, portal: str, mode: str, hire: Hire) -> bool:
        """Whether this hire is one of those."""
        return (
            self.portal in ("", portal)
            and self.mode in ("", mode)
            and self.siret in ("", hire.siret)
            and self.surname in ("", hire.values.get("surname", ""))
        )


class World:
    """What the portals hold; see the module. `lock` may be taken around several calls."""

    def __init__(self, settings: Settings, clock: SimClock, faults: Faults) -> None:
        self.settings, self.clock, self.faults = settings, clock, faults
        self.lock = RLock()
        self.reset()

    def reset(self) -> None:
        """Forget all that was taken, told and asked; settings, faults and clock stay."""
        with self.lock:
            self.taken: list[Taken] = []
            self.attempts: list[Attempt] = []
            self.outcomes: list[Outcome] = []
            self.listed: set[str] = set()
            self.tokens: dict[str, tuple[str, datetime]] = {}
            self._times: Counter[tuple[str, str, str, str]] = Counter()
            self._met: Counter[int] = Counter()
            self._numbers: defaultdict[tuple[str, str], int] = defaultdict(lambda: 1000)
            self._refs: dict[tuple[str, str], Taken] = {}
            self._pieces: defaultdict[str, dict[tuple[str, str], tuple[Taken, Piece]]] = defaultdict(dict)

    # ---- taking

    def take(
        self, portal: str, account: str, message: bytes, wire: bytes, filename: str = "", folder: str = ""
    ) -> Taken:
        """Take a deposit and make its pieces.

        Args:
            portal: "urssaf" or "jedeclare".
            account: whose it is.
            message: the message, unfolded.
            wire: the bytes as they came.
            filename: where it has one.
            folder: the mode ("test", "real") of the folder it lay in; another one than the message's is refused.

        Raises:
            messages.Unusable: it is no message; nothing is taken.
        """
        said = read(message, self.settings)
        sha256 = hashlib.sha256(message).hexdigest()
        with self.lock:
            now = self.clock.now()
            key = (portal, account, said.mode, sha256)
            self._times[key] += 1
            form = list(said.form)
            if folder and folder != said.mode:
                form.append("Indicateur de test different du mode du depot")
            outcomes = [self._outcome(portal, said.mode, hire) for hire in said.hires]
            refused = [rule for rule in outcomes if rule is not None and rule.outcome == "portal_rejected"]
            form += [rule.message or "Depot rejete" for rule in refused]
            taken = Taken(
                number=len(self.taken) + 1,
                portal=portal,
                account=account,
                portal_ref=self._reference(portal, now),
                mode=said.mode,
                sha256=sha256,
                wire_sha256=hashlib.sha256(wire).hexdigest(),
                filename=filename,
                taken_at=now,
                siret=said.siret,
                hires=tuple(map(_row, said.hires, outcomes)),
                accepted=not form,
                form=tuple(form),
                times=self._times[key],
                faults=self.faults.receipts(portal, sha256, self._times[key], message),
                designation=said.designation,
            )
            self.taken.append(taken)
            self._refs[portal, taken.portal_ref] = taken
            self._publish(taken)
            return taken

    def _outcome(self, portal: str, mode: str, hire: Hire) -> Outcome | None:
        for place, rule in enumerate(self.outcomes):
            if rule.fits(portal, mode, hire):
                self._met[place] += 1
                if rule.nth in (0, self._met[place]):
                    return rule
        return None

    def _reference(self, portal: str, now: datetime) -> str:
        number = len(self.taken) + 1
        if portal == "urssaf":  # 23 characters
            return f"D{now:%y%m%d%H%M%S}F{number:09d}"
        return f"{now:%y%m%d}{number:06d}"

    # ---- pieces

    def _publish(self, taken: Taken) -> None:
        """Make the pieces of a deposit: the true ones, and what the faults make of them."""
        delays, faults, at = self.settings.delays, taken.faults, taken.taken_at
        true = tuple(hire.outcome for hire in taken.hires)
        late = delays.late if "late" in faults else 0.0
        ads, acs, ars = delays.ads, max(delays.ads, delays.acs) + late, max(delays.acs, delays.ars, delays.ads) + late
        if "out_of_order" in faults:
            ads, acs, ars = ars, max(ads, acs), ads
        lost = "forever" if "lost_forever" in faults else "drain" if "lost" in faults else ""
        issue = _Issue(at)
        if taken.portal == "jedeclare":
            held = "drain" if "lost_ads" in faults else ""
            self._piece(taken, "ads", at, ads, (), issue, held)
        self._piece(taken, "acs", at, acs, ("accepted" if taken.accepted else "rejected",) * len(true), issue, lost)
        if not taken.accepted:
            return
        contrary = tuple(papers.CONTRARY.get(outcome, "rejected") for outcome in true)
        last = ars
        if "overwritten" in faults:
            piece = self._piece(taken, "ars", at, ars, contrary, issue, lost)
            last += max(delays.ars, 0.001)
            piece.versions.append(self._version(taken, "ars", at, last, true, issue))
        else:
            if "contradictory" in faults:
                self._piece(taken, "ars", at, ars, contrary, issue, lost, wrong=True)
                last += max(delays.ars, 0.001)
            if "no_return" in faults:
                self._piece(taken, "ars", at, ars, ("no_return",) * len(true), issue, lost, wrong=True)
                last += max(delays.ars, 0.001)
            self._piece(taken, "ars", at, last, true, issue, lost)
        if "wrong_mode_return" in faults:
            self._piece(taken, "ars", at, ars, contrary, _Issue(at), lost, wrong=True, other_mode=True)
        if "restated" in faults:
            self._piece(taken, "ars", at, last + delays.ars, true, issue, lost, restated=True)

    def _piece(
        self,
        taken: Taken,
        kind: str,
        at: datetime,
        after: float,
        outcomes: tuple[str, ...],
        issue: _Issue,
        held: str,
        *,
        wrong: bool = False,
        restated: bool = False,
        other_mode: bool = False,
    ) -> Piece:
        version = self._version(taken, kind, at, after, outcomes, issue, restated=restated, other_mode=other_mode)
        for _ in range(2 if "twice" in taken.faults else 1):
            owner = taken.account if taken.portal == "jedeclare" else taken.portal_ref
            self._numbers[taken.portal, owner] += 1
            number = str(self._numbers[taken.portal, owner])
            piece = Piece(kind, number, [version], held, wrong, "taken_by_other" in taken.faults, 0, other_mode)
            taken.pieces.append(piece)
            self._pieces[f"{taken.portal}/{owner}"][kind, number] = (taken, piece)
        return piece

    def _version(
        self,
        taken: Taken,
        kind: str,
        at: datetime,
        after: float,
        outcomes: tuple[str, ...],
        issue: _Issue,
        *,
        restated: bool = False,
        other_mode: bool = False,
    ) -> Version:
        due = at + timedelta(seconds=after)
        issued = issue.next(due)
        if taken.portal == "jedeclare":
            files = {file.siret: file.id for file in self.settings.client_files}
            make = partial(
                papers.avis, taken, kind, issued, outcomes, self.settings.recipient, files, restated=restated
            )
            return Version(due, issued, outcomes, make)
        # one return speaks of the whole flux: it is refused when one hire is
        worst = next((o for o in outcomes if DECIDES.get(o) != "accepted"), "")
        worst = "rejected" if "rejected" in outcomes else worst or (outcomes[0] if outcomes else "accepted")
        outcomes = (worst,) * len(outcomes)
        mode = ("real" if taken.mode == "test" else "test") if other_mode else ""
        make = partial(papers.report, taken, "10" if kind == "acs" else "11", issued, worst, mode)
        return Version(due, issued, outcomes, make)

    # ---- what a client may see

    def find(self, portal: str, ref: str) -> Taken | None:
        """The deposit of that reference."""
        with self.lock:
            return self._refs.get((portal, ref))

    def pieces(self, portal: str, owner: str) -> list[tuple[Taken, Piece, Version]]:
        """What is published now of one account (jedeclare) or flux (URSSAF), in the order of publication."""
        with self.lock:
            now = self.clock.now()
            held = self._pieces.get(f"{portal}/{owner}", {}).values()
            found = [(taken, piece, shown) for taken, piece in held if (shown := piece.shown(now)) is not None]
            return sorted(found, key=lambda each: (each[2].due, int(each[1].number)))

    def piece(self, portal: str, owner: str, kind: str, number: str) -> tuple[Taken, Piece, Version] | None:
        """One published piece."""
        with self.lock:
            found = self._pieces.get(f"{portal}/{owner}", {}).get((kind, number))
            shown = found[1].shown(self.clock.now()) if found else None
            return (*found, shown) if found and shown else None

    def elsewhere(self, portal: str, owner: str, number: str) -> bool:
        """Whether that number is one of another account's pieces and none of this one's."""
        with self.lock:
            owners = [o for o, held in self._pieces.items() if any(n == number for _, n in held)]
            return bool(owners) and f"{portal}/{owner}" not in owners

    # ---- the end

    def drain(self) -> None:
        """No fault from now on; all that is late, or lost but not for ever, is published now."""
        with self.lock:
            self.faults = Faults(self.faults.seed)
            now = self.clock.now()
            for taken in self.taken:
                for piece in taken.pieces:
                    piece.held = "" if piece.held == "drain" else piece.held
                    for version in piece.versions:
                        version.due = min(version.due, now)

    def doubles(self) -> dict[str, list[Any]]:
        """The messages that were taken more than once, and the real hires (those that were rejected aside)."""
        with self.lock:
            hires: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
            for taken in self.taken:
                for hire in taken.hires if taken.mode == "real" and taken.accepted else ():
                    if hire.outcome != "rejected":
                        hires[taken.portal, hire.person].append(taken.number)
            return {
                "deposits": [taken.number for taken in self.taken if taken.times > 1],
                "real_deposits": [t.number for t in self.taken if t.times > 1 and t.mode == "real"],
                "real_hires": [
                    {"portal": portal, "person": person, "taken": numbers}
                    for (portal, person), numbers in hires.items()
                    if len(numbers) > 1
                ],
            }

    def unlisted(self) -> list[dict[str, Any]]:
        """The accounts at jedeclare whose deposits wait for a listing that others alone ask for, who have none.

        Whoever collects with another login than the one that the files were taken for gets nothing, for ever.
        """
        with self.lock:
            owners = Counter(taken.account for taken in self.taken if taken.portal == "jedeclare")
            instead = sorted(self.listed - owners.keys())
            waiting = {account: count for account, count in owners.items() if instead and account not in self.listed}
            return [{"account": a, "deposits": count, "listed_instead": instead} for a, count in waiting.items()]

    def plain(self, keep: Callable[[Taken], bool] = lambda _: True) -> dict[str, Any]:
        """The ledger as JSON: the deposits that `keep` keeps, what is double, every attempt, and what nobody lists."""
        with self.lock:
            now = self.clock.now()
            return {
                "now": now.isoformat(),
                "deposits": [taken.plain(now) for taken in self.taken if keep(taken)],
                "doubles": self.doubles(),
                "attempts": [attempt.plain() for attempt in self.attempts],
                "unlisted": self.unlisted(),
            }

    def decide(self, rules: list[Mapping[str, Any]]) -> None:
        """Replace the rules of outcomes."""
        new = [Outcome.of(rule) for rule in rules]
        with self.lock:
            self.outcomes, self._met = new, Counter()


class _Issue:
    """Gives the pieces of one deposit dates of issue that grow: what is true is issued last, so it decides."""

    def __init__(self, at: datetime) -> None:
        self._last = at - MILLISECOND

    def next(self, due: datetime) -> datetime:
        self._last = max(due.replace(microsecond=due.microsecond // 1000 * 1000), self._last + MILLISECOND)
        return self._last


def _row(hire: Hire, rule: Outcome | None) -> HireRow:
    problems, outcome = hire.problems, "accepted"
    if problems:
        outcome = "rejected"
    elif rule is not None and rule.outcome != "portal_rejected":
        outcome = rule.outcome
        problems = (rule.message or "Declaration rejetee",) if outcome == "rejected" else ()
    return HireRow(hire.siret, hire.person, hire.start, outcome, problems)
