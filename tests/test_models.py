"""What a declaration, a mandate and a client must be; hours of the workplace; canonical content and its hash."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from due_workflow import (
    Cabinet,
    Client,
    Contract,
    Declaration,
    Employee,
    Establishment,
    InputRefused,
    Mandate,
    Teleprocedure,
)
from due_workflow.rollout import Rollout, Span
from due_workflow.testing import factories as f
from stories import NOW, Firm


def data(**changes: Any) -> dict[str, Any]:
    """A declaration as a host's JSON gives it; dotted names change what is inside."""
    made = json.loads(f.declaration().model_dump_json(exclude_none=True, context={"reveal": True}))
    for name, value in changes.items():
        part, _, leaf = name.rpartition("__")
        (made[part] if part else made)[leaf] = value
    return made


def faults(**changes: Any) -> list[tuple[str, str]]:
    """Where and what is refused in a declaration with these changes."""
    try:
        Declaration.model_validate(data(**changes))
    except InputRefused as refused:
        return [(p.where, p.code) for p in refused.problems]
    return []


# ---- what R1221-1 asks


def test_a_declaration_in_order_is_accepted() -> None:
    assert faults() == []


@pytest.mark.parametrize("kind", ["CDD", "CTT"])
def test_a_contract_of_limited_length_needs_its_end(kind: str) -> None:
    assert faults(contract__kind=kind) == [("contract", "end_date_needed")]
    assert faults(contract__kind=kind, contract__end_date="2026-06-30") == []


def test_a_cdi_has_no_end() -> None:
    assert faults(contract__end_date="2026-06-30") == [("contract", "end_date_of_cdi")]


def test_a_contract_does_not_end_before_it_starts_but_may_on_its_day() -> None:
    assert faults(contract__kind="CDD", contract__end_date="2026-03-06") == [("", "ends_before_start")]
    assert faults(contract__kind="CDD", contract__end_date="2026-03-07") == []


def test_the_day_of_the_start_is_the_workplaces_day() -> None:
    """7 March 20:30 UTC is already the 8th in La Réunion, still the 7th in Martinique."""
    late = {"contract__kind": "CDD", "contract__start": "2026-03-07T20:30:00Z", "contract__end_date": "2026-03-07"}
    assert faults(**late, employer__postal_code="97400") == [("", "ends_before_start")]
    assert faults(**late, employer__postal_code="97200") == []


def test_nobody_is_born_after_the_hire() -> None:
    assert faults(employee__birth_date="2026-03-08") == [("", "born_after_hire")]
    assert faults(employee__birth_date="2026-03-07") == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"employee__sex": "3"}, "employee.sex"),
        ({"employee__nir": "123"}, "employee.nir"),
        ({"employee__surname": "  "}, "employee.surname"),
        ({"employee__birth_department": "96"}, "employee.birth_department"),
        ({"employee__birth_date": "1990-02-30"}, "employee.birth_date"),
        ({"employer__siret": "80000001000013"}, "employer.siret"),
        ({"employer__ape": "71C"}, "employer.ape"),
        ({"contract__trial_days": -1}, "contract.trial_days"),
        ({"contract__kind": "STAGE"}, "contract.kind"),
        ({"contract__extra": "1"}, "contract.extra"),
        ({"reference": ""}, "reference"),
        ({"reference": "a\nb"}, "reference"),
        ({"reference": "x" * 121}, "reference"),
        ({"reference": f.nir()}, "reference"),
    ],
)
def test_each_fault_is_named_by_its_place(changes: dict[str, Any], where: str) -> None:
    assert [place for place, _ in faults(**changes)] == [where]


def test_all_faults_are_told_at_once_and_none_shows_the_person() -> None:
    number = f.nir()[:13] + "00"
    with pytest.raises(InputRefused) as refusal:
        Declaration.model_validate(data(employee__nir=number, employee__sex="9", employer__ape="?"))
    error = refusal.value
    assert {p.where for p in error.problems} == {"employee.nir", "employee.sex", "employer.ape"}
    told = f"{error} {error!r} {error.errors()} {error.json()} {error.text('fr')} {error.__cause__} {error.__context__}"
    assert number not in told
    assert "DURAND" not in told


