"""The FastAPI service under docs/examples, run by a real uvicorn and called over HTTP: receipts in, status out."""

from __future__ import annotations

import gzip
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import make_url
from standardwebhooks import Webhook

from due_workflow import DueWorkflow
from due_workflow.adapters.sql import SqlStorage, downgrade
from due_workflow.ports import Kind
from due_workflow.testing import factories as make
from due_workflow.testing.avis import avis_xml
from servers import free_port

SERVICE = Path(__file__).parent.parent / "docs" / "examples" / "fastapi_host"
FIRM, OTHER = "cabinet-1", "cabinet-2"
SECRETS = {FIRM: "whsec_" + b64encode(b"1" * 24).decode(), OTHER: "whsec_" + b64encode(b"2" * 24).decode()}
TOKENS = {FIRM: "token-of-one", OTHER: "token-of-two"}


class Service:
    """The service in a process of its own, and the same database as another process of the firm sees it."""

    def __init__(self, url, log):
        self.url, self.port, self.log = url, free_port(), log
        firms = {
            name: {"account": f"ACCOUNT-{name}", "secret": SECRETS[name], "token": TOKENS[name]} for name in SECRETS
        }
        command = ["uvicorn", "service:create_app", "--factory", "--host", "127.0.0.1", "--port", str(self.port)]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=SERVICE,
                env=os.environ | {"DUE_DATABASE": url, "DUE_FIRMS": json.dumps(firms), "PYTHONDONTWRITEBYTECODE": "1"},
                stdout=out,
                stderr=out,
            )
        until = time.monotonic() + 60
        while self.get("/health")[0] != 200:
            assert self.process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        self.storage = SqlStorage(url)
        self.flows = {name: DueWorkflow(self.storage, cabinet=name) for name in SECRETS}

    def stop(self):
        self.storage.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def get(self, path, token=None):
        return self._call(Request(f"http://127.0.0.1:{self.port}{path}", headers=bearer(token)))

    def post(self, body, headers, cabinet=FIRM):
        url = f"http://127.0.0.1:{self.port}/receipts?cabinet={cabinet}"
        return self._call(Request(url, body, headers | {"Content-Type": "application/xml"}))

    def deliver(self, body, cabinet=FIRM):
        return self.post(body, signed(body, SECRETS[cabinet]), cabinet)

    def _call(self, request):
        try:
            with urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:  # not there yet, or it cut the line
            return 0, None


def bearer(token):
    return {"Authorization": f"Bearer {token}"} if token else {}


def signed(body, secret, at=None, name="msg_1"):
    """The headers of a delivery, made here without the service's own code; of any bytes."""
    at = int(time.time()) if at is None else at
    made = hmac.digest(b64decode(secret.removeprefix("whsec_")), f"{name}.{at}.".encode() + body, "sha256")
    return {"webhook-id": name, "webhook-timestamp": str(at), "webhook-signature": "v1," + b64encode(made).decode()}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def service(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    url = f"sqlite:///{folder / 'due.sqlite'}"
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        url = server.create("fastapi_host")
    running = Service(url, folder / "log")
    flow = running.flows[FIRM]
    flow.add_client(make.client(1))
    flow.sign_mandate(make.siren(1), make.mandate())
    try:
        yield running
    finally:
        running.stop()
    if request.param == "postgres":
        server.drop("fastapi_host")


@pytest.fixture
def sent(service, request):
    """A hire whose test attempt was sent under a reference of its own; gives both."""
    reference = f"E/{abs(hash(request.node.name)) % 10**8}"
    flow = service.flows[FIRM]
    attempt = flow.prepare(make.declaration(reference, start=datetime.now(UTC) + timedelta(days=5)))
    flow.begin_send([attempt.id])
    ref = f"ADS-{reference}"
    flow.mark_sent([attempt.id], ref=ref, portal="jedeclare", account=f"ACCOUNT-{FIRM}")
    return reference, ref


def paper(kind, ref, **changes):
    return avis_xml(kind(ref, at=datetime.now(UTC).replace(microsecond=0), **changes))


def kept(service):
    """Everything of both firms that is about receipts."""
    return [[held.ref for held in flow.read.every(Kind.RECEIPT)] for flow in service.flows.values()]


def test_receipts_move_the_hire_and_each_answer_says_what_it_did(service, sent):
    reference, ref = sent
    states = []
    for kind in (make.ads, make.acs, make.ars):
        code, answer = service.deliver(paper(kind, ref))
        assert (code, answer["state"], answer["repeat"], answer["why"]) == (200, "applied", False, None)
        states += answer["attempts"].values()
    assert states == ["deposited", "forwarded", "accepted"]
    code, told = service.get(f"/hires/{reference}", TOKENS[FIRM])
    assert (code, told["status"], told["text"]) == (200, "test_not_declared", "test – non déclaré")
    assert told["declared"] is False
    assert told["attempts"] == {f"{reference}/test/1": "accepted"}


def test_the_same_delivery_twice_is_a_no_op(service, sent):
    reference, ref = sent
    ads = paper(make.ads, ref)
    first, again = service.deliver(ads)[1], service.deliver(ads)[1]
    assert (first["receipt"], first["repeat"], again["repeat"]) == (again["receipt"], False, True)
    before = service.flows[FIRM].read.journal(reference)
    service.deliver(ads)
    assert service.flows[FIRM].read.journal(reference) == before


def test_of_many_deliveries_of_one_receipt_at_once_one_is_applied(service, sent):
    _, ref = sent
    ads = paper(make.ads, ref)
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: service.deliver(ads), range(16)))
    assert [code for code, _ in answers] == [200] * 16
    assert sum(not answer["repeat"] for _, answer in answers) == 1


