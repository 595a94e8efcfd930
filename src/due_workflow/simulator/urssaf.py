"""The far end of the API DPAE: authenticate, deposit, list the returns of a flux, give one.

A request comes in, an answer goes out; what is taken is the `World`'s. Nothing is logged, and no answer repeats what
was sent.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import timedelta

from lxml import etree

from due_workflow.simulator import papers
from due_workflow.simulator.call import XML, Answer, Call, TooLarge, unfolded
from due_workflow.simulator.ledger import Taken
from due_workflow.simulator.messages import Unusable
from due_workflow.simulator.settings import PASSWORD
from due_workflow.simulator.world import World

AUTH = "/authentifier_dpae"
DEPOSIT = "/deposer-dsn/1.0/"
LIST = "/lister-retours-flux/2.0/"
FETCH = "/consulter-retour/1.0/"
SERVICES = ("25", "98")
STATES = {"accepted": "OK", "accepted_with_anomaly": "ANO", "rejected": "KO"}
"""The `statut` of an outcome; what decides nothing yet is EN COURS."""
NATURES = {"acs": "10", "ars": "11"}
_KINDS = {nature: kind for kind, nature in NATURES.items()}


class Refused(Exception):
    """An answer that ends the request."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text)
        self.answer = Answer(status, _notice(text) if text else b"")


