"""The three tables and their primary keys. Going down from here erases every record and journal."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import BigInteger, Column, LargeBinary, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.mysql import LONGBLOB, LONGTEXT, VARCHAR
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _word(length: int) -> TypeEngine[str]:
    return (
        Text()
        .with_variant(Text(collation="C"), "postgresql")
        .with_variant(VARCHAR(length, charset="utf8mb4", collation="utf8mb4_nopad_bin"), "mariadb")
        .with_variant(VARCHAR(length, charset="utf8mb4", collation="utf8mb4_0900_bin"), "mysql")
    )


def _bytes() -> TypeEngine[bytes]:
    return LargeBinary().with_variant(LONGBLOB(), "mysql", "mariadb")


def upgrade(op: Operations, prefix: str, schema: str | None) -> None:
    """Create the tables."""
    op.create_table(
        f"{prefix}records",
        Column("cabinet", _word(100), nullable=False),
        Column("kind", _word(16), nullable=False),
        Column("id", _word(255), nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("state", _word(64), nullable=False),
        Column("due", BigInteger),
        Column("words", Text().with_variant(LONGTEXT(charset="utf8mb4"), "mysql", "mariadb")),
        Column("data", _bytes(), nullable=False),
        PrimaryKeyConstraint("cabinet", "kind", "id", name=f"{prefix}records_pkey"),
        schema=schema,
    )
    op.create_table(
        f"{prefix}keys",
        Column("cabinet", _word(100), nullable=False),
        Column("key", _word(255), nullable=False),
        Column("kind", _word(16), nullable=False),
        Column("id", _word(255), nullable=False),
        PrimaryKeyConstraint("cabinet", "key", "kind", "id", name=f"{prefix}keys_pkey"),
        schema=schema,
    )
    op.create_table(
        f"{prefix}entries",
        Column("cabinet", _word(100), nullable=False),
        Column("kind", _word(16), nullable=False),
        Column("id", _word(255), nullable=False),
        Column("seq", BigInteger, nullable=False, autoincrement=False),
        Column("data", _bytes(), nullable=False),
        Column("hash", _word(64), nullable=False),
        PrimaryKeyConstraint("cabinet", "kind", "id", "seq", name=f"{prefix}entries_pkey"),
        schema=schema,
    )


def downgrade(op: Operations, prefix: str, schema: str | None) -> None:
    """Drop the tables, with all that is in them."""
    for name in ("entries", "keys", "records"):
        op.drop_table(f"{prefix}{name}", schema=schema)
