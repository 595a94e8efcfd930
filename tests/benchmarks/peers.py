"""Other libraries doing the same durable event: a stored case is loaded by its id, moved one state on, and committed.

Each peer does it as its own documentation shows it, in one SQLite file, for 3 events a case: sent → deposited →
forwarded → accepted. Ours takes a receipt each time, with all that it does about one (recognised by its content,
matched to its deposit, journaled, told in a notice). Run as a program, it plays one peer in a process of its own and
prints what it took: ``python -m benchmarks.peers NAME CASES DIRECTORY [rows]``.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

EVENTS = ("ads", "acs", "ars")
STATES = ("sent", "deposited", "forwarded", "accepted")
NEXT = dict(zip(EVENTS, STATES[1:], strict=True))
Event = Callable[[int, str], object]
"""Takes the number of the case and the event's name; returns once the event is durable."""


def due_workflow(file: Path, cases: int) -> Event:
    from benchmarks.peer import firm, opened, reference
    from due_workflow.adapters.sqlite import SqliteStorage
    from due_workflow.testing import factories as make

    flow = opened(SqliteStorage(firm(file, range(cases))))
    kinds = {"ads": make.ads, "acs": make.acs, "ars": make.ars}
    raw = b"<avis>" + b"x" * 900 + b"</avis>"

    def event(n: int, name: str) -> object:
        ref = f"R{reference(n)}"
        return flow.receive(kinds[name](ref, raw=raw + f"{name}{n}".encode(), piece=str(n)))

    return event


def eventsourcing(file: Path, cases: int) -> Event:
    from uuid import NAMESPACE_URL, uuid5

    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate
    from eventsourcing.domain import event as decides

    class Case(Aggregate):
        @decides("Opened")
        def __init__(self, number: int) -> None:
            self.number, self.state = number, "sent"

        @staticmethod
        def create_id(number: int) -> Any:
            return uuid5(NAMESPACE_URL, str(number))

        @decides("Moved")
        def move(self, name: str) -> None:
            self.state = NEXT[name]

    app = Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(file)})
    for n in range(cases):
        app.save(Case(n))

    def event(n: int, name: str) -> object:
        case: Case = app.repository.get(Case.create_id(n))
        case.move(name)
        return app.save(case)

    return event


def xstate_statemachine(file: Path, cases: int) -> Event:
    from xstate_statemachine import create_machine
    from xstate_statemachine.persistence import SQLiteStore, load_interpreter, save_interpreter

    states: dict[str, Any] = {
        state: {"on": {name: state_after}} for state, (name, state_after) in zip(STATES, NEXT.items(), strict=False)
    }
    machine = create_machine({"id": "case", "initial": "sent", "states": {**states, "accepted": {}}})
    store = SQLiteStore(file)
    for n in range(cases):
        interpreter, version = load_interpreter(store, f"case-{n}", machine)
        save_interpreter(store, f"case-{n}", interpreter, expected_version=version)

    def event(n: int, name: str) -> object:
        interpreter, version = load_interpreter(store, f"case-{n}", machine)
        interpreter.send(name)
        return save_interpreter(store, f"case-{n}", interpreter, expected_version=version)

    return event


def python_statemachine(file: Path, cases: int) -> Event:
    from sqlalchemy import Engine, Integer, String, create_engine
    from sqlalchemy import event as hook
    from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
    from statemachine import State, StateMachine

    class Base(DeclarativeBase):
        pass

    class Case(Base):
        __tablename__ = "cases"
        id = mapped_column(Integer, primary_key=True)
        state = mapped_column(String)

    class Machine(StateMachine):
        sent = State(initial=True)
        deposited = State()
        forwarded = State()
        accepted = State(final=True)
        ads = sent.to(deposited)
        acs = deposited.to(forwarded)
        ars = forwarded.to(accepted)

    engine: Engine = create_engine(f"sqlite:///{file}")

    @hook.listens_for(engine, "connect")
    def settle(raw: Any, _: Any) -> None:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")

    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(Case(id=n, state="sent") for n in range(cases))

    def event(n: int, name: str) -> None:
        with Session(engine) as session, session.begin():
            Machine(session.get_one(Case, n)).send(name)

    return event


