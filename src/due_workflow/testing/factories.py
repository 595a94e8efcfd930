"""Ready-made values for tests: firms' clients, mandates, hires and receipts that are valid and plainly fictitious.

SIRENs and NIRs are computed, so that their keys are right; no real company or person is meant.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from due_workflow.clients import Client, Establishment, Mandate
from due_workflow.declarations import Contract, Declaration, Employee, Employer
from due_workflow.identifiers import luhn, nir_key
from due_workflow.receipts import Acs, Ads, Ars, Outcome, Verdict

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, far from public holidays."""


def siren(n: int = 1) -> str:
    """The nth fictitious SIREN, its key right."""
    return _keyed(f"{80000000 + n:08d}")


def siret(n: int = 1, establishment: int = 1) -> str:
    """A SIRET of the nth fictitious SIREN."""
    return _keyed(f"{siren(n)}{establishment:04d}")


def _keyed(digits: str) -> str:
    return next(digits + str(key) for key in range(10) if luhn(digits + str(key)))


_LETTERS = str.maketrans("0123456789", "ABCDEFGHIJ")


def _spelt(reference: str) -> str:
    """`reference` in letters, since the message has no digit in a name."""
    return reference.translate(_LETTERS)


def nir(n: int = 1, sex: str = "2") -> str:
    """The nth fictitious NIR, its key right."""
    first = f"{sex}9001{75:02d}{n // 1000 % 990 + 1:03d}{n % 1000:03d}"
    return first + nir_key(first)


def establishment(n: int = 1, place: int = 1, **changes: Any) -> Establishment:
    """An establishment of the nth client."""
    given: dict[str, Any] = {
        "siret": siret(n, place),
        "ape": "1071C",
        "address": f"{n} rue des Essais",
        "postal_code": "75011",
        "town": "Paris",
        "phone": "0102030405",
        "urssaf_code": "117",
        "health_service": "01",
    }
    return Establishment(**(given | changes))


def client(n: int = 1, **changes: Any) -> Client:
    """The nth client, with one establishment."""
    given: dict[str, Any] = {
        "siren": siren(n),
        "name": f"Société d'essai {n}",
        "establishments": (establishment(n),),
        "collaborator": "Camille Martin",
    }
    return Client(**(given | changes))


def mandate(signed_on: date = date(2026, 1, 5), **changes: Any) -> Mandate:
    """A mandate for every téléprocédure, in force from `signed_on`."""
    return Mandate(**({"signed_on": signed_on, "signatory": "Dominique Dupont"} | changes))


def declaration(
    reference: str = "E-0001",
    n: int = 1,
    *,
    place: int = 1,
    start: datetime = NOW + timedelta(days=5),
    with_nir: bool = True,
    **employee: Any,
) -> Declaration:
    """A hire at the nth client, `start` an aware instant or a naive hour of the workplace."""
    home = establishment(n, place)
    number = sum(reference.encode()) + n
    person: dict[str, Any] = {
        "surname": "DURAND",
        "first_names": f"Alix {_spelt(reference)}",
        "sex": "2",
        "birth_date": date(1990, 1, 15),
        "birth_place": "Paris",
        "birth_department": "75",
        "nir": nir(number) if with_nir else None,
    }
    return Declaration(
        reference=reference,
        employer=Employer(
            siret=home.siret,
            name=f"Société d'essai {n}",
            ape=home.ape,
            address=home.address,
            postal_code=home.postal_code,
            town=home.town,
            phone=home.phone,
            urssaf_code=home.urssaf_code,
            health_service=home.health_service,
        ),
        employee=Employee(**(person | employee)),
        contract=Contract(kind="CDI", start=start),
    )


def ads(ref: str, at: datetime = NOW, **changes: Any) -> Ads:
    """An ADS for the deposit `ref`, of one declaration."""
    return Ads(**({"portal_ref": ref, "issued_at": at, "count": 1} | changes))


def acs(ref: str, outcome: Outcome = Outcome.ACCEPTED, at: datetime = NOW, **changes: Any) -> Acs:
    """An ACS with one verdict."""
    return Acs(**({"portal_ref": ref, "issued_at": at, "verdicts": (Verdict(outcome=outcome),)} | changes))


def ars(ref: str, outcome: Outcome = Outcome.ACCEPTED, at: datetime = NOW, **changes: Any) -> Ars:
    """An ARS with one verdict."""
    return Ars(**({"portal_ref": ref, "issued_at": at, "verdicts": (Verdict(outcome=outcome),)} | changes))
