"""The indexes that lists, counts and deadlines walk. Without them everything works, and is slow in a large database."""

from __future__ import annotations

from alembic.operations import Operations
from sqlalchemy import text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade(op: Operations, prefix: str, schema: str | None) -> None:
    """Create the indexes."""
    some = text("due IS NOT NULL")
    op.create_index(f"{prefix}records_state", f"{prefix}records", ["cabinet", "kind", "state", "id"], schema=schema)
    op.create_index(
        f"{prefix}records_due",
        f"{prefix}records",
        ["kind", "due", "cabinet", "id"],
        schema=schema,
        postgresql_where=some,
        sqlite_where=some,
    )


def downgrade(op: Operations, prefix: str, schema: str | None) -> None:
    """Drop the indexes; the data stays."""
    for name in ("due", "state"):
        op.drop_index(f"{prefix}records_{name}", f"{prefix}records", schema=schema)
