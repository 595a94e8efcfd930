"""The order of pieces, key by key, and the words, names and defaults that databases and hosts rely on."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from due_workflow import Acs, Ads, Ars, InputRefused, Mode, Outcome, Receipt, Unreadable, Verdict
from due_workflow.receipts import Evidence, Piece, evidence_of
from due_workflow.testing import factories as f

NOW = f.NOW
A, ANOMALY, REFUSED = Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_ANOMALY, Outcome.REJECTED


def piece(**changes: Any) -> Piece:
    given: dict[str, Any] = {"outcome": A, "issued_at": NOW, "sha256": "5", "receipt": "r"}
    return Piece(**(given | changes))


ASCENDING: dict[str, tuple[Piece, ...]] = {
    "told before, first-hand": (piece(first_hand=False, issued_at=NOW + timedelta(days=1), piece="z"), piece()),
    "earlier, later": (piece(piece="9"), piece(issued_at=NOW + timedelta(microseconds=1))),
    "no number, numbers as numbers, text": (
        piece(outcome=REFUSED, sha256="9"),
        piece(piece="0"),
        piece(piece="9"),
        piece(piece="10"),
        piece(piece="9" * 39),
        piece(piece="1" * 41),
        piece(piece="9" * 40),
        piece(piece="A"),
        piece(piece="\u0663"),
    ),
    "accepted, with an anomaly, rejected": (
        piece(sha256="9"),
        piece(outcome=ANOMALY, sha256="8"),
        piece(outcome=REFUSED, sha256="7"),
    ),
    "by the digest": (piece(sha256="1", message="b"), piece(sha256="2", message="a")),
    "by the message": (
        piece(message="", receipt="z"),
        piece(message="a", outcome=A, receipt="z"),
        piece(message="b", receipt="a"),
    ),
    "by the word of what decides nothing": (
        piece(outcome=Outcome.NO_RETURN, receipt="z"),
        piece(outcome=Outcome.PENDING, receipt="y"),
        piece(outcome=Outcome.SUSPENDED, receipt="x"),
        piece(outcome=Outcome.UNKNOWN, receipt="w"),
    ),
    "by the receipt": (piece(receipt="a"), piece(receipt="b")),
}


@pytest.mark.parametrize("name", ASCENDING)
def test_pieces_rank_by_each_key_before_those_that_follow(name: str) -> None:
    pieces = ASCENDING[name]
    for lower, higher in pairwise(pieces):
        assert lower.rank < higher.rank
        for one, other in ((lower, higher), (higher, lower)):
            joined = Evidence(slots={"acs": one}).join(Evidence(slots={"acs": other}))
            assert joined.slots["acs"] == higher


def test_an_anomaly_counts_as_accepted_and_only_three_words_decide() -> None:
    assert [o.value for o in Outcome if o.decides] == ["accepted", "accepted_with_anomaly", "rejected"]
    assert [o.value for o in Outcome if o.accepted] == ["accepted", "accepted_with_anomaly"]
    others = ["pending", "suspended", "no_return", "unknown"]
    assert [o.value for o in Outcome if not o.decides] == others
    assert [mode.value for mode in Mode] == ["test", "real"]


def test_the_decisive_piece_is_the_own_recipients_ars_then_the_acs_then_the_ads() -> None:
    ads, acs, ars = (piece(receipt=name) for name in ("ads", "acs", "ars"))
    whole = Evidence(slots={"ads": ads, "acs": acs, "ars:CIRSO": ars, "ars:MSA": piece(outcome=REFUSED)})
    assert whole.decisive("CIRSO") == ars
    assert whole.decisive("URSSAF") == acs
    assert Evidence(slots={"ads": ads}).decisive("CIRSO") == ads
    assert Evidence(slots={"acs": acs}).decisive("CIRSO") == acs
    assert Evidence().decisive("CIRSO") is None


def test_all_that_is_known_is_shown() -> None:
    slots = {"ads": piece(), "ars?:CIRSO": piece(outcome=Outcome.PENDING)}
    assert Evidence(slots=slots).shown() == tuple(slots.items())


def test_an_instant_is_kept_in_utc_and_a_day_is_its_paris_midnight() -> None:
    at = datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    assert f.ads("7", at).issued_at.isoformat() == "2026-06-30T22:30:00+00:00"
    for day in ("2026-07-01", at.date()):
        assert f.ads("7", day).issued_at.isoformat() == "2026-06-30T22:00:00+00:00"  # type: ignore[arg-type]
    with pytest.raises(InputRefused):
        f.ads("7", datetime(2026, 7, 1))


def test_one_receipt_may_say_what_decides_and_what_does_not() -> None:
    verdicts = (Verdict(outcome=A, message="m"), Verdict(outcome=Outcome.PENDING, restated=True))
    found = evidence_of(f.ars("7", recipient="ars", piece="3"), "id", "sha", verdicts)
    assert found.slots.keys() == {"ars:ars", "ars?:ars"}
    assert found.slots["ars:ars"] == piece(piece="3", sha256="sha", receipt="id", message="m")
    assert found.slots["ars?:ars"].first_hand is False
    assert evidence_of(f.acs("7"), "id", "sha", ()).slots == {}
    assert evidence_of(f.acs("7"), "id", "sha", verdicts[1:]).slots.keys() == {"acs?"}
    assert evidence_of(f.ads("7"), "id", "sha", ()).slots.keys() == {"ads"}


def test_the_newer_of_two_verdicts_of_one_receipt_wins() -> None:
    verdicts = (Verdict(outcome=REFUSED), Verdict(outcome=A))
    for told in (verdicts, verdicts[::-1]):
        assert evidence_of(f.acs("7"), "id", "sha", told).slots["acs"].outcome is REFUSED


IDENTITIES = {
    "ads": (f.ads("7", raw=b"x"), "a87cc5850db549012efeb5e7debbb074"),
    "ars": (f.ars("7", account="acc", piece="3", raw=b"x"), "86749c7fd3471de3e6dc1b42083a6811"),
    "unreadable": (Unreadable(raw=b"x", account="acc", why="no_avis"), "5321f93cb5018f1674ec06e6dea2cd30"),
}


@pytest.mark.parametrize("kind", IDENTITIES)
def test_a_receipt_keeps_its_name_for_ever(kind: str) -> None:
    """Databases know their receipts by it."""
    paper, name = IDENTITIES[kind]
    assert paper.identity == name


def test_nothing_but_the_names_of_a_receipt_makes_its_identity() -> None:
    given: dict[str, Any] = {"portal": "p", "account": "a", "piece": "3", "raw": b"x"}
    base = f.acs("7", **given)
    assert f.acs("7", REFUSED, NOW + timedelta(1), filename="f", **given).identity == base.identity
    changes: tuple[dict[str, Any], ...] = ({"portal": "q"}, {"account": "b"}, {"piece": None}, {"raw": b"y"})
    others = [f.acs("7", **(given | change)) for change in changes] + [f.acs("8", **given), f.ars("7", **given)]
    assert len({base.identity, *(other.identity for other in others)}) == len(others) + 1
    split = f.acs("7", **(given | {"portal": "pa", "account": ""})), f.acs("7", **(given | {"portal": "p"}))
    assert split[0].identity != split[1].identity


def test_a_receipt_has_these_defaults() -> None:
    ads = Ads(portal_ref=" 7 ", issued_at=NOW)
    assert (ads.portal_ref, ads.portal, ads.account, ads.piece, ads.mode) == ("7", "jedeclare", "", None, None)
    assert (ads.filename, ads.sirets, ads.count, ads.raw) == (None, (), None, None)
    assert ads.verdicts == ()
    assert Ars(portal_ref="7", issued_at=NOW, verdicts=()).recipient == "CIRSO"
    verdict = Verdict(outcome=A)
    assert (verdict.siret, verdict.reference, verdict.message, verdict.restated) == (None, None, "", False)
    lost = Unreadable(why="x")
    assert (lost.raw, lost.portal, lost.account, lost.filename) == (b"", "jedeclare", "", None)
    assert (piece().first_hand, piece().piece, piece().message) == (True, None, "")
    assert Evidence().slots == {}


def test_the_bytes_of_a_receipt_are_neither_shown_nor_dumped() -> None:
    for paper in (f.ads("7", raw=b"secret"), Unreadable(raw=b"secret", why="x")):
        assert "secret" not in repr(paper)
        assert "raw" not in paper.model_dump()


def test_a_reference_is_not_empty_and_a_kind_is_one_of_three() -> None:
    with pytest.raises(InputRefused) as refused:
        Ads(portal_ref=" ", issued_at=NOW)
    assert [(p.where, p.code) for p in refused.value.problems] == [("portal_ref", "empty")]
    read = TypeAdapter[Any](Receipt).validate_python
    assert isinstance(read({"kind": "acs", "portal_ref": "7", "issued_at": NOW, "verdicts": []}), Acs)
    for wrong in ({"kind": "acs", "portal_ref": "7", "issued_at": NOW}, {"kind": "due"}, {}):
        with pytest.raises(ValidationError) as told:
            read(wrong)
        assert told.value.error_count() == 1, "by its kind, not by trying all three"