@pytest.mark.parametrize("body", [b"", b"not an avis \xff\x00", b"<!DOCTYPE x><a/>", gzip.compress(b"<a/>", mtime=0)])
def test_what_cannot_be_read_waits_in_the_tray_whole(service, body):
    code, answer = service.deliver(body)
    assert (code, answer["state"], answer["attempts"]) == (200, "tray", {})
    assert answer["why"]
    assert service.flows[FIRM].read.receipt(answer["receipt"]).receipt.raw == body


def test_a_receipt_of_an_unknown_deposit_waits_in_the_tray(service):
    code, answer = service.deliver(paper(make.ars, "ADS-NEVER-SEEN"))
    assert (code, answer["state"]) == (200, "tray")
    assert answer["receipt"] in [received.id for received in service.flows[FIRM].read.tray()]


def test_a_gzipped_avis_is_read(service, sent):
    _, ref = sent
    code, answer = service.deliver(gzip.compress(paper(make.ads, ref)))
    assert (code, answer["state"]) == (200, "applied")


def test_the_signatures_of_the_standard_package_are_taken(service, sent):
    _, ref = sent
    body, at = paper(make.ads, ref), datetime.now(UTC)
    signature = Webhook(SECRETS[FIRM]).sign("msg_1", at, body.decode())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp()))}
    assert service.post(body, headers | {"webhook-signature": f"v1,AAAA {signature}"})[0] == 200


def test_a_delivery_that_is_not_signed_by_the_firm_is_refused_and_nothing_is_kept(service):
    body = paper(make.ads, "ADS-FORGED")
    good = signed(body, SECRETS[FIRM])
    now, before = int(time.time()), kept(service)
    forged = [
        {},
        good | {"webhook-signature": ""},
        good | {"webhook-signature": "v1,é"},
        good | {"webhook-signature": good["webhook-signature"].replace("v1,", "v2,")},
        good | {"webhook-id": "msg_2"},
        good | {"webhook-timestamp": str(now + 1)},
        good | {"webhook-timestamp": "9" * 5000},
        good | {"webhook-timestamp": "now"},
        signed(body, SECRETS[FIRM], at=now - 400),
        signed(body, SECRETS[FIRM], at=now + 400),
        signed(body, SECRETS[OTHER]),
        signed(body + b" ", SECRETS[FIRM]),
    ]
    assert {service.post(body, headers)[0] for headers in forged} == {401}
    assert service.post(body, good, OTHER)[0] == 401
    assert service.post(body, good, "nobody")[0] == 401
    assert kept(service) == before


def test_more_than_an_avis_can_be_is_refused(service):
    body = b"x" * (20 * 1024 * 1024 + 1)
    before = kept(service)
    assert service.deliver(body)[0] in {413, 0}  # 0: the line is cut while the client still writes
    assert kept(service) == before


