"""The ports: what a host implements, and the plain records that cross them.

A storage keeps records, keys, deadlines and journal entries, and never looks inside their bytes. The obligations
below are prose on purpose: `due_workflow.testing` holds one test for each of them. No SQL, no clock and no rule
lives here.

`Storage`, `Notifier`, `Portal` and what crosses them are frozen from version 0.2 on: no method, parameter, default or
field of theirs changes before the next major version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from due_workflow.models import Notice, Submission
    from due_workflow.receipts import Ads, Mode, Receipt, Unreadable


class Kind(StrEnum):
    """The kinds of record."""

    CABINET = "cabinet"
    CLIENT = "client"
    FILING = "filing"
    DEPOSIT = "deposit"
    RECEIPT = "receipt"
    NOTICE = "notice"
    COMMAND = "command"
    DOCUMENT = "document"

    __hash__ = str.__hash__  # an enum's own is a Python call, and refs are hashed many times a command


class Ref(NamedTuple):
    """The name of a record inside its firm."""

    kind: Kind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


class Sealed(bytes):
    """Bytes that may hold personal data: their `repr` tells the length only, so no traceback can print them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Record:
    """One versioned record.

    Attributes:
        ref: kind and id, unique within the firm.
        version: 0 means "create"; otherwise the version that was loaded. The storage stores version + 1.
        state: a short word to filter and count by.
        data: JSON with its schema number; the storage never looks inside, and puts it into no log and no error.
        keys: words to find it by ("siret:…", "deposit.ref:…", "in_doubt"), printable and of 200 characters at most, as
            ids are. Each write replaces the whole set.
        due: the earliest of its deadlines (aware UTC), or None.
    """

    ref: Ref
    version: int
    state: str
    data: bytes = field(repr=False)
    keys: frozenset[str] = frozenset()
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One journal entry of one case: `seq` counts from 1, `hash` chains it to the entry before (hex SHA-256)."""

    case: Ref
    seq: int
    data: bytes = field(repr=False)
    hash: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What one command changes: all of it is committed, or none.

    Attributes:
        write: records to create (version 0) or replace (the version loaded).
        check: records that must still have the version loaded when the commit takes effect; not changed.
        entries: journal entries to append.

    Raises:
        ValueError: a record or an entry is named twice, a record has no id, a negative version or a due without a time
            zone, or one of version 0 (never loaded) is to be checked.
    """

    write: Sequence[Record] = ()
    check: Sequence[Record] = ()
    entries: Sequence[Entry] = ()

    def __post_init__(self) -> None:
        """Refuse what no storage could mean, before one sees it: a mistake in the calling code."""
        named = set()
        for record in self.write:
            if not record.ref.id or record.version < 0:
                raise ValueError(f"a record needs an id and a version from 0: {record.ref}, version {record.version}")
            if record.due is not None and record.due.tzinfo is None:
                raise ValueError(f"the due of {record.ref} needs a time zone")
            named.add(record.ref)
        for record in self.check:
            if not record.ref.id or record.version < 1:
                raise ValueError(f"only a record that was loaded can be checked: {record.ref}")
            named.add(record.ref)
        if len(named) != len(self.write) + len(self.check):
            raise ValueError("a record is named twice in one Changes")
        if len(self.entries) > 1 and len({(entry.case, entry.seq) for entry in self.entries}) != len(self.entries):
            raise ValueError("an entry is named twice in one Changes")


