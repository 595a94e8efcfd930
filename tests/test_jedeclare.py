"""jedeclare over real HTTP: what is asked, what comes of each answer, what is fetched, and that nothing is told."""

from __future__ import annotations

import base64
import gzip
import html
import logging
import pickle
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from due_workflow import DueWorkflow, Mode, Worker
from due_workflow.adapters.folder import FolderDeposit
from due_workflow.adapters.jedeclare import (
    JedeclareAddresses,
    JedeclareCredentials,
    JedeclarePortal,
    JedeclareSettings,
    LineSettings,
    LineTrouble,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.calendar import paris_day
from due_workflow.errors import CannotTell, InputRefused, NotSent, PartialListing, PieceUnavailable
from due_workflow.ports import Kind, Parcel, PieceRef, Portal
from due_workflow.receipts import Acs, Ads, Ars, Outcome, Unreadable, Verdict
from due_workflow.simulator import Delays, Settings, Simulator
from due_workflow.testing import FixedClock, PortalContract
from due_workflow.testing import factories as f
from due_workflow.testing.avis import avis_xml, eml
from due_workflow.testing.portal import attempt
from hostile_server import Call, FarEnd, Request, within
from jedeclare_far import COLLECTION, FILES, Asked, JedeclareFar

PASSWORD = "mot de passe & <été>"
LINE = LineSettings(connect=1, read=1, deadline=2, allow_http=True, software="Paie", version="12", editor="Éditeur")
FAST = JedeclareSettings(pause=0.01)


@pytest.fixture
def jedeclare() -> JedeclareFar:
    return JedeclareFar()


@pytest.fixture
def far(jedeclare: JedeclareFar) -> Iterator[FarEnd]:
    with jedeclare.running() as found:
        yield found


def portal(far: FarEnd, **more: Any) -> JedeclarePortal:
    given = {
        "account": "CAB1",
        "addresses": JedeclareAddresses(far.base + COLLECTION, far.base + FILES),
        "credentials": lambda: JedeclareCredentials("cab", PASSWORD),
        "settings": FAST,
        "line": LINE,
    }
    return JedeclarePortal(**(given | more))  # type: ignore[arg-type]


def acs(ref: str = "900", **more: Any) -> bytes:
    return eml(avis_xml(f.acs(ref, **more)))


def ref(number: str = "1", kind: str = "acs") -> PieceRef:
    return PieceRef("jedeclare", "CAB1", kind, number)


def trouble(work: Callable[[], object]) -> LineTrouble:
    with pytest.raises(LineTrouble) as caught:
        work()
    return caught.value


# ---- the contract, against the simulator


class TestTheContractAtTheSimulator(PortalContract):
    @pytest.fixture
    def portal(self, tmp_path: Path) -> Iterator[JedeclarePortal]:
        with Simulator(Settings(delays=Delays(0, 0, 0)), drop=tmp_path, drop_account="cab") as sim:
            at = JedeclareAddresses(sim.at_jedeclare.communication, sim.at_jedeclare.files)
            who = lambda: JedeclareCredentials("cab", "simulator")  # noqa: E731
            yield JedeclarePortal("CAB1", at, who, deposit=FolderDeposit(tmp_path), settings=FAST, line=LINE)

    def answer(self, portal: Portal, parcel: Parcel) -> bool:
        return True  # with these delays, each listing has the three pieces of what lies in the folder


# ---- the list


def test_a_list_asks_as_the_service_expects_and_gives_each_piece_once(jedeclare: JedeclareFar, far: FarEnd) -> None:
    for kind, number in (("00", "1"), ("01", "1"), ("02", "7"), ("01", "1"), ("03", "8"), ("04", "9"), ("77", "5")):
        jedeclare.put(kind, number, b"")
    jedeclare.pieces[2].given = 3  # another software took it: it is listed all the same
    found = list(portal(far).available(datetime.now(UTC)))
    assert found == [ref("1", "ads"), ref("1", "acs"), ref("7", "ars")]
    today = paris_day(datetime.now(UTC))
    (asked,) = jedeclare.operations("ListeDisponibiliteV2")
    assert asked == {
        "dateDebut": (today - timedelta(days=30)).strftime("%d/%m/%Y"),
        "dateFin": today.strftime("%d/%m/%Y"),
        "statutPiece": "01",
        "typeDeListe": "99",
        "typeProcedure": "DUE",
    }
    assert jedeclare.software == {("Éditeur", "Paie", "12")}
    assert [piece.given for piece in jedeclare.pieces] == [0, 0, 3, 0, 0, 0, 0]


def test_what_is_listed_and_collected_are_settings(jedeclare: JedeclareFar, far: FarEnd) -> None:
    for kind in ("00", "01", "02", "03", "77"):
        jedeclare.put(kind, f"n{kind}", b"")
    jedeclare.put("01", "msa", b"", procedure="DPAE_MSA")
    wanted = replace(
        FAST,
        procedures=("DUE", "DPAE_MSA"),
        listing="97",
        kinds=("acs", "reception", "77"),
        file="42",
        start=date.today(),
    )
    found = list(portal(far, settings=wanted).available(None))
    assert [(piece.kind, piece.number) for piece in found] == [("acs", "n01"), ("reception", "n03"), ("acs", "msa")]
    asked = jedeclare.operations("ListeDisponibiliteV2")
    assert [(a["typeProcedure"], a["typeDeListe"], a["identifiantDossier"]) for a in asked] == [
        ("DUE", "97", "42"),
        ("DPAE_MSA", "97", "42"),
    ]
    for wrong in ({"procedures": ()}, {"months": 0}, {"parallel": 0}, {"tries": 0}, {"reach": timedelta(-1)}):
        with pytest.raises(InputRefused):
            replace(FAST, **wrong)


OFFLINE = JedeclarePortal(
    "CAB1", JedeclareAddresses("https://jedeclare.example/"), lambda: JedeclareCredentials("a", "b")
)


@settings(max_examples=100, deadline=None)
@given(
    now=st.datetimes(datetime(2004, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC)),
    back=st.integers(0, 5000),
    months=st.integers(1, 18),
)
def test_windows_cover_every_day_once_and_none_is_too_wide(now: datetime, back: int, months: int) -> None:
    some = OFFLINE
    some.settings, some._clock = replace(FAST, months=months, reach=timedelta(0)), lambda: now
    asked: list[tuple[date, date]] = []
    some._listed = lambda _, first, last, __: asked.append((first, last)) or ()  # type: ignore[method-assign,func-returns-value]
    assert list(some.available(now - timedelta(days=back))) == []
    days = [asked[0][0]]
    for first, last in asked:
        assert first == days[-1] if first is asked[0][0] else first == days[-1] + timedelta(days=1)
        years, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        assert (last.year, last.month, last.day) < (years, month + 1, first.day)
        days.append(last)
    assert days[0] == paris_day(max(now - timedelta(days=back), datetime(2000, 1, 2, tzinfo=UTC)))
    assert days[-1] == paris_day(now)


def test_one_procedure_that_is_refused_hides_no_other(jedeclare: JedeclareFar, far: FarEnd) -> None:
    jedeclare.put("01", "1", acs())
    two = portal(far, settings=replace(FAST, procedures=("EDI-TVA", "DUE")))
    listed = two.available(None)
    assert next(listed) == ref("1")
    with pytest.raises(PartialListing, match="EDI-TVA") as caught:
        next(listed)
    assert "téléprocédure" in caught.value.text("fr")
    jedeclare.procedures = ()
    assert trouble(lambda: list(two.available(None))).code == "jedeclare_procedure"


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [
        ("04", "jedeclare_compression", "compress"),
        ("05", "jedeclare_malformed", "range of dates"),
        ("06", "portal_login", "password"),
        ("11", "jedeclare_procedure", "subscription"),
        ("99", "portal_fault", "try again later"),
        ("42", "portal_unexpected", "otherwise"),
    ],
)
def test_an_error_inside_http_200_is_an_error(
    jedeclare: JedeclareFar, far: FarEnd, code: str, said: str, words: str
) -> None:
    jedeclare.instead = lambda call, request, asked: jedeclare.respond(call, asked, code) is None  # type: ignore[arg-type]
    works = [lambda: list(portal(far).available(None)), lambda: portal(far).fetch(ref())]
    for work in works[: 1 if code == "04" else 2]:  # a piece that is not given compressed is that piece's affair
        error = trouble(work)
        assert (error.code, error.status) == (said, 200)
        assert f"codeRetour {code}" in error.text("en")
        assert words in error.text("en")
        assert error.text("fr") != error.text("en")


