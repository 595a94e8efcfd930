"""A storage over Django's ORM, in Django's own connection and transaction.

`DjangoStorage(joined=True)` writes inside the caller's `transaction.atomic()`: the host's rows and ours live or die
together. `DjangoStorage()` commits by itself, as sending and a worker need: it reads anywhere, and refuses to write
where a transaction is open (`atomic()`, ATOMIC_REQUESTS), for a rollback would forget what the portal has taken. Both
are made for READ COMMITTED, Django's default.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, OperationalError, connections, transaction
from django.db.models import Count, F, Q

from due import models
from due_workflow import Conflict, InputRefused
from due_workflow.ports import Changes, Entry, Kind, Record, Ref, Sealed

NAME, CONTENT = ("cabinet", "kind", "name"), ("version", "state", "data", "keys", "due")
OPEN = (
    "DjangoStorage() commits by itself, and a transaction is open here that could be rolled back: use "
    "DjangoStorage(joined=True) in it, or call after its commit (transaction.on_commit, non_atomic_requests)"
)
BEGIN_ANEW = {"40001", "40P01"}  # PostgreSQL's serialization failure and deadlock


class DjangoStorage:
    """See `due_workflow.ports.Storage` for what each method owes; `using` is the alias of the database."""

    def __init__(self, *, joined: bool = False, using: str = "default") -> None:
        self.joined, self.using = joined, using

    # ---- reading

    def load(self, cabinet: str, refs: Sequence[Ref] = (), keys: Sequence[str] = ()) -> list[Record]:
        named = _named(refs)
        if keys:
            named |= Q(pk__in=self._all(models.Key).filter(cabinet=cabinet, word__in=keys).values("record"))
        return [_record(row) for row in self._all(models.Record).filter(named, cabinet=cabinet)] if named else []

    def find(
        self,
        cabinet: str,
        kind: Kind,
        states: Sequence[str] = (),
        keys: Sequence[str] = (),
        due_by: datetime | None = None,
        after: str = "",
        limit: int = 100,
    ) -> list[Record]:
        rows = self._all(models.Record).filter(cabinet=cabinet, kind=kind, name__gt=after)
        if states:
            rows = rows.filter(state__in=states)
        if keys:
            rows = rows.filter(pk__in=self._all(models.Key).filter(cabinet=cabinet, word__in=keys).values("record"))
        if due_by is not None:
            rows = rows.filter(due__lte=due_by)
        return [_record(row) for row in rows.order_by("name")[: max(limit, 0)]]

    def counts(self, cabinet: str, kind: Kind) -> Mapping[str, int]:
        rows = self._all(models.Record).filter(cabinet=cabinet, kind=kind)
        return dict(rows.values_list("state").annotate(Count("pk")).order_by())

    def journal(self, cabinet: str, case: Ref, after: int = 0, limit: int = 1000) -> list[Entry]:
        rows = self._all(models.Entry).filter(cabinet=cabinet, kind=case.kind, name=case.id, seq__gt=after)
        return [Entry(case, row.seq, Sealed(row.data), row.hash) for row in rows.order_by("seq")[: max(limit, 0)]]

    # ---- writing

    def commit(self, cabinet: str, changes: Changes) -> None:
        if self.joined and not connections[self.using].in_atomic_block:
            raise transaction.TransactionManagementError("a joined storage writes inside transaction.atomic()")
        try:
            # Joined, this block is a savepoint: what is refused is undone alone, and the host's transaction goes on.
            with transaction.atomic(using=self.using) if self.joined else self._durable():
                before = self._locked(cabinet, changes)
                self._write(cabinet, changes.write, before)
                self._append(cabinet, changes.entries)
        except IntegrityError:
            # another transaction created the same between our look and our insert
            raise Conflict(self._taken(cabinet, changes)) from None
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in BEGIN_ANEW:
                raise
            raise Conflict(record.ref for record in (*changes.write, *changes.check)) from None

    def _locked(self, cabinet: str, changes: Changes) -> dict[Ref, models.Record]:
        """What stands under the names that are written or checked, held as it is until the commit.

        Locked in one order, so that two writers do not wait for each other. SQLite locks no row: its transaction holds
        the whole file.
        """
        touched = (*changes.write, *changes.check)
        named = _named(record.ref for record in touched)
        if not named:
            return {}
        rows = self._all(models.Record).select_for_update().filter(named, cabinet=cabinet).order_by("pk")
        before = {Ref(Kind(row.kind), row.name): row for row in rows.defer("data")}
        stale = [r.ref for r in touched if (before[r.ref].version if r.ref in before else 0) != r.version]
        if stale:
            raise Conflict(stale)
        return before

    def _write(self, cabinet: str, records: Iterable[Record], before: Mapping[Ref, models.Record]) -> None:
        rows = {record.ref: _row(cabinet, record) for record in sorted(records, key=lambda record: record.ref)}
        new = [row for ref, row in rows.items() if ref not in before]
        old = [row for ref, row in rows.items() if ref in before]
        self._all(models.Record).bulk_create(new)
        # one statement for all of them; each is there and ours, so each is an update
        self._all(models.Record).bulk_create(old, update_conflicts=True, unique_fields=NAME, update_fields=CONTENT)
        moved = [(before[ref].pk, row) for ref, row in rows.items() if ref in before and before[ref].keys != row.keys]
        self._all(models.Key).filter(record__in=[pk for pk, _ in moved]).delete()
        found_by = [
            models.Key(record_id=pk, cabinet=cabinet, word=word)
            for pk, row in [*((row.pk, row) for row in new), *moved]
            for word in row.keys
        ]
        self._all(models.Key).bulk_create(found_by)

    def _append(self, cabinet: str, entries: Iterable[Entry]) -> None:
        self._all(models.Entry).bulk_create(
            models.Entry(cabinet=cabinet, kind=e.case.kind, name=e.case.id, seq=e.seq, data=e.data, hash=e.hash)
            for e in sorted(entries, key=lambda e: (e.case, e.seq))
        )

    def _taken(self, cabinet: str, changes: Changes) -> list[Ref]:
        """The records and entries of these that are there now."""
        created = [record.ref for record in changes.write if record.version == 0]
        there = [record.ref for record in self.load(cabinet, created)]
        there += [e.case for e in changes.entries if self.journal(cabinet, e.case, e.seq - 1, 1)]
        return list(dict.fromkeys(there)) or created

    def claim(self, kinds: Sequence[Kind], now: datetime, until: datetime, limit: int) -> list[tuple[str, Record]]:
        if self.joined:
            raise InputRefused("joined_worker")
        with self._durable():  # a lease must be committed before it is used
            due = self._all(models.Record).filter(kind__in=kinds, due__lte=now).order_by("due")
            # skip_locked: what another claimer is taking is his
            rows = list(due.select_for_update(skip_locked=True)[: max(limit, 0)])
            leased = self._all(models.Record).filter(pk__in=[row.pk for row in rows])
            leased.update(version=F("version") + 1, due=until)
        return [(row.cabinet, replace(_record(row), version=row.version + 1, due=until)) for row in rows]

    @contextmanager
    def _durable(self):
        """A transaction that is committed when its block ends, whatever the host does afterwards.

        Raises:
            TransactionManagementError: one is open already (the one around a test of Django's `TestCase` is let be).
        """
        connection = connections[self.using]
        # without autocommit the host commits, or not, and Django's `durable` does not look at that
        if not connection.in_atomic_block and not connection.get_autocommit():
            raise transaction.TransactionManagementError(OPEN)
        with ExitStack() as ends:
            try:
                ends.enter_context(transaction.atomic(using=self.using, durable=True))
            except RuntimeError:
                raise transaction.TransactionManagementError(OPEN) from None
            yield

    def _all(self, model):
        return model.objects.using(self.using)


def _named(refs: Iterable[Ref]) -> Q:
    """The records of these names; by kind and a list of ids, since a long chain of OR is refused by some databases."""
    ids = defaultdict(set)
    for ref in refs:
        ids[ref.kind].add(ref.id)
    named = Q()
    for kind, names in ids.items():
        named |= Q(kind=kind, name__in=names)
    return named


def _row(cabinet: str, record: Record) -> models.Record:
    return models.Record(
        cabinet=cabinet,
        kind=record.ref.kind,
        name=record.ref.id,
        version=record.version + 1,
        state=record.state,
        data=record.data,
        keys=sorted(record.keys),
        due=record.due,
    )


def _record(row: models.Record) -> Record:
    ref = Ref(Kind(row.kind), row.name)
    return Record(ref, row.version, row.state, Sealed(row.data), frozenset(row.keys), row.due)
