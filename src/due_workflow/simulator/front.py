"""The HTTP front: sockets, bodies, and the faults that only a socket can play (cut, slow, endless, redirected).

Standard library only: a fault must be able to close the raw connection at any byte. Nothing is logged.
"""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from due_workflow.simulator import control, jedeclare, urssaf
from due_workflow.simulator.call import Answer, Call, folded
from due_workflow.simulator.faults import Played
from due_workflow.simulator.ledger import Attempt

if TYPE_CHECKING:
    from due_workflow.simulator.stage import Simulator

_FAR = "https://ailleurs.example.invalid/"
_PAGE = b"<!doctype html><html><body><h1>Portail captif</h1></body></html>"
HUGE = 64 * 1024 * 1024
BOMB = 256 * 1024 * 1024
_CHUNK = 64 * 1024
_DRIP = 0.2
_LINE = 1024
_WHOLE = frozenset({"", "slow", "slow_bytes", "wrong_mode"})
"""With these a deposit's answer leaves whole, its reference in it."""
_ROUTES: tuple[tuple[str, bool, str, str], ...] = (
    (urssaf.AUTH, True, "urssaf", "auth"),
    (urssaf.DEPOSIT, True, "urssaf", "deposit"),
    (urssaf.LIST, False, "urssaf", "list"),
    (urssaf.FETCH, False, "urssaf", "fetch"),
    (jedeclare.COMMUNICATION, True, "jedeclare", "list"),
    (jedeclare.FILES, False, "jedeclare", "files"),
    (control.DEPOT, False, "jedeclare", "deposit"),
)


class Cut(Exception):
    """Close the connection now, without another byte."""


