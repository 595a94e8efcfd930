"""What people type, as values: days, instants, attempts, deposits and receipts by the names that staff use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path

from due_workflow.calendar import local_instant
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session
from due_workflow.errors import InputRefused, NotFound, Problem
from due_workflow.models import Filing, Submission, SubmissionState
from due_workflow.receipts import Mode, Outcome

S = SubmissionState
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_HOUR = re.compile(r"(\d{1,2})[:hH](\d\d)?", re.ASCII)
_OUTCOMES = {
    **{outcome.value: outcome for outcome in Outcome},
    "accepte": Outcome.ACCEPTED,
    "accepté": Outcome.ACCEPTED,
    "rejete": Outcome.REJECTED,
    "rejeté": Outcome.REJECTED,
}


def a_day(text: str, option: str) -> date:
    """A day, JJ/MM/AAAA or AAAA-MM-JJ."""
    found = _DAY.fullmatch(text.strip())
    try:
        if found:
            d, m, y, *iso = found.groups()
            return date(int(y), int(m), int(d)) if y else date(*map(int, iso))
    except ValueError:
        pass
    raise Usage("day", option=option, value=text)


def an_instant(text: str, option: str) -> datetime:
    """A day, with an hour of Paris or without (00:00)."""
    text = text.strip()
    parts = text.split("T") if re.match(r"\d{4}-\d\d-\d\dT", text) else text.split(None, 1)
    day = a_day(parts[0] if parts else "", option)
    hour = time()
    if len(parts) > 1:
        found = _HOUR.fullmatch(parts[1].strip())
        try:
            hour = time(int(found[1]), int(found[2] or 0)) if found else hour
        except ValueError:
            found = None
        if found is None:
            raise Usage("hour", option=option, value=text)
    return local_instant(datetime.combine(day, hour), "Europe/Paris")


def an_outcome(text: str) -> Outcome:
    """What a receipt says, in the words of the code or in French."""
    found = _OUTCOMES.get(text.strip().lower())
    if found is None:
        raise Usage("outcome", value=text, known=[outcome.value for outcome in Outcome])
    return found


def a_file(path: Path) -> Path:
    """A file that can be read to its end: a pipe or a device would keep the command waiting."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise Usage("no_plain_file", name=path.name)
    return path


@contextmanager
def naming(**options: str) -> Iterator[None]:
    """What is refused inside is told by the option that it was typed with, not by the field of a record.

    Args:
        options: by the field's name the option; `every`: of all others.

    Raises:
        InputRefused: as it was raised, its places named.
    """
    told: InputRefused | None = None
    try:
        yield
    except InputRefused as refused:
        every = options.get("every")
        places = [options.get(p.where.rpartition(".")[2], every or p.where) for p in refused.problems]
        if not refused.problems:
            raise
        problems = [Problem(at, p.code, p.facts) for at, p in zip(places, refused.problems, strict=True)]
        told = InputRefused(refused.code, problems=problems, **refused.facts)
    if told is not None:
        raise told


@contextmanager
def needing(extra: str, where: str) -> Iterator[None]:
    """What is asked for (`where`, as it was typed) needs an extra of this package.

    Raises:
        InputRefused: a module of it is not there; it says what to install.
    """
    problem: Problem | None = None
    try:
        yield
    except ModuleNotFoundError as missing:
        problem = Problem(where, "extra_not_installed", {"extra": extra, "module": missing.name})
    if problem is not None:
        raise InputRefused(problems=[problem])


# ---- attempts by their id, or by the reference of their hire


def _named(s: Session, name: str) -> Filing | Submission:
    try:
        return s.flow.read.filing(name)
    except NotFound:
        if len(name.rsplit("/", 2)) < 3:
            raise
    return s.flow.read.submission(name)


def to_begin(s: Session, name: str) -> str:
    """The attempt to hand over: of a hire, its latest prepared one."""
    found = _named(s, name)
    if isinstance(found, Submission):
        return found.id
    prepared = [sub for sub in found.attempts() if sub.state is S.PREPARED]
    if not prepared:
        last = next((sub for sub in reversed(found.attempts()) if _handed_over(sub)), None)
        if last is not None:
            raise Usage("handed_over", submission=last.id, state=last.state, reference=found.reference)
        raise Usage("nothing_prepared", reference=found.reference)
    return max(prepared, key=lambda sub: sub.prepared_at).id


def _handed_over(sub: Submission) -> bool:
    """Whether a recipient has it, or may: preparing another one is not what comes next. A test that passed is over."""
    if sub.state is S.ACCEPTED:
        return sub.mode is Mode.REAL
    return sub.state in (S.SENDING, S.IN_DOUBT, S.SENT, S.DEPOSITED, S.FORWARDED)


def to_mark(s: Session, name: str) -> str:
    """The attempt that was sent: of a hire, the one that is being sent or in doubt, else its latest prepared one."""
    found = _named(s, name)
    if isinstance(found, Submission):
        return found.id
    begun = [sub for sub in found.attempts() if sub.state in (S.SENDING, S.IN_DOUBT)]
    if len(begun) > 1:
        raise Usage("several_begun", reference=found.reference, ids=[sub.id for sub in begun])
    return begun[0].id if begun else to_begin(s, name)


def to_renew(s: Session, name: str) -> Submission:
    """The attempt to renew: of a hire, its last one, real before test."""
    found = _named(s, name)
    if isinstance(found, Submission):
        return found
    last = found.latest(Mode.REAL) or found.latest(Mode.TEST)
    if last is None:
        raise Usage("nothing_attempted", reference=found.reference)
    return last


def a_deposit(s: Session, name: str) -> str:
    """A deposit by its id, or by an attempt or a hire that is in it.

    Of a hire: the deposit of the attempt that is in doubt, else of the last one handed over, real before test.
    """
    try:
        return s.flow.read.deposit(name).id
    except NotFound as unknown:
        try:
            found = _named(s, name)
        except (NotFound, InputRefused):
            raise unknown from None
    subs = (found,) if isinstance(found, Submission) else found.attempts()
    handed = [sub for sub in subs if sub.deposit is not None]
    doubt = [sub for sub in handed if sub.state is S.IN_DOUBT]
    if len(doubt) > 1:
        raise Usage("several_begun", reference=name, ids=[sub.id for sub in doubt])
    last = max(doubt or handed, key=lambda sub: (sub.mode is Mode.REAL, sub.attempt), default=None)
    if last is None or last.deposit is None:
        raise Usage("no_deposit", name=name)
    return last.deposit


def a_receipt(s: Session, name: str) -> str:
    """A receipt by its id, or by the beginning of the id of one in the tray."""
    fits = [r.id for r in s.flow.read.tray() if r.id.startswith(name)] if len(name) >= 6 else []
    if len(fits) > 1:
        raise Usage("several_receipts", name=name, count=len(fits))
    return fits[0] if fits else name
