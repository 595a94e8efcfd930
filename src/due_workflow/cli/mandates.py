"""Commands about mandates (step 4): printed, requested, reminded, signed, revoked; their scans; where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from due_workflow import mandates, scans
from due_workflow.adapters import printing
from due_workflow.calendar import paris_day
from due_workflow.cli import plain, views
from due_workflow.cli.clients import Siren, Sirens, on_clients, tell_client
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command, hushed, keep
from due_workflow.cli.typed import a_day, a_file, naming, needing
from due_workflow.cli.window import a_path, app
from due_workflow.clients import ClientFile, Mandate
from due_workflow.mandates import FollowUp, Standing
from due_workflow.models import ClientState
from due_workflow.ports import Kind

mandate_app = typer.Typer(rich_markup_mode="rich", callback=keep)
app.add_typer(mandate_app, name="mandate", rich_help_panel="cli.panel.clients")

TO_SIGN = (ClientState.SELECTED, ClientState.MANDATE_REQUESTED)
"""Whose mandate there is to print: selected, and not yet signed."""
FOLDER = Path("mandats")


class Kinds(StrEnum):
    """What a mandate is printed as."""

    PDF = "pdf"
    HTML = "html"
    BOTH = "both"


File = Annotated[Path, typer.Argument(parser=a_path, metavar="cli.meta.file", help="cli.arg.scan")]


# ---- on paper


@command(mandate_app, "print")
def print_(
    s: Session,
    sirens: Sirens = None,
    every: Annotated[bool, typer.Option("--all", help="cli.opt.all_to_sign")] = False,
    to: Annotated[
        Path, typer.Option("--to", parser=a_path, metavar="cli.meta.path", help="cli.opt.mandates_to")
    ] = FOLDER,
    form: Annotated[Kinds, typer.Option("--format", help="cli.opt.mandate_format")] = Kinds.PDF,
    model: Annotated[
        Path | None, typer.Option("--model", parser=a_path, metavar="cli.meta.file", help="cli.opt.mandate_model")
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", parser=a_path, metavar="cli.meta.file", help="cli.opt.mandate_template")
    ] = None,
) -> None:
    """Step 2 and 4: each client's mandate, filled in."""
    if bool(sirens) == every:
        raise Usage("some_or_all")
    if template is not None and form is Kinds.PDF:
        raise Usage("template_is_html")
    wording = printing.wording(a_file(model) if model is not None else None)
    drawn_by = _renderers(form, template)
    portal = s.flow.read.cabinet().portal
    day = paris_day(s.flow.clock.now())
    chosen = sirens or [held.ref.id for held in s.flow.read.every(Kind.CLIENT, TO_SIGN)]
    if not chosen:
        s.say("cli.none_to_do")
        return
    with s.progress("cli.printing", len(chosen)) as tell_on:
        s.done = 0

        def one(siren: str) -> None:
            sheet = mandates.sheet(s.flow.read.client(siren), wording, day, portal.name if portal else "")
            for printed in printing.print_mandates((sheet,), to, drawn_by):
                _tell_printed(s, printed, few=len(chosen) <= 10)
            s.done = (s.done or 0) + 1
            tell_on(s.done)

        s.each(chosen, one)
    s.data["folder"], s.data["printed"] = hushed(str(to)), s.done
    if s.done:
        s.say("cli.printed", count=s.done, folder=hushed(str(to)))
        if wording.firm.name is None:
            s.say("cli.printed_without_firm", program=s.program)


def _renderers(form: Kinds, template: Path | None) -> Sequence[printing.Renderer]:
    found: list[printing.Renderer] = []
    with needing("print", "mandate print"):
        if form is not Kinds.HTML:
            found.append(printing.PdfMandate())
        if form is not Kinds.PDF:
            found.append(printing.HtmlMandate(a_file(template) if template is not None else None))
    return found


def _tell_printed(s: Session, printed: printing.Printed, *, few: bool) -> None:
    s.add("files", {"siren": printed.siren, "files": [hushed(str(file)) for file in printed.files]})
    if few:
        for file in printed.files:
            s.say("cli.written", file=hushed(str(file)))


@command(mandate_app, "model")
def model(
    s: Session,
    to: Annotated[Path, typer.Argument(parser=a_path, metavar="cli.meta.path", help="cli.arg.model_to")] = Path(),
) -> None:
    """The standard model's files, to change them."""
    for file in printing.write_model(to):
        s.add("files", hushed(str(file)))
        s.say("cli.written", file=hushed(str(file)))


# ---- sent, reminded, signed, revoked


@command(mandate_app, "request")
def request(
    s: Session,
    sirens: Sirens = None,
    every: Annotated[bool, typer.Option("--all", help="cli.opt.all_selected")] = False,
) -> None:
    """Step 4."""
    on_clients(s, sirens, every, ClientState.SELECTED, lambda siren: s.flow.request_mandate(siren, by=s.by))


@command(mandate_app, "remind")
def remind(
    s: Session,
    sirens: Sirens = None,
    every: Annotated[bool, typer.Option("--all", help="cli.opt.all_to_remind")] = False,
) -> None:
    """Step 4: who is to be reminded; given clients, the reminder is noted."""
    if sirens and every:
        raise Usage("some_or_all")
    if sirens or every:
        chosen = sirens or [found.siren for found in _to_remind(s)]
        if not chosen:
            s.say("cli.none_to_remind")
        s.each(chosen, lambda siren: _reminded(s, siren))
        return
    if _show(s, _to_remind(s)):
        s.say("cli.then_remind", program=s.program)
    else:
        s.say("cli.none_to_remind")


