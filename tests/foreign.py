"""A client of both portals that owes this library nothing: standard library only, written from the protocols' facts.

It speaks by what was published of the API DPAE and of Communication V2, and is as trusting as such clients are: it
takes texts out of answers by their names, and raises where an answer is not what it waits for.
"""

from __future__ import annotations

import base64
import email
import gzip
import http.client
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.message import Message
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

SIRET = "80000001000010"
PASSWORD = "simulator"
NAMESPACES = {
    "cct": "urn:oasis:names:tc:ubl:corecomponentTypes:1.0:0.70",
    "rxdt": "http://www.repxml.org/DataTypes",
    "rxorg": "http://www.repxml.org/Organization",
    "rxpadr": "http://www.repxml.org/PostalAddress",
    "rxpers": "http://www.repxml.org/Person_Identity",
    "rxphadr": "http://www.repxml.org/PhoneAddress",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
EMPLOYER = (
    ("rxorg:FR_Organization.SIRET.Identifier", "siret"),
    ("rxorg:FR_Organization.Designation.Text", "designation"),
    ("rxorg:FR_Organization.APE.Code", "ape"),
)
ADDRESS = (
    ("rxpadr:FR_PostalAddress.StreetDesignation.Text", "street"),
    ("rxpadr:FR_PostalAddress.Town.Text", "town"),
    ("rxpadr:FR_PostalAddress.Postal.Code", "postal"),
)
IDENTITY = (
    ("rxpers:FR_PersonIdentity.Surname.Text", "surname"),
    ("rxpers:FR_PersonIdentity.ChristianName.Text", "first"),
    ("rxpers:FR_PersonIdentity.Sex.Code", "sex"),
)
NNI = (("rxpers:FR_NNI.NIR.Identifier", "nir"), ("rxpers:FR_NNI.NIRKey.Text", "key"))
BIRTH = (("rxpers:FR_Birth.Date", "born"), ("rxpers:FR_Birth.Town.Text", "birthtown"))
CONTRACT = (
    ("FR_Contract.StartContract.Date", "start"),
    ("FR_Contract.StartContract.Time", "hour"),
    ("FR_Contract.EndContract.Date", "end"),
    ("FR_Contract.Nature.Code", "nature"),
    ("FR_Contract.HealthService.Text", "health"),
)
VALUES = {
    "indicator": "1",
    "siret": SIRET,
    "designation": "BOULANGERIE DES ESSAIS",
    "ape": "1071C",
    "urssaf": "117",
    "street": "1 RUE DES ESSAIS",
    "town": "PARIS",
    "postal": "75011",
    "phone": "0102030405",
    "surname": "DURAND",
    "first": "ALIX",
    "sex": "2",
    "nir": "2951099126111",
    "key": "93",
    "born": "1995-10-01",
    "birthtown": "BREST",
    "department": "29",
    "start": "2026-12-01",
    "hour": "08:00:00",
    "nature": "CDI",
    "health": "01",
}


class Refused(Exception):
    """The far end said no: an HTTP status, a `codeRetour` or a fault."""

    def __init__(self, code: object, text: str = "") -> None:
        super().__init__(f"{code} {text}")
        self.code, self.text = code, text


# ---- the message


def message(*hires: dict[str, str], **values: str) -> bytes:
    """`FR_DUE_Upload` in ISO-8859-1; each hire and `values` change `VALUES`; "" leaves an element out."""
    told = VALUES | values
    xmlns = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    people = "".join(_person(told | hire) for hire in hires or ({},))
    text = (
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<FR_DUE_Upload {xmlns}>'
        f"{_one('FR_DUE_Upload.Test.Indicator', told['indicator'])}<FR_DuesGroup><FR_Employer>"
        f"{_all('FR_EmployerIdentity', EMPLOYER, told)}{_one('FR_Employer.URSSAF.Code', told['urssaf'])}"
        f"{_all('FR_EmployerAddress', ADDRESS, told)}<FR_EmployerContact><FR_PhoneNumber>"
        f"{_one('rxphadr:FR_PhoneAddress.PhoneNumber.Text', told['phone'])}</FR_PhoneNumber></FR_EmployerContact>"
        f"</FR_Employer>{people}</FR_DuesGroup></FR_DUE_Upload>"
    )
    return text.encode("iso-8859-1", "xmlcharrefreplace")


def _person(told: dict[str, str]) -> str:
    nni = _all("rxpers:FR_NNI", NNI, told) if told["nir"] else ""
    identity = "".join(_one(name, told[key]) for name, key in IDENTITY)
    department = _one("FR_EmployeeComplement.Birth_Department.Code", told["department"])
    return (
        f"<FR_EmployeeGroup><FR_Employee><FR_EmployeeIdentity>{identity}{nni}"
        f"{_all('rxpers:FR_Birth', BIRTH, told)}</FR_EmployeeIdentity>"
        f"<FR_EmployeeComplement>{department}</FR_EmployeeComplement></FR_Employee>"
        f"{_all('FR_Contract', CONTRACT, told)}</FR_EmployeeGroup>"
    )


def _all(name: str, fields: Sequence[tuple[str, str]], told: dict[str, str]) -> str:
    inside = "".join(_one(field, told.get(key, "")) for field, key in fields)
    return f"<{name}>{inside}</{name}>"


def _one(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


# ---- HTTP


def ask(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own: status, headers (names in lower case), body."""
    split = urlsplit(url)
    line = http.client.HTTPConnection(split.hostname or "", split.port, timeout=10)
    try:
        path = split.path + (f"?{split.query}" if split.query else "")
        line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = line.getresponse()
        data = answer.read()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, told, gzip.decompress(data) if told.get("content-encoding") == "gzip" else data
    finally:
        line.close()


@dataclass
class Control:
    """The simulator's control API, as any suite would call it."""

    url: str

    def __call__(self, path: str, method: str = "GET", told: object = None) -> Any:
        """One request under ``/simulator``; what it answers, or `Refused`."""
        body = None if told is None else json.dumps(told).encode()
        status, _, data = ask(f"{self.url}/{path}".rstrip("/"), method, body, Content_Type="application/json")
        if status != 200:
            raise Refused(status, json.loads(data)["error"])
        return json.loads(data)


# ---- the API DPAE


@dataclass
class Urssaf:
    """Authenticate, deposit, poll: what the known clients do."""

    addresses: dict[str, str]
    siret: str = SIRET
    password: str = PASSWORD
    token: str = ""

    def authenticate(self, service: str = "25") -> str:
        """Get a token."""
        names = (self.siret, "MARTIN", "CAMILLE", self.password, service)
        fields = ("siret", "nom", "prenom", "motdepasse", "service")
        inside = "".join(f"<{name}>{value}</{name}>" for name, value in zip(fields, names, strict=True))
        status, _, body = ask(
            self.addresses["authenticate"],
            "POST",
            f"<identifiants>{inside}</identifiants>".encode(),
            Content_Type="application/xml",
        )
        if status != 200:
            raise Refused(status)
        self.token = body.decode()
        return self.token

    def deposit(self, content: bytes, **headers: str) -> dict[str, str]:
        """Hand a message over; what the answer says, by name."""
        given = {
            "Content_Type": "application/xml",
            "Content_Encoding": "gzip",
            "Accept_Encoding": "gzip",
            "Authorization": f"DSNLogin jeton={self.token}",
        }
        body = gzip.compress(content, mtime=0)
        status, _, data = ask(self.addresses["deposit"], "POST", body, **(given | headers))
        root = ET.fromstring(data) if data.strip() else None
        if status != 200:
            raise Refused(status, (root.findtext("message") or "") if root is not None else "")
        assert root is not None
        return {child.tag: child.text or "" for child in root}

    def listed(self, flux: str) -> list[dict[str, str]]:
        """The returns of a flux, now."""
        status, _, data = ask(self.addresses["returns"] + flux, Authorization=f"DSNLogin jeton={self.token}")
        if status != 200:
            raise Refused(status)
        return [each for one in json.loads(data)["retours"]["flux"] for each in one["retour"]]

    def content(self, url: str) -> str:
        """One return."""
        status, _, data = ask(url, Authorization=f"DSNLogin jeton={self.token}")
        if status != 200:
            raise Refused(status)
        return data.decode("iso-8859-1")

    def verdict(self, flux: str, tries: int = 50, pause: float = 0.05) -> tuple[str, str]:
        """The state "OK" and the certificate, or "KO" and the message, of the return of profile DPAE; polls for it."""
        for _ in range(tries):
            for each in self.listed(flux):
                text = self.content(each["url"])
                if 'profil="DPAE"' not in text:
                    continue
                state = re.search(r"<etat_conformite>(OK|KO)</etat_conformite>", text)
                assert state is not None, "a return of profile DPAE says its conformity"
                found = re.search(
                    r"<certificat_conformite>(.{10,})</certificat_conformite>"
                    if state[1] == "OK"
                    else r"(?s)<message>(.*)</message>",
                    text,
                )
                assert found is not None, "and its certificate, or why not"
                return state[1], found[1]
            time.sleep(pause)
        raise Refused("no return")


# ---- Communication V2

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SCHEMA = "http://experian.com/communicationV2/schemas"
TYPES = {"00": "ADS", "01": "ACS", "02": "ARS"}


@dataclass(frozen=True)
class Avis:
    """What one piece says: its root, its reference, its date, and each declaration's container and SIRET."""

    root: str
    ads: str
    date: str
    message: str
    outcomes: tuple[tuple[str, str], ...]
    fields: frozenset[str] = field(default=frozenset())


def around(day: date) -> dict[str, str]:
    """The days of a list: some before, a year after."""
    ends = {"dateDebut": day - timedelta(days=30), "dateFin": day + timedelta(days=365)}
    return {name: told.strftime("%d/%m/%Y") for name, told in ends.items()}


@dataclass
class Jedeclare:
    """List and get pieces, read the client files, leave a file."""

    addresses: dict[str, str]
    login: str = "cabinet"
    password: str = PASSWORD
    today: date = field(default_factory=date.today)

    def call(self, operation: str, part: str, **fields: str) -> ET.Element:
        """One operation; raises for a fault and for every `codeRetour` but 00."""
        return self.raw(self.envelope(operation, part, **fields))

    def envelope(self, operation: str, part: str, **fields: str) -> bytes:
        """One question as bytes."""
        inside = "".join(f"<sch:{name}>{escape(value)}</sch:{name}>" for name, value in fields.items())
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:sch="{SCHEMA}">'
            f"<soapenv:Header/><soapenv:Body><sch:{operation}Request><sch:Authentification>"
            f"<sch:motDePasse>{escape(self.password)}</sch:motDePasse><sch:nom>{escape(self.login)}</sch:nom>"
            "</sch:Authentification><sch:Identification><sch:editeur>Essai</sch:editeur>"
            "<sch:logiciel>Client etranger</sch:logiciel><sch:version>1</sch:version></sch:Identification>"
            f"<sch:{part}>{inside}</sch:{part}></sch:{operation}Request></soapenv:Body></soapenv:Envelope>"
        ).encode()

    def raw(self, envelope: bytes) -> ET.Element:
        """One envelope as it stands."""
        status, _, data = ask(
            self.addresses["communication"],
            "POST",
            envelope,
            Content_Type="text/xml; charset=utf-8",
            SOAPAction='""',
        )
        root = ET.fromstring(data) if data.strip() else ET.Element("none")
        fault = root.findtext(".//faultstring")
        if fault is not None:
            raise Refused("fault", fault)
        if status != 200:
            raise Refused(status)
        code = root.findtext(f".//{{{SCHEMA}}}codeRetour") or ""
        if code != "00":
            raise Refused(code, root.findtext(f".//{{{SCHEMA}}}message") or "")
        return root

    def listed(self, kind: str = "99", status: str = "01", procedure: str = "DUE", **more: str) -> list[dict[str, str]]:
        """What a list shows, by field."""
        days = around(self.today)
        days |= {name: more.pop(given) for name, given in (("dateDebut", "begin"), ("dateFin", "end")) if given in more}
        root = self.call(
            "ListeDisponibiliteV2",
            "RequeteListe",
            **days,
            statutPiece=status,
            typeDeListe=kind,
            typeProcedure=procedure,
            **more,
        )
        return [{_local(f): f.text or "" for f in item} for item in root.iter(f"{{{SCHEMA}}}item")]

    def document(self, number: str, kind: str, mime: str = "application/gzip") -> bytes:
        """The e-mail that a piece is."""
        root = self.call("DemandeAccuse", "RequeteDemandePiece", mimeTypeReponse=mime, numero=number, typePiece=kind)
        data = base64.b64decode(root.findtext(f".//{{{SCHEMA}}}pieceJointe") or "")
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data

    def avis(self, number: str, kind: str) -> Avis:
        """What a piece says."""
        part = next(_named(email.message_from_bytes(self.document(number, kind)), "avis.xml"))
        root = ET.fromstring(part)
        containers = [child for child in root if child.tag.startswith("declarations")]
        return Avis(
            root.tag,
            root.findtext("numeroAds") or "",
            root.findtext("dateAds") or root.findtext("dateAcs") or root.findtext("dateArs") or "",
            root.findtext("msgLibre") or "",
            tuple((child.tag, child.findtext("siret") or "") for child in containers),
            frozenset(each.tag for child in containers for each in child),
        )

    def everything(self) -> dict[str, list[Avis]]:
        """Every piece now listed, by kind, in the list's order."""
        found: dict[str, list[Avis]] = {"ADS": [], "ACS": [], "ARS": []}
        for item in self.listed():
            found[TYPES[item["typeDePiece"]]].append(self.avis(item["numero"], item["typeDePiece"]))
        return found

    def files(self, account: str = "1") -> list[tuple[str, str, str]]:
        """Number, raison sociale and SIRET of each client file."""
        coded = base64.b64encode(f"{self.login}:{self.password}".encode()).decode()
        status, _, data = ask(f"{self.addresses['files']}{account}/dossierClient", Authorization=f"Basic {coded}")
        if status != 200:
            raise Refused(status)
        paths = ("id", "rs", "siretPrincipal/siren", "siretPrincipal/nic")
        rows = [[client.findtext(path) or "" for path in paths] for client in ET.fromstring(data).iter("client")]
        return [(number, name, siren + nic) for number, name, siren, nic in rows]

    def leave(self, content: bytes, mode: str = "", filename: str = "lot.xml") -> dict[str, Any]:
        """Hand a file over at the simulator's intake."""
        url = f"{self.addresses['depot']}{self.login}?filename={filename}" + (f"&mode={mode}" if mode else "")
        status, _, data = ask(url, "POST", content, Content_Type="application/xml")
        if status != 200:
            raise Refused(status, json.loads(data)["error"] if data.strip() else "")
        return dict(json.loads(data))


def _named(mail: Message, name: str) -> Iterator[bytes]:
    for part in mail.walk():
        if part.get_filename() == name:
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            yield content


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
