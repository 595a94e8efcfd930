"""Evidence is a join: commutative, associative, idempotent; the standing is the ARS over the ACS over the ADS."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from due_workflow import Acs, Ads, Ars, InputRefused, Mode, Outcome, Verdict
from due_workflow.receipts import Evidence, Piece, evidence_of
from due_workflow.testing import factories as f
from stories import NOW, A, R

HOUR = timedelta(hours=1)
UNDECIDED = [Outcome.PENDING, Outcome.SUSPENDED, Outcome.NO_RETURN, Outcome.UNKNOWN]


def pieces(outcomes: list[Outcome]) -> st.SearchStrategy[Piece]:
    return st.builds(
        Piece,
        outcome=st.sampled_from(outcomes),
        first_hand=st.booleans(),
        issued_at=st.sampled_from([NOW, NOW + HOUR]),
        piece=st.sampled_from([None, "1", "2", "10", "x"]),
        sha256=st.sampled_from(["a", "b"]),
        receipt=st.sampled_from(["r1", "r2"]),
        message=st.sampled_from(["", "m"]),
    )


DECIDED = pieces([A, R, Outcome.ACCEPTED_WITH_ANOMALY])
SLOTS = {"ads": pieces([A]), "acs": DECIDED, "ars:CIRSO": DECIDED, "ars:URSSAF": DECIDED}
SLOTS |= {"acs?": pieces(UNDECIDED), "ars?:CIRSO": pieces(UNDECIDED)}


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    names = draw(st.sets(st.sampled_from(sorted(SLOTS))))
    return Evidence(slots={name: draw(SLOTS[name]) for name in sorted(names)})


# ---- the laws of a join


@given(evidences(), evidences())
def test_joining_is_commutative(a: Evidence, b: Evidence) -> None:
    assert a.join(b) == b.join(a)


@given(evidences(), evidences(), evidences())
def test_joining_is_associative(a: Evidence, b: Evidence, c: Evidence) -> None:
    assert a.join(b).join(c) == a.join(b.join(c))


@given(evidences(), evidences())
def test_joining_is_idempotent_and_says_so_by_identity(a: Evidence, b: Evidence) -> None:
    joined = a.join(b)
    assert joined.join(b) is joined
    assert joined.join(a) is joined
    assert a.join(Evidence.EMPTY) is a
    assert Evidence.EMPTY.join(a) == a


@given(evidences(), evidences())
def test_joining_only_ever_adds(a: Evidence, b: Evidence) -> None:
    joined = a.join(b)
    assert set(joined.slots) == set(a.slots) | set(b.slots)
    for one in (a, b):
        assert all(joined.slots[slot].rank >= piece.rank for slot, piece in one.slots.items())


@given(DECIDED, DECIDED)
def test_two_different_pieces_are_never_equal_in_rank(a: Piece, b: Piece) -> None:
    assert (a.rank == b.rank) is (a == b)


# ---- the standing


def told(*papers: Ads | Acs | Ars, recipient: str = "CIRSO") -> str | None:
    joined = Evidence.EMPTY
    for paper in papers:
        joined = joined.join(evidence_of(paper, paper.identity, paper.sha256, paper.verdicts))
    return joined.standing(recipient)


def test_the_own_recipients_ars_stands_over_the_acs_over_the_ads() -> None:
    ads, acs, ars = f.ads("1"), f.acs("1"), f.ars("1")
    assert told() is None
    assert told(ads) == "ads"
    assert told(ads, acs) == "acs_accepted"
    assert told(ads, acs, ars) == "ars_accepted"
    # a later ACS, a later ADS: the ARS stands
    assert told(ars, f.acs("1", R, at=NOW + HOUR), f.ads("1", NOW + HOUR)) == "ars_accepted"
    assert told(f.acs("1", R), f.ads("1", NOW + HOUR)) == "acs_rejected"
    assert told(f.ars("1", R), acs) == "ars_rejected"


def test_a_foreign_recipients_ars_counts_as_a_deposit_only() -> None:
    foreign = f.ars("1", R, recipient="URSSAF")
    assert told(foreign) == "ads"
    assert told(foreign, f.acs("1")) == "acs_accepted"
    assert told(foreign, f.ars("1")) == "ars_accepted"
    assert told(foreign, f.ars("1"), recipient="URSSAF") == "ars_rejected"


@pytest.mark.parametrize("outcome", UNDECIDED)
@pytest.mark.parametrize("make", [f.acs, f.ars])
def test_what_does_not_decide_never_decides_and_proves_the_deposit(make: Any, outcome: Outcome) -> None:
    later = make("1", outcome, at=NOW + HOUR)
    assert told(later) == "ads"
    assert told(later, f.ars("1", R)) == "ars_rejected"
    assert told(later, f.acs("1")) == "acs_accepted"
    assert not outcome.decides
    assert not outcome.accepted


def test_accepted_with_an_anomaly_is_accepted() -> None:
    assert told(f.ars("1", Outcome.ACCEPTED_WITH_ANOMALY)) == "ars_accepted"
    assert told(f.acs("1", Outcome.ACCEPTED_WITH_ANOMALY)) == "acs_accepted"


# ---- the rank, one word of it after the other


def ars(outcome: Outcome, at: datetime = NOW, piece: str | None = None, restated: bool = False) -> Ars:
    said = Verdict(outcome=outcome, restated=restated)
    return Ars(portal_ref="1", issued_at=at, piece=piece, verdicts=(said,))


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        # told before by another piece is not first-hand, however late it comes
        (ars(A, NOW + HOUR, "9", restated=True), ars(R)),
        (ars(R, NOW + HOUR, "9", restated=True), ars(A)),
        # then the hour of issue
        (ars(R, NOW, "9"), ars(A, NOW + HOUR)),
        # then the number of the piece: absent < number < text
        (ars(R), ars(A, piece="1")),
        (ars(R, piece="9"), ars(A, piece="10")),
        (ars(R, piece="10"), ars(A, piece="x")),
        (ars(R, piece="x"), ars(A, piece="y")),
        # then severity: the rejection last
        (ars(A, piece="1"), ars(R, piece="1")),
        (ars(A), ars(Outcome.ACCEPTED_WITH_ANOMALY)),
        (ars(Outcome.ACCEPTED_WITH_ANOMALY), ars(R)),
    ],
)
def test_the_stronger_piece_decides_in_either_order(weaker: Ars, stronger: Ars) -> None:
    expected = "ars_accepted" if stronger.verdicts[0].outcome.accepted else "ars_rejected"
    assert told(weaker, stronger) == told(stronger, weaker) == expected


def test_a_restated_verdict_decides_where_it_is_all_there_is() -> None:
    assert told(ars(A, restated=True)) == "ars_accepted"


def test_a_day_without_an_hour_is_midnight_in_paris() -> None:
    day = Ads(portal_ref="1", issued_at=date(2026, 7, 14))  # type: ignore[arg-type]
    text = Ads(portal_ref="1", issued_at="2026-07-14")  # type: ignore[arg-type]
    assert day.issued_at == text.issued_at == datetime.fromisoformat("2026-07-13T22:00:00Z")
    with pytest.raises(InputRefused):
        Ads(portal_ref="1", issued_at=datetime(2026, 7, 14, 9))


# ---- who a receipt is


def test_a_receipts_identity_is_its_portal_account_kind_reference_number_and_content() -> None:
    one = f.ars("1", account="a", piece="7", raw=b"x")
    assert one.identity == f.ars("1", account="a", piece="7", raw=b"x").identity
    others = [
        f.ars("1", account="b", piece="7", raw=b"x"),
        f.ars("2", account="a", piece="7", raw=b"x"),
        f.ars("1", account="a", piece="8", raw=b"x"),
        f.ars("1", account="a", piece="7", raw=b"y"),
        f.ars("1", account="a", piece="7", raw=b"x", portal="urssaf"),
        f.acs("1", account="a", piece="7", raw=b"x"),
        f.ars("1", account="a", piece="7"),
    ]
    assert len({paper.identity for paper in [one, *others]}) == 8


def test_without_bytes_the_content_is_its_identity() -> None:
    assert f.ars("1").identity == f.ars("1").identity
    others = [f.ars("1", R), f.ars("1", at=NOW + HOUR), f.ars("1", mode=Mode.TEST), f.ars("1", recipient="URSSAF")]
    assert len({paper.identity for paper in [f.ars("1"), *others]}) == 5


def test_bytes_and_free_text_of_a_receipt_are_not_printed() -> None:
    paper = f.ars("1", raw=b"<secret/>", verdicts=(Verdict(outcome=R, message=f"NIR {f.nir()} invalide"),))
    assert "secret" not in repr(paper) + str(paper) + paper.model_dump_json()
    assert paper.verdicts[0].message == "NIR [NIR masqué] invalide"
