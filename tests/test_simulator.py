"""The simulator: what it checks, what it answers, what it plays, and that its ledger is the truth of what it took."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import io
import json
import logging
import os
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import foreign
from due_workflow.adapters.avis import read_avis
from due_workflow.cli.front import main
from due_workflow.receipts import Acs, Ads, Ars, Outcome
from due_workflow.simulator import FAULTS, PASSWORD, Account, BadSetting, Delays, Faults, Rule, Settings, Simulator
from due_workflow.testing import factories

pytest_plugins = ["due_workflow.simulator.fixture"]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT_ONCE = Settings(delays=Delays(0, 0, 0), slow=0.05)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(AT_ONCE) as running:
        running.clock.set(NOW)
        yield running


def urssaf(sim: Simulator, **how: str) -> foreign.Urssaf:
    client = foreign.Urssaf(sim.addresses()["urssaf"], **how)
    client.authenticate()
    return client


def jedeclare(sim: Simulator, login: str = "cabinet") -> foreign.Jedeclare:
    return foreign.Jedeclare(sim.addresses()["jedeclare"], login, today=sim.clock.now().date())


def refused(work: Any, *args: Any, **given: Any) -> foreign.Refused:
    with pytest.raises(foreign.Refused) as error:
        work(*args, **given)
    return error.value


# ---- where it listens, and to whom


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1", "example.org"])
def test_an_address_that_others_could_reach_is_refused(host: str) -> None:
    with pytest.raises(BadSetting, match="this machine alone"):
        Simulator(host=host)


def test_it_listens_on_loopback_and_on_no_other_address(sim: Simulator) -> None:
    port = int(sim.url.rpartition(":")[2])
    assert sim.url.startswith("http://127.0.0.1:")
    with socket.socket() as other:
        other.settimeout(1)
        assert other.connect_ex((socket.gethostbyname("localhost"), port)) == 0
    own = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in own:
        with socket.socket() as other:
            other.settimeout(1)
            assert other.connect_ex((address, port)) != 0


def test_the_ledger_is_there_after_the_stop_and_the_port_is_free_again() -> None:
    simulator = Simulator(AT_ONCE).start()
    jedeclare(simulator).leave(foreign.message())
    port = int(simulator.url.rpartition(":")[2])
    simulator.stop()
    assert len(simulator.ledger["deposits"]) == 1
    with Simulator(port=port) as again:
        assert again.url == simulator.url


def test_a_connection_that_was_kept_alive_ends_with_it() -> None:
    simulator = Simulator(AT_ONCE).start()
    line = http.client.HTTPConnection(simulator.url.rpartition("/")[2], timeout=5)
    line.request("GET", "/simulator/ledger")
    assert line.getresponse().read()
    simulator.stop()
    with pytest.raises((http.client.HTTPException, OSError)):
        answered_on(line)
    line.close()


def answered_on(line: http.client.HTTPConnection) -> int:
    line.request("GET", "/simulator/ledger")
    return line.getresponse().status


def test_it_speaks_tls_where_it_is_given_a_certificate() -> None:
    authority = trustme.CA()
    mine, theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(mine)
    authority.configure_trust(theirs)
    with Simulator(AT_ONCE, tls=mine) as sim:
        assert sim.url.startswith("https://127.0.0.1:")
        line = http.client.HTTPSConnection(sim.url.rpartition("/")[2], timeout=5, context=theirs)
        line.request("GET", "/simulator")
        assert json.loads(line.getresponse().read()) == sim.addresses()
        line.close()
        sim.next("slow", at="files", seconds=0)
        line = http.client.HTTPSConnection(sim.url.rpartition("/")[2], timeout=5, context=theirs)
        line.request("GET", "/webservice/gestion/compte/1/dossierClient")
        assert line.getresponse().status == 401
        line.close()


def test_it_logs_nothing(sim: Simulator, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    client = urssaf(sim)
    client.verdict(client.deposit(foreign.message())["idflux"])
    sim.next("cut_after", at="deposit")
    with contextlib.suppress(http.client.HTTPException, OSError):
        client.deposit(foreign.message())
    refused(client.deposit, b"<no/>")
    assert [record for record in caplog.records if not record.name.startswith("hypothesis")] == []
    assert capfd.readouterr() == ("", "")


# ---- the URSSAF's answers


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"password": "wrong"}, 401),
        ({"siret": ""}, 401),
    ],
    ids=["password", "nobody"],
)
def test_who_gives_no_good_password_gets_no_token(sim: Simulator, how: dict[str, str], status: int) -> None:
    client = foreign.Urssaf(sim.addresses()["urssaf"], **how)
    assert refused(client.authenticate).code == status


def test_credentials_that_are_not_as_told_are_422(sim: Simulator) -> None:
    client = foreign.Urssaf(sim.addresses()["urssaf"])
    assert refused(client.authenticate, service="30").code == 422
    for body in (b"", b"<identifiants/>", b"<identifiants><nom>a</nom><siret>1</siret></identifiants>", b"{}"):
        status, _, _ = foreign.ask(client.addresses["authenticate"], "POST", body, Content_Type="application/xml")
        assert status == 422


def test_a_token_has_the_length_and_life_of_one(sim: Simulator) -> None:
    client = urssaf(sim)
    assert 390 <= len(client.token) <= 410
    assert client.deposit(foreign.message())["envoi_etat"] == "OK"
    sim.clock.advance(3601)
    assert refused(client.deposit, foreign.message()).code == 401
    assert len(sim.taken) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer x"}, 401),
        ({"Content_Encoding": "identity"}, 415),
        ({"Content_Type": "application/json"}, 415),
        ({"Accept": "image/png"}, 406),
        ({"Accept_Encoding": "identity"}, 406),
        ({"Accept_Encoding": "br, xgzip"}, 406),
    ],
    ids=["no token", "another scheme", "not gzip", "not XML", "not accepted", "no answer in gzip", "another encoding"],
)
def test_headers_are_checked(sim: Simulator, headers: dict[str, str], status: int) -> None:
    assert refused(urssaf(sim).deposit, foreign.message(), **headers).code == status
    assert sim.taken == ()


def posted(sim: Simulator, body: bytes) -> tuple[int, bytes]:
    client = urssaf(sim)
    status, _, said = foreign.ask(
        client.addresses["deposit"],
        "POST",
        body,
        Content_Type="application/xml",
        Content_Encoding="gzip",
        Accept_Encoding="gzip",
        Authorization=f"DSNLogin jeton={client.token}",
    )
    return status, said


GOOD = foreign.message()
INDICATOR = b"<FR_DUE_Upload.Test.Indicator>1</FR_DUE_Upload.Test.Indicator>"
assert GOOD.count(INDICATOR) == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (GOOD, b"gzip"),
        (gzip.compress(GOOD, mtime=0)[:-9], b"gzip"),
        (gzip.compress(GOOD.replace(b"ISO-8859-1", b"UTF-8"), mtime=0), b"ISO-8859-1"),
        (gzip.compress(GOOD[:-4], mtime=0), b"mal forme"),
        (gzip.compress(GOOD.replace(b"FR_DUE_Upload", b"FR_DSN_Upload"), mtime=0), b"FR_DUE_Upload"),
        (gzip.compress(GOOD.replace(b"?>", b"?><!DOCTYPE x>", 1), mtime=0), b"DOCTYPE"),
        (gzip.compress(foreign.message(indicator="2"), mtime=0), b"Indicateur"),
        (gzip.compress(re.sub(rb"<FR_EmployeeGroup>.*</FR_EmployeeGroup>", b"", GOOD), mtime=0), b"Aucune"),
        (gzip.compress(foreign.message(designation="CRÊPERIE").decode("latin-1").encode(), mtime=0), b"octets UTF-8"),
        (
            gzip.compress(GOOD.replace(INDICATOR, INDICATOR + INDICATOR.replace(b">1<", b">120<")), mtime=0),
            b"contradict",
        ),
        (
            gzip.compress(GOOD.replace(INDICATOR, INDICATOR.replace(b">1<", b">120<") + INDICATOR), mtime=0),
            b"contradict",
        ),
    ],
    ids=[
        *("plain", "cut", "utf-8", "broken", "another root", "doctype", "indicator", "nobody"),
        *("utf-8 bytes", "two indicators", "two indicators, test last"),
    ],
)
def test_what_is_no_message_is_refused_with_a_notice_and_not_taken(sim: Simulator, body: bytes, says: bytes) -> None:
    status, said = posted(sim, body)
    assert status == 422
    assert b"<message>" in said
    assert says in said
    assert sim.taken == ()


def test_a_body_that_unfolds_without_end_is_refused() -> None:
    with Simulator(Settings(largest=100_000)) as sim:
        assert posted(sim, gzip.compress(bytes(10_000_000), mtime=0))[0] == 413
        assert posted(sim, bytes(100_001))[0] == 413


def test_each_flux_is_its_declarants_own(sim: Simulator) -> None:
    client, other = urssaf(sim), urssaf(sim, siret=factories.siret(2))
    flux = client.deposit(foreign.message())["idflux"]
    assert refused(other.listed, flux).code == 403
    assert refused(client.listed, "0" * 23).code == 404
    url = client.listed(flux)[0]["url"]
    assert refused(other.content, url).code == 403
    assert refused(client.content, url + "9").code == 404


def test_the_returns_are_two_natures_with_dates_of_their_own(sim: Simulator) -> None:
    sim.set(delays=Delays(0, 10, 20))
    client = urssaf(sim)
    flux = client.deposit(foreign.message())["idflux"]
    seen = []
    for _ in range(3):
        seen.append([(each["nature"], each["statut"]) for each in client.listed(flux)])
        sim.clock.advance(10)
    assert seen == [[], [("10", "OK")], [("10", "OK"), ("11", "OK")]]
    dates = [datetime.fromisoformat(each["publication"]) for each in client.listed(flux)]
    assert dates == [NOW + timedelta(seconds=10), NOW + timedelta(seconds=20)]


def test_what_is_not_in_order_is_refused_by_the_portals_own_control(sim: Simulator) -> None:
    client = urssaf(sim)
    town = b"<rxpadr:FR_PostalAddress.Town.Text>PARIS</rxpadr:FR_PostalAddress.Town.Text>"
    postal = b"</rxpadr:FR_PostalAddress.Postal.Code>"
    assert (GOOD.count(town), GOOD.count(postal)) == (1, 1)
    cases = {
        b"Ordre": GOOD.replace(town, b"").replace(postal, postal + town),
        b"absent": GOOD.replace(town, b""),
        b"repete": GOOD.replace(town, town * 2),
        b"inconnu": GOOD.replace(town, town + b"<Autre/>"),
        b"Longueur": GOOD.replace(b">PARIS<", b">" + b"P" * 28 + b"<"),
        b"vide": GOOD.replace(b">PARIS<", b"> <"),
    }
    for says, content in cases.items():
        (only,) = client.listed(client.deposit(content)["idflux"])
        assert (only["nature"], only["statut"]) == ("10", "KO"), says
        assert says.decode() in client.content(only["url"])
    assert {taken.outcome for taken in sim.taken} == {"portal_rejected"}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"ape": "107AC"}, "Code APE invalide"),
        ({"postal": "7501A"}, "Code postal invalide"),
        ({"town": "Saint-Denis"}, "Commune: caracteres"),
        ({"town": "ÉVRY"}, "Commune: caracteres"),
        ({"phone": "01.42.03.04"}, "Numero de telephone invalide"),
        ({"phone": "+3314203040"}, "Numero de telephone invalide"),
        ({"sex": "3"}, "Code sexe invalide"),
        ({"born": "2001-11-31"}, "Date de naissance invalide"),
        ({"born": "2026-12-02"}, "Date de naissance posterieure"),
        ({"department": "96"}, "Departement de naissance invalide"),
        ({"start": "2026-02-30"}, "Date d'embauche invalide"),
        ({"hour": "25:00:00"}, "Heure d'embauche invalide"),
        ({"surname": "Durand"}, "Nom: caracteres"),
        ({"first": "ZOÉ"}, "Prenoms: caracteres"),
        ({"nature": "CDD"}, "Date de fin de contrat obligatoire"),
        ({"nature": "CDD", "end": "2026-11-30"}, "anterieure"),
        ({"nir": "2951099126112"}, "Numero de securite sociale invalide"),
        ({"nir": "9951099126111"}, "Numero de securite sociale invalide"),
    ],
    ids=str,
)
def test_values_are_checked_by_the_recipient(sim: Simulator, changed: dict[str, str], says: str) -> None:
    client = urssaf(sim)
    state, text = client.verdict(client.deposit(foreign.message(**changed))["idflux"])
    assert state == "KO"
    assert says in text


@pytest.mark.parametrize(
    "changed",
    [
        {"nir": "", "key": ""},
        {"nir": "253072B073004", "key": "70"},
        {"nir": "253072A073004", "key": "43"},
        {"siret": "35600000000048"},
        {"siret": "35600000049837"},
        {"nature": "CTT", "end": "2026-12-01"},
        {"designation": "CRÊPERIE « L'ÎLE » & FILS"},
        {"birthtown": "PARIS 12"},
        {"surname": "D'ARC-MARTIN", "department": "2A"},
    ],
    ids=str,
)
def test_what_is_right_is_accepted(sim: Simulator, changed: dict[str, str]) -> None:
    client = urssaf(sim)
    assert client.verdict(client.deposit(foreign.message(**changed))["idflux"])[0] == "OK"


def test_values_may_stand_between_spaces_as_known_clients_write_them(sim: Simulator) -> None:
    client = urssaf(sim)
    spaced = GOOD.replace(b".Identifier>8", b".Identifier> 8").replace(b">DURAND<", b"> DURAND <")
    assert client.verdict(client.deposit(spaced)["idflux"])[0] == "OK"


def test_a_file_holds_a_hundred_declarations_at_most(sim: Simulator) -> None:
    client = urssaf(sim)
    hires = [{"surname": f"DURAND {'ABCDEFGHIJ'[n // 10 % 10]}{'ABCDEFGHIJ'[n % 10]}"} for n in range(101)]
    assert client.verdict(client.deposit(foreign.message(*hires[:100]))["idflux"])[0] == "OK"
    (only,) = client.listed(client.deposit(foreign.message(*hires))["idflux"])
    assert (only["nature"], only["statut"]) == ("10", "KO")


def test_one_return_speaks_of_the_whole_flux(sim: Simulator) -> None:
    client = urssaf(sim)
    flux = client.deposit(foreign.message({}, {"surname": "PETIT", "key": "92"}))["idflux"]
    assert client.verdict(flux)[0] == "KO"
    (row,) = sim.ledger["deposits"]
    assert [hire["outcome"] for hire in row["hires"]] == ["accepted", "rejected"]
    assert (row["outcome"], row["told"]) == ("mixed", "ars_rejected")


def test_what_is_not_decided_has_no_report_yet(sim: Simulator) -> None:
    sim.outcome("pending")
    client = urssaf(sim)
    flux = client.deposit(foreign.message())["idflux"]
    assert [(each["nature"], each["statut"]) for each in client.listed(flux)] == [("10", "OK"), ("11", "EN COURS")]
    assert str(refused(client.verdict, flux, tries=2).code) == "no return"
    assert sim.taken[0].told(sim.clock.now()) == "acs_accepted"


def test_test_and_real_are_kept_apart(sim: Simulator) -> None:
    client = urssaf(sim)
    answers = [client.deposit(foreign.message(indicator=told))["essai_reel"] for told in ("1", "120")]
    assert answers == ["01", "02"]
    assert [taken.mode for taken in sim.taken] == ["test", "real"]
    assert sim.ledger["doubles"] == {"deposits": [], "real_deposits": [], "real_hires": []}
    sim.set(test_indicators=("TST",))
    assert client.deposit(foreign.message(indicator="TST"))["essai_reel"] == "01"


# ---- jedeclare's answers


def test_every_code_of_the_service_is_given_for_its_reason(sim: Simulator) -> None:
    client, other = jedeclare(sim), jedeclare(sim, "other")
    client.leave(foreign.message())
    other.leave(foreign.message())
    other.leave(foreign.message())
    last = other.listed()[-1]["numero"]
    window = {"begin": "01/01/2026", "end": "02/07/2027"}
    assert client.listed(begin="01/01/2026", end="01/07/2027") != []
    codes = {
        "04": [(client.document, "1001", "00", "application/zip")],
        "05": [(client.listed, "77"), (client.listed, "99", "02")],
        "07": [(client.document, "1", "00"), (client.document, "1001", "02")],
        "08": [(client.document, last, "02")],
        "11": [(client.listed, "99", "01", "DSN"), (client.listed, "99", "01", "")],
    }
    for code, calls in codes.items():
        for work, *args in calls:
            assert refused(work, *args).code == code
    for days in (window, {"begin": "2026-01-01", "end": "01/02/2026"}, {"begin": "02/02/2026", "end": "01/02/2026"}):
        assert refused(client.listed, **days).code == "05"
    for days in ({"begin": ""}, {"end": ""}, {"begin": "", "end": ""}):
        assert refused(client.listed, **days).code == "05"
    for left_out in ("dateDebut", "dateFin"):
        asked = foreign.around(client.today) | {"statutPiece": "01", "typeDeListe": "99", "typeProcedure": "DUE"}
        del asked[left_out]
        assert refused(partial(client.call, "ListeDisponibiliteV2", "RequeteListe", **asked)).code == "05"
    client.password = "wrong"
    assert refused(client.listed).code == "06"


def test_a_soap_request_without_its_action_is_a_fault(sim: Simulator) -> None:
    """SOAP 1.1: the header SOAPAction is part of the request; here it is the empty one."""
    client = jedeclare(sim)
    assert client.listed() == []
    address, given = client.addresses["communication"], {"Content_Type": "text/xml; charset=utf-8"}
    for action, status in (({}, 500), ({"SOAPAction": '"urn:other"'}, 500), ({"SOAPAction": '""'}, 200)):
        answered, _, said = foreign.ask(
            address, "POST", client.envelope("ListeDisponibiliteV2", "RequeteListe"), **given, **action
        )
        assert (answered, b"SOAPAction" in said) == (status, status == 500)


def test_a_list_keeps_to_its_window_type_state_and_file(sim: Simulator) -> None:
    client = jedeclare(sim)
    client.leave(foreign.message())
    sim.clock.advance(86400)
    client.leave(foreign.message(siret=factories.siret(2)))
    assert len(client.listed()) == 6
    assert len(client.listed(begin="02/03/2026", end="02/03/2026")) == 3
    assert len(client.listed(begin="03/03/2026", end="04/03/2026")) == 3
    counts = {kind: len(client.listed(kind)) for kind in ("99", "98", "97", "00", "01", "02", "03")}
    assert counts == {"99": 6, "98": 4, "97": 4, "00": 2, "01": 2, "02": 2, "03": 0}
    for name in (foreign.SIRET, foreign.SIRET[:9], "1"):
        assert len(client.listed(identifiantDossier=name)) == 3
    client.document(client.listed()[0]["numero"], "00")
    assert (len(client.listed(status="00")), len(client.listed(status="01"))) == (5, 6)


def test_numbers_are_unique_in_an_account_only(sim: Simulator) -> None:
    one, other = jedeclare(sim, "one"), jedeclare(sim, "other")
    one.leave(foreign.message())
    other.leave(foreign.message(surname="PETIT"))
    assert [item["numero"] for item in one.listed()] == [item["numero"] for item in other.listed()]
    assert one.listed()[0]["numeroADS"] != other.listed()[0]["numeroADS"]


def test_a_piece_can_be_had_plain(sim: Simulator) -> None:
    client = jedeclare(sim)
    client.leave(foreign.message())
    assert client.document("1001", "00", "autre") == client.document("1001", "00")


def test_an_envelope_that_is_none_is_a_fault(sim: Simulator) -> None:
    client = jedeclare(sim)
    for envelope in (b"", b"<x/>", b"<a", foreign.message()):
        assert refused(client.raw, envelope).code == "fault"


def test_what_is_given_reads_as_the_receipts_of_the_facts(sim: Simulator) -> None:
    sim.outcome("rejected", surname="PETIT", message="Salarie inconnu")
    client = jedeclare(sim)
    ref = client.leave(foreign.message({}, {"surname": "PETIT"}), "TEST", "lot-7.xml")["portal_ref"]
    receipts = [read_avis(client.document(item["numero"], item["typeDePiece"])) for item in client.listed()]
    ads, acs, ars = receipts
    assert (type(ads), type(acs), type(ars)) == (Ads, Acs, Ars)
    assert isinstance(ads, Ads)
    assert isinstance(ars, Ars)
    assert {receipt.portal_ref for receipt in (ads, acs, ars) if not hasattr(receipt, "why")} == {ref}
    assert (ads.count, ads.sirets, ads.issued_at) == (2, (foreign.SIRET,), NOW)
    assert [verdict.outcome for verdict in ars.verdicts] == [Outcome.ACCEPTED, Outcome.REJECTED]
    assert "Salarie inconnu" in ars.verdicts[1].message
    assert ars.issued_at > ads.issued_at


@pytest.mark.parametrize(
    ("outcome", "read"),
    [
        ("accepted", Outcome.ACCEPTED),
        ("accepted_with_anomaly", Outcome.ACCEPTED_WITH_ANOMALY),
        ("rejected", Outcome.REJECTED),
        ("declarationsRefusees", Outcome.REJECTED),
        ("pending", Outcome.PENDING),
        ("suspended", Outcome.SUSPENDED),
        ("no_return", Outcome.NO_RETURN),
        ("declarationsInventees", Outcome.UNKNOWN),
    ],
)
def test_every_container_can_be_asked_for(sim: Simulator, outcome: str, read: Outcome) -> None:
    sim.outcome(outcome, siret=foreign.SIRET)
    client = jedeclare(sim)
    client.leave(foreign.message())
    ars = read_avis(client.document(client.listed("02")[0]["numero"], "02"))
    assert isinstance(ars, Ars)
    assert [verdict.outcome for verdict in ars.verdicts] == [read]


def test_an_outcome_can_be_of_the_nth_hire_only(sim: Simulator) -> None:
    sim.outcome("rejected", nth=2)
    sim.outcome("portal_rejected", mode="real")
    client = urssaf(sim)
    for name in ("UN", "DEUX", "TROIS"):
        client.deposit(foreign.message(surname=name))
    client.deposit(foreign.message(indicator="120"))
    assert [taken.outcome for taken in sim.taken] == ["accepted", "rejected", "accepted", "portal_rejected"]


# ---- the drop folder


def test_files_left_in_a_folder_are_taken_once(tmp_path: Path) -> None:
    for name in ("TEST", "real", "other/REAL", "manifests"):
        (tmp_path / name).mkdir(parents=True)
    with Simulator(AT_ONCE, drop=tmp_path, drop_account="cabinet") as sim:
        (tmp_path / "TEST" / "lot.xml").write_bytes(foreign.message())
        (tmp_path / "TEST" / "lot.xml.json").write_bytes(b"{}")
        (tmp_path / "TEST" / ".lot.xml.ab12.part").write_bytes(foreign.message())
        (tmp_path / "TEST" / "notes.xml").write_bytes(b"no message")
        (tmp_path / "real" / "lot.xml").write_bytes(foreign.message())
        (tmp_path / "other" / "REAL" / "lot.xml.gz").write_bytes(
            gzip.compress(foreign.message(indicator="120"), mtime=0)
        )
        assert len(jedeclare(sim).listed("00")) == 2
        assert sim.scan() == []
        rows = {(taken.account, taken.mode, taken.outcome, taken.filename) for taken in sim.taken}
        assert rows == {
            ("cabinet", "test", "accepted", "lot.xml"),
            ("cabinet", "test", "portal_rejected", "lot.xml"),  # a test in the folder of real ones
            ("other", "real", "accepted", "lot.xml.gz"),
        }
        time.sleep(0.01)
        (tmp_path / "TEST" / "lot.xml").write_bytes(foreign.message())
        assert [taken.times for taken in sim.scan()] == [3]


def test_the_transport_says_the_reference_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "TEST").mkdir()
    told: list[tuple[str, str, datetime]] = []

    with Simulator(AT_ONCE, drop=tmp_path, acknowledge=lambda *said: told.append(said)) as sim:
        sim.next("lost_ads", after=1)
        for name in ("one.xml", "other.xml"):
            (tmp_path / "TEST" / name).write_bytes(foreign.message())
            sim.scan()
        assert told == [("one.xml", sim.taken[0].portal_ref, sim.taken[0].taken_at)]


def test_files_of_an_account_that_nobody_lists_are_told_once_another_one_is_listed(tmp_path: Path) -> None:
    told: list[tuple[str, int, str]] = []
    (tmp_path / "test").mkdir()
    with Simulator(AT_ONCE, drop=tmp_path, drop_account="cabinet", unlisted=lambda *said: told.append(said)) as sim:
        assert jedeclare(sim, "other").listed("99") == []
        assert (told, sim.ledger["unlisted"]) == ([], [])  # nothing waits
        (tmp_path / "test" / "lot.xml").write_bytes(foreign.message())
        for _ in range(2):
            assert jedeclare(sim, "other").listed("99") == []
        assert told == [("cabinet", 1, "other")]
        rows = [{"account": "cabinet", "deposits": 1, "listed_instead": ["other"]}]
        assert sim.ledger["unlisted"] == rows
        assert json.loads(foreign.ask(sim.url + "/simulator/ledger")[2])["unlisted"] == rows
        assert len(jedeclare(sim, "cabinet").listed("99")) == 3
        assert jedeclare(sim, "other").listed("99") == []
        assert (len(told), sim.ledger["unlisted"]) == (1, [])
        sim.reset()
        assert sim.ledger["unlisted"] == []


def test_two_accounts_with_files_of_their_own_are_no_mistake(tmp_path: Path) -> None:
    told: list[tuple[str, int, str]] = []
    for account in ("one", "other"):
        (tmp_path / account / "test").mkdir(parents=True)
        (tmp_path / account / "test" / f"{account}.xml").write_bytes(foreign.message())
    with Simulator(AT_ONCE, drop=tmp_path, unlisted=lambda *said: told.append(said)) as sim:
        assert len(jedeclare(sim, "one").listed("99")) == 3
        assert (told, sim.ledger["unlisted"]) == ([], [])


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="no folder"):
        Simulator(drop=tmp_path / "missing")


# ---- faults


def test_every_fault_of_the_line_does_what_it_says(sim: Simulator) -> None:
    """Each on a deposit: what the client sees, and whether the portal has it."""
    client = urssaf(sim)
    cut, whole = (http.client.HTTPException, OSError), "OK"
    seen: dict[str, tuple[object, bool]] = {}
    long = ("endless", "slow_bytes", "huge", "bomb")
    for name in [name for name, fault in FAULTS.items() if "deposit" in fault.at and name not in long]:
        before = len(sim.taken)
        sim.next(name, portal="urssaf", at="deposit", **({"status": 404} if name == "error" else {}))
        try:
            answer = client.deposit(foreign.message())
            said: object = answer.get("envoi_etat") if answer.get("idflux") else f"{answer.get('envoi_etat')} no idflux"
        except foreign.Refused as error:
            said = error.code
        except foreign.ET.ParseError:
            said = "no XML"
        except cut:
            said = "cut"
        seen[name] = (said, len(sim.taken) > before)
        if name == "token_expired":
            client.authenticate()
    assert seen == {
        "cut_early": ("cut", False),
        "cut_before": ("cut", False),
        "cut_after": ("cut", True),
        "cut_midway": ("cut", True),
        "error": (404, False),
        "error_500": (500, False),
        "error_503": (503, False),
        "error_429": (429, False),
        "token_expired": (401, False),
        "error_in_200": ("KO no idflux", False),
        "slow": (whole, True),
        "wrong_mode": (whole, True),
        "no_ads": ("OK no idflux", True),
        "redirect": (307, False),
        "wrong_type": ("no XML", False),
    }
    answered = [taken.answered for taken in sim.taken]
    assert answered == [False, False, True, True, False]
    attempts = sim.ledger["attempts"]
    assert [a["fault"] for a in attempts] == list(seen)
    assert [a["taken"] is not None for a in attempts] == [taken for _, taken in seen.values()]


def test_answers_that_never_end_are_played_until_the_client_leaves(sim: Simulator) -> None:
    client = urssaf(sim)
    flux = client.deposit(foreign.message())["idflux"]
    address = client.addresses["returns"] + flux
    for name, floor in (("endless", 5_000_000), ("huge", 5_000_000), ("slow_bytes", 3)):
        sim.next(name, at="list", seconds=0.01)
        line = http.client.HTTPConnection(sim.url.rpartition("/")[2], timeout=5)
        line.request("GET", address, headers={"Authorization": f"DSNLogin jeton={client.token}"})
        answer, got = line.getresponse(), 0
        while got < floor:
            part = answer.read1(65536)
            assert part, f"{name} ended after {got} bytes"
            got += len(part)
        line.close()
    assert client.verdict(flux)[0] == "OK"


def test_a_small_answer_can_unfold_to_a_very_large_one(sim: Simulator) -> None:
    client = urssaf(sim)
    flux = client.deposit(foreign.message())["idflux"]
    sim.next("bomb", at="list")
    line = http.client.HTTPConnection(sim.url.rpartition("/")[2], timeout=30)
    line.request("GET", client.addresses["returns"] + flux, headers={"Authorization": f"DSNLogin jeton={client.token}"})
    answer = line.getresponse()
    body = answer.read()
    line.close()
    assert answer.getheader("Content-Encoding") == "gzip"
    assert len(body) < 1_000_000
    unfolded = zlib.decompressobj(wbits=31).decompress(body, 50_000_000)
    assert len(unfolded) == 50_000_000


def test_a_list_can_name_addresses_of_somebody_else(sim: Simulator) -> None:
    client = urssaf(sim)
    flux = client.deposit(foreign.message())["idflux"]
    sim.next("foreign_url")
    assert all(each["url"].startswith("https://retours.example.invalid/") for each in client.listed(flux))
    assert all(each["url"].startswith(sim.url) for each in client.listed(flux))


def test_pieces_that_another_program_took_are_listed_as_taken(sim: Simulator) -> None:
    sim.next("taken_by_other")
    client = jedeclare(sim)
    client.leave(foreign.message())
    assert client.listed(status="00") == []
    assert {item["statut"] for item in client.listed()} == {"01"}


def test_the_ars_can_be_there_before_all_else(sim: Simulator) -> None:
    sim.set(delays=Delays(0, 10, 20))
    sim.next("out_of_order")
    client = jedeclare(sim)
    client.leave(foreign.message())
    seen = []
    for _ in range(3):
        seen.append([item["typeDePiece"] for item in client.listed()])
        sim.clock.advance(10)
    assert seen == [["02"], ["02", "01"], ["02", "01", "00"]]


@pytest.mark.parametrize(
    ("fault", "first"), [("contradictory", "declarationsRejetees"), ("no_return", "declarationsSansRetour")]
)
def test_what_is_wrong_is_told_before_what_is_true(sim: Simulator, fault: str, first: str) -> None:
    sim.set(delays=Delays(0, 0, 10))
    sim.next(fault)
    client = jedeclare(sim)
    client.leave(foreign.message())
    sim.clock.advance(10)
    assert [avis.outcomes[0][0] for avis in client.everything()["ARS"]] == [first]
    sim.clock.advance(10)
    told = client.everything()["ARS"]
    assert [avis.outcomes[0][0] for avis in told] == [first, "declarationsAcceptees"]
    assert told[0].date < told[1].date


def test_what_was_told_is_told_again_as_told_before(sim: Simulator) -> None:
    sim.next("restated")
    client = jedeclare(sim)
    client.leave(foreign.message())
    assert [avis.outcomes[0][0] for avis in client.everything()["ARS"]] == [
        "declarationsAcceptees",
        "declarationsAccepteesPrecedement",
    ]
    again = read_avis(client.document(client.listed("02")[1]["numero"], "02"))
    assert isinstance(again, Ars)
    assert again.verdicts[0].restated


def test_an_overwritten_return_keeps_its_name_and_changes_what_it_says(sim: Simulator) -> None:
    sim.set(delays=Delays(0, 0, 10))
    sim.next("overwritten")
    client = urssaf(sim)
    flux = client.deposit(foreign.message())["idflux"]
    sim.clock.advance(10)
    first = client.listed(flux)[1]
    assert (client.verdict(flux)[0], first["statut"]) == ("KO", "KO")
    assert sim.taken[0].told(sim.clock.now()) == "ars_rejected"
    sim.clock.advance(10)
    second = client.listed(flux)[1]
    assert client.verdict(flux)[0] == "OK"
    assert [first[name] == second[name] for name in ("nature", "id", "url", "publication")] == [True, True, True, False]
    assert sim.taken[0].told(sim.clock.now()) == "ars_accepted"


RECEIPT_FAULTS = sorted(name for name, fault in FAULTS.items() if fault.at == ("receipt",))
DECIDES = {"declarationsAcceptees": "ars_accepted", "declarationsRejetees": "ars_rejected"}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.sets(st.sampled_from(RECEIPT_FAULTS), max_size=5),
    rejected=st.booleans(),
    waits=st.lists(st.integers(0, 30), max_size=4),
)
def test_after_the_drain_whoever_reads_everything_knows_the_truth(
    faults: set[str], rejected: bool, waits: list[int]
) -> None:
    """Whatever became of the receipts: the last ARS that decides says what the ledger says."""
    with Simulator(Settings(delays=Delays(1, 2, 4, late=20))) as sim:
        sim.clock.set(NOW)
        sim.play(Faults(rules=[Rule(name, times=0) for name in sorted(faults)]))
        if rejected:
            sim.outcome("rejected")
        one, other = urssaf(sim), jedeclare(sim)
        flux = one.deposit(foreign.message())["idflux"]
        other.leave(foreign.message())
        truth = "ars_rejected" if rejected else "ars_accepted"
        for wait in [*waits, None]:
            if wait is None:
                sim.drain()
            else:
                sim.clock.advance(wait)
            now = sim.clock.now()
            for taken, known in zip(sim.taken, (read_urssaf(one, flux), read_jedeclare(other)), strict=True):
                assert taken.told(now) == known
                assert taken.outcome == truth.removeprefix("ars_")
        for taken in sim.taken:
            assert taken.tellable is ("lost_forever" not in faults)
            if taken.tellable:
                assert taken.told(sim.clock.now()) == truth


def read_urssaf(client: foreign.Urssaf, flux: str) -> str:
    """What a client knows of a test deposit that believes the last return of profile DPAE that is of its mode."""
    known, last = "ads", ""
    for each in client.listed(flux):
        text = client.content(each["url"])
        if "<essai_reel>02<" in text:
            continue
        if 'profil="DPAE"' not in text:
            known = known if known.startswith("ars") else f"acs_{'accepted' if '>OK<' in text else 'rejected'}"
        elif each["production"] >= last:
            known, last = f"ars_{'accepted' if '>OK<' in text else 'rejected'}", each["production"]
    return known


def read_jedeclare(client: foreign.Jedeclare) -> str:
    """The same for pieces of jedeclare; what was told before and `sansRetour` decide nothing."""
    found = client.everything()
    decided = [(avis.date, DECIDES[avis.outcomes[0][0]]) for avis in found["ARS"] if avis.outcomes[0][0] in DECIDES]
    if decided:
        return max(decided)[1]
    if found["ACS"]:
        return "acs_accepted" if found["ACS"][0].outcomes[0][0] == "declarationsAcceptees" else "acs_rejected"
    return "ads"


def test_the_same_seed_plays_the_same_script_whatever_the_order(sim: Simulator) -> None:
    def script(seed: int, order: int) -> list[tuple[str, str]]:
        faults = Faults(seed, {"cut_after": 0.2, "error_500": 0.2, "late": 0.3})
        digests = [sha256(str(n).encode()).hexdigest() for n in range(200)][::order]
        played = [(digest, faults.line("urssaf", "deposit", digest)) for digest in digests]
        receipts = [(digest, ",".join(sorted(faults.receipts("urssaf", digest, 1, b"")))) for digest in digests]
        return sorted([(digest, fault.name if fault else "") for digest, fault in played] + receipts)

    assert script(7, 1) == script(7, -1)
    assert script(7, 1) != script(8, 1)
    names = [name for _, name in script(7, 1)]
    assert 20 < names.count("cut_after") < 60
    assert 40 < names.count("late") < 80


def test_one_fault_does_not_bring_another() -> None:
    faults = Faults(7, {"late": 0.5, "twice": 0.5})
    drawn = [faults.receipts("jedeclare", str(n), 1, b"") for n in range(400)]
    assert {frozenset(), frozenset({"late"}), frozenset({"twice"}), frozenset({"late", "twice"})} == set(drawn)


def test_rules_are_by_place_count_message_and_employer(sim: Simulator) -> None:
    client = urssaf(sim)
    content = foreign.message(surname="CIBLE")
    sim.next("error", status=404, at="list", after=1, times=2)
    sim.next("error_500", at="deposit", sha256=sha256(content).hexdigest(), times=0)
    sim.next("error_503", at="deposit", siret=factories.siret(2), times=0)
    flux = client.deposit(foreign.message())["idflux"]
    codes = []
    for _ in range(4):
        try:
            client.listed(flux)
            codes.append(200)
        except foreign.Refused as error:
            codes.append(int(str(error.code)))
    assert codes == [200, 404, 404, 200]
    for _ in range(2):
        assert refused(client.deposit, content).code == 500
        assert refused(client.deposit, foreign.message(siret=factories.siret(2))).code == 503
    assert len(sim.taken) == 1


@pytest.mark.parametrize(
    "told",
    [
        {"rates": {"cut_of": 0.1}},
        {"rates": {"cut_after": 1.5}},
        {"rates": {"cut_after": True}},
        {"rules": [{"fault": "slow", "at": "receipt"}]},
        {"rules": [{"fault": "soap_fault", "portal": "urssaf"}]},
        {"rules": [{"fault": "slow", "when": "now"}]},
        {"rules": [{"fault": "error", "status": 200}]},
        {"rules": [{"fault": "slow", "after": "1"}]},
        {"rules": [{"fault": "slow", "seconds": "long"}]},
        {"rules": [{"fault": 1}]},
        {"rules": ["slow"]},
        {"rules": {}},
        {"sede": 1},
        [],
    ],
    ids=str,
)
def test_a_script_that_means_nothing_is_refused(sim: Simulator, told: object) -> None:
    control = foreign.Control(sim.addresses()["simulator"])
    error = refused(control, "faults", "PUT", told)
    assert error.code == 400
    assert error.text
    assert control("faults")["rates"] == {}


def test_a_client_that_gave_up_waiting_was_not_answered(sim: Simulator) -> None:
    client = urssaf(sim)
    sim.next("slow", at="deposit", seconds=0.5)
    line = http.client.HTTPConnection(sim.url.rpartition("/")[2], timeout=0.1)
    headers = {
        "Content-Encoding": "gzip",
        "Accept-Encoding": "gzip",
        "Authorization": f"DSNLogin jeton={client.token}",
    }
    line.request("POST", "/deposer-dsn/1.0/", gzip.compress(foreign.message(), mtime=0), headers)
    with pytest.raises(TimeoutError):
        line.getresponse()
    line.close()
    time.sleep(0.7)
    assert [taken.answered for taken in sim.taken] == [False]


# ---- the ledger and its doors


def test_who_has_the_answer_finds_it_answered_in_the_ledger_at_once(sim: Simulator) -> None:
    client = urssaf(sim)
    for _ in range(100):
        client.deposit(foreign.message())
        assert sim.taken[-1].answered


def test_a_double_is_flagged_and_a_correction_after_a_rejection_is_none(sim: Simulator) -> None:
    client = urssaf(sim)
    client.deposit(foreign.message(indicator="120", key="92"))
    client.deposit(foreign.message(indicator="120"))  # the same person, put right
    assert sim.ledger["doubles"]["real_hires"] == []
    client.deposit(foreign.message(indicator="120", street="2 RUE DES ESSAIS"))
    doubles = sim.ledger["doubles"]
    assert [double["taken"] for double in doubles["real_hires"]] == [[2, 3]]
    assert (doubles["deposits"], doubles["real_deposits"]) == ([], [])
    client.deposit(foreign.message(indicator="120"))
    assert sim.ledger["doubles"]["real_deposits"] == [4]


def test_many_clients_at_once_are_all_in_the_ledger(sim: Simulator) -> None:
    client = urssaf(sim)
    letters = "ABCDEFGHIJ"
    contents = [foreign.message(surname=f"DURAND {letters[n // 10]}{letters[n % 10]}") for n in range(60)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(client.deposit, contents))
    assert len({answer["idflux"] for answer in answers}) == 60
    assert {taken.sha256 for taken in sim.taken} == {sha256(content).hexdigest() for content in contents}
    assert {taken.portal_ref: taken.sha256 for taken in sim.taken} == {
        answer["idflux"]: sha256(content).hexdigest() for answer, content in zip(answers, contents, strict=True)
    }


def test_the_control_api_says_and_does_what_python_does(sim: Simulator) -> None:
    control = foreign.Control(sim.addresses()["simulator"])
    assert control("") == sim.addresses()
    assert control("clock", "PUT", {"now": "2026-05-04T10:00:00+02:00"}) == {
        "now": "2026-05-04T08:00:00+00:00",
        "stands": True,
    }
    assert control("clock", "POST", {"advance": 60})["now"] == "2026-05-04T08:01:00+00:00"
    assert control("clock", "POST", {"run": True})["stands"] is False
    control("settings", "PATCH", {"per_file": 1, "delays": {"acs": 0, "ars": 0}})
    assert (sim.settings.per_file, sim.settings.delays.acs, sim.settings.slow) == (1, 0, AT_ONCE.slow)
    control("outcomes", "PUT", {"outcome": "rejected"})
    jedeclare(sim).leave(foreign.message())
    assert [row["outcome"] for row in control("ledger?portal=jedeclare")["deposits"]] == ["rejected"]
    assert control("ledger?portal=urssaf")["deposits"] == []
    assert {each["fault"] for each in control("faults")["known"]} == set(FAULTS)
    control("reset", "POST")
    assert control("ledger")["deposits"] == []
    for path, method, told in (
        ("ledger?name=x", "GET", None),
        ("clock", "POST", {"now": "yesterday"}),
        ("clock", "POST", {"now": "2026-05-04T10:00:00"}),
        ("clock", "POST", {}),
        ("settings", "PATCH", {"per_fil": 1}),
        ("settings", "PATCH", {"delays": {"acs": -1}}),
        ("settings", "PATCH", {"delays": 5}),
        ("settings", "PATCH", {"per_file": "many"}),
        ("settings", "PATCH", {"accounts": [{"portal": "bank", "name": "x"}]}),
        ("settings", "PATCH", {"accounts": {"portal": "urssaf"}}),
        ("outcomes", "PUT", [{"outcome": "perhaps"}]),
    ):
        assert refused(control, path, method, told).code == 400, (path, told)
    assert "per_file" in refused(control, "settings", "PATCH", {"per_fil": 1}).text, "the known names are told"
    assert refused(control, "nowhere").code == 404
    assert refused(control, "drain", "GET").code == 405


def test_accounts_that_are_set_are_the_only_ones() -> None:
    accounts = (
        Account("urssaf", foreign.SIRET, "one"),
        Account("jedeclare", "cabinet", "two", id="4711", procedures=("DUE", "DSN")),
    )
    assert "one" not in repr(accounts)
    with Simulator(Settings(accounts=accounts)) as sim:
        assert urssaf(sim, password="one").token
        assert refused(urssaf, sim, password=PASSWORD).code == 401
        assert refused(urssaf, sim, siret=factories.siret(2)).code == 401
        client = jedeclare(sim)
        client.password = "two"
        assert (client.listed(), client.listed(procedure="DSN")) == ([], [])
        assert len(client.files("4711")) == 3
        assert refused(client.files, "1").code == 404
        assert refused(jedeclare(sim, "nobody").leave, foreign.message()).code == 404


def test_the_fixture_gives_a_running_one_of_its_own(simulator: Simulator) -> None:
    assert urssaf(simulator).deposit(foreign.message())["envoi_etat"] == "OK"
    assert len(simulator.taken) == 1


def test_its_answers_are_whole_over_one_connection(sim: Simulator) -> None:
    """Keep-alive: many requests on one line, chunked bodies too."""
    client = urssaf(sim)
    line = http.client.HTTPConnection(sim.url.rpartition("/")[2], timeout=5)
    headers = {
        "Content-Encoding": "gzip",
        "Accept-Encoding": "gzip",
        "Authorization": f"DSNLogin jeton={client.token}",
    }
    for n in range(5):
        body = io.BytesIO(gzip.compress(foreign.message(), mtime=0))
        line.request("POST", "/deposer-dsn/1.0/", body, headers, encode_chunked=True)
        answer = line.getresponse()
        said = gzip.decompress(answer.read())
        assert (answer.status, b"<envoi_etat>OK" in said) == (200, True), n
    line.close()
    assert len(sim.taken) == 5
    assert json.loads(foreign.ask(sim.url + "/simulator/ledger")[2])["doubles"]["deposits"] == [2, 3, 4, 5]


# ---- the command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[object, str, str]]:
    """The command, with its exit code and what it says on both streams."""
    for name in [name for name in os.environ if name.startswith("DUE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "160")

    def command(*args: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["simulator", *args])
        return ended.value.code, *capsys.readouterr()

    return command


Run = Callable[..., tuple[object, str, str]]


def test_the_command_says_where_it_listens_and_what_it_took(run: Run) -> None:
    french = ("fr", "sur cette machine seulement", "Fini: 0 dépôt pris")
    for lang, says, ends in (french, ("en", "on this machine alone", "Finished: 0 deposits taken")):
        code, said, _ = run("--for", "0", "--lang", lang)
        assert code == 0
        for text in (says, ends, "/authentifier_dpae", "/CommunicationV2Service/", PASSWORD):
            assert text in said


@pytest.mark.parametrize("json_too", [False, True], ids=["words", "json"])
def test_the_command_says_which_login_the_files_of_the_folder_are_collected_with(
    run: Run, tmp_path: Path, *, json_too: bool
) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "lot.xml").write_bytes(foreign.message())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/simulator"

    def collect_as_another() -> None:
        for _ in range(100):
            with contextlib.suppress(OSError):
                addresses = json.loads(foreign.ask(url)[2])["jedeclare"]
                assert foreign.Jedeclare(addresses, "autre", today=datetime.now(UTC).date()).listed("99") == []
                return
            time.sleep(0.05)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(collect_as_another)
        given = ("--drop", str(tmp_path), "--account", "chez-nous", "--port", str(port), "--for", "2", "--lang", "fr")
        code, said, complaint = run(*given, *(["--json"] if json_too else []))
        done.result()
    assert code == 0
    assert len(complaint.splitlines()) == 1, complaint
    assert all(word in complaint for word in ("chez-nous", "autre", "--account"))
    if json_too:
        assert json.loads(said.splitlines()[0])["drop"] == {"folder": str(tmp_path), "account": "chez-nous"}
    else:
        assert "DUE_JEDECLARE_USER=chez-nous" in said


def test_the_command_refuses_in_words_what_it_cannot_do(run: Run, sim: Simulator, tmp_path: Path) -> None:
    broken, odd = tmp_path / "broken.json", tmp_path / "odd.json"
    broken.write_text("[", encoding="utf-8")
    odd.write_text('{"per_fil": 1}', encoding="utf-8")
    for args, says in (
        (("--host", "0.0.0.0"), "cette machine (127.0.0.1 ou ::1), pas sur 0.0.0.0"),
        (("--port", sim.url.rpartition(":")[2]), "est déjà pris"),
        (("--drop", str(tmp_path / "missing")), "n'existe pas"),
        (("--rate", "late"), "--list"),
        (("--rate", "late=2"), "--list"),
        (("--faults", str(broken)), "n'est pas un objet JSON"),
        (("--settings", str(odd)), "per_fil"),
        (("--settings", str(tmp_path / "missing.json")), "missing.json"),
    ):
        code, _, complaint = run(*args, "--for", "0")
        assert code not in (0, None), args
        assert says in complaint, (args, complaint)


def test_the_command_shows_every_fault_in_both_languages(run: Run) -> None:
    shown = {}
    for lang in ("fr", "en"):
        _, said, _ = run("--list", "--json", "--lang", lang)
        faults = json.loads(said)["faults"]
        assert [each["fault"] for each in faults] == list(FAULTS)
        shown[lang] = [each["says"] for each in faults]
    assert all(french != english for french, english in zip(shown["fr"], shown["en"], strict=True))
