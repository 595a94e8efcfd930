"""One request and its answer, as the far ends see them: no socket, no thread."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

XML = "application/xml; charset=ISO-8859-1"
SOAP = "text/xml; charset=utf-8"


class TooLarge(Exception):
    """More bytes than a request may hold or unfold to."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request: path and query apart, header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    origin: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; `taken` is the number of the deposit that was taken for it."""

    status: int
    body: bytes = field(default=b"", repr=False)
    type: str = XML
    headers: Mapping[str, str] = field(default_factory=dict)
    taken: int | None = None


def unfolded(data: bytes, limit: int) -> bytes:
    """The one gzip member in `data`, to `limit` bytes at most.

    Raises:
        TooLarge: it unfolds to more.
        ValueError: it is no whole gzip.
    """
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        out = unzip.decompress(data, limit + 1)
    except zlib.error:
        raise ValueError("gzip") from None
    if len(out) > limit:
        raise TooLarge
    if not unzip.eof or unzip.unused_data:
        raise ValueError("gzip")
    return out


def folded(data: bytes) -> bytes:
    """`data` as gzip, the same bytes each time."""
    return gzip.compress(data, mtime=0)
