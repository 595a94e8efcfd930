"""Notices to a program over HTTPS: a CloudEvents 1.0 envelope, signed as Standard Webhooks asks.

The address is looked up, checked and connected to in one go, so that a name cannot point elsewhere in between; private
addresses are refused unless allowed, no proxy is used and no redirect followed. The URL's path and the secret may open
the door at the far end: neither stands in an error, a log or a repr.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote

import httpx2
from standardwebhooks import Webhook

from due_workflow import __version__, texts
from due_workflow.base import doors
from due_workflow.errors import InputRefused, Retry, Undeliverable
from due_workflow.identifiers import scrub
from due_workflow.models import Notice

TYPE = "fr.due-workflow.notice."
"""What the type of every event begins with; the notice's code follows."""
LONGEST = timedelta(days=1)
"""The longest wait that a far end may ask for."""
_KEY = 24
"""Bytes of a signing secret, at least, by Standard Webhooks."""
_BUSY = frozenset({408, 425, 429})
_NAT64 = IPv6Network("64:ff9b::/96")
_KEPT = (
    IPv4Network("192.0.0.0/24"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2001::/23"),
    IPv6Network("3fff::/20"),
    IPv6Network("5f00::/16"),
)
"""Kept for other uses too (RFC 6890 and its registries); not every Python that is supported knows it."""

Address = IPv4Address | IPv6Address


@doors
class WebhookNotifier:
    """Posts each notice to one URL, signed.

    The body is a CloudEvents 1.0 event in structured JSON: `id` the notice's, `source` the firm, `type`
    ``fr.due-workflow.notice.<code>``, `subject` the case, `data` the facts and the sentence in both languages. The
    headers `webhook-id`, `webhook-timestamp` and `webhook-signature` are those of Standard Webhooks; a repeat has the
    same `webhook-id`. 2xx is delivered; 408, 425, 429 and 5xx are tried again, after `Retry-After` where it is given (a
    day at most); every other answer is for good.

    Args:
        url: where to post; https, without a user in it.
        secret: the signing secret ("whsec_…", base64 of 24 bytes or more), or several while one is replaced.
        source: what `source` begins with; the firm's id follows.
        allow_private: also addresses that are not public (this machine, a private network).
        allow_http: also without TLS.
        timeout: seconds for each step of the exchange.
        context: whose certificates are trusted; the system's when None.
        name: by which it is kept what this notifier has delivered.

    Raises:
        InputRefused: the URL or a secret cannot be used.
    """

    def __init__(
        self,
        url: str,
        secret: str | Sequence[str],
        *,
        source: str = "urn:due-workflow",
        allow_private: bool = False,
        allow_http: bool = False,
        timeout: float = 10.0,
        context: ssl.SSLContext | None = None,
        name: str = "webhook",
    ) -> None:
        self.name, self.source, self.allow_private, self.timeout = name, source, allow_private, timeout
        self._url = _checked(url, allow_http)
        self.host = self._url.raw_host.decode()
        self._signers = _signers([secret] if isinstance(secret, str) else secret)
        self._context = context or ssl.create_default_context()
        literal = _literal(self.host)
        if literal is not None and not (allow_private or is_public(literal)):
            raise InputRefused("webhook_private", host=self.host)

    def __repr__(self) -> str:
        return f"WebhookNotifier({self.host!r})"

    def send(self, notice: Notice) -> None:
        """Post it. See `due_workflow.ports.Notifier.send`."""
        status, after = self._posted(self.event(notice), _mark(notice))
        if 200 <= status < 300:
            return
        if status in _BUSY or status >= 500:
            raise Retry(after, f"http_busy: {status}")
        code = "http_redirect" if 300 <= status < 400 else "http_gone" if status == 410 else "http_refused"
        raise Undeliverable(f"{code}: {status}")

    def event(self, notice: Notice) -> dict[str, object]:
        """The event that is posted."""
        return {
            "specversion": "1.0",
            "id": notice.id,
            "source": f"{self.source}:{quote(notice.cabinet, safe='')}",
            "type": TYPE + notice.code,
            "subject": notice.case,
            "time": notice.at.isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": {
                "cabinet": notice.cabinet,
                "code": notice.code,
                "urgent": notice.urgent,
                "case": notice.case,
                "to": [addressee.model_dump(mode="json") for addressee in notice.to],
                "facts": dict(notice.facts),
                "text": {lang: notice.text(lang) for lang in texts.LANGUAGES},
            },
        }

    # ---- the exchange

    def _posted(self, event: dict[str, object], mark: str) -> tuple[int, timedelta | None]:
        """The answer's status, and what it says of when to come again."""
        body = json.dumps(event, ensure_ascii=False)
        now = datetime.now(UTC)
        headers = {
            "host": self._url.netloc.decode(),
            "user-agent": f"due-workflow/{__version__}",
            "content-type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": mark,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(mark, now, body) for signer in self._signers),
            "connection": "close",
        }
        why = "http_unreachable"
        for address in self._addresses():
            why = ""
            try:
                return self._exchanged(address, headers, body.encode())
            except httpx2.ConnectTimeout:
                why = "http_timeout"
            except httpx2.ConnectError as error:
                why = "http_certificate" if _untrusted(error) else "http_unreachable"
            except httpx2.TimeoutException:
                # it may have been taken: the next address would be a repeat, and so a try of its own
                why = "http_timeout"
                break
            except (httpx2.HTTPError, OSError):
                why = "http_unreachable"
                break
        raise Retry(why=why)

    def _exchanged(self, address: Address, headers: dict[str, str], body: bytes) -> tuple[int, timedelta | None]:
        timeout = httpx2.Timeout(self.timeout).as_dict()
        # the address that was checked is the one connected to; the certificate is checked for the name
        request = httpx2.Request(
            "POST",
            self._url.copy_with(host=str(address)),
            headers=headers,
            content=body,
            extensions={"timeout": timeout, "sni_hostname": self.host},
        )
        # the transport alone: a client's own log would tell the URL
        with httpx2.HTTPTransport(verify=self._context, trust_env=False) as line:
            answer = line.handle_request(request)
            try:
                # what it says besides does not matter, however long it is
                return answer.status_code, _asked(answer.headers.get("retry-after", ""))
            finally:
                answer.close()

    def _addresses(self) -> list[Address]:
        """Where the name points now, each of them allowed."""
        port = self._url.port or (443 if self._url.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(self.host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        addresses = list(dict.fromkeys(ip_address(str(info[4][0]).partition("%")[0]) for info in found))
        if not self.allow_private and not all(map(is_public, addresses)):
            raise Undeliverable("http_private")
        return addresses


def is_public(address: Address) -> bool:
    """Whether an address is a public one: not of this machine, a private network, a link, or kept for other uses.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, Teredo, NAT64) is what it carries.
    """
    if isinstance(address, IPv6Address):
        teredo = address.teredo[1] if address.teredo else None
        nat64 = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
        carried = address.ipv4_mapped or address.sixtofour or teredo or nat64
        if carried is not None:
            return is_public(carried)
        if address.is_site_local:
            return False
    if any(address in network for network in _KEPT if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _checked(url: str, allow_http: bool) -> httpx2.URL:
    parsed: httpx2.URL | None = None
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeError, TypeError):
        parsed = None
    if parsed is None or parsed.scheme not in ("https", "http") or not parsed.host or parsed.userinfo:
        raise InputRefused("bad_webhook_url")
    if parsed.scheme == "http" and not allow_http:
        raise InputRefused("webhook_in_clear", host=scrub(parsed.host))
    return parsed.copy_with(fragment=None)


def _signers(secrets: Sequence[str]) -> list[Webhook]:
    found: list[Webhook] = []
    good = bool(secrets)
    for secret in secrets:
        try:
            # the signer's own reading passes over what is no base64
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
            good = good and len(key) >= _KEY
            found.append(Webhook(key))
        except Exception:  # noqa: BLE001  # whatever it says might hold the secret
            good = False
    if not good:
        secrets = ()
        raise InputRefused("bad_webhook_secret")
    return found


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _untrusted(error: BaseException) -> bool:
    """Whether the line failed for its certificate."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _asked(retry_after: str) -> timedelta | None:
    """What `Retry-After` says: seconds, or an instant."""
    said = retry_after.strip()
    if said.isascii() and said.isdecimal():
        return min(timedelta(seconds=int(said[:9])), LONGEST)
    try:
        wait = parsedate_to_datetime(said) - datetime.now(UTC)
    except (ValueError, TypeError, IndexError):
        return None
    return min(max(wait, timedelta(0)), LONGEST)


def _mark(notice: Notice) -> str:
    """The id of the message, the same for each repeat; a notice's own is unique within its firm only."""
    return "msg_" + hashlib.sha256(f"{notice.cabinet}\n{notice.id}".encode()).hexdigest()[:40]
