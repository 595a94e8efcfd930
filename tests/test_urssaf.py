"""The API DPAE over real HTTP: a far end of the tests' own, written from the facts, and the simulator."""

from __future__ import annotations

import gzip
import json
import logging
import re
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import servers
from due_workflow import Ads, CannotTell, DueWorkflow, InputRefused, Mode, NotSent, Outcome, SubmissionState, texts
from due_workflow.adapters._urssaf_papers import Return, UrssafFormat, read_deposited, read_listing, read_return
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.urssaf import (
    Cadence,
    LineSettings,
    LineTrouble,
    UrssafAddresses,
    UrssafCredentials,
    UrssafPortal,
)
from due_workflow.errors import ContentRefused, PartialListing, PieceUnavailable, PortalFailure
from due_workflow.ports import Parcel, PieceRef, Portal
from due_workflow.receipts import Acs, Ars, Unreadable
from due_workflow.simulator import PASSWORD as PRACTICE
from due_workflow.simulator import Delays, Settings, Simulator
from due_workflow.testing import PortalContract
from due_workflow.testing import factories as f
from due_workflow.testing.portal import attempt
from hostile_server import Call, FarEnd, Request, within

ACCOUNT = f.siret(900)
PASSWORD = "mot de passe très secret"
SURNAME = "DÉCLARANTE"
PATIENT = LineSettings(software="Paie", version="1.2", allow_http=True)
QUICK = replace(PATIENT, read=0.7, deadline=1.0)
"""Where the far end is slow on purpose; elsewhere a busy machine must not look like one."""
Behaviour = Callable[[Call, Request], object]


def credentials() -> UrssafCredentials:
    return UrssafCredentials(surname=SURNAME, first_name="Zoé", password=PASSWORD)


@dataclass
class Line:
    """One line of a list, and what its address gives."""

    nature: str
    status: str
    body: bytes
    id: str = "1"
    publication: str = "2026-03-02T10:05:00"
    production: str = "2026-03-02T10:04:59"
    url: str = ""


@dataclass
class Api:
    """The API as the facts tell it. `plan` gives the next requests of one kind other behaviour, one each."""

    tokens: list[str] = field(default_factory=list)
    logins: list[ElementTree.Element] = field(default_factory=list)
    taken: dict[str, bytes] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    plan: dict[str, list[Behaviour | None]] = field(default_factory=dict)
    essai: str | None = None
    far: FarEnd = field(init=False)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.far = FarEnd(self._attend)

    @property
    def addresses(self) -> UrssafAddresses:
        return UrssafAddresses(*(self.far.base + path for path in ("/auth", "/deposer-dsn/1.0/", "/lister/2.0/")))

    def portal(self, **changes: Any) -> UrssafPortal:
        given: dict[str, Any] = {"credentials": credentials, "addresses": self.addresses, "line": PATIENT} | changes
        return UrssafPortal(ACCOUNT, **given)

    def expect(self, kind: str, *behaviours: Behaviour | None) -> None:
        """What happens to the next requests of this kind; None: as usual."""
        self.plan.setdefault(kind, []).extend(behaviours)

    def asked(self, kind: str) -> list[Request]:
        return [request for request in self.far.requests if self._kind(request) == kind]

    def publish(self, ref: str, *lines: Line) -> None:
        self.lines.setdefault(ref, []).extend(lines)

    def _kind(self, request: Request) -> str:
        return {"auth": "auth", "deposer-dsn": "deposit", "lister": "list"}.get(request.path.split("/")[1], "fetch")

    def _attend(self, call: Call, request: Request) -> None:
        kind = self._kind(request)
        planned = self.plan.get(kind)
        behave = planned.pop(0) if planned else None
        if behave is not None:
            behave(call, request)
        elif kind == "auth":
            self._auth(call, request)
        elif request.headers.get("authorization", "") not in {f"DSNLogin jeton={token}" for token in self.tokens}:
            call.answer(status=401)
        else:
            {"deposit": self.deposit, "list": self._list, "fetch": self._fetch}[kind](call, request)

    def _auth(self, call: Call, request: Request) -> None:
        root = ElementTree.fromstring(request.body)
        self.logins.append(root)
        if root.findtext("motdepasse") != PASSWORD:
            call.answer(status=401)
            return
        self.tokens.append(f"{len(self.tokens) + 1}".rjust(400, "T"))
        call.answer(self.tokens[-1])

    def take(self, request: Request) -> str:
        """The message is in: its reference of 23 characters."""
        assert request.headers["content-encoding"] == request.headers["accept-encoding"] == "gzip"
        with self.lock:
            ref = f"idflux{len(self.taken):017d}"
            self.taken[ref] = gzip.decompress(request.body)
        return ref

    def deposit(self, call: Call, request: Request) -> None:
        ref = self.take(request)
        essai = self.essai or ("01" if b"Indicator>1<" in self.taken[ref] else "02")
        call.answer(
            f'<?xml version="1.0" encoding="ISO-8859-1"?><depot><envoi_etat>OK</envoi_etat><idflux>{ref}</idflux>'
            "<date_reception>2026-07-14</date_reception><heure_reception>08:30:15</heure_reception>"
            f"<essai_reel>{essai}</essai_reel></depot>"
        )

    def _list(self, call: Call, request: Request) -> None:
        ref = request.path.rpartition("/")[2]
        returns = []
        for place, line in enumerate(self.lines.get(ref, [])):
            told = {name: getattr(line, name) for name in ("publication", "production", "nature", "id")}
            url = line.url or f"{self.far.base}/retour/{ref}/{place}"
            returns.append({**told, "statut": line.status, "url": url})
        flux = [{"id": ref, "retour": returns}] if returns else []
        call.answer(json.dumps({"retours": {"flux": flux}}), content_type="application/json")

    def _fetch(self, call: Call, request: Request) -> None:
        _, _, ref, place = request.path.split("/")
        call.answer(self.lines[ref][int(place)].body, content_type="application/xml")


def aee(state: str = "OK") -> bytes:
    return f'<aee profil="AEE"><etat_conformite>{state}</etat_conformite></aee>'.encode()


def report(state: str = "OK", message: str = "", profile: str = "DPAE", certificate: str = "CERT0123456789") -> bytes:
    told = f"<certificat_conformite>{certificate}</certificat_conformite>" if state == "OK" and certificate else ""
    return (
        f'<?xml version="1.0" encoding="ISO-8859-1"?><bilan profil="{profile}">'
        f"<etat_conformite>{state}</etat_conformite>{told}<message>{message}</message></bilan>"
    ).encode("iso-8859-1")


