"""What comes of a question on the HTTP line: a whole answer, or what went wrong. Values only. Extra `http`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from due_workflow import texts
from due_workflow.errors import NotSent, PortalFailure
from due_workflow.ports import Sealed

_LONGEST_WAIT = timedelta(days=1)


class LineTrouble(PortalFailure):
    """The line to a portal, or the portal's answer, failed.

    Attributes:
        code: what failed, a word of the catalogue's section `trouble`.
        detail: the host, the status or another plain word; nothing of what was asked or answered.
        left: whether bytes of the question may have left: what was asked may then have been done.
        status: the HTTP status, where there was an answer.
        after: how long the portal asks to wait, where it says so.
        head: the first bytes of an answer that is too large.
    """

    def __init__(
        self,
        portal: str,
        code: str,
        detail: str = "",
        *,
        left: bool,
        status: int | None = None,
        after: timedelta | None = None,
        head: bytes = b"",
    ) -> None:
        super().__init__(code, portal=portal, detail=detail, status=status)
        self.portal, self.detail, self.left, self.status, self.after = portal, detail, left, status, after
        self.head = Sealed(head)

    @property
    def why(self) -> str:
        """The code with its detail, as `texts.trouble` reads it."""
        return f"{self.code}: {self.detail}" if self.detail else self.code

    def text(self, lang: str = "fr") -> str:
        """What happened and what to do."""
        return texts.render("error.portal_trouble", lang, {"portal": self.portal, "why": self.why})

    def unsent(self) -> NotSent:
        """The same, where the caller is sure that nothing was taken."""
        found = NotSent(self.why)
        found.after = self.after
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What the far end answered, whole and unfolded.

    Attributes:
        status: the HTTP status, whatever it is.
        host: who answered.
        body: the content, after gzip.
        headers: by lower-case name.
    """

    status: int
    host: str
    body: Sealed
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def kind(self) -> str:
        """The media type without its parameters, lower-case; empty where none is told."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def after(self) -> timedelta | None:
        """The seconds of `Retry-After`, a day at most."""
        said = self.headers.get("retry-after", "").strip()
        known = said.isascii() and said.isdecimal()
        return min(timedelta(seconds=int(said[:9])), _LONGEST_WAIT) if known else None


def trouble_of(portal: str, answer: Answer, detail: str = "") -> LineTrouble:
    """What an answer that is no success amounts to. Bytes have left: whether that is a doubt, the caller knows.

    `detail`: a plain word of the portal's, told after the host and the status.
    """
    status = answer.status
    code = "line_redirect" if 300 <= status < 400 else "portal_fault" if status >= 500 else "portal_unexpected"
    told = ", ".join(filter(None, (answer.host, f"HTTP {status}", detail)))
    return LineTrouble(portal, _STATUS.get(status, code), told, left=True, status=status, after=answer.after)


_STATUS = {
    400: "portal_format",
    401: "portal_login",
    403: "portal_forbidden",
    404: "portal_not_found",
    405: "portal_format",
    406: "portal_format",
    410: "portal_not_found",
    411: "portal_format",
    413: "portal_format",
    415: "portal_format",
    422: "portal_content",
    429: "portal_busy",
}
