"""Evidence decides, not order: any permutation with repeats of any receipts ends in the same place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from due_workflow import Acs, Ads, Ars, Mode, Outcome, ReceiveResult, Verdict
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.ports import Changes, Kind
from due_workflow.testing import Step
from due_workflow.testing import factories as f
from stories import ACCOUNT, CABINET, NOW, Firm

Paper = Ads | Acs | Ars
SECOND = "second"
BUNCH = ("E-2", "E-3", "E-4")
# which deposit a reference names: (account, reference) → the hires in it; two accounts share their numbers
DEPOSITS: dict[tuple[str, str], tuple[Mode, tuple[str, ...]]] = {
    (ACCOUNT, "1"): (Mode.TEST, ("T-1",)),
    (ACCOUNT, "2"): (Mode.REAL, ("E-1",)),
    (ACCOUNT, "3"): (Mode.REAL, BUNCH),
    (ACCOUNT, "4"): (Mode.TEST, ("T-2", "T-3")),
    (ACCOUNT, "5"): (Mode.REAL, ("E-5",)),
    (ACCOUNT, "6"): (Mode.REAL, ("E-6",)),
    (ACCOUNT, "7"): (Mode.REAL, ("E-6",)),
    (ACCOUNT, "8"): (Mode.REAL, ("E-7",)),
    (ACCOUNT, "9"): (Mode.REAL, ("E-8",)),
    (ACCOUNT, "10"): (Mode.TEST, ("T-10",)),
    (ACCOUNT, "11"): (Mode.TEST, ("T-11",)),
    (SECOND, "1"): (Mode.REAL, ("E-9",)),
    (SECOND, "2"): (Mode.TEST, ("T-4",)),
}


@cache
def base() -> MemoryStorage:
    """A firm with deposits of every sort under way, all their references known, no receipt yet."""
    firm = Firm(gate="client").opened()
    for n in (1, 2):
        firm.mandated(n)
    for (account, ref), (mode, hires) in DEPOSITS.items():
        ids = []
        for hire in hires:
            n = 2 if hire == "T-4" else 1
            if (hire, ref) == ("E-6", "7"):
                sub = firm.flow.renew("E-6/real/1", None, "no answer")
            else:
                sub = firm.flow.prepare(f.declaration(hire, n), mode)
            ids.append(sub.id)
        if ref in ("10", "11"):
            in_doubt(firm, ids, ref, lost=ref == "11")
            continue
        # facts recorded after the event: flagged irregular, never refused
        firm.flow.mark_sent(ids, ref=ref, account=account)
    firm.flow.abandon("E-5/real/1", "given up")
    firm.flow.abandon("E-8/real/1", "given up for good", confirm=True)
    firm.flow.declared_elsewhere("E-7", NOW, "net-entreprises")
    return firm.storage  # type: ignore[return-value]


def in_doubt(firm: Firm, ids: list[str], ref: str, *, lost: bool) -> None:
    """The line broke, and nobody knows; or the portal said that it has nothing. Its number turns up all the same."""
    firm.portal.script(Step.BREAK_AFTER)
    (deposit,) = firm.flow.send(ids).deposits
    if lost:
        firm.flow.settle_doubt(deposit.id, not_found=True)
    firm.flow.learn_ref(deposit.id, ref)
    assert {firm.read.submission(id).state for id in ids} == {"lost" if lost else "in_doubt"}


def copy() -> Firm:
    """The same firm again, on a storage of its own."""
    storage, before = MemoryStorage(), base()
    records = [r for kind in Kind for r in before.find(CABINET, kind, limit=10_000)]
    entries = [e for r in records for e in before.journal(CABINET, r.ref)]
    storage.commit(CABINET, Changes([replace(r, version=0) for r in records], (), entries))
    return Firm(storage, gate="client")


def outcome_of(firm: Firm) -> dict[str, Any]:
    """All that is known of hires, deposits and receipts, with the keys they are found by and their deadlines."""
    found: dict[str, Any] = {}
    for kind in (Kind.FILING, Kind.DEPOSIT, Kind.RECEIPT):
        for record in firm.storage.find(CABINET, kind, limit=10_000):
            facts = json.loads(record.data)["facts"]
            found[str(record.ref)] = (record.state, facts, sorted(record.keys), record.due)
    return found


INSTANTS = [NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2), NOW.date()]


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    (account, ref), (mode, hires) = draw(st.sampled_from(sorted(DEPOSITS.items())))
    given_: dict[str, Any] = {
        "portal_ref": ref,
        "account": account,
        "issued_at": draw(st.sampled_from(INSTANTS)),
        "piece": draw(st.sampled_from([None, "1", "2", "10", "x"])),
        "mode": draw(st.sampled_from([None, None, None, mode, Mode.TEST])),
    }
    kind = draw(st.sampled_from([Ads, Acs, Ars, Ars, Ars]))
    if kind is Ads:
        return with_bytes(draw, Ads(**given_))
    deciding = st.sampled_from([Outcome.ACCEPTED, Outcome.REJECTED])
    said = [verdict(draw, hire, draw(deciding | st.sampled_from(Outcome))) for hire in hires]
    given_["verdicts"] = tuple(said[: draw(st.sampled_from([len(said), len(said), 1]))])
    given_["count"] = draw(st.sampled_from([None, None, len(hires)]))
    if kind is Ars:
        given_["recipient"] = draw(st.sampled_from(["CIRSO", "CIRSO", "URSSAF"]))
    return with_bytes(draw, kind(**given_))


def with_bytes(draw: st.DrawFn, paper: Paper) -> Paper:
    """Some receipts come with their bytes; the same bytes are always read the same way."""
    return paper.with_(raw=paper.model_dump_json().encode()) if draw(st.booleans()) else paper


def verdict(draw: st.DrawFn, hire: str, outcome: Outcome) -> Verdict:
    named = draw(st.sampled_from(["reference", "siret", "nobody", "stranger"]))
    return Verdict(
        outcome=outcome,
        reference={"reference": hire, "stranger": "X-1"}.get(named),
        siret=f.siret(2 if hire == "T-4" else 1) if named == "siret" else None,
        message=draw(st.sampled_from(["", "NIR invalide"])),
        restated=draw(st.sampled_from([False, False, True])),
    )


@st.composite
def orders(draw: st.DrawFn) -> tuple[list[Paper], list[Paper]]:
    """Some receipts, and the same in another order, some of them again."""
    some = draw(st.lists(papers(), min_size=1, max_size=8))
    again = draw(st.lists(st.sampled_from(some), max_size=4))
    return some, draw(st.permutations([*some, *again]))


def contradiction(ref: str, **changes: Any) -> list[Paper]:
    given_: dict[str, Any] = {"account": ACCOUNT} | changes
    return [f.ars(ref, outcome, **given_) for outcome in (Outcome.ACCEPTED, Outcome.REJECTED)]


def told(ref: str, mode: Mode | None = None) -> Ads:
    return Ads(portal_ref=ref, account=ACCOUNT, issued_at=NOW, mode=mode)


def displaced(ref: str) -> list[Paper]:
    """A piece that says its mode, a later one that says none and takes its place, and the word that it was another."""
    sure = f.acs(ref, account=ACCOUNT, mode=Mode.REAL)
    return [sure, f.acs(ref, at=NOW + timedelta(hours=1), account=ACCOUNT), told(ref, Mode.TEST)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(orders())
@example((contradiction("2"), contradiction("2")[::-1]))
@example((contradiction("9"), [*contradiction("9")[::-1], *contradiction("9")]))
@example((contradiction("1", piece="2"), [*contradiction("1", piece="2")[::-1]]))
@example(([*contradiction("6"), *contradiction("7")], [*contradiction("7")[::-1], *contradiction("6")]))
@example(([told("5"), told("5", Mode.TEST)], [told("5", Mode.TEST), told("5")]))
@example((displaced("2"), displaced("2")[::-1]))
@example(([told("10"), told("10", Mode.REAL)], [told("10", Mode.REAL), told("10")]))
@example(([told("11"), told("11", Mode.REAL)], [told("11", Mode.REAL), told("11")]))
@example(([told("6"), told("7", Mode.TEST)], [told("7", Mode.TEST), told("6")]))
def test_any_order_with_repeats_ends_in_the_same_facts_status_and_keys(orders: tuple[list[Paper], list[Paper]]) -> None:
    some, shuffled = orders
    one, two, three = copy(), copy(), copy()
    for paper in some:
        one.flow.receive(paper)
    for paper in shuffled:
        two.flow.receive(paper)
    assert outcome_of(two) == outcome_of(one)
    # in groups, one commit each
    results = list(three.flow.receive_many(shuffled, group=3))
    assert all(isinstance(result, ReceiveResult) for result in results)
    assert outcome_of(three) == outcome_of(one)
    for firm in (one, two, three):
        assert firm.read.verify_journal().sound


@settings(max_examples=60, deadline=None)
@given(orders())
def test_receipts_that_came_before_their_reference_was_known_end_in_the_same_place(
    orders: tuple[list[Paper], list[Paper]],
) -> None:
    """The tray is replayed when the reference is learned: early is like late."""
    some, shuffled = orders
    ends = []
    for papers_, early in ((some, False), (shuffled, True)):
        firm = Firm(gate="client").opened()
        firm.mandated(1)
        subs = [firm.flow.prepare(f.declaration(hire), Mode.REAL).id for hire in ("E-1", *BUNCH)]
        firm.flow.mark_sent(subs[:1])
        firm.flow.mark_sent(subs[1:])
        deposits = {"2": firm.read.submission(subs[0]).deposit, "3": firm.read.submission(subs[1]).deposit}
        mine = [p for p in papers_ if (p.account, p.portal_ref) in ((ACCOUNT, "2"), (ACCOUNT, "3"))]
        # an ADS may be bound by a guess, the only thing that the order of arrival may change
        mine = [p for p in mine if not isinstance(p, Ads)]
        if early:
            for paper in mine:
                firm.flow.receive(paper)
        for ref, deposit in deposits.items():
            firm.flow.learn_ref(deposit or "", ref)
        if not early:
            for paper in mine:
                firm.flow.receive(paper)
        said = {h: {s.id: (s.state, s.evidence) for s in firm.filing(h).attempts()} for h in ("E-1", *BUNCH)}
        stands = {h: firm.status(h) for h in said}
        tray = {r.id: (r.state, r.why) for r in firm.read.tray()}
        ends.append((said, stands, tray))
    assert ends[0] == ends[1]


def test_a_second_weaker_contradiction_is_kept_like_the_first() -> None:
    """Each of several weak pieces that say the opposite is kept, moves nothing, and is told."""
    firm = copy()
    firm.flow.receive(f.ars("2", at=NOW + timedelta(hours=1), account=ACCOUNT))
    for minute in range(4):
        weak = f.ars("2", Outcome.REJECTED, at=NOW + timedelta(minutes=minute), account=ACCOUNT)
        assert firm.flow.receive(weak).state == "applied"
        assert firm.flow.receive(weak).repeat
    assert firm.status("E-1") == "declared"
    assert firm.codes().count("contradiction") == 4


def test_several_receipts_of_the_other_mode_are_all_kept() -> None:
    firm = copy()
    for hour in range(3):
        wrong = f.ars("2", at=NOW + timedelta(hours=hour), account=ACCOUNT, mode=Mode.TEST)
        assert firm.flow.receive(wrong).state == "mismatch"
    assert firm.status("E-1") == "running"
    assert len(firm.read.tray()) == 3
    assert firm.codes(urgent=True).count("mode_mismatch") == 3
