"""The API DPAE of the URSSAF as a portal: deposit over HTTPS, returns listed and fetched by the flux's reference.

A deposit is handed over once. Only what is certain is told as not sent: no byte of it left, or the portal itself said
that it took nothing. Everything else is a doubt, which this API cannot settle: it looks nothing up by content.
A password is asked for when it is needed and forgotten; the token lives in memory. Neither is ever told. Extra `http`.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from due_workflow.adapters import upload
from due_workflow.adapters._envelope import No
from due_workflow.adapters._line import Answer, Line, LineSettings, LineTrouble, trouble_of
from due_workflow.adapters._urssaf_listing import Listing, of_all
from due_workflow.adapters._urssaf_papers import (
    API,
    Return,
    UrssafFormat,
    disagrees,
    notice_of,
    read_deposited,
    read_return,
)
from due_workflow.adapters._urssaf_returns import Recent, Returns
from due_workflow.adapters._urssaf_session import Session, UrssafAddresses, UrssafCredentials
from due_workflow.base import doors
from due_workflow.errors import (
    CannotTell,
    ContentRefused,
    InputRefused,
    NotSent,
    PieceUnavailable,
)
from due_workflow.identifiers import scrub, unnamed
from due_workflow.message import STANDARD, MessageFormat
from due_workflow.models import Submission
from due_workflow.ports import Parcel, PieceRef
from due_workflow.receipts import Acs, Ads, Ars, Mode, Receipt, Unreadable

_CONTENT = frozenset({413, 422})
"""Statuses by which the file itself is refused: the same one would be again."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """How `UrssafPortal.wait` asks: after `first` seconds, then every `every`, `times` times more."""

    first: float = 1.0
    every: float = 10.0
    times: int = 60

    @property
    def pauses(self) -> Iterator[float]:
        """The seconds before each question."""
        yield self.first
        for _ in range(self.times):
            yield self.every


@doors
class UrssafPortal:
    """Deposits with the URSSAF and collects its returns.

    One instance serves any number of threads, and keeps one token for them.

    Args:
        account: the declarant's SIRET; the firm's account at this portal.
        credentials: gives them each time a token is asked for, and to mask them in a refusal's words; the environment
            by default.
        form: how the message is written.
        addresses: where the API is.
        line: proxy, certificates, time limits, and the software's name for the User-Agent.
        recipient: whose ARS the returns of nature 11 are.
        words: the words of the API's answers.
        content_type: of a deposit's body.
        listing: seconds that the questions of one listing may take together; the next one goes on where it ended.
        clock: the present instant, for an answer that tells no date.

    Raises:
        InputRefused: an address or a setting of the line cannot be used.
    """

    name = "urssaf"

    def __init__(
        self,
        account: str,
        credentials: Callable[[], UrssafCredentials] = UrssafCredentials.from_env,
        *,
        form: MessageFormat = STANDARD,
        addresses: UrssafAddresses | None = None,
        line: LineSettings | None = None,
        recipient: str = "URSSAF",
        words: UrssafFormat = API,
        content_type: str = "application/xml",
        listing: float = 300.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not callable(credentials):
            raise TypeError("credentials: a function that gives UrssafCredentials, so that nothing keeps a password")
        if not listing > 0:
            raise InputRefused("line_setting", setting="listing")
        self.account, self.recipient, self.form, self.words = account, recipient, form, words
        self.addresses = to = addresses or UrssafAddresses()
        self._clock, self._content_type = clock, content_type
        reached = Line(self.name, line or LineSettings(), (to.authenticate, to.deposit, to.returns))
        self._session = Session(reached, account, to.authenticate, credentials)
        self._returns = Returns(self._session, account, to.returns, words)
        self._listing = Listing(self._returns, listing)
        self._ads: Recent[tuple[str, str], Ads] = Recent(256)

    def __repr__(self) -> str:
        return f"UrssafPortal({self.account!r})"

    # ---- deposit

    def render(self, submissions: Sequence[Submission], mode: Mode) -> Parcel:
        """See `due_workflow.ports.Portal.render`.

        Raises:
            InputRefused: with everything that the message lacks.
        """
        return upload.parcel(submissions, mode, self.form, "dpae")

    def deposit(self, parcel: Parcel) -> Ads | None:
        """Hand the file over, once. None: it was taken, and the answer names no reference.

        A 401 says that the token was not good and that nothing was taken: it is renewed once, and the file handed over
        with the new one.

        Raises:
            NotSent: no byte of it left (no connection, no token), or the portal says that it took nothing;
                `ContentRefused` where it refuses the message itself.
            LineTrouble: bytes left and it is not known what became of them: a doubt.
        """
        upload.left_as(parcel, self.form)
        trouble, answer = None, None
        headers = {"content-type": self._content_type, "content-encoding": "gzip"}
        try:
            answer = self._session.ask("POST", self.addresses.deposit, headers, gzip.compress(parcel.content, mtime=0))
        except LineTrouble as error:
            trouble = error.anew()
        if answer is None:
            assert trouble is not None
            raise trouble if trouble.left else trouble.unsent()
        if answer.status != 200:
            trouble = trouble_of(self.name, answer, self._notice(answer, parcel))
            if answer.status in self.words.not_taken:
                raise ContentRefused(trouble.why) if answer.status in _CONTENT else trouble.unsent()
            raise trouble
        ads = self._taken(answer, parcel)
        if ads is not None:
            self._ads.put((parcel.filename, parcel.sha256), ads)
        return ads

    def find(self, parcel: Parcel) -> Ads | None:
        """The ADS of a parcel that this instance handed over.

        Raises:
            CannotTell: any other; the API looks nothing up by content.
        """
        ads = self._ads.get((parcel.filename, parcel.sha256))
        if ads is None:
            raise CannotTell("urssaf_cannot_find")
        return ads

    def _taken(self, answer: Answer, parcel: Parcel) -> Ads | None:
        """The ADS that the answer to a deposit is.

        Raises:
            NotSent: it says that nothing was taken.
            LineTrouble: it does not say what became of the deposit.
        """
        said = None
        try:
            said = read_deposited(answer.body, self.words)
        except No as no:
            detail = f"{answer.host}, {no}"
        if said is not None and said.state != self.words.taken and (said.state or not said.ref):
            detail = ", ".join(
                filter(
                    None,
                    (
                        answer.host,
                        said.ref,
                        scrub(self._session.hidden(said.state or ""))[:40],
                        self._notice(answer, parcel),
                    ),
                )
            )
            if said.state in self.words.refused and said.ref is None:
                raise NotSent(f"urssaf_refused: {detail}")
            raise LineTrouble(self.name, "urssaf_state" if said.ref else "urssaf_no_ads", detail, left=True)
        if said is None:
            raise LineTrouble(self.name, "urssaf_no_ads", detail, left=True)
        if said.ref is None:
            return None
        return Ads(
            portal_ref=said.ref,
            issued_at=said.at or self._clock(),
            portal=self.name,
            account=self.account,
            mode=said.mode,
            filename=parcel.filename,
            count=len(parcel.submissions) or None,
            raw=bytes(answer.body),
        )

    def _notice(self, answer: Answer, parcel: Parcel) -> str:
        """What the portal says for people, without the names that the message holds."""
        said = scrub(notice_of(answer.body, self._session.hidden))
        if not said:
            return ""
        try:
            hires = upload.read(parcel.content, self.form).hires
        except InputRefused:
            return ""
        names = (
            getattr(hire, name) for hire in hires for name in ("surname", "usual_name", "first_names", "birth_town")
        )
        return unnamed(said, [name for name in names if name])

    # ---- returns

    def available(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]:  # noqa: ARG002
        """The returns of the deposits `refs`, those of other profiles left out; without `refs` there are none.

        The API lists by the deposit's reference only, so `since` changes nothing. Listing marks nothing. A deposit
        whose list fails does not keep the others back: the first failure is told after them.

        Raises:
            LineTrouble: the portal cannot be reached, refuses the account, or failed three times in a row (a deposit
                that it does not know any more is no such failure); the rest was not listed.
            PartialListing: the returns of some deposits could not be listed; those of all others were. Or `listing`
                seconds were over, and the next listing goes on from there.
        """
        return self._listing.pieces(refs)

    def fetch(self, piece: PieceRef) -> Receipt | Unreadable:
        """Read one return: nature 10 as ACS, 11 as ARS. Repeatable.

        Raises:
            LineTrouble: the portal cannot be reached, or refuses the account.
            PieceUnavailable: this one cannot be had: withdrawn, overwritten since it was listed, at a host that is not
                allowed, or the portal answers with something else.
        """
        found, trouble = None, None
        try:
            found = self._fetched(piece)
        except LineTrouble as error:
            trouble = error.anew()
        if trouble is not None:
            raise trouble if of_all(trouble) else PieceUnavailable(trouble.why)
        if found is None:
            raise PieceUnavailable(f"portal_no_document: {scrub(piece.number)[:60]}")
        return found

    def _fetched(self, piece: PieceRef) -> Acs | Ars | Unreadable | None:
        line = self._returns.line_of(piece)
        found = self._read(piece, line)
        if found is None or isinstance(found, Unreadable):
            self._returns.forget(piece)  # a page of somebody else's, or a text damaged on the way: once more
            found = self._read(piece, line)
        elif disagrees(found, line):
            found = self._read(piece, self._returns.now(piece)) or found
        return found

    def wait(self, ref: str, cadence: Cadence | None = None, stop: Event | None = None) -> tuple[PieceRef, ...]:
        """Ask for the returns of one deposit until one of them decides, as long as `cadence` says or until `stop`.

        Usually under a minute. A failure of the line is asked over; what is there at the end is given, maybe nothing.

        Raises:
            LineTrouble: the portal refuses, or failed at the last question too.
        """
        found: tuple[PieceRef, ...] = ()
        stop, trouble = stop or Event(), None
        for pause in (cadence or Cadence()).pauses:
            if stop.wait(pause):
                break
            found, trouble = self._seen(ref)
            lasting = trouble is not None and trouble.status is not None and trouble.status < 500
            refused = lasting and trouble is not None and trouble.status != 429
            if refused or any(map(self._decides, found)):
                break
        if trouble is not None:
            raise trouble
        return found

    def close(self) -> None:
        """Forget the token and close what connections were kept; another call begins anew."""
        self._session.close()

    def _seen(self, ref: str) -> tuple[tuple[PieceRef, ...], LineTrouble | None]:
        pieces, listing = [], self._returns.of_one(ref)
        while True:
            try:
                pieces.append(next(listing))
            except StopIteration as end:
                return tuple(pieces), end.value

    def _read(self, piece: PieceRef, line: Return) -> Acs | Ars | Unreadable | None:
        body = bytes(self._returns.body(piece, line))
        whence = {"portal": self.name, "account": self.account}
        found = read_return(body, line, whence, self.recipient, self._clock(), self.words)
        if not isinstance(found, Acs | Ars) or not any(verdict.message for verdict in found.verdicts):
            return found
        hide = self._session.without_tokens
        return found.with_(verdicts=tuple(v.with_(message=hide(v.message)) if v.message else v for v in found.verdicts))

    def _decides(self, piece: PieceRef) -> bool:
        line = self._returns.listed(piece)
        return line is not None and (line.nature == self.words.ars or line.status == "KO")


__all__ = [
    "API",
    "Cadence",
    "LineSettings",
    "LineTrouble",
    "UrssafAddresses",
    "UrssafCredentials",
    "UrssafFormat",
    "UrssafPortal",
]
