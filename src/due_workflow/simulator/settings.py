"""What a simulator is told before it starts: accounts, delays, what the portals check and how they answer.

Plain frozen values that are read from JSON too, so that a suite in any language says the same. Nothing here acts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from typing import Any, Self

PASSWORD = "simulator"  # noqa: S105 - the one password of a far end that exists for practice
PORTALS = ("urssaf", "jedeclare")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class BadSetting(ValueError):
    """A setting, rule or request to the control API that makes no sense; its text says which and what is possible."""


class Told:
    """A frozen dataclass that can be read from JSON: unknown names are refused, lists become tuples."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Read it from a JSON object.

        Raises:
            BadSetting: an unknown name or a value of the wrong kind.
        """
        if not isinstance(told, Mapping):
            raise BadSetting(f"{cls.__name__}: a JSON object is expected")
        known = {each.name for each in fields(cls)}  # type: ignore[arg-type]
        if unknown := sorted(set(map(str, told)) - known):
            raise BadSetting(f"{cls.__name__}: unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        given = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
        for each in fields(cls):  # type: ignore[arg-type]
            if each.name in given and not _fits(given[each.name], each):
                raise BadSetting(f"{cls.__name__}.{each.name}: a value of another kind is expected")
        try:
            return cls(**given)
        except TypeError as error:
            raise BadSetting(f"{cls.__name__}: {error}") from None


def _fits(value: object, each: Field[Any]) -> bool:
    """Whether a value of JSON is of the kind of a field's default; a field without one is a text."""
    if each.default is None:
        return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
    default = "" if each.default is MISSING else each.default
    kind = type(default if each.default_factory is MISSING else each.default_factory())
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is tuple:
        return isinstance(value, tuple)
    return type(value) is kind


@dataclass(frozen=True, slots=True)
class Delays(Told):
    """Seconds from the deposit to each piece, by the simulator's clock; `late` is added to what a fault delays."""

    ads: float = 0.0
    acs: float = 0.1
    ars: float = 0.3
    late: float = 3.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e9:
                raise BadSetting(f"Delays.{each.name}: seconds from 0 are expected")


@dataclass(frozen=True, slots=True)
class Account(Told):
    """One account at a portal.

    Attributes:
        portal: "urssaf" or "jedeclare".
        name: the declarant's SIRET at the URSSAF; the login at jedeclare.
        password: what it must give.
        id: jedeclare's number of the account in the addresses of its client files; the login, where empty.
        procedures: the téléprocédures it has at jedeclare.
    """

    portal: str
    name: str
    password: str = field(default=PASSWORD, repr=False)
    id: str = ""
    procedures: tuple[str, ...] = ("DUE",)

    def __post_init__(self) -> None:
        if self.portal not in PORTALS:
            raise BadSetting(f"Account.portal: one of {', '.join(PORTALS)} is expected")


@dataclass(frozen=True, slots=True)
class ClientFile(Told):
    """One client file of the firm at jedeclare: its number there, *raison sociale* and main SIRET."""

    id: str
    rs: str
    siret: str


CLIENT_FILES = (
    ClientFile("1", "BOULANGERIE DES ESSAIS", "80000001000010"),
    ClientFile("2", "GARAGE DES ESSAIS & FILS", "80000002800012"),
    ClientFile("3", "LIBRAIRIE DES ESSAIS", "80000003600015"),
)
"""Fictitious."""


@dataclass(frozen=True, slots=True)
class Settings(Told):
    """How the far ends behave when nothing goes wrong.

    Attributes:
        delays: seconds to each piece.
        accounts: who may come; empty: any name with the password `PASSWORD`.
        client_files: what jedeclare lists for every account.
        recipient: who answers by ARS behind jedeclare.
        test_indicators, real_indicators: what the message's indicator may hold.
        per_file: hires in one message, at most.
        token_seconds: how long a token of the URSSAF lives.
        capitals: whether names of people and communes must be capitals without accents.
        procedure: under which téléprocédure jedeclare lists the pieces of a DUE.
        largest: bytes of one request, at most, unfolded too.
        slow: seconds by which the fault `slow` delays an answer.
        patience: seconds without a byte after which a connection is closed.
    """

    delays: Delays = field(default_factory=Delays)
    accounts: tuple[Account, ...] = ()
    client_files: tuple[ClientFile, ...] = CLIENT_FILES
    recipient: str = "CIRSO"
    test_indicators: tuple[str, ...] = ("1",)
    real_indicators: tuple[str, ...] = ("120",)
    per_file: int = 100
    token_seconds: float = 3600.0
    capitals: bool = True
    procedure: str = "DUE"
    largest: int = 20_000_000
    slow: float = 0.5
    patience: float = 30.0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """As `Told.of`, its parts read too."""
        given = dict(told) if isinstance(told, Mapping) else told
        for name, kind in (("accounts", Account), ("client_files", ClientFile)):
            if isinstance(given, dict) and isinstance(given.get(name), Sequence):
                given[name] = tuple(kind.of(each) for each in given[name])
        if isinstance(given, dict) and isinstance(given.get("delays"), Mapping):
            given["delays"] = Delays.of(given["delays"])
        return super(Settings, cls).of(given)

    def changed(self, told: Mapping[str, Any]) -> Settings:
        """These settings with what a JSON object names."""
        new = Settings.of(told)
        return replace(self, **{name: getattr(new, name) for name in told})

    def account(self, portal: str, name: str) -> Account | None:
        """The account of that name at that portal; any name is one where no account is set."""
        if not self.accounts:
            return Account(portal, name, procedures=(self.procedure,)) if name else None
        named = (a for a in self.accounts if a.portal == portal and name in (a.name, a.id))
        return next(named, None)
