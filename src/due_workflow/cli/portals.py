"""The portals of the settings file as objects, and which of them the firm sends by. The only maker of a portal here.

The firm's own facts say by which portal and account it sends (`due-workflow portal`: an epoch of tests hangs on it);
the file says how that portal is reached. Where the two differ nothing is sent, and it is said what to put right.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from due_workflow.cli.session import Session
from due_workflow.cli.settings import (
    FolderTable,
    JedeclareTable,
    LineTable,
    PortalTable,
    SoftwareTable,
    UrssafTable,
)
from due_workflow.cli.settings_secrets import variable
from due_workflow.clients import Software
from due_workflow.errors import InputRefused, Problem
from due_workflow.ports import Portal

if TYPE_CHECKING:
    from due_workflow.adapters._line_settings import LineSettings


def names(table: PortalTable) -> tuple[str, str]:
    """The name and the account by which the records know that portal."""
    return (table.name if isinstance(table, FolderTable) else table.type), str(table.account)


def configured(s: Session, wanted: str | None = None) -> dict[str, Portal]:
    """The portals of the file by their tables' names, or the one asked for.

    Raises:
        InputRefused: none is set up, there is none of that name, or it cannot be made: a secret is missing, a package.
    """
    tables = s.settings.portals
    if not tables:
        raise InputRefused("no_portal_set", program=s.program)
    if wanted is not None:
        tables = {label: t for label, t in tables.items() if wanted in (label, names(t)[0])}
        if not tables:
            raise InputRefused("no_such_portal", name=wanted, known=list(s.settings.portals))
    problems: list[Problem] = []
    made: dict[str, Portal] = {}
    for label, table in tables.items():
        try:
            made[label] = _made(s, label, table)
        except InputRefused as refused:
            problems += refused.problems or (Problem(f"portals.{label}", refused.code, refused.facts),)
        except ModuleNotFoundError as missing:
            facts = {"extra": "http", "module": missing.name}
            problems.append(Problem(f"portals.{label}", "extra_not_installed", facts))
    if problems:
        raise InputRefused(problems=problems)
    return made


def chosen(s: Session) -> tuple[str, PortalTable]:
    """The table of the portal by which the firm sends.

    Raises:
        InputRefused: the firm has chosen none, or another than those that the file sets up.
    """
    tables = s.settings.portals
    if not tables:
        raise InputRefused("no_portal_set", program=s.program)
    known = s.flow.read.cabinet().portal
    there = [" ".join(names(table)) for table in tables.values()]
    if known is None:
        name, account = names(next(iter(tables.values())))
        raise InputRefused("portal_not_chosen", program=s.program, name=name, account=account)
    for label, table in tables.items():
        if names(table) == (known.name, known.account):
            return label, table
    raise InputRefused("portal_differs", chosen=f"{known.name} {known.account}".strip(), known=there, program=s.program)


def _made(s: Session, label: str, table: PortalTable) -> Portal:
    if isinstance(table, FolderTable):
        from due_workflow.adapters.folder import FolderDeposit, FolderPortal, Incoming

        place = s.settings.place
        return FolderPortal(
            table.account,
            deposit=FolderDeposit(_folder(place(table.outgoing), f"{label}.outgoing"), form=table.message),
            incoming=Incoming(_folder(place(table.incoming), f"{label}.incoming"), quiet=table.quiet),
            name=table.name,
            recipient=table.recipient,
            form=table.message,
        )
    if isinstance(table, UrssafTable):
        return _urssaf(s, label, table)
    return _jedeclare(s, label, table)


def _folder(path: Path, place: str) -> Path:
    if not path.is_dir():
        raise InputRefused(problems=[Problem(f"portals.{place}", "config_no_folder", {"path": str(path)})])
    return path


def _urssaf(s: Session, label: str, table: UrssafTable) -> Portal:
    from due_workflow.adapters import urssaf

    names = {"surname": table.surname, "first_name": table.first_name, "password": None}
    problems = [_missing(label, what) for what, known in names.items() if not _given(label, what, known)]
    if problems:
        raise InputRefused(problems=problems)

    def credentials() -> urssaf.UrssafCredentials:
        # asked for when a token is: nothing keeps a password between two of them
        said = {what: _given(label, what, known) for what, known in names.items()}
        return urssaf.UrssafCredentials(**said, siret=str(table.account), service=table.service)

    addresses = table.addresses.model_dump(exclude_none=True)
    return urssaf.UrssafPortal(
        str(table.account),
        credentials,
        form=table.message,
        addresses=urssaf.UrssafAddresses(**addresses),
        line=_line(s, label, table.line, addresses),
        recipient=table.recipient,
        listing=table.listing,
    )


def _jedeclare(s: Session, label: str, table: JedeclareTable) -> Portal:
    from due_workflow.adapters import jedeclare
    from due_workflow.adapters.folder import FolderDeposit

    if not _given(label, "password", None):
        raise InputRefused(problems=[_missing(label, "password")])

    def credentials() -> jedeclare.JedeclareCredentials:
        user = _given(label, "user", table.user) or table.account
        return jedeclare.JedeclareCredentials(user, _given(label, "password", None))

    deposit = None
    if table.outgoing is not None:
        folder = _folder(s.settings.place(table.outgoing), f"{label}.outgoing")
        deposit = FolderDeposit(folder, form=table.message)
    addresses = table.addresses.model_dump(exclude_none=True)
    return jedeclare.JedeclarePortal(
        table.account,
        jedeclare.JedeclareAddresses(**addresses),
        credentials,
        deposit=deposit,
        settings=jedeclare.JedeclareSettings(
            procedures=table.procedures,
            start=table.start,
            account_id=table.account_id or "",
            months=table.months,
            bare_is_none=table.bare_is_none,
        ),
        line=_line(s, label, table.line, addresses),
        form=table.message,
        recipient=table.recipient,
    )


def _given(label: str, what: str, known: str | None) -> str:
    """What a portal is told of the firm: from the environment, else from the file. A password is taken as it is."""
    said = os.environ.get(variable(label, what.upper()), "")
    return (said if what == "password" and said.strip() else said.strip()) or known or ""


def _missing(label: str, what: str) -> Problem:
    name = variable(label, what.upper())
    use = "secret.portal" if what == "password" else f"urssaf.{what}"
    return Problem(name, "secret_missing", {"use": use, "portal": label})


def _line(s: Session, label: str, table: LineTable, addresses: Mapping[str, str]) -> LineSettings:
    """The line as the file says, told who sends: the file's software, else the firm's."""
    from due_workflow.adapters._line_settings import LineSettings

    told: dict[str, Any] = table.model_dump(exclude_none=True)
    if table.ca_file is not None:
        told["ca_file"] = str(s.settings.place(table.ca_file))
    if proxy := _given(label, "proxy", table.proxy):
        told["proxy"] = proxy
    if any(address.startswith("http://") for address in addresses.values()):
        told["allow_http"] = True  # the line itself sees that it is this machine's loopback
    if (software := software_of(s)) is not None:
        told |= {"software": software.product, "version": software.version, "editor": software.editor}
    return LineSettings(**told)


def software_of(s: Session) -> SoftwareTable | Software | None:
    """Who sends: as the file says, else as the firm noted."""
    return s.settings.software or s.flow.read.cabinet().software
