"""The one HTTP line of the portals: one question, one answer, within a time and a size that the far end cannot stretch.

For every failure it says whether bytes may have left: a doubt begins there and nowhere else. Redirects are never
followed, and only hosts that were named are spoken to. Nothing that is asked or answered (a header, a body, the path or
query of an address, a credential) stands in an error, a log or a repr. Nothing here knows a portal's protocol, a
deposit or a receipt. Extra `http`.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from threading import Lock
from typing import Any
from weakref import finalize

import httpcore2
import httpx2

from due_workflow.adapters._line_answer import Answer, LineTrouble, trouble_of
from due_workflow.adapters._line_settings import (
    LineSettings,
    context_of,
    host_of,
    is_loopback,
    origin_of,
    proxy_of,
    url_of,
)
from due_workflow.adapters._line_sockets import (
    HEAD_KEPT,
    WATCH,
    BadEncoding,
    Large,
    NoName,
    Slow,
    TooLarge,
    Watch,
    WatchedBackend,
    unfolded,
)
from due_workflow.errors import InputRefused
from due_workflow.identifiers import scrub
from due_workflow.ports import Sealed

__all__ = ["HEAD_KEPT", "Answer", "Line", "LineSettings", "LineTrouble", "trouble_of"]

_HEADERS = 128 * 1024
"""Room for an answer's headers, and for the framing of its body, in bytes."""


