"""Which revision a database stands at, and how it is brought to another: Alembic, with a version table of our own.

Only the steps under `migrations/` change a schema. They run on a given connection inside the transaction that it is
in, so a host may call `upgrade` from a migration of his own Alembic: no global of Alembic's is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateSchema

from due_workflow.adapters import _sql_faults as faults
from due_workflow.adapters._sql_address import told
from due_workflow.adapters._sql_engine import SQLITE_PATIENCE, begin, make_engine, whole
from due_workflow.adapters._sql_tables import REVISIONS, Names, tables
from due_workflow.errors import InputRefused, StorageUnusable

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

Where = Engine | Connection | URL | str
UPGRADE_LOCK = 0x4455_4557  # "DUEW": two processes that upgrade at once do it one after the other


def upgrade(where: Where, *, prefix: str = "due_", schema: str | None = None, revision: str = "head") -> str:
    """Bring a database to `revision`: the newest, or one of those in between. At once, or not at all.

    A database that stands there already is left as it is. On PostgreSQL a missing schema is created. Several
    processes may call it at once.

    Args:
        where: an engine, a URL, or a connection: then its transaction is used, and the caller commits it.
        prefix: what the names of the tables begin with.
        schema: the schema that they stand in; None for the connection's own.
        revision: ``"head"``, or a revision's number.

    Returns:
        The revision that the database stands at.

    Raises:
        StorageUnusable: the database is of a newer version of this library, or it cannot be used; or other tables
            have the names of ours.
        InputRefused: no such prefix, or an address that cannot be read.
        ValueError: no such revision.
    """
    names = Names(prefix, schema).checked()
    wanted = REVISIONS[-1] if revision == "head" else revision
    with _connection(where, names) as connection:
        return _move(connection, names, wanted, up=True) or wanted


def downgrade(
    where: Where, revision: str, *, prefix: str = "due_", schema: str | None = None, erase: bool = False
) -> str | None:
    """Bring a database back to `revision`; to ``"base"`` only with `erase`, for that drops the tables.

    Returns:
        The revision that the database stands at; None at the base.

    Raises:
        InputRefused: the step would erase records, and `erase` was not said; no such prefix, or an address that
            cannot be read.
        StorageUnusable: the database is of a newer version of this library, or it cannot be used.
        ValueError: no such revision.
    """
    names = Names(prefix, schema).checked()
    with _connection(where, names) as connection:
        if revision == "base" and not erase and stands(connection, names) is not None:
            held = connection.scalar(select(func.count()).select_from(tables(names).records))
            if held:
                raise InputRefused("downgrade_erases", records=held, table=f"{prefix}records")
        return _move(connection, names, None if revision == "base" else revision, up=False)


def current(where: Where, *, prefix: str = "due_", schema: str | None = None) -> str | None:
    """The revision that a database stands at; None when it has none of our tables.

    Raises:
        StorageUnusable: the database cannot be used.
        InputRefused: no such prefix, or an address that cannot be read.
    """
    names = Names(prefix, schema).checked()
    with _connection(where, names) as connection:
        return stands(connection, names)


def check(where: Where, *, prefix: str = "due_", schema: str | None = None) -> str:
    """The revision, where the database stands at the newest one; nothing is changed.

    Raises:
        StorageUnusable: there are no tables, they are of an older or a newer version, or the database cannot be used;
            the text says what to do.
        InputRefused: no such prefix, or an address that cannot be read.
    """
    names = Names(prefix, schema).checked()
    with _connection(where, names) as connection:
        return verified(connection, names)


def include_name(
    prefix: str = "due_", schema: str | None = None
) -> Callable[[str | None, str, dict[str, str | None]], bool]:
    """A filter for a host's Alembic (`context.configure(include_name=…)`): autogenerate leaves our tables alone."""
    names = Names(prefix, schema).checked()

    def include(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
        if kind != "table" or name is None:
            return True
        return not (names.owns(name) and parents.get("schema_name") in {None, schema})

    return include


def verified(connection: Connection, names: Names) -> str:
    """The revision, when it is the newest."""
    found = stands(connection, names)
    facts = {"database": told(connection.engine.url), "prefix": names.prefix}
    if found is None:
        raise StorageUnusable("storage_no_tables", **facts)
    if found not in REVISIONS:
        raise StorageUnusable("storage_newer_tables", found=found, known=REVISIONS[-1], **facts)
    if found != REVISIONS[-1]:
        raise StorageUnusable("storage_older_tables", found=found, known=REVISIONS[-1], **facts)
    return found


def stands(connection: Connection, names: Names) -> str | None:
    """The revision that is noted in the version table."""
    if not inspect(connection).has_table(names.version_table, schema=names.schema):
        return None
    return _versions(connection, names).get_current_revision()


def _move(connection: Connection, names: Names, wanted: str | None, *, up: bool) -> str | None:
    if wanted is not None and wanted not in REVISIONS:
        raise ValueError(f"no such revision: {wanted}; there are {', '.join(REVISIONS)}")
    _alone(connection, names)
    found = stands(connection, names)
    if found is not None and found not in REVISIONS:
        facts = {"database": told(connection.engine.url), "prefix": names.prefix}
        raise StorageUnusable("storage_newer_tables", found=found, known=REVISIONS[-1], **facts)
    place = {None: 0} | {revision: n for n, revision in enumerate(REVISIONS, 1)}
    if place[wanted] == place[found] or (place[wanted] > place[found]) != up:
        return found
    if found is None:
        _free(connection, names)
    script = _script()
    steps = script._upgrade_revs if up else script._downgrade_revs
    context = _versions(connection, names, lambda at, _: steps(wanted or "base", at))
    from alembic.operations import Operations

    context.run_migrations(op=Operations(context), prefix=names.prefix, schema=names.schema)
    return wanted


def _alone(connection: Connection, names: Names) -> None:
    """Hold off others who would change the schema now; make the schema where it is missing."""
    begin(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))
        if names.schema is not None:
            connection.execute(CreateSchema(names.schema, if_not_exists=True))


def _free(connection: Connection, names: Names) -> None:
    """See that the names of the tables are free.

    Raises:
        StorageUnusable: one is another's.
    """
    inspector = inspect(connection)
    for table in tables(names):
        if inspector.has_table(table.name, schema=names.schema):
            facts = {"database": told(connection.engine.url), "prefix": names.prefix}
            raise StorageUnusable("storage_foreign_tables", table=table.name, **facts)


def _script() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(__file__).parent / "migrations"))


def _versions(connection: Connection, names: Names, fn: Callable[..., Any] | None = None) -> MigrationContext:
    from alembic.runtime.migration import MigrationContext

    options = {"version_table": names.version_table, "version_table_schema": names.schema, "fn": fn}
    return MigrationContext.configure(connection, opts=options)


@contextmanager
def _connection(where: Where, names: Names) -> Iterator[Connection]:
    """A connection in a transaction: committed at the end, unless it is the caller's own.

    Raises:
        StorageUnusable: instead of any error of SQLAlchemy or of the driver.
    """
    if isinstance(where, Connection):
        engine = where.engine
    else:
        engine = where if isinstance(where, Engine) else make_engine(where)
    try:
        if isinstance(where, Connection):
            yield where
        else:
            with engine.connect() as connection, whole(connection):
                yield connection
        return
    except (SQLAlchemyError, UnicodeError, engine.dialect.loaded_dbapi.Error) as error:
        fault = faults.read(error)
    finally:
        if not isinstance(where, Engine | Connection):
            engine.dispose()
    raise fault.unusable(engine.url, seconds=SQLITE_PATIENCE, prefix=names.prefix)
