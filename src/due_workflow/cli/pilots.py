"""Step 3 by commands: which companies begin, changed by hand, then taken; the others in waves. Only --take changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from shlex import quote
from typing import Annotated, Any

import typer

from due_workflow.calendar import Calendar, paris_day
from due_workflow.cli import plain, views
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command
from due_workflow.cli.typed import a_day
from due_workflow.cli.window import app
from due_workflow.firm import siren_of
from due_workflow.pilots import Choice, Proposal, Wave

MOST, PER_WAVE = 2, 20
"""The procedure's « un ou deux collaborateurs »; a wave is twice its « dizaine »."""
_SEEN = frozenset({"followed", "followed_by_nobody", "chosen", "ranked_after", "other_collaborator"})
"""Reasons that the table's columns and headings tell already; `--json` has them all."""
Many = list[str] | None
Option = typer.Option


@command(app, "pilots", "clients")
def pilots(
    s: Session,
    size: Annotated[int | None, Option("--size", metavar="N", min=1, help="cli.opt.pilots_size")] = None,
    collaborators: Annotated[
        int, Option("--collaborators", metavar="N", min=1, help="cli.opt.pilots_collaborators")
    ] = MOST,
    expect: Annotated[Many, Option("--expect", metavar="SIREN=N", help="cli.opt.pilots_expect")] = None,
    add: Annotated[Many, Option("--add", metavar="SIREN", help="cli.opt.pilots_add")] = None,
    drop: Annotated[Many, Option("--drop", metavar="SIREN", help="cli.opt.pilots_drop")] = None,
    keep: Annotated[Many, Option("--keep", metavar="SIREN", help="cli.opt.pilots_keep")] = None,
    take: Annotated[bool, Option("--take", help="cli.opt.pilots_take")] = False,
    waves: Annotated[bool, Option("--waves", help="cli.opt.pilots_waves")] = False,
    per_wave: Annotated[int | None, Option("--per-wave", metavar="N", min=1, help="cli.opt.pilots_per_wave")] = None,
    weeks: Annotated[int | None, Option("--weeks", metavar="N", min=1, help="cli.opt.pilots_weeks")] = None,
    start: Annotated[str | None, Option("--start", metavar="cli.meta.day", help="cli.opt.pilots_start")] = None,
    limit: Annotated[int, Option("--limit", metavar="N", min=0, help="cli.opt.limit")] = 20,
) -> None:
    """Step 3."""
    for option, value in (("--per-wave", per_wave), ("--weeks", weeks), ("--start", start)):
        if value and not waves:
            raise Usage("waves_only", option=option)
    proposal = s.flow.read.pilots(
        size=size,
        collaborators=collaborators,
        expected=dict(map(_expected, expect or ())),
        add=[siren_of(siren) for siren in add or ()],
        drop=[siren_of(siren) for siren in drop or ()],
        keep=None if keep is None else [siren_of(siren) for siren in keep],
    )
    asked: dict[str, Sequence[object]] = {
        "--size": [size] if size else [],
        "--collaborators": [collaborators] if collaborators != MOST else [],
        "--expect": expect or [],
        "--add": add or [],
        "--drop": drop or [],
        "--keep": keep or [],
    }
    if not waves:
        _pilots(s, proposal, _again(s, asked), limit, take=take)
        return
    begins = a_day(start, "--start") if start else paris_day(s.flow.clock.now())
    per = None if weeks and per_wave is None else per_wave or PER_WAVE
    days = Calendar(s.flow.policy.territory, s.flow.policy.closures)
    found = proposal.waves(begins, size=per, weeks=weeks, calendar=days)
    if proposal.sirens and not any(choice.taken for choice in proposal.pilots):
        s.warn("cli.pilots.first", program=s.program)
    asked |= {"--per-wave": [per_wave] if per_wave else [], "--weeks": [weeks] if weeks else []}
    _waves(s, found, _again(s, asked) + " --waves", limit, take=take)


def _again(s: Session, asked: Mapping[str, Sequence[object]]) -> str:
    """The same command as it is typed in a shell."""
    words = (f"{name} {quote(str(value))}" for name, values in asked.items() for value in values)
    return " ".join((f"{s.program} pilots", *words))