def test_each_firm_sees_its_own_hires_only(service, sent):
    reference, _ = sent
    assert service.get(f"/hires/{reference}", TOKENS[OTHER])[0] == 404
    assert service.get("/hires/NEVER", TOKENS[FIRM])[0] == 404
    for token in (None, "guess", TOKENS[FIRM][:-1]):
        assert service.get(f"/hires/{reference}", token)[0] == 401
        assert service.get(f"/firms/{FIRM}/counts", token)[0] == 401
    assert service.get(f"/firms/{FIRM}/counts", TOKENS[OTHER])[0] == 404


def test_counts_are_those_of_the_firm(service, sent):
    code, counts = service.get(f"/firms/{FIRM}/counts", TOKENS[FIRM])
    assert code == 200
    assert counts == service.flows[FIRM].read.counts()
    assert counts["test_running"] >= 1
    assert service.get(f"/firms/{OTHER}/counts", TOKENS[OTHER]) == (200, {})


def test_health_answers_without_a_token_and_names_nobody(service):
    code, told = service.get("/health")
    assert (code, set(told)) == (200, {"ok", "findings"})


def test_no_answer_and_no_log_holds_a_secret_or_a_person(service, sent):
    reference, _ = sent
    answers = [service.get(f"/hires/{reference}", TOKENS[FIRM]), service.get(f"/firms/{FIRM}/counts", TOKENS[FIRM])]
    said = json.dumps(answers) + service.log.read_text()
    for secret in (*SECRETS.values(), *TOKENS.values(), "DURAND", make.nir(sum(reference.encode()) + 1)):
        assert secret not in said


@pytest.mark.parametrize("odd", ["a%00b", "%00", "a%ED%A0%80b", "%FF", "a" * 3000, "%F0%9F%98%80", "a%1Fb"])
def test_a_reference_that_none_can_have_is_not_found(service, odd):
    assert service.get(f"/hires/{odd}", TOKENS[FIRM])[0] == 404
    assert service.get(f"/hires/{odd}")[0] == 401
    assert service.get(f"/firms/{odd}/counts", TOKENS[FIRM])[0] == 404


def test_no_answer_names_the_database_that_cannot_be_used(postgres, tmp_path):
    """Whoever asks hears "later"; whoever runs the service reads in the log where, and why."""
    service, at = Service(postgres, tmp_path / "log"), make_url(postgres)
    try:
        downgrade(postgres, "base", erase=True)  # at once; a server that is away is waited for first
        answers = [
            service.get("/health"),
            service.get("/hires/E-1", TOKENS[FIRM]),
            service.get(f"/firms/{FIRM}/counts", TOKENS[FIRM]),
            service.deliver(b"?"),
        ]
    finally:
        service.stop()
    assert [code for code, _ in answers] == [503] * 4
    for named in (at.database, at.host, str(at.port), at.username, "due_records"):
        assert named not in json.dumps(answers)
    log = service.log.read_text()
    assert f"{at.host}:{at.port}/{at.database}" in log
    assert "Traceback" not in log


@pytest.mark.parametrize("service", ["postgres"], indirect=True)
def test_two_processes_serve_one_database_and_one_stops_without_the_other(service, tmp_path):
    other = Service(service.url, tmp_path / "log")
    first = service.deliver(b"?")[1]
    assert other.deliver(b"?")[1] == first | {"repeat": True}
    assert other.stop() in {0, -signal.SIGTERM}
    assert service.deliver(b"?")[1] == first | {"repeat": True}


@pytest.mark.parametrize("secret", ["whsec_not base64", "whsec_c2hvcnQ="])
def test_a_secret_that_cannot_sign_is_told_at_the_start_and_not_repeated(secret):
    firms = json.dumps({FIRM: {"account": "", "secret": secret, "token": "hush"}})
    done = subprocess.run(
        [sys.executable, "-c", "import service; service.create_app()"],
        cwd=SERVICE,
        env=os.environ | {"DUE_DATABASE": "sqlite://", "DUE_FIRMS": firms, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode != 0
    assert f"{FIRM}.secret" in done.stderr
    assert secret not in done.stderr
    assert "hush" not in done.stderr
