"""A simulator for each test: ``pytest_plugins = ["due_workflow.simulator.fixture"]`` in a conftest.

Or import both names. Override `simulator_settings` where the default settings do not fit.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from due_workflow.simulator.settings import Settings
from due_workflow.simulator.stage import Simulator


@pytest.fixture
def simulator_settings() -> Settings:
    """The settings of `simulator`."""
    return Settings()


@pytest.fixture
def simulator(simulator_settings: Settings) -> Iterator[Simulator]:
    """A fresh simulator on a free port of this machine."""
    with Simulator(simulator_settings) as running:
        yield running
