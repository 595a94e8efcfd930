"""`due-workflow.toml`: what it may say, every mistake told at once with its place, and no secret in it or shown."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import docs_wire
from due_workflow import DueWorkflow, InputRefused, Policy, texts
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import config, front
from due_workflow.cli.notifiers import SETTINGS, set_in
from due_workflow.cli.outcomes import Code
from due_workflow.cli.settings import PORTALS, TABLES, FolderTable, UrssafTable
from due_workflow.cli.settings_file import FILE, LARGEST, load
from due_workflow.cli.settings_secrets import secrets, variable
from due_workflow.rounds import Task

SIRET = "73282932000074"
URSSAF = f"""
[portals.urssaf]
type = "urssaf"
account = "{SIRET}"
surname = "MARTIN"
first_name = "CAMILLE"
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    names = ("DUE_DB", "DUE_CABINET", "DUE_LANG", "DUE_DEBUG", "DUE_CONFIG", "DUE_URSSAF_PASSWORD", *SETTINGS)
    for name in names:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(text: str, name: str = FILE) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(text: str, lang: str = "fr") -> list[str]:
    with pytest.raises(InputRefused) as refused:
        load(written(text))
    return [problem.text(lang) for problem in refused.value.problems]


def due(*args: str, code: int = 0, env: dict[str, str] | None = None) -> Any:
    result = CliRunner().invoke(front.app, list(args), env=env)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


# ---- what it may say


def test_without_a_file_the_defaults_serve() -> None:
    settings = load(None)
    assert (settings.firm.cabinet, settings.portals, settings.policy) == (None, {}, Policy())
    assert settings.run.tasks == tuple(Task)


def test_every_table_is_read() -> None:
    settings = load(
        written(
            URSSAF
            + """
            service = "98"
            [portals.urssaf.message]
            test_indicator = "TST"
            per_file = 10
            [portals.urssaf.line]
            deadline = 45
            [portals.dossier]
            type = "folder"
            account = "CAB-1"
            outgoing = "envoi"
            incoming = "avis"
            [policy]
            per_deposit = 10
            collect_minutes = 5
            [run]
            every = 3.5
            tasks = ["tick", "collect"]
            [notifiers.email]
            url = "smtp://due@mail.example:587"
            from = "DUE <due@cabinet.example>"
            to = ["paie@cabinet.example", "associe@cabinet.example"]
            collaborators = { "Camille Martin" = "camille@cabinet.example" }
            [notifiers.webhook]
            url = "https://logiciel.example/due"
            allow = ["private"]
            """
        )
    )
    urssaf, folder = settings.portals["urssaf"], settings.portals["dossier"]
    assert isinstance(urssaf, UrssafTable)
    assert isinstance(folder, FolderTable)
    assert (urssaf.service, urssaf.message.test_indicator, urssaf.message.per_file) == ("98", "TST", 10)
    assert (urssaf.line.deadline, urssaf.line.connect) == (45, None)
    assert (folder.name, folder.recipient) == ("jedeclare", "CIRSO")
    assert (settings.policy.per_deposit, settings.policy.collect_minutes) == (10, 5)
    assert (settings.run.every, settings.run.tasks) == (3.5, (Task.TICK, Task.COLLECT))
    assert settings.notifiers.environment() == {
        "DUE_SMTP_URL": "smtp://due@mail.example:587",
        "DUE_MAIL_FROM": "DUE <due@cabinet.example>",
        "DUE_MAIL_TO": "paie@cabinet.example, associe@cabinet.example",
        "DUE_MAIL_COLLABORATORS": "Camille Martin=camille@cabinet.example",
        "DUE_WEBHOOK_URL": "https://logiciel.example/due",
        "DUE_WEBHOOK_ALLOW": "private",
    }


