"""jedeclare's far end: Communication V2 (SOAP: list, give a piece), the firm's client files (REST), the deposit intake.

An error is told inside HTTP 200, by `codeRetour`, as the real one does. Giving a piece marks it *récupérée*; listing
marks nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lxml import etree

from due_workflow.simulator import papers
from due_workflow.simulator.call import SOAP, Answer, Call, folded
from due_workflow.simulator.ledger import TYPES, Piece, Taken
from due_workflow.simulator.settings import Account
from due_workflow.simulator.world import World

COMMUNICATION = "/webservices/wspid_spring/CommunicationV2Service/"
FILES = "/webservice/gestion/compte/"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SCHEMA = "http://experian.com/communicationV2/schemas"
LONGEST_MONTHS = 18
"""The widest window of a list."""
_LISTS = {
    "99": ("ads", "acs", "ars"),
    "98": ("acs", "ars"),
    "97": ("acs", "ars"),
    "00": ("ads",),
    "01": ("acs",),
    "02": ("ars",),
    "03": (),
}
_KINDS = {code: kind for kind, code in TYPES.items()}
_PLAIN, _GZIP = "autre", "application/gzip"
_PARIS = ZoneInfo("Europe/Paris")
_SAYS = {
    "04": "Type de compression non supporte",
    "05": "Requete mal formee",
    "06": "Authentification refusee",
    "07": "Document non disponible",
    "08": "Numero non rattache a ce compte",
    "11": "Teleprocedure incorrecte",
    "99": "Probleme technique",
}


class Code(Exception):
    """A `codeRetour` other than 00."""


class Fault(Exception):
    """A SOAP fault."""


class Jedeclare:
    """The SOAP service and the client files."""

    def __init__(self, world: World) -> None:
        self.world = world

    # ---- Communication V2

    def operation(self, call: Call) -> str:
        """Which endpoint a SOAP request means: "fetch" for DemandeAccuse, else "list"."""
        return "fetch" if b"DemandeAccuseRequest" in call.body else "list"

    def communication(self, call: Call) -> Answer:
        """Answer one SOAP request."""
        if call.method != "POST":
            return Answer(405)
        name = "DemandeAccuse" if self.operation(call) == "fetch" else "ListeDisponibiliteV2"
        try:
            if call.fault == "soap_fault":
                raise Fault("Erreur technique du service")
            if call.fault == "error_in_200":
                raise Code("99")
            request = _request(call)
            name = _local(request).removesuffix("Request")
            work = {"ListeDisponibiliteV2": self._list, "DemandeAccuse": self._give}.get(name)
            if work is None:
                raise Fault("Operation inconnue")
            parts = work(*self._known(request))
        except Fault as fault:
            return Answer(200 if call.fault == "soap_fault" else 500, _fault(str(fault)), SOAP)
        except Code as code:
            parts = [_element("codeRetour", str(code)), _element("message", _SAYS[str(code)])]
        return Answer(200, _envelope(f"{name}Response", parts), SOAP)

    def _known(self, request: etree._Element) -> tuple[Account, dict[str, str]]:
        """The account that a request authenticates, and the fields of its question."""
        parts = list(request)
        if [_local(part) for part in parts[:2]] != ["Authentification", "Identification"] or len(parts) != 3:
            raise Code("05")
        who, software, asked = (_fields(part) for part in parts)
        if list(who) != ["motDePasse", "nom"] or list(software) != ["editeur", "logiciel", "version"]:
            raise Code("05")
        account = self.world.settings.account("jedeclare", who["nom"])
        if account is None or account.name != who["nom"] or not _same(who["motDePasse"], account.password):
            raise Code("06")
        if not software["editeur"] or not software["logiciel"]:
            raise Code("05")
        wanted = {"ListeDisponibiliteV2": "RequeteListe", "DemandeAccuse": "RequeteDemandePiece"}
        if _local(parts[2]) != wanted.get(_local(request).removesuffix("Request")):
            raise Code("05")
        return account, asked

    def _list(self, account: Account, asked: dict[str, str]) -> list[etree._Element]:
        order = ["dateDebut", "dateFin", "statutPiece", "typeDeListe", "typeProcedure", "identifiantDossier"]
        if [name for name in order if name in asked] != list(asked):
            raise Code("05")
        begin, end = _window(asked.get("dateDebut", ""), asked.get("dateFin", ""))
        kinds, status = _LISTS.get(asked.get("typeDeListe", "")), asked.get("statutPiece")
        if kinds is None or status not in ("00", "01"):
            raise Code("05")
        procedure = asked.get("typeProcedure", "")
        if procedure not in account.procedures:
            raise Code("11")
        items = _element("liste", None)
        found = self.world.pieces("jedeclare", account.name) if procedure == self.world.settings.procedure else []
        with self.world.lock:
            self.world.listed.add(account.name)
            for taken, piece, version in found:
                day = version.due.astimezone(_PARIS).date()
                if piece.kind not in kinds or not begin <= day <= end or (status == "00" and piece.retrieved):
                    continue
                if not self._of_file(taken, asked.get("identifiantDossier", "")):
                    continue
                items.append(_item(taken, piece))
        return [_element("codeRetour", "00"), items]

    def _of_file(self, taken: Taken, wanted: str) -> bool:
        own = {file.siret: file.id for file in self.world.settings.client_files}
        return wanted in ("", taken.siret, taken.siret[:9], own.get(taken.siret))

    def _give(self, account: Account, asked: dict[str, str]) -> list[etree._Element]:
        if list(asked) != ["mimeTypeReponse", "numero", "typePiece"]:
            raise Code("05")
        if asked["mimeTypeReponse"] not in (_GZIP, _PLAIN):
            raise Code("04")
        number, kind = asked["numero"], _KINDS.get(asked["typePiece"], "")
        found = self.world.piece("jedeclare", account.name, kind, number)
        if found is None:
            raise Code("08" if self.world.elsewhere("jedeclare", account.name, number) else "07")
        _, piece, version = found
        with self.world.lock:
            piece.retrieved, piece.fetched = True, piece.fetched + 1
        zipped = asked["mimeTypeReponse"] == _GZIP
        return [
            _element("codeRetour", "00"),
            _element("numero", number),
            _element("date", papers.iso(version.due)),
            _element("typeDePiece", asked["typePiece"]),
            _element("contentType", _GZIP if zipped else "message/rfc822"),
            _element("pieceJointe", base64.b64encode(folded(version.content) if zipped else version.content).decode()),
        ]

    # ---- client files

    def files(self, call: Call) -> Answer:
        """The firm's client files, for whoever gives login and password (HTTP Basic)."""
        if call.method != "GET":
            return Answer(405)
        told, _, rest = call.path.removeprefix(FILES).partition("/")
        login, password = _basic(call.headers.get("authorization", ""))
        account = self.world.settings.account("jedeclare", login)
        if account is None or account.name != login or not _same(password, account.password):
            return Answer(401, headers={"WWW-Authenticate": 'Basic realm="jdc-users"'})
        if rest.strip("/") != "dossierClient" or (self.world.settings.accounts and told not in (account.id, login)):
            return Answer(404)
        root = etree.Element("dossiersClient")
        for file in self.world.settings.client_files:
            client = etree.SubElement(etree.SubElement(root, "dossierClient"), "client")
            etree.SubElement(client, "id").text = file.id
            etree.SubElement(client, "rs").text = file.rs
            siret = etree.SubElement(client, "siretPrincipal")
            etree.SubElement(siret, "siren").text = file.siret[:9]
            etree.SubElement(siret, "nic").text = file.siret[9:]
        return Answer(
            200, etree.tostring(root, xml_declaration=True, encoding="UTF-8"), "application/xml;charset=UTF-8"
        )


