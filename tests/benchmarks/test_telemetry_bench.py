"""What a command pays for being observable while nobody observes it: OpenTelemetry absent, loggers quiet."""

from __future__ import annotations

import subprocess
import sys

ALLOWED = 1e-6
"""Seconds a command. It is measured beside the same method undecorated, in a process that never had OpenTelemetry."""
SCRIPT = """
import timeit
from due_workflow import telemetry

class Plain:
    cabinet = "cabinet"
    def command(self, value, *, by="", key=""):
        return None

@telemetry.observed
class Observed(Plain):
    def command(self, value, *, by="", key=""):
        return None

plain, observed, n = Plain(), Observed(), 100_000
def best(call):
    return min(timeit.repeat(call, number=n, repeat=9)) / n
print(best(lambda: observed.command(1, by="x")) - best(lambda: plain.command(1, by="x")))
"""


def test_a_command_that_nobody_observes_pays_less_than_a_microsecond() -> None:
    absent = "import sys\nsys.modules['opentelemetry'] = None\n"
    cost = {}
    for name, before in (
        ("absent", absent),
        ("API without a provider", "import opentelemetry.trace, opentelemetry.metrics"),
    ):
        done = subprocess.run([sys.executable, "-c", f"{before}\n{SCRIPT}"], check=True, capture_output=True, text=True)
        cost[name] = float(done.stdout)
        print(f"\nOpenTelemetry {name}: {cost[name] * 1e9:.0f} ns a command")
    assert cost["absent"] <= ALLOWED