class Urssaf:
    """The four addresses."""

    def __init__(self, world: World) -> None:
        self.world = world

    def answer(self, endpoint: str, call: Call) -> Answer:
        """Answer one request to `endpoint` ("auth", "deposit", "list", "fetch")."""
        work = {"auth": self._auth, "deposit": self._deposit, "list": self._list, "fetch": self._fetch}[endpoint]
        try:
            if call.method != ("POST" if endpoint in ("auth", "deposit") else "GET"):
                raise Refused(405)
            return work(call)
        except Refused as refused:
            return refused.answer

    # ---- authenticate

    def _auth(self, call: Call) -> Answer:
        if "gzip" in call.headers.get("content-encoding", ""):
            raise Refused(415, "Corps compresse non accepte")
        _xml_type(call)
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
            root = etree.fromstring(call.body, parser)
        except etree.XMLSyntaxError:
            raise Refused(422, "Identifiants mal formes") from None
        names = [str(child.tag) for child in root]
        if root.tag != "identifiants" or names != ["siret", "nom", "prenom", "motdepasse", "service"]:
            raise Refused(422, "Identifiants mal formes")
        told = {str(child.tag): (child.text or "").strip() for child in root}
        if told["service"] not in SERVICES or not told["nom"] or not told["prenom"]:
            raise Refused(422, "Identifiants incomplets")
        account = self.world.settings.account("urssaf", told["siret"])
        expected = account.password if account else PASSWORD
        if account is None or not hmac.compare_digest(told["motdepasse"].encode(), expected.encode()):
            raise Refused(401)
        token = secrets.token_urlsafe(300)
        with self.world.lock:
            ends = self.world.clock.now() + timedelta(seconds=self.world.settings.token_seconds)
            self.world.tokens[token] = (account.name, ends)
        return Answer(200, token.encode(), "text/plain; charset=utf-8")

    def account_of(self, call: Call) -> str:
        """Whose token a request carries; "" where it has none that is good."""
        scheme, _, token = call.headers.get("authorization", "").partition("jeton=")
        with self.world.lock:
            account, ends = self.world.tokens.get(token.strip(), ("", None))
            if scheme.strip() != "DSNLogin" or ends is None or ends <= self.world.clock.now():
                return ""
            return account

    def expire(self, call: Call) -> None:
        """End the token of a request before its time."""
        with self.world.lock:
            self.world.tokens.pop(call.headers.get("authorization", "").partition("jeton=")[2].strip(), None)

    def _allowed(self, call: Call) -> str:
        if call.fault == "token_expired":
            self.expire(call)
        account = self.account_of(call)
        if not account:
            raise Refused(401)
        return account

    # ---- deposit

    def _deposit(self, call: Call) -> Answer:
        account = self._allowed(call)
        _xml_type(call)
        accept = call.headers.get("accept", "*/*")
        if not any(kind in accept for kind in ("*/*", "application/*", "application/xml", "text/xml")):
            raise Refused(406)
        accepted = {
            each.partition(";")[0].strip() for each in call.headers.get("accept-encoding", "").lower().split(",")
        }
        if "gzip" not in accepted:
            raise Refused(406, "Accept-Encoding: gzip attendu")
        if call.headers.get("content-encoding", "") != "gzip":
            raise Refused(415, "Content-Encoding: gzip attendu")
        try:
            message = unfolded(call.body, self.world.settings.largest)
        except TooLarge:
            raise Refused(413) from None
        except ValueError:
            raise Refused(422, "Compression gzip invalide") from None
        if call.fault == "error_in_200":
            return Answer(200, _depot(etat="KO", message="Service momentanement indisponible"))
        try:
            taken = self.world.take("urssaf", account, message, call.body)
        except Unusable as why:
            raise Refused(422, str(why)) from None
        mode = taken.mode
        if call.fault == "wrong_mode":
            mode = "real" if mode == "test" else "test"
        at = papers.iso(taken.taken_at)
        return Answer(
            200,
            _depot(
                etat="OK",
                idflux="" if call.fault == "no_ads" else taken.portal_ref,
                date_reception=at[:10],
                heure_reception=at[11:19],
                essai_reel="01" if mode == "test" else "02",
            ),
            taken=taken.number,
        )

    # ---- returns

    def _list(self, call: Call) -> Answer:
        taken = self._own(call, call.path.removeprefix(LIST).strip("/"))
        if call.fault == "error_in_200":
            return _json({"code": "99", "message": "Service momentanement indisponible"})
        host = "https://retours.example.invalid" if call.fault == "foreign_url" else call.origin
        returns = []
        for _, piece, version in self.world.pieces("urssaf", taken.portal_ref):
            outcome = version.outcomes[0] if version.outcomes else "accepted"
            statut = STATES.get(outcome, "EN COURS")
            nature = NATURES[piece.kind]
            returns.append(
                {
                    "publication": papers.iso(version.due),
                    "production": papers.iso(version.issued_at),
                    "nature": nature,
                    "statut": statut,
                    "id": piece.number,
                    "url": f"{host}{FETCH}{taken.portal_ref}/{nature}/{piece.number}",
                }
            )
        flux = [{"id": taken.portal_ref, "retour": returns}] if returns else []
        return _json({"retours": {"flux": flux}})

    def _fetch(self, call: Call) -> Answer:
        ref, _, rest = call.path.removeprefix(FETCH).partition("/")
        nature, _, number = rest.partition("/")
        taken = self._own(call, ref)
        if call.fault == "error_in_200":
            return Answer(200, _notice("Service momentanement indisponible"))
        found = self.world.piece("urssaf", taken.portal_ref, _KINDS.get(nature, ""), number)
        if found is None:
            raise Refused(404, "Retour inconnu ou purge")
        with self.world.lock:
            found[1].fetched += 1
        return Answer(200, found[2].content)

    def _own(self, call: Call, ref: str) -> Taken:
        account = self._allowed(call)
        taken = self.world.find("urssaf", ref)
        if taken is None:
            raise Refused(404, "Flux inconnu ou purge")
        if taken.account != account:
            raise Refused(403)
        return taken


def digest_of(call: Call, limit: int) -> tuple[str, bytes]:
    """SHA-256 and bytes of the message in a deposit, by which faults and attempts name it; empty where unreadable."""
    try:
        message = unfolded(call.body, limit) if call.body[:2] == b"\x1f\x8b" else call.body
    except (TooLarge, ValueError):
        return "", b""
    return hashlib.sha256(message).hexdigest(), message


def _xml_type(call: Call) -> None:
    if "xml" not in call.headers.get("content-type", "application/xml"):
        raise Refused(415, "Content-Type: application/xml attendu")


def _notice(text: str) -> bytes:
    return _document("erreur", {"message": text})


def _depot(etat: str, **told: str) -> bytes:
    return _document("depot", {"envoi_etat": etat, **told})


def _document(name: str, told: dict[str, str]) -> bytes:
    root = etree.Element(name)
    for key, text in told.items():
        if text:
            etree.SubElement(root, key).text = text
    return papers.latin1(root)


def _json(document: object) -> Answer:
    return Answer(200, json.dumps(document).encode(), "application/json")


__all__ = ["AUTH", "DEPOSIT", "FETCH", "LIST", "XML", "Urssaf", "digest_of"]
