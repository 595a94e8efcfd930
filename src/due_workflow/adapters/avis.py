"""jedeclare's `avis.xml` (ADS, ACS, ARS) as it arrives: plain, gzipped, or in an e-mail (EML). Extra `avis`.

Bytes in, a receipt out. What cannot be read becomes `Unreadable` with a word of `WHYS`, never an exception,
never a guess. The bytes are hostile until proven otherwise: sizes are bounded before each step, any DOCTYPE
is refused, nothing is fetched. Nothing here knows a deposit, a state or a clock.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any, BinaryIO, TypedDict, Unpack

from lxml import etree

from due_workflow.calendar import PARIS, start_of_day
from due_workflow.identifiers import compact, scrub
from due_workflow.receipts import Acs, Ads, Ars, Mode, Outcome, Receipt, Unreadable, Verdict

MAX_BYTES = 20 * 1024 * 1024
"""The most that is read, and the most that any layer (gzip, base64) may unfold to."""
MAX_DECLARATIONS = 10_000
HEAD_KEPT = 64 * 1024
"""How much of a file or stream beyond `MAX_BYTES` goes into the tray; the rest stays where it is."""
_MAX_MARKUP = 400_000
_MAX_LAYERS = 6
_MAX_PARTS = 200
_MAX_HEADERS = 128 * 1024
_MAX_MESSAGE = 2_000
_YEARS = range(2000, 2101)

WHYS = (
    "empty",
    "too_large",
    "unknown_format",
    "bad_gzip",
    "too_deep",
    "no_avis",
    "several_avis",
    "encoding",
    "doctype",
    "bad_xml",
    "too_many",
    "unknown_root",
    "no_reference",
    "bad_reference",
    "no_date",
    "bad_date",
    "several_recipients",
    "unexpected",
)
"""Every word that `Unreadable.why` can hold when it comes from here."""


@dataclass(frozen=True, slots=True)
class AvisFormat:
    """Names inside the file, compared without case, accents, prefix or namespace; the ADS's are not public.

    Attributes:
        recipient_from_file: take an ARS's recipient from its `destinataire` instead of the setting.
    """

    ads_root: str = "avisDepotSigne"
    acs_root: str = "avisConformiteSigne"
    ars_root: str = "avisReceptionSigne"
    ads_date: str = "dateAds"
    acs_date: str = "dateAcs"
    ars_date: str = "dateArs"
    reference: str = "numeroAds"
    count: str = "nbDecl"
    message: str = "msgLibre"
    siret: str = "siret"
    name: str = "rs"
    internal: str = "numeroInterne"
    recipient: str = "destinataire"
    recipient_from_file: bool = False


JEDECLARE = AvisFormat()

# The container's name carries the outcome; one that ends in *Précédemment* repeats what was told before.
_OUTCOMES = {
    "acceptees": Outcome.ACCEPTED,
    "accepteesano": Outcome.ACCEPTED_WITH_ANOMALY,
    "rejetees": Outcome.REJECTED,
    "refusees": Outcome.REJECTED,
    "enattente": Outcome.PENDING,
    "suspendues": Outcome.SUSPENDED,
    "sansretour": Outcome.NO_RETURN,
}
_BEFORE = re.compile(r"precedemm?ent$")
_MESSAGES = ("msg", "message", "motif", "erreur", "anomalie", "commentaire")
_ENCODINGS = {
    **dict.fromkeys(("utf8", "usascii", "ascii", "utf16"), "cp1252"),
    **dict.fromkeys(("iso88591", "latin1", "windows1252", "cp1252"), "cp1252"),
    **dict.fromkeys(("iso885915", "latin9"), "iso8859-15"),
}
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{0,40})", re.ASCII)
_DATE = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d\d)/(?P<m2>\d\d)/(?P<y2>\d{4}))"
    r"(?:(?:T|\s+(?:à\s*)?)(?P<hour>\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))?\s*(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


class _No(Exception):
    """Not readable, in one word of `WHYS`."""


class Context(TypedDict, total=False):
    """What the file does not name, so that the caller tells it. Every key may be left out.

    Attributes:
        portal: the portal's name ("jedeclare").
        account: the firm's account there ("").
        recipient: whose ARS this is ("CIRSO"), unless `AvisFormat.recipient_from_file`.
        piece: the piece's own number, from the portal's list.
        mode: test or real, where the caller knows.
        filename: shown to people, scrubbed.
        form: names inside the file (`JEDECLARE`).
        max_bytes: the limit on the bytes and on each unfolded layer (`MAX_BYTES`).
    """

    portal: str
    account: str
    recipient: str
    piece: str | None
    mode: Mode | None
    filename: str | None
    form: AvisFormat
    max_bytes: int


def read_avis(data: bytes, **context: Unpack[Context]) -> Receipt | Unreadable:
    """Read one avis: plain XML, gzip of it, an e-mail that holds `avis.xml`, or gzip of that.

    Never raises for what the bytes hold. A receipt's `raw` is the inner document; an `Unreadable`'s, the
    bytes as received, and its `why` is one of `WHYS`.
    """
    if not isinstance(data, bytes):
        raise TypeError(f"bytes expected, not {type(data).__name__}")
    whence, form = _whence(context), context.get("form", JEDECLARE)
    try:
        raw = _document(data, context.get("max_bytes", MAX_BYTES))
        root = _avis(_parsed(raw), form)
        paper = {key: value for key, value in context.items() if key in ("piece", "mode")}
        paper |= {**whence, **_heading(root, form), "raw": raw}
        return _receipt(root, form, paper, context.get("recipient", "CIRSO"))
    except _No as no:
        why = str(no)
    except Exception:  # noqa: BLE001 - the promise above; what was missed here must still reach the tray
        why = "unexpected"
    return Unreadable(raw=data, why=why, **whence)


def read_stream(stream: BinaryIO, **context: Unpack[Context]) -> Receipt | Unreadable:
    """As `read_avis`, from a binary stream, of which no more than the limit and one byte is read.

    Raises:
        OSError: the stream cannot be read.
    """
    limit = context.get("max_bytes", MAX_BYTES)
    chunks, left = [], limit + 1
    while left > 0 and (chunk := stream.read(min(left, 1024 * 1024))):
        chunks.append(chunk)
        left -= len(chunk)
    data = b"".join(chunks)
    if len(data) > limit:
        return Unreadable(raw=data[:HEAD_KEPT], why="too_large", **_whence(context))
    return read_avis(data, **context)


def read_file(path: str | PurePath, **context: Unpack[Context]) -> Receipt | Unreadable:
    """As `read_avis`, from a file, under its own name unless told otherwise.

    Raises:
        OSError: there is no such file, or it cannot be read.
    """
    context.setdefault("filename", Path(path).name)
    with Path(path).open("rb") as stream:
        return read_stream(stream, **context)


class _Whence(TypedDict):
    portal: str
    account: str
    filename: str | None


def _whence(context: Context) -> _Whence:
    if unknown := context.keys() - Context.__annotations__.keys():
        raise TypeError(f"unknown: {', '.join(sorted(unknown))}")
    return {
        "portal": context.get("portal", "jedeclare"),
        "account": context.get("account", ""),
        "filename": context.get("filename"),
    }


# ---- from the bytes to the inner document


def _document(data: bytes, limit: int, layer: int = 0) -> bytes:
    """The one XML document in `data`, through gzip and e-mail."""
    if len(data) > limit:
        raise _No("too_large")
    if layer > _MAX_LAYERS:
        raise _No("too_deep")
    if data[:2] == b"\x1f\x8b":
        return _document(_gunzip(data, limit), limit, layer + 1)
    if _is_xml(data):
        return data
    if not data.strip():
        raise _No("empty")
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
        raise _No("several_avis" if found else "no_avis")
    inner = next(iter(found))
    if inner[:2] != b"\x1f\x8b" and not _is_xml(inner):
        raise _No("bad_xml" if inner.strip() else "empty")
    return _document(inner, limit, layer + 1)


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
            raise _No("bad_gzip") from None
        size += len(out[-1])
        if size > limit:
            raise _No("too_large")
        if not member.eof or len(out) > _MAX_PARTS:
            raise _No("bad_gzip")
        data = member.unused_data
    return b"".join(out)


def _parts(data: bytes, at: int, end: int, depth: int, left: list[int]) -> Iterator[tuple[str, str, bytes]]:
    """The leaves of the e-mail in data[at:end], each with its file name, media type and decoded body.

    Not `email.message_from_bytes`: its cost grows with lines × nesting. Here only header blocks of a bounded
    size go through the standard parser, and bodies are found by boundary.
    """
    left[0] -= 1
    if depth > _MAX_LAYERS or left[0] < 0:
        raise _No("too_deep" if depth > _MAX_LAYERS else "too_many")
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
            raise _No("unknown_format")
    if data[at : at + 1] == b"\n" or data[at : at + 2] == b"\r\n":
        return Message(), data.index(b"\n", at) + 1
    blank = re.compile(rb"\r?\n\r?\n").search(data, at, min(end, at + _MAX_HEADERS))
    if blank is None and end - at > _MAX_HEADERS:
        raise _No("unknown_format")
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
            raise _No("encoding") from None
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED.match(raw[:400])
    told = re.sub(r"[^a-z0-9]", "", declared[1].decode("latin-1").lower()) if declared else "utf8"
    if told not in _ENCODINGS:
        raise _No("encoding")
    for name in ("utf-8", _ENCODINGS[told]):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _parsed(raw: bytes) -> etree._Element:
    text = _text(raw).lstrip("\ufeff \t\r\n")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise _No("doctype")
    if text.count("<") > _MAX_MARKUP or text.count("=") > _MAX_MARKUP:
        raise _No("too_many")
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
        raise _No("bad_xml") from None


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    """A name without namespace, prefix, accents or case."""
    local = name.rpartition("}")[2].rpartition(":")[2]
    return "".join(c for c in unicodedata.normalize("NFKD", local) if not unicodedata.combining(c)).lower()


def _is(element: etree._Element, *names: str) -> bool:
    return _plain(str(element.tag)) in map(_plain, names)


def _said(element: etree._Element) -> str:
    """The text of an element on one line, bounded."""
    chunks, size = [], 0
    for chunk in element.itertext():
        chunks.append(str(chunk)[: _MAX_MESSAGE + 1])
        size += len(chunks[-1])
        if size > _MAX_MESSAGE:
            break
    return _cut(" ".join("".join(chunks).split()) + (" …" if size > _MAX_MESSAGE else ""))


def _cut(text: str, limit: int = _MAX_MESSAGE) -> str:
    """`text` within `limit`; a cut never leaves the head of a number, which could be a NIR."""
    cut = text[:limit] if len(text) > limit else text.removesuffix(" …")
    return text if cut == text else cut.rstrip("0123456789ABab .\u00a0\u202f\u2009_-") + "…"


def _avis(root: etree._Element, form: AvisFormat) -> etree._Element:
    roots = (form.ads_root, form.acs_root, form.ars_root)
    if _is(root, *roots):
        return root
    inside = [element for element in root.iter() if _is(element, *roots)]
    if len(inside) != 1:
        raise _No("several_avis" if inside else "unknown_root")
    return inside[0]


# ---- from the tree to the receipt


def _only(root: etree._Element, name: str, what: str) -> str:
    """What `name` says, once: as a field of the avis itself, else anywhere inside."""
    for elements in (iter(root), root.iter()):
        values = {value for element in elements if _is(element, name) and (value := _said(element))}
        if len(values) > 1:
            raise _No(f"bad_{what}")
        if values:
            return values.pop()
    raise _No(f"no_{what}")


def _heading(root: etree._Element, form: AvisFormat) -> dict[str, object]:
    reference = _only(root, form.reference, "reference")
    if len(reference) > 120:
        raise _No("bad_reference")
    dates = {form.ads_root: form.ads_date, form.acs_root: form.acs_date, form.ars_root: form.ars_date}
    told = _only(root, next(field for name, field in dates.items() if _is(root, name)), "date")
    count = next((_said(element) for element in root if _is(element, form.count)), "")
    counted = int(count) if re.fullmatch(r"\d{1,6}", count, re.ASCII) else None
    return {"portal_ref": reference, "issued_at": _instant(told), "count": counted}


def _instant(told: str) -> datetime:
    """ISO or JJ/MM/AAAA; an hour without a zone is Paris's, a day without an hour is its 00:00."""
    found = _DATE.fullmatch(told.strip())
    if found is None:
        raise _No("bad_date")
    try:
        day = date(*(int(found[part] or found[part + "2"]) for part in "ymd"))
        if day.year not in _YEARS:
            raise _No("bad_date")
        if found["hour"] is None:
            return start_of_day(day)
        at = datetime.fromisoformat(f"{day}T{found['hour'].replace(',', '.')}{found['zone'] or ''}")
    except ValueError:
        raise _No("bad_date") from None
    return at if at.tzinfo else at.replace(tzinfo=PARIS)