@pytest.mark.parametrize("status", [200, 500])
def test_a_soap_fault_is_an_error_whatever_the_status(jedeclare: JedeclareFar, far: FarEnd, status: int) -> None:
    jedeclare.instead = lambda call, _, __: jedeclare.fault(call, "Service indisponible", status) is None
    error = trouble(lambda: list(portal(far).available(None)))
    assert (error.code, error.status) == ("jedeclare_fault", status)
    assert "Service indisponible" in error.text("fr")
    assert len(jedeclare.asked) == 2


@pytest.mark.parametrize(
    ("status", "code"), [(401, "portal_login"), (403, "portal_forbidden"), (429, "portal_busy"), (302, "line_redirect")]
)
def test_an_http_refusal_is_told_by_its_status_and_not_repeated(
    jedeclare: JedeclareFar, far: FarEnd, status: int, code: str
) -> None:
    jedeclare.instead = lambda call, _, __: call.answer(b"no", status, location="http://127.0.0.1:1/") is None
    assert trouble(lambda: list(portal(far).available(None))).code == code
    assert len(jedeclare.asked) == 1


def test_a_passing_http_500_is_asked_once_more_after_a_pause(jedeclare: JedeclareFar, far: FarEnd) -> None:
    jedeclare.put("01", "1", acs())
    left = [2]

    def stumble(call: Call, request: Request, asked: Asked | None) -> bool:
        left[0] -= 1
        if left[0] % 2:
            call.answer(b"<html>Internal Server Error</html>", 500)
        return bool(left[0] % 2)

    jedeclare.instead = stumble
    mine = portal(far, settings=replace(FAST, pause=0.3))
    start = time.monotonic()
    assert list(mine.available(None)) == [ref()]
    assert time.monotonic() - start >= 0.3
    assert isinstance(mine.fetch(ref()), Acs)
    assert len(jedeclare.asked) == 4
    jedeclare.instead = lambda call, _, __: call.answer(b"", 503) is None
    assert trouble(lambda: mine.fetch(ref())).code == "portal_fault"
    assert len(jedeclare.asked) == 6


