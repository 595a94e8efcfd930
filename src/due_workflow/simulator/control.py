"""The control API under ``/simulator/``: how a suite in any language reads the ledger and says what goes wrong.

JSON in, JSON out. An unknown name is refused with the known ones, so that a misspelt fault never plays nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from due_workflow.simulator.call import Answer, Call, TooLarge, unfolded
from due_workflow.simulator.drop import MODES
from due_workflow.simulator.faults import FAULTS, Faults, Rule
from due_workflow.simulator.messages import Unusable
from due_workflow.simulator.settings import BadSetting
from due_workflow.texts import render

if TYPE_CHECKING:
    from due_workflow.simulator.stage import Simulator

ROOT = "/simulator"
DEPOT = f"{ROOT}/jedeclare/depot/"


class Control:
    """The addresses under `ROOT`."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._doors: dict[str, dict[str, Callable[[Call], Any]]] = {
            "": {"GET": lambda _: self.simulator.addresses()},
            "/ledger": {"GET": self._ledger},
            "/faults": {"GET": self._faults, "PUT": self._play, "POST": self._add, "DELETE": self._quiet},
            "/outcomes": {"PUT": self._outcomes, "DELETE": lambda _: self._decide([])},
            "/clock": {"GET": lambda _: self.simulator.clock.plain(), "PUT": self._clock, "POST": self._clock},
            "/settings": {"PATCH": self._settings, "PUT": self._settings},
            "/drain": {"POST": self._drain},
            "/scan": {"POST": lambda _: {"taken": [taken.number for taken in self.simulator.scan()]}},
            "/reset": {"POST": self._reset},
        }

    def answer(self, call: Call) -> Answer:
        """Answer one request."""
        door = self._doors.get(call.path.removeprefix(ROOT).rstrip("/"))
        if door is None:
            return _json(404, {"error": f"no such address; see {ROOT}"})
        work = door.get(call.method)
        if work is None:
            return _json(405, {"error": f"{', '.join(door)} is expected here"})
        try:
            return _json(200, work(call))
        except BadSetting as why:
            return _json(400, {"error": str(why)})
        except Exception as error:  # noqa: BLE001 - a fault of the simulator is told as one, not as a cut line
            return _json(500, {"error": f"the simulator failed: {type(error).__name__}"})

    def depot(self, call: Call) -> Answer:
        """Take raw bytes for a jedeclare account, in place of the e-mail or upload that the real one has."""
        account, world = call.path.removeprefix(DEPOT).strip("/"), self.simulator.world
        if call.method != "POST" or not account or world.settings.account("jedeclare", account) is None:
            return _json(
                404 if call.method == "POST" else 405, {"error": "POST to an account of jedeclare is expected"}
            )
        told = call.query.get("mode", "").upper()
        if told and told not in MODES:
            return _json(400, {"error": f"mode: one of {', '.join(MODES)} is expected"})
        if call.fault == "error_in_200":
            return _json(200, {"error": "Probleme technique"})
        try:
            data = unfolded(call.body, world.settings.largest) if call.body[:2] == b"\x1f\x8b" else call.body
            name = call.query.get("filename", f"{hashlib.sha256(data).hexdigest()[:16]}.xml")
            taken = world.take("jedeclare", account, data, call.body, name, MODES.get(told, ""))
        except (Unusable, TooLarge, ValueError) as why:
            return _json(422, {"error": str(why) or "unreadable"})
        told_back = {"number": taken.number, "portal_ref": taken.portal_ref, "mode": taken.mode, "sha256": taken.sha256}
        return replace(_json(200, told_back), taken=taken.number)

    # ---- what can be asked and told

    def _ledger(self, call: Call) -> Any:
        wanted = {name: value for name, value in call.query.items() if value}
        if unknown := set(wanted) - {"portal", "mode", "account", "sha256", "portal_ref"}:
            raise BadSetting(f"ledger: unknown {', '.join(sorted(unknown))}")
        return self.simulator.world.plain(lambda t: all(getattr(t, name) == value for name, value in wanted.items()))

    def _faults(self, _: Call) -> Any:
        table = [
            {"fault": f.name, "portals": f.portals, "at": f.at, "says": render(f"simulator.fault.{f.name}", "en")}
            for f in FAULTS.values()
        ]
        return {**self.simulator.faults.plain(), "known": table}

    def _play(self, call: Call) -> Any:
        self.simulator.play(Faults.of(_object(call)))
        return self.simulator.faults.plain()

    def _add(self, call: Call) -> Any:
        self.simulator.faults.add(Rule.of(_object(call)))
        return self.simulator.faults.plain()

    def _quiet(self, _: Call) -> Any:
        self.simulator.play(Faults())
        return self.simulator.faults.plain()

    def _outcomes(self, call: Call) -> Any:
        told = _read(call)
        return self._decide(told if isinstance(told, list) else [told])

    def _decide(self, rules: list[Any]) -> Any:
        self.simulator.world.decide(rules)
        return {"outcomes": len(rules)}

    def _clock(self, call: Call) -> Any:
        self.simulator.clock.follow(_object(call))
        return self.simulator.clock.plain()

    def _settings(self, call: Call) -> Any:
        world = self.simulator.world
        world.settings = world.settings.changed(_object(call))
        return {"changed": sorted(_object(call))}

    def _drain(self, _: Call) -> Any:
        self.simulator.drain()
        return {"drained": len(self.simulator.world.taken)}

    def _reset(self, _: Call) -> Any:
        self.simulator.reset()
        return {"reset": True}


def _read(call: Call) -> Any:
    try:
        return json.loads(call.body or b"{}")
    except ValueError:
        raise BadSetting("the body is not JSON") from None


def _object(call: Call) -> dict[str, Any]:
    told = _read(call)
    if not isinstance(told, dict):
        raise BadSetting("a JSON object is expected")
    return told


def _json(status: int, document: object) -> Answer:
    return Answer(status, json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n", "application/json")
