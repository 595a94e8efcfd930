"""jedeclare's far end for the tests, from the facts alone: nothing of the library is imported, only the standard one.

It keeps the pieces of its accounts, says what it was asked, and does what a test tells it to instead of answering.
"""

from __future__ import annotations

import base64
import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from hostile_server import Call, FarEnd, Request, far_end

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
SCHEMA = "{http://experian.com/communicationV2/schemas}"
COLLECTION = "/webservices/wspid_spring/CommunicationV2Service/"
FILES = "/webservice/gestion/compte/"
LISTED = {"99": "00 01 02 03 04", "98": "01 02", "97": "01 02 03", "00": "00", "01": "01", "02": "02", "03": "03"}
ORDER = ["dateDebut", "dateFin", "statutPiece", "typeDeListe", "typeProcedure", "identifiantDossier"]


@dataclass
class Piece:
    kind: str
    number: str
    ads: str
    content: bytes
    day: date
    procedure: str = "DUE"
    given: int = 0


@dataclass
class Asked:
    """One question: the operation and its fields, in the order they came."""

    operation: str
    fields: dict[str, str]


@dataclass
class JedeclareFar:
    """The accounts by user, with their passwords and pieces."""

    passwords: dict[str, str] = field(default_factory=lambda: {"cab": "mot de passe & <été>"})
    procedures: tuple[str, ...] = ("DUE", "DPAE_MSA")
    pieces: list[Piece] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    software: set[tuple[str, ...]] = field(default_factory=set)
    instead: Callable[[Call, Request, Asked | None], bool] | None = None
    files: bytes = b"<dossierClient/>"
    pause: float = 0.0
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, kind: str, number: str, content: bytes, ads: str = "900", **more: object) -> Piece:
        given = {"day": datetime.now().astimezone().date(), **more}
        self.pieces.append(piece := Piece(kind, number, ads, content, **given))  # type: ignore[arg-type]
        return piece

    def operations(self, operation: str) -> list[dict[str, str]]:
        return [asked.fields for asked in self.asked if asked.operation == operation]

    @contextmanager
    def running(self) -> Iterator[FarEnd]:
        with far_end(self.attend) as far:
            yield far

    # ---- what it answers

    def attend(self, call: Call, request: Request) -> None:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.pause:
                time.sleep(self.pause)
            if request.path.startswith(FILES):
                if self.instead is None or not self.instead(call, request, None):
                    self._files(call, request)
                return
            asked, code = self._read(request)
            self.asked.append(asked)
            if self.instead is not None and self.instead(call, request, asked):
                return
            self.respond(call, asked, code or self._answer(asked))
        finally:
            with self.lock:
                self.at_once -= 1

    def respond(self, call: Call, asked: Asked, inside: str, status: int = 200) -> None:
        """An answer whose content is `inside`; a bare code is an error."""
        name = f"{asked.operation}Response"
        inside = f"<ns2:codeRetour>{inside}</ns2:codeRetour>" if len(inside) == 2 else inside
        call.answer(
            '<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope '
            'xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/><SOAP-ENV:Body>'
            f'<ns2:{name} xmlns:ns2="http://experian.com/communicationV2/schemas">{inside}</ns2:{name}>'
            "</SOAP-ENV:Body></SOAP-ENV:Envelope>",
            status,
            content_type="text/xml; charset=utf-8",
        )

    def fault(self, call: Call, text: str, status: int = 500) -> None:
        call.answer(
            '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server'
            f"</faultcode><faultstring>{text}</faultstring></s:Fault></s:Body></s:Envelope>",
            status,
            content_type="text/xml",
        )

    def _read(self, request: Request) -> tuple[Asked, str]:
        """The question, and what is wrong with its form or its login."""
        assert request.method == "POST"
        assert request.headers["soapaction"] == '""'
        assert request.headers["content-type"].startswith("text/xml")
        (inner,) = ET.fromstring(request.body).find(f"{SOAP}Body")  # type: ignore[misc]
        parts = [[(e.tag.removeprefix(SCHEMA), e.text or "") for e in part] for part in inner]
        names = [part.tag.removeprefix(SCHEMA) for part in inner]
        operation = inner.tag.removeprefix(SCHEMA).removesuffix("Request")
        wanted = {"ListeDisponibiliteV2": "RequeteListe", "DemandeAccuse": "RequeteDemandePiece"}[operation]
        assert names == ["Authentification", "Identification", wanted], names
        assert [[name for name, _ in part] for part in parts[:2]] == [
            ["motDePasse", "nom"],
            ["editeur", "logiciel", "version"],
        ]
        self.software.add(tuple(text for _, text in parts[1]))
        login = dict(parts[0])
        bad = self.passwords.get(login["nom"]) != login["motDePasse"]
        return Asked(operation, dict(parts[2])), "06" if bad else ""

    def _answer(self, asked: Asked) -> str:
        return self._list(asked.fields) if asked.operation == "ListeDisponibiliteV2" else self._give(asked.fields)

    def _list(self, told: dict[str, str]) -> str:
        assert list(told) == [name for name in ORDER if name in told]
        first, last = (datetime.strptime(told[name], "%d/%m/%Y").date() for name in ("dateDebut", "dateFin"))
        if first > last or (last.year - first.year) * 12 + last.month - first.month > 18:
            return "05"
        if told["typeProcedure"] not in self.procedures:
            return "11"
        items = "".join(
            f"<ns2:item><ns2:numero>{p.number}</ns2:numero><ns2:statut>{'01' if p.given else '00'}</ns2:statut>"
            f"<ns2:typeDePiece>{p.kind}</ns2:typeDePiece><ns2:numeroADS>{p.ads}</ns2:numeroADS></ns2:item>"
            for p in self.pieces
            if p.kind in LISTED[told["typeDeListe"]].split()
            and first <= p.day <= last
            and p.procedure == told["typeProcedure"]
            and not (told["statutPiece"] == "00" and p.given)
        )
        return f"<ns2:codeRetour>00</ns2:codeRetour><ns2:liste>{items}</ns2:liste>"

    def _give(self, told: dict[str, str]) -> str:
        assert list(told) == ["mimeTypeReponse", "numero", "typePiece"]
        wanted = (told["numero"], told["typePiece"])
        piece = next((p for p in self.pieces if (p.number, p.kind) == wanted), None)
        return "08" if piece is None else self.given(piece)

    def given(self, piece: Piece, kind: str = "application/gzip", attached: str | None = None) -> str:
        """A piece's answer; its number and bytes as they are, unless told otherwise."""
        piece.given += 1
        if attached is None:
            attached = base64.encodebytes(gzip.compress(piece.content, mtime=0)).decode()
        return (
            f"<ns2:codeRetour>00</ns2:codeRetour><ns2:numero>{piece.number}</ns2:numero>"
            f"<ns2:date>2026-03-02T10:00:00+01:00</ns2:date><ns2:typeDePiece>{piece.kind}</ns2:typeDePiece>"
            f"<ns2:contentType>{kind}</ns2:contentType><ns2:pieceJointe>{escape(attached)}</ns2:pieceJointe>"
        )

    def _files(self, call: Call, request: Request) -> None:
        user, _, password = (
            base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode().partition(":")
        )
        if self.passwords.get(user) != password:
            call.answer("", 401, WWW_Authenticate='Basic realm="x"')
            return
        call.answer(self.files, content_type="application/xml")