def django_fsm_2(file: Path, cases: int) -> Event:
    import django
    from django.conf import settings

    pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": file, "OPTIONS": {"init_command": pragmas}}
    settings.configure(
        INSTALLED_APPS=[], DATABASES={"default": database}, DEFAULT_AUTO_FIELD="django.db.models.AutoField"
    )
    django.setup()
    from django.db import connection, models, transaction
    from django_fsm import FSMField, transition

    class Case(models.Model):
        state = FSMField(default="sent")

        class Meta:
            app_label = "bench"

        @transition(field=state, source="sent", target="deposited")
        def ads(self) -> None: ...

        @transition(field=state, source="deposited", target="forwarded")
        def acs(self) -> None: ...

        @transition(field=state, source="forwarded", target="accepted")
        def ars(self) -> None: ...

    with connection.schema_editor() as editor:
        editor.create_model(Case)
    Case.objects.bulk_create(Case(id=n + 1) for n in range(cases))

    def event(n: int, name: str) -> None:
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=n + 1)
            getattr(case, name)()
            case.save(update_fields=["state"])

    return event


def dbos(file: Path, cases: int) -> Event:  # a workflow is opened by its first event
    from dbos import DBOS, DBOSConfig

    config: DBOSConfig = {"name": "peers", "system_database_url": f"sqlite:///{file}", "run_admin_server": False}
    logging.getLogger("dbos").setLevel(logging.ERROR)
    DBOS(config={**config, "log_level": "ERROR"})

    @DBOS.step()
    def move(n: int, name: str) -> str:
        return NEXT[name]

    @DBOS.workflow()
    def case(n: int) -> list[str]:
        return [move(n, name) for name in EVENTS]

    DBOS.launch()

    def event(n: int, name: str) -> object:
        # one workflow a case, one step an event: all three are done with the first
        return case(n) if name == EVENTS[0] else None

    return event


PEERS: dict[str, Callable[[Path, int], Event]] = {
    "due-workflow": due_workflow,
    "eventsourcing": eventsourcing,
    "xstate-statemachine": xstate_statemachine,
    "dbos": dbos,
    "python-statemachine": python_statemachine,
    "django-fsm-2": django_fsm_2,
}


def count_rows(file: Path) -> Callable[[], int]:
    """Let the file itself count each row that is written from now on; gives the number so far."""
    with sqlite3.connect(file) as raw:
        raw.execute("CREATE TABLE rows_written (n INTEGER)")
        raw.execute("INSERT INTO rows_written VALUES (0)")
        tables = raw.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (table,) in tables:
            if table == "rows_written":
                continue
            for what in ("INSERT", "UPDATE", "DELETE"):
                raw.execute(
                    f'CREATE TRIGGER "count_{table}_{what}" AFTER {what} ON "{table}"'
                    " BEGIN UPDATE rows_written SET n = n + 1; END"
                )
    raw.close()

    def found() -> int:
        raw = sqlite3.connect(file)
        (n,) = raw.execute("SELECT n FROM rows_written").fetchone()
        raw.close()
        return int(n)

    return found


def main(name: str, cases: int, directory: Path, rows: bool) -> None:
    file = directory / f"{name}.sqlite"
    event = PEERS[name](file, cases)
    written = count_rows(file) if rows else lambda: 0
    start, cpu = time.perf_counter(), time.process_time()
    for step in EVENTS:
        for n in range(cases):
            event(n, step)
    took = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "rows": written()}
    sys.stdout.write("\n" + json.dumps(took) + "\n")
    sys.stdout.flush()
    os._exit(0)  # a peer's background threads are not waited for


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), "rows" in sys.argv[4:])
