"""The Django project under docs/examples: storage, transaction, mail, command and admin, on SQLite and PostgreSQL.

The project is set up in this process when the first test asks for it, never on import: Django's settings are one for a
whole process. So its modules are imported inside the tests.
"""

from __future__ import annotations

import re
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from threading import Barrier

import pytest
from aiosmtpd.controller import Controller

from due_workflow import Conflict, DueWorkflow, InputRefused, Mode, NotFound, Notice, Retry, Unreadable, Worker
from due_workflow.ports import Changes, Entry, Kind, Record, Ref
from due_workflow.testing import JoinedStorageContract, NotifierContract, ScriptedPortal, StorageContract
from due_workflow.testing import factories as make
from due_workflow.texts import word
from servers import free_port

FIRM = "cabinet-1"
PROJECT = Path(__file__).parent.parent / "docs" / "examples" / "django_host"


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The project's settings, once it is set up."""
    file = tmp_path_factory.mktemp("django") / "due.sqlite"
    sys.path.insert(0, str(PROJECT))
    with pytest.MonkeyPatch.context() as only_now:  # other libraries look for Django in the environment
        only_now.setenv("DATABASE_URL", f"sqlite:///{file}")
        only_now.setenv("DJANGO_SETTINGS_MODULE", "vendor.settings")
        import django

        django.setup()
    from django.conf import settings

    yield settings
    sys.path.remove(str(PROJECT))


@pytest.fixture(scope="module")
def at_sqlite(project):
    yield from migrated(project.DATABASES["default"])


@pytest.fixture(scope="module")
def at_postgres(project, postgres_server):
    from vendor.settings import database

    url = postgres_server.create("django_host").replace("postgresql+psycopg", "postgresql")
    yield from migrated(database(url))
    postgres_server.drop("django_host")


def migrated(database):
    """Tables in that database, once; then its address, for `default` to point at."""
    from django.core.management import call_command
    from django.db import connections

    connections.close_all()
    del connections["default"]
    connections.settings["default"] |= {"OPTIONS": {}} | database
    call_command("migrate", verbosity=0)
    yield database
    connections.close_all()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request):
    """`default` points at an empty database of each kind in turn; what a test leaves is emptied."""
    there = request.getfixturevalue(f"at_{request.param}")
    from django.db import connections, transaction

    connections.close_all()
    del connections["default"]
    connections.settings["default"] |= {"OPTIONS": {}} | there
    yield transaction
    from due.models import Entry, Key, Record

    for model in (Key, Record, Entry):
        model.objects.all().delete()
    connections.close_all()


class TestJoined(JoinedStorageContract):
    """Each clause in its own atomic block, rolled back in the end."""

    @pytest.fixture
    def storage(self, database):
        from due.storage import DjangoStorage

        with database.atomic():
            yield DjangoStorage(joined=True)
            database.set_rollback(True)


class TestByItself(StorageContract):
    @pytest.fixture
    def storage(self, database):
        from due.storage import DjangoStorage

        return DjangoStorage()

    def leave(self):
        from django.db import connections

        connections.close_all()  # Django keeps one connection a thread


# ---- the product's own transaction


@pytest.fixture
def hired(database):
    """Makes hires of one company whose client is known to the engine, its mandate signed; not saved."""
    from due.engine import flow_for
    from staff.models import Company, Hire

    place = make.establishment(1)
    company = Company.objects.create(
        cabinet=FIRM,
        siret=place.siret,
        name="Société d'essai 1",
        ape=place.ape,
        address=place.address,
        postal_code=place.postal_code,
        town=place.town,
        urssaf_code=place.urssaf_code,
        health_service=place.health_service,
    )
    flow = flow_for(FIRM)
    flow.add_client(make.client(1))
    flow.sign_mandate(make.siren(1), make.mandate())

    def hire(reference):
        return Hire(
            company=company,
            reference=reference,
            surname="EXEMPLE",
            first_names="Camille",
            sex="2",
            birth_date=date(1990, 1, 15),
            birth_place="Paris",
            birth_department="75",
            start=datetime.now(UTC) + timedelta(days=5),
        )

    yield hire
    Hire.objects.all().delete()
    company.delete()


def there():
    """The references that the product has, and those that the engine has."""
    from due.engine import flow_for
    from staff.models import Hire

    hires = Hire.objects.order_by("reference").values_list("reference", flat=True)
    return list(hires), [filing.reference for filing in flow_for(FIRM).read.filings()]


