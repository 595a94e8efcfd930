"""`evidence export` and `evidence verify`: what proves a filing, as one file, and its check without a database."""

from __future__ import annotations

import errno
from dataclasses import asdict
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from due_workflow.adapters import evidence
from due_workflow.adapters.evidence import HireFound, Verified
from due_workflow.cli.outcomes import Code
from due_workflow.cli.session import Session, command, hushed, keep
from due_workflow.cli.typed import a_day
from due_workflow.cli.window import a_path, app

evidence_app = typer.Typer(rich_markup_mode="rich", callback=keep)
app.add_typer(evidence_app, name="evidence", rich_help_panel="cli.panel.look")

SHOWN = 20
"""Hires and faults listed; the rest are counted. The JSON document has them all."""


@command(evidence_app, "export")
def export(
    s: Session,
    what: Annotated[str, typer.Argument(metavar="cli.meta.evidence", help="cli.arg.evidence")],
    out: Annotated[
        Path, typer.Option("--out", "-o", parser=a_path, metavar="cli.meta.file", help="cli.opt.evidence_out")
    ],
    since: Annotated[str | None, typer.Option("--since", metavar="cli.meta.day", help="cli.opt.evidence_since")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="cli.meta.day", help="cli.opt.evidence_until")] = None,
    firm: Annotated[bool, typer.Option("--with-firm", help="cli.opt.evidence_firm")] = False,
    force: Annotated[bool, typer.Option("--force", help="cli.opt.evidence_force")] = False,
) -> None:
    """Everything that proves, as one file."""
    first = a_day(since, "--since") if since is not None else None
    last = a_day(until, "--until") if until is not None else None
    total = evidence.count(s.flow, what, since=first, until=last)
    try:
        with s.progress("cli.evidence.exporting", total) as tell:
            told = evidence.export(
                s.flow,
                what,
                out,
                lang=s.lang,
                by=s.by,
                since=first,
                until=last,
                firm=firm,
                replace=force,
                progress=tell,
            )
    except OSError as error:
        _unwritten(s, error)
        return
    s.data |= {
        "file": hushed(str(out)),
        "about": told.about,
        "seal": told.seal,
        "files": told.files,
        "hires": told.hires,
        "declared": told.declared,
        "contradicted": told.contradicted,
        "other_hires": told.others,
        "gone": told.gone,
        "broken": told.broken,
    }
    s.say("cli.evidence.exported", file=hushed(str(out)), hires=told.hires, declared=told.declared, files=told.files)
    s.say("cli.evidence.seal", "bold", seal=told.seal)
    s.say("cli.evidence.personal", "yellow")
    if told.others:
        s.say("cli.evidence.others", "yellow", count=told.others)
    for why, count in sorted(told.gone.items()):
        s.say("cli.evidence.gone", "red" if why == "missing" else "", count=count, why=why)
    for case in told.broken:
        s.warn("cli.evidence.broken", "bold red", case=case, program=s.program)
    s.say("cli.evidence.then", "dim", program=s.program, file=quote(hushed(str(out))))
    if told.broken or told.gone.get("missing"):
        s.ends(Code.UNUSABLE)
    if told.contradicted:
        s.say("cli.evidence.ask_portal", "bold red", count=told.contradicted)
        s.ends(Code.PERSON)


def _unwritten(s: Session, error: OSError) -> None:
    """Tell what keeps the file from being written, and what to do about it."""
    s.fail(error)
    found = {errno.ENOSPC: "full", errno.EISDIR: "is_folder", errno.EEXIST: "exists"}
    advice = f"cli.evidence.out_{found.get(error.errno or 0, 'folder')}"
    s.warn(advice, "")
    if s.json:
        s.data["errors"][-1]["advice"] = s.text(advice)