def test_a_model_is_frozen_and_knows_no_other_field() -> None:
    made = f.declaration()
    with pytest.raises(ValueError, match="frozen"):
        made.reference = "E-2"
    with pytest.raises(ValueError, match="frozen"):
        made.employee.surname = "X"
    with pytest.raises(InputRefused):
        Cabinet(id="x", colour="blue")  # type: ignore[call-arg]
    assert made == f.declaration()
    assert hash(made.contract) == hash(f.declaration().contract)


def test_a_person_is_not_shown() -> None:
    made = f.declaration(birth_place="Quimperlé", usual_name="MARTIN")
    shows = repr(made) + str(made) + repr(made.employee)
    assert all(word not in shows for word in ("DURAND", "MARTIN", "Alix", "1990", "Quimperlé"))


# ---- the hour of the hire


def hire_at(start: str, postal_code: str = "75011") -> datetime:
    made = data(contract__start=start, employer__postal_code=postal_code)
    return Declaration.model_validate(made).hire_at()


@pytest.mark.parametrize(
    ("start", "postal_code", "instant"),
    [
        ("2026-03-09T08:00:00", "75011", "2026-03-09T07:00:00Z"),
        ("2026-07-09T08:00:00", "75011", "2026-07-09T06:00:00Z"),
        ("2026-03-09T08:00:00", "97400", "2026-03-09T04:00:00Z"),
        ("2026-07-09T08:00:00", "97400", "2026-07-09T04:00:00Z"),
        ("2026-03-09T08:00:00", "97200", "2026-03-09T12:00:00Z"),
        ("2026-03-09T08:00:00", "97300", "2026-03-09T11:00:00Z"),
        # an aware instant is what it says, wherever the workplace is
        ("2026-03-09T08:00:00+01:00", "97400", "2026-03-09T07:00:00Z"),
        # told twice in autumn: the earlier one
        ("2026-10-25T02:30:00", "75011", "2026-10-25T00:30:00Z"),
        ("2026-10-25T02:30:00", "97400", "2026-10-24T22:30:00Z"),
        ("2026-03-29T02:30:00", "97400", "2026-03-28T22:30:00Z"),
    ],
)
def test_a_naive_hour_is_the_workplaces(start: str, postal_code: str, instant: str) -> None:
    assert hire_at(start, postal_code) == datetime.fromisoformat(instant)
    assert hire_at(start, postal_code).tzinfo is UTC


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    assert faults(contract__start="2026-03-29T02:30:00") == [("", "hour_does_not_exist")]
    assert faults(contract__start="2026-03-29T03:00:00") == []


def test_the_establishments_own_zone_overrides_its_postal_code() -> None:
    firm = Firm()
    place = f.establishment(timezone="America/Martinique")
    firm.flow.add_client(f.client(establishments=(place,)))
    filing = firm.flow.register(f.declaration(start=datetime(2026, 3, 9, 8)))
    assert filing.hire_at == datetime(2026, 3, 9, 12, tzinfo=UTC)
    with pytest.raises(InputRefused):
        f.establishment(timezone="Europe/Nowhere")


def test_an_hour_skipped_at_the_establishment_is_refused_when_it_is_registered() -> None:
    firm = Firm()
    firm.flow.add_client(f.client(establishments=(f.establishment(timezone="America/New_York"),)))
    before = firm.everything()
    with pytest.raises(InputRefused):
        firm.flow.register(f.declaration(start=datetime(2026, 3, 8, 2, 30)))
    assert firm.everything() == before


# ---- canonical content and its hash


def shuffled(value: Any, keys: Any) -> Any:
    if isinstance(value, dict):
        return {k: shuffled(value[k], keys) for k in keys(sorted(value))}
    return value


