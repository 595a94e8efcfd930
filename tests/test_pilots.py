"""Pilots and waves: about ten companies, one or two collaborators, each choice explained, the same in any order."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from due_workflow import AsyncDueWorkflow, ClientFile, ClientState, DueWorkflow, InputRefused, Policy, texts
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import front
from due_workflow.pilots import Choice, Proposal, Wave, propose
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as make

NOW = make.NOW
S = ClientState
TEAM = ("Alix", "Camille", "Dominique", "Sacha", None)


def a_client(
    n: int, who: str | None = "Camille", *, places: tuple[dict[str, Any], ...] = ({},), **fields: Any
) -> ClientFile:
    """The nth client as the engine keeps it."""
    given = make.client(
        n, collaborator=who, establishments=tuple(make.establishment(n, at, **p) for at, p in enumerate(places, 1))
    )
    return ClientFile(**given.model_dump(), **fields)


def codes(choice: Choice) -> list[str]:
    return [reason.code for reason in choice.reasons]


def numbers(choices: tuple[Choice, ...]) -> list[int]:
    """The clients' numbers, as the factories count them."""
    return [int(choice.siren[:8]) - 80000000 for choice in choices]


def hires(**_: Any) -> dict[str, int]:
    return {make.siren(n): 1 for n in range(1, 200)}


# ---- what is proposed


def test_about_ten_are_proposed_with_the_collaborator_who_follows_the_fewest_clients() -> None:
    clients = [a_client(n, "Busy") for n in range(1, 60)] + [a_client(n, "Free") for n in range(60, 80)]
    found = propose(clients, hires())
    assert numbers(found.pilots) == list(range(60, 70))
    assert found.collaborators == {"Free": 20}
    assert found.notes == ()
    assert len(found.left) == 69


def test_a_second_collaborator_comes_where_one_has_not_enough_who_are_ready() -> None:
    clients = [a_client(n, "Alix") for n in range(1, 6)] + [a_client(n, "Camille") for n in range(6, 12)]
    clients += [a_client(n, "Sacha") for n in range(12, 14)]
    found = propose(clients, hires())
    assert found.collaborators == {"Alix": 5, "Camille": 6}
    assert len(found.pilots) == 10


def test_a_rich_first_collaborator_does_not_force_a_third() -> None:
    """One with the only ready client, two with four each: two of them make eight, about ten."""
    clients = [a_client(1, "Ready")] + [a_client(n, "Alix") for n in range(2, 6)]
    clients += [a_client(n, "Camille") for n in range(6, 10)]
    found = propose(clients, {make.siren(1): 3})
    assert set(found.collaborators) == {"Alix", "Camille"}


def test_more_than_two_collaborators_are_taken_only_where_the_data_force_it_and_it_is_said() -> None:
    found = propose([a_client(n, f"C{n}") for n in range(1, 30)], hires())
    assert len(found.collaborators) == 8  # about ten
    assert [note.code for note in found.notes] == ["collaborators_forced"]
    assert "8 collaborateurs au lieu de 2" in found.notes[0].text("fr")
    assert "8 collaborators instead of 2" in found.notes[0].text("en")


def test_hires_expected_come_before_complete_data_and_both_before_a_client_without_either() -> None:
    lacking = ({"urssaf_code": None},)
    clients = [a_client(1), a_client(2, places=lacking), a_client(3), a_client(4), a_client(5, places=lacking)]
    found = propose(clients, {make.siren(2): 9, make.siren(3): 1, make.siren(4): 2}, size=5)
    assert numbers(found.pilots) == [4, 3, 2, 1, 5]
    assert codes(found.pilots[0]) == ["hires_registered", "complete", "followed", "chosen"]
    assert found.pilots[2].missing == ("urssaf_code",)
    assert found.pilots[2].reasons[1].text("fr") == "à compléter: code URSSAF"
    assert [note.text("fr") for note in found.notes] == [
        "3 entreprises ne sont pas prêtes: sans embauche attendue, ou à compléter."
    ]


def test_the_firm_knows_better_than_what_is_registered() -> None:
    clients = [a_client(1), a_client(2)]
    found = propose(clients, {make.siren(1): 5}, given={make.siren(1): 0, make.siren(2): 1}, size=1)
    assert numbers(found.pilots) == [2]
    assert found.pilots[0].reasons[0].text("fr") == "1 embauche attendue, selon le cabinet"
    assert found.left[0].reasons[0].text("fr") == "aucune embauche attendue, selon le cabinet"


