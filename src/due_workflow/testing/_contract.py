"""What every shipped contract is made of: named clauses, run by pytest or one after the other by hand.

Nothing here imports pytest: a contract's `test_…` methods take their subject as an argument, which pytest
fills from the fixture of that name. A broken clause raises AssertionError with a sentence, also under
`python -O`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, Thread
from typing import Any, NoReturn, TypeVar

from due_workflow.errors import Conflict

T = TypeVar("T")
E = TypeVar("E", bound=Exception)


class Contract:
    """A set of clauses: each `test_…` method is one, says it in its name, and takes the subject."""

    @classmethod
    def clauses(cls) -> tuple[str, ...]:
        """The names of all clauses."""
        return tuple(sorted(name for name in dir(cls) if name.startswith("test_")))

    def broken(self, make: Callable[[], Any]) -> dict[str, Exception]:
        """Run every clause on a fresh subject from `make` and give those that fail, with what they raised."""
        found: dict[str, Exception] = {}
        for name in self.clauses():
            subject = make()
            try:
                getattr(self, name)(subject)
            except Exception as error:  # noqa: BLE001  # whatever a faulty adapter raises breaks the clause
                found[name] = error
            finally:
                close(subject)
        return found


def close(subject: object) -> None:
    """Close what can be closed."""
    done = getattr(subject, "close", None)
    if callable(done):
        done()


def fail(sentence: str) -> NoReturn:
    """Say that the clause is broken."""
    raise AssertionError(sentence)


def that(holds: bool, sentence: str) -> None:
    """The clause is broken unless `holds`."""
    if not holds:
        fail(sentence)


def same(found: object, expected: object) -> None:
    """The clause is broken unless both are equal."""
    if found != expected:
        fail(f"expected {expected!r}, found {found!r}")


def raised(kind: type[E], call: Callable[[], object]) -> E:
    """The error of `kind` that `call` raises; another error goes on, none breaks the clause."""
    try:
        call()
    except kind as error:
        return error
    fail(f"{kind.__name__} was to be raised, and was not")


def race(*calls: Callable[[], T], leave: Callable[[], None] = lambda: None) -> list[T | Conflict]:
    """Run all calls at once, each in a thread, and give their results or conflicts; another error goes on.

    Each thread ends with `leave`.
    """
    start = Barrier(len(calls))
    results: list[T | Conflict | None] = [None] * len(calls)
    errors: list[Exception] = []

    def run(n: int, call: Callable[[], T]) -> None:
        start.wait()
        try:
            results[n] = call()
        except Conflict as conflict:
            results[n] = conflict
        except Exception as error:  # noqa: BLE001  # carried to the caller's thread
            errors.append(error)
        finally:
            leave()

    threads = [Thread(target=run, args=(n, call)) for n, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with suppress(IndexError):
        raise errors[0]
    return results  # type: ignore[return-value]  # each slot was filled, or an error was raised