def _receipt(root: etree._Element, form: AvisFormat, paper: dict[str, Any], recipient: str) -> Receipt:
    if _is(root, form.ads_root):
        sirets = dict.fromkeys(_siret(_said(e)) for e in root.iter() if _is(e, form.siret) and _said(e))
        return Ads.model_validate({**paper, "sirets": tuple(sirets)})
    verdicts = tuple(_verdicts(root, form))
    paper["sirets"] = tuple(dict.fromkeys(v.siret for v in verdicts if v.siret))
    paper["verdicts"] = verdicts
    if _is(root, form.acs_root):
        return Acs.model_validate(paper)
    if form.recipient_from_file:
        named = {said for element in root.iter() if _is(element, form.recipient) and (said := _said(element))}
        if len(named) > 1:
            raise _No("several_recipients")
        recipient = named.pop() if named else recipient
    return Ars.model_validate({**paper, "recipient": recipient})


def _siret(told: str) -> str:
    """Compacted; what is no SIRET stays as the portal wrote it, a NIR masked."""
    return scrub(compact(told))[:64]


def _outcome(containers: Sequence[str]) -> tuple[Outcome, bool]:
    """What the names of the containers around a declaration say; names that disagree say nothing."""
    told = set()
    for name in containers:
        word = re.sub(r"^declarations?", "", name)
        base, restated = _BEFORE.subn("", word)
        if word:
            told.add((_OUTCOMES.get(base, Outcome.UNKNOWN), bool(restated)))
    return told.pop() if len(told) == 1 else (Outcome.UNKNOWN, False)


