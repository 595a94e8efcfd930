"""jedeclare's Communication V2 as bytes: SOAP 1.1 questions written, answers read. Extra `http`.

The names and their order are those of the service; an answer is hostile until proven otherwise (size, markup, DOCTYPE),
and an error may stand inside HTTP 200. Nothing here travels, and nothing knows a receipt.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from due_workflow.adapters._envelope import No, is_called, parsed, plain_name, words_of
from due_workflow.ports import Sealed

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_SCHEMA = "http://experian.com/communicationV2/schemas"
HEADERS = {"content-type": "text/xml; charset=utf-8", "soapaction": '""'}
DONE = "00"
_NUMBER = re.compile(r"[!-~]{1,100}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: the login of the account, and the software."""

    user: str = field(repr=False)
    password: str = field(repr=False)
    editor: str
    software: str
    version: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list. `kind` is the service's own number of a type of piece."""

    number: str
    kind: str
    ads: str


class Said(Exception):
    """The service says that it did not do what was asked: its `codeRetour`, or "fault", and its words."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(code)
        self.code, self.words = code, words


def question(operation: str, request: str, who: Identity, fields: Sequence[tuple[str, str]]) -> bytes:
    """One request.

    Raises:
        ValueError: a text holds a character that XML has no place for.
    """
    root = etree.Element(f"{{{_SOAP}}}Envelope", nsmap={"soapenv": _SOAP, "sch": _SCHEMA})
    etree.SubElement(root, f"{{{_SOAP}}}Header")
    asked = etree.SubElement(etree.SubElement(root, f"{{{_SOAP}}}Body"), f"{{{_SCHEMA}}}{operation}Request")
    software = (("editeur", who.editor), ("logiciel", who.software), ("version", who.version))
    parts = (
        ("Authentification", (("motDePasse", who.password), ("nom", who.user))),
        ("Identification", software),
        (request, fields),
    )
    for name, told in parts:
        part = etree.SubElement(asked, f"{{{_SCHEMA}}}{name}")
        for key, text in told:
            etree.SubElement(part, f"{{{_SCHEMA}}}{key}").text = text
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def answer(body: bytes) -> etree._Element:
    """The response inside an answer whose `codeRetour` is 00.

    Raises:
        No: it is no SOAP answer.
        Said: the service refuses, or failed. What it says is not cut yet: take out first what nobody may read.
    """
    root = parsed(body)
    inside = [child for child in root if is_called(child, "Body")]
    if not is_called(root, "Envelope") or len(inside) != 1 or len(inside[0]) != 1:
        raise No("no_soap")
    response = inside[0][0]
    if is_called(response, "Fault"):
        raise Said("fault", _said(response, "faultstring"))
    codes = {words_of(element) for element in response.iter() if is_called(element, "codeRetour")}
    if len(codes) != 1:
        raise No("no_soap")
    code = codes.pop()
    if code != DONE:
        raise Said(code, _said(response, "message", "libelle", "libelleRetour"))
    return response


def items(response: etree._Element, bare_is_none: bool = True) -> list[Item | None]:
    """The lines of a list; None for one that names no piece.

    Args:
        response: what the service answered.
        bare_is_none: a response without a `liste` is an empty list where it says nothing but its `codeRetour`.

    Raises:
        No: it holds no list.
    """
    lists = [element for element in response.iter(etree.Element) if is_called(element, "liste")]
    lines = [element for element in response.iter(etree.Element) if is_called(element, "item")]
    if not (lists or lines or (bare_is_none and _bare(response))):
        raise No("no_list")
    strange = [None for one in lists for child in one.iterchildren(etree.Element) if not is_called(child, "item")]
    return [*map(_item, lines), *strange]


def _bare(response: etree._Element) -> bool:
    leaves = (element for element in response.iter(etree.Element) if not len(element))
    return all(is_called(leaf, "codeRetour", "message", "libelle", "libelleRetour") for leaf in leaves)


def _item(element: etree._Element) -> Item | None:
    told = {plain_name(str(child.tag)): (child.text or "").strip() for child in element.iterchildren(etree.Element)}
    number, kind, ads = (told.get(name, "") for name in ("numero", "typedepiece", "numeroads"))
    good = _NUMBER.fullmatch(number) and re.fullmatch(r"\d\d", kind, re.ASCII)
    return Item(number, kind, ads if _NUMBER.fullmatch(ads) else "") if good else None


def piece(response: etree._Element, number: str, kind: str) -> Sealed:
    """The bytes of the piece that was asked for: base64 undone, gzip or not.

    Raises:
        No: it is another piece, or none.
    """
    told: dict[str, str] = {}
    for element in response.iter():
        for name in ("numero", "typeDePiece", "pieceJointe"):
            if is_called(element, name):
                told.setdefault(name, (element.text or "").strip())
    # what is not said is not held against it; what is said must agree
    if told.get("numero") not in (None, "", number) or told.get("typeDePiece") not in (None, "", kind):
        raise No("other_piece")
    attached = told.get("pieceJointe", "")
    if not attached:
        raise No("no_document")
    try:
        return Sealed(base64.b64decode("".join(attached.split()), validate=True))
    except (binascii.Error, ValueError):
        # it was taken off the list of what is new by being given: it is kept as it came, for a person to read
        return Sealed(attached.encode("utf-8", "replace"))


def day(told: date) -> str:
    """A day as the service reads it: JJ/MM/AAAA."""
    return told.strftime("%d/%m/%Y")


def _said(response: etree._Element, *names: str) -> str:
    words = (words_of(element) for element in response.iter() if is_called(element, *names))
    return next(filter(None, words), "")