def test_a_commit_leaves_the_hire_and_its_file(hired):
    from staff.services import record_hire

    assert record_hire(hired("E-1"), by="camille").mode is Mode.TEST
    assert there() == (["E-1"], ["E-1"])


def test_a_rollback_leaves_nothing_of_either(hired, database):
    from staff.services import record_hire

    with database.atomic():
        record_hire(hired("E-1"), by="camille")
        assert there() == (["E-1"], ["E-1"])
        database.set_rollback(True)
    assert there() == ([], [])


def test_what_the_engine_refuses_is_not_saved_by_the_product_either(hired):
    from staff.services import record_hire

    stranger = hired("E-1")
    stranger.company.siret = make.siret(2)
    with pytest.raises(NotFound):
        record_hire(stranger, by="camille")
    assert there() == ([], [])


def test_inside_the_transaction_the_engine_sees_what_it_wrote(hired, database):
    from due.engine import flow_for
    from staff.services import record_hire

    with database.atomic():
        attempt = record_hire(hired("E-1"), by="camille")
        flow = flow_for(FIRM, joined=True)
        assert flow.read.submission(attempt.id).state == "prepared"
        assert flow.prepare("E-1").id == attempt.id
    assert there() == (["E-1"], ["E-1"])


def test_a_constraint_error_of_the_host_does_not_poison_ours(hired, database):
    from django.db import IntegrityError
    from staff.services import record_hire

    with database.atomic():
        record_hire(hired("E-1"), by="camille")
        with pytest.raises(IntegrityError), database.atomic():
            hired("E-1").save()
        record_hire(hired("E-2"), by="camille")
    assert there() == (["E-1", "E-2"], ["E-1", "E-2"])


def test_a_refused_hire_in_a_savepoint_leaves_the_others(hired, database):
    from django.db import IntegrityError
    from staff.services import record_hire

    with database.atomic():
        record_hire(hired("E-1"), by="camille")
        with pytest.raises(IntegrityError):
            record_hire(hired("E-1"), by="camille")
        record_hire(hired("E-2"), by="camille")
    assert there() == (["E-1", "E-2"], ["E-1", "E-2"])


def test_our_conflict_does_not_poison_the_hosts_transaction(hired, database):
    from due.storage import DjangoStorage

    storage = DjangoStorage(joined=True)
    client = Ref(Kind.CLIENT, make.siren(1))
    with database.atomic():
        hired("E-1").save()
        (stale,) = storage.load(FIRM, [client])
        storage.commit(FIRM, Changes(write=[stale]))
        with pytest.raises(Conflict) as conflict:
            storage.commit(FIRM, Changes(write=[stale]))
        hired("E-2").save()
    assert conflict.value.refs == (client,)
    assert there() == (["E-1", "E-2"], [])


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # SQLite has one writer at a time
def test_what_another_created_meanwhile_is_a_conflict_that_leaves_the_transaction_whole(hired, database):
    """The look finds nothing, the insert finds what another process committed in between."""
    from due.storage import DjangoStorage

    ref = Ref(Kind.COMMAND, "key:1")
    create = Changes(write=[Record(ref, 0, "here", b"{}")], entries=[Entry(ref, 1, b"{}", "0" * 64)])
    inside, outside = DjangoStorage(joined=True), DjangoStorage()
    with database.atomic(), ThreadPoolExecutor(1) as other:
        hired("E-1").save()
        inside.commit(FIRM, Changes(write=[Record(Ref(Kind.COMMAND, "mine"), 0, "here", b"{}")]))
        other.submit(outside.commit, FIRM, create).result(30)
        other.submit(connections_closed).result(30)
        with pytest.raises(Conflict) as conflict:
            inside.commit(FIRM, create)
    assert set(conflict.value.refs) == {ref}
    assert there()[0] == ["E-1"]
    assert [found.ref.id for found in outside.find(FIRM, Kind.COMMAND)] == ["key:1", "mine"]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_deadlock_is_a_conflict_and_the_transaction_goes_on(hired, database):
    """Two products' transactions that touch two cases in opposite order: the database breaks one of the waits."""
    from due.storage import DjangoStorage

    storage = DjangoStorage(joined=True)
    refs = [Ref(Kind.COMMAND, name) for name in "ab"]
    DjangoStorage().commit(FIRM, Changes(write=[Record(ref, 0, "here", b"{}") for ref in refs]))
    met = Barrier(2, timeout=30)

    def product(order):
        told = []
        with database.atomic():
            for ref in order:
                try:
                    storage.commit(FIRM, Changes(write=[Record(ref, 1, "here", b"{}")]))
                except Conflict as conflict:
                    told.append(conflict.refs)
                if ref is order[0]:
                    met.wait()
            storage.load(FIRM, refs)  # it still answers
        connections_closed()
        return told

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(product, [refs, refs[::-1]])
    # the one whose wait was broken, and the other, who then finds what it wrote
    assert (first, second) == ([(refs[1],)], [(refs[0],)])