@runtime_checkable
class Storage(Protocol):
    """Where a host keeps the records of its firms.

    Every method but `claim` works inside one firm (`cabinet`, an opaque string) and never sees another's.
    Instants are aware UTC, kept to the microsecond. A storage may be called from several threads; a joined one stays
    in its transaction's. The bytes that it gives back are `Sealed`, and a `limit` of 0 gives nothing.

    A record comes whole: never one commit's version with another's keys or state. A call is as large as a group of
    `receive_many`: thousands of names, records and entries.

    Attributes:
        joined: True when it writes inside a transaction that the host commits. It then sees its own writes, lets a
            Conflict go to the host, undoes a refused commit alone (a savepoint), so that the host's transaction goes
            on, and refuses `claim`.
    """

    joined: bool

    def load(self, cabinet: str, refs: Sequence[Ref] = (), keys: Sequence[str] = ()) -> Sequence[Record]:
        """The records named by any of `refs`, or carrying any of `keys`, each once; what is missing is absent.

        Keys given here name few records; they are matched across kinds. Sees all that was committed before the call.
        """
        ...

    def commit(self, cabinet: str, changes: Changes) -> None:
        """Apply `changes` whole or not at all; when it returns, they are durable (joined: with the host's commit).

        What `check` names cannot change between the check and the commit.

        Raises:
            Conflict: a written or checked record has another version now, a created one exists, or an entry
                (case, seq) exists. `refs` names them. Also where a database asks to begin anew (a serialization
                failure, a deadlock): `refs` then names what was touched, if nothing tells what was in the way.
        """
        ...

    def find(
        self,
        cabinet: str,
        kind: Kind,
        states: Sequence[str] = (),
        keys: Sequence[str] = (),
        due_by: datetime | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Sequence[Record]:
        """Records of `kind` by ascending id (by code point), those after the id `after`, `limit` at most.

        Kept: any of `states` (all when empty), any of `keys` (all when empty), due at or before `due_by`.
        """
        ...

    def counts(self, cabinet: str, kind: Kind) -> Mapping[str, int]:
        """How many records of `kind` stand in each state; states without records are absent."""
        ...

    def journal(self, cabinet: str, case: Ref, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """The entries of `case` with seq > `after`, in order, `limit` at most."""
        ...

    def claim(self, kinds: Sequence[Kind], now: datetime, until: datetime, limit: int) -> Sequence[tuple[str, Record]]:
        """Lease due records, of all firms: those of `kinds` with due <= `now`, the longest due first.

        Commits by itself: each one's due is moved to `until` and its version bumped, so that no other claimer gets
        it before `until`. Returned as they then are. The only call that crosses firms. What another claimer is
        taking at this moment may be left out: the next claim gets it.

        Raises:
            InputRefused: the storage is joined (`joined_worker`): a lease must be committed before it is used.
        """
        ...


@runtime_checkable
class Notifier(Protocol):
    """Delivers notices to people or programs. Called at least once for each notice, outside any transaction.

    A worker calls each of its notifiers on a thread of that notifier's own, one notice at a time, and waits for an
    answer for as long as its patience (60 seconds unless said); one that has not answered by then counts as failed,
    though it may have delivered.

    Attributes:
        name: names it in the outbox, where it says who has delivered what: unique in a worker, and never changed.
    """

    name: str

    def send(self, notice: Notice) -> None:
        """Deliver it, or raise. The same notice may come again: drop repeats by `notice.cabinet` and `notice.id`.

        It may be called from several processes at once, and must end within the worker's patience: give every
        connection a time limit. `notice.to` says whom it is for (the firm, where it is empty); an id, a fact, a name or
        a text may hold any character, a line break too, so clean what goes into a header.

        Raises:
            Retry: not now; again after the given time or the worker's backoff. Any other error counts as one.
            Undeliverable: never; for this notifier it becomes a dead letter, and the others go on.
        """
        ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file ready to hand over: made and committed before the wire is touched."""

    filename: str
    content: bytes = field(repr=False)
    sha256: str
    mode: Mode
    submissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PieceRef:
    """The name of one piece waiting at a portal, as its listing gives it."""

    portal: str
    account: str
    kind: str
    number: str
    stamp: str = ""


@runtime_checkable
class Portal(Protocol):
    """A portal's far end; how the bytes travel is the adapter's affair.

    Attributes:
        name: "jedeclare", "urssaf"…
        account: the firm's account there; piece numbers are unique per account only.
        recipient: whose ARS decides: "CIRSO", "URSSAF".

    One that has an attribute `parallel` is asked for so many pieces at once, from threads; without it, one by one. One
    whose attribute `form` is a `message.MessageFormat` has people told which texts its messages cut.
    """

    name: str
    account: str
    recipient: str

    def render(self, submissions: Sequence[Submission], mode: Mode) -> Parcel:
        """Make the file. Pure: no byte leaves. The content of each attempt is in `submission.declaration`.

        Asked for each attempt alone before it is begun, and then for those that leave together.

        Raises:
            InputRefused: no message can be made of it; `problems` names all that is lacking.
        """
        ...

    def deposit(self, parcel: Parcel) -> Ads | None:
        """Hand the file over, once.

        Raises:
            NotSent: it was not taken for sure: no byte of it left, or the portal itself says that it refused it
                (`ContentRefused` where the same file would be refused again). Any other failure means doubt.
        """
        ...

    def find(self, parcel: Parcel) -> Ads | None:
        """Look for a parcel handed over before. None: the portal affirms that it has nothing.

        Raises:
            CannotTell: it does not know.
        """
        ...

    def available(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]:
        """List pieces, marking nothing, those retrieved before included.

        `refs`: the references of deposits that wait for an answer, or were answered lately. A portal that lists by
        reference asks for these; one that lists by date, from `since` on (None: from its own beginning).

        Raises:
            PartialListing: a part could not be listed; raised after all others were. Any other failure: no list.
        """
        ...

    def fetch(self, piece: PieceRef) -> Receipt | Unreadable:
        """Read one piece; repeatable. From several threads where `parallel` says so.

        Raises:
            PieceUnavailable: this one is not given, for a reason of its own. Any other failure is the line's.
        """
        ...


class Clock(Protocol):
    """Where the engine takes the time from."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...