def test_clients_whom_nobody_follows_come_last_and_it_is_said() -> None:
    found = propose([a_client(n, None) for n in range(1, 20)] + [a_client(20, "Alix")], hires())
    assert set(found.collaborators) == {"", "Alix"}
    assert numbers(found.pilots)[:2] == [20, 1]
    assert "followed_by_nobody" in codes(found.pilots[1])
    followed = propose([*(a_client(n, None) for n in range(1, 20)), *(a_client(n) for n in range(20, 29))], hires())
    assert set(followed.collaborators) == {"Camille"}


# ---- what is never


EXCLUDED: dict[str, ClientFile] = {
    "regime_not_covered": a_client(1, places=({"regime": "msa"},)),
    "territory_not_covered": a_client(1, places=({"postal_code": "97600"},)),
    "no_establishment": a_client(1, places=()),
    "withdrawn": a_client(1, state=S.WITHDRAWN, wave=1),
    "under_way": a_client(1, state=S.MANDATED),
}


@pytest.mark.parametrize("code", EXCLUDED)
def test_an_excluded_client_is_told_why_and_cannot_be_chosen_even_by_hand(code: str) -> None:
    found = propose([EXCLUDED[code]], hires())
    assert found.pilots == found.left == ()
    assert codes(found.excluded[0])[-1] == code
    for lang in ("fr", "en"):
        assert not found.excluded[0].reasons[-1].text(lang).startswith(("pilot.", "denial."))
    for by_hand in ({"add": [make.siren(1)]}, {"keep": [make.siren(1)]}):
        with pytest.raises(InputRefused) as refused:
            propose([EXCLUDED[code]], **by_hand)  # type: ignore[arg-type]
        assert refused.value.code == "pilot_excluded"
        assert "excluded." not in refused.value.text("fr") + refused.value.text("en")
        assert "_" not in refused.value.text("en")


def test_the_policy_says_which_regimes_and_territories_are_covered() -> None:
    msa = a_client(1, places=({"regime": "msa"},))
    assert propose([msa], policy=Policy(regimes=frozenset({"general", "msa"}))).pilots


def test_a_client_with_one_workplace_of_this_channel_may_begin_after_the_others() -> None:
    both = a_client(1, places=({}, {"regime": "msa", "urssaf_code": None}))
    found = propose([both, a_client(2)], hires())
    assert numbers(found.pilots) == [2, 1]
    assert found.pilots[1].missing == ()  # of what this channel declares
    assert found.pilots[1].reasons[-2].text("en") == "1 of its 2 establishments go through this channel"


# ---- by hand


def test_what_is_added_takes_the_place_of_the_last_and_what_is_dropped_lets_the_next_move_up() -> None:
    clients = [a_client(n) for n in range(1, 7)]
    found = propose(clients, hires(), size=3, add=[make.siren(6)], drop=[make.siren(2)])
    assert numbers(found.pilots) == [1, 3, 6]
    assert codes(found.pilots[2])[-1] == "by_hand"
    assert {codes(c)[-1] for c in found.left} == {"dropped", "ranked_after"}


def test_what_is_kept_is_exactly_that_and_nobody_moves_up() -> None:
    clients = [a_client(n) for n in range(1, 7)]
    first = propose(clients, hires(), size=3)
    kept = propose(clients, hires(), size=3, keep=first.sirens, drop=[make.siren(2)])
    assert numbers(kept.pilots) == [1, 3]
    assert [note.code for note in kept.notes] == ["few"]
    assert propose(clients, hires(), keep=[]).pilots == ()


