"""The OpenTelemetry side of what is told: which provider is set, this library's tracer and its metrics by name.

OpenTelemetry is never imported here: it counts once the host has imported it, as every host does that sets a provider.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

NAME = "due_workflow"
_LOADED = sys.modules
_NOBODY = (None, None)


class Instruments:
    """Tracer and meter of this library, made when first needed."""

    def __init__(self) -> None:
        self.given: tuple[TracerProvider | None, MeterProvider | None] = _NOBODY
        self._tracer: Any = None
        self._meters: Mapping[str, Any] | None = None

    def give(self, tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None) -> None:
        """Take these providers, and forget what was made with others."""
        given = (tracer_provider, meter_provider)
        self.given = _NOBODY if given == _NOBODY else given
        self._tracer = self._meters = None

    def silent(self) -> bool:
        """Whether no provider is set, the quickest way first: every command asks."""
        if self.given is _NOBODY and "opentelemetry.trace" not in _LOADED and "opentelemetry.metrics" not in _LOADED:
            return True
        return self.tracer() is None and self.meters() is None

    def tracer(self) -> Any:
        """The tracer; None while no provider is set."""
        if (
            self._tracer is None
            and (provider := self.given[0] or _set("opentelemetry.trace", "get_tracer_provider")) is not None
        ):
            self._tracer = provider.get_tracer(NAME, _version())
        return self._tracer

    def meters(self) -> Mapping[str, Any] | None:
        """The instruments by name; None while no provider is set."""
        if (
            self._meters is None
            and (provider := self.given[1] or _set("opentelemetry.metrics", "get_meter_provider")) is not None
        ):
            meter = provider.get_meter(NAME, _version())
            self._meters = {
                name: (meter.create_histogram if unit == "s" else meter.create_counter)(
                    f"{NAME}.{name}", unit=unit, description=told
                )
                for name, unit, told in METRICS
            }
        return self._meters


def _set(name: str, getter: str) -> Any:
    """The global provider, once somebody has set one: what the API itself gives before does nothing."""
    api = _LOADED.get(name)
    if api is None:
        return None
    provider = getattr(api, getter)()
    return None if type(provider).__module__.startswith(name) else provider


METRICS = (
    ("commands", "{command}", "Commands, by due.command and due.outcome"),
    ("command.duration", "s", "How long a command took, by due.command and due.outcome"),
    ("conflicts", "{conflict}", "Commits that met another writer and were tried again"),
    ("receipts", "{receipt}", "Receipts taken in, by due.outcome"),
    ("deliveries", "{delivery}", "Notices handed to a notifier, by due.notifier and due.outcome"),
    ("dead_letters", "{notice}", "Notices that became dead letters"),
    ("worker.handled", "{record}", "Records that a worker handled, by due.task"),
)
"""Name, unit and meaning of each metric; names begin with ``due_workflow.``."""
ON = Instruments()


def use(tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None) -> None:
    """Use these OpenTelemetry providers instead of the global ones; None: the global one again.

    A host that sets global providers (or is started by ``opentelemetry-instrument``) need not call this.
    """
    ON.give(tracer_provider, meter_provider)


def _version() -> str:
    from due_workflow import __version__

    return __version__