def test_paths_are_relative_to_the_file_that_says_them(tmp_path: Path) -> None:
    settings = load(written('[firm]\ndb = "bases/due.sqlite"\n', "reglages/due-workflow.toml"))
    assert settings.place("envoi") == tmp_path / "reglages" / "envoi"
    assert settings.place("/srv/envoi") == Path("/srv/envoi")


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_the_file_to_begin_with_is_taken_as_it_is_and_so_is_each_of_its_comments(lang: str) -> None:
    text = config.starting_file(lang)
    assert set(load(written(text)).portals) == {"urssaf"}
    settings = [line for line in text.splitlines() if re.match(r"(# )*(\[[a-z.]+\]|[a-z_]+ = )", line)]
    whole = "\n".join(re.sub(r"^(# )+", "", line) for line in settings)
    every = load(written(whole))
    assert set(every.portals) == {"urssaf", "jedeclare", "dossier"}
    assert every.notifiers.email is not None
    assert every.portals["urssaf"].line.deadline == 120  # type: ignore[union-attr]


def test_a_file_with_a_byte_order_mark_is_read() -> None:
    path = Path(FILE)
    path.write_bytes('\ufeff[firm]\ncabinet = "é"\n'.encode())
    assert load(path).firm.cabinet == "é"


# ---- mistakes


def test_every_mistake_is_told_at_once_with_its_line_and_its_place() -> None:
    said = mistakes(
        """[firm]
cabinett = "x"
language = "de"
[portals.urssaf]
type = "urssaf"
account = "123"
surname = 12
[portals.urssaf.message]
per_fil = 3
[portals.autre]
type = "ursaf"
[runn]
every = 3
[run]
every = 0
tasks = ["tick", "dance"]
[policy]
per_deposit = 1000
[notifiers.email]
from = "a@b.example"
"""
    )
    starts = [line.split(":", 1)[1].split(": ", 1)[0] for line in said]
    assert starts == [
        "2 firm.cabinett",
        "3 firm.language",
        "6 portals.urssaf.account",
        "7 portals.urssaf.surname",
        "9 portals.urssaf.message.per_fil",
        "11 portals.autre.type",
        "12 runn",
        "15 run.every",
        "16 run.tasks.1",
        "18 policy.per_deposit",
        "19 notifiers.email.url",
        "19 notifiers.email.to",
    ]
    assert all(line.startswith(f"{FILE}:") for line in said)
    by = dict(zip(starts, said, strict=True))
    assert by["2 firm.cabinett"].endswith("vouliez-vous dire cabinet?")
    assert "vouliez-vous dire per_file?" in by["9 portals.urssaf.message.per_fil"]
    assert "urssaf, jedeclare, folder" in by["11 portals.autre.type"]
    assert "≤ 100" in by["18 policy.per_deposit"]
    assert "smtp://" in by["19 notifiers.email.url"]


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[firm]\nzzz = 1\n", "2 firm.zzz", "cabinet, db, language"),
        ("firm = 3\n", "1 firm", "[firm]"),
        ("portals = 3\n", "1 portals", "[firm]"),
        ("[portals]\nurssaf = 3\n", "2 portals.urssaf", "[firm]"),
        ("[portals.'a b']\ntype = 'urssaf'\n", "1 portals.a b", "40"),
        ("[portals.a-b]\ntype='folder'\naccount='x'\noutgoing='o'\nincoming='i'\n[portals.a_b]\n", "6 ", "a-b"),
        ("[portals.x]\naccount = 'a'\n", "1 portals.x.type", "urssaf"),
        ("[notifiers.log]\nlevel = 3\n", "2 notifiers.log.level", "—"),
    ],
)
def test_each_kind_of_mistake_says_what_to_write(text: str, place: str, said: str) -> None:
    (told,) = mistakes(text)
    assert told.startswith(f"{FILE}:{place}")
    assert said in told


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"[firm\ncabinet = 'x'\n", ":1: ce n'est pas du TOML"),
        (b"[firm]\ncabinet = x\n", ":2: ce n'est pas du TOML"),
        (b"[firm]\n# caf\xe9\n", ":2: le fichier n'est pas en UTF-8"),
        (b"# " + b"x" * LARGEST, ": le fichier est trop grand"),
        (b"a = " + b"[" * 100_000, ": ce n'est pas du TOML"),
    ],
    ids=["bracket", "value", "latin-1", "huge", "deep"],
)
def test_what_is_no_settings_file_is_said_with_its_line(raw: bytes, said: str) -> None:
    Path(FILE).write_bytes(raw)
    with pytest.raises(InputRefused) as refused:
        load(Path(FILE))
    assert said.split(": ", 1)[1] in refused.value.text("fr")
    if said[1].isdigit():
        assert f"{FILE}{said.split(' ', maxsplit=1)[0]}" in refused.value.text("fr")