def _expected(text: str) -> tuple[str, int]:
    siren, _, number = text.partition("=")
    if not number.strip().isdecimal():
        raise Usage("expect", value=text)
    return siren_of(siren), int(number)


# ---- the pilots


def _pilots(s: Session, proposal: Proposal, again: str, limit: int, *, take: bool) -> None:
    s.data["pilots"] = [_plain(choice, s.lang) for choice in proposal.pilots]
    s.data["left"] = [_plain(choice, s.lang) for choice in proposal.left] if s.json else []
    s.data["excluded"] = [_plain(choice, s.lang) for choice in proposal.excluded] if s.json else []
    s.data["notes"] = [{"code": note.code, "text": note.text(s.lang)} for note in proposal.notes]
    s.data["collaborators"] = {**proposal.collaborators}
    if not take:
        s.say("cli.pilots.title", "bold", count=len(proposal.pilots))
        if proposal.pilots:
            nobody, team = s.text("cli.pilots.nobody"), proposal.collaborators.items()
            said = [s.text("cli.pilots.team", collaborator=name or nobody, load=load) for name, load in team]
            s.say("cli.pilots.who", collaborators=said)
            s.show(_rows(proposal.pilots, s.lang))
        for note in proposal.notes:
            s.say("cli.pilots.note", "yellow", text=note.text(s.lang))
        _excluded(s, proposal.excluded, limit)
        if proposal.left:
            s.say("cli.pilots.left", "", count=len(proposal.left), program=s.program)
        if proposal.sirens:
            s.say("cli.pilots.then", command=again)
        return
    _take(s, proposal.sirens, 1)


def _rows(choices: Sequence[Choice], lang: str) -> views.Grid:
    made = views.table(lang, "siren!", "client", "collaborator", "because")
    for choice in choices:
        because = "; ".join(reason.text(lang) for reason in choice.reasons if reason.code not in _SEEN)
        made.row(choice.siren, choice.name, choice.collaborator or "—", because)
    return made


def _excluded(s: Session, excluded: Sequence[Choice], limit: int) -> None:
    if not excluded or s.json:
        return
    s.out.title("cli.pilots.excluded")
    shown = views.table(s.lang, "siren!", "client", "because")
    for choice in islice(excluded, limit or None):
        shown.row(choice.siren, choice.name, choice.reasons[-1].text(s.lang))
    s.show(shown)
    if limit and len(excluded) > limit:
        s.say("cli.pilots.more", count=len(excluded) - limit)


# ---- the waves


def _waves(s: Session, waves: Sequence[Wave], again: str, limit: int, *, take: bool) -> None:
    s.data["waves"] = [
        {"number": w.number, "starts": w.starts.isoformat(), "clients": [_plain(c, s.lang) for c in w.clients]}
        for w in (waves if s.json else ())
    ]
    if take:
        _take(s, [choice.siren for wave in waves[:1] for choice in wave.clients], waves[0].number if waves else 0)
        return
    for wave in waves:
        s.say("cli.pilots.wave", "bold", number=wave.number, starts=wave.starts, count=len(wave.clients))
        s.show(_rows(wave.clients[: limit or None], s.lang))
        if limit and len(wave.clients) > limit:
            s.say("cli.pilots.wave_more", count=len(wave.clients) - limit)
    if waves:
        s.say("cli.pilots.wave_then", command=again)
    else:
        s.say("cli.pilots.nothing")


def _take(s: Session, sirens: Sequence[str], wave: int) -> None:
    """Select each; what another writer did meanwhile is told and does not stop the others."""

    def one(siren: str) -> None:
        client = s.flow.select(siren, wave, by=s.by)
        s.add("clients", plain.client(client))
        s.say("cli.client", siren=client.siren, client=client.name, state=client.state.value)

    if not sirens:
        s.say("cli.pilots.nothing")
    s.each(sirens, one)


def _plain(choice: Choice, lang: str) -> dict[str, Any]:
    return {
        "siren": choice.siren,
        "name": choice.name,
        "collaborator": choice.collaborator or None,
        "hires": choice.hires,
        "missing": list(choice.missing),
        "ready": choice.ready,
        "selected": choice.taken,
        "reasons": [{"code": reason.code, "text": reason.text(lang)} for reason in choice.reasons],
    }
