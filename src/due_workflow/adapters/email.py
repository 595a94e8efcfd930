"""Notices by e-mail (SMTP): to the firm's mailboxes and to who follows the client, in French or English.

Nothing leaves unencrypted unless told so, and no password, address or server's answer stands in an error, a log or a
repr: a failure is a code of the catalogue (`trouble.<code>`) and the server's number. A notice is one message; a repeat
of it carries the same Message-ID.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from html import escape
from typing import Literal

from due_workflow import texts
from due_workflow.base import doors
from due_workflow.errors import InputRefused, Retry, Undeliverable
from due_workflow.identifiers import scrub
from due_workflow.models import Notice

Boxes = str | Sequence[str]
Security = Literal["starttls", "tls", "none"]
PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
_SUBJECT = 110


@dataclass(frozen=True, slots=True)
class _Failure:
    why: str
    final: bool = False


@doors
class EmailNotifier:
    """Sends each notice as one message, plain text and HTML.

    A notice for a collaborator goes to that name's address: the name itself where it is one (``Camille
    <camille@cabinet.example>``), else what `addresses` says. Where there is none, or the server refuses it for good,
    the firm gets it instead. The client's own address (`Client.email`) is never written to.

    Args:
        host: the mail server.
        port: 587 for STARTTLS, 465 for TLS, 25 for none, unless said.
        sender: the address in From, with or without a name.
        to: the firm's mailboxes, or a function of the firm's id (`Notice.cabinet`).
        addresses: a collaborator's address by name, or a function of the name and the firm's id.
        security: "starttls" (refused when the server does not offer it), "tls", or "none" for a server on this machine.
        user: the name to log in with, if any.
        password: the password, or a function that gives it when it is needed.
        lang: "fr" or "en".
        timeout: seconds for each step of the conversation.
        context: whose certificates are trusted; the system's when None.
        name: by which it is kept what this notifier has delivered.

    Raises:
        InputRefused: an address, a language or a way to connect that cannot be.
    """

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        sender: str,
        to: Boxes | Callable[[str], Boxes],
        addresses: Mapping[str, str] | Callable[[str, str], str | None] | None = None,
        security: Security = "starttls",
        user: str | None = None,
        password: str | Callable[[], str] | None = None,
        lang: str = "fr",
        timeout: float = 20.0,
        context: ssl.SSLContext | None = None,
        name: str = "email",
    ) -> None:
        if lang not in texts.LANGUAGES or security not in PORTS:
            raise InputRefused("mail_setting", value=scrub(f"{lang} {security}"))
        if user is not None and security == "none":
            raise InputRefused("mail_password_in_clear")
        self.host, self.port, self.security, self.name, self.lang = host, port or PORTS[security], security, name, lang
        self.sender = _address(sender)
        if not callable(to):
            _boxes(to)
        if isinstance(addresses, Mapping):
            _boxes(list(addresses.values()))
            addresses = {_folded(who): box for who, box in addresses.items()}
        self._to, self._addresses = to, addresses
        self._user, self._password = user, password
        self.timeout, self._context = timeout, context

    def __repr__(self) -> str:
        return f"EmailNotifier({self.host!r}, {self.port}, security={self.security!r})"

    def send(self, notice: Notice) -> None:
        """Hand it to the mail server. See `due_workflow.ports.Notifier.send`."""
        firm = self._firm(notice.cabinet)
        boxes, missing = self._boxes_of(notice, firm)
        told, final = self._told(notice, boxes, missing)
        if final and not firm <= boxes.keys():
            # who follows the client cannot be written to any more: the firm is told instead, never nobody
            told, final = self._told(notice, dict.fromkeys(firm), [n for box in final if (n := boxes[box])] or missing)
        if not told:
            raise Undeliverable(f"smtp_address: {min(final.values())}")

    def _told(
        self, notice: Notice, boxes: Mapping[str, str | None], instead: Sequence[str]
    ) -> tuple[set[str], dict[str, int]]:
        """The boxes that took it, and those that the server refuses for good."""
        refused = self._handed_over(self._message(notice, list(boxes), instead), list(boxes))
        if isinstance(refused, _Failure):
            raise Undeliverable(refused.why) if refused.final else Retry(why=refused.why)
        busy = [code for code in refused.values() if code < 500]
        if busy:
            raise Retry(why=f"smtp_busy: {busy[0]}")
        return boxes.keys() - refused.keys(), refused

    # ---- to whom

    def _firm(self, cabinet: str) -> set[str]:
        boxes = _boxes(self._to(cabinet) if callable(self._to) else self._to)
        if not boxes:
            raise Undeliverable("mail_no_address")
        return set(boxes)

    def _boxes_of(self, notice: Notice, firm: set[str]) -> tuple[dict[str, str | None], list[str]]:
        """Each mailbox with whose it is (None: the firm's), and the names that have none."""
        found: dict[str, str | None] = {}
        missing = []
        for addressee in notice.to:
            if addressee.who == "collaborator":
                box = self._box(addressee.name, notice.cabinet)
                if box is None:
                    missing.append(addressee.name)
                else:
                    found[box] = addressee.name
        if missing or not found or any(addressee.who != "collaborator" for addressee in notice.to):
            found = dict.fromkeys(sorted(firm)) | {box: who for box, who in found.items() if box not in firm}
        return found, missing

    def _box(self, who: str, cabinet: str) -> str | None:
        own = _parsed(who)
        if own is not None:
            return own.addr_spec
        if self._addresses is None:
            return None
        known = self._addresses(who, cabinet) if callable(self._addresses) else self._addresses.get(_folded(who))
        box = _parsed(known) if known else None
        return box.addr_spec if box is not None else None

    # ---- what

    def _message(self, notice: Notice, boxes: Iterable[str], instead: Sequence[str]) -> EmailMessage:
        text, lang = _line(notice.text(self.lang)), self.lang
        urgent = f"[{texts.render('mail.urgent', lang)}] " if notice.urgent else ""
        facts = [("mail.about", _line(notice.case)), ("mail.at", texts.shown(notice.at, lang))]
        facts += [("mail.firm", _line(notice.cabinet))] if notice.cabinet else []
        rows = [(texts.render(key, lang), said) for key, said in facts]
        notes = [texts.render("mail.instead", lang, {"names": list(map(_line, instead))})] if instead else []
        notes.append(texts.render("mail.automatic", lang))
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self.sender
        mail["To"] = ", ".join(boxes)
        mail["Subject"] = urgent + (text if len(text) <= _SUBJECT else text[: _SUBJECT - 1] + "…")
        mail["Date"] = datetime.now(UTC)
        mail["Message-ID"] = f"<{_mark(notice.cabinet, notice.id)}@{self.sender.domain}>"
        mail["References"] = f"<{_mark(notice.cabinet, notice.case)}@{self.sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        if notice.urgent:
            mail["Importance"] = "high"
            mail["X-Priority"] = "1"
        mail["Content-Language"] = lang
        plain = [urgent + text, "", *(f"{label}: {said}" for label, said in rows), "", "-- ", *notes]
        mail.set_content("\n".join(plain) + "\n", cte="quoted-printable")
        mail.add_alternative(_html(lang, urgent, text, rows, notes), subtype="html", cte="quoted-printable")
        return mail

    # ---- how

    def _handed_over(self, mail: EmailMessage, boxes: Sequence[str]) -> dict[str, int] | _Failure:
        """The boxes refused with the server's number; or why nothing was taken."""
        # before the line is opened: what the host's own function raises is the host's fault, not the line's
        password = self._password() if callable(self._password) else self._password
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._connected(password or "")
            refused = smtp.send_message(mail, self.sender.addr_spec, list(boxes))
        except smtplib.SMTPRecipientsRefused as error:
            return {box: code for box, (code, _) in error.recipients.items()}
        except (smtplib.SMTPException, OSError) as error:
            return _failure(error)
        except UnicodeError:
            # the password only: smtplib logs in with ASCII, and everything else was checked
            return _Failure("smtp_auth")
        finally:
            if smtp is not None:
                # taken is taken: how the conversation ends changes nothing
                with suppress(smtplib.SMTPException, OSError):
                    smtp.quit()
                smtp.close()
        return {box: code for box, (code, _) in refused.items()}

    def _connected(self, password: str) -> smtplib.SMTP:
        context = self._context or ssl.create_default_context()
        smtp: smtplib.SMTP
        if self.security == "tls":
            smtp = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                smtp.starttls(context=context)
            if self._user is not None:
                smtp.login(self._user, password)
        except BaseException:
            smtp.close()
            raise
        return smtp


def _failure(error: smtplib.SMTPException | OSError) -> _Failure:
    """An error of the line or the server as a code; what the server said may hold an address, and is not kept."""
    code = getattr(error, "smtp_code", None)
    number = f": {code}" if isinstance(code, int) and code > 0 else ""
    final = isinstance(code, int) and code >= 500
    match error:
        case smtplib.SMTPAuthenticationError():
            return _Failure("smtp_auth" + number)
        case smtplib.SMTPNotSupportedError():
            return _Failure("smtp_no_starttls" if "STARTTLS" in str(error) else "smtp_auth")
        case smtplib.SMTPSenderRefused():
            return _Failure("smtp_sender" + number)
        case smtplib.SMTPDataError():
            return _Failure("smtp_refused" + number, final) if final else _Failure("smtp_busy" + number)
        case smtplib.SMTPServerDisconnected():
            return _Failure("smtp_timeout" if isinstance(error.__context__, TimeoutError) else "smtp_cut")
        case smtplib.SMTPResponseException():
            return _Failure("smtp_busy" + number)
        case ssl.SSLCertVerificationError():
            return _Failure("smtp_certificate")
        case ssl.SSLError():
            return _Failure("smtp_tls")
        case TimeoutError():
            return _Failure("smtp_timeout")
        case smtplib.SMTPException():
            return _Failure("smtp_auth")
        case _:
            return _Failure("smtp_unreachable")


# ---- addresses and lines


def _parsed(text: str) -> Address | None:
    """The address in `text`, None where there is none; ASCII only, as every server takes it."""
    shown, box = parseaddr(text)
    if "@" not in box or not text.isprintable() or not box.isascii() or " " in box:
        return None
    try:
        found = Address(shown, addr_spec=box)
    except (ValueError, IndexError):
        return None
    return found if found.username and found.domain else None


def _address(text: str) -> Address:
    found = _parsed(text)
    if found is None:
        raise InputRefused("bad_email", value=scrub(" ".join(text.split())))
    return found


def _boxes(boxes: Boxes) -> list[str]:
    several = [boxes] if isinstance(boxes, str) else boxes
    return list(dict.fromkeys(_address(box).addr_spec for box in several))


def _folded(who: str) -> str:
    return " ".join(who.split()).casefold()


def _line(text: str) -> str:
    """One line without control characters: nothing in a fact can begin a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _mark(cabinet: str, what: str) -> str:
    return hashlib.sha256(f"{cabinet}\n{what}".encode()).hexdigest()[:40]


def _html(lang: str, urgent: str, text: str, rows: Sequence[tuple[str, str]], notes: Sequence[str]) -> str:
    mark = f'<strong style="color:#b00020">{escape(urgent)}</strong>' if urgent else ""
    table = "".join(
        f'<tr><th align="left" style="padding-right:1em">{escape(label)}</th><td>{escape(said)}</td></tr>'
        for label, said in rows
    )
    small = "".join(f'<p style="color:#666;font-size:smaller">{escape(note)}</p>' for note in notes)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><body style="font-family:sans-serif">'
        f"<p>{mark}{escape(text)}</p><table>{table}</table>{small}</body></html>\n"
    )
