"""In which order the returns of many deposits are listed, and which failures end a listing. Extra `http`.

A deposit whose list fails keeps no other back. Whether a failure is of one deposit, of a moment, or of the whole portal
is judged here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from due_workflow.adapters._line import LineTrouble
from due_workflow.adapters._urssaf_returns import LATE, Recent, Returns, Time
from due_workflow.errors import PartialListing
from due_workflow.identifiers import scrub
from due_workflow.ports import PieceRef

_ACCOUNT = frozenset({"line_no_name", "line_no_connection", "line_certificate", "line_tls", "line_proxy"}) | {
    "urssaf_no_credentials",
    "urssaf_other_account",
    "urssaf_no_token",
}
_REFUSED = frozenset({401, 403, 429})
"""Failures that speak of the account or of the way to the portal: the next question would fare no better."""
_PORTAL = frozenset({"line_timeout", "line_cut"})
_DOWN = frozenset({502, 503, 504})
"""Failures of a moment, or of a portal that is down: three in a row tell which."""


class Listing:
    """Lists the returns of deposits, those first that were asked about longest ago.

    Args:
        returns: of the account.
        longest: seconds that the questions of one listing may take together.
    """

    def __init__(self, returns: Returns, longest: float) -> None:
        self._returns, self._longest = returns, longest
        self._asked: Recent[str, int] = Recent(10_000)  # in which turn a deposit's returns were listed last
        self._turns = count(1)

    def pieces(self, refs: Sequence[str]) -> Iterator[PieceRef]:
        """See `UrssafPortal.available`."""
        failed, without, row, late, time = None, 0, 0, False, Time(self._longest)
        for ref in self._in_turn(refs):
            late = late or time.over
            if late:
                break
            self._asked.put(ref, next(self._turns))
            trouble = yield from self._returns.of_one(ref, time)
            late = trouble is not None and trouble.code == LATE
            if trouble is None or late:
                row = 0
                continue
            failed, without = failed or _named(trouble, ref), without + 1
            row = 0 if _of_one(trouble) else row + 1
            if row >= 3 or _of_account(trouble):
                raise trouble
        if failed is not None:
            raise PartialListing(failed if without == 1 else f"{failed} (+{without - 1})")
        if late:
            raise PartialListing(LATE)

    def _in_turn(self, refs: Sequence[str]) -> list[str]:
        """What was asked for longest ago comes first: a listing that is often cut short comes round to all of them."""
        return sorted(dict.fromkeys(refs), key=lambda ref: self._asked.get(ref) or 0)


def _named(trouble: LineTrouble, ref: str) -> str:
    """Why the returns of one deposit could not be listed, and whose."""
    return f"{trouble.why}{', ' if trouble.detail else ': '}idflux {scrub(ref)[:40]}"


def _of_one(trouble: LineTrouble) -> bool:
    """Whether the portal answered well, and this one deposit is the reason: purged, no reference, too long a list."""
    affair = trouble.status is not None and 400 <= trouble.status < 500
    return affair or trouble.code in ("urssaf_reference", "line_host", "line_too_large")


def _of_account(trouble: LineTrouble) -> bool:
    """Whether whatever is asked next fails in the same way."""
    return trouble.code in _ACCOUNT or trouble.status in _REFUSED


def of_all(trouble: LineTrouble) -> bool:
    """Whether it is about the line, the account or the whole portal, not about one deposit or piece."""
    return _of_account(trouble) or trouble.code in _PORTAL or trouble.status in _DOWN
