"""How the database storages put a record's words and instants into columns, and a row back into a record.

Values only: no statement and no connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from due_workflow.ports import Kind, Record, Ref, Sealed

Words = str | None

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KINDS: Mapping[str, Kind] = {kind.value: kind for kind in Kind}
_NO_KEYS: frozenset[str] = frozenset()
_HALF = re.compile("[\ud800-\udfff]")
_BEFORE_HALVES = "\ud7ff\U0010ffff"  # the last before all halves, in the order of code points
_SEPARATOR = "\x1f"  # between the words of one record's column of keys; NULL when there are none


def as_record(kind: str, name: str, version: int, state: str, words: Words, due: int | None, data: bytes) -> Record:
    """A record from its row."""
    data = Sealed(data)  # first of all: no frame keeps the plain bytes
    return Record(
        Ref(_KINDS[kind], name),
        version,
        state,
        data,
        split(words),
        None if due is None else _EPOCH + due * _MICROSECOND,
    )


def sealed(data: bytes) -> Sealed:
    """These bytes, so that nothing prints them."""
    return data if type(data) is Sealed else Sealed(data)


def joined(keys: frozenset[str]) -> str:
    """A record's keys in one column.

    Raises:
        ValueError: a key holds the character that parts them.
    """
    words = _SEPARATOR.join(sorted(keys))
    if words.count(_SEPARATOR) != len(keys) - 1:
        raise ValueError("a key holds the character U+001F")
    return words


def split(words: Words) -> frozenset[str]:
    """The keys of one column."""
    return _NO_KEYS if words is None else frozenset(words.split(_SEPARATOR))


def storable(text: str) -> bool:
    """Whether a text has an encoding: half a character (a lone surrogate) has none, so no database holds it."""
    return text.isascii() or not _HALF.search(text)


def first_after(text: str, *, nul: bool = True) -> str:
    """A text that can be said to a database, and after which the same texts come as after `text`.

    Args:
        text: what a page begins after.
        nul: whether the database holds U+0000.
    """
    if not nul:
        text = text.partition("\0")[0]
    half = None if text.isascii() else _HALF.search(text)
    return text if half is None else text[: half.start()] + _BEFORE_HALVES


def micros(instant: datetime) -> int:
    """Microseconds since 1970, exactly.

    Raises:
        ValueError: the instant has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (instant - _EPOCH) // _MICROSECOND