class Front(ThreadingHTTPServer):
    """Listens on one loopback address; each connection has its own thread."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, simulator: Simulator, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self.simulator, self.ending = simulator, Event()
        self._open: set[socket.socket] = set()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)
        self.secure = tls is not None
        if tls is not None:
            # the handshake is the connection's own thread's work: a client that stalls there holds nobody up
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def get_request(self) -> tuple[socket.socket, object]:
        """Remember each connection, to close those that are kept alive when the end comes."""
        line, address = super().get_request()
        self._open.add(line)
        return line, address

    def close_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Forget it."""
        self._open.discard(request)  # type: ignore[arg-type,unused-ignore]
        super().close_request(request)

    def end(self) -> None:
        """Listen no more and close every connection: what is being answered is cut."""
        self.ending.set()
        self.shutdown()
        self.server_close()
        for line in list(self._open):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error here, and nothing else may print what a request held."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "due-workflow-simulator"
    sys_version = ""
    disable_nagle_algorithm = True  # a body follows its head at once, not 40 ms later
    server: Front

    def setup(self) -> None:
        """Give every wait on this connection an end."""
        super().setup()
        self.connection.settimeout(self.server.simulator.world.settings.patience)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing is logged: a path holds references, a body holds people."""

    def _serve(self) -> None:
        try:
            self._play()
        except Cut:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        except (OSError, ssl.SSLError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

    # ---- a request

    def _play(self) -> None:
        simulator, split = self.server.simulator, urlsplit(self.path)
        path = unquote(split.path)
        portal, endpoint = _route(path)
        if portal and simulator.faults.early(portal, endpoint) is not None:
            if endpoint == "deposit":
                self._attempt(portal, "", "", "cut_early")
            raise Cut
        body = self._body()
        if body is None:
            return self._send(Answer(413), close=True)
        query = dict(parse_qsl(split.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, path, query, headers, body, simulator.url)
        if not portal:
            inside = path == control.ROOT or path.startswith(f"{control.ROOT}/")
            return self._send(simulator.control.answer(call) if inside else Answer(404))
        return self._portal(portal, endpoint, call)

    def _portal(self, portal: str, endpoint: str, call: Call) -> None:
        simulator, digest, message = self.server.simulator, "", b""
        if endpoint == "list" and portal == "jedeclare":
            endpoint = simulator.jedeclare.operation(call)
        if endpoint == "deposit":
            digest, message = urssaf.digest_of(call, simulator.world.settings.largest)
        played = simulator.faults.line(portal, endpoint, digest, message) or Played("")
        attempt = None
        if endpoint == "deposit":
            who = simulator.urssaf.account_of(call) if portal == "urssaf" else call.path.removeprefix(control.DEPOT)
            attempt = self._attempt(portal, who, digest, played.name)
        answer = self._instead(played)
        if answer is None:
            answer = simulator.answer(portal, endpoint, _faulty(call, played.name))
        if attempt is not None:
            attempt.status, attempt.taken = answer.status, answer.taken
            self._answered(attempt, whole=False)
        if played.name == "cut_after":
            raise Cut
        self._held_back(played)
        # before it leaves: whoever has the answer may look into the ledger at once
        self._answered(attempt, whole=played.name in _WHOLE)
        try:
            self._deliver(answer, played, call)
        except (Cut, OSError):
            self._answered(attempt, whole=False)
            raise

    def _attempt(self, portal: str, account: str, digest: str, fault: str) -> Attempt:
        world = self.server.simulator.world
        attempt = Attempt(world.clock.now(), portal, account, digest, fault)
        with world.lock:
            world.attempts.append(attempt)
        return attempt

    def _answered(self, attempt: Attempt | None, *, whole: bool) -> None:
        """Write what became of the answer to a deposit into its rows."""
        world = self.server.simulator.world
        with world.lock:
            if attempt is None:
                return
            attempt.answered = whole
            if attempt.taken is not None and attempt.taken <= len(world.taken):
                world.taken[attempt.taken - 1].answered = attempt.answered

    def _instead(self, played: Played) -> Answer | None:
        """What goes back without any work being done."""
        if played.name == "cut_before":
            raise Cut
        if played.name in ("error", "error_500", "error_503"):
            return Answer(int(played.name[6:] or played.status))
        if played.name == "error_429":
            return Answer(429, headers={"Retry-After": f"{played.seconds or 1:.0f}"})
        if played.name == "redirect":
            return Answer(307, headers={"Location": _FAR})
        if played.name == "wrong_type":
            return Answer(200, _PAGE, "text/html; charset=utf-8")
        return None

    # ---- the body

    def _body(self) -> bytes | None:
        """The request's body; None where it is larger than allowed."""
        largest = self.server.simulator.world.settings.largest
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks(largest)
        told = self.headers.get("Content-Length", "0")
        if not told.isdecimal() or int(told) > largest:
            return None
        data = self.rfile.read(int(told))
        if len(data) < int(told):
            raise Cut  # the client broke off in the middle: nothing was received
        return data

    def _chunks(self, largest: int) -> bytes | None:
        data = bytearray()
        while True:
            try:
                size = int(self.rfile.readline(_LINE).split(b";")[0], 16)
            except ValueError:
                raise Cut from None
            if size < 0 or len(data) + size > largest:
                return None
            part = self.rfile.read(size)
            if len(part) < size:
                raise Cut
            data += part
            if not self.rfile.readline(_LINE).strip() and size:
                continue
            if not size:
                return bytes(data)

    # ---- the answer

    def _held_back(self, played: Played) -> None:
        if played.name == "slow":
            pause = self.server.simulator.world.settings.slow if played.seconds is None else played.seconds
            self.server.ending.wait(pause)
            self._still_there()

    def _deliver(self, answer: Answer, played: Played, call: Call) -> None:
        if played.name == "bomb":
            return self._send(answer, ready=_bomb())
        if played.name in ("huge", "endless"):
            return self._flood(answer, None if played.name == "endless" else HUGE)
        zipped = "gzip" in call.headers.get("accept-encoding", "") and len(answer.body) > 0
        ready = folded(answer.body) if zipped else None
        if played.name in ("cut_midway", "slow_bytes"):
            return self._drip(answer, ready, played)
        return self._send(answer, ready=ready)

    def _still_there(self) -> None:
        """An answer that nobody waits for any more is none."""
        if not self.server.secure:  # TLS has no way to look without reading
            self.connection.setblocking(False)
            try:
                if self.connection.recv(1, socket.MSG_PEEK) == b"":
                    raise Cut
            except BlockingIOError:
                pass
            finally:
                self.connection.settimeout(self.server.simulator.world.settings.patience)

    def _head(self, answer: Answer, length: int | None, *, zipped: bool = False) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if length is None:
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _send(self, answer: Answer, *, ready: bytes | None = None, close: bool = False) -> None:
        body = answer.body if ready is None else ready
        self._head(answer, len(body), zipped=ready is not None)
        if self.command != "HEAD":
            self.wfile.write(body)
        if close:
            self.close_connection = True

    def _drip(self, answer: Answer, ready: bytes | None, played: Played) -> None:
        body = answer.body if ready is None else ready
        self._head(answer, len(body), zipped=ready is not None)
        if played.name == "cut_midway":
            self.wfile.write(body[: len(body) // 2])
            raise Cut
        for byte in body:
            self.wfile.write(bytes((byte,)))
            if self.server.ending.wait(_DRIP if played.seconds is None else played.seconds):
                raise Cut

    def _flood(self, answer: Answer, total: int | None) -> None:
        self._head(answer, None if total is None else total + len(answer.body))
        self.wfile.write(answer.body)
        for _ in _rounds(total):
            if self.server.ending.is_set():
                raise Cut
            self.wfile.write(b" " * _CHUNK)


def _rounds(total: int | None) -> Iterator[int]:
    count = 0
    while total is None or count < total:
        yield count
        count += _CHUNK


def _route(path: str) -> tuple[str, str]:
    for address, whole, portal, endpoint in _ROUTES:
        if path.rstrip("/") == address.rstrip("/") if whole else path.startswith(address):
            return portal, endpoint
    return "", ""


def _faulty(call: Call, fault: str) -> Call:
    return Call(call.method, call.path, call.query, call.headers, call.body, call.origin, fault)


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    pack, block = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16), bytes(1024 * 1024)
    return b"".join([*(pack.compress(block) for _ in range(BOMB // len(block))), pack.flush()])
