"""An independent judge of what was handed over for real.

It reads journals only, folds their patches by itself, and shares no line with the rules: it asks, of each REAL attempt
that was begun and not flagged irregular, what the procedure asks of it. Where the engine forgets a clause, it speaks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from due_workflow.ports import Kind, Ref, Storage

PARIS = ZoneInfo("Europe/Paris")
OUTSIDE = ("975", "976", "986", "987", "988")
FINISHED = ("portal_rejected", "cirso_rejected", "lost")
Facts = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """Something was begun, or believed, that the procedure forbids."""

    clause: str
    case: str
    seq: int

    def __str__(self) -> str:
        return f"{self.case} #{self.seq}: {self.clause}"


@dataclass(frozen=True)
class Step:
    """One entry with the facts before and after it."""

    seq: int
    at: datetime
    event: str
    seen: Mapping[str, int]
    before: Facts
    after: Facts


@dataclass
class Judge:
    """Judges one firm's journals."""

    storage: Storage
    cabinet: str
    gate: str = "cabinet"
    on_new_version: str = "notice"
    window_days: int = 8
    histories: dict[str, list[Step]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in (Kind.CABINET, Kind.CLIENT, Kind.FILING):
            after = ""
            while page := self.storage.find(self.cabinet, kind, after=after, limit=500):
                for record in page:
                    self.histories[str(record.ref)] = list(self._steps(record.ref))
                after = page[-1].ref.id

    def _steps(self, case: Ref) -> Iterator[Step]:
        facts: Facts = {}
        for entry in self.storage.journal(self.cabinet, case, limit=100_000):
            told = json.loads(entry.data)
            before, facts = facts, fold(facts, told["patch"])
            yield Step(entry.seq, instant(told["at"]), told["event"], told.get("seen", {}), before, facts)

    def of(self, kind: str) -> Iterator[tuple[str, list[Step]]]:
        return ((case, steps) for case, steps in self.histories.items() if case.startswith(f"{kind}:"))

    def as_seen(self, step: Step, case: str) -> Facts:
        """The facts of another case at the version that this step says it looked at."""
        seq = step.seen.get(case, 0)
        return self.histories[case][seq - 1].after if seq else {}

    # ---- the judgement

    def faults(self) -> list[Fault]:
        """Everything that should not have happened, in no particular order."""
        return [*self._begun(), *self._went_live(), *self._believed()]

    def _begun(self) -> Iterator[Fault]:
        for case, steps in self.of("filing"):
            begun: dict[str, int] = {}
            for step in steps:
                for key, sub in step.after.get("submissions", {}).items():
                    was = step.before.get("submissions", {}).get(key, {})
                    if "begun_at" not in sub or "begun_at" in was:
                        begun[key] = begun.get(key, 0) - ("begun_at" in was and "begun_at" not in sub)
                        continue
                    begun[key] = begun.get(key, 0) + 1
                    if begun[key] > 1:
                        yield Fault("handed_over_twice", case, step.seq)
                    if sub["mode"] == "real":
                        yield from (Fault(clause, case, step.seq) for clause in self._against(step, sub))

    def _against(self, step: Step, sub: Facts) -> Iterator[str]:
        """What the procedure has against this REAL attempt, at the moment it left."""
        if step.event not in ("begin_send", "sent"):
            yield "begun_by_another_event"
        if sub.get("irregular"):
            if step.event == "begin_send":
                yield "irregular_through_the_gate"
            return
        hire, at = step.after, instant(sub["begun_at"])
        name = f"client:{hire['siren']}"
        client = self.as_seen(step, name)
        if step.seen.get(name, 0) != len([s for s in self.histories.get(name, ()) if s.at <= step.at]):
            yield "looked_at_an_older_client"
        if client.get("state") != "live":
            yield "client_live"
        yield from mandate_faults(client.get("mandate"), at.astimezone(PARIS).date())
        place = next((p for p in client.get("establishments", ()) if p["siret"] == hire["siret"]), None)
        if place is None or place["postal_code"].startswith(OUTSIDE):
            yield "territory_covered"
        if place is not None and place.get("regime", "general") != "general":
            yield "regime_covered"
        hire_at = instant(hire["hire_at"])
        if at < midnight(hire_at.astimezone(PARIS).date() - timedelta(days=self.window_days)):
            yield "window_open"
        if at >= hire_at and not sub.get("late_allowed"):
            yield "before_the_hire"
        if at >= hire_at and not sub.get("late"):
            yield "late_not_flagged"
        if hire.get("no_hire"):
            yield "hire_takes_place"
        if hire.get("purged"):
            yield "not_purged"
        if hire.get("elsewhere") and not sub.get("confirmed"):
            yield "not_declared_elsewhere"
        if sub["content"] != hire["content"]:
            yield "content_is_current"
        if any(holds(other, sub) for other in others(step.before, sub)):
            yield "no_other_alive"
        if self.on_new_version == "block" and not self._tested(step, hire["siren"]):
            yield "tested_again"

    def _tested(self, step: Step, siren: str) -> bool:
        """Whether some test was accepted, when `step` was taken, under the epoch of that moment."""
        epoch = epoch_of(self.as_seen(step, f"cabinet:{self.cabinet}"))
        then = (last(s for s in steps if s.at <= step.at) for _, steps in self.of("filing"))
        return any(accepted_test(facts, epoch, siren if self.gate == "client" else "") for facts in then)

    def _went_live(self) -> Iterator[Fault]:
        for case, steps in self.of("client"):
            for step in steps:
                if (step.before.get("state"), step.after["state"]) == ("live", "live") or step.after["state"] != "live":
                    continue
                if step.event != "go_live":
                    yield Fault("live_by_another_event", case, step.seq)
                if step.before.get("state") != "mandated":
                    yield Fault("live_from_another_state", case, step.seq)
                day = step.at.astimezone(PARIS).date()
                yield from (Fault(c, case, step.seq) for c in mandate_faults(step.before.get("mandate"), day))
                epoch = epoch_of(self.as_seen(step, f"cabinet:{self.cabinet}"))
                siren = step.after["siren"] if self.gate == "client" else ""
                proofs = [self.as_seen(step, name) for name in step.seen if name.startswith("filing:")]
                if not any(accepted_test(proof, epoch, siren) for proof in proofs):
                    yield Fault("a_test_was_accepted", case, step.seq)

    def _believed(self) -> Iterator[Fault]:
        """Declared by an accepted REAL ARS of the own recipient, and by nothing else."""
        for case, steps in self.of("filing"):
            for step in steps:
                real = [s for s in step.after.get("submissions", {}).values() if s["mode"] == "real"]
                held = [s for s in real if s["state"] == "accepted" and not s.get("superseded")]
                if (step.after["status"] == "declared") != bool(held):
                    yield Fault("believed_declared", case, step.seq)
                # what the file says is what left for real, or the correction of it that is prepared
                if held and all(s["content"] != step.after["content"] for s in real):
                    yield Fault("declared_with_another_content", case, step.seq)
                for sub in step.after.get("submissions", {}).values():
                    answer = sub.get("evidence", {}).get("slots", {}).get(f"ars:{sub['recipient']}", {})
                    if sub["state"] == "accepted" and not answer.get("outcome", "").startswith("accepted"):
                        yield Fault("accepted_without_ars", case, step.seq)

    def accepted_real(self) -> int:
        """How many hires ended with an accepted REAL attempt."""
        ends = (last(steps) for _, steps in self.of("filing"))
        return sum(facts["status"] == "declared" for facts in ends)


def fold(facts: Any, patch: Any) -> Any:
    """RFC 7396: null takes away, an object goes deeper, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    kept = {k: v for k, v in facts.items() if k not in patch} if isinstance(facts, dict) else {}
    old = facts if isinstance(facts, dict) else {}
    return kept | {k: fold(old.get(k), v) for k, v in patch.items() if v is not None}


def last(steps: Iterable[Step]) -> Facts:
    facts: Facts = {}
    for step in steps:
        facts = step.after
    return facts


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=PARIS)


def mandate_faults(mandate: Facts | None, day: date) -> Iterator[str]:
    if mandate is None:
        yield "mandate_in_force"
        return
    begins = date.fromisoformat(mandate["signed_on"])
    ends = date.fromisoformat(mandate.get("ends_on", "9999-12-31"))
    revoked = date.fromisoformat(mandate.get("revoked_on", "9999-12-31"))
    if not begins <= day <= ends or day >= revoked:
        yield "mandate_in_force"
    if "DUE" not in mandate["procedures"]:
        yield "mandate_covers_due"


def others(hire: Facts, sub: Facts) -> Iterator[Facts]:
    subs = hire.get("submissions", {}).values()
    return (other for other in subs if other["mode"] == "real" and other["id"] != sub["id"])


def holds(other: Facts, sub: Facts) -> bool:
    """Whether the recipient may hold `other`, and nobody confirmed that it may be followed by `sub`."""
    if "begun_at" not in other or other["state"] in FINISHED:
        return False
    dropped = other["state"] == "abandoned" and other.get("dropped")
    replaced = other.get("superseded") and (sub.get("confirmed") or sub["attempt"] > other["attempt"] + 1)
    return not dropped and not replaced


def epoch_of(firm: Facts) -> str:
    software, portal = firm.get("software"), firm.get("portal") or {}
    if not software:
        return ""
    return "/".join((software["editor"], software["product"], software["version"], portal.get("name", "")))


def accepted_test(hire: Facts, epoch: str, siren: str) -> bool:
    subs = hire.get("submissions", {}).values()
    mine = not siren or hire.get("siren") == siren
    return mine and any(s["mode"] == "test" and s["state"] == "accepted" and s["epoch"] == epoch for s in subs)
