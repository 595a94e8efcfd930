"""The HTTP line against real sockets: bounded in time and bytes, sure of what left, silent about what was said."""

from __future__ import annotations

import gc
import gzip
import logging
import os
import pickle
import resource
import socket
import ssl
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
import trustme

import servers
from due_workflow import InputRefused, NotSent
from due_workflow.adapters._line import Answer, Line, LineSettings, LineTrouble, trouble_of
from due_workflow.adapters._line_sockets import Slow, Watch, unfolded
from due_workflow.ports import Sealed
from hostile_server import Call, FarEnd, Request, far_end, within

PATIENT = LineSettings(largest=100_000, allow_http=True)
QUICK = replace(PATIENT, connect=0.4, read=0.3, deadline=0.5)
"""Where the far end is slow on purpose; elsewhere a busy machine must not look like one."""
SECRET = "jeton-tres-secret-0123456789"
AUTHORITY = trustme.CA()


def line(far: FarEnd, settings: LineSettings = PATIENT) -> Line:
    return Line("urssaf", settings, [far.base + "/"])


def trouble(work: Callable[[], object]) -> LineTrouble:
    with pytest.raises(LineTrouble) as caught:
        work()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


def hello(call: Call, request: Request) -> None:
    call.answer(b"bonjour", content_type="text/plain")


@pytest.fixture
def far() -> Iterator[FarEnd]:
    with far_end(hello) as found:
        yield found


# ---- a proper exchange


def test_what_is_asked_arrives_as_asked_and_the_answer_comes_whole(far: FarEnd) -> None:
    settings = replace(PATIENT, software="Paie Été", version="12.4", editor="Éditeur")
    answer = line(far, settings).exchange("POST", far.base + "/a?b=c", headers={"X-One": "1"}, body=b"corps")
    (asked,) = far.requests
    assert (answer.status, bytes(answer.body), answer.kind, answer.host) == (200, b"bonjour", "text/plain", "127.0.0.1")
    assert (asked.method, asked.path, asked.body, asked.headers["x-one"]) == ("POST", "/a?b=c", b"corps", "1")
    assert asked.headers["user-agent"].startswith("due-workflow/")
    assert asked.headers["user-agent"].endswith("(Paie ?t?/12.4; ?diteur)")
    assert asked.headers["accept-encoding"] == "gzip"


def test_gzip_is_unfolded_and_a_torn_or_unknown_encoding_is_told() -> None:
    whole = gzip.compress(b"bonjour", mtime=0)
    said = {"/gzip": (whole, "gzip"), "/two": (whole * 2, "x-gzip"), "/torn": (whole[:-3], "gzip")}
    said |= {"/none": (b"", "gzip"), "/odd": (b"?", "br"), "/lie": (b"bonjour", "gzip")}

    def attend(call: Call, request: Request) -> None:
        body, encoding = said[request.path]
        call.answer(body, content_encoding=encoding)

    with far_end(attend) as far:
        asked = line(far)
        assert bytes(asked.exchange("GET", far.base + "/gzip").body) == b"bonjour"
        assert bytes(asked.exchange("GET", far.base + "/two").body) == b"bonjourbonjour"
        for path in ("/torn", "/none", "/odd", "/lie"):
            assert trouble(lambda path=path: asked.exchange("GET", far.base + path)).code == "line_encoding"


def test_repeatable_questions_share_a_connection_and_others_have_their_own(far: FarEnd) -> None:
    asked = line(far)
    for _ in range(5):
        asked.exchange("GET", far.base + "/", repeatable=True)
    assert far.connections == 1
    asked.exchange("POST", far.base + "/", body=b"x")
    asked.exchange("POST", far.base + "/", body=b"x")
    assert far.connections == 3
    asked.close()


def test_a_kept_connection_that_dies_costs_no_failure_and_what_is_not_repeatable_is_never_asked_again() -> None:
    served: list[Call] = []

    def once(call: Call, request: Request) -> None:
        if request.path != "/" or call in served:
            call.cut(reset=True)  # each connection serves one question, and says nothing of it
        served.append(call)
        call.answer(b"ok")

    with far_end(once) as far:
        asked = line(far)
        assert [asked.exchange("GET", far.base + "/", repeatable=True).status for _ in range(3)] == [200] * 3
        assert (len(far.requests), far.connections) == (4, 3)
        asked.close()
        assert trouble(lambda: asked.exchange("POST", far.base + "/dies", body=b"x")).left
        assert len(far.requests) == 5
        # a fresh connection that is cut was heard by somebody: that is no stale one
        assert trouble(lambda: asked.exchange("GET", far.base + "/dies", repeatable=True)).code == "line_cut"
        assert len(far.requests) == 6
        asked.close()