class Line:
    """Asks one portal, from any thread.

    Args:
        name: the portal's name, told in errors.
        settings: see `LineSettings`.
        addresses: the portal's own addresses; their hosts may be spoken to, and those of `settings.hosts`.

    Raises:
        InputRefused: an address is no https address (or http, where that is allowed), or the certificates cannot be
            read.
    """

    def __init__(self, name: str, settings: LineSettings, addresses: Iterable[str] = ()) -> None:
        self.name, self.settings = name, settings
        self._hosts = {host_of(host) for host in settings.hosts}
        for address in addresses:
            url = url_of(address)
            if url is None or not self._secure(url):
                raise InputRefused("line_address", portal=name)
            self._hosts.add(origin_of(url))
        self._context = settings.context or context_of(settings.ca_file)
        self._kept: tuple[int, httpcore2.ConnectionPool, finalize[..., Line]] | None = None
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"Line({self.name!r})"

    def exchange(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        repeatable: bool = False,
        largest: int | None = None,
    ) -> Answer:
        """Ask once and give the whole answer, whatever its status; a redirect is an answer too.

        Args:
            method: "GET", "POST"…
            address: where; its host must be allowed.
            headers: besides Host, User-Agent and Accept-Encoding.
            body: as it goes over the wire.
            repeatable: asking twice changes nothing. It may then go over a connection that was kept, and is asked once
                more where the far end had closed that one. Anything else has a connection of its own.
            largest: the most bytes of this answer, where that is less than the settings say.

        Raises:
            LineTrouble: there is no whole answer; `left` says whether what was asked may have been done.
        """
        url = self.checked(address)
        most = min(largest or self.settings.largest, self.settings.largest)
        watch, answer, trouble = self._asked(method, url, headers or {}, body, repeatable, most)
        if trouble is not None and repeatable and not (watch.connected or watch.heard) and _cut(trouble):
            # the far end may have closed the kept connection before: a fresh one tells
            watch, answer, trouble = self._asked(method, url, headers or {}, body, False, most)
        headers = body = None
        if answer is None:
            raise trouble or LineTrouble(self.name, "line_cut", url.host, left=watch.left)
        return answer

    def checked(self, address: str) -> httpx2.URL:
        """The address, if it may be spoken to.

        Raises:
            LineTrouble: it is none, is not secure, or its host is not allowed; nothing left.
        """
        url = url_of(address)
        if url is None or not self._secure(url):
            raise LineTrouble(self.name, "line_address", left=False)
        if origin_of(url) not in self._hosts:
            raise LineTrouble(self.name, "line_host", scrub(origin_of(url))[:100], left=False)
        return url

    def close(self) -> None:
        """Close the connections that were kept; another exchange makes new ones."""
        with self._lock:
            kept, self._kept = self._kept, None
        if kept is not None:
            kept[2]()  # closes them, and is done

    # ---- one exchange

    def _asked(
        self,
        method: str,
        url: httpx2.URL,
        headers: Mapping[str, str],
        body: bytes | None,
        keep: bool,
        most: int,
    ) -> tuple[Watch, Answer | None, LineTrouble | None]:
        watch = Watch(time.monotonic() + self.settings.deadline, most + _HEADERS, url.scheme == "https")
        token = WATCH.set(watch)
        pool = self._pool() if keep else self._new_pool()
        code, detail, head = "", url.host, b""
        try:
            request = self._request(method, url, headers, body, keep)
            with closing(pool.handle_request(request)) as response:
                return watch, self._read(response, url.host, watch, most), None
        except Slow:
            code = "line_timeout" if watch.connected or watch.left else "line_no_connection"
        except Large:
            code = "line_too_large"
        except TooLarge as error:
            code, head = "line_too_large", error.head
        except NoName:
            code = "line_no_name"
        except BadEncoding:
            code = "line_encoding"
        except httpcore2.ProxyError as error:
            code, detail = "line_proxy", str(error)[:3]
        except (httpcore2.ConnectTimeout, httpcore2.PoolTimeout):
            code = "line_no_connection"
        except httpcore2.TimeoutException:
            code = "line_timeout"
        except httpcore2.ConnectError as error:
            code = _why_not(error)
        except httpcore2.RemoteProtocolError:
            code = "line_cut" if watch.cut else "line_no_http"
        except httpcore2.LocalProtocolError:
            code = "line_request"
        except (httpcore2.NetworkError, OSError):
            code = "line_cut"
        finally:
            WATCH.reset(token)
            if not keep:
                pool.close()
        # no handler is open any more: the library's own errors may hold a header, and must be no other's context
        return watch, None, LineTrouble(self.name, code, detail, left=watch.left, head=head)

    def _request(
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], body: bytes | None, keep: bool
    ) -> httpcore2.Request:
        given = {
            "host": url.netloc.decode("ascii"),
            "user-agent": self.settings.user_agent,
            "accept-encoding": "gzip",
            **{name.lower(): value for name, value in headers.items()},
        }
        if not keep:
            given["connection"] = "close"
        if body is not None:
            given["content-length"] = str(len(body))
        limits = {
            "connect": self.settings.connect,
            "read": self.settings.read,
            "write": self.settings.read,
            "pool": self.settings.connect,
        }
        where = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent = [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in given.items()]
        return httpcore2.Request(method, where, headers=sent, content=body or b"", extensions={"timeout": limits})

    def _read(self, response: httpcore2.Response, host: str, watch: Watch, most: int) -> Answer:
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
        encoding = headers.get("content-encoding", "").strip().lower()
        refused = not 200 <= response.status < 300
        body = b""
        try:
            if encoding not in ("", "identity", "gzip", "x-gzip"):
                raise BadEncoding
            body = unfolded(response.iter_stream(), encoding.endswith("gzip"), watch, most)
        except Exception:
            # a refusal is told by its status; what it says besides only helps
            if not refused:
                raise
        return Answer(response.status, host, Sealed(body), headers)

    # ---- connections

    def _pool(self) -> httpcore2.ConnectionPool:
        with self._lock:
            # a process that was forked must not speak on its parent's connections
            if self._kept is None or self._kept[0] != os.getpid():
                if self._kept is not None:
                    self._kept[2].detach()
                pool = self._new_pool()
                self._kept = os.getpid(), pool, finalize(self, pool.close)
            return self._kept[1]

    def _new_pool(self) -> httpcore2.ConnectionPool:
        made: dict[str, Any] = {
            "ssl_context": self._context,
            "network_backend": WatchedBackend(),
            "keepalive_expiry": 5.0,
            "max_connections": 10,
        }
        if self.settings.proxy is None:
            return httpcore2.ConnectionPool(**made)
        where = proxy_of(self.settings.proxy)
        assert where is not None
        auth = (where.username, where.password) if where.userinfo else None
        to = httpcore2.URL(scheme=where.raw_scheme, host=where.raw_host, port=where.port or 80, target=b"/")
        return httpcore2.HTTPProxy(to, proxy_auth=auth, **made)

    def _secure(self, url: httpx2.URL) -> bool:
        return url.scheme == "https" or (self.settings.allow_http and is_loopback(url.host))


def _cut(trouble: LineTrouble) -> bool:
    return trouble.code == "line_cut"


def _why_not(error: BaseException) -> str:
    """Why no connection was made."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return "line_certificate"
        if isinstance(seen, ssl.SSLError):
            return "line_tls"
        seen = seen.__cause__ or seen.__context__
    return "line_no_connection"
