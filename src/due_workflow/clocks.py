"""The table of deadlines: from which fact each one runs, when it falls due, what it raises, what ends it.

Deadlines are computed from facts (never from the order in which receipts came) and stored as absolute UTC instants in
the case they belong to. One that was raised is remembered with its instant, so it is raised once; when a later fact
moves it, it counts anew. Pure: time and settings are arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from due_workflow.calendar import Calendar, DayKind, start_of_day
from due_workflow.clients import Cabinet, ClientFile
from due_workflow.models import ClientState, Filing, FilingStatus, Submission, SubmissionState
from due_workflow.policy import Policy
from due_workflow.receipts import Mode

S = SubmissionState
_WAITING = frozenset({S.SENT, S.DEPOSITED, S.FORWARDED})
_SETTLED = frozenset({FilingStatus.DECLARED, FilingStatus.DECLARED_ELSEWHERE})
LAST_CALL = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Clock:
    """One row of the table. `due` gives the instant while the clock runs, None while it does not."""

    name: str
    case: str
    starts: str
    delay: str
    raises: str
    ended_by: str
    source: str
    due: Callable[[Any, Policy, Calendar], datetime | None]
    urgent: bool = False


def calendar_of(policy: Policy) -> Calendar:
    """The recipient's calendar, as the policy sets it."""
    return _calendar(policy.territory, policy.closures)


# by the two settings, because hashing a whole policy costs more than all its deadlines
_calendar = lru_cache(maxsize=64)(Calendar)


# ---- attempt


def _sending_stale(s: Submission, p: Policy, c: Calendar) -> datetime | None:  # noqa: ARG001
    if s.state is not S.SENDING or s.begun_at is None:
        return None
    return s.begun_at + timedelta(minutes=p.sending_minutes)


def _ads_missing(s: Submission, p: Policy, c: Calendar) -> datetime | None:  # noqa: ARG001
    return s.sent_at + timedelta(hours=p.ads_missing_hours) if s.state is S.SENT and s.sent_at else None


def _acs_missing(s: Submission, p: Policy, c: Calendar) -> datetime | None:
    waits = s.state in (S.SENT, S.DEPOSITED)
    start = _handed_over(s)
    return c.deadline(start, p.acs_missing_days) if waits and start else None


def _ars_overdue(s: Submission, p: Policy, c: Calendar) -> datetime | None:
    if s.state not in _WAITING:
        return None
    acs = s.evidence.slots.get("acs")
    if acs is not None and acs.outcome.accepted:
        return c.deadline(acs.issued_at, p.ars_days)
    start = _handed_over(s)
    return c.deadline(start, p.ars_days_without_acs) if start else None


def _legal_ack(s: Submission, p: Policy, c: Calendar) -> datetime | None:
    if s.mode is not Mode.REAL or s.state not in _WAITING:
        return None
    received = _handed_over(s)
    return c.deadline(received, p.legal_ack_days, DayKind.OUVRABLE) if received else None


def _contest(s: Submission, p: Policy, c: Calendar) -> datetime | None:
    answer = s.evidence.slots.get(f"ars:{s.recipient}")
    if s.mode is not Mode.REAL or s.state is not S.ACCEPTED or answer is None:
        return None
    return c.deadline(answer.issued_at, p.contest_days, DayKind.OUVRABLE)


def _handed_over(s: Submission) -> datetime | None:
    """When it reached the portal: its ADS where there is one, else when it was sent, else when sending began."""
    ads = s.evidence.slots.get("ads")
    return ads.issued_at if ads is not None else s.sent_at or s.begun_at


# ---- hire


def _window_open(f: Filing, p: Policy, c: Calendar) -> datetime | None:
    if not _to_declare(f):
        return None
    for s in f.submissions.values():
        if s.mode is Mode.REAL and s.begun:
            return None
    opens, _ = c.filing_window(f.hire_at, p.window_days)
    return opens if opens > f.created_at else None


def _hire_undeclared(f: Filing, p: Policy, c: Calendar) -> datetime | None:  # noqa: ARG001
    if not _to_declare(f):
        return None
    said = f.raised.get("hire_undeclared", f.created_at)
    # what is left to say is told by the span that was said, so that one step is dated and not all
    left = f.hire_at - said
    steps = [step for step in _reminders(p.hire_reminder_hours) if step < left]
    return f.hire_at - max(steps) if steps else None


@lru_cache(maxsize=64)
def _reminders(hours: tuple[int, ...]) -> tuple[timedelta, ...]:
    """How long before the hire each reminder is due; the last one, after it, is negative."""
    return (*(timedelta(hours=h) for h in hours), -LAST_CALL)


