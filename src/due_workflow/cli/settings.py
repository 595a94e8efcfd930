"""What `due-workflow.toml` may say, as models: a firm's own, once and for all, for the command line.

Each setting's meaning stands in the catalogue (`setting.<table>.<name>`): the errors, the starting file and the
reference page are made of it. No secret has a place here: those come from the environment (`settings_secrets`). How the
file is read, and how mistakes are told, is in `settings_file`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from due_workflow.base import Day, Line, Model, Reference
from due_workflow.clients import Account
from due_workflow.identifiers import Siret
from due_workflow.message import STANDARD, MessageFormat
from due_workflow.policy import Policy
from due_workflow.rounds import Task


def told(key: str, default: Any = ..., *, sample: str = "", **limits: Any) -> Any:
    """A setting whose meaning is `setting.<key>` of the catalogue; `sample` shows a value, as TOML."""
    return Field(default, description=f"setting.{key}", examples=[sample] if sample else None, **limits)


Seconds = Annotated[float, Field(gt=0, le=3600)]


class FirmTable(Model):
    """`[firm]`."""

    cabinet: Reference | None = told("firm.cabinet", None, sample='"cabinet"')
    db: Line | None = told("firm.db", None, sample='"due.sqlite"')
    language: Literal["fr", "en"] | None = told("firm.language", None, sample='"fr"')


class SoftwareTable(Model):
    """`[software]`."""

    editor: Line = told("software.editor", sample='"Éditeur Exemple"')
    product: Line = told("software.product", sample='"Paie Exemple"')
    version: Line = told("software.version", sample='"12.4"')


class LineTable(Model):
    """`[portals.<name>.line]`: the HTTP line to a portal; what is absent is the line's own default."""

    connect: Seconds | None = told("line.connect", None, sample="10")
    read: Seconds | None = told("line.read", None, sample="30")
    deadline: Seconds | None = told("line.deadline", None, sample="120")
    largest: Annotated[int, Field(gt=0)] | None = told("line.largest", None, sample="20971520")
    proxy: Line | None = told("line.proxy", None, sample='"http://proxy.cabinet.example:3128"')
    ca_file: Line | None = told("line.ca_file", None, sample='"autorites.pem"')
    hosts: tuple[Line, ...] = told("line.hosts", (), sample='["retours.portail.example"]')


class UrssafAddresses(Model):
    """`[portals.<name>.addresses]` of the URSSAF; what is absent is its own."""

    authenticate: Line | None = told("urssaf.authenticate", None, sample='"https://mon.urssaf.fr/authentifier_dpae"')
    deposit: Line | None = told("urssaf.deposit", None, sample='"https://depot.dpae-edi.urssaf.fr/deposer-dsn/1.0/"')
    returns: Line | None = told(
        "urssaf.returns", None, sample='"https://consultation.dpae-edi.urssaf.fr/lister-retours-flux/2.0/"'
    )


class JedeclareAddresses(Model):
    """`[portals.<name>.addresses]` of jedeclare."""

    collection: Line = told(
        "jedeclare.collection", sample='"https://portail.example/webservices/wspid_spring/CommunicationV2Service/"'
    )
    files: Line | None = told("jedeclare.files", None, sample='"https://portail.example/webservice/gestion/compte/"')


class _PortalTable(Model):
    """What `[portals.<name>]` has in common.

    Attributes:
        by_number: answers are asked for by a deposit's number alone: without one there is nothing to ask for.
        looks_up: of a deposit in doubt the portal may say whether it has it; else only a person can look.
    """

    by_number: ClassVar[bool] = False
    looks_up: ClassVar[bool] = True


class UrssafTable(_PortalTable):
    """`[portals.<name>]`, `type = "urssaf"`: the API DPAE, deposit and returns over HTTP."""

    by_number: ClassVar[bool] = True
    looks_up: ClassVar[bool] = False
    type: Literal["urssaf"] = told("portal.type", sample='"urssaf"')
    account: Siret = told("urssaf.account", sample='"73282932000074"')
    surname: Line | None = told("urssaf.surname", None, sample='"MARTIN"')
    first_name: Line | None = told("urssaf.first_name", None, sample='"CAMILLE"')
    service: Literal["25", "98"] = told("urssaf.service", "25")
    recipient: Line = told("portal.recipient", "URSSAF")
    listing: Seconds = told("urssaf.listing", 300.0)
    addresses: UrssafAddresses = told("urssaf.addresses", UrssafAddresses())
    message: MessageFormat = told("portal.message", STANDARD)
    line: LineTable = told("portal.line", LineTable())


