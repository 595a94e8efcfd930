"""jedeclare's `avis.xml` (ADS, ACS, ARS) as it arrives: plain, gzipped, or in an e-mail (EML). Extra `avis`.

Bytes in, a receipt out. What cannot be read becomes `Unreadable` with a word of `WHYS`, never an exception,
never a guess. `_envelope` unfolds the hostile bytes to a tree; here the tree becomes a receipt. Nothing here
opens an envelope, parses XML, or knows a deposit, a state or a clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Any, BinaryIO, TypedDict, Unpack

from lxml import etree

from due_workflow.adapters._envelope import No, cut, document, is_called, parsed, plain_name, words_of
from due_workflow.calendar import PARIS, start_of_day
from due_workflow.identifiers import compact, scrub
from due_workflow.receipts import Acs, Ads, Ars, Mode, Outcome, Receipt, Unreadable, Verdict

MAX_BYTES = 20 * 1024 * 1024
"""The most that is read, and the most that any layer (gzip, base64) may unfold to."""
MAX_DECLARATIONS = 10_000
HEAD_KEPT = 64 * 1024
"""How much of a file or stream beyond `MAX_BYTES` goes into the tray; the rest stays where it is."""
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
        ads_file: where an ADS tells the name of the file that was deposited.
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
    ads_file: str = "nomFichier"
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
_DATE = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d\d)/(?P<m2>\d\d)/(?P<y2>\d{4}))"
    r"(?:(?:T|\s+(?:à\s*)?)(?P<hour>\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))?\s*(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)


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
        raw = document(data, context.get("max_bytes", MAX_BYTES))
        root = _avis(parsed(raw), form)
        paper = {key: value for key, value in context.items() if key in ("piece", "mode")}
        paper |= {**whence, **_heading(root, form), "raw": raw}
        return _receipt(root, form, paper, context.get("recipient", "CIRSO"))
    except No as no:
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


# ---- from the tree to the receipt


def _avis(root: etree._Element, form: AvisFormat) -> etree._Element:
    roots = (form.ads_root, form.acs_root, form.ars_root)
    if is_called(root, *roots):
        return root
    inside = [element for element in root.iter() if is_called(element, *roots)]
    if len(inside) != 1:
        raise No("several_avis" if inside else "unknown_root")
    return inside[0]


def _only(root: etree._Element, name: str, what: str) -> str:
    """What `name` says, once: as a field of the avis itself, else anywhere inside."""
    for elements in (iter(root), root.iter()):
        values = {value for element in elements if is_called(element, name) and (value := words_of(element))}
        if len(values) > 1:
            raise No(f"bad_{what}")
        if values:
            return values.pop()
    raise No(f"no_{what}")


def _heading(root: etree._Element, form: AvisFormat) -> dict[str, object]:
    reference = _only(root, form.reference, "reference")
    if len(reference) > 120:
        raise No("bad_reference")
    dates = {form.ads_root: form.ads_date, form.acs_root: form.acs_date, form.ars_root: form.ars_date}
    told = _only(root, next(field for name, field in dates.items() if is_called(root, name)), "date")
    count = next((words_of(element) for element in root if is_called(element, form.count)), "")
    counted = int(count) if re.fullmatch(r"\d{1,6}", count, re.ASCII) else None
    return {"portal_ref": reference, "issued_at": instant(told), "count": counted}


def instant(told: str) -> datetime:
    """ISO or JJ/MM/AAAA; an hour without a zone is Paris's, a day without an hour is its 00:00.

    Raises:
        No: neither of them, or no such day.
    """
    found = _DATE.fullmatch(told.strip())
    if found is None:
        raise No("bad_date")
    try:
        day = date(*(int(found[part] or found[part + "2"]) for part in "ymd"))
        if day.year not in _YEARS:
            raise No("bad_date")
        if found["hour"] is None:
            return start_of_day(day)
        at = datetime.fromisoformat(f"{day}T{found['hour'].replace(',', '.')}{found['zone'] or ''}")
    except ValueError:
        raise No("bad_date") from None
    return at if at.tzinfo else at.replace(tzinfo=PARIS)


def _receipt(root: etree._Element, form: AvisFormat, paper: dict[str, Any], recipient: str) -> Receipt:
    if is_called(root, form.ads_root):
        sirets = dict.fromkeys(_siret(words_of(e)) for e in root.iter() if is_called(e, form.siret) and words_of(e))
        told = next((words_of(e) for e in root.iter() if is_called(e, form.ads_file)), "")
        file = PurePath(told.replace("\\", "/")).name[:200] or None
        return Ads.model_validate({**paper, "sirets": tuple(sirets), "deposited_as": file})
    verdicts = tuple(_verdicts(root, form))
    paper["sirets"] = tuple(dict.fromkeys(v.siret for v in verdicts if v.siret))
    paper["verdicts"] = verdicts
    if is_called(root, form.acs_root):
        return Acs.model_validate(paper)
    if form.recipient_from_file:
        named = {said for element in root.iter() if is_called(element, form.recipient) and (said := words_of(element))}
        if len(named) > 1:
            raise No("several_recipients")
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
    free = next((words_of(element) for element in root if is_called(element, form.message)), "")
    count = 0
    for element, containers, names in _declarations(root, form):
        count += 1
        if count > MAX_DECLARATIONS:
            raise No("too_many")
        outcome, restated = _outcome(containers)
        if len(element) == 0:  # a bare text in a container: nobody knows what it means
            outcome = Outcome.UNKNOWN
        own = [words_of(e) for e in element.iter() if len(e) == 0 and plain_name(str(e.tag)).startswith(_MESSAGES)]
        own = own or ([words_of(element)] if len(element) == 0 else [])
        message = cut(" | ".join(filter(None, own))) or free
        if outcome is Outcome.UNKNOWN:
            message = ": ".join(filter(None, (cut(" / ".join(names), 120), message)))
        siret, reference = (
            next((words_of(e) for e in element if is_called(e, name)), "") for name in (form.siret, form.internal)
        )
        yield Verdict(
            outcome=outcome,
            siret=_siret(siret) or None,
            reference=cut(reference, 200) or None,
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
        name = plain_name(written)
        known = _BEFORE.sub("", name) in _OUTCOMES
        if name.startswith("declarations") or known or (not plain and _holds(element, form.internal)):
            plain, names = [*plain, name], [*names, written]
        if plain and (any(is_called(child, *fields) for child in element) or not any(map(len, element))):
            if len(element) or (element.text or "").strip() not in ("", "0"):
                yield element, plain, names
            continue
        stack += [(child, plain, names) for child in reversed(element) if len(child) or not plain]


def _holds(element: etree._Element, name: str) -> bool:
    return any(is_called(child, name) for child in element)
