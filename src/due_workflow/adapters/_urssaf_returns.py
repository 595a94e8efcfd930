"""The returns of the API DPAE as pieces: listed by the deposit's reference, each one named, told apart, and had once.

A piece is named by its flux, nature and id; its stamp changes when the portal overwrites it. Whether a return is of our
profile only its content tells: it is read while listing, and kept for the fetch that follows. Extra `http`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar
from urllib.parse import quote

from due_workflow.adapters._envelope import No
from due_workflow.adapters._line import LineTrouble, trouble_of
from due_workflow.adapters._urssaf_papers import Return, UrssafFormat, is_reference, is_stranger, read_listing
from due_workflow.adapters._urssaf_session import Session
from due_workflow.identifiers import scrub
from due_workflow.ports import PieceRef, Sealed

K = TypeVar("K")
V = TypeVar("V")

_KEPT = 256 * 1024
"""The longest return that is kept between its listing and its fetch, in bytes."""
LATE = "urssaf_listing_time"
"""The code of a listing whose time was over."""


class Returns:
    """Lists and gets the returns of one account, from any thread.

    Args:
        session: who asks.
        account: the declarant's SIRET.
        address: where lists are.
        words: the words of the API's answers.
    """

    def __init__(self, session: Session, account: str, address: str, words: UrssafFormat) -> None:
        self.name, self.account, self.words = session.name, account, words
        self._session, self._address = session, address
        self._listed: Recent[PieceRef, Return] = Recent(10_000)
        self._bodies: Recent[PieceRef, Sealed] = Recent(128)
        self._strange: Recent[PieceRef, bool] = Recent(10_000)

    def listed(self, piece: PieceRef) -> Return | None:
        """What this instance saw of a piece in the list."""
        return self._listed.get(piece)

    def forget(self, piece: PieceRef) -> None:
        """Get its content anew when it is asked for."""
        self._bodies.drop(piece)

    def of_one(self, ref: str, time: Time | None = None) -> Generator[PieceRef, None, LineTrouble | None]:
        """The pieces of one deposit; gives the first failure at the end instead of raising it.

        It ends early once `time` is over; what was read of the returns until then is not read again.
        """
        trouble, lines, time = None, list[Return](), time or Time()
        try:
            with time:
                lines = self._list(ref)
        except LineTrouble as error:
            trouble = error.anew()
        for line in lines:
            if time.over:
                return trouble or LineTrouble(self.name, LATE, left=True)
            piece, strange = self._piece(line), False
            self._listed.put(piece, line)
            try:
                with time:
                    strange = line.nature == self.words.ars and self._is_strange(piece, line)
            except LineTrouble as error:
                if error.code != "line_too_large":
                    trouble, strange = trouble or error.anew(), True
            if not strange:
                yield piece
        return trouble

    def _piece(self, line: Return) -> PieceRef:
        kind = {self.words.acs: "acs", self.words.ars: "ars"}.get(line.nature, line.nature)
        return PieceRef(self.name, self.account, kind, line.number, line.stamp)

    def _list(self, ref: str) -> list[Return]:
        if not is_reference(ref):
            raise LineTrouble(self.name, "urssaf_reference", left=False)
        address = self._address.rstrip("/") + "/" + quote(ref, safe="")
        answer = self._session.ask("GET", address, {"accept": "application/json"})
        if answer.status != 200:
            raise trouble_of(self.name, answer)
        why = ""
        try:
            return [line for line in read_listing(answer.body, ref) if line.status not in self.words.waiting]
        except No as no:
            why = str(no)
        raise LineTrouble(self.name, "urssaf_no_list", f"{answer.host}, {why}", left=True)

    def _is_strange(self, piece: PieceRef, line: Return) -> bool:
        """Whether a return is of another profile, which only its content tells."""
        known = self._strange.get(piece)
        if known is None:
            known = is_stranger(self.body(piece, line), self.words)
            self._strange.put(piece, known)
        return known

    def body(self, piece: PieceRef, line: Return) -> Sealed:
        """The content of a return, kept for the fetch that follows its listing."""
        body = self._bodies.get(piece)
        if body is not None:
            return body
        answer = self._session.ask("GET", line.url, {"accept": "application/xml, */*;q=0.5"})
        if answer.status != 200:
            raise trouble_of(self.name, answer)
        head = answer.body[:200].lstrip().lower()
        if answer.kind == "text/html" or head.startswith((b"<!doctype html", b"<html")):
            raise LineTrouble(self.name, "portal_no_document", answer.host, left=True)
        if len(answer.body) <= _KEPT:
            self._bodies.put(piece, answer.body)
        return answer.body

    def line_of(self, piece: PieceRef) -> Return:
        """The line of the list that a piece is, asked for again where another instance listed it.

        Raises:
            LineTrouble: it cannot be had, or is not what was listed any more.
        """
        known = self._listed.get(piece)
        if known is not None:
            return known
        line = self.now(piece)
        if line.stamp != piece.stamp:
            raise LineTrouble(self.name, "urssaf_gone", scrub(piece.number)[:60], left=True)
        return line

    def now(self, piece: PieceRef) -> Return:
        """What the list says of a piece now, overwritten or not."""
        lines = [line for line in self._list(piece.number.partition("/")[0]) if line.number == piece.number]
        same = [line for line in lines if line.stamp == piece.stamp]
        if not lines:
            raise LineTrouble(self.name, "urssaf_gone", scrub(piece.number)[:60], left=True)
        self._listed.put(self._piece(lines[-1]), lines[-1])
        return (same or lines)[-1]


class Time:
    """The seconds that something may take, of which only those spent inside `with` count."""

    def __init__(self, seconds: float = float("inf")) -> None:
        self._left, self._since = seconds, 0.0

    def __enter__(self) -> None:
        self._since = monotonic()

    def __exit__(self, *_: object) -> None:
        self._left -= monotonic() - self._since

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self._left <= 0


class Recent(Generic[K, V]):
    """What was put last, so many at most."""

    def __init__(self, most: int) -> None:
        self._most, self._kept, self._lock = most, OrderedDict[K, V](), Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            return self._kept.get(key)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def drop(self, key: K) -> None:
        with self._lock:
            self._kept.pop(key, None)