def _same(told: str, known: str) -> bool:
    return hmac.compare_digest(told.encode(), known.encode())


def _basic(header: str) -> tuple[str, str]:
    scheme, _, coded = header.partition(" ")
    try:
        login, _, password = base64.b64decode(coded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    return (login, password) if scheme.lower() == "basic" else ("", "")


def _request(call: Call) -> etree._Element:
    if "xml" not in call.headers.get("content-type", ""):
        raise Fault("Content-Type text/xml attendu")
    if call.headers.get("soapaction", "absent").strip() not in ('""', ""):
        raise Fault('SOAPAction: "" attendu')
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(call.body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Fault("Enveloppe SOAP mal formee") from None
    body = root.find(f"{{{ENVELOPE}}}Body")
    if root.tag != f"{{{ENVELOPE}}}Envelope" or body is None or len(body) != 1:
        raise Fault("Enveloppe SOAP 1.1 attendue")
    if etree.QName(body[0]).namespace != SCHEMA:
        raise Fault("Espace de noms inconnu")
    return body[0]


def _fields(part: etree._Element) -> dict[str, str]:
    """The texts of a part by name, in order; all of the service's own namespace, each once."""
    found = {_local(child): (child.text or "").strip() for child in part}
    if len(found) != len(part) or any(etree.QName(child).namespace != SCHEMA for child in part):
        raise Code("05")
    return found


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _window(begin: str, end: str) -> tuple[date, date]:
    """Both days of a list; without one of them, or wider than 18 months, it is malformed."""
    first, last = _day(begin), _day(end)
    months = first.month - 1 + LONGEST_MONTHS
    year, month = first.year + months // 12, months % 12 + 1
    limit = date(year, month, min(first.day, monthrange(year, month)[1]))
    if not first <= last <= limit:
        raise Code("05")
    return first, last


def _day(told: str) -> date:
    try:
        return datetime.strptime(told, "%d/%m/%Y").date()  # noqa: DTZ007 - a day, no instant
    except ValueError:
        raise Code("05") from None


def _item(taken: Taken, piece: Piece) -> etree._Element:
    item = _element("item", None)
    for name, text in (
        ("numero", piece.number),
        ("statut", "01" if piece.retrieved else "00"),
        ("typeDePiece", TYPES[piece.kind]),
        ("numeroADS", taken.portal_ref),
    ):
        item.append(_element(name, text))
    return item


def _element(name: str, text: str | None) -> etree._Element:
    element = etree.Element(f"{{{SCHEMA}}}{name}", nsmap={"ns2": SCHEMA})
    element.text = text
    return element


def _envelope(name: str, parts: Sequence[etree._Element]) -> bytes:
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"SOAP-ENV": ENVELOPE})
    etree.SubElement(root, f"{{{ENVELOPE}}}Header")
    body = etree.SubElement(root, f"{{{ENVELOPE}}}Body")
    response = _element(name, None)
    body.append(response)
    response.extend(parts)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _fault(text: str) -> bytes:
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"SOAP-ENV": ENVELOPE})
    body = etree.SubElement(root, f"{{{ENVELOPE}}}Body")
    fault = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = "SOAP-ENV:Server"
    etree.SubElement(fault, "faultstring").text = text
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
