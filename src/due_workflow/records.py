"""How facts become records and come back: the JSON with its schema number, the words to find it by, its deadline.

A record's JSON is ``{"v", "seq", "head", "facts", "payload"}``. `facts` are journaled; `payload` (a JSON text of its
own: declarations with their salt, raw receipts, the firm's secret) is not, is parsed only when asked for, and can be
erased. Nothing here decides anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json

from due_workflow.base import Instant, Model, cleaned
from due_workflow.calendar import paris_day
from due_workflow.clients import Cabinet, ClientFile
from due_workflow.errors import InputRefused, StorageUnusable
from due_workflow.models import Deposit, Filing, Notice
from due_workflow.ports import Kind, Record, Ref, Sealed
from due_workflow.receipts import Mode, Received

SCHEMA = 1
LONGEST_KEY = 200
"""In characters; no longer word reaches a storage."""
CONTRADICTED = "mode_contradicted"
"""The word of a hire with an attempt that the portal says it took in the other mode."""
_HEAD = f'{{"v":{SCHEMA},'.encode()


class Way(Model):
    """One notifier's way with a notice that it could not deliver at once: failures, the next try, what went wrong."""

    tries: int = 0
    due: Instant | None = None
    trouble: str | None = None


class Outgoing(Model):
    """A notice on its way: which notifiers have it, which gave up, and when each of the others is tried next.

    Attributes:
        notice: what is told.
        state: pending; delivered; dead (one gave up and none is left to try); untold (`Policy.tell` names nobody).
        done, refused: the names of the notifiers that have delivered it, and of those that gave up.
        ways: by name, where each notifier stands that failed or was put off.
        tries: the failures of the notifier that failed most.
        trouble: what went wrong last: a code of the catalogue (`trouble.<code>`) or words.
        due: the earliest of the next tries.
    """

    notice: Notice
    state: Literal["pending", "delivered", "dead", "untold"] = "pending"
    done: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    ways: dict[str, Way] = {}
    tries: int = 0
    trouble: str | None = None
    due: Instant | None = None


class Command(Model):
    """A command that came with a key (its fingerprint and results), or work for the worker (release, collect)."""

    name: str
    state: Literal["done", "released", "collecting"] = "done"
    fingerprint: str = ""
    results: tuple[str, ...] = ()
    by: str = ""
    late: bool = False
    tries: int = 0
    cursor: Instant | None = None
    skip: tuple[str, ...] = ()
    trouble: str | None = None
    due: Instant | None = None


class Document(Model):
    """A file kept as it was: a deposit's bytes, a mandate's scan. The bytes are the payload (base64)."""

    filename: str
    sha256: str
    state: Literal["kept"] = "kept"


F = TypeVar("F", bound=BaseModel)


class _Envelope(BaseModel, Generic[F]):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    v: int
    seq: int
    head: str
    facts: F
    payload: str = ""


_ENVELOPES: dict[Kind, type[_Envelope[Any]]] = {
    Kind.CABINET: _Envelope[Cabinet],
    Kind.CLIENT: _Envelope[ClientFile],
    Kind.FILING: _Envelope[Filing],
    Kind.DEPOSIT: _Envelope[Deposit],
    Kind.RECEIPT: _Envelope[Received],
    Kind.NOTICE: _Envelope[Outgoing],
    Kind.COMMAND: _Envelope[Command],
    Kind.DOCUMENT: _Envelope[Document],
}
JOURNALED = frozenset({Kind.CABINET, Kind.CLIENT, Kind.FILING, Kind.DEPOSIT})


class Held(NamedTuple):
    """A record as the engine holds it. `kept`: keys that come from the payload and are carried along."""

    ref: Ref
    version: int
    facts: Any
    payload: str = ""
    seq: int = 0
    head: str = ""
    kept: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"Held({self.ref}, version {self.version})"  # the payload is never shown

    def payload_data(self) -> dict[str, Any]:
        """The payload, parsed; empty once erased.

        Raises:
            StorageUnusable: it is damaged.
        """
        try:
            data = json.loads(self.payload) if self.payload else {}
        except ValueError:  # it holds the whole text: left behind with its handler
            data = None
        if not isinstance(data, dict):
            raise StorageUnusable("record_unreadable", ref=str(self.ref), why="payload")
        return data

    def with_payload(self, data: dict[str, Any]) -> Held:
        """The same record with another payload."""
        return self._replace(payload=to_json(data).decode())


def decode(record: Record) -> Held:
    """The facts of a stored record.

    Raises:
        StorageUnusable: written by a newer version of this library, or not by it.
    """
    if not record.data.startswith(_HEAD):
        raise StorageUnusable("record_of_another_version", ref=str(record.ref), known=SCHEMA)
    refused: InputRefused
    try:
        e = _ENVELOPES[record.ref.kind].__pydantic_validator__.validate_json(record.data)
        kept = frozenset(k for k in record.keys if k.startswith("person:")) if record.keys else frozenset()
        return Held(record.ref, record.version, e.facts, e.payload, e.seq, e.head, kept)
    except ValidationError as error:
        refused = cleaned(error)
    raise StorageUnusable("record_unreadable", ref=str(record.ref), why=str(refused))


