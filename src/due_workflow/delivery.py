"""Who is told what, and what state a notice has after a round: pure decisions over `Policy.tell` and `Outgoing`.

Each notifier has its own way with a notice: its tries, its next one, its end. What one of them does never repeats,
delays or ends another's. Nothing here sends, waits or reads a clock; chance is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from due_workflow.identifiers import shown
from due_workflow.models import Addressee, Notice
from due_workflow.policy import Tell
from due_workflow.records import Outgoing, Way

EVERY_ONE = "*"
_WORDS = 200
"""Characters kept of what a notifier said went wrong."""

Roles = frozenset[str]


# ---- who is told


def audience(rows: Iterable[Tell], notice: Notice, given: Collection[str]) -> dict[str, Roles]:
    """By notifier, the roles that it tells this notice to; a name that is not `given` is one that a row asks for.

    An urgent notice that no row names goes to the firm by every notifier: it may be narrowed, never silenced.
    """
    found: dict[str, set[str]] = {}
    for row in rows:
        if _fits(row, notice):
            for name in given if row.by == EVERY_ONE else (row.by,):
                found.setdefault(name, set()).add(row.who)
    if not found and notice.urgent:
        return {name: frozenset({"firm"}) for name in given}
    return {name: frozenset(roles) for name, roles in found.items()}


def _fits(row: Tell, notice: Notice) -> bool:
    match row.what:
        case "all":
            return True
        case "urgent":
            return notice.urgent
        case "normal":
            return not notice.urgent
        case codes:
            return notice.code in codes


def addressees(roles: Roles, cabinet: str, collaborators: Sequence[str]) -> tuple[Addressee, ...]:
    """Whom these roles mean here: where nobody follows the client, the firm is told instead."""
    found: list[Addressee] = []
    firm = "firm" in roles or ("collaborator" in roles and not collaborators)
    if firm:
        found.append(Addressee(who="firm", name=cabinet))
    if "collaborator" in roles:
        found += [Addressee(who="collaborator", name=name) for name in dict.fromkeys(collaborators)]
    if "hook" in roles:
        found.append(Addressee(who="hook"))
    return tuple(found)


# ---- what becomes of it


@dataclass(frozen=True, slots=True)
class Answer:
    """What one notifier made of one notice.

    Attributes:
        kind: done; retry (tried, in vain); refused (never); later (not tried, another time).
        after: when to come again, where the notifier said so (retry) or it is known (later).
        why: a code of the catalogue (`trouble.<code>`) or words.
    """

    kind: Literal["done", "retry", "refused", "later"]
    after: timedelta | None = None
    why: str = ""


def awaited(out: Outgoing, told: Mapping[str, Roles], now: datetime) -> list[str]:
    """The notifiers whose turn with this notice has come."""
    return [name for name in _missing(out, told) if (due := _way(out, name).due) is None or due <= now]


def settled(
    out: Outgoing,
    answers: Mapping[str, Answer],
    told: Mapping[str, Roles],
    *,
    now: datetime,
    most: int,
    pause: Callable[[int], timedelta],
    leased: datetime | None = None,
) -> Outgoing:
    """The notice after `answers`, which may be those of some notifiers only.

    Args:
        out: as it stands now; what others noted meanwhile is kept.
        answers: by notifier.
        told: whom it is for, see `audience`.
        now: the instant.
        most: tries before a notifier gives up (`Policy.delivery_tries`).
        pause: how long to wait after so many tries; after none, where it was put off without one.
        leased: until when this worker holds the notice, for those that have not answered yet.
    """
    done, refused, ways = list(out.done), list(out.refused), dict(out.ways)
    tries, trouble = out.tries, out.trouble
    for name, answer in answers.items():
        way = _way(out, name)
        tried = way.tries + (answer.kind in ("retry", "refused"))
        tries = max(tries, tried)
        if answer.kind == "done":
            if name in ways:
                ways[name] = Way(tries=tried)
            done += [name] * (name not in done)
            refused = [other for other in refused if other != name]
            continue
        if name in done:
            continue
        why = shown(answer.why, _WORDS) or way.trouble
        trouble = why if answer.kind != "later" else trouble
        if answer.kind == "refused" or (answer.kind == "retry" and tried >= most):
            refused += [name] * (name not in refused)
            ways[name] = Way(tries=tried, trouble=why)
        else:
            wait = pause(tried if answer.kind == "retry" else 0)
            wait = wait if answer.after is None else max(answer.after, timedelta(0))
            ways[name] = Way(tries=tried, due=now + wait, trouble=why)
    after = out.with_(done=tuple(done), refused=tuple(refused), ways=ways, tries=tries, trouble=trouble)
    missing = _missing(after, told)
    state = "pending" if missing else "dead" if refused else "delivered" if done else "untold"
    dues = [ways[name].due if name in ways else leased for name in missing]
    return after.with_(state=state, due=min((due or now for due in dues), default=None))


def replayed(out: Outgoing, now: datetime) -> Outgoing:
    """To be tried again now, from the first try, by whoever has not delivered it."""
    return out.with_(state="pending", refused=(), ways={}, tries=0, due=now)


def _missing(out: Outgoing, told: Mapping[str, Roles]) -> list[str]:
    return [name for name in told if name not in out.done and name not in out.refused]


def _way(out: Outgoing, name: str) -> Way:
    # a notice stored before each notifier had its own way counts the tries of all; since, whoever failed has a way
    return out.ways.get(name) or Way(tries=0 if out.ways else out.tries)
