"""One command's unit of work: what it loaded, what it wants changed, and the single commit of both.

Facts are replaced, never changed; each change of a journaled case makes one entry. Nothing here decides: decisions
come from the rules below, the commit goes to the storage. A unit is used once and thrown away on a Conflict.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from due_workflow import journal
from due_workflow.base import Model
from due_workflow.clients import Cabinet, ClientFile
from due_workflow.errors import InputRefused, NotFound
from due_workflow.filings import attempt, client_settled, settled
from due_workflow.identifiers import named, scrub
from due_workflow.models import Deposit, Filing, Notice, Submission, reference_of
from due_workflow.policy import Policy
from due_workflow.ports import Changes, Entry, Kind, Record, Ref, Storage
from due_workflow.records import JOURNALED, Document, Held, Outgoing, decode, encode


class Unit:
    """Loads, stages and commits for one command of one firm at one instant."""

    def __init__(self, storage: Storage, cabinet: str, policy: Policy, now: datetime, by: str) -> None:
        if now.tzinfo is None:
            raise InputRefused("naive_instant")
        self.storage, self.cabinet, self.policy, self.by = storage, cabinet, policy, by
        self.now = now.astimezone(UTC)
        self._held: dict[Ref, Held | None] = {}
        self._touched: dict[Ref, None] = {}
        self._checked: dict[Ref, Record] = {}
        self._records: dict[Ref, Record] = {}
        self._named: dict[str, list[Ref]] = {}
        self._called: dict[str, dict[Ref, None]] = {}
        self._entries: list[Entry] = []
        self._journaled: set[Ref] = set()
        self._noticed = 0

    # ---- loading

    def load(self, refs: Iterable[Ref] = (), keys: Sequence[str] = ()) -> list[Held]:
        """Load in one call what is not held yet; what carries `keys` is returned. No name is asked for twice."""
        wanted = [ref for ref in dict.fromkeys(refs) if ref not in self._held]
        asked: dict[str, list[Ref]] = {key: [] for key in keys if key not in self._named}
        if wanted or asked:
            self._read(wanted, asked)
        found: dict[Ref, None] = {}
        for key in keys:
            found.update(dict.fromkeys(self._named[key]))
            found.update(self._called.get(key, {}))
        return [held for ref in found if (held := self._held[ref]) is not None]

    def call(self, key: str, ref: Ref) -> None:
        """What is staged here is found by `key` from now on, as it will be once it is committed."""
        self._called.setdefault(key, {})[ref] = None

    def _read(self, wanted: Sequence[Ref], asked: dict[str, list[Ref]]) -> None:
        self._held.update(dict.fromkeys(wanted))
        self._named.update(asked)
        for record in self.storage.load(self.cabinet, wanted, tuple(asked)):
            ref = record.ref
            if self._held.get(ref) is None:
                self._held[ref] = decode(record)
                self._records[ref] = record
            for key in asked.keys() & record.keys if asked else ():
                asked[key].append(ref)

    def _at(self, ref: Ref) -> Held | None:
        if ref not in self._held:
            self._read((ref,), {})
        return self._held[ref]

    def adopt(self, record: Record) -> Held:
        """Hold a record that was read by another call of the storage (find, claim)."""
        held = self._held.get(record.ref)
        if held is None:
            held = self._held[record.ref] = decode(record)
            self._records[record.ref] = record
        return held

    def get(self, kind: Kind, id: str) -> Held | None:
        """The record of that name, None when there is none."""
        return self._at(Ref(kind, id))

    def need(self, kind: Kind, id: str) -> Held:
        """The record of that name.

        Raises:
            NotFound: there is none in this firm.
        """
        held = self.get(kind, id)
        if held is None:
            raise NotFound(kind.value, scrub(id))
        return held

    def filing(self, reference: str) -> Filing:
        """The hire's file of that reference."""
        facts: Filing = self.need(Kind.FILING, reference).facts
        return facts

    def client(self, siren: str) -> ClientFile:
        """The client's file of that SIREN (or of the SIREN of that SIRET)."""
        facts: ClientFile = self.need(Kind.CLIENT, siren[:9]).facts
        return facts

    def deposit(self, id: str) -> Deposit:
        """The deposit of that id."""
        facts: Deposit = self.need(Kind.DEPOSIT, id).facts
        return facts

    def cabinet_facts(self) -> Cabinet:
        """The firm; an empty one before the first command about it."""
        held = self.get(Kind.CABINET, self.cabinet)
        return held.facts if held is not None else Cabinet(id=self.cabinet)

    # ---- staging

    def put(
        self,
        kind: Kind,
        id: str,
        facts: Model,
        event: str = "",
        *,
        source: str = "",
        dest: str = "",
        seen: Iterable[Held] = (),
    ) -> Any:
        """Stage the new facts of a record; a journaled one gets an entry for `event`. Returns the facts as staged."""
        ref = Ref(kind, id)
        held = self._at(ref) or Held(ref, 0, None)
        if kind in JOURNALED:
            if isinstance(facts, Filing):
                facts = settled(facts, self.policy, self.now)
            elif isinstance(facts, ClientFile):
                facts = client_settled(facts, self.policy)
            item = journal.entry(
                held.head,
                ref,
                held.seq + 1,
                at=self.now,
                by=self.by,
                event=event,
                source=source,
                dest=dest,
                patch=journal.diff(held.facts, facts),
                seen={str(h.ref): h.seq for h in seen},
            )
            self._entries.append(item)
            self._journaled.add(ref)
            held = Held(ref, held.version, facts, held.payload, item.seq, item.hash, held.kept)
        else:
            held = Held(ref, held.version, facts, held.payload, held.seq, held.head, held.kept)
        self._stage(held)
        return facts

    def put_payload(self, kind: Kind, id: str, payload: dict[str, Any], kept: frozenset[str] | None = None) -> None:
        """Stage another payload for a record that is staged already."""
        held = self._held[Ref(kind, id)]
        assert held is not None, "put the facts first"
        held = held.with_payload(payload)
        self._stage(held if kept is None else held._replace(kept=kept))

    def rewrite(self, held: Held) -> None:
        """Stage a record as it is, so that its deadline is what its facts say again (after a claim moved it)."""
        self._stage(held)

    def _stage(self, held: Held) -> None:
        self._held[held.ref] = held
        self._touched[held.ref] = None

    def check(self, held: Held) -> None:
        """Make the commit depend on `held` still being as loaded."""
        record = self._records.get(held.ref)
        if record is not None:
            self._checked[held.ref] = record

    def notice(self, code: str, case: Ref, *, urgent: bool = False, **facts: str | int | bool | None) -> Notice:
        """Stage a notice about `case`; its id is stable: the case, its journal number, the code."""
        held = self.get(case.kind, case.id)
        code, about = scrub(code), named(str(case))  # as the notice itself has them: they are in its id
        mark = held.seq if held is not None and held.seq else int(self.now.timestamp() * 1e6)
        first = id = f"{about}#{mark}:{code}"
        # a case that gets no entry here keeps its number, which an earlier notice may have used
        while Ref(Kind.NOTICE, id) in self._touched or (
            case not in self._journaled and self.get(Kind.NOTICE, id) is not None
        ):
            self._noticed += 1
            id = f"{first}:{self._noticed}"
        note = Notice(id=id, code=code, urgent=urgent, case=about, facts=facts, at=self.now)
        ref = Ref(Kind.NOTICE, id)
        self._held[ref] = None
        self._stage(Held(ref, 0, Outgoing.made(notice=note, due=self.now)))
        return note

    def raised(self) -> tuple[Notice, ...]:
        """The notices that were staged here."""
        staged = (self._held[ref] for ref in self._touched if ref.kind is Kind.NOTICE)
        return tuple(held.facts.notice for held in staged if held is not None)

    def carrying(self, key: str) -> list[Held]:
        """The records that carry `key`, those staged here included."""
        staged = [h for ref in self._touched if (h := self._held[ref]) is not None and key in h.kept]
        return [*self.load(keys=(key,)), *staged]

    def document(self, id: str, filename: str, sha256: str, content: bytes) -> None:
        """Stage a file to keep (base64 in the payload)."""
        if self.get(Kind.DOCUMENT, id) is None:
            self.put(Kind.DOCUMENT, id, Document(filename=filename, sha256=sha256))
            self.put_payload(Kind.DOCUMENT, id, {"content": b64encode(content).decode()})

    # ---- the commit

    def changes(self) -> Changes:
        """All that is staged."""
        write = []
        for ref in self._touched:
            held = self._held[ref]
            assert held is not None
            write.append(encode(held))
        check = [record for ref, record in self._checked.items() if ref not in self._touched]
        return Changes(write, check, self._entries)

    def commit(self) -> None:
        """Commit all that is staged, if anything is.

        Raises:
            Conflict: another writer was first; the unit is spent.
        """
        if self._touched:
            self.storage.commit(self.cabinet, self.changes())


def load_attempts(u: Unit, submissions: Iterable[str]) -> tuple[Submission, ...]:
    """The attempts of these ids, their hires' files loaded in one call."""
    ids = tuple(dict.fromkeys(submissions))
    u.load([Ref(Kind.FILING, reference_of(id)) for id in ids])
    return tuple(attempt(u.filing(reference_of(id)), id) for id in ids)