@pytest.fixture
def api() -> Iterator[Api]:
    found = Api()
    yield found
    found.far.close()


@pytest.fixture
def portal(api: Api) -> Iterator[UrssafPortal]:
    found = api.portal()
    yield found
    found.close()


def parcel(portal: Portal, mode: Mode = Mode.TEST, reference: str = "E-0001") -> Parcel:
    return portal.render([attempt(reference, mode)], mode)


def deposited(portal: UrssafPortal, mode: Mode = Mode.TEST, reference: str = "E-0001") -> str:
    ads = portal.deposit(parcel(portal, mode, reference))
    assert ads is not None
    return ads.portal_ref


def told(work: Callable[[], object]) -> PortalFailure:
    """What it raises, with no cause behind it that could hold what was said."""
    with pytest.raises(PortalFailure) as caught:
        work()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


def status(code: int, body: str = "") -> Behaviour:
    return lambda call, _: call.answer(body, status=code)


# ---- the deposit


def test_a_deposit_is_the_gzipped_message_with_the_token_and_its_answer_is_the_ads(
    api: Api, portal: UrssafPortal
) -> None:
    sent = parcel(portal)
    ads = portal.deposit(sent)
    assert ads is not None
    assert len(ads.portal_ref) == 23
    assert api.taken == {ads.portal_ref: sent.content}
    # the hour of reception is Paris's: in July two hours ahead of UTC
    assert ads.issued_at == datetime(2026, 7, 14, 6, 30, 15, tzinfo=UTC)
    assert (ads.mode, ads.portal, ads.account, ads.filename) == (Mode.TEST, "urssaf", ACCOUNT, sent.filename)
    assert b"idflux" in (ads.raw or b"")
    (login,) = api.logins
    assert [(each.tag, each.text) for each in login] == [
        ("siret", ACCOUNT),
        ("nom", SURNAME),
        ("prenom", "Zoé"),
        ("motdepasse", PASSWORD),
        ("service", "25"),
    ]
    (asked,) = api.asked("auth")
    assert (asked.headers["content-type"], asked.headers.get("content-encoding")) == ("application/xml", None)
    assert all(request.headers["user-agent"].endswith("(Paie/1.2)") for request in api.far.requests)


