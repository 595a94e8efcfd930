"""What the engine tells of its own work: OpenTelemetry spans and metrics where the host has it, and log records.

Never personal data: names of commands, outcomes, states, codes, kinds, and the firm's opaque id; a log record also
names the case. Where nobody listens a command pays for one test (see `instruments`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from inspect import isgeneratorfunction
from time import perf_counter
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from due_workflow.errors import (
    Conflict,
    DueWorkflowError,
    InputRefused,
    NotFound,
    PortalFailure,
    Retry,
    StorageUnusable,
    TransitionRefused,
    Undeliverable,
)
from due_workflow.instruments import NAME, ON, use

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from due_workflow.models import Notice
    from due_workflow.ports import Notifier, Ref

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
log = logging.getLogger("due_workflow.commands")
__all__ = ["case_of", "conflict", "dead_letter", "deliver", "extras", "observed", "outcome_of", "task", "use"]
_OUTCOMES: tuple[tuple[type[BaseException], str], ...] = (
    (TransitionRefused, "refused"),
    (InputRefused, "invalid"),
    (Conflict, "conflict"),
    (NotFound, "not_found"),
    (StorageUnusable, "unusable"),
    (PortalFailure, "portal"),
    (Undeliverable, "undeliverable"),
    (Retry, "retry"),
)
_FAULTS = frozenset({"unusable", "portal", "failed", "interrupted"})
"""Outcomes that are nobody's decision: the span's status is an error."""


def _quiet() -> bool:
    """Whether nobody listens: no provider set, loggers silent."""
    return ON.silent() and not log.isEnabledFor(logging.INFO)


# ---- commands


def observed(cls: type[T]) -> type[T]:
    """Every public method of a class of commands told as one: a span, its metrics, a log record."""
    for name, method in list(vars(cls).items()):
        if not name.startswith("_") and callable(method):
            many = str(method.__annotations__.get("return")).startswith("Iterator[")
            setattr(cls, name, (_stream if many else _command)(name, method))
    return cls


def _command(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def through(self: Any, *args: Any, **kwargs: Any) -> Any:
        if _quiet():
            return call(self, *args, **kwargs)
        with _told(name, self.cabinet) as heard:
            result = call(self, *args, **kwargs)
            heard.case = case_of(result)
            if heard.case.startswith("receipt:"):
                heard.outcome = _receipt(result)
            return result

    return through


def _stream(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def through(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        items: Iterator[Any] = call(self, *args, **kwargs)
        return items if _quiet() else _followed(name, self.cabinet, items)

    @wraps(call)
    def steps(self: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        yield from through(self, *args, **kwargs)

    return steps if isgeneratorfunction(call) else through


def _followed(name: str, cabinet: str, items: Iterator[Any]) -> Iterator[Any]:
    """A command of many: one span for all, current only while the engine works, never while the host does."""
    with _told(name, cabinet, current=False) as heard:
        while True:
            with heard.current():
                item = next(items, _END)
            if item is _END:
                return
            heard.count(outcome_of(item) if isinstance(item, BaseException) else "done")
            if case_of(item).startswith("receipt:"):
                _receipt(item)
            yield item


_END = object()


class _Heard:
    """What one piece of work told: how it ended, its case, what its span says besides. It never holds an error."""

    __slots__ = ("case", "error", "outcome", "reasons", "said", "span", "took")

    def __init__(self) -> None:
        self.span: Span | None = None
        self.outcome, self.case, self.error, self.took = "done", "", "", 0.0
        self.reasons: tuple[str, ...] = ()
        self.said: dict[str, Any] = {}

    def count(self, word: str, n: int = 1) -> None:
        self.said[f"due.count.{word}"] = self.said.get(f"due.count.{word}", 0) + n

    def failed(self, error: BaseException) -> None:
        # its class and codes only: a message or a traceback may hold what a user typed
        self.outcome, self.error, self.reasons = outcome_of(error), type(error).__name__, _reasons(error)
        if isinstance(error, TransitionRefused):
            self.case = f"filing:{error.case.rsplit('/', 2)[0]}" if "/" in error.case else f"client:{error.case}"

    def current(self) -> AbstractContextManager[Any]:
        if self.span is None:
            return nullcontext()
        from opentelemetry.trace import use_span

        return use_span(self.span, end_on_exit=False, record_exception=False, set_status_on_exception=False)


@contextmanager
def _told(name: str, cabinet: str, *, current: bool = True) -> Iterator[_Heard]:
    heard = _Heard()
    try:
        with _spanned(heard, name, {"due.command": name, "due.cabinet": cabinet}, current=current):
            yield heard
    finally:
        if (meters := ON.meters()) is not None:
            said = {"due.command": name, "due.outcome": heard.outcome}
            meters["commands"].add(1, said)
            meters["command.duration"].record(heard.took, said)
        level = logging.INFO if heard.error else logging.DEBUG
        if log.isEnabledFor(level):
            told = extras(cabinet, command=name, case=heard.case, outcome=heard.outcome, reasons=heard.reasons)
            log.log(level, "%s: %s", name, heard.outcome, extra=told | {"duration_ms": round(heard.took * 1000, 3)})


@contextmanager
def _spanned(heard: _Heard, name: str, attributes: Mapping[str, Any], *, current: bool = True) -> Iterator[None]:
    tracer = ON.tracer()
    if tracer is not None:
        heard.span = tracer.start_span(f"{NAME}.{name}", attributes=attributes)
    began = perf_counter()
    try:
        with heard.current() if current else nullcontext():
            yield
    except GeneratorExit:
        heard.outcome = "stopped"
        raise
    except BaseException as error:
        heard.failed(error)
        raise
    finally:
        heard.took = perf_counter() - began
        if heard.span is not None:
            _end(heard.span, heard)


def _end(span: Span, heard: _Heard) -> None:
    said = {"due.outcome": heard.outcome, "due.case_kind": heard.case.partition(":")[0], "error.type": heard.error}
    span.set_attributes({name: value for name, value in (said | heard.said).items() if value != ""})
    if heard.reasons:
        span.set_attribute("due.reasons", heard.reasons)
    if heard.outcome in _FAULTS:
        from opentelemetry.trace import Status, StatusCode

        span.set_status(Status(StatusCode.ERROR))
    span.end()


def outcome_of(error: BaseException) -> str:
    """One word for how a piece of work failed."""
    word = next((word for kind, word in _OUTCOMES if isinstance(error, kind)), "")
    return word or ("failed" if isinstance(error, Exception) else "interrupted")


def _reasons(error: BaseException) -> tuple[str, ...]:
    """The codes of why: every denial, every problem, else the error's own."""
    if isinstance(error, TransitionRefused):
        return tuple(denial.code for denial in error.denials)
    if isinstance(error, InputRefused) and error.problems:
        return tuple(dict.fromkeys(problem.code for problem in error.problems))
    return (error.code,) if isinstance(error, DueWorkflowError) else ()