class JedeclareTable(_PortalTable):
    """`[portals.<name>]`, `type = "jedeclare"`: files are left in a folder, receipts are collected over HTTP."""

    type: Literal["jedeclare"] = told("portal.type", sample='"jedeclare"')
    account: Account = told("jedeclare.account", sample='"CABINET-01"')
    user: Line | None = told("jedeclare.user", None, sample='"CABINET-01"')
    outgoing: Line | None = told("folder.outgoing", None, sample='"jedeclare/envoi"')
    procedures: Annotated[tuple[Line, ...], Field(min_length=1)] = told("jedeclare.procedures", ("DUE",))
    start: Day | None = told("jedeclare.start", None, sample="2026-01-01")
    account_id: Line | None = told("jedeclare.account_id", None, sample='"4711"')
    recipient: Line = told("portal.recipient", "CIRSO")
    months: Annotated[int, Field(ge=1, le=18)] = told("jedeclare.months", 18)
    bare_is_none: bool = told("jedeclare.bare_is_none", True)
    addresses: JedeclareAddresses = told("jedeclare.addresses")
    message: MessageFormat = told("portal.message", STANDARD)
    line: LineTable = told("portal.line", LineTable())


class FolderTable(_PortalTable):
    """`[portals.<name>]`, `type = "folder"`: files out into one folder, receipts in from another."""

    type: Literal["folder"] = told("portal.type", sample='"folder"')
    name: Line = told("folder.name", "jedeclare")
    account: Account = told("folder.account", sample='"CABINET-02"')
    outgoing: Line = told("folder.outgoing", sample='"jedeclare/envoi"')
    incoming: Line = told("folder.incoming", sample='"jedeclare/avis"')
    quiet: Annotated[float, Field(ge=0, le=3600)] = told("folder.quiet", 2.0)
    recipient: Line = told("portal.recipient", "CIRSO")
    message: MessageFormat = told("portal.message", STANDARD)


class RunTable(Model):
    """`[run]`."""

    every: Annotated[float, Field(ge=0.1)] = told("run.every", 15.0)
    limit: Annotated[int, Field(ge=1)] = told("run.limit", 100)
    tasks: tuple[Task, ...] = told("run.tasks", tuple(Task))


class EmailTable(Model):
    """`[notifiers.email]`."""

    url: Line = told("email.url", sample='"smtp://due@mail.cabinet.example:587"')
    sender: Line = told("email.from", sample='"DUE <due@cabinet.example>"', alias="from")
    to: tuple[Line, ...] = told("email.to", sample='["paie@cabinet.example"]')
    collaborators: Mapping[str, Line] = told(
        "email.collaborators", {}, sample='{ "Camille Martin" = "camille@cabinet.example" }'
    )


class WebhookTable(Model):
    """`[notifiers.webhook]`."""

    url: Line = told("webhook.url", sample='"https://logiciel.example/due"')
    allow: tuple[Literal["private", "http"], ...] = told("webhook.allow", ())


class AppriseTable(Model):
    """`[notifiers.apprise]`: it stands there, or does not; its addresses hold secrets."""


class LogTable(Model):
    """`[notifiers.log]`: it stands there, or does not."""


class NotifiersTable(Model):
    """`[notifiers]`."""

    email: EmailTable | None = told("notifiers.email", None)
    webhook: WebhookTable | None = told("notifiers.webhook", None)
    apprise: AppriseTable | None = told("notifiers.apprise", None)
    log: LogTable | None = told("notifiers.log", None)

    def environment(self) -> dict[str, str]:
        """The same in the variables that `notifiers_from_env` reads; no secret is among them."""
        said: dict[str, str] = {}
        if self.email is not None:
            people = ", ".join(f"{who}={box}" for who, box in self.email.collaborators.items())
            said |= {"DUE_SMTP_URL": self.email.url, "DUE_MAIL_FROM": self.email.sender}
            said |= {"DUE_MAIL_TO": ", ".join(self.email.to), "DUE_MAIL_COLLABORATORS": people}
        if self.webhook is not None:
            said |= {"DUE_WEBHOOK_URL": self.webhook.url, "DUE_WEBHOOK_ALLOW": " ".join(self.webhook.allow)}
        return said


PortalTable = UrssafTable | JedeclareTable | FolderTable
PORTALS: dict[str, type[UrssafTable] | type[JedeclareTable] | type[FolderTable]] = {
    "urssaf": UrssafTable,
    "jedeclare": JedeclareTable,
    "folder": FolderTable,
}
TABLES: dict[str, type[Model]] = {
    "firm": FirmTable,
    "software": SoftwareTable,
    "policy": Policy,
    "run": RunTable,
    "notifiers": NotifiersTable,
}
"""The tables of the file, less the portals, each of which has a name of the firm's own."""


class Settings(Model):
    """The whole file, read and found good; without a file, the defaults."""

    firm: FirmTable = FirmTable()
    software: SoftwareTable | None = None
    policy: Policy = Policy()
    portals: Mapping[str, PortalTable] = {}
    run: RunTable = RunTable()
    notifiers: NotifiersTable = NotifiersTable()
    path: Path | None = None

    def place(self, written: str) -> Path:
        """A path of the file: relative to the folder that the file is in."""
        return self.path.parent / written if self.path is not None else Path(written)


def toml(value: Any) -> str:
    """A default as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (tuple, list, frozenset)):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'"{key}" = {toml(item)}' for key, item in value.items()) + " }" if value else "{}"
    return f'"{value}"'
