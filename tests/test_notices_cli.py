"""The commands about notices, and the notifiers that the environment asks for."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from due_workflow import DueWorkflow, InputRefused, Retry, Undeliverable, Worker, texts
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import front
from due_workflow.cli.notifiers import SETTINGS, notifiers_from_env
from due_workflow.cli.outcomes import Code
from due_workflow.ports import Kind, Ref
from due_workflow.testing import RecordingNotifier
from due_workflow.testing import factories as f

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, eh").decode()
PASSWORD = "p4ss-of-the-mailbox"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, no setting of this machine, a wide terminal."""
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG", "DUE_DEBUG", *SETTINGS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def flow(here: Path) -> Iterator[DueWorkflow]:
    """A firm with three notices: one delivered, one pending, one dead."""
    with SqliteStorage(here / "due.sqlite", synchronous="OFF") as storage:
        flow = DueWorkflow(storage, cabinet="cabinet")
        for error in (None, Retry(timedelta(hours=2), f"quota {f.nir()}"), Undeliverable("smtp_address: 550")):
            post = RecordingNotifier("post")
            if error is not None:
                post.fail_next(error)
            flow.tell("went_live", Ref(Kind.CABINET, "cabinet"), client="Dupont", urgent=error is None)
            Worker(storage, flow_for=lambda _: flow, notifiers=(post,)).deliver()
        yield flow


def due(*args: str, code: int = 0) -> str:
    result = CliRunner().invoke(front.app, list(args))
    assert result.exit_code == code, result.stdout + result.stderr
    assert f.nir() not in result.stdout + result.stderr
    return result.stdout + result.stderr


def states(flow: DueWorkflow) -> dict[str, int]:
    return dict(flow.read.counts(Kind.NOTICE))


def id_of(flow: DueWorkflow, state: str) -> str:
    (out,) = flow.read.notices((state,))
    return out.notice.id


def test_the_list_says_what_keeps_each_notice_in_both_languages(flow: DueWorkflow) -> None:
    for lang, words in {
        "fr": (
            "NON REMISE",
            "à remettre",
            "remise",
            "adresse refusée",
            "(550)",
            "quota",
            "abandonné après 1",
            "[URGENT]",
        ),
        "en": (
            "NOT DELIVERED",
            "to be delivered",
            "delivered",
            "address refused",
            "(550)",
            "quota",
            "given up after 1",
        ),
    }.items():
        out = due("notices", "list", "--lang", lang)
        for word in words:
            assert word in out
        for notice in flow.read.notices():
            assert notice.notice.id[:36] in out
        assert "notices replay --all" in out


def test_the_list_can_be_narrowed_and_paged(flow: DueWorkflow) -> None:
    dead = json.loads(due("notices", "list", "--dead", "--json"))
    assert [notice["state"] for notice in dead["notices"]] == ["dead"]
    assert dead["counts"] == {"dead": 1, "delivered": 1, "pending": 1}
    both = json.loads(due("notices", "list", "--dead", "--pending", "--limit", "1", "--json"))
    assert both["next"] == both["notices"][0]["id"]
    rest = json.loads(due("notices", "list", "--dead", "--pending", "--after", both["next"], "--json"))
    assert {both["notices"][0]["state"], rest["notices"][0]["state"]} == {"dead", "pending"}
    assert rest["next"] is None
    assert "--dead --pending --after" in due("notices", "list", "--dead", "--pending", "--limit", "1")
    every = json.loads(due("notices", "list", "--limit", "0", "--json"))
    assert len(every["notices"]) == 3


def test_a_notice_as_json_has_everything(flow: DueWorkflow) -> None:
    (dead,) = json.loads(due("notices", "list", "--dead", "--json"))["notices"]
    assert dead["id"] == id_of(flow, "dead")
    assert (dead["code"], dead["case"], dead["urgent"], dead["refused"]) == (
        "went_live",
        "cabinet:cabinet",
        False,
        ["post"],
    )
    assert dead["ways"]["post"] == {
        "tries": 1,
        "due": None,
        "trouble": "smtp_address: 550",
        "text": texts.trouble("smtp_address: 550"),
    }


def test_status_says_that_there_are_dead_letters(flow: DueWorkflow) -> None:
    assert "due-workflow notices list --dead" in due("status")
    flow.replay_notice(id_of(flow, "dead"))
    assert "notices list" not in due("status")


