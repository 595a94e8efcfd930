"""The three tables of the SQL storage as they stand today, under the host's prefix and schema, and nothing else.

`migrations/` holds how a database comes to them; a test holds that both say the same. Texts compare by code point on
every database, whatever its language. `due` is in microseconds since 1970 (UTC): exact, and the same everywhere.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.mysql import LONGBLOB, LONGTEXT, VARCHAR
from sqlalchemy.types import TypeEngine

from due_workflow.errors import InputRefused

REVISIONS: Final = ("0001", "0002")
"""Every revision that was released, oldest first; a test holds that `migrations/` ends with the last."""


class Names(NamedTuple):
    """Where the tables stand: a prefix of every name, and a schema or None for the connection's own."""

    prefix: str = "due_"
    schema: str | None = None

    def checked(self) -> Names:
        """These names, once they are known to be plain words.

        Raises:
            InputRefused: the prefix is no lower-case word, or is longer than 32 characters.
        """
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,31}", self.prefix):
            raise InputRefused("table_prefix")
        return self

    @property
    def version_table(self) -> str:
        """The table in which Alembic notes the revision."""
        return f"{self.prefix}alembic_version"

    def owns(self, table: str) -> bool:
        """Whether a table of that name is one of ours."""
        return table in {f"{self.prefix}{name}" for name in ("records", "keys", "entries", "alembic_version")}


class Tables(NamedTuple):
    """The tables, for building statements."""

    records: Table
    keys: Table
    entries: Table


def word(length: int) -> TypeEngine[str]:
    """A text that is compared to the letter and ordered by code point; `length` only binds where an index asks it."""
    return (
        Text()
        .with_variant(Text(collation="C"), "postgresql")
        .with_variant(VARCHAR(length, charset="utf8mb4", collation="utf8mb4_nopad_bin"), "mariadb")
        .with_variant(VARCHAR(length, charset="utf8mb4", collation="utf8mb4_0900_bin"), "mysql")
    )


def some_bytes() -> TypeEngine[bytes]:
    """Bytes of any length."""
    return LargeBinary().with_variant(LONGBLOB(), "mysql", "mariadb")


def long_text() -> TypeEngine[str]:
    """A text of any length that is never searched."""
    return Text().with_variant(LONGTEXT(charset="utf8mb4"), "mysql", "mariadb")


def tables(names: Names, metadata: MetaData | None = None) -> Tables:
    """The tables under these names."""
    metadata = metadata or MetaData(schema=names.schema)
    prefix = names.prefix
    records = Table(
        f"{prefix}records",
        metadata,
        Column("cabinet", word(100), nullable=False),
        Column("kind", word(16), nullable=False),
        Column("id", word(255), nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("state", word(64), nullable=False),
        Column("due", BigInteger),
        Column("words", long_text()),
        Column("data", some_bytes(), nullable=False),
        PrimaryKeyConstraint("cabinet", "kind", "id", name=f"{prefix}records_pkey"),
    )
    due = records.c.due.is_not(None)
    Index(f"{prefix}records_state", records.c.cabinet, records.c.kind, records.c.state, records.c.id)
    Index(
        f"{prefix}records_due",
        *(records.c[name] for name in ("kind", "due", "cabinet", "id")),
        postgresql_where=due,
        sqlite_where=due,
    )
    keys = Table(
        f"{prefix}keys",
        metadata,
        Column("cabinet", word(100), nullable=False),
        Column("key", word(255), nullable=False),
        Column("kind", word(16), nullable=False),
        Column("id", word(255), nullable=False),
        PrimaryKeyConstraint("cabinet", "key", "kind", "id", name=f"{prefix}keys_pkey"),
    )
    entries = Table(
        f"{prefix}entries",
        metadata,
        Column("cabinet", word(100), nullable=False),
        Column("kind", word(16), nullable=False),
        Column("id", word(255), nullable=False),
        Column("seq", BigInteger, nullable=False, autoincrement=False),
        Column("data", some_bytes(), nullable=False),
        Column("hash", word(64), nullable=False),
        PrimaryKeyConstraint("cabinet", "kind", "id", "seq", name=f"{prefix}entries_pkey"),
    )
    return Tables(records, keys, entries)
