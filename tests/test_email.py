"""E-mail against a real SMTP server: encrypted or not at all, addressed to somebody always, safe to repeat."""

from __future__ import annotations

import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

import servers
from due_workflow import InputRefused, Notice, Policy, Retry, Undeliverable
from due_workflow.adapters.email import EmailNotifier
from due_workflow.models import Addressee
from due_workflow.policy import Tell
from due_workflow.testing import NotifierContract
from due_workflow.testing import factories as f
from due_workflow.testing.notifier import notice
from stories import NOW, Firm

FIRM = "paie@cabinet.example"
CAMILLE = "camille@cabinet.example"
SECRET = "p4ssw0rd-of-the-mailbox"
AUTHORITY = trustme.CA()


class Mailbox:
    """A mail server's memory, and what it is told to answer."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.boxes: list[list[str]] = []
        self.rcpt: dict[str, str] = {}
        self.mail = self.data = ""
        self.encrypted: list[bool] = []

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.mail:
            return self.mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.rcpt.get(address, self.rcpt.get("*", "250 OK"))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data:
            return self.data
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.boxes.append(envelope.rcpt_tos)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


Serve = Callable[..., int]


@pytest.fixture
def serve(mailbox: Mailbox) -> Iterator[Serve]:
    """Start a mail server and give its port."""
    running: list[Controller] = []

    def start(**settings: Any) -> int:
        made = Controller(mailbox, hostname="127.0.0.1", port=servers.free_port(), **settings)
        made.start()
        running.append(made)
        return int(made.port)

    yield start
    for controller in running:
        controller.stop()


def server_context(name: str = "localhost") -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(name).configure_cert(context)
    return context


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def plain(port: int, **settings: Any) -> EmailNotifier:
    given: dict[str, Any] = {"sender": "DUE <due@cabinet.example>", "to": FIRM, "security": "none", "timeout": 5}
    return EmailNotifier("127.0.0.1", port, **(given | settings))


def to(*names: str, firm: bool = False) -> dict[str, Any]:
    who = [Addressee(who="collaborator", name=name) for name in names]
    return {"cabinet": "cabinet", "to": (*([Addressee(who="firm", name="cabinet")] if firm else []), *who)}


# ---- the contract


class TestEmailNotifier(NotifierContract):
    @pytest.fixture
    def notifier(self, serve: Serve, mailbox: Mailbox) -> EmailNotifier:
        self.mailbox = mailbox
        return plain(serve())

    def delivered(self, notifier: Any) -> list[str]:
        marks = {mark(name): name for name in ("n-1", "n-2")}
        return [marks.get(str(mail["Message-ID"]), "?") for mail in self.mailbox.mails]

    def disturb(self, notifier: Any) -> bool:
        self.mailbox.rcpt["*"] = "450 4.2.1 come back later"
        return True

    def forbid(self, notifier: Any) -> bool:
        self.mailbox.rcpt["*"] = "550 5.1.1 no such user"
        return True


def mark(id: str) -> str:
    """The Message-ID of a notice, made where nobody listens."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=servers.free_port())
    controller.start()
    try:
        plain(controller.port).send(notice(id))
    finally:
        controller.stop()
    return str(box.mails[0]["Message-ID"])


# ---- what is written


def test_a_notice_goes_through_the_worker_to_a_mailbox(serve: Serve, mailbox: Mailbox) -> None:
    firm = Firm().opened()
    firm.live()
    firm.worker(plain(serve())).deliver()  # type: ignore[arg-type]
    assert mailbox.boxes == [[FIRM], [FIRM]]
    assert firm.read.counts("notice") == {"delivered": 2}


