"""The command `simulator`: a portal to practise against, on this machine alone, until told to stop.

It opens no database and knows no firm: what it takes is forgotten when it ends.
"""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from due_workflow.cli import views
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command, hushed
from due_workflow.cli.window import a_path, app
from due_workflow.simulator.faults import FAULTS, Faults
from due_workflow.simulator.settings import LOOPBACK, PASSWORD, BadSetting, Settings

if TYPE_CHECKING:
    from due_workflow.simulator.stage import Simulator

T = TypeVar("T", Settings, Faults)


@command(app, "simulator", "start")
def simulator(
    s: Session,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, metavar="N", help="cli.opt.sim_port")] = 0,
    host: Annotated[str, typer.Option("--host", metavar="IP", help="cli.opt.sim_host")] = "127.0.0.1",
    drop: Annotated[
        Path | None, typer.Option("--drop", parser=a_path, metavar="cli.meta.path", help="cli.opt.sim_drop")
    ] = None,
    account: Annotated[str, typer.Option("--account", metavar="cli.meta.name", help="cli.opt.sim_account")] = "cabinet",
    rate: Annotated[list[str] | None, typer.Option("--rate", metavar="cli.meta.rate", help="cli.opt.sim_rate")] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="cli.opt.sim_seed")] = 0,
    faults: Annotated[
        Path | None, typer.Option("--faults", parser=a_path, metavar="cli.meta.path", help="cli.opt.sim_faults")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", parser=a_path, metavar="cli.meta.path", help="cli.opt.sim_settings")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--for", min=0, metavar="cli.meta.seconds", help="cli.opt.sim_for")
    ] = None,
    every_fault: Annotated[bool, typer.Option("--list", help="cli.opt.sim_list")] = False,
) -> None:
    """Listen, say where, and stay; or show the faults."""
    if every_fault:
        _listed(s)
        return
    from due_workflow.simulator.stage import Simulator  # HTTP and XML, which no other command needs

    if host not in LOOPBACK:
        raise Usage("sim_host", value=hushed(host))
    if drop is not None and not drop.is_dir():
        raise Usage("sim_drop", path=drop)
    try:
        script = _read(faults, "--faults", Faults.of) if faults else Faults(seed, _rates(rate or ()))
        kept = _read(settings, "--settings", Settings.of) if settings else Settings()
        there = Simulator(
            kept,
            faults=script,
            drop=drop,
            drop_account=account,
            unlisted=partial(_unlisted, s),
            host=host,
            port=port,
        )
    except BadSetting as why:
        raise Usage("sim_setting", why=why) from None
    try:
        there.start()
    except OSError as why:
        if why.errno != errno.EADDRINUSE:
            raise
        raise Usage("sim_port", port=port) from None
    with closing(there):
        _announce(s, there)
        there.serve(seconds)
    ledger = there.ledger
    double = len(ledger["doubles"]["deposits"])
    s.data |= {"taken": len(ledger["deposits"]), "double": double}
    s.say("cli.simulator.ended", count=len(ledger["deposits"]), double=double)


def _announce(s: Session, there: Simulator) -> None:
    found = there.addresses()
    dropped = {} if there.drop is None else {"folder": str(there.drop.folder), "account": there.drop.account}
    s.line({**found, "password": PASSWORD} | ({"drop": dropped} if dropped else {}))
    s.say("cli.simulator.listening", "bold", url=there.url)
    for portal in ("urssaf", "jedeclare"):
        s.say(f"cli.simulator.{portal}")
        for what, url in found[portal].items():
            s.say("cli.simulator.address", what=s.text(f"cli.simulator.what.{what}"), url=url)
    s.say("cli.simulator.at", what=s.text("cli.simulator.control"), url=found["simulator"])
    if not there.settings.accounts:
        s.say("cli.simulator.password", password=PASSWORD)
    if dropped:
        s.say("cli.simulator.drop", path=dropped["folder"], account=hushed(dropped["account"]))
    s.say("cli.simulator.nothing_real")
    sys.stdout.flush()  # whoever started this waits for the addresses


def _unlisted(s: Session, account: str, count: int, other: str) -> None:
    """Said on standard error at once, with --json too, whose last line comes when all is over."""
    s.err.say("cli.simulator.unlisted", "yellow", account=hushed(account), count=count, other=hushed(other))


def _listed(s: Session) -> None:
    shown = views.table(s.lang, "fault!", "portals", "plays_at", "does")
    for fault in FAULTS.values():
        does = s.text(f"simulator.fault.{fault.name}")
        shown.row(fault.name, ", ".join(fault.portals), ", ".join(fault.at), does)
        s.add("faults", {"fault": fault.name, "portals": fault.portals, "at": fault.at, "says": does})
    s.show(shown)


def _rates(told: Sequence[str]) -> dict[str, float]:
    rates = {}
    for each in told:
        name, _, value = each.partition("=")
        try:
            rates[name.strip()] = float(value)
        except ValueError:
            raise Usage("sim_rate", value=each) from None
        if name.strip() not in FAULTS or not 0 <= rates[name.strip()] <= 1:
            raise Usage("sim_rate", value=each)
    return rates


def _read(path: Path, option: str, of: Callable[[dict[str, object]], T]) -> T:
    try:
        told = json.loads(path.read_bytes())
    except ValueError:
        raise Usage("sim_json", option=option) from None
    if not isinstance(told, dict):
        raise Usage("sim_json", option=option)
    return of(told)