def encode(held: Held) -> Record:
    """The record to store for `held`."""
    data = b'{"v":%d,"seq":%d,"head":"%b","facts":%b,"payload":%b}' % (
        SCHEMA,
        held.seq,
        held.head.encode(),
        held.facts.__pydantic_serializer__.to_json(held.facts, exclude_none=True),
        to_json(held.payload),
    )
    kind, facts = held.ref.kind, held.facts
    state = facts.status if kind is Kind.FILING else getattr(facts, "state", "here")
    return Record(held.ref, held.version, str(state), Sealed(data), _keys(held), _due(kind, facts))


def _keys(held: Held) -> frozenset[str]:
    facts = held.facts
    match held.ref.kind:
        case Kind.FILING:
            return held.kept.union(filing_keys(facts))
        case Kind.DEPOSIT:
            found = {f"siret:{item.siret}" for item in facts.items.values()}
            if facts.ref is not None:
                found.add(deposit_key(facts.portal, facts.account, facts.ref))
                found.add(handed_key(facts.portal, facts.account, paris_day(facts.handed_at)))
            elif facts.state != "closed":
                found.add(awaiting_key(facts.portal, facts.account))
            return frozenset(found)
        case Kind.RECEIPT:
            found = {f"for:{sid.rsplit('/', 2)[0]}" for sid in facts.reached}
            found.update(map(piece_key, facts.origins))
            if facts.state in _UNPLACED and facts.receipt.kind != "unreadable":
                key = _UNPLACED[facts.state]
                found.add(key(facts.receipt.portal, facts.receipt.account, facts.receipt.portal_ref))
            return frozenset(found)
        case Kind.COMMAND if facts.fingerprint:
            # the hires that its fingerprint was made of: it goes with their content
            return frozenset(f"for:{hire}" for name in facts.results if (hire := hire_of(name)))
        case _:
            return frozenset()


def hire_of(result: str) -> str:
    """The hire that a command's result is about ("submission:…", "filing:…"); empty where it is another case."""
    kind, _, id = result.partition(":")
    return id if kind == "filing" else id.rsplit("/", 2)[0] if kind == "submission" else ""


def filing_keys(filing: Filing) -> Iterable[str]:
    """The words that a hire's record is found by."""
    yield f"siren:{filing.siren}"
    yield f"siret:{filing.siret}"
    for sub in filing.submissions.values():
        if sub.state == "in_doubt":
            yield "in_doubt"
        if sub.overdue_since is not None:
            yield "overdue"
        if sub.contradicted:
            yield CONTRADICTED
        if sub.mode is Mode.TEST and sub.state == "accepted":
            yield qualified_key(sub.epoch)
            yield qualified_key(sub.epoch, filing.siren)


def qualified_key(epoch: str, siren: str = "") -> str:
    """The word of a hire with an accepted test under `epoch`, of the firm or of one client."""
    return _word(f"qualified:{epoch}:{siren}" if siren else f"qualified:{epoch}")


def deposit_key(portal: str, account: str, ref: str) -> str:
    """The word of the deposit that the portal knows by `ref`."""
    return _word(f"deposit.ref:{portal}/{account}/{ref}")


def awaiting_key(portal: str, account: str) -> str:
    """The word of deposits whose reference is not known yet."""
    return _word(f"deposit.await:{portal}/{account}")


def handed_key(portal: str, account: str, day: date) -> str:
    """The word of deposits with a reference that were handed over on that Paris day."""
    return _word(f"deposit.day:{portal}/{account}/{day}")


def receipt_key(portal: str, account: str, ref: str) -> str:
    """The word of receipts that wait in the tray for the deposit `ref`."""
    return _word(f"receipt.ref:{portal}/{account}/{ref}")


def mismatch_key(portal: str, account: str, ref: str) -> str:
    """The word of receipts that say another mode than the deposit `ref`."""
    return _word(f"receipt.mode:{portal}/{account}/{ref}")


_UNPLACED = {"tray": receipt_key, "mismatch": mismatch_key}


def piece_key(origin: str) -> str:
    """The word of the receipt that a portal lists under `origin`."""
    return _word(f"piece:{origin}")


def _word(key: str) -> str:
    """`key`, or its digest where what a portal said makes it longer than an index takes, or no plain text."""
    if len(key) <= LONGEST_KEY and key.isprintable():
        return key
    return f"{key.partition(':')[0]}:#{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}"


def _due(kind: Kind, facts: Any) -> datetime | None:
    match kind:
        case Kind.FILING:
            dues: list[datetime] = [*facts.deadlines.values()]
            for sub in facts.submissions.values():
                dues += sub.deadlines.values()
            return min(dues, default=None)
        case Kind.CLIENT:
            return min(facts.deadlines.values(), default=None)
        case Kind.CABINET:
            return facts.rollout.look if facts.rollout is not None else None
        case Kind.RECEIPT | Kind.NOTICE | Kind.COMMAND:
            due: datetime | None = facts.due
            return due
        case _:
            return None
