"""`python -m due_workflow.simulator`: the simulator as a process of its own, where the extra `cli` is not installed.

Its first line on standard output is one JSON object, the addresses; it then stays until Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from due_workflow.identifiers import shown
from due_workflow.simulator.faults import Faults
from due_workflow.simulator.settings import BadSetting, Settings
from due_workflow.simulator.stage import Simulator
from due_workflow.texts import render


def main(args: list[str] | None = None) -> int:
    """Run it and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m due_workflow.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (0: a free one)")
    parser.add_argument("--drop", type=Path, help="the folder in which files for jedeclare are left")
    parser.add_argument("--account", default="cabinet", help="the account of these files: who collects logs in so")
    parser.add_argument("--settings", type=Path, help="a JSON file of settings")
    parser.add_argument("--faults", type=Path, help="a JSON file of faults")
    told = parser.parse_args(args)
    try:
        settings = Settings.of(json.loads(told.settings.read_bytes())) if told.settings else Settings()
        faults = Faults.of(json.loads(told.faults.read_bytes())) if told.faults else Faults()
        given: dict[str, Any] = {"drop": told.drop, "drop_account": told.account, "unlisted": _say_unlisted}
        with Simulator(settings, faults=faults, port=told.port, **given) as simulator:
            sys.stdout.write(json.dumps(simulator.addresses()) + "\n")
            sys.stdout.flush()
            simulator.serve()
    except (BadSetting, OSError, ValueError, OverflowError) as why:
        sys.stderr.write(f"{why}\n")
        return 2
    return 0


def _say_unlisted(account: str, count: int, other: str) -> None:
    told = render("cli.simulator.unlisted", "en", {"account": shown(account), "count": count, "other": shown(other)})
    sys.stderr.write(f"{told}\n")


if __name__ == "__main__":
    raise SystemExit(main())
