"""The commands about hires: their attempts, and the purge of their personal data. Each is one commit.

A method names a pure rule and has it committed (see `engine`); nothing is sent and nothing decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import TypeVar

from due_workflow import hiring, purging
from due_workflow.base import doors, word_of
from due_workflow.declarations import Declaration
from due_workflow.engine import Engine, each_once
from due_workflow.errors import DueWorkflowError
from due_workflow.models import (
    Filing,
    Submission,
)
from due_workflow.ports import Kind, Ref
from due_workflow.purging import Purged, PurgeResult
from due_workflow.receipts import Mode
from due_workflow.telemetry import observed
from due_workflow.unit import Unit

R = TypeVar("R")


@doors
@observed
class HireCommands(Engine):
    """What is said of hires and their attempts before anything leaves, and once it is long past."""

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
        ids = each_once(ids)
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
