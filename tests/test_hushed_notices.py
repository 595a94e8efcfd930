"""A notice that anyone raises, by any door, carries no NIR: not in its facts, its code, its case, nor on its way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from due_workflow import InputRefused, Mode, Notice, Worker
from due_workflow.adapters.log import LogNotifier
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.models import Notice as Model
from due_workflow.ports import Kind, Ref
from due_workflow.testing import RecordingNotifier
from due_workflow.testing import factories as f
from due_workflow.workflow import DueWorkflow

NIR = "290017500107767"
SPELLINGS = (NIR, "2 90 01 75 001 077 67", "2-90-01-75-001-077-67", "\uff12\uff19" + NIR[2:], f"nir{NIR}x")
REF = Ref(Kind.CABINET, "firm")


@pytest.fixture
def flow() -> DueWorkflow:
    return DueWorkflow(MemoryStorage(), cabinet="firm")


def told(flow: DueWorkflow) -> Notice:
    post = RecordingNotifier("post")
    Worker(flow.storage, flow_for=lambda _: flow, notifiers=(post, LogNotifier())).deliver()
    (notice,) = post.notices
    return notice


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_fact_code_or_case_of_a_notice_holds_one(
    flow: DueWorkflow, spelling: str, caplog: pytest.LogCaptureFixture
) -> None:
    facts: dict[str, Any] = {"why": f"NIR {spelling}", "submission": spelling, "tries": 3, spelling: "x"}
    flow.tell(spelling, Ref(Kind.FILING, spelling), urgent=True, **facts)
    notice = told(flow)
    said = notice.model_dump_json() + notice.text("fr") + notice.text("en") + caplog.text
    assert spelling not in said
    assert spelling not in json.loads(notice.model_dump_json())["facts"].values()
    assert notice.facts["tries"] == 3
    assert all(spelling.encode() not in bytes(r.data) for r in flow.storage.find("firm", Kind.NOTICE))
    assert all(spelling not in r.ref.id for r in flow.storage.find("firm", Kind.NOTICE))


def test_a_number_given_as_a_number_is_masked_too(flow: DueWorkflow) -> None:
    flow.tell("went_live", REF, client=int(NIR), count=2_000_000)
    assert told(flow).facts == {"client": "[NIR masqué]", "count": 2_000_000}


def test_a_notice_that_a_host_makes_itself_is_masked() -> None:
    notice = Model(id="n", code=NIR, case=f"filing:{NIR}", facts={"why": NIR}, at=f.NOW)
    assert NIR not in notice.model_dump_json()


def test_the_portals_own_numeric_reference_stays_readable(flow: DueWorkflow) -> None:
    flow.tell("ref_guessed", REF, deposit="1784563200000", why="x")
    assert told(flow).facts == {"deposit": "1784563200000", "why": "x"}


@pytest.mark.parametrize("ref", [*SPELLINGS, "2 90 01 75 001 077", "2-90-01-75-001-077"])
def test_a_number_typed_for_a_portals_reference_is_refused(flow: DueWorkflow, ref: str) -> None:
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate())
    sub = flow.prepare(f.declaration("E-1"), Mode.TEST)
    for command in (
        lambda: flow.mark_sent([sub.id], ref=ref),
        lambda: flow.learn_ref("D-0", ref),
        lambda: flow.settle_doubt("D-0", ref=ref),
    ):
        with pytest.raises(InputRefused) as refused:
            command()
        assert refused.value.code == "reference_is_a_nir"
    (sent,) = flow.mark_sent([sub.id], ref="2900175001077")
    assert sent.state == "sent", "thirteen digits in one piece may be the portal's own"
