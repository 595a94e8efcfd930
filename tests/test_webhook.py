"""The webhook against a real HTTP server: signed, in an envelope, to public addresses only, and never elsewhere."""

from __future__ import annotations

import base64
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import pytest
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

import servers
from due_workflow import InputRefused, Retry, Undeliverable
from due_workflow.adapters.webhook import WebhookNotifier, is_public
from due_workflow.models import Addressee
from due_workflow.testing import NotifierContract
from due_workflow.testing.notifier import notice
from stories import Firm

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, eh").decode()
NEXT = "whsec_" + base64.b64encode(b"the next one, of thirty-two byte").decode()
PATH = "/hooks/token-in-the-path?key=token-in-the-query"
AUTHORITY = trustme.CA()


class Far:
    """A far end: what it got, and what it answers."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.paths: list[str] = []
        self.status, self.headers, self.body = 204, dict[str, str](), b""
        self.wait = threading.Event()
        self.slow = 0.0
        far = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                far.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                far.paths.append(self.path)
                far.wait.wait(far.slow)
                self.send_response(far.status)
                for name, value in far.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(far.body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    def close(self) -> None:
        self.wait.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


Make = Callable[..., Far]


@pytest.fixture
def ends() -> Iterator[Make]:
    made: list[Far] = []

    def make(context: ssl.SSLContext | None = None) -> Far:
        made.append(Far(context))
        return made[-1]

    yield make
    for far in made:
        far.close()


@pytest.fixture
def far(ends: Make) -> Far:
    return ends()


def hook(far: Far | int, secret: Any = SECRET, **settings: Any) -> WebhookNotifier:
    port = far if isinstance(far, int) else far.port
    given: dict[str, Any] = {"allow_private": True, "allow_http": True, "timeout": 3}
    return WebhookNotifier(f"http://127.0.0.1:{port}{PATH}", secret, **(given | settings))


class TestWebhookNotifier(NotifierContract):
    @pytest.fixture
    def notifier(self, far: Far) -> WebhookNotifier:
        self.far = far
        return hook(far)

    def delivered(self, notifier: Any) -> list[str]:
        return [event["id"] for event in self.far.events()]

    def disturb(self, notifier: Any) -> bool:
        self.far.status = 503
        return True

    def forbid(self, notifier: Any) -> bool:
        self.far.status = 410
        return True


# ---- what is posted


def test_what_is_posted_is_a_cloud_event_that_the_librarys_own_verifier_accepts(far: Far) -> None:
    facts = {"submission": "É-1/real/1", "message": "", "days": 5, "late": True, "end": None}
    to = (Addressee(who="firm", name="north"), Addressee(who="collaborator", name="Camille"))
    given = notice(code="declared", case="filing:É-1", facts=facts, cabinet="north", to=to, urgent=True)
    hook(far).send(given)
    ((headers, body),) = far.got
    event = Webhook(SECRET).verify(body, headers)
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert {key: event[key] for key in ("specversion", "id", "source", "type", "subject", "datacontenttype")} == {
        "specversion": "1.0",
        "id": "n-1",
        "source": "urn:due-workflow:north",
        "type": "fr.due-workflow.notice.declared",
        "subject": "filing:É-1",
        "datacontenttype": "application/json",
    }
    assert event["time"] == "2026-03-02T09:00:00Z"
    assert event["data"]["facts"] == facts
    assert event["data"]["to"] == [{"who": "firm", "name": "north"}, {"who": "collaborator", "name": "Camille"}]
    assert event["data"]["text"] == {"fr": given.text("fr"), "en": given.text("en")}
    assert event["data"]["urgent"] is True
    assert far.paths == [PATH]


def test_a_body_that_was_changed_or_another_secret_is_not_accepted(far: Far) -> None:
    hook(far).send(notice())
    ((headers, body),) = far.got
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"n-1", b"n-2"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEXT).verify(body, headers)


def test_while_a_secret_is_replaced_both_verify(far: Far) -> None:
    hook(far, [SECRET, NEXT]).send(notice())
    ((headers, body),) = far.got
    for secret in (SECRET, NEXT):
        Webhook(secret).verify(body, headers)


def test_a_repeat_has_the_same_id_and_two_firms_never_share_one(far: Far) -> None:
    notifier = hook(far)
    for cabinet in ("north", "north", "south/é"):
        notifier.send(notice(cabinet=cabinet))
    first, repeat, other = (headers["webhook-id"] for headers, _ in far.got)
    assert first == repeat != other
    assert "." not in first
    sources = [event["source"] for event in far.events()]
    assert sources == ["urn:due-workflow:north", "urn:due-workflow:north", "urn:due-workflow:south%2F%C3%A9"]


def test_it_goes_through_the_worker(far: Far) -> None:
    firm = Firm().opened()
    firm.live()
    firm.worker(hook(far)).deliver()  # type: ignore[arg-type]
    assert {event["type"].rpartition(".")[2] for event in far.events()} == {"test_accepted", "went_live"}
    assert firm.read.counts("notice") == {"delivered": 2}


# ---- what the answer means


@pytest.mark.parametrize("status", [200, 202, 204, 299])
def test_2xx_is_delivered(far: Far, status: int) -> None:
    far.status = status
    hook(far).send(notice())


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_far_end_that_is_busy_is_tried_again(far: Far, status: int) -> None:
    far.status = status
    with pytest.raises(Retry) as failed:
        hook(far).send(notice())
    assert (failed.value.after, failed.value.facts["why"]) == (None, f"http_busy: {status}")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 422])
def test_a_far_end_that_refuses_is_not_tried_again(far: Far, status: int) -> None:
    far.status = status
    with pytest.raises(Undeliverable) as failed:
        hook(far).send(notice())
    assert str(status) in failed.value.text("fr")


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("90", 90, 90),
        ("99999999999999999999", 86400, 86400),
        (lambda: format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True), 290, 300),
        (lambda: format_datetime(datetime.now(UTC) - timedelta(minutes=5), usegmt=True), 0, 0),
    ],
    ids=["seconds", "too many", "an instant", "an instant that has passed"],
)
def test_it_comes_again_when_the_far_end_says(far: Far, said: Any, least: float, most: float) -> None:
    far.status, far.headers = 429, {"Retry-After": said if isinstance(said, str) else said()}
    with pytest.raises(Retry) as failed:
        hook(far).send(notice())
    assert failed.value.after is not None
    assert least <= failed.value.after.total_seconds() <= most


@pytest.mark.parametrize("said", ["soon", "-5", "", "1e3", "Mon, 99 Foo"])
def test_a_wait_that_cannot_be_read_is_the_workers_own(far: Far, said: str) -> None:
    far.status, far.headers = 503, {"Retry-After": said}
    with pytest.raises(Retry) as failed:
        hook(far).send(notice())
    assert failed.value.after is None


def test_a_redirect_is_not_followed(far: Far, ends: Make) -> None:
    other = ends()
    for status in (301, 302, 303, 307, 308):
        far.status, far.headers = status, {"Location": f"http://127.0.0.1:{other.port}/"}
        with pytest.raises(Undeliverable) as failed:
            hook(far).send(notice())
        assert failed.value.facts["why"] == f"http_redirect: {status}"
    assert other.got == []


def test_an_endless_answer_is_not_read(far: Far) -> None:
    far.status, far.body = 200, b"x" * 50_000_000
    began = time.monotonic()
    hook(far).send(notice())
    assert time.monotonic() - began < 10


def test_a_far_end_that_is_slow_or_not_there_is_tried_again(far: Far) -> None:
    far.slow = 5
    with pytest.raises(Retry) as failed:
        hook(far, timeout=0.2).send(notice())
    assert failed.value.facts["why"] == "http_timeout"
    with pytest.raises(Retry) as failed:
        hook(servers.free_port()).send(notice())
    assert failed.value.facts["why"] == "http_unreachable"
    with pytest.raises(Retry) as failed:
        WebhookNotifier("https://no-such-host.invalid/", SECRET).send(notice())
    assert failed.value.facts["why"] == "http_unreachable"


def test_a_far_end_that_does_not_speak_http_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            line, _ = listening.accept()
            line.recv(65536)
            line.sendall(b"220 mail.example ESMTP\r\n")
            line.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(Retry):
            hook(listening.getsockname()[1]).send(notice())
        thread.join(5)


# ---- to whom it may go


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.8.9.1",
            "10.0.0.1",
            "172.16.3.4",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
        ),
        *("192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.0.8"),
        *("::1", "::", "fe80::1", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1"),
        *("64:ff9b:1::1", "2001:10::1", "3fff::1", "5f00::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)
def test_no_address_that_is_not_public_is_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "[::1]", "[::ffff:169.254.169.254]", "169.254.169.254"])
def test_a_private_address_in_the_url_is_refused_at_once(host: str) -> None:
    with pytest.raises(InputRefused) as refused:
        WebhookNotifier(f"https://{host}/{PATH}", SECRET)
    assert refused.value.code == "webhook_private"
    assert "token" not in refused.value.text("fr")


def test_a_name_that_leads_to_a_private_address_is_refused_before_anything_is_sent(far: Far) -> None:
    notifier = WebhookNotifier(f"http://localhost:{far.port}/", SECRET, allow_http=True)
    with pytest.raises(Undeliverable) as failed:
        notifier.send(notice())
    assert failed.value.facts["why"] == "http_private"
    assert far.got == []
    WebhookNotifier(f"http://localhost:{far.port}/", SECRET, allow_http=True, allow_private=True).send(notice())
    assert [headers["host"] for headers, _ in far.got] == [f"localhost:{far.port}"]


def test_a_name_that_points_elsewhere_at_the_second_look_gains_nothing(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: a public address for the check, this machine for the connection."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "rebind.example":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        address = "192.88.99.1" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("due_workflow.adapters.webhook.is_public", lambda address: str(address) == "192.88.99.1")
    with pytest.raises(Retry):
        WebhookNotifier(f"http://rebind.example:{far.port}/", SECRET, allow_http=True, timeout=0.3).send(notice())
    assert asked == ["rebind.example"], "one look, and what it gave is what was connected to"
    assert far.got == []


def test_one_private_address_among_several_is_enough_to_refuse(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    several = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, far.port)) for a in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: several)
    with pytest.raises(Undeliverable):
        WebhookNotifier(f"http://mixed.example:{far.port}/", SECRET, allow_http=True).send(notice())


def test_no_proxy_of_the_environment_is_used(far: Far, ends: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = ends()
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    hook(far).send(notice())
    assert (len(far.got), len(proxy.got)) == (1, 0)


# ---- encrypted


def secured(ends: Make, name: str = "localhost") -> Far:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(name).configure_cert(context)
    return ends(context)


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def test_over_tls_the_certificate_is_checked_for_the_name(ends: Make) -> None:
    far = secured(ends)
    url = f"https://localhost:{far.port}/"
    WebhookNotifier(url, SECRET, allow_private=True, context=trusting()).send(notice())
    assert len(far.got) == 1
    for notifier in (
        WebhookNotifier(url, SECRET, allow_private=True),
        WebhookNotifier(
            f"https://localhost:{secured(ends, 'other.example').port}/", SECRET, allow_private=True, context=trusting()
        ),
    ):
        with pytest.raises(Retry) as failed:
            notifier.send(notice())
        assert failed.value.facts["why"] == "http_certificate"


# ---- settings


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://host.example/", "webhook_in_clear"),
        ("ftp://host.example/", "bad_webhook_url"),
        ("host.example", "bad_webhook_url"),
        ("https://", "bad_webhook_url"),
        ("https://user:pa55@host.example/", "bad_webhook_url"),
        ("https://host.example:port/", "bad_webhook_url"),
        ("file:///etc/passwd", "bad_webhook_url"),
    ],
)
def test_a_url_that_cannot_be_is_refused_and_not_shown(url: str, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        WebhookNotifier(url, SECRET)
    assert refused.value.code == code
    assert "pa55" not in refused.value.text("fr") + repr(refused.value)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all, not at all%%", []])
def test_a_secret_that_cannot_be_is_refused_and_not_shown(secret: Any) -> None:
    with pytest.raises(InputRefused) as refused:
        WebhookNotifier("https://host.example/", secret)
    assert refused.value.code == "bad_webhook_secret"
    assert "not base64 at all" not in refused.value.text("fr") + repr(refused.value)
    assert refused.value.__context__ is None


def test_neither_the_secret_nor_the_path_stands_in_a_log_an_error_or_a_repr(
    far: Far, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    notifier = hook(far)
    notifier.send(notice())
    far.status = 500
    with pytest.raises(Retry) as failed:
        notifier.send(notice())
    shown = repr(notifier) + repr(failed.value) + failed.value.text("en")
    shown += "".join(f"{record.name} {record.getMessage()}" for record in caplog.records)
    frame = failed.value.__traceback__
    while frame is not None:
        if "test_webhook" not in frame.tb_frame.f_code.co_filename:
            shown += repr(frame.tb_frame.f_locals)
        frame = frame.tb_next
    for secret in (SECRET, SECRET.removeprefix("whsec_"), "token-in-the-path", "token-in-the-query"):
        assert secret not in shown
