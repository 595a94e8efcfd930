"""The firm's own file by commands: software, portal, mandate's model. Without arguments each shows what is noted."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from due_workflow.cli.mandates import mandate_app
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command
from due_workflow.cli.typed import a_day, a_file
from due_workflow.cli.window import app
from due_workflow.clients import PortalAccount, Software
from due_workflow.firm import past_day
from due_workflow.models import ALL, Teleprocedure

Option, Argument = typer.Option, typer.Argument
Day = Annotated[str | None, Option("--on", metavar="cli.meta.day", help="cli.opt.confirmed_on")]


@command(app, "software", "start")
def software(
    s: Session,
    editor: Annotated[str | None, Argument(metavar="cli.meta.editor", help="cli.arg.editor")] = None,
    product: Annotated[str | None, Argument(metavar="cli.meta.product", help="cli.arg.product")] = None,
    version: Annotated[str | None, Argument(metavar="VERSION", help="cli.arg.version")] = None,
    chosen: Annotated[bool, Option("--chosen", help="cli.opt.chosen")] = False,
    confirmed: Annotated[str | None, Option("--confirmed", metavar="cli.meta.text", help="cli.opt.confirmed")] = None,
    on: Day = None,
) -> None:
    """First row and step 5."""
    if editor is not None and (product is None or version is None):
        raise Usage("all_three")
    _only_with(("--chosen", chosen, "VERSION", version), ("--on", on, "--confirmed", confirmed))
    s.creates = version is not None
    day = _day(s, on)
    if editor is not None and product is not None and version is not None:
        s.flow.set_software(editor, product, version, not chosen, by=s.by)
    if confirmed is not None:
        s.flow.confirm_software(confirmed, day, by=s.by)
    firm = s.flow.read.cabinet()
    s.data["software"] = firm.software.model_dump(mode="json") if firm.software else None
    s.data["epoch"] = firm.epoch
    if firm.software is None:
        s.say("cli.software.none")
        return
    _software(s, firm.software)
    s.say("cli.epoch", epoch=firm.epoch)


def _software(s: Session, noted: Software) -> None:
    s.say("cli.software.is", editor=noted.editor, product=noted.product, version=noted.version)
    s.say("cli.software.installed" if noted.installed else "cli.software.chosen")
    if noted.support is None:
        s.say("cli.software.unconfirmed", program=s.program)
    else:
        s.say("cli.software.support", on=noted.support.on, by=noted.support.by or "—", how=noted.support.how)


@command(app, "portal", "start")
def portal(
    s: Session,
    name: Annotated[str | None, Argument(metavar="cli.meta.name", help="cli.arg.portal")] = None,
    account: Annotated[str | None, Argument(metavar="cli.meta.account", help="cli.arg.account")] = None,
    subscribed: Annotated[bool, Option("--subscribed", help="cli.opt.subscribed")] = False,
    on: Day = None,
    accounts: Annotated[
        list[str] | None, Option("--account", metavar="cli.meta.account", help="cli.opt.further")
    ] = None,
    procedures: Annotated[list[Teleprocedure] | None, Option("--procedure", help="cli.opt.procedures")] = None,
) -> None:
    """Step 1."""
    _only_with(
        ("--on", on, "--subscribed", subscribed),
        ("--account", accounts, "--subscribed", subscribed),
        ("--procedure", procedures, "--subscribed", subscribed),
    )
    s.creates = name is not None
    day = _day(s, on)
    if name is not None:
        s.flow.set_portal(name, account or "", by=s.by)
    if subscribed:
        s.flow.subscribe_portal(day, procedures or ALL, accounts or (), by=s.by)
    firm = s.flow.read.cabinet()
    s.data["portal"] = firm.portal.model_dump(mode="json") if firm.portal else None
    s.data["epoch"] = firm.epoch
    if firm.portal is None:
        s.say("cli.portal.none")
        return
    _portal(s, firm.portal)


def _portal(s: Session, noted: PortalAccount) -> None:
    s.say("cli.portal.is", name=noted.name, accounts=[a for a in (noted.account, *noted.accounts) if a] or None)
    taken = noted.subscription
    if taken is None:
        s.say("cli.portal.unsubscribed", program=s.program)
    else:
        s.say("cli.portal.subscribed", on=taken.on, by=taken.by or "—", procedures=sorted(taken.procedures))


@command(mandate_app, "choose")
def choose(
    s: Session,
    name: Annotated[str, Argument(metavar="cli.meta.name", help="cli.arg.model_name")],
    document: Annotated[
        Path | None, Option("--document", metavar="cli.meta.file", help="cli.opt.model_document")
    ] = None,
) -> None:
    """Step 2."""
    digest = hashlib.sha256(a_file(document).read_bytes()).hexdigest() if document is not None else None
    firm = s.flow.choose_mandate_model(name, digest, by=s.by)
    chosen = firm.mandate_model
    s.data["mandate_model"] = chosen.model_dump(mode="json") if chosen else None
    s.say("cli.model", name=chosen.name if chosen else "")  # as it was kept: a number of a person in it is masked
    if digest is not None:
        s.say("cli.document", sha256=digest)


def _day(s: Session, on: str | None) -> date | None:
    """The day that was typed, looked at before anything is kept: two facts are noted by one command, or none."""
    return past_day(s.flow.clock.now(), a_day(on, "--on")) if on else None


def _only_with(*rules: tuple[str, object, str, object]) -> None:
    """An option that means nothing without another is refused, not passed over."""
    for option, given, other, needed in rules:
        if given and not needed:
            raise Usage("goes_with", option=option, other=other)
