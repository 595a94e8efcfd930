"""What can go wrong, and whose fault it is.

One root, `DueWorkflowError`. Below it each class answers one question of the person who reads it: is it my
input, the procedure, another writer, the portal, or the recipient of a notice? An error carries a `code` and
`facts` besides its text, so that a program can act and a window can render it in French or English.
Nothing here may hold a NIR, a password or a raw receipt: facts are names, days, counts and codes.

This file imports `texts` and nothing else of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Self

from due_workflow import texts

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Denial:
    """One reason why an event is not possible now: a `code` of the catalogue and the `facts` to fill it."""

    code: str
    facts: Facts = field(default_factory=dict)

    def text(self, lang: str = "fr") -> str:
        """The reason as a sentence for a firm's staff, in `lang` (``"fr"`` or ``"en"``)."""
        return texts.render(f"denial.{self.code}", lang, self.facts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input: `where` it stands (a field path, or a line and column), `code` and `facts`."""

    where: str
    code: str
    facts: Facts = field(default_factory=dict)

    def text(self, lang: str = "fr") -> str:
        """The fault and what was expected, as a sentence."""
        said = texts.render(f"input.{self.code}", lang, self.facts).rstrip()
        return f"{self.where}: {said}" if self.where else said


class DueWorkflowError(Exception):
    """The root of every error that this library raises on purpose."""

    section = "error"

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Facts = MappingProxyType(dict(facts))

    def text(self, lang: str = "fr") -> str:
        """What happened and what to do, in `lang`."""
        return texts.render(f"{self.section}.{self.code}", lang, self.facts)

    def __str__(self) -> str:
        return self.text("en")

    def anew(self, **facts: object) -> Self:
        """The same error without the frames and causes that it went through, some of its facts put differently."""
        kept = type(self).__new__(type(self))
        kept.__dict__.update(self.__dict__ | {"facts": MappingProxyType(dict(self.facts) | facts)})
        return kept

    def __reduce__(self) -> tuple[Any, ...]:
        # plain facts: an error crosses to another process (an engine's result, a pool's), and a view cannot
        return _rebuild, (type(self), self.__dict__ | {"facts": dict(self.facts)})


def _rebuild(kind: type[DueWorkflowError], state: dict[str, Any]) -> DueWorkflowError:
    error = kind.__new__(kind)
    error.__dict__.update(state | {"facts": MappingProxyType(state["facts"])})
    return error


class InputRefused(DueWorkflowError):
    """Your input cannot be taken: `problems` names each place and what was expected there. Nothing was written."""

    section = "input"

    def __init__(self, code: str = "refused", *, problems: Iterable[Problem] = (), **facts: object) -> None:
        super().__init__(code, **facts)
        self.problems: tuple[Problem, ...] = tuple(problems)

    def text(self, lang: str = "fr") -> str:
        """Each problem, one per line; the error's own sentence where it has no problem list."""
        if self.problems:
            return "\n".join(problem.text(lang) for problem in self.problems)
        return super().text(lang)

    def errors(self) -> list[dict[str, object]]:
        """The problems as plain data (`where`, `code`, `text`), never the input itself."""
        return [{"where": p.where, "code": p.code, "text": p.text("en")} for p in self.problems]

    def json(self) -> str:
        """`errors()` as JSON text."""
        return json.dumps(self.errors(), ensure_ascii=False)


class TransitionRefused(DueWorkflowError):
    """The procedure does not allow this event in this state: `denials` holds every reason. Nothing has changed."""

    def __init__(self, case: str, state: str, event: str, denials: Sequence[Denial]) -> None:
        super().__init__("transition_refused", case=case, state=state, event=event)
        self.case, self.state, self.event = case, state, event
        self.denials: tuple[Denial, ...] = tuple(denials)

    def text(self, lang: str = "fr") -> str:
        """The event, the state and every reason."""
        head = texts.render("error.transition_refused", lang, self.facts)
        return head + " " + " ".join(denial.text(lang) for denial in self.denials)


class Conflict(DueWorkflowError):
    """Another writer was first (or the same key came with other content): load again and decide again.

    Attributes:
        refs: the records concerned, as the storage names them.
    """

    def __init__(self, refs: Iterable[object] = (), code: str = "conflict", **facts: object) -> None:
        self.refs: tuple[object, ...] = tuple(refs)
        super().__init__(code, refs=", ".join(map(str, self.refs)), **facts)


class NotFound(DueWorkflowError):
    """There is no such client, hire, attempt, deposit or receipt in this firm."""

    def __init__(self, what: str, id: str) -> None:
        super().__init__("not_found", what=what, id=id)
        self.what, self.id = what, id


class StorageUnusable(DueWorkflowError):
    """The storage cannot be used as it is: locked, read-only, from a newer version, or not ours."""


class PortalFailure(DueWorkflowError):
    """The portal or the line to it failed; whether bytes left is said by the subclass, else it is in doubt.

    Attributes:
        after: how long the portal asks to wait, where it says so; the worker tries no sooner.
    """

    after: timedelta | None = None


class NotSent(PortalFailure):
    """The portal adapter swears that nothing was taken: the attempt goes back to *prepared*, its release kept."""

    def __init__(self, why: str = "") -> None:
        super().__init__("not_sent", why=why)


class ContentRefused(NotSent):
    """The portal refused what the file says, and took nothing: the same file would be refused again."""


class CannotTell(PortalFailure):
    """The portal cannot say whether it holds a parcel: the deposit stays in doubt."""

    def __init__(self, why: str = "") -> None:
        super().__init__("cannot_tell", why=why)


class PieceUnavailable(PortalFailure):
    """The portal lists this piece and does not give it, for a reason of that piece alone: the others go on."""

    def __init__(self, why: str = "") -> None:
        super().__init__("piece_unavailable", why=why)


class PartialListing(PortalFailure):
    """A portal's listing was given as far as it goes, and a part of it could not be listed."""

    def __init__(self, why: str = "") -> None:
        super().__init__("partial_listing", why=why)


class Retry(DueWorkflowError):
    """A notifier asks to be called again, after `after` (a duration) or when the backoff says so (None)."""

    def __init__(self, after: timedelta | None = None, why: str = "") -> None:
        super().__init__("retry", why=why)
        self.after = after


class Undeliverable(DueWorkflowError):
    """A notifier knows that this notice can never be delivered: it becomes a dead letter at once."""

    def __init__(self, why: str = "") -> None:
        super().__init__("undeliverable", why=why)
