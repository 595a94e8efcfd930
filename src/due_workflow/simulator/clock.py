"""The simulator's clock: real time, or what a test says. All instants are aware UTC; nothing here sleeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from due_workflow.simulator.settings import BadSetting


class SimClock:
    """Goes with real time until it is set; a clock that was set stands still until it is advanced or let run again."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._stands: datetime | None = None
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The present instant of the simulator."""
        with self._lock:
            return self._now()

    def set(self, now: datetime) -> None:
        """Stand at `now`.

        Raises:
            BadSetting: it has no time zone.
        """
        if now.tzinfo is None:
            raise BadSetting("clock: an instant with its time zone is expected, as 2026-03-02T10:00:00+01:00")
        with self._lock:
            self._stands = now.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Move on; a running clock goes on running from there."""
        with self._lock:
            if self._stands is None:
                self._ahead += timedelta(seconds=seconds)
            else:
                self._stands += timedelta(seconds=seconds)

    def run(self) -> None:
        """Go on from where it stands."""
        with self._lock:
            if self._stands is not None:
                self._ahead, self._stands = self._stands - datetime.now(UTC), None

    def follow(self, told: Mapping[str, Any]) -> None:
        """Do what a request to ``/simulator/clock`` asks: ``now``, ``advance`` (seconds), ``run``.

        Raises:
            BadSetting: something else, or a value that is none.
        """
        if not isinstance(told, Mapping) or not told or set(told) - {"now", "advance", "run"}:
            raise BadSetting('clock: {"now": "2026-03-02T10:00:00+01:00"}, {"advance": seconds} or {"run": true}')
        try:
            if "now" in told:
                self.set(datetime.fromisoformat(str(told["now"])))
            if "advance" in told:
                self.advance(float(told["advance"]))
        except (ValueError, TypeError, OverflowError):
            raise BadSetting("clock: now is an ISO instant with its zone, advance a number of seconds") from None
        if told.get("run"):
            self.run()

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        with self._lock:
            return {"now": self._now().isoformat(), "stands": self._stands is not None}

    def _now(self) -> datetime:
        return self._stands if self._stands is not None else datetime.now(UTC) + self._ahead
