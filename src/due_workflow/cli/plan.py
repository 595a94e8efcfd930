"""The procedure by commands: its plan, what is done and by which proof; marked by hand where no record can know it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from due_workflow import texts
from due_workflow.calendar import DayKind
from due_workflow.cli import views
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command, hushed
from due_workflow.cli.typed import a_day, naming
from due_workflow.cli.window import app
from due_workflow.rollout import BY_KEY, Plan, PlannedStep, Rollout, Span, StepKey

_TIME = re.compile(r"(\d+(?:[.,]\d+)?) ?([jdh])", re.ASCII | re.IGNORECASE)
Many = list[str] | None


class Days(StrEnum):
    """Which days are worked, as people say it."""

    OUVRES = "ouvres"
    OUVRABLES = "ouvrables"


Option = typer.Option


@command(app, "plan", "look")
def plan(
    s: Session,
    start: Annotated[str | None, Option("--start", metavar="cli.meta.day", help="cli.opt.plan_start")] = None,
    depends: Annotated[Many, Option("--depends", metavar="cli.meta.depends", help="cli.opt.plan_depends")] = None,
    time: Annotated[Many, Option("--time", metavar="cli.meta.time", help="cli.opt.plan_time")] = None,
    days: Annotated[Days | None, Option("--days", help="cli.opt.plan_days")] = None,
    hours: Annotated[float | None, Option("--hours", metavar="N", help="cli.opt.plan_hours")] = None,
    pilots: Annotated[int | None, Option("--pilots", metavar="N", min=1, help="cli.opt.plan_pilots")] = None,
    mark: Annotated[StepKey | None, Option("--mark", metavar="cli.meta.step", help="cli.opt.plan_mark")] = None,
    unmark: Annotated[StepKey | None, Option("--unmark", metavar="cli.meta.step", help="cli.opt.plan_unmark")] = None,
    aside: Annotated[str | None, Option("--aside", metavar="SIREN", help="cli.opt.plan_aside")] = None,
    back: Annotated[str | None, Option("--back", metavar="SIREN", help="cli.opt.plan_back")] = None,
    on: Annotated[str | None, Option("--on", metavar="cli.meta.day", help="cli.opt.confirmed_on")] = None,
    why: Annotated[str | None, Option("--why", metavar="cli.meta.text", help="cli.opt.why")] = None,
) -> None:
    """The nine steps."""
    if (mark or aside) and not why:
        raise Usage("why")
    if why and not (mark or aside):
        raise Usage("goes_with", option="--why", other="--mark, --aside")
    if on and not mark:
        raise Usage("goes_with", option="--on", other="--mark")
    s.creates = start is not None
    settings = {"--depends": depends, "--time": time, "--days": days, "--hours": hours, "--pilots": pilots}
    if start or any(value is not None for value in settings.values()):
        first = a_day(start, "--start") if start else _known_start(s, settings)
        before = None if depends is None else dict(map(_depends, depends))
        spans = None if time is None else dict(map(_time, time))
        kind = DayKind(days.value.removesuffix("s")) if days is not None else None
        with naming(hours_per_day="--hours", pilots="--pilots", start="--start"):
            s.flow.plan_rollout(first, before, spans, kind, hours, pilots, by=s.by)
    day = a_day(on, "--on") if on else None
    acts: tuple[tuple[str | None, Callable[[str], object]], ...] = (
        (mark, lambda step: s.flow.mark_step(step, why or "", day, by=s.by)),
        (unmark, lambda step: s.flow.unmark_step(step, by=s.by)),
        (aside, lambda siren: s.flow.set_pilot_aside(siren, why or "", by=s.by)),
        (back, lambda siren: s.flow.take_pilot_back(siren, by=s.by)),
    )
    with naming(why="--why"):
        for what, act in acts:
            if what is not None:
                act(what)
    _show(s)


def _known_start(s: Session, settings: Mapping[str, object]) -> date:
    rollout = s.flow.read.cabinet().rollout
    if rollout is None or rollout.start is None:
        given = next(option for option, value in settings.items() if value is not None)
        raise Usage("plan_start", option=given)
    return rollout.start


def _pair(option: str, text: str) -> tuple[str, str]:
    step, equals, rest = text.partition("=")
    if not equals:
        raise Usage("step_equals", option=option, value=hushed(text))
    return step.strip(), rest.strip()


def _depends(text: str) -> tuple[str, list[str]]:
    step, before = _pair("--depends", text)
    return step, [key.strip() for key in before.split(",") if key.strip()]


def _time(text: str) -> tuple[str, Span]:
    step, time = _pair("--time", text)
    found = _TIME.fullmatch(time)
    if found is None:
        raise Usage("time", option="--time", value=hushed(time))
    unit = "hour" if found[2].lower() == "h" else "day"
    with naming(every=f"--time {hushed(step)}"):
        return step, Span(amount=float(found[1].replace(",", ".")), unit=unit)


# ---- the page


def _show(s: Session) -> None:
    found, rollout = s.flow.read.rollout(), s.flow.read.cabinet().rollout or Rollout()
    s.data["plan"] = plain(found)
    s.data["aside"] = {siren: aside.model_dump(mode="json", exclude={"seq"}) for siren, aside in rollout.aside.items()}
    if s.json:
        return
    s.out.title("cli.plan.title", cabinet=s.cabinet)
    if found.done:
        s.say("cli.plan.all_done")
    elif found.start is not None:
        s.say("cli.plan.from", start=found.start, ends=found.ends)
    s.show(rows(found, rollout, s.lang))
    for siren, aside in rollout.aside.items():
        s.say("cli.plan.aside", siren=siren, why=aside.why, by=aside.by)
    for step in found.steps:
        if step.next:
            s.say("cli.plan.step", number=step.number, key=step.key.value, asks=step.asks(s.lang))
    if found.start is None:
        s.say("cli.plan.no_start", program=s.program)


def rows(found: Plan, rollout: Rollout, lang: str) -> views.Grid:
    """The plan as the document's table, with the proof of what is done."""
    made = views.table(lang, "seq", "step", "time", "due_by!", "done", "proof")
    for step in found.steps:
        span = rollout.spans.get(step.key, BY_KEY[step.key].span)
        made.row(
            str(step.number or "–"),
            step.title(lang),
            texts.render(f"span.{span.unit}", lang, {"amount": span.amount}) if span is not None else "—",
            views.when(step.due, lang),
            _done(step, lang),
            _proof(step, lang),
        )
    return made


