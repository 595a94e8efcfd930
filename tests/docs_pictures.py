"""The pictures of the docs, made by the library from a story of fixed days: ``python tests/docs_pictures.py``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from due_workflow import Outcome, Verdict, pictures
from due_workflow.machine import CLIENT, SUBMISSION
from due_workflow.rollout import Mark, StepKey, plan
from due_workflow.shapes import Picture
from due_workflow.testing import factories as f
from stories import Firm

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"


def story() -> Firm:
    """A hire whose sending was in doubt, was found at the portal, and was rejected in the end."""
    firm = Firm().opened()
    firm.live()
    sub = firm.real("E-0001")
    firm.flow.begin_send([sub.id])
    firm.move(minutes=11)
    firm.worker().tick()
    firm.flow.settle_doubt(firm.read.submission(sub.id).deposit or "", ref="FOUND")
    firm.move(hours=2)
    firm.answered(sub, f.acs)
    firm.move(days=1)
    verdict = Verdict(outcome=Outcome.REJECTED, message="Commune de naissance inconnue")
    firm.answered(sub, f.ars, verdicts=(verdict,))
    return firm


def drawn() -> Mapping[str, Picture]:
    """Every picture by its file's name."""
    days = {StepKey.SOFTWARE: 2, StepKey.PORTAL: 20, StepKey.DOCUMENTS: 17, StepKey.PILOTS: 18}
    marks = {
        key: Mark(at=datetime(2026, 3, day, 10, tzinfo=UTC), case="cabinet:c", seq=seq, by="Camille")
        for seq, (key, day) in enumerate(days.items(), 1)
    }
    read = story().read
    return {
        "client.svg": pictures.automaton(CLIENT),
        "submission.svg": pictures.automaton(SUBMISSION),
        "case.svg": pictures.case(read.walk("E-0001")),
        "procedure.svg": pictures.gantt(plan(date(2026, 3, 2), today=date(2026, 4, 7), marks=marks)),
    }


if __name__ == "__main__":
    for name, picture in drawn().items():
        (FOLDER / name).write_text(picture.svg + "\n", encoding="utf-8")