def test_an_empty_list_says_so(here: Path) -> None:
    due("set-software", "Ed", "Paie", "1")
    assert "Aucune notification" in due("notices", "list")
    assert "Aucun à traiter" in due("notices", "replay", "--all")


def test_a_dead_letter_is_replayed_and_delivered_by_the_next_round(flow: DueWorkflow) -> None:
    said = json.loads(due("notices", "replay", id_of(flow, "dead"), "--json"))
    assert (said["replayed"], said["notices"][0]["state"]) == (1, "pending")
    assert states(flow) == {"delivered": 1, "pending": 2}
    post = RecordingNotifier("post")
    Worker(flow.storage, flow_for=lambda _: flow, notifiers=(post,)).deliver()
    assert (len(post.ids), states(flow)) == (1, {"delivered": 2, "pending": 1})


def test_all_dead_letters_are_replayed_page_by_page(flow: DueWorkflow) -> None:
    post = RecordingNotifier("post")
    post.fail_next(Undeliverable(), 250)
    for n in range(250):
        flow.tell("went_live", Ref(Kind.CABINET, "cabinet"), client=f"n{n}")
    crew = Worker(flow.storage, flow_for=lambda _: flow, notifiers=(post,))
    while crew.deliver():
        pass
    assert states(flow)["dead"] == 251
    assert "251" in due("notices", "replay", "--all")
    assert states(flow) == {"delivered": 1, "pending": 252}


def test_what_cannot_be_replayed_is_told_and_does_not_stop_the_others(flow: DueWorkflow) -> None:
    out = due("notices", "replay", "nothing", id_of(flow, "delivered"), id_of(flow, "dead"), code=Code.NOT_FOUND)
    assert "nothing" in out
    assert "notices list" in out
    assert "n'est pas à remettre de nouveau (remise)" in out
    assert states(flow) == {"delivered": 1, "pending": 2}


@pytest.mark.parametrize("args", [(), ("x", "--all")])
def test_it_is_some_or_all(flow: DueWorkflow, args: tuple[str, ...]) -> None:
    due("notices", "replay", *args, code=Code.USAGE)


# ---- the environment

MAIL = {"DUE_SMTP_URL": "smtp://due@mail.example:2525", "DUE_SMTP_PASSWORD": PASSWORD}
MAIL |= {"DUE_MAIL_FROM": "DUE <due@cab.example>", "DUE_MAIL_TO": "a@cab.example, b@cab.example"}
HOOK = {"DUE_WEBHOOK_URL": "https://hook.example/t0ken", "DUE_WEBHOOK_SECRET": SECRET}
APPRISE = {"DUE_APPRISE_URLS": "json://127.0.0.1/a json://127.0.0.1/b xml://127.0.0.1/c"}


def test_without_any_setting_there_is_no_notifier() -> None:
    assert notifiers_from_env({"HOME": "/", "DUE_SMTP_URL": " ", "DUE_WEBHOOK_URL": ""}, "en") == ()


@pytest.mark.parametrize(("url", "word"), [("http://hook.example/x", "http"), ("https://10.0.0.1/x", "private")])
def test_a_webhook_that_could_be_allowed_says_how(url: str, word: str) -> None:
    with pytest.raises(InputRefused) as refused:
        notifiers_from_env(HOOK | {"DUE_WEBHOOK_URL": url}, "fr")
    for lang in texts.LANGUAGES:
        assert f"DUE_WEBHOOK_ALLOW={word}" in refused.value.text(lang)


def test_each_setting_makes_its_notifier_under_a_name_that_stays() -> None:
    names = [notifier.name for notifier in notifiers_from_env(MAIL | HOOK | APPRISE, "fr")]
    assert names == ["email", "webhook", "apprise-json", "apprise-json#2", "apprise-xml"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("smtp://due@mail.example", "'mail.example', 587, security='starttls'"),
        ("smtps://due@mail.example", "'mail.example', 465, security='tls'"),
        ("smtp://mail.example?security=none", "'mail.example', 25, security='none'"),
        ("smtp://due%40x@mail.example:26?security=tls", "'mail.example', 26, security='tls'"),
    ],
)
def test_the_address_of_the_mail_server_says_how_to_connect(url: str, shown: str) -> None:
    (mail,) = notifiers_from_env(MAIL | {"DUE_SMTP_URL": url}, "fr")
    assert shown in repr(mail)


