"""How a portal is spoken to, and which addresses may be: rules over texts, no connection is made here. Extra `http`."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address

import httpx2

from due_workflow import __version__
from due_workflow.errors import InputRefused

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a portal is spoken to. Production works with the defaults, but for the software's name.

    Attributes:
        software, version, editor: who sends, told in the User-Agent: "<client> (<software>/<version>; <editor>)".
        connect: seconds to connect, TLS included.
        read: seconds between two signs of life of the far end.
        deadline: seconds for a whole exchange, from the connection to the last byte of the answer.
        largest: the most bytes of one answer, both as they come and unfolded.
        proxy: the firm's HTTP proxy ("http://proxy.cabinet.example:3128"; a user and password may stand in it).
            The environment's is not used by itself.
        ca_file: a file of certificates to trust instead of the system's.
        context: a TLS context of your own instead; `ca_file` is then not read.
        hosts: hosts that may be spoken to besides those of the portal's own addresses ("host" or "host:port").
        allow_http: also without TLS, on this machine's loopback only: to practise against a simulator.

    Raises:
        InputRefused: a time or size that is not positive, or a proxy that is no http address.
    """

    software: str = ""
    version: str = ""
    editor: str = ""
    connect: float = 10.0
    read: float = 30.0
    deadline: float = 60.0
    largest: int = 20 * 1024 * 1024
    proxy: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    context: ssl.SSLContext | None = field(default=None, repr=False, compare=False)
    hosts: tuple[str, ...] = ()
    allow_http: bool = False

    def __post_init__(self) -> None:
        for name in ("connect", "read", "deadline", "largest"):
            if not getattr(self, name) > 0:
                raise InputRefused("line_setting", setting=name)
        if self.proxy is not None and proxy_of(self.proxy) is None:
            raise InputRefused("line_proxy")

    @property
    def user_agent(self) -> str:
        """What the portal is told of who sends."""
        client = f"due-workflow/{__version__}"
        if not self.software:
            return client
        sender = "/".join(filter(None, (self.software, self.version)))
        said = f"{client} ({'; '.join(filter(None, (sender, self.editor)))})"
        return "".join(c if " " <= c <= "~" else "?" for c in said)


def context_of(ca_file: str | None) -> ssl.SSLContext:
    """Whose certificates are trusted: the system's, or those of a file.

    Raises:
        InputRefused: the file is missing or holds none.
    """
    if ca_file is None:
        return _system()
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError:
        pass
    raise InputRefused("line_ca_file")


@lru_cache(maxsize=1)
def _system() -> ssl.SSLContext:
    """One for all lines: reading the system's certificates takes longer than a login, and each copy some memory."""
    return ssl.create_default_context()


def url_of(address: str) -> httpx2.URL | None:
    """The address, or None where it is no plain http or https one."""
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, UnicodeError, TypeError, ValueError):
        return None
    return url.copy_with(fragment=None) if url.scheme in _PORTS and url.host and not url.userinfo else None


def proxy_of(address: str) -> httpx2.URL | None:
    """The proxy's address, or None where it is no http one."""
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, UnicodeError, TypeError, ValueError):
        return None
    return url if url.scheme == "http" and url.host else None


def origin_of(url: httpx2.URL) -> str:
    """The host, with the port where it is not the scheme's own."""
    host = url.raw_host.decode("ascii").lower().rstrip(".")
    return host if url.port in (None, _PORTS[url.scheme]) else f"{host}:{url.port}"


def host_of(said: str) -> str:
    """A host as a setting says it, as `origin_of` says it."""
    return said.strip().lower().removesuffix(":443")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
