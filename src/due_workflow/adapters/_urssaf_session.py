"""Who asks the API DPAE: credentials asked for when they are needed, one token in memory, renewed once when refused.

A question that is answered with 401 was not attended to, so asking it again with a new token asks it once. No name, no
password and no token stands in an error, a log or a repr. Nothing here knows a deposit or a return. Extra `http`.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from lxml import etree

from due_workflow.adapters._line import Answer, Line, LineTrouble, trouble_of
from due_workflow.adapters._secrets import hidden
from due_workflow.errors import InputRefused
from due_workflow.ports import Sealed

LARGEST_RETURN = 2 * 1024 * 1024
"""The most bytes of a list or a return."""
LARGEST_WORD = 256 * 1024
"""The most bytes of an answer to a login or a deposit."""
_HEADER = "DSNLogin jeton="
_PAUSE = 60.0
"""Seconds before a login that was refused is tried again: a wrong password tried over and over blocks an account."""


@dataclass(frozen=True, slots=True)
class UrssafCredentials:
    """Who declares, as registered with the URSSAF; only `siret` and `service` are shown.

    Attributes:
        surname, first_name, password: of the person registered.
        siret: of the declarant; the portal's account where it is empty.
        service: "25" for a declarant, "98" for a concentrator.

    Raises:
        InputRefused: `service` is not of two digits.
    """

    surname: str = field(repr=False)
    first_name: str = field(repr=False)
    password: str = field(repr=False)
    siret: str = ""
    service: str = "25"

    def __post_init__(self) -> None:
        if not (len(self.service) == 2 and self.service.isascii() and self.service.isdecimal()):
            raise InputRefused("urssaf_service")

    @classmethod
    def from_env(cls, prefix: str = "DUE_URSSAF_") -> UrssafCredentials:
        """From DUE_URSSAF_SURNAME, _FIRST_NAME and _PASSWORD, and _SIRET and _SERVICE where they are set.

        Raises:
            InputRefused: one of the first three is missing; its name is told.
        """
        names = [field.upper() for field in ("surname", "first_name", "password")]
        missing = [prefix + name for name in names if not os.environ.get(prefix + name, "").strip()]
        if missing:
            raise InputRefused("urssaf_environment", missing=missing)
        surname, first_name, password = (os.environ[prefix + name] for name in names)
        more = {key: os.environ.get(prefix + key.upper(), "").strip() for key in ("siret", "service")}
        return cls(surname.strip(), first_name.strip(), password, **{k: v for k, v in more.items() if v})


@dataclass(frozen=True, slots=True)
class UrssafAddresses:
    """Where the API is; production by default."""

    authenticate: str = "https://mon.urssaf.fr/authentifier_dpae"
    deposit: str = "https://depot.dpae-edi.urssaf.fr/deposer-dsn/1.0/"
    returns: str = "https://consultation.dpae-edi.urssaf.fr/lister-retours-flux/2.0/"


class Session:
    """Asks the API in one declarant's name, from any thread.

    Args:
        line: the line to the API.
        account: the declarant's SIRET.
        address: where to log in.
        credentials: gives them each time a token is asked for.
    """

    def __init__(self, line: Line, account: str, address: str, credentials: Callable[[], UrssafCredentials]) -> None:
        self.name, self._line, self._account = line.name, line, account
        self._address, self._credentials = address, credentials
        self._lock = Lock()
        self._token: Sealed | None = None
        self._told: deque[Sealed] = deque(maxlen=4)
        self._refused: tuple[float, LineTrouble] | None = None

    def close(self) -> None:
        """Forget the token and close what connections were kept; another question begins anew."""
        with self._lock:
            self._token = self._refused = None
            self._told.clear()
        self._line.close()

    def ask(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Ask with the token; a token that is refused is renewed, once, and asked with anew.

        Raises:
            LineTrouble: no token, or no answer. `left` is about this question, not about the login.
        """
        token = self._current(None)
        answer = self._with(token, method, address, headers, body)
        if answer.status == 401:
            # the portal says that it did nothing with what was asked: asking again asks once
            answer = self._with(self._current(token), method, address, headers, body)
        return answer

    def hidden(self, text: str) -> str:
        """`text` of the portal's without what it was told: tokens, password, names.

        The credentials are asked for anew, as nothing keeps them; where they cannot be had, nothing of it is told.
        """
        if not text:
            return ""
        try:
            who = self._credentials()
            secrets = (who.password, who.surname, who.first_name)
        except Exception:  # noqa: BLE001  # whatever it says might hold the secret
            return ""
        return self.without_tokens(hidden(text, secrets))

    def without_tokens(self, text: str) -> str:
        """`text` of the portal's without the header that it was told."""
        tokens = [bytes(token).decode("ascii") for token in list(self._told)]
        return hidden(text, [*tokens, *(f"{_HEADER}{token}" for token in tokens)])

    def _with(self, token: Sealed, method: str, address: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        given = {**headers, "authorization": f"{_HEADER}{bytes(token).decode('ascii')}"}
        largest = LARGEST_RETURN if body is None else LARGEST_WORD
        return self._line.exchange(method, address, headers=given, body=body, repeatable=body is None, largest=largest)

    def _current(self, spent: Sealed | None) -> Sealed:
        """The token, a new one where there is none or `spent` is what there is. Nobody logs in twice for one."""
        with self._lock:
            if self._token is None or self._token == spent:
                self._token = None
                self._token = self._login()
                self._told.append(self._token)
            return self._token

    def _login(self) -> Sealed:
        if self._refused is not None and monotonic() < self._refused[0]:
            raise self._refused[1].anew()
        self._refused, trouble, answer = None, None, None
        try:
            answer = self._line.exchange(
                "POST",
                self._address,
                headers={"content-type": "application/xml"},
                body=self._identified(),
                largest=LARGEST_WORD,
            )
        except LineTrouble as error:
            trouble = error.anew()
        if answer is not None and answer.status == 200:
            token = bytes(answer.body).strip()
            if (
                0 < len(token) <= 8192
                and token.isascii()
                and all(0x21 <= sign <= 0x7E and sign != 0x3C for sign in token)
            ):
                return Sealed(token)
            trouble = LineTrouble(self.name, "urssaf_no_token", answer.host, left=False)
        elif answer is not None:
            trouble = trouble_of(self.name, answer)
            if answer.status in (401, 422):
                trouble = LineTrouble(self.name, "portal_login", trouble.detail, left=False, status=401)
                self._refused = monotonic() + _PAUSE, trouble
        assert trouble is not None
        trouble.left = False
        raise trouble

    def _identified(self) -> bytes:
        """The login's body: ASCII, whatever the names hold."""
        who, detail = None, ""
        try:
            who = self._credentials()
        except InputRefused as refused:
            missing = refused.facts.get("missing")
            detail = ", ".join(map(str, missing)) if isinstance(missing, (list, tuple)) else refused.code
        except Exception as error:  # noqa: BLE001  # whatever it says might hold the secret
            detail = type(error).__name__
        if who is None or not (who.surname and who.first_name and who.password):
            raise LineTrouble(self.name, "urssaf_no_credentials", detail, left=False)
        if who.siret and self._account.isdecimal() and who.siret != self._account:
            raise LineTrouble(self.name, "urssaf_other_account", left=False)
        root = etree.Element("identifiants")
        told = (who.siret or self._account, who.surname, who.first_name, who.password, who.service)
        try:
            for name, text in zip(("siret", "nom", "prenom", "motdepasse", "service"), told, strict=True):
                etree.SubElement(root, name).text = text
            return etree.tostring(root)
        except ValueError:
            pass  # a control character, which no password has; the library's own error may show it
        raise LineTrouble(self.name, "urssaf_no_credentials", "ValueError", left=False)