@pytest.mark.parametrize(("lang", "mark_of", "says"), [("fr", "[URGENT]", "en doute"), ("en", "[URGENT]", "in doubt")])
def test_a_mail_says_it_in_two_forms_and_in_the_language_asked_for(
    serve: Serve, mailbox: Mailbox, lang: str, mark_of: str, says: str
) -> None:
    facts = {"submission": "É-1/real/1", "state": "in_doubt"}
    plain(serve(), lang=lang).send(notice(code="contradiction", urgent=True, case="filing:É-1", facts=facts, at=NOW))
    (mail,) = mailbox.mails
    body, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert body is not None
    assert html is not None
    for part in (mail["Subject"], body.get_content(), html.get_content()):
        assert mark_of in part
        assert "É-1/real/1" in part
        assert says in part
    assert "filing:É-1" in body.get_content()
    assert f'lang="{lang}"' in html.get_content()
    assert (mail["Auto-Submitted"], mail["Importance"]) == ("auto-generated", "high")
    assert ("02/03/2026 10:00" if lang == "fr" else "2026-03-02 10:00") in body.get_content()


def test_what_is_not_urgent_does_not_say_that_it_is(serve: Serve, mailbox: Mailbox) -> None:
    plain(serve()).send(notice(code="went_live", facts={"client": "Dupont"}))
    assert mailbox.mails[0]["Subject"] == "Dupont: commuté du mode test au mode réel."
    assert mailbox.mails[0]["Importance"] is None


def test_no_fact_can_begin_a_header_or_a_tag(serve: Serve, mailbox: Mailbox) -> None:
    evil = "x\r\nBcc: spy@evil.example\r\n\r\n<script>alert(1)</script>\x00\u2028Cc: a@b.c"
    plain(serve()).send(notice("n\r\nX-Evil: 1", code="went_live", case=evil, facts={"client": evil}, cabinet=evil))
    (mail,) = mailbox.mails
    assert mailbox.boxes == [[FIRM]]
    assert not {"Bcc", "Cc", "X-Evil"} & set(mail.keys())
    assert "\n" not in mail["Subject"]
    html = mail.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "&lt;script&gt;" in html.get_content()


def test_a_repeat_has_the_same_number_and_two_firms_never_share_one(serve: Serve, mailbox: Mailbox) -> None:
    notifier = plain(serve())
    for cabinet in ("north", "north", "south"):
        notifier.send(notice(cabinet=cabinet))
    first, repeat, other = (str(mail["Message-ID"]) for mail in mailbox.mails)
    assert first == repeat != other
    assert re.fullmatch(r"<[0-9a-f]{40}@cabinet\.example>", first)


def test_the_mails_of_one_case_are_one_thread(serve: Serve, mailbox: Mailbox) -> None:
    notifier = plain(serve())
    for id, case in (("n-1", "filing:E-1"), ("n-2", "filing:E-1"), ("n-3", "filing:E-2")):
        notifier.send(notice(id, case=case))
    one, two, three = (mail["References"] for mail in mailbox.mails)
    assert one == two != three


def test_a_long_sentence_is_cut_in_the_subject_only(serve: Serve, mailbox: Mailbox) -> None:
    plain(serve()).send(notice(code="went_live", facts={"client": "é" * 300}))
    body = mailbox.mails[0].get_body(("plain",))
    assert body is not None
    assert len(mailbox.mails[0]["Subject"]) == 110
    assert "é" * 300 in body.get_content()


# ---- to whom


def test_a_collaborator_is_written_to_by_name(serve: Serve, mailbox: Mailbox) -> None:
    notifier = plain(serve(), addresses={"Camille Martin": CAMILLE})
    notifier.send(notice(**to("camille  MARTIN")))
    notifier.send(notice(**to("Camille Martin", firm=True)))
    assert mailbox.boxes == [[CAMILLE], [FIRM, CAMILLE]]


@pytest.mark.parametrize("name", [CAMILLE, f"Camille Martin <{CAMILLE}>"])
def test_a_name_that_is_an_address_needs_no_table(serve: Serve, mailbox: Mailbox, name: str) -> None:
    plain(serve()).send(notice(**to(name)))
    assert mailbox.boxes == [[CAMILLE]]


