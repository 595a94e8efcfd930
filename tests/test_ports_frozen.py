"""`Storage`, `Notifier`, `Portal` and what crosses them are frozen: a host's implementation goes on working.

A change that makes one of these tests fail breaks every host that wrote one of them. It waits for the next
major version.
"""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from due_workflow import ports
from due_workflow.errors import (
    CannotTell,
    Conflict,
    ContentRefused,
    NotSent,
    PartialListing,
    PieceUnavailable,
    Retry,
    Undeliverable,
)
from due_workflow.ports import (
    Changes,
    Entry,
    Kind,
    Notifier,
    Parcel,
    PieceRef,
    Portal,
    Record,
    Ref,
    Sealed,
    Storage,
)

FROZEN = {
    Storage: {
        "load": "(self, cabinet: str, refs: Sequence[Ref] = (), keys: Sequence[str] = ()) -> Sequence[Record]",
        "commit": "(self, cabinet: str, changes: Changes) -> None",
        "find": (
            "(self, cabinet: str, kind: Kind, states: Sequence[str] = (), keys: Sequence[str] = (), "
            "due_by: datetime | None = None, after: str = '', limit: int = 100) -> Sequence[Record]"
        ),
        "counts": "(self, cabinet: str, kind: Kind) -> Mapping[str, int]",
        "journal": "(self, cabinet: str, case: Ref, after: int = 0, limit: int = 1000) -> Sequence[Entry]",
        "claim": (
            "(self, kinds: Sequence[Kind], now: datetime, until: datetime, limit: int) -> Sequence[tuple[str, Record]]"
        ),
    },
    Notifier: {"send": "(self, notice: Notice) -> None"},
    Portal: {
        "render": "(self, submissions: Sequence[Submission], mode: Mode) -> Parcel",
        "deposit": "(self, parcel: Parcel) -> Ads | None",
        "find": "(self, parcel: Parcel) -> Ads | None",
        "available": "(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]",
        "fetch": "(self, piece: PieceRef) -> Receipt | Unreadable",
    },
}
ATTRIBUTES = {
    Storage: {"joined": "bool"},
    Notifier: {"name": "str"},
    Portal: {"name": "str", "account": "str", "recipient": "str"},
}
FIELDS = {
    Record: "ref: Ref, version: int, state: str, data: bytes, keys: frozenset[str] = frozenset(), "
    "due: datetime | None = None",
    Entry: "case: Ref, seq: int, data: bytes, hash: str",
    Parcel: "filename: str, content: bytes, sha256: str, mode: Mode, submissions: tuple[str, ...] = ()",
    PieceRef: "portal: str, account: str, kind: str, number: str, stamp: str = ''",
    Changes: "write: Sequence[Record] = (), check: Sequence[Record] = (), entries: Sequence[Entry] = ()",
}


def signature(call):
    """Names, annotations as written, defaults, and what is returned."""
    found = inspect.signature(call)
    written = [
        p.name
        + ("" if p.annotation is p.empty else f": {p.annotation}")
        + ("" if p.default is p.empty else f" = {p.default!r}")
        for p in found.parameters.values()
    ]
    return f"({', '.join(written)}) -> {found.return_annotation}"


@pytest.mark.parametrize("port", FROZEN, ids=lambda port: port.__name__)
def test_a_frozen_port_asks_for_these_methods_and_attributes_and_no_other(port):
    methods = {
        name: signature(method)
        for name, method in vars(port).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }
    assert methods == FROZEN[port]
    assert inspect.get_annotations(port) == ATTRIBUTES[port]


@pytest.mark.parametrize("record", FIELDS, ids=lambda record: record.__name__)
def test_what_crosses_a_storage_has_these_fields_in_this_order(record):
    fields = [
        f"{field.name}: {field.type}" + ("" if field.default is dataclasses.MISSING else f" = {field.default!r}")
        for field in dataclasses.fields(record)
    ]
    assert ", ".join(fields) == FIELDS[record]


def test_a_record_is_named_by_its_kind_and_id():
    assert Ref._fields == ("kind", "id")
    assert str(Ref(Kind.FILING, "E-1")) == "filing:E-1"
    assert issubclass(Sealed, bytes)


def test_no_kind_of_record_goes_or_changes_its_word():
    """New ones may come: a storage keeps any of them."""
    words = {"cabinet", "client", "filing", "deposit", "receipt", "notice", "command", "document"}
    assert words <= {kind.value for kind in Kind}
    assert all(isinstance(kind, str) and kind.name == kind.value.upper() for kind in Kind)


def test_the_errors_that_a_host_raises_keep_their_arguments():
    assert signature(Conflict).startswith("(refs: Iterable[object] = ()")
    assert signature(Retry) == "(after: timedelta | None = None, why: str = '') -> None"
    for error in (Undeliverable, NotSent, ContentRefused, CannotTell, PieceUnavailable, PartialListing):
        assert signature(error) == "(why: str = '') -> None"


def test_the_module_says_what_is_frozen():
    assert "frozen from version" in ports.__doc__


def test_an_entry_that_is_named_twice_is_refused_before_a_storage_sees_it():
    once = Entry(Ref(Kind.FILING, "1"), 1, b"{}", "0" * 64)
    with pytest.raises(ValueError, match="entry is named twice"):
        Changes(entries=[once, dataclasses.replace(once, data=b"[]")])
    Changes(entries=[once, dataclasses.replace(once, seq=2)])
