"""What the API DPAE answers, read: the deposit's answer (its ADS), the list of a flux's returns, a return (ACS, ARS).

Bytes in, facts out; what a far end may send is hostile until it is read. The names are those that public clients read;
every doubt is a setting of `UrssafFormat`. Nothing here opens a connection or knows a token. Extra `http`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from lxml import etree

from due_workflow.adapters._envelope import No, cut, is_called, parsed, plain_name, words_of
from due_workflow.adapters.avis import instant
from due_workflow.errors import InputRefused
from due_workflow.receipts import Acs, Ars, Mode, Outcome, Unreadable, Verdict

MAX_RETURNS = 200
"""The most returns of one flux that are taken from a list."""
_REFERENCE = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9._-]{1,64}", re.ASCII)
_ERRORS = frozenset(("erreur", "erreurs", "error", "errors", "fault", "exception", "html"))
_LONGEST_STAMP = 120
_LONGEST_URL = 2000


@dataclass(frozen=True, slots=True)
class UrssafFormat:
    """The words of the API's answers.

    Attributes:
        taken: `envoi_etat` of a deposit that was taken. Sure.
        refused: `envoi_etat` of one that was not, where no `idflux` is given. Plausible.
        not_taken: HTTP statuses of a deposit's answer by which the portal affirms that it took nothing. Plausible.
        test: `essai_reel` of a test; any other is no test. Sure.
        acs: the nature whose return is read as the ACS. Plausible.
        ars: the nature whose return is read as the ARS. Plausible.
        profile: the profile of an ARS's return; returns of others are no affair of ours. Sure.
        waiting: `statut` of a return that is not there yet. Plausible.
        certificate: characters of a certificate, at least; an OK without one is not read as accepted. Sure.
    """

    taken: str = "OK"
    refused: tuple[str, ...] = ("KO",)
    not_taken: frozenset[int] = frozenset({400, 401, 403, 404, 405, 406, 411, 413, 415, 422, 429})
    test: str = "01"
    acs: str = "10"
    ars: str = "11"
    profile: str = "DPAE"
    waiting: tuple[str, ...] = ("EN COURS",)
    certificate: int = 10


API = UrssafFormat()
"""The API as public clients read it."""


@dataclass(frozen=True, slots=True)
class Deposited:
    """What the answer to a deposit says; what it does not say is None."""

    state: str | None
    ref: str | None
    at: datetime | None
    mode: Mode | None


@dataclass(frozen=True, slots=True)
class Return:
    """One line of a flux's list; `url` may open what it names to whoever has it, and is not shown."""

    flux: str
    nature: str
    id: str
    status: str
    stamp: str
    at: datetime | None
    url: str = field(repr=False)

    @property
    def number(self) -> str:
        """Its name at the portal, overwritten or not: flux, nature, id."""
        return f"{self.flux}/{self.nature}/{self.id}"


def is_reference(ref: str) -> bool:
    """Whether it can be the reference of a flux: what goes into an address and a key."""
    return _REFERENCE.fullmatch(ref) is not None


def read_deposited(raw: bytes, form: UrssafFormat = API) -> Deposited:
    """The answer to a deposit.

    Raises:
        No: it is no XML, or says two things at once.
    """
    root = parsed(raw)
    said = {name: _one(root, name) for name in ("envoi_etat", "idflux", "date_reception", "heure_reception")}
    ref = said["idflux"]
    if ref and not is_reference(ref):
        raise No("bad_reference")
    at = _instant("T".join(filter(None, (said["date_reception"], said["heure_reception"]))))
    return Deposited(said["envoi_etat"] or None, ref or None, at, _mode(_one(root, "essai_reel"), form))


def notice_of(raw: bytes, hide: Callable[[str], str]) -> str:
    """What a refusal says for people, on one line; empty where it says nothing that can be read.

    `hide` takes out what nobody may read, before the text is cut.
    """
    try:
        said = " | ".join(_messages(parsed(raw)))
        return cut(hide(said), 300) if said else ""
    except No:
        return ""


def read_listing(raw: bytes, ref: str) -> list[Return]:
    """The returns of the flux `ref`, in the portal's order; none: not yet.

    Raises:
        No: it is no list of returns, or one of more than `MAX_RETURNS`.
    """
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        raise No("bad_json") from None
    returns = document.get("retours") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or "retours" not in document:
        raise No("no_list")
    found: dict[tuple[str, str], Return] = {}
    for flux in _many(returns, "flux"):
        if _text(flux, "id") not in ("", ref):
            continue  # another flux is another deposit's affair
        for line in _many(flux, "retour"):
            one = _line(line, ref)
            found.setdefault((one.number, one.stamp), one)
            if len(found) > MAX_RETURNS:
                raise No("too_many")
    return list(found.values())


def is_stranger(raw: bytes, form: UrssafFormat = API) -> bool:
    """Whether a return is of other profiles only."""
    try:
        profiles = {told for element in parsed(raw).iter() if (told := _profile(element))}
    except No:
        return False
    return bool(profiles) and form.profile not in profiles