def retention_end(f: Filing, p: Policy) -> datetime:
    """When the personal data of a hire need no longer be kept: the hire, `retention_years` later."""
    return after_years(f.hire_at, p.retention_years)


def after_years(at: datetime, years: int) -> datetime:
    """The same day and hour, so many years later; 29 February becomes the 28th."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, day=28)


def _retention(f: Filing, p: Policy, c: Calendar) -> datetime | None:  # noqa: ARG001
    return retention_end(f, p) if f.purged is None else None


def _to_declare(f: Filing) -> bool:
    return not f.no_hire and f.status not in _SETTLED


# ---- client


def _mandate_ends(c: ClientFile, p: Policy, k: Calendar) -> datetime | None:  # noqa: ARG001
    if c.mandate is None or c.state not in (ClientState.MANDATED, ClientState.LIVE):
        return None
    days = [c.mandate.ends_on + timedelta(days=1)] if c.mandate.ends_on is not None else []
    if c.mandate.revoked_on is not None:
        days.append(c.mandate.revoked_on)
    return start_of_day(min(days)) if days else None


def _mandate_reminder(c: ClientFile, p: Policy, k: Calendar) -> datetime | None:
    if c.state is ClientState.MANDATE_REQUESTED and c.requested_at is not None:
        return max(c.requested_at, c.reminded_at or c.requested_at) + timedelta(days=p.mandate_reminder_days)
    ends = _mandate_ends(c, p, k)
    return ends - timedelta(days=p.mandate_ending_days) if ends is not None and c.mandate is not None else None


# ---- firm


def _step_due(c: Cabinet, p: Policy, k: Calendar) -> datetime | None:  # noqa: ARG001
    # laid down by the look before: which steps are done is not written in the firm's record alone
    return c.rollout.look if c.rollout is not None else None


CLOCKS: tuple[Clock, ...] = (
    Clock("sending_stale", "submission", "begin_send", "10 minutes", "in_doubt",
          "sent, unsent, any receipt", "the engine's promise", _sending_stale, urgent=True),
    Clock("ads_missing", "submission", "sent", "1 hour", "ads_missing", "ADS, ACS, ARS", "step 6", _ads_missing),
    Clock("acs_missing", "submission", "sent", "1 jour ouvré", "acs_missing", "ACS, ARS", "step 6", _acs_missing),
    Clock("ars_overdue", "submission", "accepted ACS, else sent", "5 jours ouvrés, else 6", "ars_overdue",
          "ARS", "step 7", _ars_overdue, urgent=True),
    Clock("legal_ack", "submission", "reception (ADS, else sent), REAL", "5 jours ouvrables", "legal_ack",
          "ARS", "R1221-7", _legal_ack),
    Clock("contest", "submission", "accepted ARS, REAL", "2 jours ouvrables", "contest",
          "a rejection that outranks it", "R1221-7", _contest),
    Clock("window_open", "filing", "registration", "D-8, 00:00 Paris", "window_open",
          "a REAL attempt begun", "R1221-4", _window_open),
    Clock("hire_undeclared", "filing", "registration", "48 h, 4 h and 0 h before the hire, 24 h after",
          "hire_undeclared", "an accepted REAL ARS, declared elsewhere, hire called off", "L1221-10",
          _hire_undeclared, urgent=True),
    Clock("retention", "filing", "the hire", "5 years", "retention", "purge", "CNIL 2019-160", _retention),
    Clock("mandate_ends", "client", "end or revocation of the mandate", "00:00 Paris of the day after the end",
          "mandate_ended", "a new mandate", "step 4", _mandate_ends, urgent=True),
    Clock("mandate_reminder", "client", "mandate requested, client reminded; end of a mandate",
          "7 days after; 30 days before", "mandate_reminder", "mandate signed", "step 4", _mandate_reminder),
    Clock("step_due", "cabinet", "a plan (plan_rollout)", "24:00 Paris of the day of a step, 7 days at most",
          "step_late", "the step done", "« à faire pour le »", _step_due),
)  # fmt: skip

_DUES: Mapping[type, tuple[tuple[str, Callable[[Any, Policy, Calendar], datetime | None]], ...]] = {
    kind: tuple((c.name, c.due) for c in CLOCKS if c.case == case)
    for kind, case in ((Submission, "submission"), (Filing, "filing"), (ClientFile, "client"))
}
BY_NAME: Mapping[str, Clock] = {clock.name: clock for clock in CLOCKS}


def deadlines(case: Submission | Filing | ClientFile, policy: Policy) -> dict[str, datetime]:
    """The deadlines of `case` that still have something to raise, as UTC instants by name."""
    days, raised = calendar_of(policy), case.raised
    found = {}
    for name, due in _DUES[type(case)]:
        at = due(case, policy, days)
        if at is not None and raised.get(name) != at:
            found[name] = at
    return found