@pytest.mark.parametrize("name", ["Camille Martin", "", "camille@", "camille@é.fr", "a@b.c\r\nBcc: x@y.z", "@", "<>"])
def test_where_a_name_has_no_address_the_firm_is_told_instead(serve: Serve, mailbox: Mailbox, name: str) -> None:
    plain(serve(), addresses={"Agnès": "agnes@cabinet.example"}).send(notice(**to(name)))
    assert mailbox.boxes == [[FIRM]]


def test_the_firm_reads_for_whom_it_was(serve: Serve, mailbox: Mailbox) -> None:
    plain(serve()).send(notice(**to("Camille Martin")))
    body = mailbox.mails[0].get_body(("plain",))
    assert body is not None
    assert "Camille Martin" in body.get_content()


def test_each_firm_has_its_own_mailboxes(serve: Serve, mailbox: Mailbox) -> None:
    boxes = {"north": ("n@north.example", "m@north.example"), "south": "s@south.example"}
    people = {("Camille", "north"): "c@north.example", ("Camille", "south"): "c@south.example"}
    notifier = plain(serve(), to=boxes.__getitem__, addresses=lambda name, cabinet: people.get((name, cabinet)))
    for cabinet in boxes:
        notifier.send(notice(**(to("Camille", firm=True) | {"cabinet": cabinet})))
    assert mailbox.boxes == [
        ["m@north.example", "n@north.example", "c@north.example"],
        ["s@south.example", "c@south.example"],
    ]


def test_when_the_collaborators_address_is_refused_the_firm_is_told_instead(serve: Serve, mailbox: Mailbox) -> None:
    mailbox.rcpt[CAMILLE] = "550 5.1.1 no such user"
    plain(serve(), addresses={"Camille": CAMILLE}).send(notice(**to("Camille")))
    assert mailbox.boxes == [[FIRM]]


def test_when_all_addresses_are_refused_it_is_undeliverable(serve: Serve, mailbox: Mailbox) -> None:
    mailbox.rcpt["*"] = "550 5.1.1 no such user"
    with pytest.raises(Undeliverable) as failed:
        plain(serve(), addresses={"Camille": CAMILLE}).send(notice(**to("Camille")))
    assert "550" in failed.value.text("fr")
    assert CAMILLE not in failed.value.text("fr")


def test_one_that_is_refused_for_now_is_tried_again(serve: Serve, mailbox: Mailbox) -> None:
    mailbox.rcpt[CAMILLE] = "451 greylisted"
    with pytest.raises(Retry):
        plain(serve(), addresses={"Camille": CAMILLE}).send(notice(**to("Camille", firm=True)))


def test_the_clients_own_address_is_never_written_to(serve: Serve, mailbox: Mailbox) -> None:
    """An urgent notice, for a client with an address, followed by nobody."""
    firm = Firm(policy=Policy(tell=(Tell(who="collaborator"),))).opened()
    firm.live(client=f.client(1, email="gerant@client.example", collaborator=None))
    firm.worker(plain(serve())).deliver()  # type: ignore[arg-type]
    assert mailbox.boxes == [[FIRM], [FIRM]]


# ---- encrypted


def test_starttls_checks_the_certificate_and_logs_in(serve: Serve, mailbox: Mailbox) -> None:
    seen: list[Any] = []

    def login(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=data.password == SECRET.encode(), handled=False)

    port = serve(tls_context=server_context(), require_starttls=True, authenticator=login, auth_required=True)
    asked: list[int] = []
    password = lambda: asked.append(1) or SECRET  # type: ignore[func-returns-value]  # noqa: E731
    good = EmailNotifier(
        "localhost", port, sender="due@cabinet.example", to=FIRM, user="due", password=password, context=trusting()
    )
    assert asked == [], "a password is asked for when it is needed"
    good.send(notice())
    assert (mailbox.encrypted, seen) == ([True], [(b"due", SECRET.encode())])
    bad = EmailNotifier(
        "localhost", port, sender="due@cabinet.example", to=FIRM, user="due", password="wr0ng", context=trusting()
    )
    with pytest.raises(Retry) as failed:
        bad.send(notice())
    assert "mot de passe" in failed.value.text("fr")
    assert "535" in failed.value.text("en")
    assert "wr0ng" not in repr(failed.value) + failed.value.text("en") + repr(bad)