def test_a_refused_login_is_not_tried_over_and_over(jedeclare: JedeclareFar, far: FarEnd) -> None:
    mine = portal(far, credentials=lambda: JedeclareCredentials("cab", "wrong"))
    for _ in range(3):
        assert trouble(lambda: list(mine.available(None))).code == "portal_login"
        assert trouble(lambda: mine.fetch(ref())).code == "portal_login"
    assert len(jedeclare.asked) == 1


def test_lines_that_name_no_piece_are_told_after_the_others(jedeclare: JedeclareFar, far: FarEnd) -> None:
    items = (
        "<ns2:item><ns2:numero>5</ns2:numero><ns2:typeDePiece>01</ns2:typeDePiece></ns2:item>"
        "<ns2:item><ns2:numero/><ns2:typeDePiece>01</ns2:typeDePiece></ns2:item>"
        "<ns2:item><ns2:numero>1 2</ns2:numero><ns2:typeDePiece>01</ns2:typeDePiece></ns2:item>"
        "<ns2:item><ns2:numero>6</ns2:numero><ns2:typeDePiece>x</ns2:typeDePiece></ns2:item>"
    )
    whole = f"<ns2:codeRetour>00</ns2:codeRetour><ns2:liste>{items}</ns2:liste>"
    jedeclare.instead = lambda call, _, asked: jedeclare.respond(call, asked, whole) is None  # type: ignore[arg-type]
    listed = portal(far).available(datetime.now(UTC))
    assert next(listed) == ref("5")
    with pytest.raises(PartialListing, match="3"):
        next(listed)


def says(jedeclare: JedeclareFar, inside: str) -> None:
    whole = f"<ns2:codeRetour>00</ns2:codeRetour>{inside}"
    jedeclare.instead = lambda call, _, asked: jedeclare.respond(call, asked, whole) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "empty", ["", "<ns2:message>Rien</ns2:message>", "<ns2:liste/>", "<ns2:liste><!-- rien --></ns2:liste>"]
)
def test_an_answer_of_success_that_says_nothing_else_is_an_empty_list(
    jedeclare: JedeclareFar, far: FarEnd, empty: str
) -> None:
    says(jedeclare, empty)
    assert list(portal(far).available(datetime.now(UTC))) == []
    strict = portal(far, settings=replace(FAST, bare_is_none=False))
    if "liste" in empty:
        assert list(strict.available(datetime.now(UTC))) == []
    else:
        error = trouble(lambda: list(strict.available(datetime.now(UTC))))
        assert (error.code, error.left) == ("jedeclare_no_pieces", True)


@pytest.mark.parametrize(
    "other",
    [
        "<ns2:listePieces><ns2:piece><ns2:numero>5</ns2:numero></ns2:piece></ns2:listePieces>",
        "<ns2:listePieces/>",
        "<ns2:nombre>12</ns2:nombre>",
    ],
)
def test_a_list_that_is_not_there_is_never_read_as_nothing_waits(
    jedeclare: JedeclareFar, far: FarEnd, other: str
) -> None:
    says(jedeclare, other)
    assert trouble(lambda: list(portal(far).available(datetime.now(UTC)))).code == "jedeclare_no_pieces"
    clock = FixedClock(datetime.now(UTC))
    flow = DueWorkflow(MemoryStorage(), cabinet="CAB", portals=[portal(far)], clock=clock)
    flow.set_portal("jedeclare", "CAB1")
    Worker(flow.storage, flow_for=lambda _: flow, clock=clock).collect()
    (order,) = flow.read.every(Kind.COMMAND, ("collecting",))
    assert (order.facts.cursor, order.facts.tries) == (None, 1)  # what was not seen is listed again


def test_lines_of_a_list_that_are_no_items_are_told(jedeclare: JedeclareFar, far: FarEnd) -> None:
    says(jedeclare, "<ns2:liste><ns2:piece><ns2:numero>5</ns2:numero></ns2:piece></ns2:liste>")
    with pytest.raises(PartialListing, match="1"):
        list(portal(far).available(datetime.now(UTC)))


def test_a_piece_whose_numero_ads_is_told_later_stays_the_same_piece(jedeclare: JedeclareFar, far: FarEnd) -> None:
    piece = jedeclare.put("01", "5", acs(), ads="")
    flow = DueWorkflow(MemoryStorage(), cabinet="CAB")
    assert flow.collect(portal(far)).tray == 1
    for ads in ("900", "901", ""):
        piece.ads = ads
        told = flow.collect(portal(far))
        assert (told.known, told.tray, told.applied) == (1, 0, 0)
    assert piece.given == 1  # asked for again, it would be marked again


# ---- one piece


