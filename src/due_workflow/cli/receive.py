"""Commands about receipts: take in files and folders of avis, look into the tray, and attach what waits there.

Whatever a file holds, it is kept: applied, or in the tray with the reason. A bad file does not stop the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from due_workflow import texts
from due_workflow.adapters.avis import read_file
from due_workflow.cli import plain
from due_workflow.cli.hires import Reason
from due_workflow.cli.outcomes import Code, Usage
from due_workflow.cli.pages import other_mode
from due_workflow.cli.session import Session, command, hushed
from due_workflow.cli.steps import MODE_WHYS, SHORT
from due_workflow.cli.typed import a_receipt, an_outcome
from due_workflow.cli.views import attempt_line, table, when
from due_workflow.cli.window import app
from due_workflow.errors import DueWorkflowError
from due_workflow.receipts import Mode, Receipt, Unreadable
from due_workflow.receiving import ReceiveResult

GROUP, WEIGHT = 200, 8 * 1024 * 1024
"""Receipts, and bytes of them, that are taken in together."""


@dataclass(slots=True)
class _Count:
    files: int = 0
    applied: int = 0
    repeat: int = 0
    unread: int = 0
    hidden: int = 0
    waiting: dict[str, Path] = field(default_factory=dict)


@command(app, "receive", "exchange")
def receive(
    s: Session,
    files: Annotated[list[Path], typer.Argument(metavar="cli.meta.files", help="cli.arg.files")],
    account: Annotated[
        str | None, typer.Option("--account", metavar="cli.meta.account", help="cli.opt.account")
    ] = None,
    portal: Annotated[str | None, typer.Option("--portal", metavar="cli.meta.name", help="cli.opt.portal")] = None,
    mode: Annotated[Mode | None, typer.Option("--mode", help="cli.opt.receipt_mode")] = None,
    recipient: Annotated[str, typer.Option("--recipient", metavar="cli.meta.name", help="cli.opt.recipient")] = "CIRSO",
) -> None:
    """Files and folders, recursively."""
    known = s.flow.read.cabinet().portal
    name = portal or (known.name if known else "jedeclare")
    if account is None:
        account = known.account if known and known.name == name else ""
    count = _Count()
    missing = [path for path in files if not path.exists()]
    if missing:
        raise Usage("no_such_file", files=[str(path) for path in missing])
    with s.progress("cli.receiving", None):
        read = ((path, _read(s, path, name, account, mode, recipient, count)) for path in _walk(files, count))
        for group in _groups((path, paper) for path, paper in read if paper is not None):
            papers = [paper for _, paper in group]
            for (path, _), result in zip(group, s.flow.receive_many(papers, by=s.by, group=GROUP), strict=True):
                s.done = (s.done or 0) + 1
                _tell(s, path, result, count)
    _conclude(s, count)


def _walk(paths: Iterable[Path], count: _Count) -> Iterator[Path]:
    """Every file, by name; a folder's hidden ones (`.DS_Store` and the like) are left and counted."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for child in sorted(path.iterdir()):
            if child.name.startswith("."):
                count.hidden += 1
            elif child.is_dir() and not child.is_symlink():
                yield from _walk((child,), count)
            elif child.is_file():
                yield child


def _read(
    s: Session, path: Path, portal: str, account: str, mode: Mode | None, recipient: str, count: _Count
) -> Receipt | Unreadable | None:
    count.files += 1
    try:
        return read_file(path, portal=portal, account=account, mode=mode, recipient=recipient, filename=path.name)
    except OSError as error:
        count.unread += 1
        s.fail(error)
        s.exit = Code.INPUT
        return None


def _groups(
    papers: Iterable[tuple[Path, Receipt | Unreadable]],
) -> Iterator[list[tuple[Path, Receipt | Unreadable]]]:
    group, weight = [], 0
    for path, paper in papers:
        group.append((path, paper))
        weight += len(paper.raw or b"")
        if len(group) >= GROUP or weight >= WEIGHT:
            yield group
            group, weight = [], 0
    if group:
        yield group


def _tell(s: Session, path: Path, result: ReceiveResult | DueWorkflowError, count: _Count) -> None:
    name = hushed(str(path))
    if isinstance(result, DueWorkflowError):
        count.unread += 1
        s.warn("cli.received_not", "red", file=name)
        s.fail(result)
        return
    s.add("receipts", {"file": name, **plain.result(result)})
    if result.state == "aside":
        count.repeat += 1
        s.say("cli.received_aside", file=name)
        return
    if result.state != "applied":
        count.waiting[result.receipt] = path
        why = result.why or "mode_mismatch"
        s.say("cli.received_tray", "magenta", file=name, why=why, receipt=result.receipt[:SHORT])
        return
    count.applied += not result.repeat
    count.repeat += result.repeat
    s.say("cli.received_again" if result.repeat else "cli.received", file=name)
    if not result.repeat:
        for sid in result.submissions:
            s.out.line(attempt_line(s.flow.read.submission(sid), s.lang, "    "))