def test_collaborators_chosen_by_hand_are_said_to_be() -> None:
    clients = [a_client(n, f"C{n}") for n in range(1, 5)]
    found = propose(clients, hires(), size=3, add=[make.siren(n) for n in (1, 2, 3)])
    assert [note.code for note in found.notes] == ["collaborators_by_hand"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"add": ["000000000"]}, "pilot_unknown"),
        ({"drop": ["000000000"]}, "pilot_unknown"),
        ({"given": {"000000000": 1}}, "pilot_unknown"),
        ({"given": {make.siren(1): -1}}, "pilot_count"),
        ({"size": 0}, "pilot_count"),
        ({"collaborators": 0}, "pilot_count"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: dict[str, Any], code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        propose([a_client(1)], **asked)
    assert refused.value.code == code


def test_a_nir_typed_for_a_siren_is_not_repeated() -> None:
    with pytest.raises(InputRefused) as refused:
        propose([a_client(1)], add=[make.nir(1)])
    assert make.nir(1) not in str(refused.value) + repr(refused.value.facts)


# ---- any order, any data

CLIENTS = st.lists(
    st.tuples(
        st.sampled_from(TEAM),
        st.sampled_from(["general", "general", "general", "msa"]),
        st.sampled_from(["75011", "75011", "97600"]),
        st.sampled_from(["117", None]),
        st.sampled_from([(S.KNOWN, None)] * 4 + [(S.SELECTED, 1), (S.LIVE, 2), (S.WITHDRAWN, 1)]),
        st.integers(0, 3),
    ),
    max_size=40,
)


def firm(rows: list[Any]) -> tuple[list[ClientFile], dict[str, int]]:
    clients = [
        a_client(
            n,
            who,
            places=({"regime": regime, "postal_code": code, "urssaf_code": urssaf},),
            state=state,
            wave=wave,
        )
        for n, (who, regime, code, urssaf, (state, wave), _) in enumerate(rows, 1)
    ]
    return clients, {make.siren(n): row[-1] for n, row in enumerate(rows, 1)}


@given(CLIENTS, st.integers(1, 12), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_same_clients_in_any_order_give_the_same_proposal(
    rows: list[Any], size: int, chance: random.Random
) -> None:
    clients, expected = firm(rows)
    found = propose(clients, expected, size=size)
    chance.shuffle(clients)
    assert propose(clients, dict(reversed(expected.items())), size=size) == found
    assert propose(iter(clients), expected, size=size).waves(NOW.date(), size=3) == found.waves(NOW.date(), size=3)


@given(CLIENTS, st.integers(1, 12))
@settings(max_examples=150, deadline=None)
@example([("Alix", "msa", "75011", "117", (S.KNOWN, None), 3)] * 3, 2)
def test_every_client_stands_in_one_place_and_never_an_excluded_one_among_the_pilots(
    rows: list[Any], size: int
) -> None:
    clients, expected = firm(rows)
    found = propose(clients, expected, size=size)
    stand = Counter(c.siren for c in (*found.pilots, *found.left, *found.excluded))
    assert stand == {str(c.siren): 1 for c in clients}
    for client in clients:
        siren = str(client.siren)
        bad = client.establishments[0].regime == "msa" or client.establishments[0].postal_code == "97600"
        if bad or client.state in (S.WITHDRAWN, S.LIVE):
            assert siren in {c.siren for c in found.excluded}
    selected = sum(c.taken for c in found.pilots)
    assert len(found.pilots) <= max(size, selected)


@given(CLIENTS, st.integers(1, 12))
@settings(max_examples=200, deadline=None)
def test_at_most_two_collaborators_unless_two_have_too_few_clients_and_then_it_is_said(
    rows: list[Any], size: int
) -> None:
    clients, expected = firm(rows)
    found = propose(clients, expected, size=size)
    said = {note.code for note in found.notes} & {"collaborators_forced", "collaborators_by_hand"}
    assert bool(said) == (len(found.collaborators) > 2)
    if "collaborators_forced" in said:
        begun = Counter(c.collaborator for c in found.pilots if c.taken)
        free = Counter(c.collaborator for c in (*found.pilots, *found.left) if not c.taken)
        teams = [
            {a, b, *begun}
            for a in {*free, *begun}
            for b in {*free, *begun}
            if len({a, b, *begun}) <= max(2, len(begun))
        ]
        # no two collaborators have about as many clients as are wanted
        assert all(sum(free[who] for who in team) + begun.total() < size - size // 5 for team in teams)


@given(CLIENTS, st.sampled_from([{"size": 1}, {"size": 7}, {"weeks": 1}, {"weeks": 4}, {"weeks": 3, "every": 2}]))
@settings(max_examples=100, deadline=None)
def test_the_waves_hold_every_client_that_is_left_once_and_end_in_time(rows: list[Any], asked: dict[str, int]) -> None:
    found = propose(*firm(rows))
    waves = found.waves(date(2026, 3, 2), **asked)
    assert [c for wave in waves for c in wave.clients] == list(found.left)
    assert [wave.number for wave in waves] == list(range(found.after + 1, found.after + 1 + len(waves)))
    assert all(wave.clients for wave in waves)
    if "weeks" in asked:
        last = date(2026, 3, 2) + timedelta(weeks=asked["weeks"])
        assert all(wave.starts < last for wave in waves)


# ---- waves


def test_a_collaborators_clients_begin_together_and_those_who_have_begun_go_on_first() -> None:
    clients = [a_client(n, "Pilot") for n in range(1, 16)] + [a_client(n, "Busy") for n in range(16, 26)]
    clients += [a_client(n, "Free") for n in range(26, 30)]
    found = propose(clients, hires(), size=10, collaborators=1)
    assert found.collaborators == {"Busy": 10}
    assert [c.collaborator for c in found.left] == ["Free"] * 4 + ["Pilot"] * 15
    assert [len(wave.clients) for wave in found.waves(date(2026, 3, 2), size=8)] == [8, 8, 3]
    begun = propose(clients, hires(), size=5, collaborators=1)
    assert begun.left[0].collaborator in begun.collaborators


def test_a_wave_begins_on_a_worked_day_a_week_after_the_one_before() -> None:
    found = propose([a_client(n) for n in range(1, 14)], hires())
    starts = [wave.starts for wave in found.waves(date(2026, 3, 30), size=1)]
    assert starts == [date(2026, 3, 30), date(2026, 4, 7), date(2026, 4, 13)]  # Easter Monday is 6 April 2026


def test_the_size_of_a_wave_or_the_number_of_weeks_is_given_not_both() -> None:
    found = propose([a_client(1)])
    for asked in ({}, {"size": 1, "weeks": 1}):
        with pytest.raises(InputRefused) as refused:
            found.waves(NOW.date(), **asked)  # type: ignore[arg-type]
        assert refused.value.code == "waves_size_or_weeks"
    with pytest.raises(InputRefused):
        found.waves(NOW.date(), size=0)


# ---- a whole firm


def test_ten_thousand_clients_are_proposed_while_one_waits() -> None:
    chance = random.Random(4)
    clients = [a_client(n, f"C{chance.randrange(400)}") for n in range(1, 10_001)]
    expected = {make.siren(n): chance.randrange(4) for n in range(1, 10_001)}
    begun = time.perf_counter()
    found = propose(clients, expected)
    waves = found.waves(NOW.date(), weeks=40)
    assert time.perf_counter() - begun < 5  # about 0.3 s; the limit is for a machine that is busy
    assert len(found.pilots) == 10
    assert len(found.collaborators) <= 2
    assert sum(len(wave.clients) for wave in waves) == 9_990


@pytest.fixture
def flow() -> DueWorkflow:
    clock = FixedClock(NOW)
    flow = DueWorkflow(MemoryStorage(), cabinet="firm", clock=clock)
    for n in range(1, 13):
        flow.add_client(make.client(n))
    for n in (3, 5):
        flow.register(make.declaration(f"E-{n}", n, start=NOW + timedelta(days=3)))
    return flow


def test_the_firms_own_hires_to_come_count_until_they_are_past_called_off_or_declared(flow: DueWorkflow) -> None:
    flow.register(make.declaration("E-6", 6, start=NOW + timedelta(days=3)))
    flow.declared_elsewhere("E-6", NOW, "fax")
    flow.register(make.declaration("E-7", 7, start=NOW - timedelta(days=3)))
    called_off = flow.prepare(make.declaration("E-8", 8, start=NOW + timedelta(days=3)))
    flow.abandon(called_off.id, "annulé", hire=True)
    found = flow.read.pilots(size=2)
    assert numbers(found.pilots) == [3, 5]
    assert [c.hires for c in found.left] == [0] * 10


def test_what_is_taken_is_selected_as_wave_one_and_stands_in_the_next_proposal(flow: DueWorkflow) -> None:
    found = flow.read.pilots(size=3)
    for siren in found.sirens:
        flow.select(siren, wave=1)
    again = flow.read.pilots()
    assert again.sirens == ()
    assert sorted(numbers(again.pilots)) == sorted(numbers(found.pilots))
    assert all(codes(c)[-1] == "already" for c in again.pilots)
    with pytest.raises(InputRefused) as refused:
        flow.read.pilots(drop=[found.sirens[0]])
    assert refused.value.code == "pilot_taken"
    by_hand = flow.read.pilots(add=[again.left[0].siren])
    assert [note.code for note in (*again.notes, *by_hand.notes)] == ["unready"]  # of the one that is to be selected
    assert [note.code for note in flow.read.pilots(size=2).notes] == ["many"]
    more = flow.read.pilots(size=4)
    assert len(more.sirens) == 1
    wave = again.waves(NOW.date(), size=5)[0]
    assert wave.number == 2
    for choice in wave.clients:
        flow.select(choice.siren, wave=wave.number)
    after = flow.read.pilots()
    assert after.waves(NOW.date(), size=5)[0].number == 3
    assert {codes(c)[-1] for c in after.excluded} == {"under_way"}


def test_an_asyncio_host_asks_the_same(flow: DueWorkflow) -> None:
    async def ask() -> Proposal:
        async with AsyncDueWorkflow(flow.storage, cabinet="firm", clock=FixedClock(NOW)) as awaited:
            return await awaited.read.pilots(size=3)

    assert asyncio.run(ask()) == flow.read.pilots(size=3)


# ---- by commands


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    storage = SqliteStorage("due.sqlite")
    flow = DueWorkflow(storage, cabinet="cabinet")
    for n in range(1, 16):
        flow.add_client(make.client(n, establishments=(make.establishment(n, regime="msa" if n == 4 else "general"),)))
    storage.close()
    return tmp_path


def due(*args: str, code: int = 0) -> str:
    result = CliRunner().invoke(front.app, list(args))
    assert result.exit_code == code, result.output
    return result.output


def test_staff_see_the_proposal_change_it_and_take_it(here: Path) -> None:
    said = due("pilots", "--expect", f"{make.siren(9)}=4", "--drop", make.siren(1))
    assert said.startswith("10 entreprises proposées pour commencer (étape 3)")
    assert "4 embauches attendues, selon le cabinet" in said
    assert "Le régime MSA ne passe pas par ce canal" in said
    assert f"due-workflow pilots --expect {make.siren(9)}=4 --drop {make.siren(1)} --take" in said
    assert "known" in due("status", "--json")  # nothing was changed by looking
    due("pilots", "--expect", f"{make.siren(9)}=4", "--drop", make.siren(1), "--take")
    seen = json.loads(due("pilots", "--json"))
    assert sorted(c["siren"] for c in seen["pilots"]) == sorted(make.siren(n) for n in (2, 3, *range(5, 13)))
    assert all(c["selected"] for c in seen["pilots"])
    assert [c["reasons"][-1]["code"] for c in seen["excluded"]] == ["regime_not_covered"]
    assert due("pilots", "--take").strip() == "Rien à sélectionner."


def test_a_farm_whose_table_says_its_regime_is_never_proposed(here: Path) -> None:
    columns = "siret;raison_sociale;ape;adresse;code_postal;ville;régime"
    rows = [
        f"{make.siret(n)};Société d'essai {n};1071C;{n} rue des Essais;75011;Paris;{'Agricole' if n == 5 else ''}"
        for n in range(1, 8)
    ]
    (here / "clients.csv").write_text("\n".join([columns, *rows]), encoding="utf-8")
    due("import", "clients", "clients.csv")
    seen = json.loads(due("pilots", "--json"))
    excluded = {c["siren"]: c["reasons"][-1]["code"] for c in seen["excluded"]}
    assert excluded == dict.fromkeys(
        (make.siren(4), make.siren(5)), "regime_not_covered"
    )  # 4: as the firm noted before
    assert not excluded.keys() & {c["siren"] for c in seen["pilots"]}


def test_the_waves_are_shown_and_the_first_is_taken(here: Path) -> None:
    assert "Les pilotes ne sont pas encore sélectionnés" in due("pilots", "--waves")
    due("pilots", "--take")
    said = due("pilots", "--waves", "--per-wave", "3", "--start", "02/03/2026")
    assert "Vague 2, à partir du lundi 2 mars 2026: 3 entreprises" in said
    assert "Vague 3, à partir du lundi 9 mars 2026: 1 entreprise\n" in said
    due("pilots", "--waves", "--per-wave", "3", "--take")
    waves = json.loads(due("pilots", "--waves", "--weeks", "1", "--json"))["waves"]
    assert [(wave["number"], len(wave["clients"])) for wave in waves] == [(3, 1)]


def test_what_was_typed_wrongly_is_told(here: Path) -> None:
    assert "--expect veut SIREN=nombre" in due("pilots", "--expect", make.siren(1), code=2)
    assert "--weeks va avec --waves" in due("pilots", "--weeks", "3", code=2)
    assert "n'est pas un client" in due("pilots", "--add", make.siren(99), code=3)
    assert "régime" in due("pilots", "--add", make.siren(4), code=3)


def test_every_code_of_a_reason_is_told_in_the_docs() -> None:
    told = (Path(__file__).parent.parent / "docs" / "the-procedure.md").read_text(encoding="utf-8")
    for key in texts.CATALOGUE:
        section, _, code = key.partition(".")
        assert section not in ("pilot", "excluded") or f"`{code}`" in told, key


def test_a_wave_is_a_value() -> None:
    found = propose([a_client(n) for n in range(1, 12)], hires())
    assert found.waves(NOW.date(), size=5) == (Wave(2, NOW.date(), found.left),)
