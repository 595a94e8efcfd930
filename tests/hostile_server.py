"""A far end on a raw socket: it answers as told, or misbehaves in every way that HTTP allows and some that it forbids.

`FarEnd(attend)` listens on 127.0.0.1 and calls `attend(call, request)` for each request. A `Call` answers properly, or
byte by byte, without end, with a bomb, or cuts the line at a chosen point. What was truly read is in `requests`.
"""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

CRLF = b"\r\n"


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Cut(Exception):
    """The line is closed."""


class Call:
    """One connection, as the far end holds it."""

    def __init__(self, line: socket.socket, stop: threading.Event) -> None:
        self._line, self._stop = line, stop
        self.sent = 0

    def send(self, data: bytes) -> None:
        """These very bytes."""
        try:
            self._line.sendall(data)
        except OSError as error:
            raise Cut from error
        self.sent += len(data)

    def head(self, status: int = 200, **headers: object) -> None:
        """A status line and headers (`content_length=3`)."""
        lines = [f"HTTP/1.1 {status} Whatever"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def answer(self, body: bytes | str = b"", status: int = 200, **headers: object) -> None:
        """A whole answer."""
        data = body.encode("iso-8859-1") if isinstance(body, str) else body
        self.head(status, **{"content_length": len(data), **headers})
        self.send(data)

    def cut(self, *, reset: bool = False) -> None:
        """Close the line; with a reset, what was sent may never arrive."""
        if reset:
            self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Cut

    # ---- misbehaviour

    def drip(self, data: bytes, every: float = 0.05) -> None:
        """Byte by byte, with a pause before each: never silent for long, never done soon."""
        for at in range(len(data)):
            self.pause(every)
            self.send(data[at : at + 1])

    def pause(self, seconds: float) -> None:
        """Say nothing for so long, or until the far end stops."""
        if self._stop.wait(seconds):
            raise Cut

    def endless(self, chunk: bytes = b"x" * 65536, **headers: object) -> None:
        """A body that never ends, in chunks."""
        self.head(200, transfer_encoding="chunked", **headers)
        while not self._stop.is_set():
            self.send(b"%x\r\n%b\r\n" % (len(chunk), chunk))

    def huge(self, size: int, **headers: object) -> None:
        """A body of `size` bytes, announced."""
        self.head(200, content_length=size, **headers)
        for _ in range(size // 65536 + 1):
            self.send(b"x" * 65536)

    def bomb(self, size: int = 200_000_000) -> None:
        """A small gzip that unfolds to `size` bytes, in one member made of many."""
        piece = gzip.compress(b"\0" * 1_000_000, mtime=0)
        self.answer(piece * (size // 1_000_000), content_encoding="gzip")


class FarEnd:
    """Listens on 127.0.0.1, a free port.

    Args:
        attend: called for each request; a `Cut` from it closes the line.
        greet: called as soon as a client connects, before anything is read; a `Cut` from it closes the line.
        context: TLS.
    """

    def __init__(
        self,
        attend: Callable[[Call, Request], None],
        *,
        greet: Callable[[Call], None] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._attend, self._greet, self._context = attend, greet, context
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listening.getsockname()[1])
        self.base = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        self._serve(self._accept)

    def close(self) -> None:
        """Stop, and wait for every line to end."""
        self._stop.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in list(self._threads):
            thread.join(10)
            assert not thread.is_alive()

    def _serve(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._serve(self._talk, line)

    def _talk(self, line: socket.socket) -> None:
        line.settimeout(0.05)
        with suppress(Cut, OSError), line:
            call = Call(line, self._stop)
            if self._greet is not None:
                self._greet(call)
            if self._context is not None:
                line.settimeout(5)
                line = self._context.wrap_socket(line, server_side=True)
                line.settimeout(0.05)
            with line:
                call = Call(line, self._stop)
                line.settimeout(5)
                while True:
                    self._attend(call, self._read(line))

    def _read(self, line: socket.socket) -> Request:
        data = b""
        line.settimeout(0.05)
        while CRLF * 2 not in data:
            data += self._more(line)
        head, _, body = data.partition(CRLF * 2)
        first, *rest = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
        while len(body) < int(headers.get("content-length", "0")):
            body += self._more(line)
        line.settimeout(5)
        request = Request(method, path, headers, body)
        self.requests.append(request)
        return request

    def _more(self, line: socket.socket) -> bytes:
        while not self._stop.is_set():
            try:
                data = line.recv(65536)
            except TimeoutError:
                continue
            if not data:
                break
            return data
        raise Cut


@contextmanager
def far_end(
    attend: Callable[[Call, Request], None],
    *,
    greet: Callable[[Call], None] | None = None,
    context: ssl.SSLContext | None = None,
) -> Iterator[FarEnd]:
    """A `FarEnd` for the length of a `with` block."""
    far = FarEnd(attend, greet=greet, context=context)
    try:
        yield far
    finally:
        far.close()


def within(seconds: float, work: Callable[[], object]) -> float:
    """Do it, whatever it raises, and say how long it took; that must be at most `seconds`."""
    begun = time.monotonic()
    try:
        work()
    finally:
        took = time.monotonic() - begun
    assert took <= seconds, took
    return took