@command(evidence_app, "verify")
def verify(
    s: Session,
    file: Annotated[Path, typer.Argument(parser=a_path, metavar="cli.meta.file", help="cli.arg.evidence_file")],
    head: Annotated[str | None, typer.Option("--head", metavar="SHA-256", help="cli.opt.evidence_head")] = None,
) -> None:
    """Whether it holds, and what that proves."""
    with s.progress("cli.verifying", None):
        found = evidence.verify(file, head=head)
    s.data |= _plain(found, s.lang)
    _tell(s, found)
    for fault in found.faults[:SHOWN]:
        s.warn("cli.fault", "bold red", text=fault.text(s.lang))
    if found.sound:
        numbers = {name: getattr(found, name) for name in ("files", "entries", "receipts", "reread")}
        if found.contradicted:
            s.say("cli.evidence.intact", **numbers)
        else:
            s.say("cli.evidence.sound", "green", **numbers)
    else:
        s.say("cli.evidence.unsound", "bold red", faults=found.fault_count)
        s.ends(Code.UNUSABLE)
    if found.unread:
        s.say("cli.evidence.unread", "dim", count=found.unread)
    if not found.sound:
        # a seal noted now would make what is wrong look right later; a head that is nowhere here is a fault, told above
        if found.head is not None:
            s.say("cli.evidence.found_broken", "yellow")
    elif found.head == "seal":
        s.say("cli.evidence.found_seal", "green")
    elif found.head is not None:
        case, _, seq = found.head.removeprefix("journal ").rpartition(" ")
        s.say("cli.evidence.found_entry", "green", case=case, seq=seq)
        s.say("cli.evidence.summary_unproved", "yellow")
    else:
        s.say("cli.evidence.seal", seal=found.seal)
        s.say("cli.evidence.limits", "dim")
    if found.contradicted:
        s.say("cli.evidence.ask_portal", "bold red", count=found.contradicted)
        s.ends(Code.PERSON)


def _tell(s: Session, found: Verified) -> None:
    """What the archive is about, and each hire as its journal says: told as no more where something does not hold."""
    if found.header is not None:
        about = {"about": found.header.about, "at": found.header.at, "cabinet": found.header.cabinet}
        s.say("cli.evidence.about", "bold", **about)
    for hire in found.hires[:SHOWN]:
        if hire.contradicted:
            told = {"reference": hire.reference, "status": hire.status, "file": hire.contradicted}
            s.say("cli.evidence.hire_contradicted", "bold red", **told)
            if hire.confirmed_by is not None:
                s.say("cli.evidence.hire_confirmed", "yellow", by=hire.confirmed_by, why=hire.confirmed_why)
            continue
        key = "cli.evidence.hire_by" if hire.declared_by else "cli.evidence.hire"
        if not found.sound:
            key = "cli.evidence.hire_broken" if _faulty(found, hire) else "cli.evidence.hire_unproved"
        s.say(key, reference=hire.reference, status=hire.status, file=hire.declared_by)
    if len(found.hires) > SHOWN:
        s.say("cli.evidence.more", count=len(found.hires) - SHOWN)
    for why, count in sorted(found.gone.items()):
        s.say("cli.evidence.gone", "red" if why == "missing" else "", count=count, why=why)


def _faulty(found: Verified, hire: HireFound) -> bool:
    """Whether a fault is this hire's own: its reference, one of its attempts, or the ARS that would declare it."""
    return any(
        fault.where == hire.declared_by
        or fault.facts.get("reference") == hire.reference
        or str(fault.facts.get("submission", "")).startswith(f"{hire.reference}/")
        or fault.facts.get("case") == f"filing:{hire.reference}"
        for fault in found.faults
    )


def _plain(found: Verified, lang: str) -> dict[str, object]:
    return {
        "sound": found.sound,
        "about": found.header.about if found.header else None,
        "made_at": found.header.at.isoformat() if found.header else None,
        "cabinet": found.header.cabinet if found.header else None,
        "seal": found.seal,
        "head": found.head,
        "summary_proved": found.summary_proved,
        "files": found.files,
        "entries": found.entries,
        "receipts": found.receipts,
        "reread": found.reread,
        "unread": found.unread,
        "gone": found.gone,
        "contradicted": found.contradicted,
        "hires": [asdict(hire) | {"proved": found.sound and not hire.contradicted} for hire in found.hires],
        "faults": [{"file": hushed(f.where), "code": f.code, "text": f.text(lang)} for f in found.faults],
        "fault_count": found.fault_count,
    }