_CASES = {
    "Submission": ("filing", "reference"),
    "Filing": ("filing", "reference"),
    "ClientFile": ("client", "siren"),
    "Deposit": ("deposit", "id"),
    "Cabinet": ("cabinet", "id"),
    "ReceiveResult": ("receipt", "receipt"),
}
"""By the class of a command's result: the kind of its case, and where the case's id stands."""


def case_of(result: object) -> str:
    """The case that a command's result is about, as "kind:id"; empty where it is about none or several."""
    if isinstance(result, tuple) and len(result) == 1:
        (result,) = result
    kind, attribute = _CASES.get(type(result).__name__, ("", ""))
    return f"{kind}:{getattr(result, attribute)}" if kind else ""


def _receipt(result: Any) -> str:
    """Count a `ReceiveResult`, and give its outcome."""
    outcome = "repeat" if result.repeat else str(result.state)
    if (meters := ON.meters()) is not None:
        meters["receipts"].add(1, {"due.outcome": outcome})
    return outcome


def conflict() -> None:
    """A commit met another writer and is tried again."""
    if (meters := ON.meters()) is not None:
        meters["conflicts"].add(1)


# ---- the worker


def task(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """One task of a worker, which gives how many records it handled, or that by task."""

    def wrap(call: Callable[P, R]) -> Callable[P, R]:
        @wraps(call)
        def through(*args: P.args, **kwargs: P.kwargs) -> R:
            if _quiet():
                return call(*args, **kwargs)
            heard = _Heard()
            with _spanned(heard, f"worker.{name}", {"due.task": name}):
                result = call(*args, **kwargs)
                handled: Mapping[str, Any] = result if isinstance(result, Mapping) else {name: result}
                meters = ON.meters()
                for which, count in handled.items():
                    heard.count(which, count)
                    if meters is not None and count:
                        meters["worker.handled"].add(count, {"due.task": which})
            return result

        return through

    return wrap


def deliver(notifier: Notifier, notice: Notice) -> None:
    """`notifier.send(notice)`, told as a span and counted by what became of it.

    Raises:
        Exception: whatever the notifier raises.
    """
    if _quiet():
        notifier.send(notice)
        return
    heard = _Heard()
    said = {"due.notifier": notifier.name, "due.notice": notice.code, "due.urgent": notice.urgent}
    try:
        with _spanned(heard, "notify", said):
            notifier.send(notice)
            heard.outcome = "delivered"
    finally:
        if (meters := ON.meters()) is not None:
            meters["deliveries"].add(1, {"due.notifier": notifier.name, "due.outcome": heard.outcome})


def dead_letter() -> None:
    """A notice became a dead letter."""
    if (meters := ON.meters()) is not None:
        meters["dead_letters"].add(1)


# ---- log records


def extras(
    cabinet: str,
    *,
    command: str = "",
    case: Ref | str = "",
    outcome: str = "",
    reasons: tuple[str, ...] = (),
) -> dict[str, object]:
    """The `extra` of a log record: ``due_cabinet`` and what else is known."""
    found: dict[str, object] = {
        "due_cabinet": cabinet,
        "due_command": command,
        "due_case": str(case),
        "due_outcome": outcome,
        "due_reasons": reasons,
    }
    return {name: value for name, value in found.items() if value}