def _verdicts(root: etree._Element, form: AvisFormat) -> Iterator[Verdict]:
    """One verdict per declaration; a piece that tells none gives one unknown verdict, so that it is shown."""
    free = next((_said(element) for element in root if _is(element, form.message)), "")
    count = 0
    for element, containers, names in _declarations(root, form):
        count += 1
        if count > MAX_DECLARATIONS:
            raise _No("too_many")
        outcome, restated = _outcome(containers)
        if len(element) == 0:  # a bare text in a container: nobody knows what it means
            outcome = Outcome.UNKNOWN
        own = [_said(e) for e in element.iter() if len(e) == 0 and _plain(str(e.tag)).startswith(_MESSAGES)]
        own = own or ([_said(element)] if len(element) == 0 else [])
        message = _cut(" | ".join(filter(None, own))) or free
        if outcome is Outcome.UNKNOWN:
            message = ": ".join(filter(None, (_cut(" / ".join(names), 120), message)))
        siret, reference = (
            next((_said(e) for e in element if _is(e, name)), "") for name in (form.siret, form.internal)
        )
        yield Verdict(
            outcome=outcome,
            siret=_siret(siret) or None,
            reference=_cut(reference, 200) or None,
            message=message,
            restated=restated,
        )
    if not count:
        yield Verdict(outcome=Outcome.UNKNOWN, message=free)


def _declarations(root: etree._Element, form: AvisFormat) -> Iterator[tuple[etree._Element, list[str], list[str]]]:
    """Each declaration with the names of the containers around it (plain, and as written).

    Seen: one `declarationsXxx` element per declaration, its fields directly inside. Taken too: one container
    around several declarations, whatever their element is called, and containers inside a wrapper.
    """
    fields = (form.siret, form.name, form.internal)
    stack: list[tuple[etree._Element, list[str], list[str]]] = [(e, [], []) for e in reversed(root)]
    while stack:
        element, plain, names = stack.pop()
        written = str(element.tag).rpartition("}")[2]
        name = _plain(written)
        known = _BEFORE.sub("", name) in _OUTCOMES
        if name.startswith("declarations") or known or (not plain and _holds(element, form.internal)):
            plain, names = [*plain, name], [*names, written]
        if plain and (any(_is(child, *fields) for child in element) or not any(map(len, element))):
            if len(element) or (element.text or "").strip() not in ("", "0"):
                yield element, plain, names
            continue
        stack += [(child, plain, names) for child in reversed(element) if len(child) or not plain]


def _holds(element: etree._Element, name: str) -> bool:
    return any(_is(child, name) for child in element)