def test_one_token_serves_many_deposits_and_threads(api: Api, portal: UrssafPortal) -> None:
    crowd = [threading.Thread(target=deposited, args=(portal, Mode.TEST, f"E-{n}")) for n in range(6)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join(10)
    assert (len(api.taken), len(api.logins)) == (6, 1)


def test_a_token_that_expired_is_renewed_once_and_the_deposit_taken_once(api: Api, portal: UrssafPortal) -> None:
    deposited(portal, reference="E-1")
    api.tokens[:] = ["x" * 400]
    deposited(portal, reference="E-2")
    assert (len(api.taken), len(api.logins), len(api.asked("deposit"))) == (2, 2, 3)
    api.expect("deposit", status(401), status(401))
    found = told(lambda: portal.deposit(parcel(portal, reference="E-3")))
    assert isinstance(found, NotSent)
    assert (len(api.taken), len(api.logins), len(api.asked("deposit"))) == (2, 3, 5)


def test_a_token_that_cannot_be_renewed_leaves_the_deposit_unsent(api: Api, portal: UrssafPortal) -> None:
    deposited(portal, reference="E-1")
    api.tokens.clear()
    api.expect("auth", status(500))
    assert isinstance(told(lambda: portal.deposit(parcel(portal, reference="E-2"))), NotSent)
    assert (len(api.taken), len(api.asked("deposit"))) == (1, 2)
    deposited(portal, reference="E-2")


def test_after_a_renewal_a_cut_is_a_doubt_like_any_other(api: Api, portal: UrssafPortal) -> None:
    api.expect("deposit", status(401), cut_after_taking(api))
    assert isinstance(told(lambda: portal.deposit(parcel(portal))), LineTrouble)
    assert (len(api.taken), len(api.logins)) == (1, 2)


def test_credentials_themselves_are_not_taken_in_place_of_their_giver() -> None:
    with pytest.raises(TypeError, match="a function"):
        UrssafPortal(ACCOUNT, credentials())  # type: ignore[arg-type]


def test_a_wrong_password_sends_nothing_and_is_not_tried_over_and_over(api: Api) -> None:
    portal = api.portal(credentials=lambda: replace(credentials(), password="faux"))
    for n in range(5):
        found = told(lambda n=n: portal.deposit(parcel(portal, reference=f"E-{n}")))
        assert isinstance(found, NotSent)
        assert "mot de passe" in found.text("fr")
    assert (len(api.logins), api.asked("deposit")) == (1, [])
    portal.close()  # a person who has put it right may say so
    assert isinstance(told(lambda: portal.deposit(parcel(portal))), NotSent)
    assert len(api.logins) == 2


@pytest.mark.parametrize(
    "echo",
    [
        "{header}",
        "jeton refuse: {header} - recommencez",
        "{padding} {token}",  # where the text is cut
        "{spaced}",
        "{half}",
        "mot de passe {password} de {surname}",
        "{padding} {password}",
        "{lines}",
    ],
)
def test_nothing_that_the_portal_was_told_comes_back_in_what_it_says(api: Api, portal: UrssafPortal, echo: str) -> None:
    who = credentials()
    secret = "".join(chr(97 + (n * n + n // 7) % 26) for n in range(400))

    def login(call: Call, _: Request) -> None:
        api.tokens.append(secret)
        call.answer(secret)

    def refuse(call: Call, request: Request) -> None:
        header = request.headers["authorization"]
        assert header.endswith(secret)
        said = echo.format(
            header=header,
            token=secret,
            padding="x" * 285,
            spaced=" ".join(secret),
            half=secret[50:90],
            password=who.password.replace(" ", "  \n"),
            surname=who.surname.upper(),
            lines="\n".join(secret[at : at + 5] for at in range(0, 400, 5)),
        )
        call.answer(f"<erreur><message>{said}</message></erreur>", status=422)

    api.expect("auth", login)
    api.expect("deposit", refuse)
    found = told(lambda: portal.deposit(parcel(portal)))
    assert isinstance(found, ContentRefused)
    for text in (found.text("fr"), found.text("en"), repr(found), str(found.facts)):
        plain = "".join(sign for sign in text if sign not in " |").lower()
        assert not any(secret[at : at + 5] in plain for at in range(395))
        assert not any(word.lower() in plain for word in ("DSNLogin", who.password.replace(" ", ""), who.surname))
    assert "[…]" in found.text("fr")


def test_a_return_that_repeats_the_token_is_kept_without_it(api: Api, portal: UrssafPortal) -> None:
    ads = portal.deposit(parcel(portal))
    assert ads is not None
    body = (
        f"<r><declaration profil='DPAE'><etat_conformite>KO</etat_conformite>"
        f"<message>Code URSSAF invalide {api.tokens[-1]}</message></declaration></r>"
    )
    api.publish(ads.portal_ref, Line("11", "KO", body.encode()))
    (piece,) = portal.available(None, [ads.portal_ref])
    found = portal.fetch(piece)
    assert isinstance(found, Ars)
    assert found.verdicts[0].message == "Code URSSAF invalide […]"


REFUSED = {400: NotSent, 401: NotSent, 403: NotSent, 404: NotSent, 406: NotSent, 415: NotSent, 429: NotSent}
REFUSED |= {413: ContentRefused, 422: ContentRefused}


@pytest.mark.parametrize("code", REFUSED)
def test_a_status_that_affirms_a_refusal_is_not_sent(api: Api, portal: UrssafPortal, code: int) -> None:
    api.expect("deposit", status(code), status(code))
    found = told(lambda: portal.deposit(parcel(portal)))
    assert type(found) is REFUSED[code]
    assert f"HTTP {code}" in found.text("fr")
    assert texts.trouble(str(found.facts["why"]), "en") in found.text("en")
    assert api.taken == {}


@pytest.mark.parametrize("code", [202, 204, 302, 307, 408, 409, 500, 502, 503, 504])
def test_a_status_that_affirms_nothing_is_a_doubt_and_nothing_is_sent_again(
    api: Api, portal: UrssafPortal, code: int
) -> None:
    api.expect("deposit", status(code))
    found = told(lambda: portal.deposit(parcel(portal)))
    assert isinstance(found, LineTrouble)
    assert (found.left, found.status) == (True, code)
    assert len(api.asked("deposit")) == 1


def test_the_reason_of_a_refusal_is_told_without_the_hires_name_or_number(api: Api, portal: UrssafPortal) -> None:
    nir = f.declaration().employee.nir
    notice = f"<erreur><message>Nom DURAND\ninvalide pour le {nir.reveal()}</message></erreur>"  # type: ignore[union-attr]
    api.expect("deposit", status(422, notice))
    found = told(lambda: portal.deposit(parcel(portal)))
    assert "Nom" in found.text()
    assert "invalide" in found.text()
    assert "DURAND" not in found.text()
    assert nir.reveal()[:13] not in found.text()  # type: ignore[union-attr]


def cut_after_taking(api: Api) -> Behaviour:
    def behave(call: Call, request: Request) -> None:
        api.take(request)
        call.cut(reset=True)

    return behave


TORN: dict[str, Callable[[Api], Behaviour]] = {
    "cut before it was taken": lambda api: lambda call, _: call.cut(),
    "cut after it was taken": cut_after_taking,
    "silence": lambda api: lambda call, _: call.pause(20),
    "slow bytes": lambda api: lambda call, _: (call.head(200, content_length=999), call.drip(b"x" * 999)),
    "cut in the answer": lambda api: lambda call, _: (call.head(200, content_length=99), call.send(b"<d"), call.cut()),
    "a bomb": lambda api: lambda call, _: call.bomb(),
    "an endless answer": lambda api: lambda call, _: call.endless(),
    "a page of somebody else's": lambda api: status(200, "<!DOCTYPE html><html>Bienvenue</html>"),
    "an empty answer": lambda api: status(200),
    "no word of what became of it": lambda api: status(200, "<depot><essai_reel>01</essai_reel></depot>"),
    "a reference without OK": lambda api: status(200, f"<d><envoi_etat>KO</envoi_etat><idflux>{'x' * 23}</idflux></d>"),
    "two references": lambda api: status(200, "<d><envoi_etat>OK</envoi_etat><idflux>a</idflux><idflux>b</idflux></d>"),
    "a reference that is none": lambda api: status(200, "<d><envoi_etat>OK</envoi_etat><idflux>../../x y</idflux></d>"),
}


@pytest.mark.parametrize("name", TORN)
def test_whatever_may_have_been_taken_is_a_doubt_in_bounded_time_and_never_sent_again(api: Api, name: str) -> None:
    portal = api.portal(line=QUICK)
    api.expect("deposit", TORN[name](api))
    sent, found = parcel(portal), list[PortalFailure]()
    within(4.0, lambda: found.append(told(lambda: portal.deposit(sent))))
    assert not isinstance(found[0], NotSent)
    assert len(api.asked("deposit")) == 1
    with pytest.raises(CannotTell):
        portal.find(sent)


@pytest.mark.parametrize(
    "behave", [status(500), status(503), status(200, ""), status(200, "<html/>"), lambda call, _: call.cut()]
)
def test_a_login_that_fails_leaves_the_deposit_unsent(api: Api, portal: UrssafPortal, behave: Behaviour) -> None:
    api.expect("auth", behave)
    assert isinstance(told(lambda: portal.deposit(parcel(portal))), NotSent)
    assert api.asked("deposit") == []
    assert deposited(portal), "the next one logs in anew"


def test_where_nobody_listens_nothing_was_sent() -> None:
    base = f"http://127.0.0.1:{servers.free_port()}"
    portal = UrssafPortal(ACCOUNT, credentials, addresses=UrssafAddresses(base, base, base), line=PATIENT)
    found = told(lambda: portal.deposit(parcel(portal)))
    assert isinstance(found, NotSent)
    assert "injoignable" in found.text("fr")


def test_an_explicit_refusal_inside_http_200_is_not_sent(api: Api, portal: UrssafPortal) -> None:
    api.expect("deposit", status(200, "<d><envoi_etat>KO</envoi_etat><message>Service fermé</message></d>"))
    found = told(lambda: portal.deposit(parcel(portal)))
    assert isinstance(found, NotSent)
    assert "Service fermé" in found.text()


def test_what_was_taken_without_a_reference_has_no_ads_yet(api: Api, portal: UrssafPortal) -> None:
    api.expect("deposit", status(200, "<d><envoi_etat>OK</envoi_etat></d>"))
    assert portal.deposit(parcel(portal)) is None


def test_an_answer_of_the_other_mode_is_told_as_such(api: Api, portal: UrssafPortal) -> None:
    modes = {("01", Mode.REAL): Mode.TEST, ("02", Mode.TEST): Mode.REAL, ("1", Mode.TEST): Mode.TEST}
    modes |= {("99", Mode.TEST): Mode.REAL, ("02", Mode.REAL): Mode.REAL}
    for (essai, sent), said in modes.items():
        api.essai = essai
        ads = portal.deposit(parcel(portal, sent))
        assert ads is not None
        assert ads.mode is said


def test_bytes_that_say_another_mode_never_reach_the_wire(api: Api, portal: UrssafPortal) -> None:
    real = parcel(portal, Mode.REAL)
    assert isinstance(told(lambda: portal.deposit(replace(real, mode=Mode.TEST))), NotSent)
    assert isinstance(told(lambda: portal.deposit(replace(real, content=parcel(portal).content))), NotSent)
    assert api.far.requests == []


def test_a_deposit_of_this_instance_is_found_again_and_no_other(api: Api, portal: UrssafPortal) -> None:
    sent = parcel(portal)
    ads = portal.deposit(sent)
    assert portal.find(sent) == ads
    found = told(lambda: portal.find(parcel(portal, reference="E-2")))
    assert isinstance(found, CannotTell)
    assert "site de l'URSSAF" in found.text("fr")


# ---- the returns


def test_no_return_yet_is_an_empty_list(api: Api, portal: UrssafPortal) -> None:
    ref = deposited(portal)
    assert list(portal.available(None, [ref])) == []
    api.publish(ref, Line("11", "EN COURS", b""))
    assert list(portal.available(None, [ref])) == []
    assert list(portal.available(None)) == []


def test_nature_10_is_the_acs_and_nature_11_the_ars_of_the_urssaf(api: Api, portal: UrssafPortal) -> None:
    ref = deposited(portal)
    api.publish(ref, Line("10", "OK", aee()), Line("11", "OK", report(), id="2"))
    acs, ars = (portal.fetch(piece) for piece in portal.available(None, [ref]))
    assert isinstance(acs, Acs)
    assert isinstance(ars, Ars)
    assert (acs.portal_ref, ars.portal_ref, ars.recipient, ars.piece) == (ref, ref, "URSSAF", "2")
    assert [r.verdicts[0].outcome for r in (acs, ars)] == [Outcome.ACCEPTED] * 2
    assert ars.issued_at == datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    assert api.portal(recipient="AUTRE").fetch(PieceRef(*_fields(portal, ref)[1])).recipient == "AUTRE"  # type: ignore[union-attr]


def _fields(portal: UrssafPortal, ref: str) -> list[tuple[str, ...]]:
    return [(p.portal, p.account, p.kind, p.number, p.stamp) for p in portal.available(None, [ref])]


@pytest.mark.parametrize(
    ("line", "outcome", "message"),
    [
        (Line("11", "OK", report("OK", certificate="")), Outcome.UNKNOWN, "certificat_conformite"),
        (Line("11", "OK", report("OK", certificate="123456789")), Outcome.UNKNOWN, "certificat_conformite"),
        (Line("11", "ANO", report("OK", "À revoir")), Outcome.ACCEPTED_WITH_ANOMALY, "À revoir"),
        (
            Line("11", "KO", report("KO", "Numero de securite sociale invalide\n Code URSSAF invalide\n")),
            Outcome.REJECTED,
            "Numero de securite sociale invalide | Code URSSAF invalide",
        ),
        (Line("11", "OK", report("KO", "non")), Outcome.REJECTED, "non"),
        (Line("11", "KO", report("OK")), Outcome.UNKNOWN, "statut KO, etat_conformite OK"),
        (Line("11", "OK", report("BIZARRE")), Outcome.UNKNOWN, "BIZARRE"),
        (Line("10", "KO", aee("KO")), Outcome.REJECTED, ""),
        (Line("10", "KO", b"<refus><message>Structure</message></refus>"), Outcome.REJECTED, "Structure"),
        (Line("10", "OK", b"<aee/>"), Outcome.ACCEPTED, ""),
        (Line("10", "", b"<aee/>"), Outcome.UNKNOWN, ""),
    ],
)
def test_a_return_decides_only_what_it_says_plainly(
    api: Api, portal: UrssafPortal, line: Line, outcome: Outcome, message: str
) -> None:
    ref = deposited(portal)
    api.publish(ref, line)
    (piece,) = portal.available(None, [ref])
    found = portal.fetch(piece)
    assert not isinstance(found, Unreadable)
    (verdict,) = found.verdicts
    assert (verdict.outcome, message in verdict.message) == (outcome, True)


def test_returns_of_other_profiles_are_left_out(api: Api, portal: UrssafPortal) -> None:
    ref = deposited(portal)
    beside = (
        b'<bilans><bilan profil="DSN"><etat_conformite>KO</etat_conformite></bilan>'
        + report().partition(b"?>")[2]
        + b"</bilans>"
    )
    api.publish(ref, Line("11", "KO", report("KO", profile="DSN"), id="7"), Line("11", "OK", beside, id="8"))
    (piece,) = portal.available(None, [ref])
    found = portal.fetch(piece)
    assert isinstance(found, Ars)
    assert (found.piece, [v.outcome for v in found.verdicts]) == ("8", [Outcome.ACCEPTED])
    list(portal.available(None, [ref]))
    assert len(api.asked("fetch")) == 2, "each return is had once"


def test_an_overwritten_return_is_a_new_piece_and_the_last_one_counts(api: Api, portal: UrssafPortal) -> None:
    ref = deposited(portal)
    api.publish(ref, Line("11", "KO", report("KO", "non")))
    (first,) = portal.available(None, [ref])
    portal.fetch(first)
    api.lines[ref] = [Line("11", "OK", report(), publication="2026-03-02T11:00:00")]
    (second,) = portal.available(None, [ref])
    assert (first.number, first.kind) == (second.number, second.kind)
    assert first != second
    before, after = portal.fetch(first), portal.fetch(second)
    assert not isinstance(before, Unreadable)
    assert not isinstance(after, Unreadable)
    assert before.issued_at < after.issued_at
    assert before.identity != after.identity


def test_a_return_overwritten_between_list_and_fetch_is_read_as_what_it_is_now(api: Api, portal: UrssafPortal) -> None:
    ref = deposited(portal)
    api.publish(ref, Line("10", "KO", aee("KO")))
    (piece,) = portal.available(None, [ref])
    api.lines[ref] = [Line("10", "OK", aee("OK"), publication="2026-03-02T11:00:00")]
    found = portal.fetch(piece)
    assert isinstance(found, Acs)
    assert found.verdicts[0].outcome is Outcome.ACCEPTED
    assert found.issued_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_a_piece_can_be_fetched_by_another_instance_until_it_is_overwritten(api: Api, portal: UrssafPortal) -> None:
    ref = deposited(portal)
    api.publish(ref, Line("11", "OK", report()))
    (piece,) = portal.available(None, [ref])
    assert api.portal().fetch(piece) == portal.fetch(piece)
    api.lines[ref][0].publication = "2026-03-03T10:00:00"
    found = told(lambda: api.portal().fetch(piece))
    assert isinstance(found, PieceUnavailable)
    api.lines[ref].clear()
    assert isinstance(told(lambda: api.portal().fetch(piece)), PieceUnavailable)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"\xff\xfe\x00", "encoding"),
        (b"<bilan", "bad_xml"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><bilan profil="DPAE">&a;</bilan>', "doctype"),
        (b"<autre/>", "unknown_root"),
        (b"", "bad_xml"),
        (b'<bilan profil="DPAE"><idflux>un-autre</idflux></bilan>', "bad_reference"),
    ],
)
def test_what_cannot_be_read_comes_back_with_its_bytes(api: Api, portal: UrssafPortal, body: bytes, why: str) -> None:
    ref = deposited(portal)
    api.publish(ref, Line("11", "OK", body))
    (piece,) = portal.available(None, [ref])
    found = portal.fetch(piece)
    assert isinstance(found, Unreadable)
    assert (found.raw, found.why, found.portal, found.account) == (body, why, "urssaf", ACCOUNT)


def test_a_return_of_a_nature_that_is_not_known_is_kept(api: Api, portal: UrssafPortal) -> None:
    ref = deposited(portal)
    api.publish(ref, Line("20", "OK", b"<nouveau/>"))
    (piece,) = portal.available(None, [ref])
    assert piece.kind == "20"
    assert isinstance(portal.fetch(piece), Unreadable)


def test_a_return_that_is_too_large_is_asked_for_again(api: Api, portal: UrssafPortal) -> None:
    """Taken in as it is, it would count as had, and the true one would never be asked for."""
    ref = deposited(portal)
    api.publish(ref, Line("11", "OK", report()))
    api.expect("fetch", *[lambda call, _: call.huge(50_000_000)] * 2)
    (piece,) = portal.available(None, [ref])
    with pytest.raises(PieceUnavailable) as refusal:
        portal.fetch(piece)
    assert "larger than allowed" in refusal.value.text("en")
    assert isinstance(portal.fetch(piece), Ars)


@pytest.mark.parametrize(
    "body", [b"<html>Maintenance</html>", b"<!DOCTYPE html>", b"<erreur><message>Indisponible</message></erreur>"]
)
def test_an_error_inside_http_200_is_no_receipt_and_the_piece_stays_to_be_had(
    api: Api, portal: UrssafPortal, body: bytes
) -> None:
    ref = deposited(portal)
    api.publish(ref, Line("10", "OK", aee()))
    (piece,) = portal.available(None, [ref])
    api.expect("fetch", *[lambda call, _: call.answer(body)] * 2)
    assert isinstance(told(lambda: portal.fetch(piece)), PieceUnavailable)
    api.plan.clear()
    assert isinstance(portal.fetch(piece), Acs)


def test_an_address_of_another_host_is_never_followed(api: Api, portal: UrssafPortal) -> None:
    other = Api()
    ref, fine = deposited(portal, reference="E-1"), deposited(portal, reference="E-2")
    api.publish(
        ref, Line("10", "OK", b"", url=f"{other.far.base}/x"), Line("11", "OK", b"", url="https://mal.invalid/")
    )
    api.publish(fine, Line("11", "OK", report()))
    seen: list[PieceRef] = []
    found = told(lambda: seen.extend(portal.available(None, [ref, fine])))
    assert isinstance(found, PartialListing)
    assert "mal.invalid" in found.text()
    refused = told(lambda: [portal.fetch(piece) for piece in api.portal()._returns.of_one(ref)])
    assert isinstance(refused, PieceUnavailable)
    assert other.far.connections == 0
    other.far.close()


# ---- lists that fail


def test_one_deposit_whose_list_fails_does_not_keep_the_others_back(api: Api, portal: UrssafPortal) -> None:
    refs = [deposited(portal, reference=f"E-{n}") for n in range(4)]
    for ref in refs:
        api.publish(ref, Line("10", "OK", aee()))
    api.expect("list", None, status(404, "<erreur/>"), None, None)
    seen: list[PieceRef] = []
    found = told(lambda: seen.extend(portal.available(None, refs)))
    assert isinstance(found, PartialListing)
    assert "HTTP 404" in found.text("fr")
    assert [piece.number.partition("/")[0] for piece in seen] == [refs[0], refs[2], refs[3]]
    assert {piece.number.partition("/")[0] for piece in portal.available(None, refs)} == set(refs)


@pytest.mark.parametrize("code", [401, 403, 429])
def test_a_refusal_of_the_account_ends_the_listing(api: Api, portal: UrssafPortal, code: int) -> None:
    refs = [deposited(portal, reference=f"E-{n}") for n in range(4)]
    api.expect("list", status(code), status(code))
    found = told(lambda: list(portal.available(None, refs)))
    assert isinstance(found, LineTrouble)
    assert found.status == code
    assert len(api.asked("list")) == (2 if code == 401 else 1)


def test_a_portal_that_stumbles_is_asked_on_and_one_that_is_down_is_left_alone(api: Api, portal: UrssafPortal) -> None:
    refs = [deposited(portal, reference=f"E-{n}") for n in range(8)]
    for ref in refs:
        api.publish(ref, Line("10", "OK", aee()))
    seen: list[PieceRef] = []
    api.expect("list", status(503), None, status(502), status(504), None, status(502))
    assert isinstance(told(lambda: seen.extend(portal.available(None, refs))), PartialListing)
    assert len(seen) == 4
    before = len(api.asked("list"))
    api.expect("list", *[status(503)] * 8)
    down = told(lambda: list(portal.available(None, refs)))
    assert isinstance(down, LineTrouble)
    assert len(api.asked("list")) == before + 3


def test_whatever_is_asked_for_in_between_a_listing_that_breaks_comes_round_to_all(
    api: Api, portal: UrssafPortal
) -> None:
    waiting = [deposited(portal, reference=f"E-{n}") for n in range(20)]
    answered = [deposited(portal, reference=f"A-{n}") for n in range(20)]
    for turn in range(24):
        refs = waiting if turn % 4 else [*waiting, *answered]
        api.expect("list", *[None] * 4, status(429))  # four questions of a listing come through, then nothing
        told(lambda refs=refs: list(portal.available(None, refs)))
        api.plan.clear()
    asked = Counter(request.path.rpartition("/")[2] for request in api.asked("list"))
    assert set(asked) == {*waiting, *answered}
    assert min(asked[ref] for ref in waiting) >= 2


@pytest.mark.parametrize("code", [404, 410, 422])
def test_deposits_that_the_portal_does_not_know_any_more_keep_no_other_back_and_are_named(api: Api, code: int) -> None:
    refs = [deposited(api.portal(), reference=f"E-{n}") for n in range(6)]
    api.publish(refs[5], Line("10", "OK", aee()))
    api.expect("list", *[status(code)] * 5)
    seen: list[PieceRef] = []
    found = told(lambda: seen.extend(api.portal().available(None, refs)))
    assert len(seen) == 1
    assert isinstance(found, PartialListing)
    assert f"idflux {refs[0]} (+4)" in found.text("fr")


def slowly(api: Api, call: Call, request: Request) -> None:
    time.sleep(0.1)
    api._fetch(call, request)


@pytest.mark.parametrize("deposits", [1, 2, 10])
def test_a_listing_ends_in_its_time_and_the_next_ones_come_round_to_every_return(api: Api, deposits: int) -> None:
    portal = api.portal(listing=0.25)
    refs = [deposited(portal, reference=f"E-{n}") for n in range(deposits)]
    for ref in refs:
        api.publish(ref, *(Line("11", "OK", report(), id=str(n)) for n in range(10 // deposits)))
    api.expect("fetch", *[partial(slowly, api)] * 10)
    seen: set[PieceRef] = set()
    late: list[PartialListing] = []
    while len(seen) < 10:
        began = time.monotonic()
        try:
            for piece in portal.available(None, refs):
                seen.add(piece)
        except PartialListing as error:
            late.append(error)
        assert time.monotonic() - began < 0.8
        assert len(late) < 20
    assert len(late) >= 2
    assert {error.facts["why"] for error in late} == {"urssaf_listing_time"}
    assert "the next one goes on" in late[0].text("en")
    assert len(api.asked("fetch")) == 10  # none was read twice


def test_the_time_of_a_listing_is_its_own_and_not_that_of_who_takes_the_pieces(api: Api) -> None:
    portal = api.portal(listing=0.4)
    ref = deposited(portal)
    api.publish(ref, *(Line("11", "OK", report(), id=str(n)) for n in range(6)))
    seen = []
    for piece in portal.available(None, [ref]):
        time.sleep(0.15)
        seen.append(piece)
    assert len(seen) == 6
    with pytest.raises(InputRefused):
        api.portal(listing=0)


HOSTILE_LISTS: dict[str, Behaviour] = {
    "no JSON": status(200, "<html>"),
    "an error in JSON": status(200, '{"code": "99", "message": "Indisponible"}'),
    "a depth without end": status(200, "[" * 200_000),
    "a list": status(200, "[]"),
    "an endless list": lambda call, _: call.endless(b'{"a":1},' * 8000),
    "a huge list": lambda call, _: call.huge(90_000_000),
    "a bomb": lambda call, _: call.bomb(),
    "too many returns": status(
        200, json.dumps({"retours": {"flux": [{"retour": [{"nature": "10", "id": n} for n in range(300)]}]}})
    ),
    "slow bytes": lambda call, _: (call.head(200, content_length=9999), call.drip(b"[" * 9999)),
    "a redirect": lambda call, _: call.answer(status=307, location="https://mal.invalid/"),
}


@pytest.mark.parametrize("name", HOSTILE_LISTS)
def test_a_hostile_list_is_a_failure_in_bounded_time(api: Api, name: str) -> None:
    portal = api.portal(line=QUICK)
    ref = "idflux00000000000000001"
    deposited(api.portal())
    api.expect("list", HOSTILE_LISTS[name])
    found: list[PortalFailure] = []
    within(4.0, lambda: found.append(told(lambda: list(portal.available(None, [ref])))))
    assert isinstance(found[0], (PartialListing, LineTrouble))


def test_a_reference_that_is_none_is_told_and_never_part_of_an_address(api: Api, portal: UrssafPortal) -> None:
    before = len(api.far.requests)
    for ref in ("../../authentifier", "a b", "x/y", "..", "", "é"):
        assert isinstance(told(lambda ref=ref: list(portal.available(None, [ref]))), PartialListing)
    assert len(api.far.requests) == before


def test_odd_shapes_of_a_list_are_read_all_the_same() -> None:
    line = {"nature": 11, "id": 5, "statut": "ok", "url": "u", "publication": None}
    for document in (
        {"retours": {"flux": {"id": "R", "retour": line}}},
        {"retours": {"flux": [{"retour": [line, line]}, {"id": "autre", "retour": [{"id": "6"}]}, None, 3]}},
    ):
        (found,) = read_listing(json.dumps(document).encode(), "R")
        assert (found.nature, found.id, found.status, found.at, found.number) == ("11", "5", "OK", None, "R/11/5")
    for empty in ({"retours": {}}, {"retours": None}, {"retours": {"flux": []}}, {"retours": []}):
        assert read_listing(json.dumps(empty).encode(), "R") == []


# ---- waiting


def test_waiting_asks_in_a_cadence_and_passes_over_a_line_that_breaks(api: Api, portal: UrssafPortal) -> None:
    ref = deposited(portal)
    api.expect("list", None, lambda call, _: call.cut(), status(500), None)
    threading.Timer(0.2, lambda: api.publish(ref, Line("11", "OK", report()))).start()
    (piece,) = portal.wait(ref, Cadence(first=0.01, every=0.05, times=60))
    assert piece.kind == "ars"
    assert list(Cadence().pauses) == [1.0] + [10.0] * 60


def test_waiting_ends_with_what_is_there_when_told_and_when_refused(api: Api, portal: UrssafPortal) -> None:
    ref = deposited(portal)
    api.publish(ref, Line("10", "OK", aee()))
    (piece,) = portal.wait(ref, Cadence(first=0, every=0.01, times=2))
    assert piece.kind == "acs"
    stop = threading.Event()
    stop.set()
    assert portal.wait(ref, stop=stop) == ()
    api.expect("list", status(403))
    asked = len(api.asked("list"))
    assert isinstance(told(lambda: portal.wait(ref, Cadence(first=0, every=0.01, times=50))), LineTrouble)
    assert len(api.asked("list")) == asked + 1
    api.lines[ref] = [Line("10", "KO", aee("KO"))]
    assert within(1, lambda: portal.wait(ref, Cadence(first=0))) < 1, "what the control refused gets no certificate"


# ---- credentials and secrets


def test_credentials_come_from_the_environment_by_name(monkeypatch: pytest.MonkeyPatch, api: Api) -> None:
    for name in ("SURNAME", "FIRST_NAME", "PASSWORD", "SIRET", "SERVICE"):
        monkeypatch.delenv(f"DUE_URSSAF_{name}", raising=False)
    portal = UrssafPortal(ACCOUNT, addresses=api.addresses, line=PATIENT)
    monkeypatch.setenv("DUE_URSSAF_SURNAME", SURNAME)
    with pytest.raises(InputRefused, match="DUE_URSSAF_FIRST_NAME, DUE_URSSAF_PASSWORD"):
        UrssafCredentials.from_env()
    found = told(lambda: portal.deposit(parcel(portal)))
    assert isinstance(found, NotSent)
    assert "DUE_URSSAF_PASSWORD" in found.text("fr")
    monkeypatch.setenv("DUE_URSSAF_FIRST_NAME", "Zoé")
    monkeypatch.setenv("DUE_URSSAF_PASSWORD", PASSWORD)
    monkeypatch.setenv("DUE_URSSAF_SERVICE", "98")
    assert deposited(portal)
    assert api.logins[-1].findtext("service") == "98"
    with pytest.raises(InputRefused):
        UrssafCredentials("a", "b", "c", service="x")


def test_the_credentials_of_another_firm_are_never_used(api: Api) -> None:
    portal = api.portal(credentials=lambda: replace(credentials(), siret=f.siret(1)))
    assert isinstance(told(lambda: portal.deposit(parcel(portal))), NotSent)
    assert api.far.requests == []


def broken() -> UrssafCredentials:
    raise RuntimeError(f"the vault says {PASSWORD}")


@pytest.mark.parametrize(
    "given", [broken, lambda: UrssafCredentials("", "", ""), lambda: UrssafCredentials("A", "B", PASSWORD + "\x00")]
)
def test_credentials_that_cannot_be_had_send_nothing_and_are_not_shown(
    api: Api, given: Callable[[], UrssafCredentials]
) -> None:
    portal = api.portal(credentials=given)
    found = told(lambda: portal.deposit(parcel(portal)))
    assert isinstance(found, NotSent)
    assert PASSWORD not in str(vars(found)) + found.text()
    assert api.far.requests == []


def frames(error: BaseException) -> list[str]:
    """The error with all that a debugger shows of the frames that are ours, and of what is behind it."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    whole.stack[:] = [frame for frame in whole.stack if frame.filename != __file__]
    return list(whole.format())


def test_no_secret_stands_in_a_repr_a_log_an_error_or_any_frame_behind_it(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    portal, said = api.portal(), list[str]()
    ref = deposited(portal)
    sent = parcel(portal, reference="E-2")
    token = api.tokens[-1]
    api.publish(ref, Line("10", "OK", aee()))
    (piece,) = portal.available(None, [ref])
    failures: dict[str, list[Behaviour]] = {
        "deposit": [
            *(status(code) for code in (422, 500, 302)),
            *(TORN[name](api) for name in TORN if not name.startswith(("s", "a bomb", "an endless"))),
            status(401),
            status(401),
        ],
        "list": [status(500), lambda call, _: call.cut(), status(200, "{"), status(401), status(401)],
        "fetch": [status(404), status(200, token), lambda call, _: call.cut(), status(401), status(401)],
    }
    work: dict[str, Callable[[], object]] = {
        "deposit": lambda: portal.deposit(sent),
        "list": lambda: list(portal.available(None, [ref])),
        "fetch": lambda: api.portal().fetch(piece),
    }
    for kind, behaviours in failures.items():
        api.expect(kind, *behaviours)
        while api.plan[kind]:
            try:
                work[kind]()
            except PortalFailure as error:
                said += [repr(error), str(error), error.text("fr"), repr(vars(error)), *frames(error)]
    said += [repr(portal), str(portal), repr(credentials()), repr(vars(portal)), repr(PATIENT), caplog.text]
    said += [repr(vars(held)) for held in vars(portal).values() if hasattr(held, "__dict__")]
    assert len(said) > 100
    everything = "\n".join(said)
    for secret in (PASSWORD, SURNAME, token, *api.tokens, f.declaration("E-2").employee.nir.reveal()[:13]):  # type: ignore[union-attr]
        assert secret not in everything
    assert "DURAND" not in everything


# ---- through the engine


def firm(portal: Portal) -> DueWorkflow:
    flow = DueWorkflow(MemoryStorage(), cabinet="c", portals=[portal])
    flow.set_software("Editeur", "Paie", "1.0")
    flow.set_portal("urssaf", portal.account)
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate(signed_on=(datetime.now(UTC) - timedelta(days=30)).date()))
    return flow


def prepared(flow: DueWorkflow, reference: str = "E-1") -> str:
    start = datetime.now(UTC) + timedelta(days=5)
    return flow.prepare(f.declaration(reference, start=start), Mode.TEST).id


def test_the_engine_sends_collects_and_comes_to_an_answer(api: Api, portal: UrssafPortal) -> None:
    flow = firm(portal)
    sid = prepared(flow)
    (deposit,) = flow.send([sid]).deposits
    assert deposit.ref in api.taken
    assert flow.collect(portal).applied == 0
    api.publish(deposit.ref or "", Line("10", "OK", aee()), Line("11", "OK", report(), id="2"))
    assert flow.collect(portal).applied == 2
    assert flow.read.submission(sid).state is SubmissionState.ACCEPTED
    assert flow.collect(portal).applied == 0


def test_in_the_engine_a_cut_is_a_doubt_and_a_refusal_leaves_the_attempt_prepared(
    api: Api, portal: UrssafPortal
) -> None:
    flow = firm(portal)
    cut, refused = prepared(flow, "E-1"), prepared(flow, "E-2")
    api.expect("deposit", cut_after_taking(api), status(429))
    flow.send([cut])
    flow.send([refused])
    assert flow.read.submission(cut).state is SubmissionState.IN_DOUBT
    assert flow.read.submission(refused).state is SubmissionState.PREPARED
    assert flow.collect(portal).in_doubt == 1
    (ref,) = api.taken
    (deposit,) = flow.read.deposits(("in_doubt",))
    flow.settle_doubt(deposit.id, ref=ref)
    api.publish(ref, Line("11", "OK", report()))
    flow.collect(portal)
    assert flow.read.submission(cut).state is SubmissionState.ACCEPTED
    assert len(api.asked("deposit")) == 2


def test_in_the_engine_the_other_mode_is_a_mismatch(api: Api, portal: UrssafPortal) -> None:
    flow = firm(portal)
    api.essai = "02"
    sent = prepared(flow)
    flow.send([sent])
    assert "mode_mismatch" in {out.notice.code for out in flow.read.notices()}
    (ref,) = api.taken
    api.publish(ref, Line("10", "OK", report()), Line("11", "OK", report()))
    flow.collect(portal)
    assert flow.read.submission(sent).state is SubmissionState.SENT, "its returns speak of what was taken, not of ours"
    assert {received.why for received in flow.read.tray()} == {"mode_mismatch", "mode_contradicted"}


# ---- reading, whatever comes


@given(st.binary(max_size=300) | st.text(alphabet="<>/&;=\"' abdefilnoprtux_ÉOK10", max_size=200).map(str.encode))
def test_whatever_is_answered_is_a_fact_or_one_plain_refusal(data: bytes) -> None:
    from due_workflow.adapters._envelope import No

    for read in (read_deposited, lambda raw: read_listing(raw, "R")):
        try:
            read(data)
        except No:
            continue
    line = Return("R", "11", "1", "OK", "s", None, "u")
    found = read_return(data, line, {"portal": "urssaf", "account": "a"}, "URSSAF", f.NOW)
    assert found is None or isinstance(found, (Ars, Unreadable))
    if isinstance(found, Ars):
        assert not any(v.outcome.accepted for v in found.verdicts) or b"certificat" in data


@given(
    st.sampled_from(["10", "11"]),
    st.sampled_from(["OK", "KO", "ANO", "", "EN COURS", "?"]),
    st.sampled_from(["OK", "KO", "", "ok", "PEUT-ETRE"]),
    st.text(alphabet="0123456789", max_size=14),
)
def test_accepted_is_only_what_says_so_everywhere(nature: str, listed: str, state: str, certificate: str) -> None:
    body = report(state, certificate=certificate).replace(b"<etat_conformite></etat_conformite>", b"")
    body = body.replace(
        b"<message>", f"<certificat_conformite>{certificate}</certificat_conformite><message>".encode(), 1
    )
    found = read_return(body, Return("R", nature, "1", listed, "s", None, ""), {}, "URSSAF", f.NOW, UrssafFormat())
    assert isinstance(found, (Acs, Ars))
    outcome = found.verdicts[0].outcome
    says = state.upper() or listed
    if outcome.accepted:
        assert says in ("OK", "ANO")
        assert listed != "KO"
        assert nature == "10" or len(certificate) >= 10
    if says == "KO":
        assert outcome is Outcome.REJECTED


# ---- the contract, at both far ends


class TestAgainstTheFarEnd(PortalContract):
    @pytest.fixture
    def portal(self, api: Api) -> UrssafPortal:
        self.api = api
        return api.portal()

    def answer(self, portal: Portal, parcel: Parcel) -> bool:
        ads = portal.find(parcel)
        assert isinstance(ads, Ads)
        self.api.publish(ads.portal_ref, Line("10", "OK", aee()), Line("11", "OK", report(), id="2"))
        return True


def at(simulator: Simulator, **changes: Any) -> UrssafPortal:
    to = simulator.at_urssaf
    given: dict[str, Any] = {
        "credentials": lambda: UrssafCredentials(SURNAME, "Zoé", PRACTICE),
        "addresses": UrssafAddresses(to.authenticate, to.deposit, to.returns),
        "line": PATIENT,
    }
    return UrssafPortal(ACCOUNT, **(given | changes))


class TestAgainstTheSimulator(PortalContract):
    @pytest.fixture
    def portal(self) -> Iterator[UrssafPortal]:
        with Simulator(Settings(delays=Delays(0, 0, 0))) as simulator:
            found = at(simulator)
            yield found
            found.close()

    def answer(self, portal: Portal, parcel: Parcel) -> bool:
        return True


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("cut_early", SubmissionState.IN_DOUBT),
        ("cut_before", SubmissionState.IN_DOUBT),
        ("cut_after", SubmissionState.IN_DOUBT),
        ("cut_midway", SubmissionState.IN_DOUBT),
        ("error_500", SubmissionState.IN_DOUBT),
        ("error_503", SubmissionState.IN_DOUBT),
        ("redirect", SubmissionState.IN_DOUBT),
        ("huge", SubmissionState.IN_DOUBT),
        ("bomb", SubmissionState.IN_DOUBT),
        ("wrong_type", SubmissionState.IN_DOUBT),
        ("error_429", SubmissionState.PREPARED),
        ("error_in_200", SubmissionState.PREPARED),
        ("token_expired", SubmissionState.ACCEPTED),
        ("no_ads", SubmissionState.SENT),
    ],
)
def test_each_fault_of_a_deposit_leaves_what_is_true(fault: str, state: SubmissionState) -> None:
    with Simulator(Settings(delays=Delays(0, 0, 0))) as simulator:
        portal = at(simulator)
        flow = firm(portal)
        sid = prepared(flow)
        simulator.next(fault, portal="urssaf", at="deposit")
        flow.send([sid])
        flow.collect(portal)
        assert flow.read.submission(sid).state is state
        assert len(simulator.taken) == (fault in ("cut_after", "cut_midway", "token_expired", "no_ads", "huge", "bomb"))
        portal.close()


@pytest.mark.parametrize("fault", ["late", "twice", "out_of_order", "contradictory", "overwritten"])
def test_each_fault_of_the_returns_ends_in_the_truth(fault: str) -> None:
    with Simulator(Settings(delays=Delays(0, 0.01, 0.02, late=0.1))) as simulator:
        portal = at(simulator)
        flow = firm(portal)
        sid = prepared(flow)
        simulator.next(fault, portal="urssaf")
        flow.send([sid])
        time.sleep(0.0 if fault == "late" else 0.1)  # what is told last must be there while the deposit is open
        until = time.monotonic() + 5
        while time.monotonic() < until and flow.read.submission(sid).state is not SubmissionState.ACCEPTED:
            flow.collect(portal)
            time.sleep(0.02)
        simulator.drain()
        flow.collect(portal)
        assert flow.read.submission(sid).state is SubmissionState.ACCEPTED
        portal.close()


# ---- the page


def test_the_page_names_every_code_and_setting() -> None:
    page = (Path(__file__).parent.parent / "docs" / "deposit-through-urssaf.md").read_text(encoding="utf-8")
    ours = re.compile(r"trouble\.((?:line|portal|urssaf)_\w+)")
    codes = {found[1] for key in texts.CATALOGUE if (found := ours.fullmatch(key))}
    assert len(codes) > 25
    names = codes | {each.name for kind in (LineSettings, UrssafAddresses) for each in fields(kind)}
    assert {
        name for name in names if f"`{name}`" not in page and f"{name}," not in page and f"{name})" not in page
    } == set()
