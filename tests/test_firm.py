"""A client's particulars: what an import knows replaces, what it does not know stays."""

from __future__ import annotations

from datetime import timedelta

from due_workflow import Client, DueWorkflow, Establishment
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as make


def firm() -> DueWorkflow:
    return DueWorkflow(MemoryStorage(), cabinet="firm", clock=FixedClock(make.NOW))


def as_a_table_says(n: int, **said: str) -> Establishment:
    """An establishment with what a table has columns for: no regime, no time zone."""
    given = {"siret": make.siret(n), "ape": "0113Z", "address": "1 chemin", "postal_code": "33000", "town": "Bordeaux"}
    return Establishment(**(given | said))


def test_a_special_regime_survives_a_new_import_of_the_client() -> None:
    flow = firm()
    farm = make.establishment(1, regime="msa", timezone="Indian/Reunion")
    flow.add_client(make.client(1, establishments=(farm,)))
    flow.add_client(Client(siren=make.siren(1), name="La ferme", establishments=(as_a_table_says(1),)))
    (kept,) = flow.read.client(make.siren(1)).establishments
    assert (kept.regime, kept.timezone) == ("msa", "Indian/Reunion")
    assert (kept.town, kept.ape) == ("Bordeaux", "0113Z")


def test_a_regime_that_is_said_replaces_the_former_one() -> None:
    flow = firm()
    flow.add_client(make.client(1, establishments=(make.establishment(1, regime="msa"),)))
    flow.add_client(make.client(1, establishments=(make.establishment(1, regime="general"),)))
    assert flow.read.client(make.siren(1)).establishments[0].regime == "general"


def test_an_establishment_that_the_import_does_not_name_stays() -> None:
    flow = firm()
    both = (make.establishment(1, 1), make.establishment(1, 2))
    flow.add_client(make.client(1, establishments=both))
    flow.add_client(make.client(1, establishments=both[:1]))
    assert [e.siret for e in flow.read.client(make.siren(1)).establishments] == [e.siret for e in both]


def test_a_declaration_made_elsewhere_is_regular_where_our_channel_does_not_reach() -> None:
    flow = firm()
    flow.add_client(make.client(1, establishments=(make.establishment(1, regime="msa"),)))
    flow.register(make.declaration("E-1"))
    filing = flow.declared_elsewhere("E-1", make.NOW, "accusé de la MSA")
    assert filing.elsewhere is not None
    assert filing.elsewhere.irregular == ()


def test_a_declaration_made_elsewhere_after_the_hire_is_flagged() -> None:
    flow = firm()
    flow.add_client(make.client(1))
    flow.register(make.declaration("E-1", start=make.NOW - timedelta(hours=2)))
    filing = flow.declared_elsewhere("E-1", make.NOW, "fax")
    assert filing.elsewhere is not None
    assert filing.elsewhere.irregular == ("hire_passed",)
