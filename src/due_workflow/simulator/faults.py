"""What goes wrong, and when: a table of faults, explicit rules that come first, then rates drawn from a seed.

A draw depends on the seed, the fault's name and what it is about (a deposit's own bytes, which listing it is),
never on the order in which threads arrive: the same seed plays the same script again. Nothing here plays a fault.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from due_workflow.simulator.settings import PORTALS, BadSetting, Told

ENDPOINTS = ("auth", "deposit", "list", "fetch", "files")


class Fault(NamedTuple):
    """One kind of fault: at which portals and endpoints ("receipt": what becomes of a taken deposit's pieces).

    What it does stands in the catalogue, `simulator.fault.<name>`.
    """

    name: str
    portals: tuple[str, ...]
    at: tuple[str, ...]


_ALL, _URSSAF, _JDC = PORTALS, ("urssaf",), ("jedeclare",)
_ANY, _SOAP = ENDPOINTS, ("list", "fetch")
_RECEIPT = ("receipt",)

FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("cut_early", _ALL, _ANY),
        Fault("cut_before", _ALL, _ANY),
        Fault("cut_after", _ALL, _ANY),
        Fault("cut_midway", _ALL, _ANY),
        Fault("error", _ALL, _ANY),
        Fault("error_500", _ALL, _ANY),
        Fault("error_503", _ALL, _ANY),
        Fault("error_429", _ALL, _ANY),
        Fault("token_expired", _URSSAF, ("deposit", "list", "fetch")),
        Fault("error_in_200", _ALL, ("deposit", *_SOAP)),
        Fault("soap_fault", _JDC, _SOAP),
        Fault("slow", _ALL, _ANY),
        Fault("slow_bytes", _ALL, _ANY),
        Fault("wrong_mode", _URSSAF, ("deposit",)),
        Fault("no_ads", _URSSAF, ("deposit",)),
        Fault("redirect", _ALL, _ANY),
        Fault("huge", _ALL, _ANY),
        Fault("bomb", _ALL, _ANY),
        Fault("endless", _ALL, _ANY),
        Fault("wrong_type", _ALL, _ANY),
        Fault("foreign_url", _URSSAF, ("list",)),
        Fault("late", _ALL, _RECEIPT),
        Fault("twice", _ALL, _RECEIPT),
        Fault("out_of_order", _ALL, _RECEIPT),
        Fault("lost_ads", _JDC, _RECEIPT),
        Fault("lost", _ALL, _RECEIPT),
        Fault("lost_forever", _ALL, _RECEIPT),
        Fault("contradictory", _ALL, _RECEIPT),
        Fault("no_return", _JDC, _RECEIPT),
        Fault("restated", _JDC, _RECEIPT),
        Fault("overwritten", _URSSAF, _RECEIPT),
        Fault("wrong_mode_return", _URSSAF, _RECEIPT),
        Fault("taken_by_other", _JDC, _RECEIPT),
    )
}
"""Every fault by its name. One line fault at most plays on a request, any number of receipt faults on a deposit."""


@dataclass(frozen=True, slots=True)
class Rule(Told):
    """One explicit fault.

    Attributes:
        fault: its name in `FAULTS`.
        portal: only there.
        at: only at this endpoint ("auth", "deposit", "list", "fetch", "files").
        after: how many matching requests (or deposits) go well before.
        times: how many it then plays on; 0: all of them.
        sha256: only on the message of this SHA-256.
        siret: only on messages that name this SIRET.
        seconds: for `slow`, `slow_bytes` and `error_429`, instead of the setting.
        status: for `error`, its HTTP status.
    """

    fault: str
    portal: str = ""
    at: str = ""
    after: int = 0
    times: int = 1
    sha256: str = ""
    siret: str = ""
    seconds: float | None = None
    status: int = 500

    def __post_init__(self) -> None:
        known = FAULTS.get(self.fault)
        if known is None:
            raise BadSetting(f"Rule.fault: unknown; known: {', '.join(FAULTS)}")
        if self.portal and self.portal not in known.portals:
            raise BadSetting(f"Rule.portal: {self.fault} plays at {', '.join(known.portals)}")
        if self.at and self.at not in known.at:
            raise BadSetting(f"Rule.at: {self.fault} plays at {', '.join(known.at)}")
        if not isinstance(self.status, int) or not 400 <= self.status <= 599:
            raise BadSetting("Rule.status: an HTTP status from 400 to 599 is expected")


class Played(NamedTuple):
    """A fault that plays now."""

    name: str
    seconds: float | None = None
    status: int = 500


@dataclass
class Faults:
    """The script: `rules` first, in order, then `rates` (by the fault's name, 0 to 1) drawn from `seed`.

    Raises:
        BadSetting: an unknown fault, or a rate that is none.
    """

    seed: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)
    rules: Sequence[Rule] = ()

    def __post_init__(self) -> None:
        self.rates, self.rules = dict(self.rates), list(self.rules)
        for name, rate in self.rates.items():
            if name not in FAULTS:
                raise BadSetting(f"Faults.rates: unknown {name}; known: {', '.join(FAULTS)}")
            if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
                raise BadSetting(f"Faults.rates.{name}: a number from 0 to 1 is expected")
        self._seen: Counter[str] = Counter()
        self._met = [0] * len(self.rules)
        self._lock = Lock()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Faults:
        """Read from JSON: ``{"seed": 7, "rates": {"cut_after": 0.1}, "rules": [{"fault": "slow", "at": "list"}]}``.

        Raises:
            BadSetting: something else.
        """
        if not isinstance(told, Mapping) or (unknown := set(map(str, told)) - {"seed", "rates", "rules"}):
            raise BadSetting("faults: seed, rates and rules are expected" + (f", not {unknown}" if told else ""))
        seed, rates, rules = told.get("seed", 0), told.get("rates", {}), told.get("rules", [])
        if not isinstance(seed, int) or not isinstance(rates, Mapping) or not isinstance(rules, list):
            raise BadSetting("faults: seed is a number, rates an object, rules a list")
        return cls(seed, rates, [Rule.of(rule) for rule in rules])

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        rules = [asdict(rule) for rule in self.rules]
        return {"seed": self.seed, "rates": dict(self.rates), "rules": rules}

    def add(self, rule: Rule) -> None:
        """One more rule, after those that are there."""
        with self._lock:
            self.rules = [*self.rules, rule]
            self._met.append(0)

    def early(self, portal: str, at: str) -> Played | None:
        """Whether the line is cut before a request is read; what is in the message cannot matter yet."""
        found = self._ruled("cut_early", portal, at, "", b"")
        if found is None and self._rate("cut_early"):
            about = f"{portal}/{at}/early"
            with self._lock:
                self._seen[about] += 1
                about = f"{about}/{self._seen[about]}"
            found = self._drawn("cut_early", about)
        return found

    def line(self, portal: str, at: str, sha256: str = "", message: bytes = b"") -> Played | None:
        """The fault that plays on this request, if any."""
        with self._lock:
            about = f"{portal}/{at}/{sha256}"
            self._seen[about] += 1
            about = f"{about}/{self._seen[about]}"
        names = [f.name for f in FAULTS.values() if portal in f.portals and at in f.at and f.name != "cut_early"]
        for name in names:
            if (found := self._ruled(name, portal, at, sha256, message)) is not None:
                return found
        drawn = (self._drawn(name, about) for name in names)
        return next((found for found in drawn if found is not None), None)

    def receipts(self, portal: str, sha256: str, times: int, message: bytes) -> frozenset[str]:
        """The faults of the pieces of a deposit taken for the `times`-th time."""
        found = set()
        for fault in FAULTS.values():
            if fault.at != _RECEIPT or portal not in fault.portals:
                continue
            ruled = self._ruled(fault.name, portal, "receipt", sha256, message)
            if ruled or self._drawn(fault.name, f"{portal}/{sha256}/{times}"):
                found.add(fault.name)
        return frozenset(found)

    def _rate(self, name: str) -> float:
        return self.rates.get(name, 0.0)

    def _drawn(self, name: str, about: str) -> Played | None:
        rate = self._rate(name)
        if not rate:
            return None
        drawn = int.from_bytes(hashlib.sha256(f"{self.seed}|{name}|{about}".encode()).digest()[:8]) / 2**64
        return Played(name) if drawn < rate else None

    def _ruled(self, name: str, portal: str, at: str, sha256: str, message: bytes) -> Played | None:
        with self._lock:
            for place, rule in enumerate(self.rules):
                if rule.fault != name or rule.portal not in ("", portal) or rule.at not in ("", at):
                    continue
                if rule.sha256 not in ("", sha256) or rule.siret.encode() not in message:
                    continue
                self._met[place] += 1
                turn = self._met[place] - rule.after
                if turn >= 1 and (not rule.times or turn <= rule.times):
                    return Played(name, rule.seconds, rule.status)
        return None