def _conclude(s: Session, count: _Count) -> None:
    """What came in first may have been placed by what came later: look again before saying what waits."""
    placed = 0
    for id, path in list(count.waiting.items()):
        received = s.flow.read.receipt(id)
        if received.state == "applied":
            placed += 1
            del count.waiting[id]
            s.add("placed", {"file": hushed(str(path)), "receipt": id, "submissions": list(received.reached)})
            s.say("cli.received_later", file=hushed(str(path)), submissions=list(received.reached))
    numbers = {
        "files": count.files,
        "applied": count.applied + placed,
        "repeated": count.repeat,
        "tray": len(count.waiting),
        "failed": count.unread,
    }
    s.data["counts"] = numbers
    s.say("cli.received_all", **numbers)
    if count.hidden:
        s.data["hidden"] = count.hidden
        s.warn("cli.received_hidden", count=count.hidden)
    if count.waiting:
        s.warn("cli.then_tray", program=s.program)
        s.ends(Code.PERSON)


# ---- the tray


_SAID = frozenset({"unknown_ref", "ambiguous", "partly", "names_another", "no_verdict", "withdrawn"})
_HOW = {
    "cli.tray_how.mode": MODE_WHYS,
    "cli.tray_how.ref": frozenset({"unknown_ref"}),
    "cli.tray_how.attach": _SAID,
    "cli.tray_how.aside": _SAID | {"unreadable"},
}
"""What to do about what waits, by the reasons for which it waits; nothing is told that does not help."""


@command(app, "tray", "exchange")
def tray(s: Session) -> None:
    """What waits for a person or a reference."""
    shown = table(s.lang, "receipt!", "kind", "ref!", "why", "received", "says")
    whys: set[str] = set()
    for received in s.flow.read.tray():
        whys.add(received.why or "mode_mismatch")
        s.add("receipts", plain.waiting(received))
        paper = received.receipt
        readable = None if isinstance(paper, Unreadable) else paper
        says = [
            f"{v.siret or v.reference or ''} {texts.word('outcome', v.outcome, s.lang)}".strip()
            for v in (readable.verdicts if readable else ())
        ]
        shown.row(
            received.id[:SHORT],
            texts.word("kind", paper.kind, s.lang),
            readable.portal_ref if readable else "—",
            texts.word("tray", received.why or "mode_mismatch", s.lang),
            when(received.received_at, s.lang),
            _and_has(s, ", ".join(says) or paper.filename or "—", received.reached),
        )
    s.data.setdefault("receipts", [])
    if not shown.row_count:
        s.say("cli.tray_empty")
        return
    s.show(shown)
    s.out.print()
    for key, about in _HOW.items():
        if whys & about:
            s.say(key, program=s.program)


def _and_has(s: Session, says: str, reached: tuple[str, ...]) -> str:
    """What a piece says, and the attempts that have their part of it already."""
    return says + (" " + s.text("cli.tray_has", submissions=list(reached)) if reached else "")


ReceiptId = Annotated[str, typer.Argument(metavar="cli.meta.receipt", help="cli.arg.receipt")]


@command(app, "attach", "exchange")
def attach(
    s: Session,
    receipt: ReceiptId,
    outcomes: Annotated[list[str], typer.Argument(metavar="cli.meta.outcomes", help="cli.arg.outcomes")],
    confirm: Annotated[bool, typer.Option("--confirm", help="cli.opt.confirm_mode")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="cli.meta.text", help="cli.opt.reason_mode")] = "",
) -> None:
    """A person says what a waiting receipt means."""
    said = {}
    for pair in outcomes:
        submission, sign, outcome = pair.rpartition("=")
        if not sign or not submission:
            raise Usage("pair", value=pair)
        said[submission] = an_outcome(outcome)
    result = s.flow.attach(a_receipt(s, receipt), said, confirm, reason, by=s.by)
    s.add("receipts", plain.result(result))
    for sid in result.submissions:
        sub = s.flow.read.submission(sid)
        s.out.line(attempt_line(sub, s.lang))
        other_mode(s, sub)
    if result.state != "applied":
        s.warn("cli.attached_partly", receipt=result.receipt[:SHORT], program=s.program)
        s.ends(Code.PERSON)


@command(app, "set-aside", "exchange")
def set_aside(s: Session, receipt: ReceiptId, reason: Reason) -> None:
    """Out of the tray, kept, and nothing else changes."""
    result = s.flow.set_aside(a_receipt(s, receipt), reason, by=s.by)
    s.add("receipts", plain.result(result))
    s.say("cli.set_aside", receipt=result.receipt[:SHORT])
