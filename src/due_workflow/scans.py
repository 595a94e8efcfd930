"""Which file may be kept as a signed mandate's scan: told by its own bytes, never by its name. Pure."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from due_workflow.base import Model
from due_workflow.errors import InputRefused

MIB = 1024 * 1024


class Scan(Model):
    """A file that may be a signed mandate's scan: what it is by its own bytes, and their digest."""

    suffix: Literal["pdf", "jpg", "png"]
    sha256: str
    size: int


_SCANS: tuple[tuple[Literal["pdf", "jpg", "png"], bytes, bytes], ...] = (
    ("pdf", b"%PDF-", b"%%EOF"),
    ("jpg", b"\xff\xd8\xff", b"\xff\xd9"),
    ("png", b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
)
"""How each kind begins and ends: a file without its end was cut on its way, and proves nothing."""
_TAIL = 2048


def scan_of(content: bytes, limit: int) -> Scan:
    """What `content` is.

    Args:
        content: the file's bytes. Its name is not asked for: it says nothing sure, and may name a person.
        limit: the most that is taken, in MiB (1,048,576 bytes).

    Raises:
        InputRefused: empty, too large, neither PDF nor JPEG nor PNG, or cut short.
    """
    if not content:
        raise InputRefused("scan_empty")
    if len(content) > limit * MIB:
        raise InputRefused("scan_too_large", limit=limit)
    for suffix, start, end in _SCANS:
        if content.startswith(start):
            if end not in content[-_TAIL:]:
                raise InputRefused("scan_cut", kind=suffix.upper())
            return Scan(suffix=suffix, sha256=sha256(content).hexdigest(), size=len(content))
    raise InputRefused("scan_unknown")


def document_id(siren: str, digest: str) -> str:
    """The name of the record that keeps a signed scan; another scan of the same client has another."""
    return f"mandate:{siren}/{digest}"