def test_a_piece_is_read_whatever_is_announced_of_its_compression(jedeclare: JedeclareFar, far: FarEnd) -> None:
    mail = acs()
    forms = {
        "gzipped, as announced": ("application/gzip", gzip.compress(mail, mtime=0)),
        "gzipped, not announced": ("message/rfc822", gzip.compress(mail, mtime=0)),
        "plain, announced as gzip": ("application/gzip", mail),
        "bare xml": ("text/xml", avis_xml(f.acs("900"))),
        "gzip in gzip": ("application/gzip", gzip.compress(gzip.compress(mail, mtime=0), mtime=0)),
    }
    piece = jedeclare.put("01", "1", b"")
    mine = portal(far)
    for kind, data in forms.values():
        text = base64.b64encode(data).decode()
        jedeclare.instead = lambda call, _, asked, k=kind, t=text: (  # type: ignore[misc]
            jedeclare.respond(call, asked, jedeclare.given(piece, k, t)) is None
        )
        found = mine.fetch(ref())
        assert isinstance(found, Acs)
        assert (found.portal_ref, found.piece, found.portal, found.account) == ("900", "1", "jedeclare", "CAB1")
    assert jedeclare.operations("DemandeAccuse")[0] == {
        "mimeTypeReponse": "application/gzip",
        "numero": "1",
        "typePiece": "01",
    }


def test_what_cannot_be_read_is_kept_as_it_came(jedeclare: JedeclareFar, far: FarEnd) -> None:
    piece = jedeclare.put("01", "1", b"")
    mine = portal(far)
    for text, raw in (("Zm9v", b"foo"), ("*** no base64 ***", b"*** no base64 ***")):
        jedeclare.instead = lambda call, _, asked, t=text: (  # type: ignore[misc]
            jedeclare.respond(call, asked, jedeclare.given(piece, attached=t)) is None
        )
        found = mine.fetch(ref())
        assert isinstance(found, Unreadable)
        assert (found.raw, found.account) == (raw, "CAB1")


@pytest.mark.parametrize("code", ["07", "08", "04"])
def test_a_piece_that_is_not_given_is_that_piece_s_affair(jedeclare: JedeclareFar, far: FarEnd, code: str) -> None:
    jedeclare.instead = lambda call, _, asked: jedeclare.respond(call, asked, code) is None  # type: ignore[arg-type]
    with pytest.raises(PieceUnavailable, match="ACS 1"):
        portal(far).fetch(ref())


def test_another_piece_than_asked_for_is_not_taken_for_it(jedeclare: JedeclareFar, far: FarEnd) -> None:
    other = jedeclare.put("01", "2", acs())
    jedeclare.instead = lambda call, _, asked: jedeclare.respond(call, asked, jedeclare.given(other)) is None  # type: ignore[arg-type]
    for wrong in (ref("1"), ref("2", "ars")):
        with pytest.raises(PieceUnavailable):
            portal(far).fetch(wrong)
    assert isinstance(portal(far).fetch(ref("2")), Acs)
    empty = "<ns2:codeRetour>00</ns2:codeRetour><ns2:numero>1</ns2:numero>"
    jedeclare.instead = lambda call, _, asked: jedeclare.respond(call, asked, empty) is None  # type: ignore[arg-type]
    with pytest.raises(PieceUnavailable):
        portal(far).fetch(ref("1"))


# ---- hostile answers


