"""Deposits in doubt at one portal account: the portal is asked for each, and its word settles it.

Whatever a portal raises over one deposit leaves that one in doubt and keeps nothing else back. Nothing is sent again
here.
"""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

from due_workflow.errors import CannotTell, DueWorkflowError, InputRefused, NotFound, TransitionRefused
from due_workflow.models import Deposit
from due_workflow.ports import Parcel, Portal
from due_workflow.receipts import Ads

if TYPE_CHECKING:
    from due_workflow.workflow import DueWorkflow

log = logging.getLogger("due_workflow.doubts")

STOP_AFTER = 3
"""Failures in a row of other kinds than *cannot tell*; with a minute for each, the collection's lease still holds."""


def of_account(deposit: Deposit, portal: Portal) -> bool:
    """Whether a deposit went to this portal account."""
    return (deposit.portal, deposit.account) == (portal.name, portal.account)


def settle(flow: DueWorkflow, portal: Portal, by: str) -> tuple[int, int]:
    """Ask for each deposit in doubt; how many were settled, and how many are left.

    Where the portal fails over `STOP_AFTER` in a row, the rest waits for another collection, which begins elsewhere.
    """
    doubts = [deposit for deposit in flow.read.deposits(("in_doubt",)) if of_account(deposit, portal)]
    turn = random.randrange(len(doubts)) if doubts else 0  # noqa: S311
    settled = in_a_row = 0
    for deposit in doubts[turn:] + doubts[:turn]:
        try:
            found, ads = True, _looked_for(flow, portal, deposit)
        except CannotTell:
            continue
        except Exception as error:  # noqa: BLE001  # one deposit's fault must not keep the pieces of the others back
            log.warning("%s is left in doubt: %s", deposit.id, _of_what(error))
            found, ads, in_a_row = False, None, in_a_row + 1
        if in_a_row == STOP_AFTER:
            break
        if found:
            in_a_row = 0
            settled += _settled(flow, deposit, ads, by)
    return settled, len(doubts) - settled


def _looked_for(flow: DueWorkflow, portal: Portal, deposit: Deposit) -> Ads | None:
    parcel = _parcel(flow, deposit)
    if parcel is None:
        raise CannotTell("sent by the host itself")
    ads = portal.find(parcel)
    if ads is not None and not isinstance(ads, Ads):
        raise TypeError("find gives an Ads or None")
    return ads


def _of_what(error: Exception) -> str:
    """What failed, without a word of what a portal may have put into its error."""
    return error.code if isinstance(error, DueWorkflowError) else type(error).__name__


def _settled(flow: DueWorkflow, deposit: Deposit, ads: Ads | None, by: str) -> bool:
    try:
        if ads is not None:
            flow.found(deposit.id, ads, by=by)
        else:
            flow.settle_doubt(deposit.id, not_found=True, by=by)
    except (InputRefused, TransitionRefused):
        # settled by another in the meantime, or the portal knew it once: a person looks, the collection goes on
        return False
    return True


def _parcel(flow: DueWorkflow, deposit: Deposit) -> Parcel | None:
    try:
        content = flow.read.parcel(deposit.id)
    except NotFound:
        return None
    return Parcel(deposit.filename or "", content, deposit.sha256 or "", deposit.mode, tuple(deposit.items))