def read_return(
    raw: bytes, line: Return, whence: Mapping[str, Any], recipient: str, now: datetime, form: UrssafFormat = API
) -> Acs | Ars | Unreadable | None:
    """The ACS or the ARS that a return is; `Unreadable` where it cannot be read; None where it is an error's text.

    Args:
        raw: the return.
        line: what the list says of it.
        whence: the portal's name and account.
        recipient: whose ARS it is.
        now: its date where neither the list nor the return has one that can be read.
        form: the words.
    """
    try:
        root = parsed(raw)
        if plain_name(str(root.tag)) in _ERRORS:
            return None
        if line.nature not in (form.acs, form.ars):
            raise No("unknown_root")
        if _one(root, "idflux") not in ("", line.flux):
            raise No("bad_reference")
        paper: dict[str, Any] = {
            **whence,
            "portal_ref": line.flux,
            "issued_at": line.at or _instant(_one(root, "date_production")) or now,
            "piece": line.id or None,
            "mode": _mode(_one(root, "essai_reel"), form),
            "raw": raw,
        }
        if line.nature == form.acs:
            return Acs(**paper, verdicts=(_verdict(root, line, form),))
        blocks = list(_blocks(root, form.profile))
        if not blocks:
            raise No("unknown_root")
        return Ars(**paper, verdicts=tuple(_verdict(block, line, form) for block in blocks), recipient=recipient)
    except No as no:
        why = str(no)
    except InputRefused:
        why = "unexpected"
    return Unreadable(raw=raw, why=why, **whence)


# ---- inside a return


def _profile(element: etree._Element) -> str:
    return next((str(v).strip() for name, v in element.attrib.items() if plain_name(str(name)) == "profil"), "")


def _blocks(root: etree._Element, profile: str) -> Iterator[etree._Element]:
    """The outermost elements of that profile."""
    todo = [root]
    while todo:
        element = todo.pop()
        if _profile(element) == profile:
            yield element
        else:
            todo += reversed(element)


def _verdict(block: etree._Element, line: Return, form: UrssafFormat) -> Verdict:
    """What a return says of its flux; the return itself before the list, and never accepted where they disagree."""
    states = {words_of(e).upper() for e in block.iter() if is_called(e, "etat_conformite")}
    said = " ".join(sorted(states)) or line.status
    outcome = _OUTCOMES.get(said, Outcome.UNKNOWN)
    messages = list(_messages(block))
    certified = line.nature != form.ars or any(
        len(words_of(e)) >= form.certificate for e in block.iter() if is_called(e, "certificat_conformite")
    )
    if outcome.accepted and (_disagree(outcome, line) or not certified):
        outcome = Outcome.UNKNOWN
        missing = "" if certified else ", certificat_conformite -"
        messages.insert(0, f"statut {line.status or '-'}, etat_conformite {said}{missing}")
    elif outcome is Outcome.ACCEPTED and line.status == "ANO":
        outcome = Outcome.ACCEPTED_WITH_ANOMALY
    elif outcome is Outcome.UNKNOWN:
        messages.insert(0, cut(said, 120))
    return Verdict(outcome=outcome, message=cut(" | ".join(filter(None, messages))))


_OUTCOMES = {"OK": Outcome.ACCEPTED, "ANO": Outcome.ACCEPTED_WITH_ANOMALY, "KO": Outcome.REJECTED}


def disagrees(receipt: Acs | Ars | Unreadable | None, line: Return) -> bool:
    """Whether a return says other than its line of the list: it may have been overwritten in between."""
    if receipt is None or isinstance(receipt, Unreadable):
        return False
    told = _OUTCOMES.get(line.status)
    outcomes = [verdict.outcome for verdict in receipt.verdicts]
    return Outcome.UNKNOWN in outcomes or (told is not None and any(o.accepted != told.accepted for o in outcomes))


def _disagree(outcome: Outcome, line: Return) -> bool:
    told = _OUTCOMES.get(line.status)
    return told is not None and told.accepted != outcome.accepted


def _messages(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        if is_called(element, "message"):
            for text in "".join(map(str, element.itertext())).splitlines()[:100]:
                if told := " ".join(text.split()):
                    yield told


def _one(root: etree._Element, name: str) -> str:
    """What the elements called `name` say, once; empty where there is none.

    Raises:
        No: they say different things.
    """
    values = {value for element in root.iter() if is_called(element, name) and (value := words_of(element))}
    if len(values) > 1:
        raise No("several_values")
    return values.pop() if values else ""


def _mode(code: str, form: UrssafFormat) -> Mode | None:
    """A code that is no test's is a real deposit's: better a false alarm than a test that was one no more."""
    if not code:
        return None
    return Mode.TEST if code.lstrip("0") == form.test.lstrip("0") else Mode.REAL


def _instant(told: str) -> datetime | None:
    try:
        return instant(told)
    except No:
        return None


# ---- inside a list


def _many(holder: Any, name: str) -> list[Mapping[str, Any]]:
    """The objects under `name`: a list, or the one that a converter made of a list of one."""
    told = holder.get(name) if isinstance(holder, Mapping) else None
    return [each for each in (told if isinstance(told, list) else [told]) if isinstance(each, Mapping)]


def _text(holder: Mapping[str, Any], name: str) -> str:
    """A word of the list, on one line: it goes into names, errors and logs."""
    told = holder.get(name)
    said = str(told).strip() if isinstance(told, (str, int)) and not isinstance(told, bool) else ""
    return said if said.isprintable() else "".join(c if c.isprintable() else "?" for c in said)


def _line(told: Mapping[str, Any], ref: str) -> Return:
    published, produced, status = (_text(told, name) for name in ("publication", "production", "statut"))
    url = _text(told, "url")
    stamp = f"{published}|{produced}|{status}"
    if len(stamp) > _LONGEST_STAMP:
        stamp = sha256(stamp.encode(errors="surrogatepass")).hexdigest()
    dates = [at for at in (_instant(published), _instant(produced)) if at is not None]
    return Return(
        flux=ref,
        nature=_text(told, "nature")[:20],
        id=_text(told, "id")[:200],
        status=status.upper()[:40],
        stamp=stamp,
        at=max(dates, default=None),
        url=url if len(url) <= _LONGEST_URL else "",
    )
