"""What `JedeclarePortal` is told: where jedeclare is, who asks, what is asked for and how often. Values only."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date, timedelta

from due_workflow.errors import InputRefused


@dataclass(frozen=True, slots=True)
class JedeclareCredentials:
    """The login of an account at jedeclare; neither part is ever shown."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def from_env(cls, prefix: str = "DUE_JEDECLARE_") -> JedeclareCredentials:
        """From DUE_JEDECLARE_USER and DUE_JEDECLARE_PASSWORD.

        Raises:
            InputRefused: one is missing; its name is told.
        """
        missing = [prefix + name for name in ("USER", "PASSWORD") if not os.environ.get(prefix + name, "").strip()]
        if missing:
            raise InputRefused("urssaf_environment", missing=missing)
        return cls(os.environ[prefix + "USER"].strip(), os.environ[prefix + "PASSWORD"])


@dataclass(frozen=True, slots=True)
class JedeclareAddresses:
    """Where the services are, as the portal told the firm or its editor.

    Attributes:
        collection: ends in ``/webservices/wspid_spring/CommunicationV2Service/``.
        files: ends in ``/webservice/gestion/compte/``; needed for `client_files` only.
    """

    collection: str
    files: str = ""


@dataclass(frozen=True, slots=True)
class JedeclareSettings:
    """What is asked for, and how.

    Attributes:
        procedures: the téléprocédures whose pieces are listed (`typeProcedure`).
        listing: which pieces (`typeDeListe`): "99" all, "98" ACS and ARS, "97" these and réceptions, "00" ADS…
        kinds: those that are collected; the others are listed by the service and left there, unmarked.
        file: one client file only (`identifiantDossier`); all when empty.
        start: the first day listed where nothing was collected before; 18 months ago when None.
        reach: how long before the last collection a listing begins. Nobody says whether its days are those of the
            pieces or of their deposits, and an ARS comes days after its deposit.
        months: the widest window of one question; wider ones are split.
        bare_is_none: an answer of success (`codeRetour` 00) that holds no `liste` and nothing else says that nothing
            is there; False: it is told as a listing that failed. One that says something else instead always is.
        parallel: pieces asked for at once: at four, one answer in thirteen was an HTTP 500.
        tries: how often a question is asked that the service failed to answer (HTTP 500, code 99).
        pause: seconds before it is asked again.
        account_id: the account's number in the address of its client files; the account itself when empty.
        page: the parameter that names a page of client files, were they paged; they come in one when empty.
    """

    procedures: tuple[str, ...] = ("DUE",)
    listing: str = "99"
    kinds: tuple[str, ...] = ("ads", "acs", "ars")
    file: str = ""
    start: date | None = None
    reach: timedelta = timedelta(days=30)
    months: int = 18
    bare_is_none: bool = True
    parallel: int = 2
    tries: int = 2
    pause: float = 1.5
    account_id: str = ""
    page: str = ""

    def __post_init__(self) -> None:
        good = self.procedures and self.months > 0 and self.parallel > 0 and self.tries > 0 and self.pause >= 0
        if not good or self.reach < timedelta(0):
            raise InputRefused("jedeclare_setting")