def test_a_line_that_is_closed_and_used_again_leaves_nothing_behind(far: FarEnd) -> None:
    """A worker that closes it after each round, for years."""
    gc.collect()  # what earlier tests left
    one, before = line(far), len(weakref.finalize._registry)
    for _ in range(5):
        assert bytes(one.exchange("GET", far.base + "/", repeatable=True).body) == b"bonjour"
        one.close()
        one.close()
    assert len(weakref.finalize._registry) == before
    one.exchange("GET", far.base + "/", repeatable=True)
    assert len(weakref.finalize._registry) == before + 1
    del one
    gc.collect()
    assert len(weakref.finalize._registry) == before


def test_a_body_that_takes_long_to_unfold_ends_at_the_deadline_too() -> None:
    """What has come already is read from no socket: its unfolding looks at the clock by itself."""

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.02)
            yield b"x"

    for zipped in (False, True):
        began = time.monotonic()
        with pytest.raises(Slow):
            unfolded(
                (gzip.compress(b"") if zipped else c for c in chunks()), zipped, Watch(began + 0.1, 10**6, False), 10**6
            )
        assert time.monotonic() - began < 1


def test_one_line_serves_many_threads(far: FarEnd) -> None:
    asked, found = line(far), list[int]()
    crowd = [
        threading.Thread(
            target=lambda: found.extend(asked.exchange("GET", far.base, repeatable=True).status for _ in range(20))
        )
        for _ in range(8)
    ]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join(20)
    assert found == [200] * 160
    asked.close()


# ---- hostile far ends: bounded time, bounded memory

ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\n"