def test_tls_from_the_first_byte(serve: Serve, mailbox: Mailbox) -> None:
    port = serve(ssl_context=server_context())
    EmailNotifier("localhost", port, sender="due@cabinet.example", to=FIRM, security="tls", context=trusting()).send(
        notice()
    )
    assert len(mailbox.mails) == 1, "and the server speaks nothing else there"


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("fault", ["unknown authority", "another name"])
def test_a_certificate_that_is_not_trusted_means_that_nothing_is_sent(
    serve: Serve, mailbox: Mailbox, security: str, fault: str
) -> None:
    context = server_context("mail.other.example" if fault == "another name" else "localhost")
    port = serve(**({"ssl_context": context} if security == "tls" else {"tls_context": context}))
    trust = trusting() if fault == "another name" else None
    notifier = EmailNotifier(
        "localhost",
        port,
        sender="due@cabinet.example",
        to=FIRM,
        security=security,
        context=trust,  # type: ignore[arg-type]
    )
    with pytest.raises(Retry) as failed:
        notifier.send(notice())
    assert failed.value.facts["why"] == "smtp_certificate"
    assert mailbox.mails == []


def test_a_server_without_starttls_gets_nothing_in_the_clear(serve: Serve, mailbox: Mailbox) -> None:
    notifier = EmailNotifier("localhost", serve(), sender="due@cabinet.example", to=FIRM, user="u", password=SECRET)
    with pytest.raises(Retry) as failed:
        notifier.send(notice())
    assert failed.value.facts["why"] == "smtp_no_starttls"
    assert mailbox.mails == []


def test_a_password_is_never_to_leave_in_the_clear() -> None:
    with pytest.raises(InputRefused) as refused:
        plain(25, user="due", password=SECRET)
    assert refused.value.code == "mail_password_in_clear"
    assert SECRET not in str(refused.value)


# ---- what the line does