SECRET = "hunter2-très-secret"
PLACED = [
    (f'[portals.urssaf]\npassword = "{SECRET}"', "DUE_URSSAF_PASSWORD"),
    (f'[portals.mon-portail]\nmot_de_passe = "{SECRET}"', "DUE_MON_PORTAIL_PASSWORD"),
    (f'[portals.urssaf]\nType = "urssaf"\nmotDePasse = "{SECRET}"', "DUE_URSSAF_PASSWORD"),
    (f'[portals.urssaf.credentials]\nx = "{SECRET}"', "DUE_URSSAF_PASSWORD"),
    (f'[portals.urssaf.line]\nproxy = "http://me:{SECRET}@proxy.example:3128"', "DUE_URSSAF_PROXY"),
    (f'[firm]\ndb = "postgresql://me:{SECRET}@host/base"', "DUE_DB"),
    (f'[firm]\ndb = "postgresql://host/base?password={SECRET}"', "DUE_DB"),
    (f'[firm]\ndb_password = "{SECRET}"', "DUE_DB"),
    (f'[notifiers.email]\nurl = "smtp://me:{SECRET}@mail.example"', "DUE_SMTP_PASSWORD"),
    (f'[notifiers.webhook]\nsecret = "{SECRET}"', "DUE_WEBHOOK_SECRET"),
    (f'[notifiers.apprise]\nurls = ["slack://{SECRET}"]', "DUE_APPRISE_URLS"),
    (f'token = "{SECRET}"', "DUE_PORTAIL_PASSWORD"),
]


@pytest.mark.parametrize(("text", "name"), PLACED, ids=[str(n) for n in range(len(PLACED))])
def test_a_secret_in_the_file_is_refused_with_its_variable_and_never_shown(text: str, name: str) -> None:
    written(text + "\n")
    result = due("config", "check", code=Code.INPUT)
    assert name in result.stderr
    assert "un secret n'a pas sa place" in result.stderr
    assert SECRET not in result.output
    result = due("status", "--json", code=Code.INPUT)
    assert "config_secret" in {p["code"] for p in json.loads(result.stdout)["errors"][0]["problems"]}
    assert SECRET not in result.output


def loaded_or_refused(path: Path) -> None:
    refused = None
    try:
        load(path)
    except InputRefused as error:
        refused = error
    assert refused is None or refused.problems


def test_a_number_that_stands_in_the_file_or_its_name_is_not_shown() -> None:
    nir = "295109912611193"
    text = f'[firm]\n"{nir}" = "{nir}"\ncabinet = "{nir}"\n[portals.{nir}]\n[portals.x{nir}]\ntype = "{nir}"\n'
    path = written(text, f"{nir}.toml")
    for args in (["--config", str(path)], ["--config", f"{nir}/x.toml"]):
        for json_ in ([], ["--json"]):
            result = due("config", "check", *args, *json_, code=Code.INPUT)
            assert nir not in result.output


@given(st.text(max_size=300))
def test_whatever_the_file_holds_only_our_own_error_comes_out(text: str) -> None:
    path = Path(FILE)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    loaded_or_refused(path)


