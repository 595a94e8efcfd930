"""Every statement of the SQL storage, made once for a dialect and its names, and said as plain text ever after.

Built with SQLAlchemy Core, so that quoting, casts and parameter styles are the dialect's; compiled once, because
building one at each call costs more than saying it. PostgreSQL takes any number of rows as arrays, in one round trip.
Nothing here connects or decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary, ref

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Dialect,
    LargeBinary,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    true,
    tuple_,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.selectable import TableValuedAlias

from due_workflow.adapters._rows import storable
from due_workflow.adapters._sql_tables import Names, tables

Values = Mapping[str, Any]


class Rows(Protocol):
    """What a statement brings: a driver's cursor, or SQLAlchemy's result."""

    @property
    def rowcount(self) -> int:
        """How many rows it reached."""
        ...

    def fetchall(self) -> Sequence[Any]:
        """All its rows."""
        ...


Run = Callable[[str, Any], Rows]
"""Says a statement with its values, or with a list of them: `Connection.exec_driver_sql`, or a driver's cursor."""

SURE_FOR: Final = 60.0  # seconds after which the version of the tables is looked at again
SHAPES = 256  # how many shapes of `find` are kept
_ONE: Any = literal_column("1")
_TYPES: Mapping[str, Any] = {
    "after_seq": BigInteger,
    "version": BigInteger,
    "due": BigInteger,
    "seq": BigInteger,
    "data": LargeBinary,
}


class Said:
    """One statement, compiled."""

    __slots__ = ("fixed", "order", "text")

    def __init__(self, dialect: Dialect, statement: Executable) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.text: str = compiled.string
        self.order: Sequence[str] | None = compiled.positiontup if compiled.positional else None
        # what the dialect adds by itself, such as the OFFSET of 0 that SQLite wants beside a LIMIT
        self.fixed: Values = {name: value for name, value in compiled.params.items() if value is not None}
        if dialect.driver.startswith("psycopg") and dialect.driver != "psycopg2":
            self.text = self.text.replace("%(data)s", "%(data)b")  # bytes as they are, not as twice as many letters

    def __call__(self, run: Run, values: Values) -> Rows:
        """Say it once; its rows, or how many it reached."""
        order = self.order
        if self.fixed:
            values = {**values, **self.fixed}
        return run(self.text, values if order is None else tuple([values[name] for name in order]))

    def many(self, run: Run, rows: Iterable[Values]) -> None:
        """Say it for each of the rows."""
        order = self.order
        said = [row if order is None else tuple([row[name] for name in order]) for row in rows]
        if said:
            run(self.text, said)


def _p(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=_TYPES.get(name, Text)())


def _rows(*names: str) -> TableValuedAlias:
    """Rows made of arrays of equal length, one a column (PostgreSQL)."""
    arrays = [bindparam(name, type_=ARRAY(_TYPES.get(name, Text)())) for name in names]
    return func.unnest(*arrays).table_valued(*names, name="n").render_derived()


