"""Importing a file in two passes: read and judge every line, then write. Memory does not grow with the file.

By default one bad line refuses the whole file and nothing is written. With `--keep-good` the good lines are imported
and the bad ones go to a file that only its owner may read. A file imported again changes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from due_workflow import texts
from due_workflow.adapters.tables import Bad, Good, Progress, Table, write_bad_lines
from due_workflow.cli.outcomes import BadFile, Code
from due_workflow.cli.session import Session
from due_workflow.clients import Client
from due_workflow.declarations import Declaration
from due_workflow.errors import DueWorkflowError, InputRefused, Problem

T = TypeVar("T", Client, Declaration)
SHOWN = 50
"""Problems listed; the rest are counted."""


@dataclass(slots=True)
class Tally:
    """What an import did."""

    session: Session
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: int = 0
    alike: int = 0
    bad: int = 0
    problems: list[dict[str, object]] = field(default_factory=list)

    def count(self, before: object, after: object) -> None:
        """One that was written: new, as it was, or brought up to date."""
        if before is None:
            self.new += 1
        elif before == after:
            self.unchanged += 1
        else:
            self.changed += 1
        self._on()

    def refuse(self, error: DueWorkflowError) -> None:
        """One that the firm's records do not allow."""
        self.refused += 1
        if isinstance(error, InputRefused):
            self.session.ends(Code.PERSON)
        if self.refused <= SHOWN:
            self.session.fail(error)
        self._on()

    def looks_alike(self, reference: str, others: tuple[str, ...]) -> None:
        """A new hire of the same person, establishment and day as another: a warning."""
        self.alike += 1
        self.session.add("lookalikes", {"reference": reference, "others": list(others)})
        if self.alike <= SHOWN:
            self.session.warn("cli.import.alike", reference=reference, others=list(others))

    def _on(self) -> None:
        self.session.done = (self.session.done or 0) + 1

    def fault(self, bad: Bad) -> Bad:
        """A line that cannot be imported, listed with each of its problems."""
        self.bad += 1
        for problem in bad.problems:
            if len(self.problems) < SHOWN:
                self.problems.append(_fault(problem, bad.line, self.session.lang))
        return bad

    def numbers(self) -> dict[str, int]:
        """The counts, by name."""
        names = ("new", "unchanged", "changed", "refused", "bad")
        return {name: getattr(self, name) for name in names}


def _fault(problem: Problem, line: int, lang: str) -> dict[str, object]:
    column = str(problem.facts.get("column") or "")
    said = texts.render(f"input.{problem.code}", lang, problem.facts)
    facts = {"line": line, "column": column, "said": said}
    text = texts.render("cli.import.column" if column else "cli.import.line", lang, facts)
    return {"line": line, "column": column or None, "code": problem.code, "text": text}


def run(
    s: Session,
    file: Path,
    opened: Callable[..., Table[T]],
    write: Callable[[Iterable[T], Tally], None],
    *,
    keep_good: bool,
    bad_to: Path | None,
) -> None:
    """Judge `file`, then give its good values to `write`.

    Raises:
        BadFile: a line is bad and `keep_good` is not set; nothing was written.
    """
    tally = Tally(s)
    watch = _Watch()
    table = opened(file, progress=watch.tell)
    if table.unknown:
        s.data["unknown_columns"] = list(table.unknown)
        s.warn("cli.import.unknown", columns=list(table.unknown))
    with closing(_Seen()) as seen:
        try:
            with s.progress("cli.import.judging", table.size) as watch.tell_on:
                judged = (tally.fault(bad) for bad in _bad(table, seen))
                if keep_good:
                    _set_aside(s, table, judged, bad_to or file.with_name(f"{file.stem}.a-corriger.csv"))
                else:
                    for _ in judged:
                        pass
        finally:
            list_faults(s, tally)
        if tally.bad and not keep_good:
            s.data["import"] = tally.numbers()
            raise BadFile(table.name, tally.bad)
        with s.progress("cli.import.writing", table.size) as watch.tell_on:
            write((good.value for good in table if isinstance(good, Good) and seen.stands(good)), tally)
        if seen.strangers:
            s.warn("cli.import.file_changed", "bold red", name=table.name)
            s.ends(Code.PERSON)
    s.data["import"] = tally.numbers()
    s.say("cli.import.done", name=table.name, **tally.numbers())
    if tally.alike > SHOWN:
        s.warn("cli.import.more_alike", count=tally.alike - SHOWN)
    if tally.bad:
        s.ends(Code.PERSON)


