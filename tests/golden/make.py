"""Makes the golden database of the present record schema: `python tests/golden/make.py`.

One is committed for each schema that was ever released and must open for ever: run this only when the schema number
changes, and never overwrite a file that was released.
"""

from __future__ import annotations

import random
import secrets
from datetime import date, timedelta
from pathlib import Path

from due_workflow import DueWorkflow, Mode, Outcome, Unreadable, Worker
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.receipts import Verdict
from due_workflow.records import SCHEMA
from due_workflow.testing import FixedClock, RecordingNotifier, ScriptedPortal, Step
from due_workflow.testing import factories as make

HERE = Path(__file__).parent


def story(path: Path) -> None:
    """Write a small firm with every kind of record and a variety of states."""
    storage, clock = SqliteStorage(path), FixedClock(make.NOW)
    portal = ScriptedPortal("jedeclare", "cab", clock=clock)
    flow = DueWorkflow(storage, cabinet="golden", portals=[portal], clock=clock)
    flow.set_software("Éditeur", "Paie", "1.0", by="camille", key="software")
    flow.set_portal("jedeclare", "cab", by="camille")
    for n in (1, 2, 3):
        flow.add_client(make.client(n), by="camille")
    for n in (1, 2):
        flow.select(make.siren(n))
        flow.request_mandate(make.siren(n))
    flow.sign_mandate(make.siren(1), make.mandate(ends_on=date(2030, 1, 1)))
    accepted, refused, unsent = (flow.prepare(make.declaration(f"G-{n}"), by="camille") for n in (1, 2, 3))
    flow.mark_sent([accepted.id], ref="A1")
    flow.receive(make.ads("A1", account="cab", raw=b"<avisDepotSigne/>"))
    flow.receive(make.acs("A1", account="cab"))
    flow.receive(make.ars("A1", account="cab", at=make.NOW + timedelta(hours=2), raw=b"<avisReceptionSigne/>"))
    flow.mark_sent([refused.id], ref="A2")
    flow.receive(make.acs("A2", Outcome.REJECTED, account="cab"))
    flow.renew(refused.id, None, "rejeté par le portail")
    flow.go_live(make.siren(1), by="camille")
    real = flow.prepare("G-1", Mode.REAL)
    portal.script(Step.SILENT, Step.BREAK_AFTER)
    flow.send([real.id], by="camille")
    doubtful = flow.prepare("G-2", Mode.REAL)
    flow.send([doubtful.id])
    late = flow.prepare("G-3", Mode.REAL)
    flow.release([late.id], by="camille")
    flow.abandon(unsent.id, "inutile")
    flow.receive(make.ars("UNKNOWN", account="cab"))
    flow.receive(Unreadable(raw=b"\x00", account="cab", why="unknown_format"))
    two = [flow.prepare(make.declaration(f"P-{n}"), Mode.TEST) for n in (1, 2)]
    flow.mark_sent([sub.id for sub in two], ref="A3")
    verdicts = (Verdict(outcome="accepted"), Verdict(outcome="rejected", message="Code URSSAF invalide"))
    waits = flow.receive(make.ars("A3", account="cab", verdicts=verdicts))
    flow.attach(waits.receipt, {two[0].id: "accepted", two[1].id: "rejected"}, by="camille")
    flow.register(make.declaration("P-3", start=make.NOW + timedelta(days=40)))
    flow.declared_elsewhere("P-3", make.NOW, "récépissé net-entreprises")
    clock.advance(timedelta(days=10))
    Worker(storage, flow_for=lambda _: flow, notifiers=[RecordingNotifier()], clock=clock).tick()
    assert flow.read.verify_journal().sound
    storage.close()


def main() -> None:
    """Write the file of this schema."""
    numbers = random.Random(20261123)
    secrets.token_hex = lambda n=32: f"{numbers.getrandbits(8 * n):0{2 * n}x}"  # type: ignore[assignment,misc]
    path = HERE / f"schema-{SCHEMA}.sqlite"
    path.unlink(missing_ok=True)
    story(path)
    print(path.name, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
