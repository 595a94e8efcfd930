"""Counting for the switchover report, from the journals of the hires. Pure: the reader streams hires and clients in.

One hire at a time, so memory does not grow with their number: times are kept as counts per minute, hour or day, causes
up to a limit. A portal's message, which was recorded without names, is a cause only without dates and long numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from due_workflow.base import word_of
from due_workflow.calendar import paris_day
from due_workflow.clients import ClientFile
from due_workflow.clocks import calendar_of
from due_workflow.diagrams import Move
from due_workflow.errors import InputRefused
from due_workflow.identifiers import scrub
from due_workflow.journal import Told
from due_workflow.models import Filing, Submission, Teleprocedure
from due_workflow.policy import Policy
from due_workflow.receipts import Mode
from due_workflow.report import (
    SHOWN,
    Attempts,
    Cause,
    Delay,
    Doubts,
    Estimate,
    Following,
    Remarks,
    Stage,
    StageFigures,
    Switchover,
    Times,
    Trouble,
)
from due_workflow.walks import steps

MOST = 500
"""Distinct causes that are counted apart; what comes after them is counted together."""
REJECTED = {"portal_rejected": "acs", "cirso_rejected": "ars"}
DELAYS = ("ads_missing", "acs_missing", "ars_overdue", "legal_ack", "hire_undeclared")
"""The deadlines whose passing is a difficulty."""


class _Spread:
    """Durations as counts: to the minute below two days, to the hour below ninety, else to the day."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.total, self.longest = 0.0, 0.0

    def add(self, took: timedelta) -> None:
        seconds = took.total_seconds()
        if seconds < 0:
            return  # told before it was known here (`mark_sent` with an earlier hour): no time was taken
        step = 60 if seconds < 2 * 86_400 else 3_600 if seconds < 90 * 86_400 else 86_400
        self.counts[min(int(seconds // step) * step, 10_000 * 86_400)] += 1
        self.total += seconds
        self.longest = max(self.longest, seconds)

    def times(self) -> Times | None:
        count = self.counts.total()
        if not count:
            return None
        mean, longest = timedelta(seconds=round(self.total / count)), timedelta(seconds=round(self.longest))
        return Times(count, mean, self._part(count, 0.5), self._part(count, 0.9), longest)

    def _part(self, count: int, part: float) -> timedelta:
        wanted, passed = count * part, 0
        for seconds in sorted(self.counts):
            passed += self.counts[seconds]
            if passed >= wanted:
                return timedelta(seconds=seconds)
        raise AssertionError("the counts add up")


class Tally:
    """Counts hires and clients, one at a time, into the figures of a report.

    Args:
        policy: whose calendar and window apply.
        since, until: Paris days, both included; a hire registered outside of them is not counted.
        estimates: the firm's own, by stage.
        following: the téléprocédures that the firm means to take up next.

    Raises:
        InputRefused: no such stage or téléprocédure, or the period ends before it begins.
    """

    def __init__(
        self,
        policy: Policy,
        since: date | None = None,
        until: date | None = None,
        estimates: Mapping[str, Estimate] | None = None,
        following: Iterable[str] = (),
    ) -> None:
        if since is not None and until is not None and until < since:
            raise InputRefused("report_period", since=since, until=until)
        self.policy, self.since, self.until = policy, since, until
        self.estimates = {word_of(Stage, stage): estimate for stage, estimate in (estimates or {}).items()}
        self.chosen = frozenset(word_of(Teleprocedure, name) for name in following)
        self.hires = self.late = self.irregular = 0
        self.statuses: Counter[str] = Counter()
        self.months: Counter[str] = Counter()
        self.modes = {mode: Counter[str]() for mode in Mode}
        self.causes: dict[str, list[Any]] = {}
        self.doubts: Counter[str] = Counter()
        self.delays: Counter[str] = Counter()
        self.troubles: dict[str, Counter[str]] = {}
        self.spreads = {stage: _Spread() for stage in Stage}
        self.doubtful = _Spread()
        self.first_real: datetime | None = None
        self.clients: Counter[str] = Counter()
        self.waves: dict[int, list[int]] = {}
        self.covered: Counter[Teleprocedure] = Counter()
        self.names: dict[str, str] = {}

    def counts(self, filing: Filing) -> bool:
        """Whether the hire was registered in the days that are counted."""
        day = paris_day(filing.created_at)
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)

    def hire(self, filing: Filing, told: Iterable[Told]) -> None:
        """Count one hire, from its file and its journal."""
        entries = tuple(told)
        self.hires += 1
        self.statuses[filing.status] += 1
        trouble: Counter[str] = Counter()
        passed = {entry.event.removeprefix("clock:") for entry in entries if entry.event.startswith("clock:")}
        for clock in passed.intersection(DELAYS):
            self.delays[clock] += 1
            trouble["delays"] += 1
        moves = steps(entries)
        for key, sub in filing.submissions.items():
            self._attempt(sub, moves.get(key, ()), trouble)
        for entry in entries:
            for key, patch in (entry.patch.get("submissions") or {}).items():
                state = (patch or {}).get("state")
                if state in REJECTED and key in filing.submissions:
                    self._rejection(filing, filing.submissions[key], state, patch)
                    trouble["rejections"] += 1
        self._lead(filing, moves)
        if trouble:
            self.troubles.setdefault(filing.siren, Counter()).update(trouble)

    def _attempt(self, sub: Submission, moves: Sequence[Move], trouble: Counter[str]) -> None:
        count = self.modes[sub.mode]
        states = [move.dest for move in moves]
        if sub.begun:
            count["begun"] += 1
            count["accepted"] += "accepted" in states
            count["rejected"] += any(state in REJECTED for state in states)
            count["first_time"] += sub.attempt == 1 and "accepted" in states and not any(s in REJECTED for s in states)
        self.late += sub.late
        self.irregular += bool(sub.irregular)
        for n, move in enumerate(moves):
            if move.dest != "in_doubt":
                continue
            trouble["doubts"] += 1
            after = moves[n + 1] if n + 1 < len(moves) else None
            self.doubts["open" if after is None else "lost" if after.dest in ("lost", "abandoned") else "found"] += 1
            if after is not None:
                self.doubtful.add(after.at - move.at)

    def _lead(self, filing: Filing, moves: Mapping[str, Sequence[Move]]) -> None:
        """The times of a hire: from when it could be declared to its sending, its answer and its proof."""
        opens, _ = calendar_of(self.policy).filing_window(filing.hire_at, self.policy.window_days)
        ready = max(filing.created_at, opens)
        sent: list[datetime] = []
        proved: list[datetime] = []
        for key, sub in filing.submissions.items():
            if sub.mode is not Mode.REAL or not sub.begun:
                continue
            handed = sub.sent_at or sub.begun_at
            assert handed is not None
            sent.append(handed)
            answers = [move for move in moves.get(key, ()) if move.dest == "accepted" or move.dest in REJECTED]
            if answers:
                self.spreads[Stage.ANSWER].add(answers[0].at - handed)
            proved += [move.at for move in answers if move.dest == "accepted"][:1]
        if sent:
            self.spreads[Stage.SEND].add(min(sent) - ready)
        if proved:
            at = min(proved)
            self.spreads[Stage.PROOF].add(at - ready)
            self.first_real = min(self.first_real or at, at)
            if filing.status == "declared":
                self.months[f"{paris_day(at):%Y-%m}"] += 1

    def _rejection(self, filing: Filing, sub: Submission, state: str, patch: Mapping[str, Any]) -> None:
        slot = "acs" if state == "portal_rejected" else f"ars:{sub.recipient}"
        pieces = (patch.get("evidence") or {}).get("slots") or {}
        message = (pieces.get(slot) or {}).get("message")
        if message is None:
            piece = sub.evidence.slots.get(slot)
            message = piece.message if piece is not None else ""
        text = cause_of(message, filing.reference)
        kind = "said" if text else "none"
        name = f"{kind}:{text.casefold()}"
        if name not in self.causes and len(self.causes) >= MOST:
            kind, text, name = "others", "", "others:"
        held = self.causes.setdefault(name, [kind, text, 0, 0])
        held[2 if state == "portal_rejected" else 3] += 1

    def client(self, client: ClientFile, today: date) -> None:
        """Count one client; `today`: the Paris day on which its mandate must be in force."""
        self.clients[client.state] += 1
        if client.wave is not None:
            wave = self.waves.setdefault(client.wave, [0, 0])
            wave[0] += 1
            wave[1] += client.state == "live"
        if client.mandate is not None and client.mandate.in_force(today) and client.state != "withdrawn":
            self.covered.update(client.mandate.procedures)
        if client.siren in self.troubles:
            self.names[client.siren] = client.name

    def figures(self, cabinet: str, at: datetime, remarks: Remarks | None = None) -> Switchover:
        """All that was counted. Count the hires first, then the clients."""
        given, chosen = self.estimates, self.chosen
        found, lost, still = (self.doubts[end] for end in ("found", "lost", "open"))
        causes = sorted((Cause(*held) for held in self.causes.values()), key=_rank)
        troubles = [
            Trouble(siren, self.names.get(siren, ""), count["rejections"], count["doubts"], count["delays"])
            for siren, count in self.troubles.items()
        ]
        counted = [
            Following(procedure, self.covered[procedure], procedure in chosen)
            for procedure in Teleprocedure
            if procedure is not Teleprocedure.DUE and (self.covered[procedure] or procedure in chosen)
        ]
        return Switchover(
            cabinet=cabinet,
            at=at,
            since=self.since,
            until=self.until,
            hires=self.hires,
            statuses=dict(self.statuses),
            test=_attempts(self.modes[Mode.TEST]),
            real=_attempts(self.modes[Mode.REAL]),
            first_real=self.first_real,
            months=tuple(sorted(self.months.items())),
            causes=tuple(causes),
            doubts=Doubts(found + lost + still, found, lost, still, self.doubtful.times()),
            delays=tuple(Delay(clock, self.delays[clock]) for clock in DELAYS if self.delays[clock]),
            late=self.late,
            irregular=self.irregular,
            troubles=tuple(sorted(troubles, key=lambda trouble: (-trouble.count, trouble.siren))[:SHOWN]),
            stages=tuple(_stage(stage, self.spreads[stage], given.get(stage, Estimate())) for stage in Stage),
            clients=dict(self.clients),
            waves=tuple((wave, every, live) for wave, (every, live) in sorted(self.waves.items())),
            following=tuple(sorted(counted, key=lambda f: (not f.chosen, -f.clients, f.procedure))),
            remarks=remarks or Remarks(),
        )


def _attempts(found: Counter[str]) -> Attempts:
    return Attempts(found["begun"], found["accepted"], found["rejected"], found["first_time"])


def _rank(cause: Cause) -> tuple[bool, int, str]:
    return cause.kind == "others", -cause.count, cause.text


def _stage(stage: Stage, spread: _Spread, estimate: Estimate) -> StageFigures:
    before, expected, told = (
        timedelta(hours=hours) if hours is not None else None
        for hours in (estimate.before, estimate.expected, estimate.observed if stage is Stage.WORK else None)
    )
    return StageFigures(stage, spread.times(), before, expected, told)


# ---- a message as a cause

_LONG = re.compile(r"\d[\d./\- ]{4,}\d")
"""Dates, references, identifiers: six signs and more. A short code ("023") stays."""


def cause_of(message: str, reference: str = "") -> str:
    """What a portal said, fit to be counted with others: without dates, long numbers and the hire's reference.

    The employee's names were masked when the message was recorded (`receiving`), and stay so.
    """
    text = " ".join(message.split())
    text = text.replace(reference, "…") if len(reference) > 3 else text
    return _LONG.sub("…", scrub(text))[:160].strip()
