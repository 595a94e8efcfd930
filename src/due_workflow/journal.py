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
from datetime import date, datetime
from functools import lru_cache
from itertools import compress
from operator import is_not
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from due_workflow.base import plain
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
    """The next entry of a chain whose last hash is `before` (empty for the first); `patch` as `diff` gives it."""
    # canonical JSON by construction: these names in order, and `diff` sorts its own
    said: dict[str, Any] = {"at": at.isoformat(), "by": by, "event": str(event), "from": str(source), "patch": patch}
    said["schema"] = SCHEMA
    if seen:
        said["seen"] = dict(sorted(seen.items()))
    said["to"] = str(dest)
    data = to_json(said)
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
    """The merge patch that turns the facts of `old` into those of `new`, its keys sorted; what is gone is null."""
    return _ordered(plain(new)) if old is None else _fields(old, new)


# Facts are copied with their values shared, so what did not change is mostly the same object, and is passed over
# without a look inside.


def _fields(old: BaseModel, new: BaseModel) -> dict[str, Any]:
    was, now = old.__dict__, new.__dict__  # of one class: the same fields in the same order
    patch: dict[str, Any] = {}
    apart = _apart(type(new))
    for name in sorted(compress(now, map(is_not, now.values(), was.values()))):
        if name not in apart:
            _note(patch, name, was[name], now[name])
    return patch


def _entries(was: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    patch: dict[str, Any] = {}
    for name in sorted(was.keys() | now.keys()):
        before, after = was.get(name), now.get(name)
        if before is not after:
            _note(patch, name, before, after)
    return patch


def _note(patch: dict[str, Any], name: str, before: Any, after: Any) -> None:
    """Write into `patch` what turns `before` into `after`, if anything does."""
    kind = type(after)
    alike = kind is type(before)
    if alike and kind is dict:
        change = _entries(before, after)
    elif alike and issubclass(kind, BaseModel):
        change = _fields(before, after)
    elif before == after:
        return
    elif isinstance(after, str):
        patch[name] = str(after)  # a word of an enum too
        return
    else:
        patch[name] = after if isinstance(after, _WORDS) else _ordered(plain(after))
        return
    if change:
        patch[name] = change


_WORDS = (date, int, type(None))
"""What JSON writes as one word, whoever writes it."""


@lru_cache(maxsize=64)
def _apart(cls: type[BaseModel]) -> frozenset[str]:
    """The fields of `cls` that are no facts, such as a declaration's content."""
    return frozenset(name for name, field in cls.model_fields.items() if field.exclude)


def _ordered(value: Any) -> Any:
    """JSON data with the keys of every object sorted."""
    if type(value) is dict:
        return {k: _ordered(v) if type(v) is dict or type(v) is list else v for k, v in sorted(value.items())}
    return [_ordered(item) for item in value] if type(value) is list else value


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