def connections_closed():
    from django.db import connections

    connections.close_all()


def test_nothing_leaves_from_inside_the_transaction(hired, database):
    from due.engine import flow_for
    from due.storage import DjangoStorage
    from staff.services import record_hire

    now = datetime.now(UTC)
    with database.atomic():
        attempt = record_hire(hired("E-1"), by="camille")
        with pytest.raises(InputRefused, match="host's transaction"):
            flow_for(FIRM, joined=True).send([attempt.id])
        with pytest.raises(InputRefused, match="host's transaction"):
            DjangoStorage(joined=True).claim([Kind.NOTICE], now, now, 1)
        with pytest.raises(InputRefused, match="host's transaction"):
            Worker(DjangoStorage(joined=True), flow_for=flow_for)
        with pytest.raises(database.TransactionManagementError, match="joined=True"):
            DjangoStorage().claim([Kind.NOTICE], now, now, 1)


def test_what_was_handed_over_is_never_taken_back_by_a_rollback_and_handed_over_again(hired, database):
    """A storage that commits by itself refuses to write in an open transaction, so no portal is called there."""
    from due.storage import DjangoStorage
    from staff.services import record_hire

    portal = ScriptedPortal("jedeclare", "acc")
    flow = DueWorkflow(DjangoStorage(), cabinet=FIRM, portals=[portal])
    flow.set_portal("jedeclare", "acc")
    attempt = record_hire(hired("E-1"), by="camille").id
    with database.atomic():
        with pytest.raises(database.TransactionManagementError, match="joined=True"):
            flow.send([attempt])
        assert flow.read.submission(attempt).state == "prepared"  # the host's transaction goes on, and sees
        hired("E-2").save()
        database.set_rollback(True)
    assert portal.times_taken(attempt) == 0
    with database.atomic():
        database.on_commit(lambda: flow.send([attempt]))  # the way to send from a request
        assert portal.times_taken(attempt) == 0
    assert portal.times_taken(attempt) == 1
    assert flow.read.submission(attempt).state == "deposited"
    assert flow.send([attempt]).refused
    assert portal.times_taken(attempt) == 1
    assert there()[0] == ["E-1"]


def test_what_is_released_in_the_transaction_leaves_after_its_commit(hired, database):
    """As the page says it of a product with a portal; what was rolled back was never released."""
    from due.engine import flow_for
    from due.storage import DjangoStorage
    from staff.services import record_hire

    portal = ScriptedPortal("jedeclare", "acc")
    flow_for(FIRM).set_portal("jedeclare", "acc")
    sender = Worker(DjangoStorage(), flow_for=lambda firm: DueWorkflow(DjangoStorage(), cabinet=firm, portals=[portal]))
    for reference, undone in (("E-1", True), ("E-2", False)):
        with database.atomic():
            attempt = record_hire(hired(reference), by="camille").id
            flow_for(FIRM, joined=True).release([attempt], by="camille")
            database.set_rollback(undone)
        sender.send_released()
        assert portal.times_taken(attempt) == (0 if undone else 1)


def test_a_view_in_the_requests_transaction_reads_and_may_not_write_by_itself(hired, database):
    """ATOMIC_REQUESTS: each door that commits refuses, each that reads answers, and nothing of it stays."""
    from due.engine import flow_for
    from due.storage import DjangoStorage
    from staff.services import record_hire

    attempt = record_hire(hired("E-1"), by="camille").id
    storage, flow = DjangoStorage(), flow_for(FIRM)
    now, ref = datetime.now(UTC), Ref(Kind.FILING, "E-1")
    before = storage.load(FIRM, [ref])
    with database.atomic():
        for door in (
            lambda: flow.begin_send([attempt]),
            lambda: flow.receive(Unreadable(raw=b"\x00", why="not_xml")),
            lambda: storage.commit(FIRM, Changes(write=before)),
            lambda: storage.claim([Kind.FILING], now, now, 1),
        ):
            with pytest.raises(database.TransactionManagementError, match="joined=True"):
                door()
        assert storage.load(FIRM, [ref]) == storage.find(FIRM, Kind.FILING) == before
        assert sum(storage.counts(FIRM, Kind.FILING).values()) == 1
        assert storage.journal(FIRM, ref)
        assert flow.read.filing("E-1").reference == "E-1"
    assert storage.load(FIRM, [ref]) == before


