"""`DueWorkflow`: the commands of one firm, each one commit.

A method names a pure rule and has it committed (see `engine`). Nothing is sent inside a commit, and nothing is decided
here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, TypeVar

from due_workflow import firm, hiring, paperwork, procedure, purging, receiving, sending
from due_workflow.base import doors, word_of
from due_workflow.calendar import DayKind
from due_workflow.collecting import Collected, collect
from due_workflow.declarations import Declaration
from due_workflow.delivery import replayed
from due_workflow.engine import Engine
from due_workflow.errors import DueWorkflowError, InputRefused, NotSent, PortalFailure, TransitionRefused
from due_workflow.identifiers import holds_nir, named
from due_workflow.machine import Event
from due_workflow.models import (
    ALL,
    Cabinet,
    Client,
    ClientFile,
    Deposit,
    Filing,
    Mandate,
    Notice,
    Submission,
    Teleprocedure,
)
from due_workflow.policy import Policy
from due_workflow.ports import Clock, Kind, Parcel, Portal, Ref, Storage
from due_workflow.purging import Purged, PurgeResult
from due_workflow.receipts import Acs, Ads, Ars, Mode, Outcome, Unreadable
from due_workflow.receiving import ReceiveResult
from due_workflow.records import Outgoing
from due_workflow.rollout import Span, StepKey
from due_workflow.sending import Channel
from due_workflow.telemetry import observed
from due_workflow.unit import Unit

R = TypeVar("R")
Paper = Ads | Acs | Ars | Unreadable
RECIPIENTS = {"urssaf": "URSSAF"}


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return datetime.now(UTC)


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
class DueWorkflow(Engine):
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

    # ---- the firm

    def set_software(
        self, editor: str, product: str, version: str, installed: bool = True, *, by: str = "", key: str = ""
    ) -> Cabinet:
        """Step 5: note the software that generates the files. Another version starts a new epoch of tests.

        What the editor said of another version (`confirm_software`) does not hold for this one. `installed=False`: it
        is the first one, chosen and not in place yet.

        Raises:
            InputRefused: `installed=False` while another one is in place, under which files are generated.
        """
        args = (editor, product, version) if installed else (editor, product, version, installed)
        return self._run("set_software", args, by, key, lambda u: firm.set_software(u, *args))

    def confirm_software(self, how: str, on: date | None = None, *, by: str = "", key: str = "") -> Cabinet:
        """First row: the editor confirms that the DUE part of this version works; `by` asked, `how` it was said.

        Args:
            how: such as "phone call to the support desk, ticket 4711".
            on: the Paris day; today when None.
            by: who asked.
            key: idempotency key.

        Raises:
            InputRefused: no software is noted (`set_software`), or the day is to come.
        """
        return self._run("confirm_software", (how, on), by, key, lambda u: procedure.confirm_software(u, how, on))

    def set_portal(self, name: str, account: str = "", *, by: str = "", key: str = "") -> Cabinet:
        """Step 1: note the portal and the firm's account there. Another portal starts a new epoch of tests."""
        args = (name, account)
        return self._run("set_portal", args, by, key, lambda u: firm.set_portal(u, *args))

    def subscribe_portal(
        self,
        on: date | None = None,
        procedures: Iterable[Teleprocedure | str] = ALL,
        accounts: Sequence[str] = (),
        *,
        by: str = "",
        key: str = "",
    ) -> Cabinet:
        """Step 1: note the subscription at the portal that was chosen.

        Args:
            on: since which Paris day; today when None.
            procedures: the téléprocédures that it opens; all of them unless told.
            accounts: the firm's further accounts there; the worker collects from them as well.
            by: who subscribed.
            key: idempotency key.

        Raises:
            InputRefused: no portal is noted (`set_portal`), there is no such téléprocédure, or the day is to come.
        """
        opened = frozenset(word_of(Teleprocedure, name) for name in procedures)
        args = (on, opened, tuple(accounts))
        return self._run("subscribe_portal", args, by, key, lambda u: procedure.subscribe_portal(u, *args))

    def choose_mandate_model(self, name: str, sha256: str | None = None, *, by: str = "", key: str = "") -> Cabinet:
        """Step 2: note the model of the mandat that clients will sign; `sha256` (hex) of its file, if there is one."""
        args = (name, sha256)
        return self._run("choose_mandate_model", args, by, key, lambda u: procedure.choose_mandate_model(u, *args))

    # ---- the procedure's plan

    def plan_rollout(
        self,
        start: date,
        depends: Mapping[str, Iterable[str]] | None = None,
        spans: Mapping[str, Span] | None = None,
        days: DayKind | None = None,
        hours_per_day: float | None = None,
        pilots: int | None = None,
        *,
        by: str = "",
        key: str = "",
    ) -> Cabinet:
        """Plan the procedure from a first day; planned again, what is not told stays. Read it with `read.rollout()`.

        Args:
            start: the first day of work (Paris); the next worked one where it is none.
            depends: by step (`StepKey`), the steps that must be done before it; the row above where it is not named.
            spans: by step, the firm's own time instead of the document's.
            days: which days are worked; jours ouvrés unless told.
            hours_per_day: hours of work of a day; 7 unless told.
            pilots: how many clients of wave 1 make the selection of step 3; one unless told.
            by: who plans.
            key: idempotency key.

        Raises:
            InputRefused: there is no such step, or the steps wait for each other in a circle.
        """
        before = None if depends is None else {step: tuple(keys) for step, keys in depends.items()}
        args = (start, before, spans, days, hours_per_day, pilots)
        return self._run("plan_rollout", args, by, key, lambda u: procedure.plan_rollout(u, *args))

    def mark_step(self, step: str, why: str, on: date | None = None, *, by: str, key: str = "") -> Cabinet:
        """Say by hand that a step is done, with who and why. It stays done until `unmark_step`, whatever its facts.

        Args:
            step: its name (`StepKey`).
            why: one line.
            on: the Paris day on which it was done; today when None.
            by: who says so.
            key: idempotency key.

        Raises:
            InputRefused: there is no such step, `by` or `why` is empty, or the day is to come.
        """
        args = (word_of(StepKey, step), why, on)
        return self._run("mark_step", args, by, key, lambda u: procedure.mark_step(u, *args))

    def unmark_step(self, step: str, *, by: str = "", key: str = "") -> Cabinet:
        """Take a mark made by hand back: the step is done when its facts are true, as before.

        Raises:
            InputRefused: there is no such step, or it was not marked by hand.
        """
        named = word_of(StepKey, step)
        return self._run("unmark_step", (named,), by, key, lambda u: procedure.unmark_step(u, named))

    def set_pilot_aside(self, siren: str, reason: str, *, by: str = "", key: str = "") -> Cabinet:
        """Go on without waiting for a pilot (a client of wave 1): its mandate and its test are not asked for any more.

        Raises:
            NotFound: the client is unknown. InputRefused: it is no pilot, or no reason is given.
        """
        args = (siren, reason)
        return self._run("set_pilot_aside", args, by, key, lambda u: procedure.set_pilot_aside(u, *args))

    def take_pilot_back(self, siren: str, *, by: str = "", key: str = "") -> Cabinet:
        """Wait again for a pilot that was set aside.

        Raises:
            InputRefused: it was not set aside.
        """
        return self._run("take_pilot_back", siren, by, key, lambda u: procedure.take_pilot_back(u, siren))

    def report_written(
        self, filename: str | None = None, sha256: str | None = None, *, by: str = "", key: str = ""
    ) -> Cabinet:
        """Step 8: note that the switchover report (compte rendu de basculement) is written, and which file it is."""
        args = (filename, sha256)
        return self._run("report_written", args, by, key, lambda u: procedure.report_written(u, *args))

    # ---- the firm's clients

    def add_client(self, client: Client, *, by: str = "", key: str = "") -> ClientFile:
        """Add a client, or bring a known one's particulars up to date; the same client again changes nothing."""
        return self._run("add_client", client, by, key, lambda u: firm.add_client(u, client))

    def select(self, siren: str, wave: int = 1, *, by: str = "", key: str = "") -> ClientFile:
        """Step 3: select the client; `wave` 1 is the pilots."""
        return self._run("select", (siren, wave), by, key, lambda u: firm.select(u, siren, wave))

    def request_mandate(self, siren: str, *, by: str = "", key: str = "") -> ClientFile:
        """Step 4: the mandate was sent to the client for signature; a reminder is due later."""
        return self._run("request_mandate", siren, by, key, lambda u: firm.request_mandate(u, siren))

    def remind_mandate(self, siren: str, *, by: str = "", key: str = "") -> ClientFile:
        """Step 4: note that the client was reminded of its mandate; the next reminder is due later again.

        Raises:
            TransitionRefused: no mandate of this client waits for its signature.
        """
        return self._run("remind_mandate", siren, by, key, lambda u: paperwork.remind_mandate(u, siren))

    def sign_mandate(
        self, siren: str, mandate: Mandate, document: bytes | None = None, *, by: str = "", key: str = ""
    ) -> ClientFile:
        """Step 4: the client signed; from mandated and live it replaces the mandate, the state stays.

        Args:
            siren: the client, by SIREN or SIRET.
            mandate: what was signed.
            document: the scan of what was signed (PDF, JPEG or PNG); kept as evidence, its digest in the mandate.
            by: who acts.
            key: idempotency key.

        Raises:
            InputRefused: the document is none of these, is cut short, is larger than `Policy.mandate_scan_mib` MiB
                (1,048,576 bytes each), or is not the one whose digest the mandate has.
        """
        if document is not None:
            mandate = paperwork.with_scan(mandate, document, self.policy)
        args = (siren, mandate)
        return self._run("sign_mandate", args, by, key, lambda u: paperwork.sign_mandate(u, *args, document))

    def attach_mandate(self, siren: str, document: bytes, *, by: str = "", key: str = "") -> ClientFile:
        """Step 4: keep the scan (PDF, JPEG or PNG) of the mandate that was signed; the same again changes nothing.

        Raises:
            TransitionRefused: this client has signed no mandate.
            InputRefused: as `sign_mandate`; also when the mandate has another scan: sign a new mandate instead.
        """
        args = (siren, hashlib.sha256(document).hexdigest())
        return self._run("attach_mandate", args, by, key, lambda u: paperwork.attach_mandate(u, siren, document))

    def revoke_mandate(self, siren: str, on: date, reason: str, *, by: str = "", key: str = "") -> ClientFile:
        """The client withdraws its mandate, with effect from 00:00 Paris of `on` (today or a day to come)."""
        args = (siren, on, reason)
        return self._run("revoke_mandate", args, by, key, lambda u: firm.revoke_mandate(u, *args))

    def go_live(self, siren: str, *, by: str = "", key: str = "") -> ClientFile:
        """Step 7: switch the client from test mode to real mode; needs an accepted test and a mandate in force.

        Raises:
            TransitionRefused: with every reason.
        """
        return self._run("go_live", siren, by, key, lambda u: firm.go_live(u, siren))

    # ---- hires

    def register(self, declaration: Declaration, *, by: str = "", key: str = "") -> Filing:
        """Open the hire's file (what an import does). The same content again changes nothing.

        Raises:
            NotFound: the client is unknown. InputRefused: the establishment is not the client's, or the content differs
                from what was already attempted (renew).
        """
        return self._run("register", declaration, by, key, lambda u: hiring.register(u, declaration))

    def register_many(
        self, declarations: Iterable[Declaration], *, by: str = "", group: int = 500
    ) -> Iterator[Filing | DueWorkflowError]:
        """`register` for many, `group` in one commit; yields one result each, in order.

        A group that holds a refused or contended one is done one by one, so the others are kept.
        """
        return self._many(declarations, hiring.register, by, group, hiring.foresee)

    def prepare(
        self,
        declaration_or_reference: Declaration | str,
        mode: Mode | None = None,
        *,
        by: str = "",
        key: str = "",
    ) -> Submission:
        """Make the next attempt of a hire, or return the last one when it has this content.

        Args:
            declaration_or_reference: the declaration, or the reference of a registered hire.
            mode: None: TEST until the client is live, then REAL; read it in the result's `mode`.
            by: who acts.
            key: idempotency key.

        Raises:
            InputRefused: other content than the last attempt of that mode (renew).
        """
        what = declaration_or_reference
        mode = None if mode is None else word_of(Mode, mode)
        return self._run("prepare", (what, mode), by, key, lambda u: hiring.prepare(u, what, mode))

    def release(self, ids: Iterable[str], late: bool = False, *, by: str = "", key: str = "") -> tuple[Submission, ...]:
        """Let the worker send these prepared attempts; `late`: also after the hire instant. All or none."""
        ids = _ids(ids)
        return self._run("release", (ids, late), by, key, lambda u: hiring.release(u, ids, late))

    def renew(
        self,
        submission_id: str,
        declaration: Declaration | None,
        reason: str,
        confirm: bool = False,
        *,
        by: str = "",
        key: str = "",
    ) -> Submission:
        """Step 6, « sinon renouveler l'opération »: a new attempt, same hire, same mode; None keeps the content.

        From an accepted REAL attempt `confirm=True` is needed: the former one is not cancelled at the recipient.
        """
        args = (submission_id, declaration, reason, confirm)
        return self._run("renew", args, by, key, lambda u: hiring.renew(u, *args))

    def abandon(
        self,
        submission_id: str,
        reason: str,
        hire: bool = False,
        confirm: bool = False,
        *,
        by: str = "",
        key: str = "",
    ) -> Filing:
        """Give an attempt up here; it is not cancelled at the recipient.

        Args:
            submission_id: the attempt; with `hire=True` also the hire's reference.
            reason: why, one line.
            hire: the hire does not take place.
            confirm: an attempt that was handed over no longer counts as alive.
            by: who acts.
            key: idempotency key.
        """
        args = (submission_id, reason, hire, confirm)
        return self._run("abandon", args, by, key, lambda u: hiring.abandon(u, *args))

    def declared_elsewhere(self, reference: str, at: datetime, proof: str, *, by: str = "", key: str = "") -> Filing:
        """Record that the hire was declared by another way (a fact, never refused)."""
        args = (reference, at, proof)
        return self._run("declared_elsewhere", args, by, key, lambda u: hiring.declared_elsewhere(u, *args))

    # ---- handing over

    def begin_send(self, ids: Iterable[str], late: bool = False, *, by: str = "", key: str = "") -> tuple[Deposit, ...]:
        """The host is about to send these attempts by itself: through the gate, all or none, before any byte leaves.

        Raises:
            TransitionRefused: with every reason; nothing has begun.
        """
        ids = _ids(ids)
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
        ids = _ids(ids)
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
        self._run("learn_ref", (deposit_id, ref), by, key, lambda u: sending.learn_ref(u, deposit_id, ref))
        return self._replay(deposit_id, by)

    def send(self, ids: Iterable[str], late: bool = False, *, by: str = "", key: str = "") -> SendResult:
        """Send these attempts through the firm's portal: one employer and one mode a deposit.

        An attempt that is denied, or lacks what the message must say, does not stop the others. `sending` is committed
        before the wire; a failure after bytes may have left puts the deposit in doubt, and it is never sent again
        blindly.
        """
        if self.storage.joined:
            raise InputRefused("joined_send")
        ids = _ids(ids)
        if key and (again := self._repeated("send", (ids, late), by, key)) is not None:
            return SendResult(tuple(again))
        refused: dict[str, TransitionRefused | InputRefused] = {}
        troubles: dict[str, PortalFailure] = {}
        deposits = []
        first = self._unit(by)
        portal = self._portal(first)
        channel = Channel(portal.name, portal.account, portal.recipient)
        lots = sending.groups(first, sending.load_attempts(first, ids), self.policy.per_deposit)
        for lot in lots:
            names = [sub.id for sub in lot]

            def begin(u: Unit, names: list[str] = names) -> tuple[Deposit, Parcel] | None:
                return sending.begin_lot(u, names, channel, late, portal.render, refused)

            begun = self._commit(by, begin)
            if begun is not None:
                deposits.append(self._over_the_wire(portal, *begun, by, troubles))
        if key and not refused:  # refused ones may be sent later under the same key
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
        sent = self._commit(by, lambda u: sending.each(u, deposit.id, Event.SENT, u.now))
        return self.found(deposit.id, ads, by=by) if ads is not None else sent

    def found(self, deposit_id: str, ads: Ads, *, by: str = "") -> Deposit:
        """The portal says under which reference it has a deposit: learn it and take its ADS in.

        The reference is learned for sure, not guessed; the ADS is a receipt like any other.
        """
        try:
            self._commit(by, lambda u: sending.settle_doubt(u, deposit_id, ads.portal_ref, False))
        except InputRefused:
            # the reference belongs to another deposit: the ADS is kept all the same, and shows it
            self.receive(ads, by=by)
            return self.read.deposit(deposit_id)
        self.receive(ads, by=by)
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
        self, receipt_id: str, outcomes: Mapping[str, Outcome | str], *, by: str = "", key: str = ""
    ) -> ReceiveResult:
        """A person says which attempts a waiting receipt means, and what it says of each."""
        said = {sid: word_of(Outcome, outcome) for sid, outcome in outcomes.items()}
        result = self._run("attach", (receipt_id, said), by, key, lambda u: receiving.attach(u, receipt_id, said, by))
        if result.ref_learned is not None:
            self._replay_ref(*result.ref_learned, by)
        return result

    def set_aside(self, receipt_id: str, reason: str, *, by: str = "", key: str = "") -> ReceiveResult:
        """Take a receipt out of the tray without applying it: kept, with who and why, and it can still be attached."""
        args = (receipt_id, reason)

        def work(u: Unit) -> ReceiveResult:
            return ReceiveResult(receiving.set_aside(u, *args).id, "aside")

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

    # ---- personal data

    def purge(
        self,
        references: Iterable[str] = (),
        before: date | None = None,
        *,
        early: bool = False,
        reason: str = "",
        by: str = "",
        dry_run: bool = False,
    ) -> PurgeResult:
        """Erase the personal data of hires whose retention has ended; the proof of filing and the journal stay.

        See `purge_many`, which this runs to its end.
        """
        return PurgeResult.of(self.purge_many(references, before, early=early, reason=reason, by=by, dry_run=dry_run))

    def purge_many(
        self,
        references: Iterable[str] = (),
        before: date | None = None,
        *,
        early: bool = False,
        reason: str = "",
        by: str = "",
        dry_run: bool = False,
        group: int = 100,
    ) -> Iterator[Purged | DueWorkflowError]:
        """`purge` as it goes, `group` in one commit; yields one result each. Stopped half-way, what is done is done.

        A hire that still waits for an answer or for a person is left, and yields a `TransitionRefused` with every
        reason. One that is purged already changes nothing (`repeat`).

        Args:
            references: these hires; every hire whose retention has ended when empty, and then also the receipts that
                were set aside as long ago.
            before: only hires that took place before this Paris day; it never shortens the retention.
            early: before the end of the retention, by reference and with a reason: only a hire that does not take
                place and that no recipient holds (RGPD, art. 17.3.b).
            reason: why, one line without names; it stays in the journal.
            by: who acts.
            dry_run: only tell what would go; nothing is written.
            group: how many in one commit.

        Raises:
            InputRefused: a day together with references, `early` without references or without a reason.
        """
        named, reason = purging.asked(references, before, early, reason)

        def work(u: Unit, ref: Ref) -> Purged | DueWorkflowError:
            return purging.purge(u, ref, reason, early)

        refs = iter(named) if named else self._ended(before)
        if dry_run:
            return self._rehearsed(refs, work, by, group)
        return self._many(refs, work, by, group, purging.foresee)

    def _ended(self, before: date | None) -> Iterator[Ref]:
        for filing in self.read.purgeable(before):
            yield Ref(Kind.FILING, filing.reference)
        aside = self.read.every(Kind.RECEIPT, ("aside",))
        yield from purging.put_aside(aside, self.policy, self.clock.now(), before)

    def _rehearsed(self, refs: Iterator[Ref], work: Callable[[Unit, Ref], R], by: str, group: int) -> Iterator[R]:
        while batch := list(islice(refs, group)):
            u = self._unit(by)
            purging.foresee(u, batch)
            for ref in batch:
                yield work(u, ref)

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

    def collect(self, portal: Portal, since: datetime | None = None, *, by: str = "") -> Collected:
        """Settle what is in doubt where the portal can tell, then take in every piece not committed yet.

        Listing marks nothing. A piece is fetched until it is committed, and never again.
        """
        return collect(self, portal, since, by)

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


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    if isinstance(ids, str):
        ids = (ids,)
    found = tuple(dict.fromkeys(ids))
    if not found:
        raise InputRefused("nothing_named")
    return found


def _no_nir(ref: str | None) -> None:
    """A reference that a person types stays in a journal for good; one that a portal gives is never refused."""
    if ref is not None and holds_nir(ref):
        raise InputRefused("reference_is_a_nir")
