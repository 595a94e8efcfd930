"""The notifiers that the environment asks for: for `due-workflow worker`, which has no code of a host to make them.

A value that cannot be used is said by the name of its variable; the value itself may be a secret, and is never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from due_workflow.errors import InputRefused, Problem
from due_workflow.ports import Notifier

if TYPE_CHECKING:
    from due_workflow.adapters.email import Security

SETTINGS = (
    "DUE_SMTP_URL",
    "DUE_SMTP_PASSWORD",
    "DUE_MAIL_FROM",
    "DUE_MAIL_TO",
    "DUE_MAIL_COLLABORATORS",
    "DUE_WEBHOOK_URL",
    "DUE_WEBHOOK_SECRET",
    "DUE_WEBHOOK_ALLOW",
    "DUE_APPRISE_URLS",
)
"""The variables that are read; how their values look stands in the catalogue (`setting.<name>`)."""


def notifiers_from_env(environ: Mapping[str, str], lang: str) -> tuple[Notifier, ...]:
    """The notifiers that the variables of `SETTINGS` ask for; none where they ask for none.

    Args:
        environ: the environment; an empty value counts as none.
        lang: in which language people are told.

    Raises:
        InputRefused: a variable is missing or cannot be used; `problems` names it, never its value.
    """
    said = set_in(environ)
    found: list[Notifier] = []
    # one that stands alone was meant: it is never passed over in silence
    if any(name.startswith(("DUE_SMTP_", "DUE_MAIL_")) for name in said):
        found.append(_email(said, lang))
    if any(name.startswith("DUE_WEBHOOK_") for name in said):
        _need(said, "DUE_WEBHOOK_URL")
        found.append(_webhook(said))
    if "DUE_APPRISE_URLS" in said:
        found += _apprise(said["DUE_APPRISE_URLS"].split(), lang)
    return tuple(found)


def set_in(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that are set, without outer blanks; the password alone as it is."""
    said = {name: value for name in SETTINGS if (value := environ.get(name, "")).strip()}
    return {name: value if name == "DUE_SMTP_PASSWORD" else value.strip() for name, value in said.items()}


def _email(said: Mapping[str, str], lang: str) -> Notifier:
    from due_workflow.adapters.email import EmailNotifier

    url = _split(_need(said, "DUE_SMTP_URL"))
    security = _security(url)
    if url is None or security is None or not url.hostname or url.password:
        raise _bad("DUE_SMTP_URL")
    sender, to = _need(said, "DUE_MAIL_FROM"), [box.strip() for box in _need(said, "DUE_MAIL_TO").split(",")]
    _made("DUE_MAIL_FROM", lambda: EmailNotifier("localhost", sender=sender, to=()))
    _made("DUE_MAIL_TO", lambda: EmailNotifier("localhost", sender=sender, to=to))
    pairs = [pair.partition("=")[::2] for pair in said.get("DUE_MAIL_COLLABORATORS", "").split(",") if pair.strip()]
    addresses = {who.strip(): box.strip() for who, box in pairs}
    _made("DUE_MAIL_COLLABORATORS", lambda: EmailNotifier("localhost", sender=sender, to=to, addresses=addresses))
    password = said.get("DUE_SMTP_PASSWORD")
    if url.username and password is None:
        raise _bad("DUE_SMTP_PASSWORD", "setting_missing")
    return _made(
        "DUE_SMTP_URL",
        lambda: EmailNotifier(
            str(url.hostname),
            url.port,
            sender=sender,
            to=to,
            addresses=addresses,
            security=security,
            user=unquote(url.username) if url.username else None,
            password=password,
            lang=lang,
        ),
    )


def _security(url: SplitResult | None) -> Security | None:
    if url is None or url.scheme not in ("smtp", "smtps"):
        return None
    asked = parse_qs(url.query).get("security", ["tls" if url.scheme == "smtps" else "starttls"])[-1]
    known: tuple[Security, ...] = ("starttls", "tls", "none")
    return next((security for security in known if security == asked), None)


def _webhook(said: Mapping[str, str]) -> Notifier:
    try:
        from due_workflow.adapters.webhook import WebhookNotifier
    except ModuleNotFoundError as missing:
        raise _without(missing, "DUE_WEBHOOK_URL", "webhook") from None
    secrets = _need(said, "DUE_WEBHOOK_SECRET").split()
    allowed = set(said.get("DUE_WEBHOOK_ALLOW", "").replace(",", " ").split())
    if not allowed <= {"private", "http"}:
        raise _bad("DUE_WEBHOOK_ALLOW")

    def make() -> Notifier:
        return WebhookNotifier(
            said["DUE_WEBHOOK_URL"], secrets, allow_private="private" in allowed, allow_http="http" in allowed
        )

    try:
        return make()
    except InputRefused as refused:
        name = "DUE_WEBHOOK_SECRET" if refused.code == "bad_webhook_secret" else "DUE_WEBHOOK_URL"
        code = _ALLOWABLE.get(refused.code)
    if code is not None:
        raise _bad(name, code)
    return _made(name, make)


def _apprise(urls: list[str], lang: str) -> list[Notifier]:
    try:
        from due_workflow.adapters.apprise import AppriseNotifier
    except ModuleNotFoundError as missing:
        raise _without(missing, "DUE_APPRISE_URLS", "apprise") from None
    names: dict[str, str] = {}
    for url in urls:
        # a name that stays the same when another service is added after it
        service = "apprise-" + url.partition(":")[0].casefold()
        number = sum(name.partition("#")[0] == service for name in names) + 1
        names[service if number == 1 else f"{service}#{number}"] = url
    return [
        _made("DUE_APPRISE_URLS", lambda name=name, url=url: AppriseNotifier(url, lang=lang, name=name))  # type: ignore[misc]
        for name, url in names.items()
    ]


# ---- what cannot be used


def _need(said: Mapping[str, str], name: str) -> str:
    if name not in said:
        raise _bad(name, "setting_missing")
    return said[name]


def _split(url: str) -> SplitResult | None:
    with suppress(ValueError):
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port else None
    return None


def _made(name: str, make: Callable[[], Notifier]) -> Notifier:
    """What `make` makes; a refusal is told under the variable's name, without what it says of the value."""
    try:
        return make()
    except InputRefused as error:
        refused = _bad(name, error.code if error.code in _OF_ITS_OWN else "bad_setting")
    raise refused


_ALLOWABLE = {"webhook_in_clear": "setting_http", "webhook_private": "setting_private"}
"""Refusals that DUE_WEBHOOK_ALLOW lifts."""
_OF_ITS_OWN = frozenset({"mail_password_in_clear", "bad_webhook_url", "bad_webhook_secret"})
"""Refusals whose sentence shows nothing of the value and says more than that it is bad."""


def _bad(name: str, code: str = "bad_setting") -> InputRefused:
    return InputRefused(problems=[Problem(name, code, {"name": name})])


def _without(missing: ModuleNotFoundError, name: str, extra: str) -> InputRefused:
    return InputRefused(problems=[Problem(name, "extra_not_installed", {"extra": extra, "module": missing.name})])
