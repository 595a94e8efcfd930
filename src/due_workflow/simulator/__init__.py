"""A portal to practise against: the API DPAE of the URSSAF and jedeclare over real HTTP on this machine alone.

    with Simulator() as sim:
        sim.at_urssaf, sim.at_jedeclare  # the addresses that a client is given instead of the real ones
        sim.next("cut_after", at="deposit")  # what goes wrong
        sim.ledger  # what was truly taken

It checks what it gets by tables of its own, keeps test and real apart, and declares nothing to anybody. Extra `avis`
(lxml). As a command: `due-workflow simulator`; as a pytest fixture: `due_workflow.simulator.fixture`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from due_workflow.simulator.clock import SimClock
    from due_workflow.simulator.faults import FAULTS, Faults, Rule
    from due_workflow.simulator.ledger import Taken
    from due_workflow.simulator.settings import PASSWORD, Account, BadSetting, ClientFile, Delays, Settings
    from due_workflow.simulator.stage import Simulator
    from due_workflow.simulator.world import Outcome

# Where each name lives; it is imported at its first use, so that a command's --help needs neither HTTP nor XML.
_ROOMS = {
    "FAULTS": "faults",
    "PASSWORD": "settings",
    "Account": "settings",
    "BadSetting": "settings",
    "ClientFile": "settings",
    "Delays": "settings",
    "Faults": "faults",
    "Outcome": "world",
    "Rule": "faults",
    "Settings": "settings",
    "SimClock": "clock",
    "Simulator": "stage",
    "Taken": "ledger",
}


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS})


__all__ = [
    "FAULTS",
    "PASSWORD",
    "Account",
    "BadSetting",
    "ClientFile",
    "Delays",
    "Faults",
    "Outcome",
    "Rule",
    "Settings",
    "SimClock",
    "Simulator",
    "Taken",
]