def informational(call: Call) -> None:
    while True:
        call.send(b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" * 100)


def headers_without_end(call: Call) -> None:
    call.send(ENDLESS_HEAD)
    while True:
        call.send(b"x-header: " + b"y" * 4000 + b"\r\n")


def tiny_chunks(call: Call) -> None:
    call.head(200, transfer_encoding="chunked")
    while True:
        call.send(b"1\r\nx\r\n" * 10_000)


def members_without_end(call: Call) -> None:
    call.head(200, transfer_encoding="chunked", content_encoding="gzip")
    piece = gzip.compress(b"", mtime=0) * 1000
    while True:
        call.send(b"%x\r\n%b\r\n" % (len(piece), piece))


HOSTILE: dict[str, tuple[Callable[[Call], object], set[str]]] = {
    "silence": (lambda call: call.pause(60), {"line_timeout"}),
    "slow headers": (lambda call: call.drip(ENDLESS_HEAD + b"x: y\r\n" * 500), {"line_timeout"}),
    "slow body": (lambda call: (call.head(200, content_length=5000), call.drip(b"x" * 5000)), {"line_timeout"}),
    "slow chunks": (
        lambda call: (call.head(200, transfer_encoding="chunked"), call.drip(b"1\r\nx\r\n" * 500)),
        {"line_timeout"},
    ),
    "huge body": (lambda call: call.huge(500_000_000), {"line_too_large"}),
    "endless body": (lambda call: call.endless(), {"line_too_large"}),
    "endless tiny chunks": (tiny_chunks, {"line_too_large", "line_timeout"}),
    "gzip bomb": (lambda call: call.bomb(), {"line_too_large"}),
    "gzip of nothing without end": (members_without_end, {"line_too_large", "line_timeout"}),
    "endless headers": (headers_without_end, {"line_too_large", "line_no_http"}),
    "endless hints": (informational, {"line_too_large", "line_timeout"}),
    "a length that lies": (
        lambda call: (call.head(200, content_length=50), call.send(b"x"), call.cut()),
        {"line_cut"},
    ),
    "a negative length": (lambda call: call.head(200, content_length=-1), {"line_no_http"}),
    "garbage": (lambda call: call.send(b"\x16\x03\x01 this is no HTTP \r\n\r\n" * 50), {"line_no_http"}),
    "cut after the question": (lambda call: call.cut(), {"line_cut"}),
    "reset after the question": (lambda call: call.cut(reset=True), {"line_cut"}),
    "garbage, then cut": (lambda call: (call.send(b"SSH-2.0-of another trade\r\n"), call.cut()), {"line_no_http"}),
    "cut in the first word": (lambda call: (call.send(b"HT"), call.cut()), {"line_cut"}),
    "cut in the headers": (lambda call: (call.send(ENDLESS_HEAD), call.cut()), {"line_cut"}),
    "cut in the body": (
        lambda call: (call.head(200, transfer_encoding="chunked"), call.send(b"5\r\nab"), call.cut()),
        {"line_cut"},
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_far_end_neither_hangs_nor_exhausts_the_client(name: str) -> None:
    behave, codes = HOSTILE[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with far_end(lambda call, _: behave(call)) as far:
        asked = line(far, QUICK)
        found: list[LineTrouble] = []
        within(QUICK.deadline + 1.0, lambda: found.append(trouble(lambda: asked.exchange("POST", far.base, body=b"x"))))
    assert found[0].code in codes
    assert found[0].left, "the question had gone: only the caller knows that it is no deposit"
    assert len(found[0].head) <= 65536
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000, "kilobytes"


def test_a_far_end_that_never_reads_ends_at_the_deadline() -> None:
    with far_end(hello, greet=lambda call: call.pause(30)) as far:
        found: list[LineTrouble] = []
        ask = lambda: found.append(trouble(lambda: line(far, QUICK).exchange("POST", far.base, body=b"x" * 30_000_000)))  # noqa: E731
        within(QUICK.deadline + 1.0, ask)
        assert (found[0].code, found[0].left) == ("line_timeout", True)


def test_a_refusal_is_told_by_its_status_whatever_comes_after_it() -> None:
    torn = {"/cut": lambda call: (call.head(403, content_length=50), call.cut())}
    torn["/bomb"] = lambda call: (call.head(422, content_encoding="gzip", content_length=9), call.send(b"no gzip !"))
    torn["/huge"] = lambda call: (call.head(401, content_length=10**9), call.send(b"x" * 200_000))

    with far_end(lambda call, request: torn[request.path](call)) as far:
        asked = line(far)
        assert [asked.exchange("GET", far.base + path).status for path in torn] == [403, 422, 401]


# ---- what is sure not to have left


def test_where_no_connection_is_made_nothing_left() -> None:
    base = f"http://127.0.0.1:{servers.free_port()}"
    found = trouble(lambda: Line("urssaf", PATIENT, [base]).exchange("POST", base, body=b"x"))
    assert (found.code, found.left) == ("line_no_connection", False)
    assert isinstance(found.unsent(), NotSent)


def test_a_name_that_is_nowhere_is_told_as_such() -> None:
    base = "https://nulle-part.invalid/"
    found = trouble(lambda: Line("urssaf", PATIENT, [base]).exchange("POST", base, body=b"x"))
    assert (found.code, found.left, found.detail) == ("line_no_name", False, "nulle-part.invalid")


def test_a_certificate_of_nobody_stops_the_question() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    with far_end(hello, context=context) as far:
        found = trouble(lambda: line(far).exchange("POST", far.base, body=b"x"))
        assert (found.code, found.left) == ("line_certificate", False)
        assert far.requests == []
        trusting = ssl.create_default_context()
        AUTHORITY.configure_trust(trusting)
        assert line(far, replace(PATIENT, context=trusting)).exchange("POST", far.base, body=b"x").status == 200


def test_the_file_of_certificates_is_a_setting(tmp_path: object) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    with AUTHORITY.cert_pem.tempfile() as pem, far_end(hello, context=context) as far:
        assert line(far, replace(PATIENT, ca_file=pem)).exchange("GET", far.base).status == 200
    with pytest.raises(InputRefused, match="PEM"):
        Line("urssaf", replace(PATIENT, ca_file="absent.pem"))


@pytest.mark.parametrize("greeting", ["silence", "plain text", "cut"])
def test_a_handshake_that_comes_to_nothing_leaves_nothing(greeting: str) -> None:
    greet = {
        "silence": lambda call: call.pause(30),
        "plain text": lambda call: (call.send(b"HTTP/1.1 400 Bad\r\n\r\n"), call.cut()),
        "cut": lambda call: call.cut(),
    }[greeting]
    with far_end(hello, greet=greet) as far:
        base = far.base.replace("http://", "https://")
        asked = Line("urssaf", QUICK, [base])
        found: list[LineTrouble] = []
        within(1.8, lambda: found.append(trouble(lambda: asked.exchange("POST", base, body=b"x"))))
        assert not found[0].left
        assert found[0].code in {"line_no_connection", "line_tls"}


# ---- a proxy


def tunnel(call: Call, request: Request) -> None:
    """A proxy that connects where it is asked to; it wants a password."""
    if request.headers.get("proxy-authorization") is None:
        call.answer(status=407)
        return
    host, _, port = request.path.partition(":")
    with socket.create_connection((host, int(port))) as far:
        call.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        near = call._line
        near.settimeout(5)
        far.settimeout(5)

        def pass_on(source: socket.socket, to: socket.socket) -> None:
            with suppress(OSError):
                while data := source.recv(65536):
                    to.sendall(data)
            with suppress(OSError):
                to.shutdown(socket.SHUT_WR)

        back = threading.Thread(target=pass_on, args=(far, near))
        back.start()
        pass_on(near, far)
        back.join(6)
    call.cut()


def test_the_firms_proxy_is_gone_through_and_its_password_is_told_to_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    AUTHORITY.configure_trust(trusting)
    caplog.set_level(logging.DEBUG)
    with far_end(tunnel) as proxy, far_end(hello, context=context) as far:
        settings = replace(PATIENT, context=trusting, proxy=f"http://cabinet:{SECRET}@127.0.0.1:{proxy.port}")
        assert line(far, settings).exchange("POST", far.base, body=b"x").status == 200
        assert proxy.requests[0].method == "CONNECT"
        assert "proxy-authorization" not in far.requests[0].headers
        refused = trouble(
            lambda: line(far, replace(settings, proxy=f"http://127.0.0.1:{proxy.port}")).exchange("POST", far.base)
        )
        assert (refused.code, refused.detail, refused.left) == ("line_proxy", "407", False)
        assert SECRET not in repr(settings) + repr(line(far, settings)) + caplog.text


def test_a_proxy_that_hangs_after_the_connect_leaves_nothing() -> None:
    with far_end(lambda call, _: call.pause(30)) as proxy:
        settings = replace(QUICK, proxy=f"http://127.0.0.1:{proxy.port}")
        base = "https://mon.urssaf.fr/"
        found: list[LineTrouble] = []
        within(1.8, lambda: found.append(trouble(lambda: Line("urssaf", settings, [base]).exchange("POST", base))))
        assert not found[0].left


# ---- where it goes, and where it never goes


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    with far_end(hello) as other:
        with far_end(lambda call, _: call.answer(status=status, location=other.base + "/")) as far:
            answer = line(far).exchange("POST", far.base, body=b"x")
            assert trouble_of("urssaf", answer).code == "line_redirect"
        assert other.connections == 0


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://retours.example.invalid/x", "line_host"),
        ("http://127.0.0.1:1/x", "line_host"),
        ("https://127.0.0.1:{port}@retours.example.invalid/x", "line_address"),
        ("http://retours.example.invalid:{port}/", "line_address"),
        ("http://127.0.0.1.retours.invalid:{port}/", "line_address"),
        ("ftp://127.0.0.1:{port}/", "line_address"),
        ("file:///etc/hostname", "line_address"),
        ("//127.0.0.1:{port}/", "line_address"),
        ("http://[::1", "line_address"),
        ("http://127.0.0.1:{port}\r\nx: y/", "line_address"),
        ("", "line_address"),
    ],
)
def test_only_allowed_hosts_are_spoken_to(far: FarEnd, address: str, code: str) -> None:
    found = trouble(lambda: line(far).exchange("GET", address.format(port=far.port)))
    assert (found.code, found.left) == (code, False)
    assert far.connections == 0


def test_more_hosts_can_be_allowed_and_loopback_in_clear_must_be_asked_for(far: FarEnd) -> None:
    settings = replace(PATIENT, hosts=(f"127.0.0.1:{far.port}",))
    assert Line("urssaf", settings, ["https://mon.urssaf.fr/"]).exchange("GET", far.base).status == 200
    for address, allowed in ((far.base, False), ("http://portail.example/", True), ("urssaf.fr", True)):
        with pytest.raises(InputRefused) as refused:
            Line("urssaf", replace(PATIENT, allow_http=allowed), [address])
        assert refused.value.code == "line_address"


# ---- what is told


def test_nothing_that_was_asked_or_answered_stands_in_an_error_a_log_or_a_repr(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    def attend(call: Call, request: Request) -> None:
        call.send(f"HTTP/1.1 200 {SECRET}\r\nx: {SECRET}\r\ncontent-length: 99\r\n\r\n{SECRET}".encode())
        call.cut()

    headers = {"authorization": f"DSNLogin jeton={SECRET}"}
    with far_end(attend) as far:
        asked = line(far)
        said = [asked.settings, asked]
        for given in (headers, {"authorization": f"{SECRET}\r\nx: y"}):
            try:
                asked.exchange("POST", f"{far.base}/{SECRET}?{SECRET}", headers=given, body=SECRET.encode())
            except LineTrouble as error:
                said += [error, error.facts, error.text("fr"), error.text("en"), vars(error), error.unsent()]
                said.append("".join(traceback.TracebackException.from_exception(error).format()))
                said.append(pickle.loads(pickle.dumps(error)).text())
        assert len(said) == 2 + 2 * 8
    assert SECRET not in " ".join(map(repr, said)) + " ".join(map(str, said))
    assert [r for r in caplog.records if r.name.startswith("due_workflow") and SECRET in r.getMessage()] == []


def test_an_answer_shows_no_body_and_no_header() -> None:
    with far_end(lambda call, _: call.answer(SECRET, x_token=SECRET)) as far:
        assert SECRET not in repr(line(far).exchange("GET", far.base))


STATUSES = {
    400: "portal_format",
    401: "portal_login",
    403: "portal_forbidden",
    404: "portal_not_found",
    406: "portal_format",
    415: "portal_format",
    418: "portal_unexpected",
    422: "portal_content",
    429: "portal_busy",
    500: "portal_fault",
    503: "portal_fault",
    304: "line_redirect",
    204: "portal_unexpected",
}


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_says_what_happened_and_what_to_do_in_both_languages(status: int) -> None:
    answer = Answer(status, "depot.example", line_body(), {"retry-after": "120"})
    found = trouble_of("urssaf", answer, "motif")
    assert (found.code, found.status, found.after) == (STATUSES[status], status, timedelta(minutes=2))
    for lang in ("fr", "en"):
        assert f"depot.example, HTTP {status}, motif" in found.text(lang)
        assert ";" in found.text(lang), "what happened; what to do"
    assert found.text("fr") != found.text("en")
    assert f"HTTP {status}" in found.unsent().text("fr")


def line_body() -> Sealed:
    return Sealed(b"")


def test_what_a_far_end_asks_to_wait_is_bounded() -> None:
    waits = {"5": timedelta(seconds=5), "99999999999999": timedelta(days=1), "demain": None, "-1": None, "": None}
    for said, meant in waits.items():
        assert Answer(429, "x", line_body(), {"retry-after": said}).after == meant


@pytest.mark.parametrize("setting", ["connect", "read", "deadline", "largest"])
def test_a_limit_that_is_none_is_refused(setting: str) -> None:
    with pytest.raises(InputRefused) as refused:
        replace(PATIENT, **{setting: 0})
    assert refused.value.facts["setting"] == setting


@pytest.mark.parametrize("proxy", ["proxy.example:3128", "https://proxy.example", "socks5://x", "http://", ""])
def test_a_proxy_that_cannot_be_gone_through_is_refused_without_showing_it(proxy: str) -> None:
    with pytest.raises(InputRefused) as refused:
        replace(PATIENT, proxy=proxy)
    assert (refused.value.code, dict(refused.value.facts)) == ("line_proxy", {})


def test_a_fork_does_not_speak_on_its_parents_connection(far: FarEnd) -> None:
    """As prefork servers do: the line is made before, and used on both sides."""
    asked = line(far)
    asked.exchange("GET", far.base, repeatable=True)
    child = os.fork()
    if child == 0:  # pragma: no cover
        with suppress(BaseException):
            good = asked.exchange("GET", far.base, repeatable=True).status == 200
            os._exit(0 if good else 1)
        os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert asked.exchange("GET", far.base, repeatable=True).status == 200
    assert far.connections == 2
    asked.close()
