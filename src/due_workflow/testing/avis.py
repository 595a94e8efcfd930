"""Makes jedeclare's pieces for tests and demos: `avis.xml`, and the e-mail it comes in. Needs lxml.

The same receipt gives the same bytes. The form is the one observed for other procedures: one container per
declaration, whose name carries the outcome. Nothing here reads.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import re
from typing import Literal

from lxml import etree

from due_workflow.calendar import PARIS
from due_workflow.receipts import Acs, Ads, Ars, Outcome

_ROOTS = {"acs": "avisConformiteSigne", "ars": "avisReceptionSigne"}
_CONTAINERS = {
    Outcome.ACCEPTED: "declarationsAcceptees",
    Outcome.ACCEPTED_WITH_ANOMALY: "declarationsAccepteesAno",
    Outcome.REJECTED: "declarationsRejetees",
    Outcome.PENDING: "declarationsEnAttente",
    Outcome.SUSPENDED: "declarationsSuspendues",
    Outcome.NO_RETURN: "declarationsSansRetour",
    Outcome.UNKNOWN: "declarationsInconnues",
}
_RESTATED = {
    Outcome.ACCEPTED: "declarationsAccepteesPrecedement",
    Outcome.ACCEPTED_WITH_ANOMALY: "declarationsAccepteesAnoPrecedement",
    Outcome.REJECTED: "declarationsRefuseesPrecedement",
}

_ILLEGAL = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")


def avis_xml(receipt: Ads | Acs | Ars, *, rs: str = "ENTREPRISE EXEMPLE", ads_root: str = "avisDepotSigne") -> bytes:
    """The `avis.xml` that says what `receipt` says; its hour is Paris's, to the second, with its offset.

    Args:
        receipt: what to tell. A verdict that is told before and has no such container gets the plain one.
        rs: the *raison sociale* written in each declaration.
        ads_root: the root of an ADS, whose form is not public.
    """
    root = etree.Element(_ROOTS.get(receipt.kind, ads_root))
    at = receipt.issued_at.astimezone(PARIS).isoformat(timespec="seconds")
    _add(root, "numeroAds", receipt.portal_ref)
    _add(root, f"date{receipt.kind.capitalize()}", at)
    _add(root, "nbDecl", None if receipt.count is None else str(receipt.count))
    if isinstance(receipt, Ads):
        for siret in receipt.sirets:
            _add(etree.SubElement(root, "declarations"), "siret", siret)
    for verdict in receipt.verdicts:
        names = {**_CONTAINERS, **_RESTATED} if verdict.restated else _CONTAINERS
        declaration = etree.SubElement(root, names[verdict.outcome])
        _add(declaration, "siret", verdict.siret)
        _add(declaration, "rs", rs)
        _add(declaration, "numeroInterne", verdict.reference)
        _add(declaration, "typeDeclaration", "DUE")
        _add(declaration, "destinataire", receipt.recipient if isinstance(receipt, Ars) else None)
        _add(declaration, "message", verdict.message or None)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: etree._Element, name: str, text: str | None) -> None:
    if text is not None:
        legal = "".join(c for c in text if c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
        etree.SubElement(parent, name).text = legal


def eml(
    avis: bytes,
    *,
    filename: str = "avis.xml",
    encoding: Literal["base64", "quoted-printable", "8bit"] = "base64",
    zipped: bool = False,
    subject: str = "Avis jedeclare.com",
) -> bytes:
    """The e-mail around an avis: a text, and the attachment `filename`, gzipped where `zipped`."""
    body = gzip.compress(avis, mtime=0) if zipped else avis
    if encoding == "base64":
        encoded = base64.encodebytes(body)
    else:
        encoded = binascii.b2a_qp(body, istext=False) if encoding == "quoted-printable" else body
    boundary = f"=_{hashlib.sha256(avis).hexdigest()[:24]}"
    head = (
        "From: jedeclare.com <ne-pas-repondre@example.invalid>\n"
        "To: cabinet@example.invalid\n"
        f"Subject: {subject}\n"
        "MIME-Version: 1.0\n"
        f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n'
        f"--{boundary}\n"
        "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n"
        "Bonjour,\n\nveuillez trouver ci-joint votre avis.\n\n"
        f"--{boundary}\n"
        f'Content-Type: application/xml; name="{filename}"\n'
        f"Content-Transfer-Encoding: {encoding}\n"
        f'Content-Disposition: attachment; filename="{filename}"\n\n'
    )
    whole = head.encode() + encoded + f"\n--{boundary}--\n".encode()
    return whole if encoding == "8bit" else whole.replace(b"\n", b"\r\n")
