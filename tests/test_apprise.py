"""Apprise against a real HTTP server, by its own `json://`."""

from __future__ import annotations

from typing import Any

import pytest

import servers
from due_workflow import InputRefused, Retry
from due_workflow.adapters.apprise import AppriseNotifier
from due_workflow.testing import NotifierContract
from due_workflow.testing.notifier import notice
from stories import Firm
from test_webhook import Far, Make, ends, far

__all__ = ["Make", "ends", "far"]


class TestAppriseNotifier(NotifierContract):
    """Apprise passes no id on and says only whether it was taken: what arrived is counted, and nothing is for ever."""

    @pytest.fixture
    def notifier(self, far: Far) -> AppriseNotifier:
        self.far = far
        return AppriseNotifier(f"json://127.0.0.1:{far.port}/")

    def disturb(self, notifier: Any) -> bool:
        self.far.status = 503
        return True


def test_a_service_gets_the_sentence_the_case_and_the_urgency(far: Far) -> None:
    service = AppriseNotifier(f"json://127.0.0.1:{far.port}/")
    facts = {"submission": "É-1/real/1", "mode": "real"}
    service.send(notice(code="in_doubt", case="filing:É-1", urgent=True, facts=facts))
    service.send(notice(code="went_live", case="client:1", facts={"client": "Dupont <b>\\n"}))
    urgent, normal = far.events()
    assert "É-1/real/1 (réel)" in urgent["message"]
    assert (urgent["title"], urgent["type"]) == ("[URGENT] filing:É-1", "warning")
    assert (normal["title"], normal["type"]) == ("client:1", "info")
    assert "Dupont <b>\\n" in normal["message"]


def test_in_english_too(far: Far) -> None:
    AppriseNotifier(f"json://127.0.0.1:{far.port}/", lang="en").send(notice(code="went_live", facts={"client": "X"}))
    assert far.events()[0]["message"] == "X: switched from test mode to real mode."


def test_a_service_that_is_down_is_tried_again() -> None:
    with pytest.raises(Retry) as failed:
        AppriseNotifier(f"json://127.0.0.1:{servers.free_port()}/").send(notice())
    assert "service" in failed.value.text("fr")


def test_through_the_worker_one_service_that_is_down_repeats_nothing_at_another(far: Far) -> None:
    firm = Firm().opened()
    firm.live()
    up = AppriseNotifier(f"json://127.0.0.1:{far.port}/", name="up")
    down = AppriseNotifier(f"json://127.0.0.1:{servers.free_port()}/", name="down")
    for _ in range(3):
        firm.worker(up, down).deliver()  # type: ignore[arg-type]
        firm.move(hours=9)
    assert len(far.got) == 2


@pytest.mark.parametrize("urls", [("nothing://s3cret",), ("json://127.0.0.1", "s3cret"), ()])
def test_a_url_that_apprise_does_not_know_is_refused_and_not_shown(urls: tuple[str, ...]) -> None:
    with pytest.raises(InputRefused) as refused:
        AppriseNotifier(*urls)
    assert "s3cret" not in refused.value.text("fr") + repr(refused.value)


def test_no_url_stands_in_its_repr() -> None:
    assert "s3cret" not in repr(AppriseNotifier("json://user:s3cret@127.0.0.1/"))
