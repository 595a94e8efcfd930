"""The journal of one case: entries that say what was decided, chained by their hashes.

An entry holds the event, the states before and after, and a patch (RFC 7396 merge patch) of the case's facts. Replay
folds patches and never asks a guard again. What the chain proves: no entry of it was changed, removed or reordered
since its head was noted elsewhere. What it does not prove: whoever can write the database can rebuild the whole chain,
unless a head was exported before. Facts only: payloads (declarations, raw receipts) never enter a journal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from due_workflow.base import canonical, plain
from due_workflow.errors import DueWorkflowError
from due_workflow.ports import Entry, Ref

SCHEMA = 1


class JournalBroken(DueWorkflowError):
    """A journal does not hold together: an entry was changed, removed, reordered, or the record is not its fold."""


@dataclass(frozen=True, slots=True)
class Told:
    """One entry as people and programs read it."""

    case: Ref
    seq: int
    at: datetime
    by: str
    event: str
    source: str
    dest: str
    patch: Mapping[str, Any]
    seen: Mapping[str, int]


def link(before: str, case: Ref, seq: int, data: bytes) -> str:
    """The hash of an entry: SHA-256 (hex) over the hash before it, the case, the number and the data."""
    return hashlib.sha256(f"{before}\n{case}\n{seq}\n".encode() + data).hexdigest()


def entry(
    before: str,
    case: Ref,
    seq: int,
    *,
    at: datetime,
    by: str,
    event: str,
    source: str,
    dest: str,
    patch: Mapping[str, Any],
    seen: Mapping[str, int],
) -> Entry:
    """The next entry of a chain whose last hash is `before` (empty for the first)."""
    data = canonical(
        {
            "schema": SCHEMA,
            "at": at.isoformat(),
            "by": by,
            "event": event,
            "from": source,
            "to": dest,
            "patch": patch,
            **({"seen": seen} if seen else {}),
        }
    )
    return Entry(case, seq, data, link(before, case, seq, data))


def read(entry: Entry) -> Told:
    """The content of an entry."""
    d = json.loads(entry.data)
    return Told(
        entry.case,
        entry.seq,
        datetime.fromisoformat(d["at"]),
        d["by"],
        d["event"],
        d["from"],
        d["to"],
        d["patch"],
        d.get("seen", {}),
    )


def diff(old: BaseModel | None, new: BaseModel) -> dict[str, Any]:
    """The merge patch that turns the facts of `old` into those of `new`; what is gone is null."""
    if old is None:
        return dict(plain(new))
    patch: dict[str, Any] = {}
    for name, field in type(new).model_fields.items():
        if field.exclude:
            continue
        before, after = getattr(old, name), getattr(new, name)
        if before is not after and before != after:
            patch[name] = _change(before, after)
    return patch


def _change(before: object, after: object) -> Any:
    if isinstance(before, BaseModel) and isinstance(after, BaseModel):
        return diff(before, after)
    if isinstance(before, dict) and isinstance(after, dict):
        changed = {k: _change(before.get(k), v) for k, v in after.items() if before.get(k) != v}
        return changed | dict.fromkeys(before.keys() - after.keys())
    return plain(after)


def merge(facts: Any, patch: Any) -> Any:
    """`facts` with the merge patch applied (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(facts) if isinstance(facts, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def replay(entries: Iterable[Entry]) -> tuple[dict[str, Any], int, str]:
    """Fold a whole chain: the facts, the last number and the last hash.

    Raises:
        JournalBroken: at the first entry that is not the next of the chain.
    """
    facts: dict[str, Any] = {}
    seq, head = 0, ""
    for item in entries:
        if item.seq != seq + 1:
            raise JournalBroken("journal_gap", case=str(item.case), seq=seq + 1)
        if item.hash != link(head, item.case, item.seq, item.data):
            raise JournalBroken("journal_changed", case=str(item.case), seq=item.seq)
        facts = merge(facts, json.loads(item.data)["patch"])
        seq, head = item.seq, item.hash
    return facts, seq, head