def _bad(table: Table[T], seen: _Seen) -> Iterator[Bad]:
    for line in table:
        if isinstance(line, Bad):
            yield line
        elif not seen.first_of(line):
            yield _twice(line, seen)


def _twice(good: Good[Any], seen: _Seen) -> Bad:
    reference = good.value.reference
    facts = {"line": good.line, "column": "reference", "value": reference, "expected": ""}
    problem = Problem(f"L{good.line}:reference", "reference_twice", {**facts, "first": seen.line_of(reference)})
    return Bad(good.line, (problem,))


def _set_aside(s: Session, table: Table[T], judged: Iterator[Bad], target: Path) -> None:
    """Write the bad lines to `target` as they are met; no file where there are none."""
    first = next(judged, None)
    if first is None:
        return
    count = write_bad_lines(
        target,
        table.header,
        chain([first], judged),
        delimiter=table.delimiter,
        lang=s.lang,
        why=s.text("cli.import.why"),
    )
    s.data["bad_lines"] = {"file": str(target), "count": count}
    s.warn("cli.import.aside", count=count, file=str(target))


def list_faults(s: Session, tally: Tally) -> None:
    """Tell the first faults, and how many lines more have some."""
    if not tally.problems:
        return
    s.data["problems"] = tally.problems
    if not s.json:
        for problem in tally.problems:
            s.err.line(str(problem["text"]))
        if tally.bad > len({problem["line"] for problem in tally.problems}):
            s.err.say("cli.import.more", count=tally.bad - len({p["line"] for p in tally.problems}))


class _Watch:
    """Passes the bytes read on to the bar of the present pass."""

    def __init__(self) -> None:
        self.tell_on: Progress = lambda _: None

    def tell(self, done: int) -> None:
        self.tell_on(done)


class _Seen:
    """The hires of one file, so that two different ones under one reference are not taken for one.

    On disk and private to this run: digests under a random salt, no personal data, memory that does not grow.
    """

    def __init__(self) -> None:
        self._salt = secrets.token_hex(16)
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE seen (ref BLOB PRIMARY KEY, line INT, content TEXT) WITHOUT ROWID")
        self._db.execute("BEGIN")
        self.strangers = 0
        """Lines of the second pass that were not there, or not the same, in the first: the file changed meanwhile."""

    def close(self) -> None:
        """Forget them."""
        self._db.close()

    def first_of(self, good: Good[Any]) -> bool:
        """Note a line; False where another one said something else under its reference."""
        value = good.value
        if not isinstance(value, Declaration):
            return True
        content = value.salted_hash(self._salt)
        row = (self._digest(value.reference), good.line, content)
        if self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", row).rowcount:
            return True
        return self._row(value.reference)[1] == content

    def stands(self, good: Good[Any]) -> bool:
        """Whether the line was judged good: the first of its reference, or its like."""
        value = good.value
        if not isinstance(value, Declaration):
            return True
        line, content = self._row(value.reference)
        same = content == value.salted_hash(self._salt)
        self.strangers += not same and line in (0, good.line)
        return same

    def line_of(self, reference: str) -> int:
        """The first line of a reference."""
        return int(self._row(reference)[0])

    def _row(self, reference: str) -> tuple[int, str]:
        found = self._db.execute("SELECT line, content FROM seen WHERE ref = ?", (self._digest(reference),)).fetchone()
        return found or (0, "")

    def _digest(self, reference: str) -> bytes:
        return hashlib.blake2b(reference.encode(), key=self._salt.encode(), digest_size=16).digest()
