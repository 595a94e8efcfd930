"""The firm and its clients as frozen values: software, portal, subscription, client, establishments, mandate.

Facts only, as in `models`. Who may do what under which mandate is in `gates`, where a client goes next in `machine`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, field_serializer, model_validator

from due_workflow.base import Day, Instant, Line, Model, Name, Reference, refuse
from due_workflow.calendar import workplace_zone
from due_workflow.identifiers import (
    ApeCode,
    PostalCode,
    Siren,
    Siret,
    UrssafCode,
    named,
    shown,
)
from due_workflow.models import ALL, ClientState, Regime, Teleprocedure
from due_workflow.rollout import Rollout


def _zone(name: str) -> str:
    return name if name in available_timezones() else refuse("bad_timezone", value=shown(name))


def _account(name: str) -> str:
    return name if named(name) == name else refuse("reference_is_a_nir")


Zone = Annotated[str, AfterValidator(_zone)]
Account = Annotated[str, AfterValidator(_account)]


class Support(Model):
    """The editor was asked whether the DUE part works, and it does (procedure, first row): who asked, when, how."""

    on: Day
    by: str = ""
    how: Line


class Software(Model):
    """The software that generates the files (procedure, first row and step 5).

    Attributes:
        editor, product, version: what it is; another version starts a new epoch of tests.
        support: that its DUE part works, for this version; None until it was confirmed.
        installed: whether it is in place (step 5), or only the one that was chosen.
    """

    editor: Line
    product: Line
    version: Line
    support: Support | None = None
    installed: bool = True


class Subscription(Model):
    """The firm's subscription at the portal (procedure, step 1): since when, who took it, for which téléprocédures."""

    on: Day
    by: str = ""
    procedures: frozenset[Teleprocedure] = ALL

    @field_serializer("procedures")
    def _sorted(self, procedures: frozenset[Teleprocedure]) -> list[Teleprocedure]:
        return sorted(procedures)


class PortalAccount(Model):
    """The portal chosen (procedure, step 1) and the firm's accounts there; `account` is the one that files leave by."""

    name: Line
    account: Account = ""
    accounts: tuple[Account, ...] = ()
    subscription: Subscription | None = None


class MandateModel(Model):
    """The model of the mandat that the firm prints for its clients (procedure, step 2).

    Attributes:
        name: the template, or the paper, that is used.
        sha256: of the template's file, where there is one.
    """

    name: Line
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class Cabinet(Model):
    """The accounting firm (*cabinet*): its software, its portal, the epoch that both make, and its procedure."""

    id: Reference
    software: Software | None = None
    portal: PortalAccount | None = None
    mandate_model: MandateModel | None = None
    rollout: Rollout | None = None
    deadlines: dict[str, Instant] = {}
    raised: dict[str, Instant] = {}

    @property
    def epoch(self) -> str:
        """Software, version and portal under which a test counts; empty before `set_software`."""
        if self.software is None:
            return ""
        s = self.software
        return "/".join((s.editor, s.product, s.version, self.portal.name if self.portal else ""))


class Mandate(Model):
    """Mandat: the client's signature for its téléprocédures, in force from `signed_on` to `ends_on`, both included.

    `revoked_on`: revoked with effect from 00:00 Paris of that day (written by `revoke_mandate`).
    """

    signed_on: Day
    signatory: Line
    procedures: frozenset[Teleprocedure] = ALL
    ends_on: Day | None = None
    document_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    revoked_on: Day | None = None

    @field_serializer("procedures")
    def _sorted(self, procedures: frozenset[Teleprocedure]) -> list[Teleprocedure]:
        return sorted(procedures)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.signed_on:
            refuse("mandate_ends_before_start", start=self.signed_on, end=self.ends_on)
        if not self.procedures:
            refuse("mandate_covers_nothing")
        return self

    def in_force(self, day: date) -> bool:
        """Whether it holds on the Paris day `day`."""
        ended = self.ends_on is not None and day > self.ends_on
        return self.signed_on <= day and not ended and not (self.revoked_on is not None and day >= self.revoked_on)


class Establishment(Model):
    """A place of work, by its SIRET. `timezone`: the workplace's own hour, from the postal code when None."""

    siret: Siret
    name: Name | None = None
    ape: ApeCode
    address: Name
    postal_code: PostalCode
    town: Name
    phone: Name | None = None
    urssaf_code: UrssafCode | None = None
    health_service: Name | None = None
    regime: Regime = "general"
    timezone: Zone | None = None

    @property
    def zone(self) -> str:
        """The IANA zone of the workplace."""
        return self.timezone or workplace_zone(self.postal_code)


class Client(Model):
    """The firm's client: a legal entity by its SIREN, and its establishments by their SIRET."""

    siren: Siren
    name: Name
    establishments: tuple[Establishment, ...] = ()
    email: Name | None = None
    collaborator: Name | None = None

    @model_validator(mode="after")
    def _own(self) -> Self:
        sirets = [e.siret for e in self.establishments]
        for siret in sirets:
            if siret.siren != self.siren:
                refuse("establishment_of_another", siret=siret, siren=self.siren)
        if len(set(sirets)) != len(sirets):
            refuse("establishment_twice", siren=self.siren)
        return self

    def establishment(self, siret: str) -> Establishment | None:
        """The establishment of that SIRET, None where the client has none."""
        return next((e for e in self.establishments if e.siret == siret), None)


class ClientFile(Client):
    """A client as the engine keeps it: who it is, and where it stands in the procedure."""

    state: ClientState = ClientState.KNOWN
    wave: int | None = None
    mandate: Mandate | None = None
    requested_at: Instant | None = None
    reminders: int = 0
    reminded_at: Instant | None = None
    live_since: Instant | None = None
    proof: str | None = None
    epoch: str | None = None
    deadlines: dict[str, Instant] = {}
    raised: dict[str, Instant] = {}

    @property
    def identity(self) -> Client:
        """Who it is, as the host gave it."""
        return Client.model_construct(**{name: getattr(self, name) for name in Client.model_fields})
