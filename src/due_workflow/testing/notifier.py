"""The contract of `ports.Notifier`, one small test per clause, for whoever writes a notifier.

    class TestMyNotifier(NotifierContract):
        @pytest.fixture
        def notifier(self): return MyNotifier(...)

Override `delivered` where the test can see what arrived, `disturb` and `forbid` where it can make the far end
fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from due_workflow.errors import Retry, Undeliverable
from due_workflow.models import Addressee, Notice
from due_workflow.ports import Notifier
from due_workflow.testing._contract import Contract, raised, same, that

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def notice(name: str = "n-1", **changes: Any) -> Notice:
    """A notice for a notifier's test."""
    given: dict[str, Any] = {"id": name, "code": "trial", "case": "filing:E-0001", "at": AT}
    return Notice(**(given | changes))


class NotifierContract(Contract):
    """Every clause of a notifier."""

    def delivered(self, notifier: Notifier) -> Sequence[str] | None:  # noqa: ARG002
        """The ids of the notices that arrived, repeats included; None where the test cannot see them."""
        return None

    def disturb(self, notifier: Notifier) -> bool:  # noqa: ARG002
        """Make the far end fail for now. True when that was done."""
        return False

    def forbid(self, notifier: Notifier) -> bool:  # noqa: ARG002
        """Make the far end refuse for ever (no such address). True when that was done."""
        return False

    def test_it_has_a_name(self, notifier: Notifier) -> None:
        """By which a dead letter says where it could not go."""
        that(isinstance(notifier.name, str) and notifier.name.strip() != "", "a notifier needs a name")

    def test_a_notice_arrives(self, notifier: Notifier) -> None:
        """When `send` returns, it was handed over."""
        notifier.send(notice("n-1"))
        notifier.send(notice("n-2", urgent=True))
        arrived = self.delivered(notifier)
        that(arrived is None or list(arrived) == ["n-1", "n-2"], f"arrived: {arrived}")

    def test_the_same_notice_may_come_again(self, notifier: Notifier) -> None:
        """Delivery is at least once: a repeat is no error, and still says the same id."""
        notifier.send(notice())
        notifier.send(notice())
        arrived = self.delivered(notifier)
        that(arrived is None or set(arrived) == {"n-1"}, f"arrived: {arrived}")

    def test_any_text_can_be_sent(self, notifier: Notifier) -> None:
        """Accents, emoji, line ends, per cent signs, braces, and facts of every kind."""
        facts = {"name": "Éloïse 😀 %s {x}\r\nBcc: a@b.c", "days": 5, "late": True, "end": None}
        notifier.send(notice("é/1 %d", case="filing:É 1/TEST\n", facts=facts))

    def test_an_unknown_code_can_be_sent(self, notifier: Notifier) -> None:
        """A newer engine may tell what this version has no sentence for."""
        notifier.send(notice(code="not_in_the_catalogue"))

    def test_whoever_it_is_for_can_be_told(self, notifier: Notifier) -> None:
        """The firm, who follows the client by a name that may be anybody's, a program; or nobody named at all."""
        people = [Addressee(who="firm", name="732829320"), Addressee(who="hook")]
        people += [Addressee(who="collaborator", name=name) for name in ("Éloïse N'Guyen", "", "x <not an address>")]
        notifier.send(notice("n-1", cabinet="732829320", to=people))
        for place, addressee in enumerate(people, 2):
            notifier.send(notice(f"n-{place}", cabinet="732829320", to=[addressee]))

    def test_a_notice_is_not_changed(self, notifier: Notifier) -> None:
        """Other notifiers get the same one."""
        given = notice(facts={"days": 5})
        before = given.model_dump_json()
        notifier.send(given)
        same(given.model_dump_json(), before)

    def test_a_far_end_that_fails_for_now_means_retry(self, notifier: Notifier) -> None:
        """And no other error; the next call is a fresh one."""
        if self.disturb(notifier):
            raised(Retry, lambda: notifier.send(notice()))

    def test_a_far_end_that_refuses_for_ever_means_undeliverable(self, notifier: Notifier) -> None:
        """And no endless repeats."""
        if self.forbid(notifier):
            raised(Undeliverable, lambda: notifier.send(notice()))
