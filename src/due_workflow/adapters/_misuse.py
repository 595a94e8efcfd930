"""What no storage can mean: said before anything is written, in the same words by every adapter."""

from __future__ import annotations

from due_workflow.ports import Changes


def refuse_misuse(changes: Changes) -> None:
    """Refuse what no storage can mean; a mistake in the calling code, not another writer's doing.

    Raises:
        ValueError: a record is named twice, has no id, a negative version or a due without a time zone, or a
            record of version 0 (never loaded) is to be checked.
    """
    named = set()
    for record in changes.write:
        ref = record.ref
        if not ref.id or record.version < 0:
            raise ValueError(f"a record needs an id and a version from 0: {ref} version {record.version}")
        if record.due is not None and record.due.tzinfo is None:
            raise ValueError(f"the due of {ref} needs a time zone")
        named.add((ref.kind, ref.id))
    for record in changes.check:
        ref = record.ref
        if not ref.id or record.version < 1:
            raise ValueError(f"only a record that was loaded can be checked: {ref} version {record.version}")
        named.add((ref.kind, ref.id))
    if len(named) != len(changes.write) + len(changes.check):
        raise ValueError("a record is named twice in one Changes")