HOSTILE: dict[str, Callable[[Call], object]] = {
    "html": lambda call: call.answer("<html><body>Bienvenue</body></html>"),
    "empty": lambda call: call.answer(b""),
    "no xml": lambda call: call.answer(b"\x00\xff garbage"),
    "json": lambda call: call.answer(b'{"codeRetour": "00"}', content_type="application/json"),
    "doctype": lambda call: call.answer('<!DOCTYPE a [<!ENTITY b "c">]><Envelope><Body><a>&b;</a></Body></Envelope>'),
    "no code": lambda call: call.answer("<Envelope><Body><ListeResponse><liste/></ListeResponse></Body></Envelope>"),
    "two codes": lambda call: call.answer(
        "<Envelope><Body><r><codeRetour>00</codeRetour><codeRetour>99</codeRetour></r></Body></Envelope>"
    ),
    "two bodies": lambda call: call.answer(
        "<Envelope><Body><r><codeRetour>00</codeRetour></r></Body><Body><r/></Body></Envelope>"
    ),
    "deep": lambda call: call.answer("<Envelope>" * 5000),
    "many": lambda call: call.answer("<Envelope><Body><r>" + "<item/>" * 450_000),
    "huge": lambda call: call.huge(50_000_000),
    "endless": lambda call: call.endless(),
    "bomb": lambda call: call.bomb(),
    "slow": lambda call: call.drip(b"HTTP/1.1 200 OK\r\n" + b"x" * 1000),
    "silent": lambda call: call.pause(60),
    "cut": lambda call: call.cut(),
    "reset": lambda call: call.cut(reset=True),
    "redirect": lambda call: call.answer(b"", 301, location="https://elsewhere.example/"),
    "no http": lambda call: call.send(b"SSH-2.0-OpenSSH\r\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_ends_in_an_error_of_ours_soon(name: str) -> None:
    jedeclare = JedeclareFar(instead=lambda call, _, __: HOSTILE[name](call) is None)
    quick = replace(LINE, connect=0.4, read=0.2, deadline=0.4, largest=3_000_000)
    with jedeclare.running() as far:
        mine = portal(far, line=quick)
        for work in (lambda: list(mine.available(datetime.now(UTC))), lambda: mine.fetch(ref()), mine.client_files):
            with pytest.raises((LineTrouble, PieceUnavailable)) as caught:
                within(4, work)
            assert caught.value.text("fr") != caught.value.text("en")


@pytest.mark.parametrize("password", ["Tr0ub4dor&3-long", "deux  mots \t secrets", "court"])
@pytest.mark.parametrize("before", ["", "x" * 187 + " ", "y" * 195 + " "])
def test_the_password_is_in_no_words_of_the_service_s_wherever_they_are_cut(
    jedeclare: JedeclareFar, far: FarEnd, password: str, before: str
) -> None:
    said = f"{before}{password} refuse"
    jedeclare.instead = lambda call, _, __: jedeclare.fault(call, html.escape(said)) is None
    mine = portal(far, credentials=lambda: JedeclareCredentials("cab", password))
    found = trouble(lambda: list(mine.available(None)))
    for text in (found.text("fr"), found.text("en"), str(found), repr(found.facts)):
        plain = "".join(text.split())
        assert all("".join(password.split())[:size] not in plain for size in (3, 5))
    assert "[…]" in found.text("fr")


def test_closed_it_begins_anew(jedeclare: JedeclareFar, far: FarEnd) -> None:
    """A refused login is not tried over and over; a person who has put it right may say so."""
    word = ["wrong"]
    mine = portal(far, credentials=lambda: JedeclareCredentials("cab", word[0]))
    for _ in range(2):
        assert trouble(lambda: list(mine.available(None))).code == "portal_login"
    asked = len(far.requests)
    word[0] = PASSWORD
    assert trouble(lambda: list(mine.available(None))).code == "portal_login"
    assert len(far.requests) == asked
    mine.close()
    assert list(mine.available(None)) == []
    mine.close()
    assert list(mine.available(None)) == []


def test_neither_login_nor_content_stands_in_an_error_a_log_or_a_repr(
    jedeclare: JedeclareFar, far: FarEnd, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    nir = f.nir(7)
    secret = "mot-de-passe-tres-secret"
    echo = f"echec de {secret}: {nir}"
    jedeclare.instead = lambda call, _, __: jedeclare.fault(call, echo) is None
    told: list[str] = []

    def hear(mine: JedeclarePortal) -> None:
        for work in (lambda: list(mine.available(None)), lambda: mine.fetch(ref()), mine.client_files):
            try:
                work()
            except Exception as error:
                told.append("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
                told.append(repr(pickle.loads(pickle.dumps(error))) + str(error))
        told.append(repr(mine))

    def broken() -> JedeclareCredentials:
        raise RuntimeError(secret)

    hear(portal(far, credentials=lambda: JedeclareCredentials("cab", secret)))
    hear(portal(far, credentials=broken))
    hear(portal(far, credentials=lambda: JedeclareCredentials("cab", f"{secret}\x00")))
    hear(portal(far, credentials=lambda: JedeclareCredentials("", secret)))
    told += [repr(JedeclareCredentials("utilisateur", secret)), caplog.text]
    whole = "\n".join(told)
    assert len(told) > 20
    assert secret not in whole
    assert base64.b64encode(f"cab:{secret}".encode()).decode() not in whole
    assert nir not in whole


def test_credentials_come_from_the_environment_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUE_JEDECLARE_USER", raising=False)
    monkeypatch.setenv("DUE_JEDECLARE_PASSWORD", "x")
    with pytest.raises(InputRefused, match="DUE_JEDECLARE_USER"):
        JedeclareCredentials.from_env()
    monkeypatch.setenv("NORD_USER", " cab ")
    monkeypatch.setenv("NORD_PASSWORD", " y ")
    found = JedeclareCredentials.from_env("NORD_")
    assert (found.user, found.password) == ("cab", " y ")


# ---- client files


CLIENTS = """<?xml version="1.0" encoding="ISO-8859-1"?>
<dossiersClient>
 <dossierClient><client><id>1</id><rs>Boulangerie de l'Été &amp; fils</rs>
  <siretPrincipal><siren>{0}</siren><nic>{1}</nic></siretPrincipal></client></dossierClient>
 <dossierClient><client><id>2</id><rs>Sans établissement</rs>
  <siretPrincipal><siren>{2}</siren></siretPrincipal></client></dossierClient>
 <dossierClient><client><id>3</id><rs>Faux</rs>
  <siretPrincipal><siren>123456789</siren></siretPrincipal></client></dossierClient>
 <dossierClient><client><id>4</id><rs/>
  <siretPrincipal><siren>{2}</siren></siretPrincipal></client></dossierClient>
 <dossierClient><client><id>5</id></client></dossierClient>
</dossiersClient>"""


def clients() -> bytes:
    return CLIENTS.format(f.siren(1), f.siret(1)[9:], f.siren(2)).encode("iso-8859-1")


def test_the_client_files_give_the_heads_of_clients(jedeclare: JedeclareFar, far: FarEnd) -> None:
    jedeclare.files = clients()
    found = portal(far, settings=replace(FAST, account_id="17/3")).client_files()
    assert far.requests[0].path == "/webservice/gestion/compte/17%2F3/dossierClient"
    assert [(c.number, c.siren, c.siret, c.name) for c in found.clients] == [
        ("1", f.siren(1), f.siret(1), "Boulangerie de l'Été & fils"),
        ("2", f.siren(2), None, "Sans établissement"),
    ]
    assert [(p.where, p.code) for p in found.problems] == [
        ("client 3 (3)", "bad_siren"),
        ("client 4 (4)", "empty"),
        ("client 5 (5)", "bad_siren"),
    ]
    first, second = found.clients
    flow = DueWorkflow(MemoryStorage(), cabinet="CAB")
    place = {"ape": "1071C", "address": "1 rue des Essais", "postal_code": "75011", "town": "Paris"}
    flow.add_client(first.client(**place))
    flow.add_client(second.client())
    client = flow.read.client(f.siren(1))
    assert (client.name, client.establishments[0].siret) == ("Boulangerie de l'Été & fils", f.siret(1))
    with pytest.raises(InputRefused):
        first.client(ape="1071C")
    with pytest.raises(InputRefused, match="does not tell"):
        second.client(**place)


def test_client_files_may_come_in_pages_that_end(jedeclare: JedeclareFar, far: FarEnd) -> None:
    def page(call: Call, request: Request, _: Asked | None) -> bool:
        n = min(int(request.path.rpartition("=")[2]), 3)  # the last page for ever
        call.answer(
            f"<l><client><id>{n}</id><rs>Client {n}</rs><siretPrincipal><siren>{f.siren(n)}</siren></siretPrincipal>"
            "</client></l>"
        )
        return True

    jedeclare.instead = page
    found = portal(far, settings=replace(FAST, page="page")).client_files()
    assert [c.siren for c in found.clients] == [f.siren(n) for n in (1, 2, 3)]
    assert len(far.requests) == 4


def test_client_files_are_refused_clearly(jedeclare: JedeclareFar, far: FarEnd) -> None:
    wrong = portal(far, credentials=lambda: JedeclareCredentials("cab", "wrong"))
    assert trouble(wrong.client_files).code == "portal_login"
    jedeclare.files = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert trouble(portal(far).client_files).code == "jedeclare_no_list"
    with pytest.raises(InputRefused, match="address"):
        portal(far, addresses=JedeclareAddresses(far.base + COLLECTION)).client_files()
    with pytest.raises(InputRefused):
        portal(far, addresses=JedeclareAddresses("http://jedeclare.example/"))


# ---- deposits


def test_a_deposit_goes_through_the_folder_and_is_affirmed_only_by_its_ads(
    jedeclare: JedeclareFar, far: FarEnd, tmp_path: Path
) -> None:
    folder = FolderDeposit(tmp_path)
    mine = portal(far, deposit=folder)
    sent, other = (mine.render([attempt(name)], Mode.TEST) for name in ("E-0001", "E-0002"))
    assert mine.deposit(sent) is None
    jedeclare.put("00", "55", eml(avis_xml(f.ads("900"))), ads="900")
    with pytest.raises(CannotTell):
        mine.find(sent)
    assert mine.find(other) is None
    folder.acknowledge(sent.filename, "901", datetime.now(UTC))
    with pytest.raises(CannotTell, match="901"):
        mine.find(sent)
    jedeclare.put("00", "56", eml(avis_xml(f.ads("901"))), ads="901")
    found = mine.find(sent)
    assert isinstance(found, Ads)
    assert (found.portal_ref, found.filename, found.mode) == ("901", sent.filename, Mode.TEST)
    assert [piece.given for piece in jedeclare.pieces] == [0, 0]
    jedeclare.instead = lambda call, _, __: call.cut() is None
    assert trouble(lambda: mine.find(sent)).code == "line_cut", "that is the line's failure, not this deposit's"


def test_a_procedure_that_is_refused_hides_no_ads_of_another(
    jedeclare: JedeclareFar, far: FarEnd, tmp_path: Path
) -> None:
    folder = FolderDeposit(tmp_path)
    mine = portal(far, deposit=folder, settings=replace(FAST, procedures=("NOPE", "DUE", "NEITHER")))
    sent = mine.render([attempt()], Mode.TEST)
    mine.deposit(sent)
    folder.acknowledge(sent.filename, "901", datetime.now(UTC))
    with pytest.raises(CannotTell, match="does not have this téléprocédure"):
        mine.find(sent)
    jedeclare.put("00", "56", eml(avis_xml(f.ads("901"))), ads="901")
    found = mine.find(sent)
    assert found is not None
    assert found.portal_ref == "901"


class LosesItsWay(JedeclarePortal):
    """The process loses its way once the file is there: a doubt."""

    def deposit(self, parcel: Parcel) -> Ads | None:
        super().deposit(parcel)
        raise ConnectionError


def in_doubt(mine: JedeclarePortal, folder: FolderDeposit, count: int) -> DueWorkflow:
    """A firm with so many deposits in doubt, each of which the transport has acknowledged."""
    flow = firm(portals=(mine,))
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate())
    start = datetime.now(UTC) + timedelta(days=3)
    for n in range(count):
        (deposit,) = flow.send([flow.prepare(f.declaration(f"E-{n}", start=start), Mode.TEST).id]).deposits
        folder.acknowledge(deposit.filename or "", f"90{n}", datetime.now(UTC))
    assert len(list(flow.read.deposits(("in_doubt",)))) == count
    return flow


@pytest.mark.parametrize("how", ["cut", "refused", "login"])
def test_a_dead_line_is_asked_a_few_times_however_many_deposits_are_in_doubt(
    jedeclare: JedeclareFar, far: FarEnd, tmp_path: Path, how: str
) -> None:
    folder = FolderDeposit(tmp_path)
    given = {
        "account": "CAB1",
        "addresses": JedeclareAddresses(far.base + COLLECTION, far.base + FILES),
        "credentials": lambda: JedeclareCredentials("cab", PASSWORD),
        "deposit": folder,
        "settings": FAST,
        "line": LINE,
    }
    mine = LosesItsWay(**given)  # type: ignore[arg-type]
    flow = in_doubt(mine, folder, 12)
    ways = {
        "cut": lambda call, _, __: call.cut() is None,
        "refused": lambda call, _, asked: jedeclare.respond(call, asked, "11") is None,
        "login": lambda call, _, asked: jedeclare.respond(call, asked, "06") is None,
    }
    jedeclare.instead = ways[how]
    error = trouble(lambda: flow.collect(mine))
    assert error.code == {"cut": "line_cut", "refused": "jedeclare_procedure", "login": "portal_login"}[how]
    assert 1 <= len(jedeclare.asked) <= 6
    assert len(list(flow.read.deposits(("in_doubt",)))) == 12
    mine.close()
    jedeclare.instead = None
    for n in range(12):
        jedeclare.put("00", str(n), eml(avis_xml(f.ads(f"90{n}", at=datetime.now(UTC)))), ads=f"90{n}")
    assert flow.collect(mine).settled == 12


def test_without_a_folder_nothing_is_sent_and_nothing_affirmed(far: FarEnd) -> None:
    mine = portal(far)
    sent = mine.render([attempt()], Mode.TEST)
    with pytest.raises(NotSent, match="no outgoing folder"):
        mine.deposit(sent)
    with pytest.raises(CannotTell):
        mine.find(sent)


# ---- collections


def firm(storage: Any = None, portals: tuple[Portal, ...] = (), clock: Any = None) -> DueWorkflow:
    return DueWorkflow(storage or MemoryStorage(), cabinet="CAB", portals=portals, clock=clock)


def test_a_collection_asks_two_at_once_and_takes_in_every_piece(jedeclare: JedeclareFar, far: FarEnd) -> None:
    jedeclare.pause = 0.02
    for n in range(40):
        jedeclare.put("01", str(n), acs(f"A{n}"), ads=f"A{n}")
    flow = firm()
    told = flow.collect(portal(far))
    assert (told.applied + told.tray, told.known, told.missed) == (40, 0, ())
    assert jedeclare.most_at_once == 2
    assert {piece.given for piece in jedeclare.pieces} == {1}
    again = flow.collect(portal(far))
    assert (again.tray, again.known) == (0, 40)
    assert {piece.given for piece in jedeclare.pieces} == {1}


def test_pieces_that_are_not_given_keep_no_other_back_and_are_asked_for_again(
    jedeclare: JedeclareFar, far: FarEnd
) -> None:
    for n in range(30):
        jedeclare.put("01", str(n), acs(f"A{n}"), ads=f"A{n}")
    bad = {str(n): "07" if n % 2 else "08" for n in range(10)}

    def refuse(call: Call, _: Request, asked: Asked | None) -> bool:
        code = bad.get(asked.fields.get("numero", "")) if asked else None
        if code and asked:
            jedeclare.respond(call, asked, code)
        return bool(code)

    jedeclare.instead = refuse
    flow = firm()
    told = flow.collect(portal(far))
    assert (told.tray, len(told.missed)) == (20, 10)
    assert {str(missed) for missed in told.missed} == {f"ACS {n}" for n in range(10)}
    assert all(isinstance(missed.error, PieceUnavailable) for missed in told.missed)
    jedeclare.instead = None
    assert flow.collect(portal(far)).tray == 10
    assert {piece.given for piece in jedeclare.pieces} == {1}


def test_a_line_that_is_gone_stops_the_collection_after_a_few_pieces(jedeclare: JedeclareFar, far: FarEnd) -> None:
    for n in range(60):
        jedeclare.put("01", str(n), acs(f"A{n}"), ads=f"A{n}")
    jedeclare.instead = lambda call, _, asked: (
        asked is not None and int(asked.fields.get("numero", 0)) >= 20 and (call.cut() is None)
    )
    flow = firm()
    error = trouble(lambda: flow.collect(portal(far)))
    assert error.code == "line_cut"
    assert len(list(flow.read.tray())) == 20
    assert len(jedeclare.operations("DemandeAccuse")) < 60
    jedeclare.instead = None
    assert flow.collect(portal(far)).tray == 40


def test_what_was_listed_before_a_refused_procedure_is_taken_in(jedeclare: JedeclareFar, far: FarEnd) -> None:
    jedeclare.put("01", "1", acs())
    told = firm().collect(portal(far, settings=replace(FAST, procedures=("NOPE", "DUE"))))
    assert told.tray == 1
    ((piece, error),) = told.missed
    assert piece is None
    assert "NOPE" in error.text("en")


def test_the_worker_asks_again_for_what_it_missed_and_tells_it_once(jedeclare: JedeclareFar, far: FarEnd) -> None:
    clock = FixedClock(datetime.now(UTC))
    mine = portal(far)
    storage = MemoryStorage()
    flow = firm(storage, (mine,), clock)
    flow.set_portal("jedeclare", "CAB1")
    jedeclare.put("01", "1", acs("A1"), ads="A1")
    jedeclare.put("01", "2", acs("A2"), ads="A2")
    jedeclare.instead = lambda call, _, asked: (
        asked is not None and asked.fields.get("numero") == "2" and jedeclare.respond(call, asked, "07") is None
    )
    worker = Worker(storage, flow_for=lambda _: flow, clock=clock)
    said = lambda: [o.notice for o in flow.read.notices() if o.notice.code == "pieces_missed"]  # noqa: E731
    told = []
    for _ in range(4):
        worker.collect()
        told.append(len(said()))
        clock.advance(timedelta(minutes=20))
    assert told == [0, 1, 1, 1]
    assert "ACS 2" in said()[0].text("fr")
    assert "jedeclare/CAB1" in said()[0].text("en")
    clock.advance(timedelta(days=60))  # the cursor stayed: the piece is still within what is listed
    jedeclare.instead = None
    worker.collect()
    assert len(list(flow.read.tray())) == 2
    assert jedeclare.pieces[0].given == 1


CRASHING = """
import os, signal, sys
from due_workflow import DueWorkflow
from due_workflow.adapters.jedeclare import *
from due_workflow.adapters.sqlite import SqliteStorage
left = 1
class Dying(SqliteStorage):
    def commit(self, cabinet, changes):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)  # fetched, and not committed
        return super().commit(cabinet, changes)
with Dying(sys.argv[2]) as storage:
    who = lambda: JedeclareCredentials("cab", sys.argv[3])
    line = LineSettings(allow_http=True)
    portal = JedeclarePortal("CAB1", JedeclareAddresses(sys.argv[1]), who, line=line)
    DueWorkflow(storage, cabinet="CAB").collect(portal)
"""


def test_a_process_killed_between_fetch_and_commit_loses_nothing(
    jedeclare: JedeclareFar, far: FarEnd, tmp_path: Path
) -> None:
    for n in range(120):
        jedeclare.put("01", str(n), acs(f"A{n}"), ads=f"A{n}")
    path = tmp_path / "firm.sqlite"
    command = [sys.executable, "-c", CRASHING, far.base + COLLECTION, str(path), PASSWORD]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with SqliteStorage(path) as storage:
        flow = firm(storage)
        assert len(list(flow.read.tray())) == 100
        told = flow.collect(portal(far))
        assert (told.known, told.tray) == (100, 20)
        assert sorted(int(r.receipt.portal_ref[1:]) for r in flow.read.tray()) == list(range(120))
        assert flow.collect(portal(far)).known == 120
    # each until it was committed, and never again
    assert [piece.given for piece in jedeclare.pieces] == [1] * 100 + [2] * 20


def test_two_accounts_with_the_same_numbers_are_two(tmp_path: Path) -> None:
    north, south = JedeclareFar(), JedeclareFar()
    flow = firm()
    with north.running() as one, south.running() as other:
        north.put("01", "1", acs("900"))
        south.put("01", "1", acs("900"))
        for end, account in ((one, "NORD"), (other, "SUD")):
            assert flow.collect(portal(end, account=account)).tray == 1
    assert sorted(r.receipt.account for r in flow.read.tray()) == ["NORD", "SUD"]


def test_what_is_told_twice_and_late_ends_in_the_same_state_as_in_order(
    jedeclare: JedeclareFar, far: FarEnd, tmp_path: Path
) -> None:
    mine = portal(far, deposit=FolderDeposit(tmp_path))
    flow = firm(None, (mine,))
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate())
    now = datetime.now(UTC)
    sub = flow.prepare(f.declaration("E-0001", start=now + timedelta(days=5)), Mode.TEST)
    flow.send([sub.id])
    late = Ars(portal_ref="900", issued_at=now + timedelta(hours=2), verdicts=(Verdict(outcome=Outcome.ACCEPTED),))
    early = Ars(portal_ref="900", issued_at=now + timedelta(hours=1), verdicts=(Verdict(outcome=Outcome.REJECTED),))
    jedeclare.put("02", "3", eml(avis_xml(late)))
    jedeclare.put("02", "2", eml(avis_xml(early)))
    assert flow.collect(mine).tray == 2  # no reference yet
    jedeclare.put("00", "1", eml(avis_xml(f.ads("900", at=now))))
    jedeclare.put("01", "1", eml(avis_xml(f.acs("900", at=now))))
    jedeclare.put("02", "4", eml(avis_xml(late)))
    told = flow.collect(mine)
    assert told.applied == 3
    assert flow.read.submission(sub.id).state == "accepted"
    assert {piece.given for piece in jedeclare.pieces} == {1}


def test_threads_share_one_portal(jedeclare: JedeclareFar, far: FarEnd) -> None:
    for n in range(60):
        jedeclare.put("01", str(n), acs(f"A{n}"), ads=f"A{n}")
    mine, found = portal(far), []

    def work(at: int) -> None:
        found.extend(mine.fetch(ref(str(n))).portal_ref for n in range(at, 60, 6))  # type: ignore[union-attr]

    threads = [threading.Thread(target=work, args=(at,)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(f"A{n}" for n in range(60))
