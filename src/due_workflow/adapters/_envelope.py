"""From the bytes of an avis as they arrive (plain, gzipped, in an e-mail) to the tree of its one inner document.

The bytes are hostile until proven otherwise: sizes are bounded before each step, any DOCTYPE is refused, nothing
is fetched. Nothing here knows what an avis says, a receipt, a deposit, a state or a clock. Extra `avis`.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
import zlib
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser
from functools import lru_cache
from pathlib import PurePath

from lxml import etree

_MAX_MARKUP = 400_000
_MAX_LAYERS = 6
_MAX_PARTS = 200
_MAX_HEADERS = 128 * 1024
_MAX_MESSAGE = 2_000

_ENCODINGS = {
    **dict.fromkeys(("utf8", "usascii", "ascii", "utf16"), "cp1252"),
    **dict.fromkeys(("iso88591", "latin1", "windows1252", "cp1252"), "cp1252"),
    **dict.fromkeys(("iso885915", "latin9"), "iso8859-15"),
}
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{0,40})", re.ASCII)


class No(Exception):
    """Not readable, in one word of `avis.WHYS`."""


# ---- from the bytes to the inner document


def document(data: bytes, limit: int, layer: int = 0) -> bytes:
    """The one XML document in `data`, through gzip and e-mail."""
    if len(data) > limit:
        raise No("too_large")
    if layer > _MAX_LAYERS:
        raise No("too_deep")
    if data[:2] == b"\x1f\x8b":
        return document(_gunzip(data, limit), limit, layer + 1)
    if _is_xml(data):
        return data
    if not data.strip():
        raise No("empty")
    named: dict[bytes, None] = {}
    others: dict[bytes, None] = {}
    for name, kind, body in _parts(data, 0, len(data), 0, [_MAX_PARTS]):
        base = PurePath(name.replace("\\", "/")).name.lower()
        if base in ("avis.xml", "avis.xml.gz"):
            named[body] = None
        elif base.endswith((".xml", ".xml.gz")) or kind in ("application/xml", "text/xml"):
            others[body] = None
    found = named or others
    if len(found) != 1:
        raise No("several_avis" if found else "no_avis")
    inner = next(iter(found))
    if inner[:2] != b"\x1f\x8b" and not _is_xml(inner):
        raise No("bad_xml" if inner.strip() else "empty")
    return document(inner, limit, layer + 1)


def _is_xml(data: bytes) -> bool:
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith((b"<", b"\xff\xfe<\0", b"\xfe\xff\0<", b"\0<"))


def _gunzip(data: bytes, limit: int) -> bytes:
    """`data` unfolded, all members, cut as soon as it passes `limit`."""
    out, size = [], 0
    while data[:2] == b"\x1f\x8b":
        member = zlib.decompressobj(31)
        try:
            out.append(member.decompress(data, limit + 1 - size))
        except zlib.error:
            raise No("bad_gzip") from None
        size += len(out[-1])
        if size > limit:
            raise No("too_large")
        if not member.eof or len(out) > _MAX_PARTS:
            raise No("bad_gzip")
        data = member.unused_data
    return b"".join(out)


def _parts(data: bytes, at: int, end: int, depth: int, left: list[int]) -> Iterator[tuple[str, str, bytes]]:
    """The leaves of the e-mail in data[at:end], each with its file name, media type and decoded body.

    Not `email.message_from_bytes`: its cost grows with lines × nesting. Here only header blocks of a bounded
    size go through the standard parser, and bodies are found by boundary.
    """
    left[0] -= 1
    if depth > _MAX_LAYERS or left[0] < 0:
        raise No("too_deep" if depth > _MAX_LAYERS else "too_many")
    headers, at = _headers(data, at, end, top=depth == 0)
    kind, boundary = headers.get_content_type(), headers.get_boundary()
    if headers.get_content_maintype() == "multipart" and boundary:
        line = rb"^--" + re.escape(boundary.encode("utf-8", "surrogateescape")) + rb"(--)?[ \t]*\r?$"
        start = None
        for mark in re.compile(line, re.MULTILINE).finditer(data, at, end):
            if start is not None:
                stop = mark.start() - (2 if data[mark.start() - 2 : mark.start()] == b"\r\n" else 1)
                yield from _parts(data, start, max(start, stop), depth + 1, left)
            start = min(mark.end() + 1, end)
            if mark[1]:
                return
        if start is not None:  # truncated: no closing boundary; a whole attachment is still whole
            yield from _parts(data, start, end, depth + 1, left)
        return
    body = _decoded(data[at:end], str(headers.get("content-transfer-encoding", "")).strip().lower())
    if kind == "message/rfc822":
        yield from _parts(body, 0, len(body), depth + 1, left)
    else:
        yield _filename(headers), kind, body


def _headers(data: bytes, at: int, end: int, *, top: bool) -> tuple[Message, int]:
    """The header block at `at` and where its body begins."""
    if top:
        at = len(data) - len(data.lstrip(b"\r\n"))
        if not re.compile(rb"(?:From |>?[A-Za-z][A-Za-z0-9-]{0,80}:)").match(data, at):
            raise No("unknown_format")
    if data[at : at + 1] == b"\n" or data[at : at + 2] == b"\r\n":
        return Message(), data.index(b"\n", at) + 1
    blank = re.compile(rb"\r?\n\r?\n").search(data, at, min(end, at + _MAX_HEADERS))
    if blank is None and end - at > _MAX_HEADERS:
        raise No("unknown_format")
    block = data[at : blank.start() if blank else end].decode("ascii", "replace").replace("\ufffd", "?")
    return HeaderParser().parsestr(block), blank.end() if blank else end


def _filename(headers: Message) -> str:
    try:
        return str(make_header(decode_header(headers.get_filename("") or "")))
    except Exception:  # noqa: BLE001 - the standard library breaks in many ways on a damaged parameter
        return ""


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        try:
            return binascii.a2b_base64(body)
        except binascii.Error:
            whole = re.sub(rb"[^A-Za-z0-9+/]", b"", body)  # padding lost, or cut: the XML will tell
            whole = whole[:-1] if len(whole) % 4 == 1 else whole
            return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    return binascii.a2b_qp(body) if encoding == "quoted-printable" else body


# ---- from the document to its tree


def _text(raw: bytes) -> str:
    """The characters, from encodings in which a DOCTYPE cannot hide; a false UTF-8 is read as cp1252."""
    head = raw[:8].lstrip()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or head[:2] in (b"<\0", b"\0<"):
        name = "utf-16" if raw[:1] in (b"\xff", b"\xfe") else "utf-16-le" if head[:1] == b"<" else "utf-16-be"
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            raise No("encoding") from None
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED.match(raw[:400])
    told = re.sub(r"[^a-z0-9]", "", declared[1].decode("latin-1").lower()) if declared else "utf8"
    if told not in _ENCODINGS:
        raise No("encoding")
    for name in ("utf-8", _ENCODINGS[told]):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def parsed(raw: bytes) -> etree._Element:
    """The tree of the inner document."""
    return tree(_text(raw))


def tree(text: str) -> etree._Element:
    """The tree of a document, whose markup is bounded before it is built."""
    text = text.lstrip("\ufeff \t\r\n")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise No("doctype")
    if text.count("<") > _MAX_MARKUP or text.count("=") > _MAX_MARKUP:
        raise No("too_many")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError):
        raise No("bad_xml") from None


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A name without namespace, prefix, accents or case."""
    local = name.rpartition("}")[2].rpartition(":")[2]
    return "".join(c for c in unicodedata.normalize("NFKD", local) if not unicodedata.combining(c)).lower()


def is_called(element: etree._Element, *names: str) -> bool:
    """Whether its name is one of `names`, both made plain."""
    return plain_name(str(element.tag)) in map(plain_name, names)


def words_of(element: etree._Element) -> str:
    """The text of an element on one line, bounded."""
    chunks, size = [], 0
    for chunk in element.itertext():
        chunks.append(str(chunk)[: _MAX_MESSAGE + 1])
        size += len(chunks[-1])
        if size > _MAX_MESSAGE:
            break
    return cut(" ".join("".join(chunks).split()) + (" …" if size > _MAX_MESSAGE else ""))


def cut(text: str, limit: int = _MAX_MESSAGE) -> str:
    """`text` within `limit`; a cut never leaves the head of a number, which could be a NIR."""
    kept = text[:limit] if len(text) > limit else text.removesuffix(" …")
    return text if kept == text else kept.rstrip("0123456789ABab .\u00a0\u202f\u2009_-") + "…"
