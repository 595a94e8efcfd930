"""The bytes under the HTTP line: each read and write is counted, and none goes on after the exchange's deadline.

An HTTP library's time limits hold for one step; a far end that sends a byte now and then never meets them. Here the
exchange has one deadline and one measure of bytes for all of its steps, the connection's and the headers' included.
What comes compressed is unfolded within the same measure. The name's look-up alone has the system's own time limit.
"""

from __future__ import annotations

import socket
import ssl
import time
import zlib
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore2


class Slow(Exception):
    """The exchange took longer than it may."""


class Large(Exception):
    """More bytes came than may be read."""


class NoName(Exception):
    """The host's name cannot be looked up."""


_HTTP = b"HTTP/"


@dataclass(slots=True)
class Watch:
    """What is known of one exchange.

    Attributes:
        until: when it ends, by the monotonic clock.
        room: how many bytes may still be read.
        tls: what is asked goes through TLS only; what is written before (a proxy's CONNECT) is not the question.
        left: whether a byte of the question may have left this machine.
        heard: whether a byte of an answer came.
        first: the first bytes of an answer, which tell whether it is one of HTTP.
        ended: whether the far end closed the connection.
        connected: whether a connection was made for it.
    """

    until: float
    room: int
    tls: bool
    left: bool = False
    heard: bool = False
    first: bytes = b""
    ended: bool = False
    connected: bool = False

    @property
    def cut(self) -> bool:
        """Whether the far end closed before a word of its answer, or in the middle of one that began as HTTP does."""
        return not self.heard or (self.ended and _HTTP.startswith(self.first))

    def within(self, timeout: float | None) -> float:
        """`timeout`, or what is left of the exchange if that is less.

        Raises:
            Slow: nothing is left.
        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise Slow
        return left if timeout is None else min(timeout, left)


# Set for the time of an exchange; a connection that is kept serves one after the other, each on its caller's thread.
WATCH: ContextVar[Watch] = ContextVar("watch")


class WatchedStream(httpcore2.NetworkStream):
    """A connection whose every step is counted and ends by the deadline of the exchange that it serves."""

    def __init__(self, stream: httpcore2.NetworkStream, tls: bool = False) -> None:
        self._stream, self._tls = stream, tls

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See `httpcore2.NetworkStream.read`."""
        watch = WATCH.get()
        if watch.room <= 0:
            raise Large
        data = self._stream.read(min(max_bytes, watch.room), watch.within(timeout))
        watch.room -= len(data)
        watch.heard = watch.heard or bool(data)
        if self._tls or not watch.tls:  # a proxy's own answer is not the far end's
            watch.first = (watch.first + data)[: len(_HTTP)]
            watch.ended = not data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See `httpcore2.NetworkStream.write`."""
        watch = WATCH.get()
        for at in range(0, len(buffer), 65536):
            limit = watch.within(timeout)
            watch.left = watch.left or self._tls or not watch.tls
            self._stream.write(buffer[at : at + 65536], limit)

    def close(self) -> None:
        """See `httpcore2.NetworkStream.close`."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """See `httpcore2.NetworkStream.start_tls`."""
        limit = WATCH.get().within(timeout)
        return WatchedStream(self._stream.start_tls(ssl_context, server_hostname, limit), tls=True)

    def get_extra_info(self, info: str) -> Any:
        """See `httpcore2.NetworkStream.get_extra_info`."""
        return self._stream.get_extra_info(info)


class WatchedBackend(httpcore2.NetworkBackend):
    """Makes the connections: every address of a name is tried within the one deadline."""

    def __init__(self) -> None:
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """See `httpcore2.NetworkBackend.connect_tcp`."""
        watch = WATCH.get()
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NoName from None
        failed: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in dict.fromkeys(str(info[4][0]) for info in found):
            try:
                stream = self._plain.connect_tcp(address, port, watch.within(timeout), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
                continue
            watch.connected = True
            return WatchedStream(stream)
        raise failed or NoName


# ---- the body, as it comes

HEAD_KEPT = 64 * 1024
"""How much of an answer that is too large is kept, in bytes."""


class TooLarge(Exception):
    """An answer is larger than it may be."""

    def __init__(self, head: bytes) -> None:
        super().__init__()
        self.head = head


class BadEncoding(Exception):
    """An answer is not compressed as it says."""


def unfolded(chunks: Iterable[bytes], zipped: bool, watch: Watch, most: int) -> bytes:
    """The body, unfolded as it comes; it never takes more room than it may."""
    found = bytearray()
    unfold = _Gzip() if zipped else None
    for chunk in chunks:
        watch.within(None)
        if unfold is None:
            found += chunk
        else:
            unfold.into(found, chunk, most + 1)
        if len(found) > most:
            raise TooLarge(bytes(found[:HEAD_KEPT]))
    if unfold is not None and unfold.open:
        raise BadEncoding
    return bytes(found)


class _Gzip:
    """gzip as it comes, one member after the other."""

    def __init__(self) -> None:
        self._member, self.open = zlib.decompressobj(31), True

    def into(self, found: bytearray, data: bytes, most: int) -> None:
        """Add what `data` unfolds to, until `found` holds `most` bytes."""
        while data and len(found) < most:
            try:
                found += self._member.decompress(data, most - len(found))
            except zlib.error:
                raise BadEncoding from None
            data = self._member.unconsumed_tail or self._member.unused_data
            self.open = not self._member.eof
            if self._member.eof:
                self._member = zlib.decompressobj(31)