class Statements:
    """The statements of one dialect under one set of names. Bind names are those of the columns."""

    def __init__(self, dialect: Dialect, names: Names) -> None:
        self.names = names
        self.arrays = dialect.name == "postgresql"
        self._dialect = ref(dialect)
        self._sure_until = 0.0
        self._tables = tables(names)
        self._finds: dict[tuple[str, int, bool, int], Said] = {}
        r, _, e = self._tables
        self._columns = (r.c.kind, r.c.id, r.c.version, r.c.state, r.c.words, r.c.due, r.c.data)
        mine = r.c.cabinet == _p("cabinet")
        this = (mine, r.c.kind == _p("kind"), r.c.id == _p("id"))
        self.get = Said(dialect, select(*self._columns).where(*this))
        self.counts = Said(
            dialect, select(r.c.state, func.count()).where(mine, r.c.kind == _p("kind")).group_by(r.c.state)
        )
        self.journal = Said(
            dialect,
            select(e.c.seq, e.c.data, e.c.hash)
            .where(e.c.cabinet == _p("cabinet"), e.c.kind == _p("kind"), e.c.id == _p("id"), e.c.seq > _p("after_seq"))
            .order_by(e.c.seq)
            .limit(bindparam("limit", type_=BigInteger())),
        )
        if self.arrays:
            self._make_for_arrays(dialect)
        else:
            self._make_for_rows(dialect, this)

    @property
    def verified(self) -> bool:
        """Whether the tables were found to be of this version not long ago: somebody may upgrade them meanwhile."""
        return time.monotonic() < self._sure_until

    def verify(self) -> None:
        """The tables were just found to be of this version."""
        self._sure_until = time.monotonic() + SURE_FOR

    def holds(self, *texts: str) -> bool:
        """Whether these texts can stand in the database at all: what cannot is never found."""
        return all(storable(text) and not (self.arrays and "\0" in text) for text in texts)

    # ---- PostgreSQL: any number of rows in one statement

    def _make_for_arrays(self, dialect: Dialect) -> None:
        r, k, e = self._tables
        cabinet = _p("cabinet")
        n = _rows("kind", "id")
        named = select(n.c.kind, n.c.id)
        carrying = select(k.c.kind, k.c.id).where(
            k.c.cabinet == cabinet, k.c.key == any_(bindparam("key", type_=ARRAY(Text)))
        )
        mine, name = r.c.cabinet == cabinet, tuple_(r.c.kind, r.c.id)
        self.load = Said(dialect, select(*self._columns).where(mine, name.in_(named)))
        self.load_by_key = Said(dialect, select(*self._columns).where(mine, name.in_(union(named, carrying))))
        # the number of this transaction, to ask the server later what became of it
        xid = cast(func.pg_current_xact_id(), Text).label("xid")
        seen = select(r.c.kind, r.c.id, r.c.version, r.c.words, xid).where(mine, name.in_(named))
        seen = seen.order_by(r.c.kind, r.c.id)
        self.hold = Said(dialect, seen.with_for_update(of=r, key_share=True))
        self.share = Said(dialect, seen.with_for_update(of=r, read=True))
        self.outcome = Said(dialect, text("SELECT pg_xact_status(CAST(:xid AS xid8))"))
        self.versions = Said(dialect, select(r.c.kind, r.c.id, r.c.version).where(mine, name.in_(named)))
        n = _rows("kind", "id", "seq")
        self.has_entries = Said(
            dialect,
            select(e.c.kind, e.c.id).where(
                e.c.cabinet == cabinet, tuple_(e.c.kind, e.c.id, e.c.seq).in_(select(n.c.kind, n.c.id, n.c.seq))
            ),
        )
        fields: tuple[str, ...] = ("kind", "id", "state", "due", "words", "data")
        n = _rows(*fields)
        rows = select(cabinet, _ONE, *(n.c[f] for f in fields))
        self.create = Said(
            dialect,
            pg_insert(r).from_select(["cabinet", "version", *fields], rows).on_conflict_do_nothing().returning(xid),
        )
        n = _rows("version", *fields)
        self.replace = Said(
            dialect,
            update(r)
            .values({"version": n.c.version + _ONE} | {f: n.c[f] for f in fields[2:]})
            .where(mine, r.c.kind == n.c.kind, r.c.id == n.c.id, r.c.version == n.c.version),
        )
        fields = ("key", "kind", "id")
        n = _rows(*fields)
        self.add_keys = Said(
            dialect,
            pg_insert(k)
            .from_select(["cabinet", *fields], select(cabinet, *(n.c[f] for f in fields)))
            .on_conflict_do_nothing(),
        )
        self.drop_keys = Said(
            dialect, delete(k).where(k.c.cabinet == cabinet, tuple_(k.c.key, k.c.kind, k.c.id).in_(select(*n.c)))
        )
        fields = ("kind", "id", "seq", "data", "hash")
        n = _rows(*fields)
        rows = select(cabinet, *(n.c[f] for f in fields))
        self.append = Said(
            dialect, pg_insert(e).from_select(["cabinet", *fields], rows).on_conflict_do_nothing().returning(xid)
        )
        self.claim = Said(dialect, self._claim())

    def _claim(self) -> Executable:
        """For each kind its longest due, passing over what others hold; of all these the longest due."""
        r = self._tables.records
        kinds = func.unnest(bindparam("kind", type_=ARRAY(Text))).table_valued("kind", name="n").render_derived()
        limit = bindparam("limit", type_=BigInteger())
        each = (
            select(r.c.cabinet, r.c.kind, r.c.id, r.c.due)
            .where(r.c.kind == kinds.c.kind, r.c.due <= bindparam("now", type_=BigInteger()))
            .order_by(r.c.due, r.c.cabinet, r.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
            .lateral("each_kind")
        )
        waits = (
            select(each.c.cabinet, each.c.kind, each.c.id, each.c.due)
            .select_from(kinds.join(each, true()))
            .order_by(each.c.due, each.c.cabinet, each.c.kind, each.c.id)
            .limit(limit)
            .cte("waits")
        )
        return (
            update(r)
            .values(version=r.c.version + _ONE, due=bindparam("until", type_=BigInteger()))
            .where(r.c.cabinet == waits.c.cabinet, r.c.kind == waits.c.kind, r.c.id == waits.c.id)
            .returning(waits.c.due.label("was"), r.c.cabinet, *self._columns)
        )

    # ---- the others: a statement for each row

    def _make_for_rows(self, dialect: Dialect, this: Sequence[Any]) -> None:
        r, k, e = self._tables
        self.refs_by_key = Said(
            dialect, select(k.c.kind, k.c.id).where(k.c.cabinet == _p("cabinet"), k.c.key == _p("key"))
        )
        seen = select(r.c.version, r.c.words).where(*this)
        self.hold = Said(dialect, seen.with_for_update())
        self.share = Said(dialect, seen.with_for_update(read=True))
        self.versions = Said(dialect, select(r.c.version).where(*this))
        self.has_entries = Said(
            dialect,
            select(e.c.seq).where(
                e.c.cabinet == _p("cabinet"), e.c.kind == _p("kind"), e.c.id == _p("id"), e.c.seq == _p("seq")
            ),
        )
        fields: tuple[str, ...] = ("cabinet", "kind", "id", "state", "due", "words", "data")
        self.create = Said(dialect, insert(r).values({f: _p(f) for f in fields} | {"version": _ONE}).inline())
        self.replace = Said(
            dialect,
            update(r)
            .values({f: bindparam(f"new_{f}", type_=_TYPES.get(f, Text)()) for f in fields[3:]})
            .values(version=r.c.version + _ONE)
            .where(r.c.cabinet == _w("cabinet"), r.c.kind == _w("kind"), r.c.id == _w("id"))
            .where(r.c.version == _w("version")),
        )
        self.add_keys = Said(dialect, insert(k).values({f: _p(f) for f in ("cabinet", "key", "kind", "id")}).inline())
        self.drop_keys = Said(dialect, delete(k).where(*(k.c[f] == _p(f) for f in ("cabinet", "key", "kind", "id"))))
        fields = ("cabinet", "kind", "id", "seq", "data", "hash")
        self.append = Said(dialect, insert(e).values({f: _p(f) for f in fields}).inline())
        waits = select(r.c.due, r.c.cabinet, r.c.kind, r.c.id)
        waits = waits.where(r.c.kind == _p("kind"), r.c.due <= bindparam("now", type_=BigInteger()))
        self.is_due = Said(dialect, waits.limit(literal_column("1")))
        waits = waits.order_by(r.c.due, r.c.cabinet, r.c.id).limit(bindparam("limit", type_=BigInteger()))
        self.due = Said(dialect, waits.with_for_update(skip_locked=True))
        self.lease = Said(
            dialect,
            update(r)
            .values(version=r.c.version + _ONE, due=bindparam("until", type_=BigInteger()))
            .where(r.c.cabinet == _w("cabinet"), r.c.kind == _w("kind"), r.c.id == _w("id")),
        )

    # ---- find

    def find(self, walk: str, starts: int, due: bool, states: int) -> Said:
        """The statement of one shape of `find`, made when it is first asked for."""
        shape = walk, starts, due, states
        found = self._finds.get(shape)
        dialect = self._dialect()
        if found is None:
            assert dialect is not None, "the engine lives as long as its statements"
            found = Said(dialect, self._make_find(*shape))
            if len(self._finds) < SHAPES:
                self._finds[shape] = found
        return found

    def _make_find(self, walk: str, starts: int, due: bool, states: int) -> Executable:
        """Walk the keys, else the states, else the ids: each walk is in order, so a page costs a page."""
        r = self._tables.records
        limit = bindparam("limit", type_=BigInteger())
        walks = [self._walk(walk, n, due, states).limit(limit) for n in range(max(starts, 1))]
        if len(walks) == 1:
            return walks[0]
        # ids of several walks may come twice: merged, cut, and only then read
        merged = union(*(select(one.with_only_columns(r.c.id).subquery(f"w{n}")) for n, one in enumerate(walks)))
        ids = merged.subquery("merged")
        page = select(ids.c.id).order_by(ids.c.id).limit(limit).subquery("page")
        whole = select(*self._columns).join(page, page.c.id == r.c.id)
        return whole.where(r.c.cabinet == _p("cabinet"), r.c.kind == _p("kind")).order_by(r.c.id)

    def _walk(self, walk: str, n: int, due: bool, states: int) -> Select[Any]:
        r, k, _ = self._tables
        found = select(*self._columns)
        at: Any = r.c.id
        if walk == "key":
            at = k.c.id
            found = found.select_from(
                k.join(r, (r.c.cabinet == k.c.cabinet) & (r.c.kind == k.c.kind) & (r.c.id == k.c.id))
            ).where(k.c.cabinet == _p("cabinet"), k.c.kind == _p("kind"), k.c.key == _p(f"key_{n}"))
        else:
            found = found.where(r.c.cabinet == _p("cabinet"), r.c.kind == _p("kind"))
        if walk == "state":
            found = found.where(r.c.state == _p(f"state_{n}"))
        elif states:
            found = found.where(r.c.state.in_([_p(f"state_{i}") for i in range(states)]))
        if due:
            found = found.where(r.c.due <= bindparam("due_by", type_=BigInteger()))
        return found.where(at > _p("after")).order_by(at)


def _w(name: str) -> BindParameter[Any]:
    return bindparam(f"at_{name}", type_=_TYPES.get(name, Text)())


_made: WeakKeyDictionary[Dialect, dict[Names, Statements]] = WeakKeyDictionary()


def statements(dialect: Dialect, names: Names) -> Statements:
    """The statements for one engine's dialect; made once for each set of names."""
    made = _made.setdefault(dialect, {})
    if names not in made:
        made[names] = Statements(dialect, names.checked())
    return made[names]