def _done(step: PlannedStep, lang: str) -> Text:
    if step.done is not None:
        return Text(texts.render("cli.plan.done", lang, {"day": step.done_on, "by": step.by or "—"}))
    if step.late:
        return Text(texts.render("cli.plan.late", lang), "bold red")
    return Text(texts.render("cli.plan.next", lang), "bold yellow") if step.next else Text("")


def _proof(step: PlannedStep, lang: str) -> str:
    if step.why is not None:
        return texts.render("cli.plan.by_hand", lang, {"why": step.why})
    proof = step.proof
    return texts.render("cli.plan.proof", lang, {"case": proof.case, "number": proof.seq}) if proof is not None else ""


def plain(found: Plan) -> dict[str, object]:
    """The plan as JSON data."""
    return {
        "start": found.start and found.start.isoformat(),
        "ends": found.ends and found.ends.isoformat(),
        "done": found.done,
        "steps": [
            {
                "number": step.number,
                "key": step.key.value,
                "starts": step.starts and step.starts.isoformat(),
                "due": step.due and step.due.isoformat(),
                "first_due": step.first_due and step.first_due.isoformat(),
                "done": step.done and step.done.isoformat(),
                "by": step.by,
                "proof": step.proof._asdict() if step.proof is not None else None,
                "why": step.why,
                "late": step.late,
                "next": step.next,
            }
            for step in found.steps
        ],
    }
