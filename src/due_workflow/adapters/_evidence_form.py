"""The form of an evidence archive: its files by name, and the lines of its manifest. Nothing here reads or writes one.

A ZIP of payload files (`messages/`, `receipts/`, `mandate/`), two files of JSON lines (the journals entry by entry, the
receipts as they were kept), a summary for people, and a manifest of JSON lines that names all of them. The manifest's
last line is its *seal*, the SHA-256 of the lines before it: who knows the seal knows every byte of every file.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from due_workflow.base import Instant, Model, canonical, cleaned, plain
from due_workflow.errors import InputRefused

FORMAT: Final = "due-workflow evidence"
VERSION: Final = 1
MANIFEST, JOURNALS, RECEIPTS = "manifest.jsonl", "journals.jsonl", "receipts.jsonl"
WHATS = Literal["message", "receipt", "scan", "journals", "receipts", "summary"]
NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]{0,119}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,119}", re.ASCII)
"""Every name of a file in an archive: at most one folder, no dot in front, nothing that any system reads otherwise."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Header(Model):
    """The first line: what the archive is about, who made it and when.

    Attributes:
        about: the case, "filing:<reference>" or "client:<SIREN>".
        software: the version of this library that wrote it.
    """

    line: Literal["archive"] = "archive"
    format: Literal["due-workflow evidence"] = FORMAT
    version: Literal[1] = VERSION
    at: Instant
    by: str = ""
    cabinet: str
    about: str
    software: str
    lang: str


class FileLine(Model):
    """One file: its size and SHA-256, what it is, when it was handed over or received, and of what.

    Attributes:
        at: when a message was handed over, a receipt received, a scan attached; None where there is no such instant.
        of: the deposit, the receipt or the client that it belongs to.
        name: its own name at the portal, where it had one.
    """

    line: Literal["file"] = "file"
    file: str
    size: Annotated[int, Field(ge=0)]
    sha256: Digest
    what: WHATS
    at: Instant | None = None
    of: str = ""
    name: str | None = None


class CaseLine(Model):
    """One journal: how many entries, and the hash of the last one (its head)."""

    line: Literal["journal"] = "journal"
    case: str
    entries: Annotated[int, Field(ge=0)]
    head: str


class GoneLine(Model):
    """What is not in the archive, and why.

    Attributes:
        why: *purged* by rule; *not_kept* (the host handed it over by itself, or gave a receipt without bytes);
            *not_attached* (a mandate without a scan); *missing*: it should be there, and is not.
        since: when it was purged.
    """

    line: Literal["gone"] = "gone"
    what: Literal["declaration", "message", "receipt", "scan"]
    of: str
    why: Literal["purged", "not_kept", "not_attached", "missing"]
    since: Instant | None = None


class SealLine(Model):
    """The last line: the SHA-256 (hex) of all lines before it."""

    line: Literal["seal"] = "seal"
    seal: Digest


Line = Header | FileLine | CaseLine | GoneLine | SealLine
_LINES: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="line")])


def written(line: Line) -> bytes:
    """A line of the manifest, its keys sorted."""
    return canonical(plain(line)) + b"\n"


def read_line(data: bytes) -> Line:
    """A line of the manifest.

    Raises:
        InputRefused: it is none.
    """
    try:
        return _LINES.validate_json(data)
    except ValidationError as error:
        refused = cleaned(error)
    except (ValueError, RecursionError):
        refused = InputRefused("refused")
    raise refused


# ---- names


def safe(text: str) -> str:
    """`text` as a part of a file's name; its digest where it is no plain word."""
    plain_word = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text, re.ASCII)
    return text if plain_word else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def message_name(deposit: str, filename: str | None) -> str:
    """The file of a deposit's message, with the ending that it had."""
    suffix = re.search(r"\.[A-Za-z0-9]{1,8}(?:\.gz)?\Z", filename or "", re.ASCII)
    return f"messages/{safe(deposit)}{suffix[0].lower() if suffix else '.bin'}"


def receipt_name(kind: str, id: str, raw: bytes) -> str:
    """The file of a receipt's bytes; its ending says what they look like."""
    head = raw[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    suffix = ".gz" if raw[:2] == b"\x1f\x8b" else ".xml" if head.startswith(b"<") else ".bin"
    return f"receipts/{kind}-{safe(id)}{suffix}"


def scan_name(sha256: str, content: bytes) -> str:
    """The file of a signed mandate's scan."""
    kinds = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG", "png"))
    return f"mandate/{sha256}.{next((suffix for start, suffix in kinds if content.startswith(start)), 'bin')}"


def dos_time(at: datetime | None, zone: object) -> tuple[int, int, int, int, int, int]:
    """`at` as a ZIP keeps it: local to `zone`, every other second, from 1980."""
    local = (at or datetime(1980, 1, 1, tzinfo=UTC)).astimezone(zone)  # type: ignore[arg-type]
    if local.year < 1980:
        return 1980, 1, 1, 0, 0, 0
    return local.year, local.month, local.day, local.hour, local.minute, local.second // 2 * 2
