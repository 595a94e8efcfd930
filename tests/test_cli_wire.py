"""`send`, `collect` and `run` over HTTP against the simulator, as a firm types them."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from due_workflow import DueWorkflow, Mode, SubmissionState, Worker
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.adapters.urssaf import LineTrouble, UrssafAddresses, UrssafCredentials
from due_workflow.cli import front
from due_workflow.cli.notifiers import SETTINGS
from due_workflow.cli.outcomes import Code
from due_workflow.cli.run import OneFirm
from due_workflow.ports import Kind, Ref
from due_workflow.simulator import Delays, Settings, Simulator
from due_workflow.testing import FixedClock, ScriptedPortal, Step
from due_workflow.testing import factories as f
from hostile_server import Call, Request, far_end
from portals import wait_for

SIRET = "73282932000074"
PASSWORD = "simulator"
ENV = {"DUE_URSSAF_PASSWORD": PASSWORD, "DUE_JEDECLARE_PASSWORD": PASSWORD}
S = SubmissionState
AT_ONCE = Settings(delays=Delays(0, 0, 0))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG", "DUE_DEBUG", "DUE_CONFIG", *SETTINGS):
        monkeypatch.delenv(name, raising=False)
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(AT_ONCE) as running:
        yield running


URSSAF = """
[firm]
db = "due.sqlite"

[portals.urssaf]
type = "urssaf"
account = "{siret}"
surname = "MARTIN"
first_name = "CAMILLE"