def test_without_autocommit_nothing_would_be_durable_and_it_says_so(hired, database):
    """`set_autocommit(False)`, or AUTOCOMMIT in the settings: a transaction is open that no block shows."""
    from due.engine import flow_for

    storage, now = flow_for(FIRM).storage, datetime.now(UTC)
    before = storage.load(FIRM, [Ref(Kind.CLIENT, make.siren(1))])
    database.set_autocommit(False)
    try:
        with pytest.raises(database.TransactionManagementError, match="joined=True"):
            storage.commit(FIRM, Changes(write=before))
        with pytest.raises(database.TransactionManagementError, match="joined=True"):
            storage.claim([Kind.CLIENT], now, now, 1)
    finally:
        database.rollback()
        database.set_autocommit(True)
    storage.commit(FIRM, Changes(write=before))


def test_a_test_case_of_the_host_that_rolls_back_may_command(hired, database):
    """Django's TestCase, and pytest-django's `db`, wrap each test in a block of their own: that one is let pass."""
    from django.test import TestCase
    from due.engine import flow_for

    class Case(TestCase):
        def runTest(self):
            flow_for(FIRM).add_client(make.client(3))
            assert flow_for(FIRM).read.client(make.siren(3))

    result = unittest.TestResult()
    unittest.TestSuite([Case()]).run(result)
    assert (result.testsRun, result.errors, result.failures) == (1, [], [])
    with pytest.raises(NotFound):
        flow_for(FIRM).read.client(make.siren(3))


def test_a_joined_storage_outside_a_transaction_says_so(hired, database):
    from due.engine import flow_for

    with pytest.raises(database.TransactionManagementError, match="atomic"):
        flow_for(FIRM, joined=True).add_client(make.client(2))


def test_the_migrations_are_what_the_models_say(database):
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


# ---- notices, by Django's mail


class Mailbox:
    """A real SMTP server on this machine, that can be told to refuse recipients."""

    def __init__(self):
        self.answer, self.mails = "250 OK", []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.port = self.controller.port

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=default)
        self.mails.append((mail["X-Due-Notice"], envelope.rcpt_tos, mail["Subject"], mail.get_content()))
        return "250 OK"


