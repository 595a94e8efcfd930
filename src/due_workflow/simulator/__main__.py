"""`python -m due_workflow.simulator`: the simulator as a process of its own, where the extra `cli` is not installed.

Its first line on standard output is one JSON object, the addresses; it then stays until Ctrl-C or SIGTERM.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from due_workflow.simulator.faults import Faults
from due_workflow.simulator.settings import BadSetting, Settings
from due_workflow.simulator.stage import Simulator


def main(args: list[str] | None = None) -> int:
    """Run it and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m due_workflow.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port to listen on (0: a free one)")
    parser.add_argument("--drop", type=Path, help="the folder in which files for jedeclare are left")
    parser.add_argument("--settings", type=Path, help="a JSON file of settings")
    parser.add_argument("--faults", type=Path, help="a JSON file of faults")
    told = parser.parse_args(args)
    try:
        settings = Settings.of(json.loads(told.settings.read_bytes())) if told.settings else Settings()
        faults = Faults.of(json.loads(told.faults.read_bytes())) if told.faults else Faults()
        with Simulator(settings, faults=faults, drop=told.drop, port=told.port) as simulator:
            sys.stdout.write(json.dumps(simulator.addresses()) + "\n")
            sys.stdout.flush()
            simulator.serve()
    except (BadSetting, OSError, ValueError, OverflowError) as why:
        sys.stderr.write(f"{why}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