[portals.urssaf.addresses]
authenticate = "{at.authenticate}"
deposit = "{at.deposit}"
returns = "{at.returns}"
"""


def set_up(far: Simulator | UrssafAddresses, more: str = "") -> DueWorkflow:
    """A firm that sends by the URSSAF, one client with a mandate in force, real mode earned."""
    at = far.at_urssaf if isinstance(far, Simulator) else far
    Path("due-workflow.toml").write_text(URSSAF.format(siret=SIRET, at=at) + more, encoding="utf-8")
    flow = firm()
    flow.set_software("Éditeur", "Paie", "1")
    flow.set_portal("urssaf", SIRET)
    return flow


def firm(cabinet: str = "cabinet") -> DueWorkflow:
    flow = DueWorkflow(SqliteStorage("due.sqlite", synchronous="OFF"), cabinet=cabinet)
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate(signed_on=date.today()))
    return flow


def soon(days: int = 3) -> datetime:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)


def prepared(flow: DueWorkflow, count: int, first: int = 1) -> list[str]:
    hires = [f.declaration(f"E-{n}", start=soon()) for n in range(first, first + count)]
    return [flow.prepare(hire, Mode.TEST).id for hire in hires]


def live(flow: DueWorkflow) -> None:
    """One test is accepted, and the client goes live."""
    prepared(flow, 1, first=90)
    due("send", "E-90")
    due("collect")
    assert flow.read.submission("E-90/test/1").state is S.ACCEPTED
    flow.go_live(f.siren(1))


def due(*args: str, code: int = 0, env: dict[str, str] | None = None) -> Any:
    result = CliRunner().invoke(front.app, list(args), env=env)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert PASSWORD not in result.output
    return result


def data(*args: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(due(*args, "--json", code=code).stdout)
    assert found["exit"] == code
    return found


def states(flow: DueWorkflow) -> dict[str, str]:
    return {sub.id: sub.state.value for filing in flow.read.filings() for sub in filing.attempts()}


# ---- send


def test_what_is_named_is_sent_now_and_its_number_is_told(sim: Simulator) -> None:
    flow = set_up(sim)
    prepared(flow, 3)
    said = due("send", "E-1", "E-3/test/1")
    refs = [flow.read.deposit(flow.read.submission(id).deposit or "").ref for id in ("E-1/test/1", "E-3/test/1")]
    assert all(f"déposé, ADS {ref}" in said.stdout for ref in refs)
    assert "un test" in said.stdout
    assert states(flow) == {"E-1/test/1": "deposited", "E-2/test/1": "prepared", "E-3/test/1": "deposited"}
    assert len(sim.taken) == 2


def test_as_data_each_attempt_tells_its_state_its_number_and_its_trouble(sim: Simulator) -> None:
    flow = set_up(sim)
    prepared(flow, 2)
    sim.next("cut_after", at="deposit")
    told = data("send", "E-1", "E-2", code=Code.PERSON)
    one, two = told["submissions"]
    assert (one["state"], one["ref"]) == ("in_doubt", None)
    assert one["trouble"]["text"]
    assert (two["state"], two["trouble"]) == ("deposited", None)
    assert (told["sent"], told["not_tried"]) == (1, [])


def test_what_is_released_is_sent_with_one_word(sim: Simulator) -> None:
    flow = set_up(sim)
    ids = prepared(flow, 3)
    assert "Rien n'est libéré" in due("send", "--released").stdout
    flow.release(ids[:2])
    due("send", "--released")
    assert sorted(states(flow).values()) == ["deposited", "deposited", "prepared"]
    assert "Rien n'est libéré" in due("send", "--released").stdout


def test_either_names_or_released(sim: Simulator) -> None:
    set_up(sim)
    due("send", code=Code.USAGE)
    due("send", "E-1", "--released", code=Code.USAGE)
    due("send", "E-404", code=Code.NOT_FOUND)


def test_what_the_gate_denies_is_told_with_every_reason_and_stops_no_other(sim: Simulator) -> None:
    flow = set_up(sim)
    ids = prepared(flow, 2)
    flow.declared_elsewhere("E-1", datetime.now(UTC), "papier")
    flow.add_client(f.client(2))
    flow.prepare(f.declaration("E-7", 2, start=soon()), Mode.TEST)
    said = due("send", "E-7", *ids, code=Code.REFUSED)
    assert "mandat" in said.stderr
    assert states(flow)[ids[1]] == "deposited"
    assert states(flow)["E-7/test/1"] == "prepared"


def test_what_the_message_lacks_is_told_in_the_words_of_the_firm_before_anything_leaves(sim: Simulator) -> None:
    flow = set_up(sim)
    whole = f.declaration("E-1", start=soon())
    flow.prepare(whole.with_(reference="E-0", employer=whole.employer.with_(urssaf_code=None)), Mode.TEST)
    prepared(flow, 1)
    said = due("send", "E-0", "E-1", code=Code.INPUT)
    assert "E-0, code_urssaf" in said.stderr
    assert "rien n'est parti" in said.stderr
    assert states(flow) == {"E-0/test/1": "prepared", "E-1/test/1": "deposited"}
    due("send", "E-0", code=Code.INPUT)
    assert len(sim.taken) == 1


def test_what_is_shortened_is_told(sim: Simulator) -> None:
    flow = set_up(sim)
    hire = f.declaration("E-1", start=soon())
    flow.prepare(hire.with_(employee=hire.employee.with_(surname="TRES LONG NOM " * 4)), Mode.TEST)
    assert "À savoir: E-1, nom" in due("send", "E-1").stderr


def test_a_real_sending_that_nobody_released_asks_for_yes(sim: Simulator) -> None:
    flow = set_up(sim)
    live(flow)
    flow.prepare(f.declaration("E-1", start=soon()), Mode.REAL)
    before = len(sim.taken)
    said = due("send", "E-1", code=Code.USAGE)
    assert "--yes" in said.stderr
    data("send", "E-1", code=Code.USAGE)
    assert (states(flow)["E-1/real/1"], len(sim.taken)) == ("prepared", before)
    due("send", "E-1", "--yes")
    due("collect")
    assert states(flow)["E-1/real/1"] == "accepted"
    assert sim.taken[-1].mode == "real"
    # what a person released needs no second word
    flow.release([flow.prepare(f.declaration("E-2", start=soon()), Mode.REAL).id])
    due("send", "E-2")


@pytest.mark.parametrize(("typed", "code"), [("réel", 0), ("oui", Code.USAGE)])
def test_on_a_terminal_a_person_types_the_word(sim: Simulator, typed: str, code: int) -> None:
    flow = set_up(sim)
    live(flow)
    flow.prepare(f.declaration("E-1", start=soon()), Mode.REAL)
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "due_workflow.cli", "send", "E-1"]
    with subprocess.Popen(command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.close(slave)
        os.write(master, f"{typed}\n".encode())
        out, err = process.communicate(timeout=30)
    os.close(master)
    assert process.returncode == code, (out, err)
    assert "POUR DE VRAI" in err.decode()
    assert (states(flow)["E-1/real/1"] == "deposited") == (code == 0)


def test_late_goes_through_only_when_asked(sim: Simulator) -> None:
    flow = set_up(sim)
    live(flow)
    flow.prepare(f.declaration("E-1", start=soon(-1)), Mode.REAL)
    due("send", "E-1", "--yes", code=Code.REFUSED)
    due("send", "E-1", "--yes", "--late")
    assert flow.read.submission("E-1/real/1").late


def test_a_line_that_takes_nothing_is_told_with_its_reason_and_the_rest_is_not_tried(sim: Simulator) -> None:
    flow = set_up(sim)
    prepared(flow, 6)
    said = due("send", *(f"E-{n}" for n in range(1, 7)), env={"DUE_URSSAF_PASSWORD": "faux"}, code=Code.UNUSABLE)
    assert "le portail refuse l'identification" in said.stderr
    assert "3 envois n'ont pas été tentés" in said.stderr
    assert set(states(flow).values()) == {"prepared"}
    assert "faux" not in said.output
    due("send", *(f"E-{n}" for n in range(1, 7)))
    assert len(sim.taken) == 6


def test_a_cut_after_the_bytes_left_is_a_doubt_that_says_what_to_do_and_is_never_sent_again(sim: Simulator) -> None:
    flow = set_up(sim)
    (id,) = prepared(flow, 1)
    sim.next("cut_after", at="deposit")
    said = due("send", "E-1", code=Code.PERSON)
    assert "EN DOUTE" in said.stderr
    deposit = flow.read.submission(id).deposit
    # this portal looks nothing up: nobody is sent to ask it
    assert f"regardez sur le site de l'URSSAF, puis: due-workflow settle-doubt {deposit}" in said.stderr
    assert "collect demande au portail" not in said.stderr
    again = due("send", "E-1", code=Code.USAGE).stderr
    assert "E-1/test/1 est déjà remis (état: en doute)" in again
    assert "prepare E-1" not in again
    (first, *_) = data("status")["next_steps"]
    assert "collect demande d'abord au portail" in first["text"]
    assert len(sim.taken) == 1
    said = due("collect", code=Code.PERSON)
    assert f"regardez sur le site de l'URSSAF, puis: due-workflow settle-doubt {deposit}" in said.stderr
    due("settle-doubt", str(deposit), "--ref", sim.taken[0].portal_ref)
    due("collect")
    assert states(flow)[id] == "accepted"


def test_told_to_stop_it_finishes_the_exchange_in_hand_and_the_same_command_goes_on(sim: Simulator) -> None:
    flow = set_up(sim)
    names = [id.split("/")[0] for id in prepared(flow, 12)]
    sim.set(slow=0.3)
    for _ in names:
        sim.next("slow", at="deposit")
    command = [sys.executable, "-m", "due_workflow.cli", "send", *names]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for(lambda: len(sim.taken) >= 2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == Code.INTERRUPTED, err
    assert "La même commande reprend" in err
    found = states(flow)
    assert set(found.values()) == {"deposited", "prepared"}
    assert len(sim.taken) == list(found.values()).count("deposited")
    left = [id for id, state in found.items() if state == "prepared"]
    sim.set(slow=0.0)
    due("send", *left)
    assert len(sim.taken) == len(names)


def test_a_second_ctrl_c_says_that_the_exchange_in_hand_may_be_in_doubt(sim: Simulator) -> None:
    flow = set_up(sim)
    names = [id.split("/")[0] for id in prepared(flow, 2)]
    sim.set(slow=20)
    sim.next("slow", at="deposit")
    command = [sys.executable, "-m", "due_workflow.cli", "send", *names]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for(lambda: states(flow)["E-1/test/1"] == "sending" and sim.taken)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "Encore une fois pour couper" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == Code.INTERRUPTED, err
    assert "peut-être EN DOUTE" in err
    assert "rien n'est enregistré" not in err
    assert states(flow) == {"E-1/test/1": "in_doubt", "E-2/test/1": "prepared"}


def test_after_a_kill_in_the_middle_of_an_exchange_status_says_to_wait_and_never_to_mark_it_sent(
    sim: Simulator,
) -> None:
    flow = set_up(sim)
    prepared(flow, 1)
    sim.set(slow=20)
    sim.next("slow", at="deposit")
    with subprocess.Popen([sys.executable, "-m", "due_workflow.cli", "send", "E-1"]) as process:
        wait_for(lambda: sim.taken)
        process.kill()
    assert states(flow) == {"E-1/test/1": "sending"}
    (step,) = [step for step in data("status")["next_steps"] if "E-1/test/1" in step["text"]]
    assert step["command"] == "due-workflow tick"
    assert "au bout de 10 minutes" in step["text"]
    assert "envoi en cours" in due("send", "E-1", code=Code.USAGE).stderr


def test_an_answer_in_the_other_mode_is_told_at_once_and_urgently(sim: Simulator) -> None:
    flow = set_up(sim)
    prepared(flow, 1)
    sim.next("wrong_mode", at="deposit")
    said = due("send", "E-1", code=Code.PERSON)
    assert "en mode réel, alors qu'il est parti en mode test" in said.stderr
    assert "due-workflow tray" in said.stderr
    assert "E-1/test/1  test: MODE CONTREDIT par le portail" in said.stderr
    assert "déposé" not in said.output
    assert "due-workflow collect" not in said.output


def taken_in_test_mode(sim: Simulator, flow: DueWorkflow) -> str:
    """A REAL sending that the portal took in test mode, and whose answers were collected."""
    live(flow)
    id = flow.prepare(f.declaration("E-1", start=soon()), Mode.REAL).id
    sim.next("wrong_mode", at="deposit")
    due("send", "E-1", "--yes", code=Code.PERSON)
    due("collect", code=Code.PERSON)
    return id


def test_where_the_portal_took_it_in_the_other_mode_every_screen_says_so_and_to_ask_the_portal(sim: Simulator) -> None:
    flow = set_up(sim)
    id = taken_in_test_mode(sim, flow)
    deposit = flow.read.submission(id).deposit or ""
    for screen in (("status",), ("status", "E-1"), ("status", deposit), ("explain", "E-1"), ("explain", deposit)):
        assert "MODE CONTREDIT" in due(*screen).stdout, screen
    assert "MODE CONTREDIT par le portail, non déclaré" in due("status", "E-1").stdout
    assert "Possible maintenant" in due("status", "E-1").stdout
    steps = [step for step in data("status")["next_steps"] if "E-1" in step["text"]]
    assert [step["command"] for step in steps] == ["due-workflow status E-1"]
    assert "demandez tout de suite au portail ce qu'il a pris" in steps[0]["text"]
    todo = " ".join(step["command"] for step in data("status")["next_steps"])
    assert "attach" not in todo
    assert "collect" not in todo
    footer = due("tray").stdout.strip().splitlines()[-1]
    assert "demandez d'abord au portail" in footer
    assert "learn-ref" not in footer
    assert "ENVOI=" not in footer
    answers = {told["event"]: told for told in data("explain", "E-1")["events"]}
    assert [d["code"] for d in answers["ars_accepted"]["denials"]] == ["mode_contradicted"]


def test_an_acceptance_against_the_portals_word_is_confirmed_with_a_reason_that_stands_beside_declared(
    sim: Simulator,
) -> None:
    flow = set_up(sim)
    id = taken_in_test_mode(sim, flow)
    (ars,) = [received.id[:12] for received in flow.read.tray() if received.receipt.kind == "ars"]
    refused = due("attach", ars, f"{id}=accepted", code=Code.INPUT)
    assert "Demandez au portail ce qu'il a pris" in refused.stderr
    assert "--confirm --reason" in refused.stderr
    assert "Dites pourquoi" in due("attach", ars, f"{id}=accepted", "--confirm", code=Code.INPUT).stderr
    assert states(flow)[id] == "sent"
    said = due("attach", ars, f"{id}=accepted", "--confirm", "--reason", "ticket 12", "--by", "Camille")
    assert "Camille a confirmé le mode réel: ticket 12" in said.stdout
    assert "DÉCLARÉ (mode contredit, confirmé)" in due("status").stdout
    page = due("status", "E-1").stdout
    assert "DÉCLARÉ (mode contredit, confirmé)" in page
    assert "Camille a confirmé le mode réel: ticket 12" in page
    assert f"confirmer le mode contre le portail: {id} (ticket 12)" in due("journal", "E-1").stdout
    attempt = data("status", "E-1")["hire"]["attempts"][0]
    told = [attempt[name] for name in ("mode_told", "mode_contradicted", "mode_by", "mode_reason")]
    assert told == ["test", False, "Camille", "ticket 12"]
    todo = [step["command"] for step in data("status")["next_steps"]]
    assert any(command.startswith("due-workflow set-aside") for command in todo)
    assert not any("attach" in command for command in todo)


def test_where_the_portal_took_a_real_sending_for_a_test_the_page_says_the_way_to_declare_it(sim: Simulator) -> None:
    flow = set_up(sim)
    taken_in_test_mode(sim, flow)
    page = due("status", "E-1").stdout
    (answer,) = [line for line in page.splitlines() if "S'il répond « test »" in line]
    for command in re.findall(r"due-workflow (.+?)(?=, puis|$)", answer):
        due(*shlex.split(command.replace("…", "'pris en test'")))
    due("send", "E-1", "--yes")
    due("collect")
    assert "E-1  ✔ DÉCLARÉ\n" in due("status", "E-1").stdout
    assert "MODE CONTREDIT" not in due("status").stdout


def test_the_number_that_the_portal_gave_is_not_replaced_by_a_mistyped_one(sim: Simulator) -> None:
    flow = set_up(sim)
    id = taken_in_test_mode(sim, flow)
    deposit = flow.read.deposit(flow.read.submission(id).deposit or "")
    due("learn-ref", "E-1", (deposit.ref or "")[:9], code=Code.INPUT)
    assert flow.read.deposit(deposit.id).ref == deposit.ref


def test_a_deposit_without_a_number_is_told_with_the_command_that_gives_it_one(sim: Simulator) -> None:
    flow = set_up(sim)
    (id,) = prepared(flow, 1)
    sim.next("no_ads", at="deposit")
    said = due("send", "E-1", code=Code.PERSON)
    deposit = flow.read.submission(id).deposit or ""
    assert f"learn-ref {deposit} NUMÉRO" in said.stderr
    assert "La suite arrive" not in said.stdout
    due("collect")
    assert states(flow)[id] == "sent"
    due("learn-ref", deposit, sim.taken[0].portal_ref)
    due("collect")
    assert states(flow)[id] == "accepted"


def test_an_attempt_that_lacks_something_is_mended_by_the_very_command_that_is_told(sim: Simulator) -> None:
    flow = set_up(sim)
    head = "siret;raison_sociale;ape;adresse;code_postal;ville;telephone;code_urssaf;sante_travail\n"
    client = f"{f.siret(2)};Atelier;1071C;1 rue du Four;75011;Paris;0199001101;{{}};Santé Paris\n"
    Path("clients.csv").write_text(head + client.format(""), encoding="utf-8")
    day = soon().strftime("%d/%m/%Y")
    Path("embauches.csv").write_text(
        "reference;siret;nom;prenoms;sexe;date_naissance;commune_naissance;departement_naissance;date_embauche;"
        f"heure_embauche;nature\nE-5;{f.siret(2)};Dupont;Jean;1;14/03/1994;Chartres;28;{day};9:00;CDI\n",
        encoding="utf-8",
    )
    due("import", "clients", "clients.csv")
    flow.sign_mandate(f.siren(2), f.mandate(signed_on=date.today()))
    due("import", "hires", "embauches.csv")
    due("prepare", "E-5", "--mode", "test")
    said = due("send", "E-5", code=Code.INPUT).stderr
    assert "renew E-5/test/1 --from FICHIER --reason MOTIF" in said
    Path("clients.csv").write_text(head + client.format("117"), encoding="utf-8")
    due("import", "clients", "clients.csv")
    due("send", "E-5", code=Code.INPUT)  # what is prepared does not change with its client
    due("renew", "E-5/test/1", "--from", "embauches.csv", "--reason", "code URSSAF")
    due("send", "E-5")
    assert states(flow)["E-5/test/2"] == "deposited"


def test_what_to_do_next_is_told_with_the_line_not_by_hand(sim: Simulator) -> None:
    flow = set_up(sim)
    (id,) = prepared(flow, 1)
    found = [step["command"] for step in data("status")["next_steps"]]
    assert f"due-workflow send {id}" in found
    assert not [command for command in found if "begin-send" in command]
    due("send", "E-1")
    found = [step["command"] for step in data("status")["next_steps"]]
    assert "due-workflow collect" in found
    due("collect")
    flow.go_live(f.siren(1))
    flow.prepare(f.declaration("E-1", start=soon()), Mode.REAL)
    assert "due-workflow send E-1/real/1" in [step["command"] for step in data("status")["next_steps"]]
    flow.register(f.declaration("E-2", start=soon(-1)))
    flow.prepare("E-2", Mode.REAL)
    flow.ring(Ref(Kind.FILING, "E-2"))
    assert "due-workflow send E-2/real/1 --late" in [step["command"] for step in data("status")["next_steps"]]


# ---- which portal


def test_without_a_portal_in_the_settings_it_says_how_to_begin() -> None:
    firm()
    for command in (["send", "E-1"], ["collect"], ["run", "--once"]):
        assert "config example" in due(*command, "--db", "due.sqlite", code=Code.INPUT).stderr


def test_the_firms_own_portal_and_the_settings_must_agree(sim: Simulator) -> None:
    flow = set_up(sim)
    prepared(flow, 1)
    flow.set_portal("jedeclare", "CAB-1")
    for command in (["send", "E-1"], ["run", "--once"]):
        said = due(*command, code=Code.INPUT).stderr
        assert "jedeclare CAB-1" in said
        assert f"urssaf {SIRET}" in said
    assert sim.taken == ()


def test_a_password_that_is_missing_is_named_by_its_variable(sim: Simulator) -> None:
    flow = set_up(sim)
    prepared(flow, 1)
    assert "DUE_URSSAF_PASSWORD" in due("send", "E-1", env={"DUE_URSSAF_PASSWORD": ""}, code=Code.INPUT).stderr


def test_a_password_is_taken_as_it_is_and_a_name_without_outer_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"SURNAME": " MARTIN ", "FIRST_NAME": "CAMILLE", "PASSWORD": f" {PASSWORD} "}
    for name, value in said.items():
        monkeypatch.setenv(f"DUE_URSSAF_{name}", value)
    with far_end(lambda call, _: call.answer(status=401)) as far:
        there = UrssafAddresses(*(far.base + path for path in ("/auth", "/deposit", "/returns")))
        prepared(set_up(there), 1)
        CliRunner().invoke(front.app, ["send", "E-1"])
        (login, *_) = far.requests
    told = [part.text for part in ElementTree.fromstring(login.body)]
    in_python = UrssafCredentials.from_env()
    assert told == [SIRET, in_python.surname, in_python.first_name, in_python.password, "25"]
    assert told[1:4] == ["MARTIN", "CAMILLE", f" {PASSWORD} "]


def test_the_help_of_run_keeps_the_names_of_tables() -> None:
    said = due("run", "--help").stdout
    assert "(sinon [run] every, ou 15)" in said
    assert "\\[" not in said


# ---- collect


def test_each_piece_is_taken_in_once_and_what_it_says_is_shown(sim: Simulator) -> None:
    flow = set_up(sim)
    prepared(flow, 2)
    due("send", "E-1", "E-2")
    said = due("collect")
    assert "E-1/test/1  test: accepté (ARS)" in said.stdout
    assert "urssaf: 4 avis pris" in said.stdout
    assert data("collect")["portals"] == [
        {"portal": "urssaf", "applied": 0, "tray": 0, "known": 4, "settled": 0, "in_doubt": 0}
    ]


def test_a_list_fetches_nothing(sim: Simulator) -> None:
    flow = set_up(sim)
    (id,) = prepared(flow, 1)
    due("send", "E-1")
    told = data("collect", "--list")
    assert [(piece["kind"], piece["here"]) for piece in told["pieces"]] == [("acs", False), ("ars", False)]
    assert states(flow)[id] == "deposited"
    assert "2 à récupérer" in due("collect", "--list").stdout
    assert sum(flow.read.counts(Kind.RECEIPT).values()) == 1


def test_a_portal_that_fails_is_told_and_does_not_stop_the_others(sim: Simulator) -> None:
    Path("envoi").mkdir()
    Path("avis").mkdir()
    set_up(sim, '[portals.zdossier]\ntype = "folder"\naccount = "CAB"\noutgoing = "envoi"\nincoming = "avis"\n')
    sim.stop()
    flow = firm()
    prepared(flow, 1)
    due("send", "E-1", code=Code.UNUSABLE)
    flow.mark_sent(["E-1/test/1"], ref="D" + "1" * 22)
    said = due("collect", code=Code.UNUSABLE)
    assert "urssaf: la collecte n'a pas abouti" in said.stderr
    assert "zdossier: 0 avis pris" in said.stdout
    assert "zdossier" in due("collect", "--portal", "zdossier").stdout
    assert "urssaf, zdossier" in due("collect", "--portal", "autre", code=Code.INPUT).stderr


def test_what_cannot_be_placed_waits_in_the_tray_and_ends_with_its_code(sim: Simulator) -> None:
    Path("envoi").mkdir()
    Path("avis").mkdir()
    set_up(
        sim, '[portals.dossier]\ntype = "folder"\naccount = "CAB"\noutgoing = "envoi"\nincoming = "avis"\nquiet = 0\n'
    )
    Path("avis/x.xml").write_text("pas un avis", encoding="utf-8")
    said = due("collect", "--portal", "dossier", code=Code.PERSON)
    assert "dans la bannette" in said.stdout
    assert "tray" in said.stderr


# ---- run


def test_once_sends_what_is_released_collects_and_delivers(sim: Simulator) -> None:
    flow = set_up(sim, "[notifiers.log]\n[policy]\ncollect_minutes = 1\n")
    ids = prepared(flow, 3)
    flow.release(ids[:2])
    told = data("run", "--once")
    assert told["handled"]["send_released"] == 2
    assert told["handled"]["collect"] == 1
    assert told["notifiers"] == ["log"]
    due("collect")
    assert states(flow) == dict(zip(ids, ("accepted", "accepted", "prepared"), strict=True))
    assert "notifications traitées" in due("run", "--once").stdout


def test_nothing_real_leaves_that_nobody_released(sim: Simulator) -> None:
    flow = set_up(sim)
    live(flow)
    flow.prepare(f.declaration("E-1", start=soon()), Mode.REAL)
    before = len(sim.taken)
    due("run", "--once", "--tasks", "tick,send_released")
    assert len(sim.taken) == before
    flow.release(["E-1/real/1"])
    due("run", "--once", "--tasks", "tick,send_released")
    assert sim.taken[-1].mode == "real"


def test_a_portal_that_does_not_answer_ends_a_pass_with_its_code(sim: Simulator) -> None:
    flow = set_up(sim)
    (id,) = prepared(flow, 1)
    flow.release([id])
    sim.stop()
    said = due("run", "--once", "--log", code=Code.UNUSABLE)
    assert f"release:{id}: essai 1 sans succès" in said.stderr
    assert states(flow)[id] == "prepared"


HOUR = 3600
BUSY = {
    "for longer than the worker would wait": (0, 2 * HOUR, (HOUR, HOUR), (HOUR, HOUR)),
    "for less than the worker waits anyway": (0, 30, (120, 150), (120, 150)),
    "for a moment, after many failures": (9, 60, (HOUR + 60, HOUR + 60), (HOUR, HOUR)),
    "not at all, after many failures": (9, None, (6 * HOUR, 7.5 * HOUR), (HOUR, HOUR)),
}


@pytest.mark.parametrize(("tries", "asked", "sending", "collection"), BUSY.values(), ids=BUSY)
def test_a_portal_that_asks_to_wait_is_tried_no_sooner_up_to_an_hour_and_at_most_an_hour_later(
    tries: int, asked: int | None, sending: tuple[float, float], collection: tuple[float, float]
) -> None:
    def busy(call: Call, request: Request) -> None:
        if request.path == "/auth":
            call.answer("T" * 400)
        else:
            call.answer(status=429, **({} if asked is None else {"retry_after": asked}))

    with far_end(busy) as far:
        flow = set_up(UrssafAddresses(*(far.base + path for path in ("/auth", "/deposit", "/returns"))))
        first, second = prepared(flow, 2)
        flow.mark_sent([second], ref="F" * 23)
        flow.release([first])
        waits = {f"release:{first}": sending, f"collect:urssaf/{SIRET}": collection}
        for id in waits:
            flow.set_record(Kind.COMMAND, id, lambda order: order.with_(tries=tries), by="")
        begun = datetime.now(UTC)
        due("run", "--once", "--tasks", "send_released,collect", code=Code.UNUSABLE)
        ended = datetime.now(UTC)
    assert {request.path.split("/")[1] for request in far.requests} == {"auth", "deposit", "returns"}
    for id, (least, most) in waits.items():
        (record,) = flow.storage.load(flow.cabinet, [Ref(Kind.COMMAND, id)])
        assert record.due is not None
        assert begun + timedelta(seconds=least) <= record.due <= ended + timedelta(seconds=most), id


def test_a_piece_that_a_portal_wants_asked_for_later_is_listed_no_sooner() -> None:
    clock = FixedClock(datetime.now(UTC))
    portal = ScriptedPortal("jedeclare", "CAB", clock=clock)
    flow = DueWorkflow(MemoryStorage(), cabinet="a", portals=(portal,), clock=clock)
    flow.set_portal("jedeclare", "CAB")
    busy, _ = portal.ars("D1"), portal.ars("D2")
    wait = timedelta(minutes=50)
    portal.fetch_errors = {busy: LineTrouble("jedeclare", "portal_busy", left=True, status=429, after=wait)}
    worker = Worker(flow.storage, flow_for=lambda _: flow, clock=clock)
    worker.collect()
    assert flow.read.counts(Kind.RECEIPT) == {"tray": 1}
    portal.fetch_errors = {}
    for step in (wait - timedelta(seconds=1), timedelta(seconds=1)):
        clock.advance(step)
        worker.collect()
    assert len(portal.asked) == 2
    assert flow.read.counts(Kind.RECEIPT) == {"tray": 2}


def test_what_waits_for_a_person_ends_a_pass_with_its_code(sim: Simulator) -> None:
    flow = set_up(sim)
    (id,) = prepared(flow, 1)
    flow.release([id])
    sim.next("cut_after", at="deposit")
    told = data("run", "--once", code=Code.PERSON)
    assert (told["in_doubt"], told["tray"]) == (1, 0)
    assert told["urgent"] == []
    said = due("run", "--once", code=Code.PERSON)
    assert "0 dans la bannette (due-workflow tray), 1 en doute (due-workflow status)" in said.stderr
    assert "Rien d'urgent: health n'alerte qu'une fois passées 4 heures pour un avis, 1 pour un doute" in said.stderr
    assert "Rien d'urgent. Attendent une personne depuis peu: 0 dans la bannette" in due("health").stdout
    assert len(sim.taken) == 1


def test_the_other_mode_is_urgent_at_once_for_a_pass_and_for_a_monitor_alike(sim: Simulator) -> None:
    flow = set_up(sim)
    flow.release(prepared(flow, 1))
    sim.next("wrong_mode", at="deposit")
    told = data("run", "--once", "--tasks", "tick,send_released", code=Code.PERSON)
    assert [found["code"] for found in told["urgent"]] == ["mode_contradicted"]
    said = due("run", "--once", "--tasks", "tick,send_released", code=Code.PERSON)
    assert "À voir: Avis qui disent un dépôt pris dans l'autre mode" in said.stderr
    assert "Rien d'urgent" not in said.stderr
    assert "À voir: Avis qui disent un dépôt pris dans l'autre mode" in due("health", code=Code.PERSON).stdout


def test_in_a_database_of_several_firms_only_its_own_is_served(sim: Simulator) -> None:
    flow, other = set_up(sim, "[notifiers.log]\n"), firm("autre")
    other.set_portal("urssaf", "80000001000010")
    other.release([other.prepare(f.declaration("A-1", start=soon()), Mode.TEST).id])
    flow.release(prepared(flow, 1))
    told = data("run", "--once")
    assert (told["handled"]["send_released"], told["handled"]["collect"]) == (1, 1)
    assert states(other) == {"A-1/test/1": "prepared"}
    assert [taken.account for taken in sim.taken] == [SIRET]
    # not touched: its own worker finds it due
    now = datetime.now(UTC)
    assert len(other.storage.find("autre", Kind.COMMAND, due_by=now)) == 2
    assert all(out.state == "pending" for out in other.read.notices())


def test_a_claim_steps_over_any_number_of_other_firms_records(tmp_path: Path) -> None:
    storage = SqliteStorage("due.sqlite", synchronous="OFF")
    for name in ("a", "b"):
        flow = DueWorkflow(storage, cabinet=name)
        flow.add_client(f.client(1))
        flow.sign_mandate(f.siren(1), f.mandate(signed_on=date.today()))
        flow.release([flow.prepare(f.declaration(f"E-{n}", start=soon()), Mode.TEST).id for n in range(30)])
    now = datetime.now(UTC)
    for name in ("a", "b"):
        taken = OneFirm(storage, name).claim([Kind.COMMAND], now, now + timedelta(minutes=5), 20)
        assert (len(taken), {cabinet for cabinet, _ in taken}) == (20, {name})
    assert len(storage.find("b", Kind.COMMAND, due_by=now)) == 10


def test_however_much_of_another_firm_waits_longer_this_one_is_served(tmp_path: Path) -> None:
    storage, start = MemoryStorage(), datetime.now(UTC)
    clock = FixedClock(start)
    for name, count in (("autre", 1100), ("a", 20)):
        flow = DueWorkflow(storage, cabinet=name, clock=clock)
        flow.add_client(f.client(1))
        flow.sign_mandate(f.siren(1), f.mandate(signed_on=date.today()))
        flow.release([flow.prepare(f.declaration(f"E-{n}", start=soon()), Mode.TEST).id for n in range(count)])
        clock.advance(timedelta(minutes=1))
    now = clock.now()
    before = storage.find("autre", Kind.COMMAND, due_by=now, limit=2000)
    one, other = OneFirm(storage, "a"), OneFirm(storage, "a")
    first = one.claim([Kind.COMMAND, Kind.FILING], now, now + timedelta(minutes=5), 12)
    then = other.claim([Kind.COMMAND, Kind.FILING], now, now + timedelta(minutes=5), 100)
    ids = [record.ref for _, record in (*first, *then)]
    assert (len(first), len(set(ids)), len(ids)) == (12, 20, 20)
    assert {cabinet for cabinet, _ in (*first, *then)} == {"a"}
    for _, record in first:
        assert storage.load("a", [record.ref]) == [record]  # as it is now: who holds it can write it
    assert one.claim([Kind.COMMAND], now, now + timedelta(minutes=5), 100) == []
    later = now + timedelta(minutes=5)  # a worker that died: its lease runs out
    assert len(one.claim([Kind.COMMAND], later, later + timedelta(minutes=5), 100)) == 20
    assert storage.find("autre", Kind.COMMAND, due_by=now, limit=2000) == before


def test_what_has_been_due_longest_is_taken_first_whatever_its_name(tmp_path: Path) -> None:
    clock = FixedClock(datetime.now(UTC))
    flow = DueWorkflow(MemoryStorage(), cabinet="a", clock=clock)
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate(signed_on=date.today()))
    names = [f"E-{n}" for n in range(10, 60)]
    for name in reversed(names):
        flow.release([flow.prepare(f.declaration(name, start=soon()), Mode.TEST).id])
        clock.advance(timedelta(seconds=1))
    taken = OneFirm(flow.storage, "a").claim([Kind.COMMAND], clock.now(), clock.now() + timedelta(minutes=5), 5)
    assert [record.ref.id for _, record in taken] == [f"release:{name}/test/1" for name in reversed(names[-5:])]


def test_two_workers_of_a_firm_at_once_share_its_records(tmp_path: Path) -> None:
    storage = SqliteStorage("due.sqlite", synchronous="OFF")
    flow = DueWorkflow(storage, cabinet="a")
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate(signed_on=date.today()))
    flow.release([flow.prepare(f.declaration(f"E-{n}", start=soon()), Mode.TEST).id for n in range(60)])
    now, taken = datetime.now(UTC), list[str]()

    def work() -> None:
        with closing(SqliteStorage("due.sqlite", synchronous="OFF")) as own:
            while found := OneFirm(own, "a").claim([Kind.COMMAND], now, now + timedelta(minutes=5), 5):
                taken.extend(record.ref.id for _, record in found)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken))
    left = {record.ref.id for record in storage.find("a", Kind.COMMAND, due_by=now, limit=100)}
    assert (len(left | set(taken)), left & set(taken)) == (60, set())


@contextmanager
def running(*args: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "due_workflow.cli", "run", "--every", "0.2", *args]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_as_a_service_it_goes_on_until_told_to_stop_and_tells_a_line_a_round(
    sim: Simulator, number: signal.Signals
) -> None:
    flow = set_up(sim, "[notifiers.log]\n")
    flow.release(prepared(flow, 2))
    with running() as process:
        wait_for(lambda: len(sim.taken) == 2)
        flow.release(prepared(flow, 1, first=3))
        wait_for(lambda: len(sim.taken) == 3)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "Au travail: tick, send_released, collect, deliver." in out
    assert re.search(r"^\d\d:\d\d:\d\d  .*2 ordres d.envoi traités", out, re.MULTILINE), out
    assert "Fini:" in out
    assert set(states(flow).values()) <= {"deposited", "accepted"}


def test_stopped_in_the_middle_of_an_exchange_it_finishes_it(sim: Simulator) -> None:
    flow = set_up(sim)
    flow.release(prepared(flow, 5))
    sim.set(slow=1.0)
    for _ in range(5):
        sim.next("slow", at="deposit")
    with running() as process:
        wait_for(lambda: any(state == "sending" for state in states(flow).values()))
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    found = list(states(flow).values())
    assert set(found) == {"deposited", "prepared"}
    assert len(sim.taken) == found.count("deposited")
    # nothing is held by who has gone
    assert len(flow.storage.find(flow.cabinet, Kind.COMMAND, ("released",), due_by=datetime.now(UTC))) == 5 - len(
        sim.taken
    )


def test_without_a_notifier_notices_wait_and_it_says_so(sim: Simulator) -> None:
    flow = set_up(sim)
    prepared(flow, 1)
    assert "les notifications attendent" in due("run", "--once").stderr
    due("run", "--tasks", "dance", code=Code.USAGE)


def test_a_doubt_at_a_portal_that_looks_deposits_up_is_asked_about_first() -> None:
    for name in ("envoi", "avis"):
        Path(name).mkdir()
    Path("due-workflow.toml").write_text(
        '[firm]\ndb = "due.sqlite"\n[portals.dossier]\ntype = "folder"\naccount = "CAB"\noutgoing = "envoi"\n'
        'incoming = "avis"\nquiet = 0\n',
        encoding="utf-8",
    )
    flow = firm()
    flow.set_software("Éditeur", "Paie", "1")
    flow.set_portal("jedeclare", "CAB")
    elsewhere = ScriptedPortal("jedeclare", "CAB", default=Step.BREAK_AFTER)
    broken = DueWorkflow(flow.storage, cabinet=flow.cabinet, portals=(elsewhere,))
    (deposit,) = broken.send(prepared(flow, 1)).deposits
    said = due("collect", code=Code.PERSON).stderr
    assert "collect demande au portail; s'il ne peut le dire, regardez-y vous-même" in said
    assert f"due-workflow settle-doubt {deposit.id} --ref" in said


def test_the_notifiers_of_the_file_are_checked_before_any_work(sim: Simulator) -> None:
    flow = set_up(sim, '[notifiers.webhook]\nurl = "https://logiciel.example/due"\n')
    flow.release(prepared(flow, 1))
    assert "DUE_WEBHOOK_SECRET" in due("run", "--once", code=Code.INPUT).stderr
    assert sim.taken == ()


# ---- jedeclare: files into a folder, receipts over HTTP

JEDECLARE = """
[firm]
db = "due.sqlite"