def test_an_internal_webhook_must_be_allowed() -> None:
    inside = HOOK | {"DUE_WEBHOOK_URL": "http://10.0.0.1/hook"}
    with pytest.raises(InputRefused):
        notifiers_from_env(inside, "fr")
    (hook,) = notifiers_from_env(inside | {"DUE_WEBHOOK_ALLOW": "private, http"}, "fr")
    assert hook.name == "webhook"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("DUE_SMTP_URL", MAIL | {"DUE_SMTP_URL": "mail.example"}),
        ("DUE_SMTP_URL", MAIL | {"DUE_SMTP_URL": f"smtp://due:{PASSWORD}@mail.example"}),
        ("DUE_SMTP_URL", MAIL | {"DUE_SMTP_URL": "smtp://mail.example:port"}),
        ("DUE_SMTP_URL", MAIL | {"DUE_SMTP_URL": "smtp://mail.example?security=maybe"}),
        ("DUE_SMTP_URL", MAIL | {"DUE_SMTP_URL": "smtp://due@mail.example?security=none"}),
        ("DUE_SMTP_URL", {"DUE_MAIL_TO": "a@cab.example"}),
        ("DUE_SMTP_URL", {"DUE_MAIL_FROM": "a@cab.example"}),
        ("DUE_SMTP_URL", {"DUE_SMTP_PASSWORD": PASSWORD}),
        ("DUE_WEBHOOK_URL", {"DUE_WEBHOOK_SECRET": SECRET}),
        ("DUE_WEBHOOK_URL", {"DUE_WEBHOOK_ALLOW": "http"}),
        ("DUE_SMTP_PASSWORD", {k: v for k, v in MAIL.items() if k != "DUE_SMTP_PASSWORD"}),
        ("DUE_MAIL_FROM", MAIL | {"DUE_MAIL_FROM": f"{PASSWORD} at cab"}),
        ("DUE_MAIL_FROM", {k: v for k, v in MAIL.items() if k != "DUE_MAIL_FROM"}),
        ("DUE_MAIL_TO", MAIL | {"DUE_MAIL_TO": PASSWORD}),
        ("DUE_MAIL_COLLABORATORS", MAIL | {"DUE_MAIL_COLLABORATORS": f"Camille={PASSWORD}"}),
        ("DUE_WEBHOOK_URL", HOOK | {"DUE_WEBHOOK_URL": "http://hook.example/t0ken"}),
        ("DUE_WEBHOOK_URL", HOOK | {"DUE_WEBHOOK_URL": "https://127.0.0.1/t0ken"}),
        ("DUE_WEBHOOK_SECRET", HOOK | {"DUE_WEBHOOK_SECRET": PASSWORD}),
        ("DUE_WEBHOOK_SECRET", {"DUE_WEBHOOK_URL": "https://hook.example/t0ken"}),
        ("DUE_WEBHOOK_ALLOW", HOOK | {"DUE_WEBHOOK_ALLOW": f"all {PASSWORD}"}),
        ("DUE_APPRISE_URLS", {"DUE_APPRISE_URLS": f"json://127.0.0.1 nothing://{PASSWORD}"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_setting_that_cannot_be_used_is_named_and_never_shown(name: str, given: dict[str, str]) -> None:
    with pytest.raises(InputRefused) as refused:
        notifiers_from_env(given, "fr")
    assert refused.value.problems[0].where == name
    for lang in texts.LANGUAGES:
        said = refused.value.text(lang)
        assert said.startswith(f"{name}: ")
        assert PASSWORD not in said
        assert "t0ken" not in said
    error: Any = refused.value
    assert PASSWORD not in repr(error) + repr(error.__context__)


def test_the_worker_uses_them(flow: DueWorkflow, monkeypatch: pytest.MonkeyPatch) -> None:
    flow.replay_notice(id_of(flow, "dead"))
    for name, value in (MAIL | {"DUE_SMTP_URL": "smtp://127.0.0.1:9?security=none"}).items():
        monkeypatch.setenv(name, value)
    said = json.loads(due("worker", "--once", "--json"))
    assert said["notifiers"] == ["email"]
    (kept,) = [o for o in flow.read.notices(("pending",)) if "email" in o.ways]
    assert kept.ways["email"].trouble == "smtp_unreachable"