@pytest.mark.parametrize(
    ("answers", "raised", "why"),
    [
        ({"data": "451 4.3.0 try later"}, Retry, "smtp_busy: 451"),
        ({"data": "554 5.7.1 looks like spam"}, Undeliverable, "smtp_refused: 554"),
        ({"mail": "550 5.7.1 not your address"}, Retry, "smtp_sender: 550"),
        ({"mail": "421 4.3.2 closing"}, Retry, "smtp_sender: 421"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_the_server_answers_says_whether_to_come_again(
    serve: Serve, mailbox: Mailbox, answers: dict[str, str], raised: type[Exception], why: str
) -> None:
    """A sender that is refused is a setting to mend, not a notice that can never be delivered."""
    vars(mailbox).update(answers)
    with pytest.raises(raised) as failed:
        plain(serve()).send(notice())
    assert failed.value.facts["why"] == why  # type: ignore[attr-defined]


def test_a_server_that_is_not_there_means_retry() -> None:
    with pytest.raises(Retry) as failed:
        plain(servers.free_port()).send(notice())
    assert failed.value.facts["why"] == "smtp_unreachable"
    with pytest.raises(Retry) as failed:
        EmailNotifier("no-such-host.invalid", sender="due@cabinet.example", to=FIRM).send(notice())
    assert failed.value.facts["why"] == "smtp_unreachable"


@pytest.mark.parametrize(("says", "why"), [(None, "smtp_timeout"), (b"", "smtp_cut"), (b"hello\r\n", "smtp_")])
def test_a_server_that_says_nothing_or_nonsense_means_retry(says: bytes | None, why: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            line, _ = listening.accept()
            if says is None:
                line.recv(1)
            line.sendall(says or b"")
            line.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(Retry) as failed:
            plain(listening.getsockname()[1], timeout=0.3).send(notice())
        assert str(failed.value.facts["why"]).startswith(why)
        thread.join(5)


def test_a_mail_that_was_taken_is_delivered_however_the_conversation_ends(serve: Serve, mailbox: Mailbox) -> None:
    class Rude(Mailbox):
        async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
            return "500 go away"

    rude = Rude()
    controller = Controller(rude, hostname="127.0.0.1", port=servers.free_port())
    controller.start()
    try:
        plain(controller.port).send(notice())
    finally:
        controller.stop()
    assert len(rude.mails) == 1


# ---- settings


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": "nobody"},
        {"sender": "a@b.c\r\nBcc: x@y.z"},
        {"to": "é@cabinet.example"},
        {"to": ["good@cabinet.example", "bad"]},
        {"addresses": {"Camille": "nowhere"}},
        {"lang": "de"},
        {"security": "ssl"},
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_is_refused_at_once(settings: dict[str, Any]) -> None:
    with pytest.raises(InputRefused) as refused:
        plain(25, **settings)
    assert refused.value.text("fr") != refused.value.text("en")


def test_a_firm_without_a_mailbox_is_a_dead_letter_that_says_so() -> None:
    with pytest.raises(Undeliverable) as failed:
        plain(25, to=lambda _: ()).send(notice())
    assert "aucune adresse" in failed.value.text("fr")


def test_no_password_stands_in_a_log_an_error_or_a_frame(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def refuse(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    port = serve(tls_context=server_context(), authenticator=refuse, auth_required=True)
    notifier = EmailNotifier(
        "localhost", port, sender="due@cabinet.example", to=FIRM, user="due", password=SECRET, context=trusting()
    )
    with pytest.raises(Retry) as failed:
        notifier.send(notice())
    frame, seen = failed.value.__traceback__, ""
    while frame is not None:
        if "test_email" not in frame.tb_frame.f_code.co_filename:
            seen += repr(frame.tb_frame.f_locals)
        frame = frame.tb_next
    assert SECRET not in seen + "".join(r.getMessage() for r in caplog.records if r.name != "mail.log") + repr(notifier)
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None


def test_a_password_that_cannot_be_had_or_sent_is_a_failure_that_shows_nothing(serve: Serve) -> None:
    port = serve(tls_context=server_context(), authenticator=lambda *_: AuthResult(success=True), auth_required=True)
    given: dict[str, Any] = {"sender": "due@cabinet.example", "to": FIRM, "user": "due", "context": trusting()}

    def gone() -> str:
        raise FileNotFoundError("/run/secrets/smtp")

    with pytest.raises(FileNotFoundError):
        EmailNotifier("localhost", port, password=gone, **given).send(notice())
    with pytest.raises(Retry) as failed:
        EmailNotifier("localhost", port, password="é" + SECRET, **given).send(notice())
    assert failed.value.facts["why"] == "smtp_auth"
    assert failed.value.__context__ is None


def test_a_mail_server_that_is_down_is_tried_again_by_the_worker_until_it_is_back(
    serve: Serve, mailbox: Mailbox
) -> None:
    firm = Firm().opened()
    firm.live()
    port = servers.free_port()
    firm.worker(plain(port)).deliver()  # type: ignore[arg-type]
    assert firm.read.counts("notice") == {"pending": 2}
    firm.clock.advance(timedelta(hours=1))
    firm.worker(plain(serve())).deliver()  # type: ignore[arg-type]
    assert (firm.read.counts("notice"), len(mailbox.mails)) == ({"delivered": 2}, 2)


def test_a_notice_read_from_an_older_store_goes_to_the_firm(serve: Serve, mailbox: Mailbox) -> None:
    plain(serve()).send(
        Notice.model_validate_json(f'{{"id":"n","code":"went_live","case":"c","at":"{NOW.isoformat()}"}}')
    )
    assert mailbox.boxes == [[FIRM]]
