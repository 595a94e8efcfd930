"""The contract of `ports.Portal`, one small test per clause, for whoever writes a portal's adapter.

    class TestMyPortal(PortalContract):
        @pytest.fixture
        def portal(self): return MyPortal(...)  # a far end of its own for each test

Every deposit here is a TEST one; all the same, point it at a simulator, never at a live account. Override
`attempts` where the portal needs other declarations, `answer` where the test can make the far end publish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256

import due_workflow.testing.factories as factories  # noqa: PLR0402  # not the package: that would be a circle
from due_workflow.errors import CannotTell
from due_workflow.models import Submission, submission_id
from due_workflow.ports import Parcel, PieceRef, Portal
from due_workflow.receipts import Ads, Mode
from due_workflow.testing._contract import Contract, same, that


def attempt(reference: str = "E-0001", mode: Mode = Mode.TEST, at: datetime = factories.NOW) -> Submission:
    """A prepared attempt with its declaration, as the engine gives it to a portal."""
    declaration = factories.declaration(reference)
    return Submission(
        id=submission_id(reference, mode, 1),
        reference=reference,
        mode=mode,
        attempt=1,
        content=declaration.salted_hash("salt"),
        prepared_at=at,
        declaration=declaration,
    )


class PortalContract(Contract):
    """Every clause of a portal."""

    def attempts(self) -> Sequence[Submission]:
        """The attempts that one deposit of the clauses holds."""
        return [attempt()]

    def answer(self, portal: Portal, parcel: Parcel) -> bool:  # noqa: ARG002
        """Make the far end publish a piece about `parcel`. True when that was done."""
        return False

    def test_it_says_who_it_is(self, portal: Portal) -> None:
        """Name and account identify its pieces; the recipient's answer is the one that counts."""
        that(bool(portal.name) and bool(portal.recipient), "a portal needs a name and a recipient")
        that(isinstance(portal.account, str), "the account is a text, empty where there is one only")

    # ---- render

    def test_render_is_pure(self, portal: Portal) -> None:
        """The same attempts and mode give the same file, to the byte: it is made again after a restart."""
        same(portal.render(self.attempts(), Mode.TEST), portal.render(self.attempts(), Mode.TEST))

    def test_render_tells_the_sum_of_its_bytes(self, portal: Portal) -> None:
        """SHA-256, lower-case hex, of the content that is handed over."""
        parcel = self._parcel(portal)
        same(parcel.sha256, sha256(parcel.content).hexdigest())
        that(parcel.content != b"", "an empty file was rendered")

    def test_render_names_its_attempts_and_mode(self, portal: Portal) -> None:
        """In the order given."""
        parcel = self._parcel(portal)
        same((parcel.mode, parcel.submissions), (Mode.TEST, tuple(each.id for each in self.attempts())))

    def test_render_gives_a_plain_file_name(self, portal: Portal) -> None:
        """No folder in it, whatever the reference holds."""
        filename = self._parcel(portal).filename
        that(filename.strip(". ") != "" and not set(filename) & set('/\\:\x00\n"'), f"bad name {filename!r}")

    def test_render_sends_nothing(self, portal: Portal) -> None:
        """What was only rendered is not there: absent, or the portal cannot tell."""
        same(self._found(portal, self._parcel(portal)) or None, None)

    # ---- deposit and find

    def test_deposit_gives_an_ads_or_nothing_yet(self, portal: Portal) -> None:
        """An ADS of this portal and account, or None where it comes later."""
        ads = portal.deposit(self._parcel(portal))
        if ads is not None:
            that(isinstance(ads, Ads), f"deposit gave a {type(ads).__name__}")
            same((ads.portal, ads.account), (portal.name, portal.account))
            that(ads.mode in {None, Mode.TEST}, "the ADS of a TEST deposit says another mode")

    def test_what_was_taken_is_never_said_to_be_absent(self, portal: Portal) -> None:
        """None from `find` lets the engine send again: only what is certain may be affirmed."""
        parcel = self._parcel(portal)
        ads = portal.deposit(parcel)
        found = self._found(portal, parcel)
        that(found is not None, "find affirmed that a parcel which was taken is absent")
        if ads is not None and isinstance(found, Ads):
            same(found.portal_ref, ads.portal_ref)

    def test_find_keeps_parcels_apart(self, portal: Portal) -> None:
        """Another parcel's ADS is not this one's."""
        portal.deposit(self._parcel(portal))
        other = portal.render([attempt("E-0002")], Mode.TEST)
        that(not isinstance(self._found(portal, other), Ads), "find gave another parcel's ADS")

    # ---- available and fetch

    def test_pieces_are_named_by_portal_and_account(self, portal: Portal) -> None:
        """Their numbers are unique there only."""
        for piece in self._pieces(portal):
            same((piece.portal, piece.account), (portal.name, portal.account))

    def test_a_listing_names_each_piece_once(self, portal: Portal) -> None:
        """A name that came twice would hide a piece."""
        pieces = self._pieces(portal)
        same(len(set(pieces)), len(pieces))

    def test_listing_marks_nothing(self, portal: Portal) -> None:
        """A second listing of the same references shows the same."""
        first, again = self._listing(portal)
        same(set(again()), set(first))

    def test_what_was_fetched_is_still_listed(self, portal: Portal) -> None:
        """Fetched is not committed: after a crash it must be found again."""
        pieces, again = self._listing(portal)
        for piece in pieces:
            portal.fetch(piece)
        that(set(again()) >= set(pieces), "a piece that was fetched is listed no more")

    def test_a_listing_may_be_left_half_way(self, portal: Portal) -> None:
        """And begun anew."""
        pieces, again = self._listing(portal)
        next(again(), None)
        same(set(again()), set(pieces))

    def test_fetch_can_be_repeated(self, portal: Portal) -> None:
        """The same piece has the same identity, also through another listing."""
        for piece in self._pieces(portal):
            first, again = portal.fetch(piece), portal.fetch(piece)
            same((type(again), again.identity), (type(first), first.identity))

    def test_what_is_fetched_says_where_it_is_from(self, portal: Portal) -> None:
        """Portal and account, by which it is matched."""
        for piece in self._pieces(portal):
            found = portal.fetch(piece)
            same((found.portal, found.account), (portal.name, portal.account))

    def _parcel(self, portal: Portal) -> Parcel:
        return portal.render(self.attempts(), Mode.TEST)

    def _pieces(self, portal: Portal) -> list[PieceRef]:
        return self._listing(portal)[0]

    def _listing(self, portal: Portal) -> tuple[list[PieceRef], Callable[[], Iterator[PieceRef]]]:
        """What is listed for a deposit, answered where the test can; and how to list it again."""
        parcel = self._parcel(portal)
        ads = portal.deposit(parcel)
        answered = self.answer(portal, parcel)
        refs = [ads.portal_ref] if ads is not None else []

        def again() -> Iterator[PieceRef]:
            return iter(portal.available(None, refs))

        pieces = list(again())
        that(bool(pieces) or not answered, "what the far end published is not listed")
        return pieces, again

    def _found(self, portal: Portal, parcel: Parcel) -> Ads | bool | None:
        """What `find` says; False where it cannot tell."""
        try:
            return portal.find(parcel)
        except CannotTell:
            return False
