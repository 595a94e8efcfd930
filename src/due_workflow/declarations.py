"""The content of a DUE, as R1221-1 asks: who is hired, where, when and how.

It holds personal data: the NIR shows masked everywhere, and the rest is hidden from `repr`. The journal never sees it.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from due_workflow.base import Day, Model, Name, Reference, Sensitive, Word, canonical, refuse
from due_workflow.calendar import local_instant, workplace_zone
from due_workflow.errors import InputRefused
from due_workflow.identifiers import ApeCode, Department, Nir, PostalCode, Siret, UrssafCode


class ContractKind(Word):
    """Nature of the contract, by the message's own codes."""

    CDD = "CDD"
    CDI = "CDI"
    CTT = "CTT"


class Employer(Model):
    """The employing establishment as the declaration says it (R1221-1, 1°)."""

    siret: Siret
    name: Name
    ape: ApeCode
    address: Name
    postal_code: PostalCode
    town: Name
    phone: Name | None = None
    urssaf_code: UrssafCode | None = None
    health_service: Name | None = None


class Employee(Sensitive):
    """The person hired (R1221-1, 2°). `nir` only if the person is already registered."""

    surname: Name = Field(repr=False)
    usual_name: Name | None = Field(default=None, repr=False)
    first_names: Name = Field(repr=False)
    sex: Literal["1", "2"]
    birth_date: Day = Field(repr=False)
    birth_place: Name = Field(repr=False)
    birth_department: Department
    nir: Nir | None = None


class Contract(Model):
    """Date and hour of hire, nature and length (R1221-1, 3° to 5°).

    `start` is an aware instant, or a naive hour of the workplace. `trial_days`: trial period in days.
    """

    kind: ContractKind
    start: datetime
    end_date: Day | None = None
    trial_days: Annotated[int, Field(ge=0, le=366)] | None = None

    @model_validator(mode="after")
    def _length(self) -> Self:
        if self.end_date is None and self.kind is not ContractKind.CDI:
            refuse("end_date_needed", kind=self.kind.value)
        if self.end_date is not None and self.kind is ContractKind.CDI:
            refuse("end_date_of_cdi")
        return self


class Declaration(Sensitive):
    """The content of a DUE (déclaration unique d'embauche, DPAE since 2011): who is hired, where, when, how.

    `reference` is the host's own name of the hire; one reference is one hire.
    """

    reference: Reference
    employer: Employer
    employee: Employee
    contract: Contract

    @model_validator(mode="after")
    def _days(self) -> Self:
        try:
            zone = ZoneInfo(workplace_zone(self.employer.postal_code))
            day = self.hire_at().astimezone(zone).date()
        except InputRefused as error:
            refuse(error.code, **error.facts)
        if self.contract.end_date is not None and self.contract.end_date < day:
            refuse("ends_before_start", start=day, end=self.contract.end_date)
        if self.employee.birth_date > day:
            refuse("born_after_hire", start=day)
        return self

    def hire_at(self, timezone: str | None = None) -> datetime:
        """The instant of hire in UTC; a naive hour is read in `timezone`, else in the workplace's zone.

        Raises:
            InputRefused: an hour that does not exist there (spring change); an ambiguous one is the earlier.
        """
        start = self.contract.start
        if start.tzinfo is not None:
            return start.astimezone(UTC)
        return local_instant(start, timezone or workplace_zone(self.employer.postal_code))

    def canonical(self) -> bytes:
        """Canonical JSON in clear, the NIR included: for the payload and the message only."""
        return canonical(self.model_dump(mode="json", exclude_none=True, context={"reveal": True}))

    def salted_hash(self, salt: str) -> str:
        """SHA-256 (hex) of `salt` and the canonical JSON; says nothing once the salt is erased."""
        return hashlib.sha256(salt.encode() + self.canonical()).hexdigest()