@pytest.fixture
def mailbox(project, monkeypatch):
    box = Mailbox()
    box.controller.start()
    monkeypatch.setattr(project, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(project, "EMAIL_PORT", box.port)
    yield box
    box.controller.stop()


class TestMailNotifier(NotifierContract):
    @pytest.fixture
    def notifier(self, mailbox):
        from due.notifier import MailNotifier

        self.box = mailbox
        return MailNotifier()

    def delivered(self, notifier):
        return [mail[0] for mail in self.box.mails]

    def disturb(self, notifier):
        self.box.answer = "451 later"
        return True

    def forbid(self, notifier):
        self.box.answer = "550 no such address"
        return True


def test_a_mail_server_that_is_away_means_retry(project, monkeypatch):
    from due.notifier import MailNotifier

    monkeypatch.setattr(project, "EMAIL_HOST", "127.0.0.1")
    monkeypatch.setattr(project, "EMAIL_PORT", free_port())
    with pytest.raises(Retry, match="ConnectionRefusedError"):
        MailNotifier().send(Notice(id="n", code="double_filing", case="filing:E-1", at=make.NOW))


def test_the_command_for_cron_delivers_what_waits_once(hired, mailbox, capsys):
    from django.core.management import call_command
    from due.engine import flow_for

    flow_for(FIRM).receive(Unreadable(raw=b"\x00", why="not_xml"))
    call_command("due_worker")
    call_command("due_worker")
    assert [line.rpartition(" ")[2] for line in capsys.readouterr().out.splitlines()] == ["1", "0"]
    ((_, to, subject, body),) = mailbox.mails
    assert to == ["paie@cabinet.example"]
    assert subject.strip().startswith("DUE: Fichier")
    assert "lu" in body


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # SQLite locks the whole file
def test_the_worker_does_not_wait_for_what_a_product_has_locked(hired, database, mailbox):
    """What somebody works on in his own transaction is left to the next round."""
    from due.engine import flow_for, worker
    from due.models import Record as Row

    flow_for(FIRM).receive(Unreadable(raw=b"\x00", why="not_xml"))
    with database.atomic(), ThreadPoolExecutor(1) as other:
        assert len(Row.objects.select_for_update().filter(kind=Kind.NOTICE)) == 1
        assert other.submit(worker().deliver).result(30) == 0
        other.submit(connections_closed).result(30)
    assert worker().deliver() == 1
    assert len(mailbox.mails) == 1


# ---- the admin


@pytest.fixture
def staff(database):
    """A browser in which an administrator is logged in."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": "fr"})
    client.force_login(User.objects.create_superuser("camille"))
    yield client
    User.objects.all().delete()


@pytest.fixture
def hires(hired):
    """One hire declared for real, one with an accepted test, one to declare."""
    from due.engine import flow_for
    from staff.services import record_hire

    flow = flow_for(FIRM)
    for reference in ("E-DECLAREE", "E-TEST", "E-NEUVE"):
        record_hire(hired(reference), by="camille")
    answered(flow, "E-TEST/test/1", "T-1")
    flow.go_live(make.siren(1))
    answered(flow, flow.prepare("E-DECLAREE", Mode.REAL).id, "R-1")
    return flow


def answered(flow, attempt, ref):
    flow.begin_send([attempt])
    flow.mark_sent([attempt], ref=ref)
    for paper in (make.ads, make.acs, make.ars):
        flow.receive(paper(ref, at=datetime.now(UTC)))


def rows_of(page):
    """The list's rows by the hire's reference, as HTML."""
    rows = page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    return {re.search(r">(E-\w+)<", row)[1]: row for row in rows}


def test_the_list_tells_every_hires_status_and_deadline(staff, hires):
    rows = rows_of(staff.get("/admin/due/filing/"))
    assert set(rows) == {"E-DECLAREE", "E-TEST", "E-NEUVE"}
    for reference, row in rows.items():
        filing = hires.read.filing(reference)
        assert word("status", filing.status, "fr") in row
    assert re.search(r"\d\d/\d\d/\d{4} \d\d:\d\d", rows["E-NEUVE"])


def test_only_what_is_declared_looks_declared(staff, hires):
    rows = rows_of(staff.get("/admin/due/filing/"))
    assert "✔ DÉCLARÉ" in rows["E-DECLAREE"]
    assert "○ test – non déclaré" in rows["E-TEST"]
    for reference in ("E-TEST", "E-NEUVE"):
        assert "✔" not in rows[reference]
        assert "DÉCLARÉ" not in rows[reference]
        assert "#0a6b2d" not in rows[reference]


def test_the_list_is_filtered_by_status_and_searched_by_reference(staff, hires):
    assert set(rows_of(staff.get("/admin/due/filing/?statut=test_not_declared"))) == {"E-TEST"}
    assert set(rows_of(staff.get("/admin/due/filing/?q=NEUVE"))) == {"E-NEUVE"}


def test_the_list_speaks_english_to_who_asks(staff, hires):
    page = staff.get("/admin/due/filing/", headers={"accept-language": "en"})
    assert "test – not declared" in rows_of(page)["E-TEST"]


def test_one_file_shows_its_deadlines_and_its_journal_and_nobody(staff, hires):
    from due.models import Filing

    page = staff.get(f"/admin/due/filing/{Filing.objects.get(name='E-DECLAREE').pk}/change/").content.decode()
    assert "préparer la déclaration" in page
    assert "fin de conservation" in page
    assert make.siret(1) in page
    for personal in ("EXEMPLE", "Camille<", "1990"):
        assert personal not in page


def test_nothing_can_be_changed_in_the_admin(staff, hires):
    from due.models import Filing

    pk = Filing.objects.get(name="E-TEST").pk
    before = hires.read.filing("E-TEST")
    for place in ("add/", f"{pk}/delete/", f"{pk}/change/"):
        assert staff.post(f"/admin/due/filing/{place}", {"state": "declared", "post": "yes"}).status_code == 403
    staff.post("/admin/due/filing/", {"action": "delete_selected", "_selected_action": pk, "post": "yes"})
    assert hires.read.filing("E-TEST") == before


def test_a_page_of_the_list_costs_the_same_however_many_hires(staff, hires, hired):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from staff.services import record_hire

    def cost():
        with CaptureQueriesContext(connection) as asked:
            staff.get("/admin/due/filing/")
        return len(asked)

    few = cost()
    for n in range(10):
        record_hire(hired(f"E-N{n}"), by="camille")
    assert cost() == few
