"""A client that owes the library nothing goes through both protocols, against the command in a process of its own.

No package of an index speaks either protocol; the client of `foreign` was written from the facts alone, with the
standard library, and nothing of the library is imported here. The SOAP service is called by zeep too, which checks
each answer against the service's description.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import zeep
import zeep.exceptions

import foreign

DELAYS = {"delays": {"ads": 0, "acs": 0.05, "ars": 0.1, "late": 3600}}


class Running:
    """The command and its addresses."""

    def __init__(self, addresses: dict[str, Any]) -> None:
        self.addresses = addresses
        self.control = foreign.Control(addresses["simulator"])

    def urssaf(self, **how: str) -> foreign.Urssaf:
        client = foreign.Urssaf(self.addresses["urssaf"], **how)
        client.authenticate()
        return client

    def jedeclare(self, login: str = "cabinet") -> foreign.Jedeclare:
        return foreign.Jedeclare(self.addresses["jedeclare"], login)

    def deposits(self, **which: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in which.items())
        return list(self.control(f"ledger?{query}")["deposits"])


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = tmp_path_factory.mktemp("simulator") / "settings.json"
    settings.write_text(json.dumps(DELAYS), encoding="utf-8")
    command = [sys.executable, "-m", "due_workflow.cli", "simulator", "--json", "--settings", str(settings)]
    env = {key: value for key, value in os.environ.items() if not key.startswith("DUE_")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env, cwd=settings.parent) as running:
        assert running.stdout is not None
        try:
            yield Running(json.loads(running.stdout.readline()))
        finally:
            running.send_signal(signal.SIGTERM)
            rest = running.stdout.read()
    assert running.returncode == 0
    assert json.loads(rest)["ok"] is True


@pytest.fixture
def far(process: Running) -> Running:
    process.control("reset", "POST", {})
    return process


def test_a_test_deposit_at_the_urssaf_ends_in_a_certificate(far: Running) -> None:
    client, content = far.urssaf(), foreign.message()
    answer = client.deposit(content)
    assert (answer["envoi_etat"], answer["essai_reel"], len(answer["idflux"])) == ("OK", "01", 23)
    state, certificate = client.verdict(answer["idflux"])
    assert state == "OK"
    assert len(certificate) >= 10
    (row,) = far.deposits(portal="urssaf")
    assert (row["sha256"], row["mode"], row["outcome"], row["told"]) == (
        sha256(content).hexdigest(),
        "test",
        "accepted",
        "ars_accepted",
    )
    assert (row["portal_ref"], row["answered"], row["double"]) == (answer["idflux"], True, False)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"key": "92"}, "Numero de securite sociale invalide"),
        ({"urssaf": "1A7"}, "Code URSSAF invalide"),
        ({"siret": "80000001000011"}, "Numero SIRET invalide"),
        ({"nature": "STAGE"[:3]}, "Nature du contrat invalide"),
    ],
    ids=["nir", "urssaf", "siret", "nature"],
)
def test_what_is_wrong_is_refused_in_the_portals_words(far: Running, changed: dict[str, str], says: str) -> None:
    client = far.urssaf()
    state, text = client.verdict(client.deposit(foreign.message(**changed))["idflux"])
    assert state == "KO"
    assert says in text.splitlines()


def test_a_line_cut_after_the_deposit_was_taken_shows_in_the_ledger(far: Running) -> None:
    client, content = far.urssaf(), foreign.message(indicator="120")
    far.control("faults", "POST", {"fault": "cut_after", "at": "deposit"})
    with pytest.raises((http.client.HTTPException, OSError)):
        client.deposit(content)
    (row,) = far.deposits(mode="real")
    assert (row["answered"], row["outcome"]) == (False, "accepted")
    client.deposit(content)  # a client that sends blindly again
    assert far.control("ledger")["doubles"]["real_deposits"] == [2]


def test_a_line_cut_before_leaves_nothing(far: Running) -> None:
    client = far.urssaf()
    for fault in ("cut_before", "cut_early"):
        far.control("faults", "POST", {"fault": fault, "at": "deposit"})
        with pytest.raises((http.client.HTTPException, OSError)):
            client.deposit(foreign.message())
    ledger = far.control("ledger")
    assert ledger["deposits"] == []
    assert [(attempt["fault"], attempt["taken"]) for attempt in ledger["attempts"]] == [
        ("cut_before", None),
        ("cut_early", None),
    ]


def test_a_token_that_expired_is_renewed(far: Running) -> None:
    client = far.urssaf()
    far.control("faults", "POST", {"fault": "token_expired", "at": "deposit"})
    with pytest.raises(foreign.Refused) as refused:
        client.deposit(foreign.message())
    assert refused.value.code == 401
    client.authenticate()
    assert client.deposit(foreign.message())["envoi_etat"] == "OK"


def test_what_is_late_comes_with_the_clock_and_what_is_lost_with_the_drain(far: Running) -> None:
    client = far.urssaf()
    far.control("faults", "PUT", {"rules": [{"fault": "late"}, {"fault": "lost", "after": 1}]})
    late, lost = (client.deposit(foreign.message(surname=name))["idflux"] for name in ("LATE", "LOST"))
    assert (client.listed(late), client.listed(lost)) == ([], [])
    far.control("clock", "POST", {"advance": 3601})
    client.authenticate()  # its token has grown old too
    assert (client.verdict(late)[0], client.listed(lost)) == ("OK", [])
    far.control("drain", "POST")
    assert client.verdict(lost)[0] == "OK"


def test_ads_acs_and_ars_come_from_jedeclare(far: Running) -> None:
    client, content = far.jedeclare(), foreign.message()
    left = client.leave(content, "TEST")
    far.control("clock", "POST", {"advance": 1})
    assert [(item["typeDePiece"], item["statut"]) for item in client.listed()] == [
        ("00", "00"),
        ("01", "00"),
        ("02", "00"),
    ]
    found = client.everything()
    (ads,), (acs,), (ars,) = found["ADS"], found["ACS"], found["ARS"]
    assert (ads.root, acs.root, ars.root) == ("avisDepotSigne", "avisConformiteSigne", "avisReceptionSigne")
    assert {ads.ads, acs.ads, ars.ads} == {left["portal_ref"]}
    assert acs.outcomes == ars.outcomes == (("declarationsAcceptees", foreign.SIRET),)
    told = {"siret", "rs", "numeroInterne", "typeDeclaration", "destinataire", "rof", "montantTd"}
    assert told < acs.fields
    assert ars.fields - acs.fields == {"typeDeclarationLabel"}
    assert {item["statut"] for item in client.listed()} == {"01"}, "giving a piece marks it, listing does not"
    assert client.listed(status="00") == []


def test_one_ars_holds_mixed_outcomes(far: Running) -> None:
    far.control("outcomes", "PUT", [{"surname": "GARCIA", "outcome": "accepted_with_anomaly"}])
    client = far.jedeclare()
    client.leave(foreign.message({}, {"surname": "GARCIA"}, {"surname": "PETIT", "key": "92"}))
    far.control("clock", "POST", {"advance": 1})
    (ars,) = client.everything()["ARS"]
    assert [name for name, _ in ars.outcomes] == [
        "declarationsAcceptees",
        "declarationsAccepteesAno",
        "declarationsRejetees",
    ]
    assert "Numero de securite sociale invalide" in ars.message
    (row,) = far.deposits()
    assert [hire["outcome"] for hire in row["hires"]] == ["accepted", "accepted_with_anomaly", "rejected"]
    assert row["outcome"] == "mixed"


def test_an_error_comes_inside_http_200(far: Running) -> None:
    client = far.jedeclare()
    far.control("faults", "PUT", {"rules": [{"fault": "error_in_200"}, {"fault": "soap_fault"}]})
    codes = []
    for _ in range(2):
        with pytest.raises(foreign.Refused) as refused:
            client.listed()
        codes.append(refused.value.code)
    assert codes == ["99", "fault"]
    assert client.listed() == []


def test_the_client_files_are_listed_for_whoever_may(far: Running) -> None:
    client = far.jedeclare()
    assert ("1", "BOULANGERIE DES ESSAIS", foreign.SIRET) in client.files()
    client.password = "wrong"
    with pytest.raises(foreign.Refused) as refused:
        client.files()
    assert refused.value.code == 401


def test_accounts_see_their_own_pieces_only(far: Running) -> None:
    one, other = far.jedeclare("one"), far.jedeclare("other")
    one.leave(foreign.message())
    far.control("clock", "POST", {"advance": 1})
    assert other.listed() == []
    number = one.listed()[0]["numero"]
    with pytest.raises(foreign.Refused) as refused:
        other.document(number, "00")
    assert refused.value.code == "08"


def test_the_ledger_names_no_person(far: Running) -> None:
    far.jedeclare().leave(foreign.message(indicator="120"))
    told = json.dumps(far.control("ledger"))
    for secret in (foreign.VALUES["nir"], "DURAND", "ALIX", foreign.PASSWORD):
        assert secret not in told


def test_a_process_without_the_command_line_serves_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "due_workflow.simulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as running:
        assert running.stdout is not None
        addresses = json.loads(running.stdout.readline())
        client = foreign.Urssaf(addresses["urssaf"])
        client.authenticate()
        assert client.deposit(foreign.message())["envoi_etat"] == "OK"
        running.send_signal(signal.SIGTERM)
    assert running.returncode == 0


# ---- a SOAP client of the package index

SCHEMA = "{http://experian.com/communicationV2/schemas}"
WHO: dict[str, Any] = {
    "Authentification": {"motDePasse": foreign.PASSWORD, "nom": "cabinet"},
    "Identification": {"editeur": "Essai", "logiciel": "zeep", "version": "1"},
}
ALL = {**foreign.around(date.today()), "statutPiece": "01", "typeDeListe": "99", "typeProcedure": "DUE"}


@pytest.fixture
def zeep_service(far: Running) -> Iterator[Any]:
    client = zeep.Client(str(Path(__file__).with_name("communication_v2.wsdl")))
    yield client.create_service(f"{SCHEMA}Communication", far.addresses["jedeclare"]["communication"])
    client.transport.session.close()


def test_a_soap_client_of_the_index_reads_lists_and_pieces(far: Running, zeep_service: Any) -> None:
    left = far.jedeclare().leave(foreign.message())
    far.control("clock", "POST", {"advance": 1})
    listed = zeep_service.ListeDisponibiliteV2(**WHO, RequeteListe=ALL)
    assert listed.codeRetour == "00"
    assert [(item.typeDePiece, item.statut, item.numeroADS) for item in listed.liste.item] == [
        (kind, "00", left["portal_ref"]) for kind in ("00", "01", "02")
    ]
    for item in listed.liste.item:
        asked = {"mimeTypeReponse": "application/gzip", "numero": item.numero, "typePiece": item.typeDePiece}
        given = zeep_service.DemandeAccuse(**WHO, RequeteDemandePiece=asked)
        assert (given.codeRetour, given.numero, given.typeDePiece) == ("00", item.numero, item.typeDePiece)
        assert b'filename="avis.xml"' in gzip.decompress(given.pieceJointe)


def test_a_soap_client_of_the_index_hears_codes_and_faults(far: Running, zeep_service: Any) -> None:
    wrong = {**WHO, "Authentification": {"motDePasse": "wrong", "nom": "cabinet"}}
    assert zeep_service.ListeDisponibiliteV2(**wrong, RequeteListe=ALL).codeRetour == "06"
    assert zeep_service.ListeDisponibiliteV2(**WHO, RequeteListe={**ALL, "typeProcedure": "DSN"}).codeRetour == "11"
    far.control("faults", "POST", {"fault": "soap_fault"})
    with pytest.raises(zeep.exceptions.Fault, match="Erreur technique"):
        zeep_service.ListeDisponibiliteV2(**WHO, RequeteListe=ALL)
