"""The documents that the portals give: jedeclare's `avis.xml` in its e-mail, the URSSAF's return.

Made from the ledger's rows, by the names of the facts. Nothing here decides an outcome or reads a message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from zoneinfo import ZoneInfo

from lxml import etree

from due_workflow.simulator.ledger import DECIDES, HireRow, Taken

_PARIS = ZoneInfo("Europe/Paris")
CONTAINERS = {
    "accepted": "declarationsAcceptees",
    "accepted_with_anomaly": "declarationsAccepteesAno",
    "rejected": "declarationsRejetees",
    "pending": "declarationsEnAttente",
    "suspended": "declarationsSuspendues",
    "no_return": "declarationsSansRetour",
}
"""An outcome's container; any other outcome names its container itself ("declarationsRefusees")."""
RESTATED = {
    "accepted": "declarationsAccepteesPrecedement",
    "accepted_with_anomaly": "declarationsAccepteesAnoPrecedement",
    "rejected": "declarationsRefuseesPrecedement",
}
CONTRARY = {"accepted": "rejected", "accepted_with_anomaly": "rejected", "rejected": "accepted"}
_ROOTS = {"ads": "avisDepotSigne", "acs": "avisConformiteSigne", "ars": "avisReceptionSigne"}
_TITLES = {"ads": "Avis de depot signe", "acs": "Avis de conformite signe", "ars": "Avis de reception signe"}
ANOMALY = "Declaration acceptee avec anomalie"


def iso(at: datetime) -> str:
    """An instant as the portals write it: Paris time, to the millisecond, with its offset."""
    return at.astimezone(_PARIS).isoformat(timespec="milliseconds")


def avis(
    taken: Taken,
    kind: str,
    at: datetime,
    outcomes: Sequence[str],
    recipient: str,
    files: dict[str, str],
    *,
    restated: bool = False,
) -> bytes:
    """An ADS, ACS or ARS of jedeclare, in its e-mail. `files`: the firm's own file number by SIRET."""
    root = etree.Element(_ROOTS[kind])
    _add(root, "numeroAds", taken.portal_ref)
    _add(root, {"ads": "dateAds", "acs": "dateAcs", "ars": "dateArs"}[kind], iso(at))
    _add(root, "nbDecl", str(len(taken.hires)))
    if kind == "ads":
        _add(root, "nomFichier", taken.filename)
        declaration = etree.SubElement(root, "declarations")
        _add(declaration, "siret", taken.siret)
        _add(declaration, "rs", taken.designation)
    else:
        _add(root, "msgLibre", _message(taken, kind, outcomes))
        _add(root, "lienProfond", "")
        for hire, outcome in zip(taken.hires, outcomes, strict=True):
            names = CONTAINERS | RESTATED if restated else CONTAINERS
            container = etree.SubElement(root, names.get(outcome, outcome))
            _declaration(container, taken, hire, kind, recipient, files)
    xml = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return _eml(xml, f"{_TITLES[kind]} {taken.portal_ref}")


def _declaration(
    container: etree._Element, taken: Taken, hire: HireRow, kind: str, recipient: str, files: dict[str, str]
) -> None:
    _add(container, "siret", hire.siret)
    _add(container, "rs", taken.designation)
    _add(container, "numeroInterne", files.get(hire.siret, ""))
    _add(container, "typeDeclaration", "DUE")
    if kind == "ars":
        _add(container, "typeDeclarationLabel", "Declaration unique d'embauche")
    _add(container, "destinataire", recipient)
    for name in ("periodeDepotDeb", "periodeDepotFin", "rof", "montantTd"):
        _add(container, name, "")
    _add(container, "isDeclarationBloquee", "false")


def _message(taken: Taken, kind: str, outcomes: Sequence[str]) -> str:
    if kind == "acs":
        return " ; ".join(taken.form)
    told = dict.fromkeys(
        text for hire, out in zip(taken.hires, outcomes, strict=True) if out == "rejected" for text in hire.problems
    )
    if "accepted_with_anomaly" in outcomes:
        told[ANOMALY] = None
    return " ; ".join(told)


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = "".join(c for c in text if c >= " " and c not in "\ufffe\uffff")


def _eml(xml: bytes, subject: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "jedeclare.com <ne-pas-repondre@example.invalid>"
    mail["To"] = "cabinet@example.invalid"
    mail["Subject"] = subject
    mail.set_content("Bonjour,\n\nveuillez trouver ci-joint votre avis.\n")
    mail.add_attachment(xml, maintype="application", subtype="xml", filename="avis.xml")
    mail.set_boundary(f"=_{hashlib.sha256(xml).hexdigest()[:24]}")
    return mail.as_bytes()


def report(taken: Taken, nature: str, at: datetime, outcome: str, mode: str = "") -> bytes:
    """A return of the URSSAF: nature 10 (the portal's own control) or 11 (certificate or anomaly report).

    It says a `mode` only where it is given.
    """
    decided = outcome in DECIDES
    # what is not decided yet has no report: nobody may take it for one of a DPAE
    root = etree.Element("bilan", profil="DPAE" if nature == "11" and decided else "AEE")
    _add(root, "idflux", taken.portal_ref)
    _add(root, "date_production", iso(at))
    if mode:
        _add(root, "essai_reel", "01" if mode == "test" else "02")
    if not decided:
        return latin1(root)
    good = DECIDES[outcome] == "accepted"
    _add(root, "etat_conformite", "OK" if good else "KO")
    if good and nature == "11":
        _add(root, "certificat_conformite", hashlib.sha256(taken.portal_ref.encode()).hexdigest()[:16].upper())
    problems = taken.form if nature == "10" else [text for hire in taken.hires for text in hire.problems]
    if not good:
        lines = list(dict.fromkeys(problems)) or ["Declaration non conforme"]
        etree.SubElement(root, "message").text = "\n".join(["Declaration rejetee:", *lines])
    elif outcome == "accepted_with_anomaly":
        etree.SubElement(root, "message").text = ANOMALY
    return latin1(root)


def latin1(root: etree._Element) -> bytes:
    """A document as the URSSAF writes it."""
    text = etree.tostring(root, encoding="unicode")
    return ('<?xml version="1.0" encoding="ISO-8859-1"?>\n' + text).encode("iso-8859-1", "xmlcharrefreplace")