@given(st.randoms(use_true_random=False))
def test_the_content_and_its_hash_do_not_depend_on_the_order_of_fields(random: Any) -> None:
    made = Declaration.model_validate(shuffled(data(), lambda names: random.sample(names, len(names))))
    assert made.canonical() == f.declaration().canonical()
    assert made.salted_hash("s") == f.declaration().salted_hash("s")


def test_the_content_is_canonical_json_with_the_nir_in_clear() -> None:
    text = f.declaration().canonical().decode()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert f.declaration().employee.nir is not None
    assert json.loads(text)["employee"]["nir"] == f.declaration().employee.nir.reveal()
    assert Declaration.model_validate_json(text) == f.declaration()


@pytest.mark.parametrize(
    "changes",
    [
        {"contract__trial_days": 1},
        {"employee__surname": "DURANT"},
        {"employee__nir": f.nir(99)},
        {"employer__town": "Lyon"},
        {"contract__start": "2026-03-07T09:00:01Z"},
    ],
)
def test_another_content_or_salt_has_another_hash(changes: dict[str, Any]) -> None:
    mine = f.declaration().salted_hash("s")
    assert Declaration.model_validate(data(**changes)).salted_hash("s") != mine
    assert f.declaration().salted_hash("t") != mine


def test_two_hires_with_one_content_have_different_hashes_in_the_journal() -> None:
    """The salt is the hire's own: equal content is not seen to be equal."""
    firm = Firm()
    firm.flow.add_client(f.client())
    contents = set()
    for cabinet in ("north", "south"):
        other = Firm(firm.storage, cabinet=cabinet)
        other.flow.add_client(f.client())
        contents.add(other.flow.register(f.declaration()).content)
    assert len(contents) == 2


# ---- mandates


DAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("changes", "day", "holds"),
    [
        ({}, DAY - timedelta(1), False),
        ({}, DAY, True),
        ({}, date(2099, 1, 1), True),
        ({"ends_on": DAY}, DAY, True),
        ({"ends_on": DAY}, DAY + timedelta(1), False),
        ({"ends_on": date(2026, 4, 1)}, date(2026, 4, 1), True),
        ({"ends_on": date(2026, 4, 1)}, date(2026, 4, 2), False),
        ({"revoked_on": date(2026, 4, 1)}, date(2026, 3, 31), True),
        ({"revoked_on": date(2026, 4, 1)}, date(2026, 4, 1), False),
        ({"revoked_on": DAY}, DAY, False),
        ({"ends_on": date(2026, 5, 1), "revoked_on": date(2026, 4, 1)}, date(2026, 4, 15), False),
        ({"ends_on": date(2026, 4, 1), "revoked_on": date(2026, 5, 1)}, date(2026, 4, 15), False),
    ],
)
def test_a_mandate_holds_from_its_first_day_to_its_last_both_included(
    changes: dict[str, Any], day: date, holds: bool
) -> None:
    assert f.mandate(DAY, **changes).in_force(day) is holds


def test_a_mandate_covers_every_teleprocedure_unless_told_otherwise() -> None:
    assert f.mandate().procedures == frozenset(Teleprocedure)
    for changes in ({"procedures": frozenset()}, {"ends_on": date(2026, 1, 4)}, {"document_sha256": "x"}):
        with pytest.raises(InputRefused):
            f.mandate(**changes)
    with pytest.raises(InputRefused):
        Mandate(signed_on=NOW, signatory="X")  # a day, not an instant


def test_what_a_mandate_covers_is_written_in_one_order() -> None:
    """A set's order changes with each process; what is journaled and compared must not."""
    assert f.mandate().model_dump(mode="json")["procedures"] == sorted(Teleprocedure)


# ---- clients