[portals.jedeclare]
type = "jedeclare"
account = "CAB-1"
outgoing = "envoi"

[portals.jedeclare.addresses]
collection = "{at.communication}"
files = "{at.files}"
"""


def test_a_firm_of_jedeclare_sends_by_a_folder_and_collects_over_http() -> None:
    Path("envoi").mkdir()
    with Simulator(AT_ONCE, drop="envoi", drop_account="CAB-1") as sim:
        Path("due-workflow.toml").write_text(JEDECLARE.format(at=sim.at_jedeclare), encoding="utf-8")
        flow = firm()
        flow.set_software("Éditeur", "Paie", "1")
        flow.set_portal("jedeclare", "CAB-1")
        flow.add_client(f.client(2))
        flow.sign_mandate(f.siren(2), f.mandate(signed_on=date.today()))
        ids = [*prepared(flow, 1), flow.prepare(f.declaration("E-2", 2, start=soon()), Mode.TEST).id]
        said = due("send", "E-1", "E-2")
        assert "le portail n'a pas encore donné de numéro" in said.stdout
        assert len(list(Path("envoi/test").iterdir())) == 2
        listed = data("collect", "--list")
        assert len(listed["pieces"]) == 6
        assert not any(piece["here"] for piece in listed["pieces"])
        due("collect")
        assert states(flow) == dict.fromkeys(ids, "accepted")
        assert all(piece["here"] for piece in data("collect", "--list")["pieces"])


@pytest.mark.parametrize(("setting", "code"), [("", 0), ("bare_is_none = false", Code.UNUSABLE)], ids=["none", "false"])
def test_what_a_bare_answer_of_jedeclare_means_is_a_setting(setting: str, code: int) -> None:
    bare = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><r:ListeDisponibiliteV2Response '
        'xmlns:r="http://experian.com/communicationV2/schemas"><r:codeRetour>00</r:codeRetour>'
        "</r:ListeDisponibiliteV2Response></s:Body></s:Envelope>"
    )
    with far_end(lambda call, _: call.answer(bare, content_type="text/xml")) as far:
        text = f'[firm]\ndb = "due.sqlite"\n[portals.jedeclare]\ntype = "jedeclare"\naccount = "CAB-1"\n{setting}\n'
        text += f'[portals.jedeclare.addresses]\ncollection = "{far.base}/"\n'
        Path("due-workflow.toml").write_text(text, encoding="utf-8")
        firm()
        due("collect", code=code)
        assert far.requests


@pytest.mark.parametrize(("setting", "code"), [("", 0), ("listing = 0.1", Code.UNUSABLE)], ids=["default", "short"])
def test_how_long_a_listing_may_take_is_a_setting(sim: Simulator, setting: str, code: int) -> None:
    flow = set_up(sim)
    file = Path("due-workflow.toml")
    file.write_text(file.read_text(encoding="utf-8").replace("surname", f"{setting}\nsurname"), encoding="utf-8")
    names = [id.split("/")[0] for id in prepared(flow, 3)]
    due("send", *names)
    sim.set(slow=0.2)
    sim.next("slow", at="list", times=3)
    due("collect", code=code)
    assert ("deposited" in states(flow).values()) == bool(code)  # the rest comes with the next collection


def test_no_thread_is_left_behind(sim: Simulator) -> None:
    before = threading.active_count()
    flow = set_up(sim)
    prepared(flow, 1)
    due("send", "E-1")
    assert threading.active_count() <= before + 2


def test_several_doubts_are_named_together_and_explained_once(sim: Simulator) -> None:
    flow = set_up(sim)
    prepared(flow, 2)
    sim.next("cut_after", at="deposit", times=2)
    said = due("send", "E-1", "E-2", code=Code.PERSON).output
    ids = [deposit.id for deposit in flow.read.deposits(("in_doubt",))]
    assert len(ids) == 2
    assert said.count("jamais renvoyés à l'aveugle") == 1
    assert all(id in said for id in ids)
    assert "regardez sur le site de l'URSSAF" in said
    assert sorted(data("collect", code=Code.PERSON)["doubts"]) == sorted(ids)


# ---- the page on practising


def test_the_way_of_a_hire_on_the_page_about_the_simulator_is_typed_as_it_stands(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parent.parent / "docs" / "practise-against-the-simulator.md").read_text(encoding="utf-8")
    part = page.split("## From the command line\n")[1].split("\n## ")[0]
    (settings,) = re.findall(r"^```toml\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
    (typed,) = re.findall(r"^```sh\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
    monkeypatch.delenv("DUE_URSSAF_PASSWORD")
    here = settings.replace("http://127.0.0.1:8790", sim.at_urssaf.deposit.removesuffix("/deposer-dsn/1.0/"))
    assert here != settings
    Path("due-workflow.toml").write_text(here, encoding="utf-8")
    said = ""
    for line in typed.splitlines():
        word, *rest = shlex.split(line, comments=True)
        if word == "export":
            monkeypatch.setenv(*rest[0].split("=", 1))
        else:
            assert word == "due-workflow"
            said = due(*rest).output
    assert "BOU-03  ✔ DECLARED" in said
    assert [row["mode"] for row in sim.ledger["deposits"]] == ["test", "real"]
