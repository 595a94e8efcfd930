"""One question to jedeclare, and what its answer amounts to: tried again where that helps, an error where it is one.

The login is had for each question and kept nowhere. A refused one is not repeated for a minute: a wrong password that
is tried over and over blocks an account. Nothing here knows a receipt or a deposit. Extra `http`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Event
from time import monotonic

from lxml import etree

from due_workflow import __version__
from due_workflow.adapters import _jedeclare_soap as soap
from due_workflow.adapters._envelope import No, cut
from due_workflow.adapters._jedeclare_settings import JedeclareAddresses, JedeclareCredentials
from due_workflow.adapters._line import Answer, Line, LineSettings, LineTrouble, trouble_of
from due_workflow.adapters._secrets import hidden
from due_workflow.errors import InputRefused
from due_workflow.identifiers import scrub, shown
from due_workflow.ports import Sealed

_PAUSE = 60.0
"""Seconds before a login that was refused is tried again."""
_TROUBLES = {
    "04": "jedeclare_compression",
    "05": "jedeclare_malformed",
    "06": "portal_login",
    "07": "jedeclare_unavailable",
    "08": "jedeclare_not_yours",
    "11": "jedeclare_procedure",
    "99": "portal_fault",
    "fault": "jedeclare_fault",
}
"""What a `codeRetour`, or a SOAP fault, means."""


class Service:
    """Asks one account's services, from any thread.

    Raises:
        InputRefused: an address cannot be used.
    """

    def __init__(
        self,
        name: str,
        addresses: JedeclareAddresses,
        credentials: Callable[[], JedeclareCredentials],
        line: LineSettings,
        tries: int,
        pause: float,
    ) -> None:
        self.name, self.addresses, self._credentials, self._tries, self._pause = (
            name,
            addresses,
            credentials,
            tries,
            pause,
        )
        self._line = Line(name, line, [address for address in (addresses.collection, addresses.files) if address])
        self._refused: tuple[float, LineTrouble] | None = None

    def close(self) -> None:
        """Forget that a login was refused, and close what connections were kept; another question begins anew."""
        self._refused = None
        self._line.close()

    def asked(self, operation: str, request: str, fields: Sequence[tuple[str, str]]) -> etree._Element:
        """The response of Communication V2, once it is one of success.

        Raises:
            LineTrouble: the line failed, or the service refuses or fails, inside HTTP 200 too.
        """
        body, who = None, self._identity()
        with suppress(ValueError):  # the library's own error may show the text
            body = soap.question(operation, request, who, fields)
        if body is None:
            raise LineTrouble(self.name, "line_request", left=False)
        for left in reversed(range(self._tries)):
            answer = self._exchanged("POST", self.addresses.collection, soap.HEADERS, body)
            found = self._read(answer, who)
            if not isinstance(found, LineTrouble):
                return found
            again = answer.status >= 500 or found.code in ("portal_fault", "jedeclare_fault")
            if not (again and left):
                break
            Event().wait(self._pause)
        assert isinstance(found, LineTrouble)
        raise self._noted(found)

    def got(self, address: str) -> tuple[Sealed, str]:
        """What the REST service holds at `address`, and the host that answered.

        Raises:
            LineTrouble: the line failed, or the service refuses.
        """
        who = self._who()
        if ":" in who.user:  # the sign that ends the user in HTTP Basic
            raise LineTrouble(self.name, "jedeclare_no_credentials", left=False)
        headers = {"authorization": "Basic " + b64encode(f"{who.user}:{who.password}".encode()).decode()}
        for left in reversed(range(self._tries)):
            answer = self._exchanged("GET", address, headers, None)
            if answer.status < 500 or not left:
                break
            Event().wait(self._pause)
        if answer.status != 200:
            raise self._noted(trouble_of(self.name, answer))
        return answer.body, answer.host

    def _read(self, answer: Answer, who: soap.Identity) -> etree._Element | LineTrouble:
        """The response, or what is wrong. A fault comes with HTTP 500, and may come with 200."""
        if answer.status not in (200, 500):
            return trouble_of(self.name, answer)
        try:
            response = soap.answer(answer.body)
        except soap.Said as said:
            basic = b64encode(f"{who.user}:{who.password}".encode()).decode()
            secrets = (who.password, basic, who.user)
            told = "" if said.code == "fault" else f"codeRetour {shown(cut(hidden(said.code, secrets), 20))}"
            words = cut(scrub(hidden(said.words, secrets)), 200)
            detail = ", ".join(filter(None, (answer.host, told, words)))
            code = _TROUBLES.get(said.code, "portal_unexpected")
            return LineTrouble(self.name, code, detail, left=True, status=answer.status)
        except No as no:
            if answer.status == 200:
                return LineTrouble(self.name, "jedeclare_no_soap", f"{answer.host}, {no}", left=True, status=200)
            return trouble_of(self.name, answer)
        return response if answer.status == 200 else trouble_of(self.name, answer)

    def _exchanged(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        refused = self._refused
        if refused is not None and monotonic() < refused[0]:
            raise refused[1].anew()
        return self._line.exchange(method, address, headers=headers, body=body, repeatable=True)

    def _noted(self, trouble: LineTrouble) -> LineTrouble:
        if trouble.code == "portal_login":
            self._refused = monotonic() + _PAUSE, trouble
        return trouble.anew()

    def _identity(self) -> soap.Identity:
        who, line = self._who(), self._line.settings
        software, editor = line.software or "due-workflow", line.editor or "due-workflow"
        return soap.Identity(who.user, who.password, editor, software, line.version or __version__)

    def _who(self) -> JedeclareCredentials:
        who, detail = None, ""
        try:
            who = self._credentials()
        except InputRefused as refused:
            missing = refused.facts.get("missing")
            detail = ", ".join(map(str, missing)) if isinstance(missing, (list, tuple)) else ""
        except Exception as error:  # noqa: BLE001  # whatever it says might hold the secret
            detail = type(error).__name__
        if who is None or not (who.user and who.password):
            raise LineTrouble(self.name, "jedeclare_no_credentials", detail, left=False)
        return who
