"""`DueWorkflow`: all commands of one firm, each one commit; and what a worker asks of it.

The commands stand by what they are about in `commands_firm`, `commands_hires` and `commands_exchange`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from due_workflow import firm, hiring, procedure, purging, receiving
from due_workflow.base import doors
from due_workflow.collecting import Collected, collect
from due_workflow.commands_exchange import ExchangeCommands
from due_workflow.commands_firm import FirmCommands
from due_workflow.commands_hires import HireCommands
from due_workflow.delivery import replayed
from due_workflow.errors import InputRefused
from due_workflow.models import (
    Notice,
)
from due_workflow.policy import Policy
from due_workflow.ports import Clock, Kind, Portal, Ref, Storage
from due_workflow.receiving import ReceiveResult
from due_workflow.records import Outgoing
from due_workflow.telemetry import observed
from due_workflow.unit import Unit


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return datetime.now(UTC)


@doors
@observed
class DueWorkflow(FirmCommands, HireCommands, ExchangeCommands):
    """The procedure of one firm, over a storage.

    Every command takes `by` (who acts; written in the journal) and `key` (idempotency: the same key with the same
    content gives the first result again, with other content a Conflict).

    Args:
        storage: where the firm's records are.
        cabinet: the firm's id in that storage, such as its SIREN.
        portals: the portals that `send` and the worker may use.
        policy: the firm's settings.
        clock: where the time comes from.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        cabinet: str,
        portals: Sequence[Portal] = (),
        policy: Policy = Policy(),  # noqa: B008  # frozen
        clock: Clock | None = None,
    ) -> None:
        super().__init__(storage, cabinet, policy, clock or SystemClock())
        self.portals = tuple(portals)

    # ---- what the worker asks of one firm

    def ring(self, ref: Ref, *, by: str = "") -> tuple[Notice, ...]:
        """Raise the deadlines of one case that have come, and set its next one (what `Worker.tick` does).

        Returns the notices that this raised; they are stored, and delivered by `Worker.deliver`.
        """

        def work(u: Unit) -> tuple[ReceiveResult | None, tuple[Notice, ...]]:
            return rung(u), u.raised()

        def rung(u: Unit) -> ReceiveResult | None:
            held = u.get(ref.kind, ref.id)
            if held is None:
                return None
            u.rewrite(held)
            if ref.kind is Kind.CABINET:
                procedure.tick_cabinet(u)
            elif ref.kind is Kind.CLIENT:
                firm.tick_client(u, ref.id)
            elif ref.kind is Kind.FILING:
                purging.at_deadline(u, ref.id)
                hiring.tick_filing(u, ref.id)
            elif ref.kind is Kind.RECEIPT:
                return receiving.again(u, ref.id)
            return None

        placed, notices = self._commit(by, work)
        if placed is not None and placed.ref_learned is not None:
            self._replay_ref(*placed.ref_learned, by)
        return notices

    def set_record(self, kind: Kind, id: str, change: Callable[[Any], Any], *, by: str = "") -> None:
        """Change the facts of a record that has no journal: a notice's delivery, a worker's order."""

        def work(u: Unit) -> None:
            held = u.get(kind, id)
            if held is not None:
                u.put(kind, id, change(held.facts))

        self._commit(by, work)

    def replay_notice(self, id: str, *, by: str = "") -> Outgoing:
        """Have a notice tried again now, from the first try, by each notifier that has not delivered it.

        For a dead letter once its cause is mended, or to bring the next try of a pending one forward. Whoever has
        delivered it already does not get it again.

        Raises:
            NotFound: this firm has no such notice. InputRefused: it is delivered, or `Policy.tell` names nobody for it.
        """

        def work(u: Unit) -> Outgoing:
            out: Outgoing = u.need(Kind.NOTICE, id).facts
            if out.state not in ("dead", "pending"):
                raise InputRefused("notice_not_waiting", id=out.notice.id, state=out.state)
            again: Outgoing = u.put(Kind.NOTICE, id, replayed(out, u.now))
            return again

        return self._commit(by, work)

    def tell(
        self, code: str, ref: Ref, *, urgent: bool = False, by: str = "", **facts: str | int | bool | None
    ) -> None:
        """Raise a notice about a case. What looks like a NIR in code and facts is masked."""
        self._commit(by, lambda u: u.notice(code, ref, urgent=urgent, **facts))

    def collect(
        self, portal: Portal, since: datetime | None = None, answered: bool = True, *, by: str = ""
    ) -> Collected:
        """Settle what is in doubt where the portal can tell, then take in every piece not committed yet.

        Listing marks nothing. A piece is fetched until it is committed, and never again.

        Args:
            portal: one of the firm's portal accounts.
            since: only what came since then, at a portal that lists by date.
            answered: also ask for the deposits of the last `Policy.watch_days` days that are answered, since a portal
                may overwrite or contradict its answer. A worker does so once a day.
            by: who acts.
        """
        return collect(self, portal, since, by, answered)
