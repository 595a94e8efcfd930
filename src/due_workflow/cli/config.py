"""The commands `config check` and `config example`: what the settings file says and lacks, and one to begin with.

No secret is ever shown: of a variable only whether it is set.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import chain
from textwrap import wrap

import typer

from due_workflow import texts
from due_workflow.base import Model
from due_workflow.cli import portals
from due_workflow.cli.outcomes import Code
from due_workflow.cli.run import notifiers
from due_workflow.cli.session import Session, command, hushed, keep
from due_workflow.cli.settings import (
    PORTALS,
    EmailTable,
    FirmTable,
    FolderTable,
    JedeclareAddresses,
    JedeclareTable,
    LineTable,
    RunTable,
    SoftwareTable,
    WebhookTable,
    toml,
)
from due_workflow.cli.settings_file import FILE, models_of
from due_workflow.cli.settings_secrets import secrets, variable
from due_workflow.cli.views import table
from due_workflow.cli.window import app
from due_workflow.errors import InputRefused, StorageUnusable

config_app = typer.Typer(rich_markup_mode="rich", callback=keep)
app.add_typer(config_app, name="config", rich_help_panel="cli.panel.start")
WIDTH = 100


@command(config_app, "check")
def check(s: Session) -> None:
    """What was read, what is missing; nothing is sent."""
    settings = s.settings
    s.data["file"] = path = hushed(str(settings.path)) if settings.path else None
    s.say("cli.config.file" if path else "cli.config.no_file", path=path, file=FILE)
    s.data["firm"] = firm = {"cabinet": hushed(s.cabinet), "db": hushed(str(s.db)), "language": s.lang}
    s.say("cli.config.firm", **firm)
    _portals(s)
    _variables(s)
    if settings.portals:
        _whole(s)
    if not s.exit:
        s.say("cli.config.good", "green")


def _portals(s: Session) -> None:
    s.data["portals"] = []
    shown = table(s.lang, "setting!", "portal", "account!", "recipient", "sends")
    sends = _sends(s)
    for table_name, set_up in s.settings.portals.items():
        name, account = map(hushed, portals.names(set_up))
        own, label = table_name == sends, hushed(table_name)
        s.add(
            "portals", {"table": label, "portal": name, "account": account, "recipient": set_up.recipient, "sends": own}
        )
        shown.row(f"portals.{label}", name, account, set_up.recipient, s.text("cli.yes") if own else "—")
    s.show(shown)
    if not s.settings.portals:
        s.say("cli.config.no_portal", program=s.program)


def _sends(s: Session) -> str | None:
    """The table of the portal by which the firm sends; what is wrong with that is told."""
    if not s.settings.portals:
        return None
    try:
        label, chosen = portals.chosen(s)
    except InputRefused as refused:
        s.warn("cli.config.wrong", "red", why=refused.text(s.lang))
        s.add("wrong", {"code": refused.code, "text": refused.text(s.lang)})
        s.ends(Code.PERSON)
        return None
    except StorageUnusable as error:
        s.warn("cli.config.wrong", why=error.text(s.lang))
        s.add("wrong", {"code": error.code, "text": error.text(s.lang)})
        s.ends(Code.PERSON)
        return None
    if isinstance(chosen, JedeclareTable) and chosen.outgoing is None:
        s.warn("cli.config.no_outgoing", "red", label=label)
        s.add("wrong", {"code": "no_outgoing", "text": s.text("cli.config.no_outgoing", label=label)})
        s.ends(Code.PERSON)
    asked, noted = s.settings.software, s.flow.read.cabinet().software
    if asked is not None and (noted is None or (asked.product, asked.version) != (noted.product, noted.version)):
        known = f"{noted.product} {noted.version}" if noted is not None else None
        facts = {"asked": f"{asked.product} {asked.version}", "noted": known, "program": s.program}
        s.warn("cli.config.software", **facts)
        s.add("wrong", {"code": "software_differs", "text": s.text("cli.config.software", **facts)})
        s.ends(Code.PERSON)
    return label


def _variables(s: Session) -> None:
    """Each variable that may hold a secret: set, missing, or not needed."""
    s.data["variables"] = []
    shown = table(s.lang, "variable!", "is", "meaning")
    for secret in secrets(s.settings):
        is_set = bool(os.environ.get(secret.name, "").strip())
        state = "set" if is_set else "missing" if secret.needed else "unset"
        s.add("variables", {"name": secret.name, "needed": secret.needed, "set": is_set})
        shown.row(secret.name, s.text(f"cli.config.{state}"), texts.word("setting", secret.use, s.lang))
        if state == "missing":
            s.ends(Code.PERSON)
    s.show(shown)


def _whole(s: Session) -> None:
    """The portals and the notifiers made as the other commands make them, to hear what is wrong before they run."""
    for make in (lambda: portals.configured(s), lambda: notifiers(s, os.environ)):
        try:
            make()
        except InputRefused as refused:
            # a variable that is missing is in the list above already
            rest = [p for p in refused.problems if p.code not in ("setting_missing", "secret_missing")]
            for problem in rest:
                s.warn("cli.config.wrong", "red", why=problem.text(s.lang))
                s.add("wrong", {"code": problem.code, "text": problem.text(s.lang)})
                s.ends(Code.PERSON)


# ---- a file to begin with


@command(config_app, "example")
def example(s: Session) -> None:
    """A commented file on standard output."""
    text = starting_file(s.lang)
    s.data["text"] = text
    if not s.json:
        sys.stdout.write(text)


def starting_file(lang: str) -> str:
    """A file that `config check` takes as it is: what is needed, the rest as comments with its default."""
    head = texts.render("cli.config.head", lang, {"file": FILE, "variable": variable("urssaf", "PASSWORD")})
    parts: list[Iterator[str]] = [_comment(head, ""), iter([""])]
    parts += [_table("firm", FirmTable, lang), _table("software", SoftwareTable, lang)]
    parts += [_table("portals.urssaf", PORTALS["urssaf"], lang)]
    parts += [_table("portals.urssaf.line", LineTable, lang, off=True)]
    parts += [_table("portals.jedeclare", PORTALS["jedeclare"], lang, off=True)]
    parts += [_table("portals.jedeclare.addresses", JedeclareAddresses, lang, off=True)]
    parts += [_table("portals.dossier", FolderTable, lang, off=True)]
    parts += [_table("run", RunTable, lang)]
    parts += [_table("notifiers.email", EmailTable, lang, off=True)]
    parts += [_table("notifiers.webhook", WebhookTable, lang, off=True)]
    return "\n".join(chain.from_iterable(parts)).rstrip() + "\n"


def _table(name: str, model: type[Model], lang: str, *, off: bool = False) -> Iterator[str]:
    mark = "# " if off else ""
    yield f"{mark}[{name}]"
    for field_name, field in model.model_fields.items():
        if field.description is None or any(True for _ in models_of(field.annotation)):
            continue  # a table of its own
        yield from _comment(texts.render(field.description, lang), mark)
        value = (field.examples or [None])[0] or toml(field.default)
        optional = "" if field.is_required() or off or _begins(name, field_name) else "# "
        yield f"{mark}{optional}{field.alias or field_name} = {value}"
    yield ""


def _begins(name: str, field: str) -> bool:
    return name == "firm" and field in ("cabinet", "db")


def _comment(text: str, mark: str) -> Iterator[str]:
    for line in wrap(text, WIDTH - 4, break_long_words=False, break_on_hyphens=False):
        yield f"{mark}# {line}"