def test_a_client_has_its_own_establishments_each_once() -> None:
    for places in ((f.establishment(2),), (f.establishment(1), f.establishment(1))):
        with pytest.raises(InputRefused):
            f.client(1, establishments=places)
    two = f.client(1, establishments=(f.establishment(1), f.establishment(1, 2)))
    assert two.establishment(f.siret(1, 2)) is two.establishments[1]
    assert two.establishment(f.siret(2)) is None


def test_a_place_knows_its_zone() -> None:
    assert f.establishment().zone == "Europe/Paris"
    assert f.establishment(postal_code="97400").zone == "Indian/Reunion"
    assert f.establishment(timezone="Pacific/Tahiti").zone == "Pacific/Tahiti"


def test_an_epoch_is_the_software_its_version_and_the_portal() -> None:
    firm = Cabinet.model_validate({"id": "c", "software": {"editor": "E", "product": "P", "version": "1"}})
    assert (Cabinet(id="c").epoch, firm.epoch) == ("", "E/P/1/")


def test_free_text_is_folded_and_scrubbed() -> None:
    mandate = f.mandate(signatory=f"  Camille \n {f.nir()} ")
    assert mandate.signatory == "Camille [NIR masqué]"


def test_a_name_that_holds_a_number_is_refused_rather_than_filed_masked() -> None:
    for bad in (lambda: f.establishment(name=f"Bureau {f.nir()}"), lambda: f.declaration("E-1", surname=f.nir())):
        with pytest.raises(InputRefused) as refusal:
            bad()
        assert [p.code for p in refusal.value.problems] == ["holds_a_nir"]
        assert f.nir() not in refusal.value.text()


def test_the_doors_of_a_model_all_refuse_alike() -> None:
    bad = data(employee__sex="9")["employee"]
    for door in (
        lambda: Employee(**bad),
        lambda: Employee.model_validate(bad),
        lambda: Employee.model_validate_json(json.dumps(bad)),
    ):
        with pytest.raises(InputRefused) as refusal:
            door()
        assert [p.where for p in refusal.value.problems] == ["sex"]


def test_the_kinds_of_model_are_what_hosts_import() -> None:
    assert isinstance(f.client(), Client)
    assert isinstance(f.establishment(), Establishment)
    assert isinstance(f.declaration().contract, Contract)


def test_inside_another_librarys_model_a_person_keeps_its_place_and_shows_no_input() -> None:
    class Theirs(BaseModel):
        hired: Employee

    bad = data(employee__sex="9", employee__nir=f.nir()[:13] + "00")["employee"]
    with pytest.raises(ValidationError) as refusal:
        Theirs(hired=bad)
    assert {line["loc"] for line in refusal.value.errors()} == {("hired", "sex"), ("hired", "nir")}
    told = f"{refusal.value} {refusal.value!r} {refusal.value.errors()} {refusal.value.json()}"
    assert f.nir()[:13] not in told
    assert "DURAND" not in told


@pytest.mark.parametrize(
    ("make", "french", "english"),
    [
        (
            lambda: Span(amount=0),
            "amount: valeur refusée, attendu: plus que 0",
            "amount: value refused, expected: more than 0",
        ),
        (lambda: Span(amount="x"), "attendu: un nombre", "expected: a number"),  # type: ignore[arg-type]
        (lambda: Rollout(hours_per_day=25), "attendu: au plus 24", "expected: at most 24"),
        (lambda: Span(amount=1, unit="week"), "attendu: l'un de ces mots: day, hour", "one of these words: day, hour"),  # type: ignore[arg-type]
        (lambda: Rollout(start="soon"), "attendu: un jour", "expected: a day"),  # type: ignore[arg-type]
        (lambda: Client(siren=f.siren(), name=3), "name: valeur refusée, attendu: un texte", "expected: a text"),  # type: ignore[arg-type]
    ],
)
def test_what_was_expected_is_said_in_words_with_its_limit(
    make: Callable[[], object], french: str, english: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        make()
    assert french in refused.value.text("fr")
    assert english in refused.value.text("en")
    assert not set("{}_") & set(refused.value.text("fr").partition(":")[2])