VALUES = st.recursive(
    st.one_of(st.integers(), st.text(max_size=5), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
KEYS = st.sampled_from(["firm", "portals", "urssaf", "type", "account", "run", "every", "policy", "tasks", "line", "x"])


@given(st.recursive(VALUES, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=12))
def test_whatever_tables_stand_there_only_our_own_error_comes_out(data: Any) -> None:
    def lines(table: dict[str, Any], path: str) -> list[str]:
        own = [f"{key} = {config.toml(value)}" for key, value in table.items() if not isinstance(value, dict)]
        inner = [line for k, v in table.items() if isinstance(v, dict) for line in lines(v, f"{path}.{k}".lstrip("."))]
        return [*([f"[{path}]"] if path else []), *own, *inner]

    text = "\n".join(lines(data, "")) if isinstance(data, dict) else f"x = {config.toml(data)}"
    path = Path(FILE)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    loaded_or_refused(path)


def test_two_names_never_share_a_variable() -> None:
    assert variable("mon-portail", "PASSWORD") == "DUE_MON_PORTAIL_PASSWORD"
    assert set(PORTALS) == {"urssaf", "jedeclare", "folder"}


# ---- found by the commands


def test_the_commands_take_firm_database_and_language_from_the_file_options_and_variables_count_more() -> None:
    written('[firm]\ncabinet = "martin"\ndb = "sous/due.sqlite"\nlanguage = "en"\n')
    Path("sous").mkdir()
    due("portal", "urssaf", SIRET)
    with SqliteStorage("sous/due.sqlite") as storage:
        portal = DueWorkflow(storage, cabinet="martin").read.cabinet().portal
        assert portal is not None
        assert portal.account == SIRET
    assert "Portal: urssaf" in due("portal").stdout
    assert "Portail: urssaf" in due("portal", "--lang", "fr").stdout
    assert "no portal" in due("portal", "--cabinet", "autre").stdout.lower()
    due("portal", "--db", "ailleurs.sqlite", code=Code.UNUSABLE)
    due("portal", env={"DUE_DB": "ailleurs.sqlite"}, code=Code.UNUSABLE)


def test_help_and_mistyped_commands_speak_the_language_of_the_file_too() -> None:
    written('[firm]\nlanguage = "en"\n', "english.toml")
    assert "Collects the receipts" in due("collect", "--help", "--config", "english.toml").stdout
    assert "Collects the receipts" in due("collect", "--help", env={"DUE_CONFIG": "english.toml"}).stdout
    assert "Collecte les avis" in due("collect", "--help", env={"DUE_CONFIG": "none.toml"}).stdout
    written('[firm]\nlanguage = "en"\n')
    assert "Unknown option" in due("collect", "--nope", code=Code.USAGE).stderr
    assert "Collecte les avis" in due("collect", "--help", "--lang", "fr").stdout
    assert "Collecte les avis" in due("collect", "--help", env={"DUE_LANG": "fr"}).stdout


def test_the_file_is_the_one_asked_for_else_the_variables_else_this_folders() -> None:
    for name, cabinet in ((FILE, "ici"), ("a.toml", "a"), ("b.toml", "b")):
        written(f'[firm]\ncabinet = "{cabinet}"\n', name)
    asked = {"DUE_CONFIG": "a.toml"}
    assert json.loads(due("config", "check", "--json").stdout)["firm"]["cabinet"] == "ici"
    assert json.loads(due("config", "check", "--json", env=asked).stdout)["firm"]["cabinet"] == "a"
    assert (
        json.loads(due("--config", "b.toml", "config", "check", "--json", env=asked).stdout)["firm"]["cabinet"] == "b"
    )
    assert "config example" in due("config", "check", "--config", "c.toml", code=Code.INPUT).stderr
    assert "c.toml" in due("status", env={"DUE_CONFIG": "c.toml"}, code=Code.INPUT).stderr


def test_a_file_that_cannot_be_used_stops_every_command_but_the_demo() -> None:
    written("[firm\n")
    for args in (["status"], ["portal", "urssaf", SIRET], ["tick"], ["worker", "--once", "--log"]):
        assert f"{FILE}:1" in due(*args, code=Code.INPUT).stderr
    assert list(Path().glob("*.sqlite")) == []
    due("config", "example")


WRONG_VALUES = {
    "a negative time": ("[portals.urssaf.line]\nread = -1", "un nombre sans guillemets (> 0, ≤ 3600), comme 30"),
    "a time in words": ('[portals.urssaf.line]\nconnect = "dix"', "un nombre sans guillemets (> 0, ≤ 3600), comme 10"),
    "a size of nothing": (
        "[portals.urssaf.line]\nlargest = 0",
        "un nombre entier sans guillemets (> 0), comme 20971520",
    ),
    "a text for a list": ('[portals.urssaf.line]\nhosts = "a.example"', "une liste entre crochets, comme ["),
    "another service": ('service = "42"', 'un de ces textes entre guillemets (25, 98), comme "25"'),
    "a number for a text": ("surname = 3", 'un texte entre guillemets, comme "MARTIN"'),
}


@pytest.mark.parametrize("name", WRONG_VALUES)
def test_a_wrong_value_is_told_with_what_is_expected_and_an_example(name: str) -> None:
    text, expected = WRONG_VALUES[name]
    (said,) = mistakes((URSSAF.replace('surname = "MARTIN"\n', "") if "surname" in text else URSSAF) + text)
    assert f"attendu: {expected}" in said


def test_a_day_and_a_list_of_jedeclare_are_told_with_their_form() -> None:
    table = JEDECLARE + 'start = "hier"\nprocedures = "DUE"\n' + COLLECTION
    day, listed = sorted(mistakes(table), key=lambda said: "crochets" in said)
    assert "attendu: un jour AAAA-MM-JJ sans guillemets, comme 2026-01-01" in day
    assert 'attendu: une liste entre crochets, comme ["DUE"]' in listed


JEDECLARE = '[portals.jedeclare]\ntype = "jedeclare"\naccount = "CAB"\n'
COLLECTION = '[portals.jedeclare.addresses]\ncollection = "https://portail.example/ws/"\n'


def test_what_two_settings_do_not_say_together_is_refused() -> None:
    (same,) = mistakes(URSSAF + URSSAF.replace("portals.urssaf", "portals.encore"))
    assert "portals.urssaf a déjà ce portail et ce compte" in same
    folder = '[portals.d]\ntype = "folder"\naccount = "CAB"\noutgoing = "boite"\nincoming = "./boite/"\n'
    (boxes,) = mistakes(folder)
    assert "le même dossier que portals.d.outgoing" in boxes
    (mixed,) = mistakes(URSSAF + '[portals.urssaf.addresses]\ndeposit = "http://127.0.0.1:8100/deposer"\n')
    assert "données" not in mixed
    assert "donnez-les toutes, ou aucune" in mixed
    load(written(URSSAF + '[portals.urssaf.addresses]\ndeposit = "https://essai.example/deposer"\n'))


def test_config_check_says_that_a_firm_cannot_send_by_a_portal_without_a_folder() -> None:
    written(JEDECLARE + COLLECTION)
    DueWorkflow(SqliteStorage("due.sqlite"), cabinet="cabinet").set_portal("jedeclare", "CAB")
    env = {"DUE_JEDECLARE_PASSWORD": "x"}
    assert "n'a pas de dossier d'envoi" in due("config", "check", env=env, code=Code.PERSON).stderr
    Path("envoi").mkdir()
    written(JEDECLARE + 'outgoing = "envoi"\n' + COLLECTION)
    due("config", "check", env=env)


# ---- config check


def test_config_check_shows_what_was_read_and_which_variables_are_missing_but_no_value() -> None:
    written('[firm]\ndb = "due.sqlite"\n' + URSSAF + '[notifiers.webhook]\nurl = "https://logiciel.example/due"\n')
    due("portal", "urssaf", SIRET)
    told = json.loads(due("config", "check", "--json", code=Code.PERSON).stdout)
    assert {v["name"]: v["set"] for v in told["variables"] if v["needed"]} == {
        "DUE_URSSAF_PASSWORD": False,
        "DUE_WEBHOOK_SECRET": False,
    }
    assert told["portals"] == [
        {"table": "urssaf", "portal": "urssaf", "account": SIRET, "recipient": "URSSAF", "sends": True}
    ]
    env = {"DUE_URSSAF_PASSWORD": SECRET, "DUE_WEBHOOK_SECRET": "whsec_" + "QUFB" * 8}
    said = due("config", "check", env=env)
    assert "Rien à corriger." in said.stdout
    assert SECRET not in said.output
    assert "QUFB" not in said.output
    assert "MANQUE" in due("config", "check", code=Code.PERSON).stdout


def test_config_check_says_what_does_not_fit_the_firm() -> None:
    written(URSSAF + '[software]\neditor = "E"\nproduct = "P"\nversion = "2"\n')
    env = {"DUE_URSSAF_PASSWORD": "x"}
    due("software", "E", "P", "1")
    assert f"portal urssaf {SIRET}" in due("config", "check", env=env, code=Code.PERSON).stderr
    due("portal", "jedeclare", "CAB")
    assert "jedeclare CAB" in due("config", "check", env=env, code=Code.PERSON).stderr
    due("portal", "urssaf", SIRET)
    said = due("config", "check", env=env, code=Code.PERSON)
    assert "P 2" in said.stderr
    assert "P 1" in said.stderr
    due("software", "E", "P", "2")
    due("config", "check", env=env)


def test_config_check_hears_what_the_portals_and_notifiers_refuse() -> None:
    written(
        '[portals.dossier]\ntype = "folder"\naccount = "CAB"\noutgoing = "envoi"\nincoming = "avis"\n'
        '[notifiers.email]\nurl = "imap://mail.example"\nfrom = "a@b.example"\nto = ["c@d.example"]\n'
    )
    due("portal", "jedeclare", "CAB")
    said = due("config", "check", code=Code.PERSON)
    assert "portals.dossier.outgoing" in said.stderr
    assert "notifiers.email.url" in said.stderr
    Path("envoi").mkdir()
    Path("avis").mkdir()
    assert "portals.dossier" not in due("config", "check", code=Code.PERSON).stderr


def test_a_password_of_the_mail_server_is_taken_as_it_is_and_the_rest_without_outer_blanks() -> None:
    said = {"DUE_SMTP_PASSWORD": " s3cret ", "DUE_MAIL_TO": " a@cab.example\n", "DUE_SMTP_URL": " ", "HOME": "/"}
    assert set_in(said) == {"DUE_SMTP_PASSWORD": " s3cret ", "DUE_MAIL_TO": "a@cab.example"}
    assert set_in({"DUE_SMTP_PASSWORD": " "}) == {}


def test_each_secret_that_is_asked_for_is_listed() -> None:
    settings = load(written(URSSAF + "[notifiers.apprise]\n[notifiers.log]\n"))
    needed = [secret.name for secret in secrets(settings) if secret.needed]
    assert needed == ["DUE_URSSAF_PASSWORD", "DUE_APPRISE_URLS"]


def test_the_example_is_printed_in_both_languages_and_as_data() -> None:
    assert tomllib.loads(due("config", "example").stdout)["firm"]["cabinet"] == "cabinet"
    english = due("config", "example", "--lang", "en").stdout
    assert "Keep" in english or "keep" in english
    assert json.loads(due("config", "example", "--json").stdout)["text"].startswith("# ")


# ---- the reference


@pytest.mark.parametrize("page", docs_wire.PAGES)
def test_the_made_parts_of_a_page_are_those_that_the_models_and_the_catalogue_give(page: str) -> None:
    told = (docs_wire.DOCS / page).read_text(encoding="utf-8")
    assert told == docs_wire.made(page), "write it anew: python tests/docs_wire.py"
    assert told.count("<!-- made: ") == told.count("<!-- end -->") > 0


def test_every_setting_and_every_error_of_a_portal_is_in_the_reference() -> None:
    told = "\n".join((docs_wire.DOCS / page).read_text(encoding="utf-8") for page in docs_wire.PAGES)
    for model in (*TABLES.values(), *PORTALS.values()):
        if model is not Policy:
            assert all(f"| `{field.alias or name}` |" in told for name, field in model.model_fields.items())
    for key in texts.CATALOGUE:
        section, code = key.split(".", 1)
        if section == "trouble" and code.split("_")[0] in (
            "line",
            "portal",
            "urssaf",
            "jedeclare",
            "folder",
            "message",
        ):
            assert f"| `{code}` |" in told