def _to_remind(s: Session) -> Iterator[FollowUp]:
    return (found for found in s.flow.read.mandates(Standing.SENT) if found.to_remind)


def _reminded(s: Session, siren: str) -> None:
    client = s.flow.remind_mandate(siren, by=s.by)
    s.add("clients", plain.client(client))
    s.say("cli.reminded", siren=client.siren, client=client.name, count=client.reminders)


@command(mandate_app, "sign")
def sign(
    s: Session,
    siren: Siren,
    signed_on: Annotated[str, typer.Option("--signed-on", metavar="cli.meta.day", help="cli.opt.signed_on")],
    signatory: Annotated[str, typer.Option("--signatory", metavar="cli.meta.name", help="cli.opt.signatory")],
    ends_on: Annotated[str | None, typer.Option("--ends-on", metavar="cli.meta.day", help="cli.opt.ends_on")] = None,
    document: Annotated[
        Path | None, typer.Option("--document", parser=a_path, metavar="cli.meta.file", help="cli.opt.document")
    ] = None,
) -> None:
    """Step 4."""
    with naming(signatory="--signatory", signed_on="--signed-on", ends_on="--ends-on"):
        mandate = Mandate(
            signed_on=a_day(signed_on, "--signed-on"),
            signatory=signatory,
            ends_on=a_day(ends_on, "--ends-on") if ends_on else None,
        )
    content = _scan(s, document) if document else None
    signed = s.flow.sign_mandate(siren, mandate, content, by=s.by)
    tell_client(s, signed)
    if document:
        _tell_scan(s, signed)


@command(mandate_app, "attach")
def attach(s: Session, siren: Siren, document: File) -> None:
    """Step 4: the scan of what was signed, kept as evidence."""
    _tell_scan(s, s.flow.attach_mandate(siren, _scan(s, document), by=s.by))


def _scan(s: Session, document: Path) -> bytes:
    # one byte more than is taken is enough to refuse it: a wrong file may be of any size
    with a_file(document).open("rb") as stream:
        return stream.read(s.flow.policy.mandate_scan_mib * scans.MIB + 1)


def _tell_scan(s: Session, client: ClientFile) -> None:
    digest = client.mandate.document_sha256 if client.mandate else None
    s.data["document_sha256"] = digest
    s.say("cli.document", sha256=digest, client=client.name)


@command(mandate_app, "scan")
def scan(
    s: Session,
    siren: Siren,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", parser=a_path, metavar="cli.meta.file", help="cli.opt.scan_output"),
    ] = None,
) -> None:
    """The scan that was kept, as it came."""
    content = s.flow.read.mandate_document(siren)
    found = scans.scan_of(content, len(content) // scans.MIB + 1)
    client = s.flow.read.client(siren)
    file = output or Path(f"mandat-{client.siren}-signe.{found.suffix}")
    if file.exists():
        raise Usage("file_exists", file=str(file))
    printing.write_whole(file, content)
    s.data |= {"file": hushed(str(file)), "document_sha256": found.sha256}
    s.say("cli.written", file=hushed(str(file)))
    s.say("cli.document", sha256=found.sha256, client=client.name)


@command(mandate_app, "revoke")
def revoke(
    s: Session,
    siren: Siren,
    on: Annotated[str, typer.Option("--on", metavar="cli.meta.day", help="cli.opt.revoked_on")],
    reason: Annotated[str, typer.Option("--reason", metavar="cli.meta.text", help="cli.opt.reason")],
) -> None:
    """The client withdraws its mandate."""
    tell_client(s, s.flow.revoke_mandate(siren, a_day(on, "--on"), reason, by=s.by))


# ---- follow-up


@command(mandate_app, "list")
def list_(
    s: Session,
    standing: Annotated[Standing | None, typer.Option("--standing", help="cli.opt.standing")] = None,
) -> None:
    """Where each client's mandate stands."""
    if not _show(s, s.flow.read.mandates(standing)):
        s.say("cli.no_mandate")


def _show(s: Session, found: Iterator[FollowUp]) -> bool:
    """Print them as a table, or as the JSON document's `mandates`; whether there was one."""
    if s.json:
        s.data["mandates"] = [one.model_dump(mode="json") for one in found]
        return bool(s.data["mandates"])
    made = views.table(s.lang, "siren!", "client", "mandate", "mandate_sent", "reminders", "scan", "collaborator")
    for one in found:
        made.row(
            one.siren,
            one.name,
            _stands(s, one),
            views.when(one.sent_at, s.lang) if one.sent_at else "—",
            _reminders(s, one),
            one.document_sha256[:12] if one.document_sha256 else "—",
            one.collaborator or "—",
        )
    s.show(made)
    return bool(made.row_count)


def _stands(s: Session, one: FollowUp) -> str:
    said = s.text(f"standing.{one.standing}")
    if one.standing is not Standing.SIGNED:
        return said
    return s.text("cli.mandate.until" if one.ends_on else "cli.mandate", signed=one.signed_on, ends=one.ends_on)


def _reminders(s: Session, one: FollowUp) -> str:
    if one.standing is not Standing.SENT:
        return "—"
    said = s.text("cli.reminders", count=one.reminders, last=one.reminded_at) if one.reminders else "0"
    return f"{said} !" if one.to_remind else said
