"""The commands of the exchange with a portal: handing over, doubt, and what comes back.

`sending` is committed before the wire is touched; nothing is sent inside a commit, and nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from due_workflow import attaching, receiving, references, sending
from due_workflow.base import doors, word_of
from due_workflow.engine import Engine, each_once
from due_workflow.errors import DueWorkflowError, InputRefused, NotSent, PortalFailure, TransitionRefused
from due_workflow.identifiers import holds_nir, named
from due_workflow.machine import Event
from due_workflow.message import MessageFormat
from due_workflow.models import (
    Deposit,
    Submission,
)
from due_workflow.ports import Parcel, Portal
from due_workflow.receipts import Acs, Ads, Ars, Outcome, Unreadable
from due_workflow.receiving import ReceiveResult
from due_workflow.sending import Channel
from due_workflow.telemetry import observed
from due_workflow.unit import Unit, load_attempts

Paper = Ads | Acs | Ars | Unreadable
RECIPIENTS = {"urssaf": "URSSAF"}


@dataclass(frozen=True, slots=True)
class SendResult:
    """What `send` did.

    Attributes:
        deposits: each as it stands after the exchange.
        refused: by attempt, what did not begin: the gate's `TransitionRefused` with its denials, or an `InputRefused`
            whose problems say what the message lacks.
        troubles: by deposit, what the portal raised: `NotSent` where no byte left, else it is in doubt.
    """

    deposits: tuple[Deposit, ...] = ()
    refused: Mapping[str, TransitionRefused | InputRefused] = field(default_factory=dict)
    troubles: Mapping[str, PortalFailure] = field(default_factory=dict)


@doors
@observed
class ExchangeCommands(Engine):
    """What leaves and what comes back (procedure, steps 6 and 7)."""

    portals: Sequence[Portal]

    # ---- handing over

    def begin_send(self, ids: Iterable[str], late: bool = False, *, by: str = "", key: str = "") -> tuple[Deposit, ...]:
        """The host is about to send these attempts by itself: through the gate, all or none, before any byte leaves.

        Raises:
            TransitionRefused: with every reason; nothing has begun.
        """
        ids = each_once(ids)
        return self._run(
            "begin_send", (ids, late), by, key, lambda u: sending.begin_send(u, ids, self._channel(u), late)
        )

    def mark_sent(
        self,
        ids: Iterable[str],
        ref: str | None = None,
        at: datetime | None = None,
        portal: str | None = None,
        account: str | None = None,
        *,
        by: str = "",
        key: str = "",
    ) -> tuple[Submission, ...]:
        """Record that these attempts were sent: a fact, never refused, flagged *irregular* where the gate would deny.

        Args:
            ids: the attempts.
            ref: the portal's reference, if known; it then names one deposit.
            at: when they were sent; now when None.
            portal: where to; the firm's portal when None.
            account: the firm's account there.
            by: who acts.
            key: idempotency key.
        """
        ids = each_once(ids)
        _no_nir(ref)

        def work(u: Unit) -> tuple[Submission, ...]:
            told = portal is not None or account is not None
            return sending.mark_sent(u, ids, ref, at or u.now, self._channel(u, portal, account), told)

        sent = self._run("mark_sent", (ids, ref, at, portal, account), by, key, work)
        if ref is not None:
            self._replay(sent[0].deposit, by)
            sent = tuple(self.read.submission(id) for id in ids)
        return sent

    def settle_doubt(
        self, deposit_id: str, ref: str | None = None, not_found: bool = False, *, by: str = "", key: str = ""
    ) -> Deposit:
        """Say what became of a deposit in doubt: the portal has it under `ref`, or affirms that it has nothing."""
        _no_nir(ref)
        args = (deposit_id, ref, not_found)
        settled = self._run("settle_doubt", args, by, key, lambda u: sending.settle_doubt(u, *args))
        return self._replay(deposit_id, by) if ref is not None else settled

    def learn_ref(self, deposit_id: str, ref: str, *, by: str = "", key: str = "") -> Deposit:
        """Note the portal's reference of a deposit, and place the receipts that were waiting for it."""
        _no_nir(ref)
        self._run("learn_ref", (deposit_id, ref), by, key, lambda u: references.learn_ref(u, deposit_id, ref))
        return self._replay(deposit_id, by)

    def send(self, ids: Iterable[str], late: bool = False, *, by: str = "", key: str = "") -> SendResult:
        """Send these attempts through the firm's portal: one employer and one mode a deposit.

        An attempt that is denied, or lacks what the message must say, does not stop the others. `sending` is committed
        before the wire; a failure after bytes may have left puts the deposit in doubt, and it is never sent again
        blindly.
        """
        if self.storage.joined:
            raise InputRefused("joined_send")
        ids = each_once(ids)
        if key and (again := self._repeated("send", (ids, late), by, key)) is not None:
            return SendResult(tuple(again))
        refused: dict[str, TransitionRefused | InputRefused] = {}
        troubles: dict[str, PortalFailure] = {}
        deposits = []
        first = self._unit(by)
        portal = self._portal(first)
        channel = Channel(portal.name, portal.account, portal.recipient)
        form = getattr(portal, "form", None)
        form = form if isinstance(form, MessageFormat) else None
        lots = sending.groups(first, load_attempts(first, ids), self.policy.per_deposit)
        for lot in lots:
            names = [sub.id for sub in lot]

            def begin(u: Unit, names: list[str] = names) -> tuple[Deposit, Parcel] | None:
                return sending.begin_lot(u, names, channel, late, portal.render, refused, form)

            begun = self._commit(by, begin)
            if begun is not None:
                deposits.append(self._over_the_wire(portal, *begun, by, troubles))
        # what was refused, or not sent, may be sent later under the same key
        if key and not refused and not any(isinstance(trouble, NotSent) for trouble in troubles.values()):
            self._commit(by, lambda u: self._remember(u, "send", (ids, late), key, deposits))
        return SendResult(tuple(deposits), refused, troubles)

    def _over_the_wire(
        self, portal: Portal, deposit: Deposit, parcel: Parcel, by: str, troubles: dict[str, PortalFailure]
    ) -> Deposit:
        ads, became = None, Event.SENT
        try:
            ads = portal.deposit(parcel)
        except NotSent as error:
            became, troubles[deposit.id] = Event.UNSENT, sending.plainly(error)
        except Exception as error:  # noqa: BLE001  # whatever the line did, bytes may have left
            became, troubles[deposit.id] = Event.DOUBT, sending.plainly(error)
        except BaseException:
            self._commit(by, lambda u: sending.each(u, deposit.id, Event.DOUBT))
            raise
        # no handler is open any more: a portal's failure may hold the message, and must be no other error's context
        if became is Event.UNSENT:
            return self._commit(by, lambda u: sending.unsent(u, deposit.id))
        if became is Event.DOUBT:
            return self._commit(by, lambda u: sending.each(u, deposit.id, Event.DOUBT))
        if ads is None:
            return self._commit(by, lambda u: sending.each(u, deposit.id, Event.SENT, u.now))
        return self._taken(deposit.id, ads, by, now=True)

    def found(self, deposit_id: str, ads: Ads, *, by: str = "") -> Deposit:
        """The portal says under which reference it has a deposit: learn it and take its ADS in.

        The reference is learned for sure, not guessed; the ADS is a receipt like any other.
        """
        return self._taken(deposit_id, ads, by)

    def _taken(self, deposit_id: str, ads: Ads, by: str, now: bool = False) -> Deposit:
        """One commit, so that no crash leaves a deposit sent whose reference nobody knows. `now`: it left just now."""

        def work(u: Unit) -> None:
            references.learn_ref(u, deposit_id, ads.portal_ref)
            sending.each(u, deposit_id, Event.SENT, u.now if now else None)
            receiving.receive(u, ads)

        try:
            self._commit(by, work)
        except InputRefused:
            # the reference belongs to another deposit: the ADS is kept all the same, and shows it
            if now:
                self._commit(by, lambda u: sending.each(u, deposit_id, Event.SENT, u.now))
            self.receive(ads, by=by)
            return self.read.deposit(deposit_id)
        return self._replay(deposit_id, by)

    # ---- receipts

    def receive(self, receipt: Paper, *, by: str = "", key: str = "", origin: str = "") -> ReceiveResult:
        """Take a receipt in, whatever it is: applied, or kept in the tray with the reason. A repeat changes nothing.

        `origin`: the name under which a portal lists it (given by `collect`).
        """
        result = self._run("receive", receipt, by, key, lambda u: receiving.receive(u, receipt, origin))
        if result.ref_learned is not None:
            self._replay_ref(*result.ref_learned, by)
        return result

    def receive_many(
        self, receipts: Iterable[Paper], *, by: str = "", group: int = 1000
    ) -> Iterator[ReceiveResult | DueWorkflowError]:
        """`receive` for many, `group` in one commit; yields one result each, in order.

        A group that holds a bad or a contended one is done one by one.
        """
        arrivals = map(receiving.arrival, receipts)
        for result in self._many(arrivals, receiving.take, by, group, receiving.foresee):
            if isinstance(result, ReceiveResult) and result.ref_learned is not None:
                self._replay_ref(*result.ref_learned, by)
            yield result

    def attach(
        self,
        receipt_id: str,
        outcomes: Mapping[str, Outcome | str],
        confirm: bool = False,
        reason: str = "",
        *,
        by: str = "",
        key: str = "",
    ) -> ReceiveResult:
        """A person says which attempts a waiting receipt means, and what it says of each.

        Args:
            receipt_id: the receipt.
            outcomes: by attempt, what the receipt says of it.
            confirm: an acceptance counts although the portal says that it took the deposit in the other mode: the
                portal was asked. Without it such an acceptance is refused.
            reason: what the portal answered, one line without names; it stays in the hire's journal.
            by: who acts.
            key: idempotency key.

        Raises:
            InputRefused: not in the tray, unreadable, of another deposit or mode, an attempt without a deposit, an
                acceptance against the portal's word on the mode without `confirm`, or `confirm` without a reason.
        """
        said = {sid: word_of(Outcome, outcome) for sid, outcome in outcomes.items()}
        args = (receipt_id, said, confirm, reason) if confirm or reason else (receipt_id, said)

        def work(u: Unit) -> ReceiveResult:
            return attaching.attach(u, receipt_id, said, by, confirm, reason)

        result = self._run("attach", args, by, key, work)
        if result.ref_learned is not None:
            self._replay_ref(*result.ref_learned, by)
        return result

    def set_aside(self, receipt_id: str, reason: str, *, by: str = "", key: str = "") -> ReceiveResult:
        """Take a receipt out of the tray without applying it: kept, with who and why, and it can still be attached."""
        args = (receipt_id, reason)

        def work(u: Unit) -> ReceiveResult:
            return ReceiveResult(attaching.set_aside(u, *args).id, "aside")

        return self._run("set_aside", args, by, key, work)

    def retry_tray(self, receipt_id: str, *, by: str = "") -> ReceiveResult:
        """Try to place a waiting receipt once more (what the worker does at the tray's deadline)."""
        result = self._commit(by, lambda u: receiving.again(u, receipt_id))
        if result.ref_learned is not None:
            self._replay_ref(*result.ref_learned, by)
        return result

    def _replay(self, deposit_id: str | None, by: str) -> Deposit:
        assert deposit_id is not None
        deposit = self.read.deposit(deposit_id)
        if deposit.ref is not None:
            self._replay_ref(deposit.portal, deposit.account, deposit.ref, by)
        return self.read.deposit(deposit_id)

    def _replay_ref(self, portal: str, account: str, ref: str, by: str) -> None:
        for id in receiving.waiting_for(self._unit(by), portal, account, ref):
            self.retry_tray(id, by=by)

    # ---- channels

    def _channel(self, u: Unit, portal: str | None = None, account: str | None = None) -> Channel:
        """Where the host sends: as told, else the firm's portal, else the only one given, else jedeclare."""
        known = u.cabinet_facts().portal
        only = self.portals[0] if len(self.portals) == 1 else None
        name = portal or (known.name if known else only.name if only else "jedeclare")
        if account is None:
            account = known.account if known and known.name == name else only.account if only else ""
        if named(name) != name or named(account) != account:
            raise InputRefused("reference_is_a_nir")
        same = next((p for p in self.portals if (p.name, p.account) == (name, account)), None)
        return Channel(name, account, same.recipient if same else RECIPIENTS.get(name, "CIRSO"))

    def _portal(self, u: Unit) -> Portal:
        known = u.cabinet_facts().portal
        if known is not None:
            for portal in self.portals:
                if (portal.name, portal.account) == (known.name, known.account):
                    return portal
        if len(self.portals) == 1:
            return self.portals[0]
        raise InputRefused("no_portal", known=known.name if known else None)


def _no_nir(ref: str | None) -> None:
    """A reference that a person types stays in a journal for good; one that a portal gives is never refused."""
    if ref is not None and holds_nir(ref):
        raise InputRefused("reference_is_a_nir")
