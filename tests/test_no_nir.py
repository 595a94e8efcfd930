"""No social security number (NIR) shows anywhere: planted through every door, looked for in everything that comes out.

The full number may stand in the declaration's own payload, in the bytes of a message and of a raw receipt, nowhere
else. A `Spy` collects what a program could print, log, show or keep, the locals of tracebacks included.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import re
import sqlite3
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

import due_workflow
from due_workflow import (
    Acs,
    Ads,
    Ars,
    Cabinet,
    Conflict,
    Contract,
    Declaration,
    DueWorkflow,
    DueWorkflowError,
    Employee,
    Employer,
    Establishment,
    InputRefused,
    Mandate,
    Mode,
    NotFound,
    NotSent,
    Outcome,
    Policy,
    Retry,
    StorageUnusable,
    Undeliverable,
    Unreadable,
    Verdict,
    Worker,
)
from due_workflow.adapters.log import LogNotifier
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.clients import ClientFile, PortalAccount, Software
from due_workflow.identifiers import ApeCode, Department, Nir, PostalCode, Siren, Siret, UrssafCode, nir_key
from due_workflow.ports import Changes, Kind, Parcel, Record, Ref, Storage
from due_workflow.testing import FixedClock, RecordingNotifier, ScriptedPortal, Step
from due_workflow.testing import factories as f

# ---- the numbers, as people write them

FIRST_13 = ("2690549588157", "1840675116004", "269052A588157", "174122B033010", "1850199350042", "7903597415088")
NIRS = tuple(first + nir_key(first) for first in FIRST_13)


def _spaced(digits: str, by: str) -> str:
    return by.join((digits[:1], digits[1:3], digits[3:5], digits[5:7], digits[7:10], digits[10:13], digits[13:]))


SPELLINGS: tuple[str, ...] = (
    NIRS[0],
    NIRS[2],
    NIRS[3].lower(),
    FIRST_13[1],
    _spaced(NIRS[0], " "),
    _spaced(NIRS[2].lower(), "."),
    _spaced(NIRS[4], "-"),
    _spaced(NIRS[1], "\u00a0"),
    _spaced(NIRS[1], "\u2009"),
    _spaced(NIRS[5], "\u202f"),
    _spaced(NIRS[3], "    "),
    " ".join(NIRS[0]),
    f"NIR:{NIRS[4]};",
    f"{_spaced(NIRS[1], ' ').strip()} Mme X",
)
"""Whole, without key, Corsican, lower case, and with all that people put between the digits."""
MISTYPED = NIRS[0][:13] + f"{(int(NIRS[0][13:]) + 1) % 97:02d}"
"""The key is wrong. In free text it is masked; as an identifier it may be a number of the host's own."""
FREE = {"message", "filename", "why", "kind", "issued_at", "mode", "verdicts", "outcome"}
"""Fields where every spelling is masked; elsewhere portals put numbers of their own, and only a whole NIR is."""
WHOLE = tuple(s for s in SPELLINGS if re.sub(r"[^0-9A-Z]", "", s.upper()) in NIRS)


def shows(text: str) -> bool:
    """Whether `text` holds one of the numbers, whatever stands between its characters, or as base64."""
    joined = re.sub(r"[^0-9A-Z]", "", text.upper())
    return any(first in joined for first in FIRST_13) or any(piece in text for piece in _BASE64)


def _base64(text: str) -> Iterator[str]:
    """`text` inside a base64, at each of the three alignments, without the ends that its neighbours change."""
    for shift in range(3):
        yield base64.b64encode(b" " * shift + text.encode()).decode()[4 if shift else 0 : -4]


_BASE64 = tuple(piece for n in NIRS for piece in _base64(n))

# ---- the spy

PACKAGE = str(Path(due_workflow.__file__).parent)
TESTS = (str(Path(__file__).parent), str(Path(PACKAGE) / "testing"))
BYTES = {"raw", "content", "data", "payload"}
"""Fields that hold a message's, a receipt's or a record's own bytes; each is looked at where it is stored."""


class Spy(logging.Handler):
    """Notes every text that something can show of itself, and what shows a NIR."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.leaks: list[str] = []
        self.looked = 0
        self.raised: list[str] = []

    def text(self, where: str, text: object) -> None:
        self.looked += 1
        plain = text if isinstance(text, str) else repr(text)
        if shows(plain):
            self.leaks.append(f"{where}: {plain[:300]}")

    def emit(self, record: logging.LogRecord) -> None:
        self.text(f"log {record.name}", record.getMessage())
        self.text(f"log {record.name}", record.__dict__)
        if record.exc_info and record.exc_info[1]:
            self.error(f"log {record.name}", record.exc_info[1])

    def value(self, where: str, value: object, depth: int = 0) -> None:
        """All that `value` and what it holds can show."""
        where = f"{where} > {type(value).__name__}"
        for shown in (repr, str, format):
            self.text(where, shown(value))
        if isinstance(value, BaseException):
            self.error(where, value)
        if depth > 6 or isinstance(value, (str, bytes, int, float, date, type(None), type)):
            return
        if isinstance(value, BaseModel):
            self.text(f"{where}.model_dump", value.model_dump())
            self.text(f"{where}.model_dump_json", value.model_dump_json())
            self.text(f"{where}.json", value.model_dump(mode="json", by_alias=True))
            inside: Iterable[tuple[str, object]] = value
        elif isinstance(value, tuple) and hasattr(value, "_fields"):
            inside = zip(value._fields, value, strict=True)
        elif is_dataclass(value):
            inside = [(field.name, getattr(value, field.name)) for field in fields(value)]
        elif isinstance(value, Mapping):
            inside = [(str(key), held) for key, held in value.items()]
            self.text(where, list(value))
        elif isinstance(value, (tuple, list, set, frozenset)):
            inside = [(str(n), held) for n, held in enumerate(value)]
        else:
            return
        for name, held in inside:
            if name not in BYTES:
                self.value(f"{where}.{name}", held, depth + 1)

    def error(self, where: str, error: BaseException) -> None:
        """All that an error shows: its text in both languages, its data, its chain, the locals of our frames."""
        self.raised.append(type(error).__name__)
        seen: set[int] = set()
        todo: list[BaseException | None] = [error]
        while todo:
            one = todo.pop()
            if one is None or id(one) in seen:
                continue
            seen.add(id(one))
            todo += [one.__cause__, None if one.__suppress_context__ else one.__context__]
            name = f"{where} ! {type(one).__name__}"
            for told in (repr(one), str(one), one.args, vars(one), getattr(one, "__notes__", "")):
                self.text(name, told)
            if isinstance(one, DueWorkflowError):
                self.text(f"{name}.text", one.text("fr") + one.text("en"))
                self.text(f"{name}.facts", dict(one.facts))
                for part in (*getattr(one, "problems", ()), *getattr(one, "denials", ())):
                    self.text(f"{name}.part", (part, part.text("fr"), part.text("en"), dict(part.facts)))
            for method in ("errors", "json"):
                if hasattr(one, method):
                    self.text(f"{name}.{method}()", getattr(one, method)())
            self.frames(name, one.__traceback__)

    def frames(self, where: str, trace: TracebackType | None) -> None:
        """The locals, as tracebacks print them, of our package's frames and of all below them but the tests' own."""
        walked = list(traceback.walk_tb(trace))
        files = [frame.f_code.co_filename for frame, _ in walked]
        first = next((n for n, f in enumerate(files) if f.startswith(PACKAGE) and not f.startswith(TESTS)), len(files))
        ours = [step for step, file in zip(walked[first:], files[first:], strict=True) if not file.startswith(TESTS)]
        stack = traceback.StackSummary.extract(iter(ours), capture_locals=True, lookup_lines=False)
        for frame in stack:
            self.text(f"{where} in {Path(frame.filename).name}:{frame.lineno} {frame.name}", frame.locals)

    def act(self, where: str, call: Callable[[], object]) -> object:
        """Do it, and look at what it gives or raises."""
        try:
            given = call()
            if isinstance(given, Iterator):
                given = list(given)
        except Exception as error:
            self.error(where, error)
            return None
        self.value(where, given)
        return given

    # ---- what was kept

    def storage(self, storage: Storage, cabinet: str = "cab") -> None:
        """Every record and journal entry: clean but for the parts of payloads that may hold the number."""
        for kind in Kind:
            after = ""
            while records := storage.find(cabinet, kind, after=after, limit=500):
                for record in records:
                    self.record(storage, cabinet, record)
                after = records[-1].ref.id
            self.text("counts", dict(storage.counts(cabinet, kind)))

    def record(self, storage: Storage, cabinet: str, record: Record) -> None:
        where = f"stored {record.ref.kind}"
        self.text(where, (record, record.ref, record.state, sorted(record.keys)))
        envelope = json.loads(bytes(record.data))
        payload = json.loads(envelope.pop("payload") or "{}")
        self.text(f"{where}.facts", envelope)
        if record.ref.kind is Kind.FILING:
            for declaration in payload["declarations"].values():
                declaration["employee"].pop("nir", None)
        payload.pop("raw" if record.ref.kind is Kind.RECEIPT else "content", None)
        self.text(f"{where}.payload", payload)
        for entry in storage.journal(cabinet, record.ref):
            self.text(f"journal of {record.ref.kind}", (entry, bytes(entry.data).decode(), entry.case))

    def readings(self, flow: DueWorkflow) -> None:
        """What the reader tells of everything."""
        read = flow.read
        for call in (read.cabinet, read.clients, read.filings, read.find, read.deposits, read.tray, read.notices):
            self.act(f"read.{call.__name__}", call)
        for out in read.notices():
            self.text("notice", (out.notice.text("fr"), out.notice.text("en"), out.notice.id))
        for held in read.every(Kind.RECEIPT):
            self.value("held", held)
            self.act("read.receipt", partial(read.receipt, held.ref.id))
        cases = [*(c.siren for c in read.clients()), *(x.reference for x in read.filings())]
        for case in (*cases, *(d.id for d in read.deposits()), "cab"):
            self.act("read.journal", partial(read.journal, case))
            self.act("read.explain", partial(read.explain, case))
        self.act("read.verify", read.verify_journal)


@pytest.fixture
def spy(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Spy]:
    found = Spy()
    root = logging.getLogger()
    level = root.level
    root.addHandler(found)
    root.setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        root.removeHandler(found)
        root.setLevel(level)
    out, err = capfd.readouterr()
    found.text("stdout", out)
    found.text("stderr", err)
    assert found.looked, "nothing was looked at"
    told = list(dict.fromkeys(leak[:400] for leak in found.leaks))
    assert not found.leaks, f"{len(found.leaks)} leaks:\n" + "\n".join(told[:40])


def test_the_spy_sees_what_it_is_meant_to_see() -> None:
    spy = Spy()
    for spelling in (*SPELLINGS, MISTYPED, base64.b64encode(f"<a>{NIRS[2]}</a>".encode()).decode()):
        spy.text("", f"a {spelling} b")
    assert len(spy.leaks) == spy.looked
    spy.leaks.clear()
    for clean in (f.siret(1), str(Nir(NIRS[0])), "0" * 40, hire().model_dump_json()):
        spy.text("", clean)
    assert not spy.leaks
    spy.emit(logging.makeLogRecord({"msg": "a %s", "args": (NIRS[0],)}))
    spy.value("", {"deep": [Verdict.model_construct(message=NIRS[0])]})
    spy.error("", ValueError(NIRS[0]))
    assert len(spy.leaks) > 5


# ---- a firm to plant in


class Office:
    """A firm with a live client, over a storage."""

    def __init__(self, storage: Storage | None = None, **settings: Any) -> None:
        self.storage: Storage = storage or MemoryStorage()
        self.clock = FixedClock()
        self.portal = ScriptedPortal("jedeclare", "acc", clock=self.clock)
        self.policy = Policy(**settings)
        self.flow = self.on(self.storage)
        self.refs = 0

    def on(self, storage: Storage, portal: Any = None) -> DueWorkflow:
        """The firm's commands over another storage or portal."""
        portals = (portal or self.portal,)
        return DueWorkflow(storage, cabinet="cab", portals=portals, policy=self.policy, clock=self.clock)

    def opened(self) -> Office:
        flow = self.flow
        flow.set_software("Editeur", "Paie", "1.0")
        flow.set_portal("jedeclare", "acc")
        flow.add_client(f.client(1))
        flow.select(f.siren(1))
        flow.request_mandate(f.siren(1))
        flow.sign_mandate(f.siren(1), f.mandate())
        return self

    def live(self) -> Office:
        self.opened()
        self.answered(self.sent(hire("T-1"), Mode.TEST), f.ars)
        self.flow.go_live(f.siren(1))
        return self

    def sent(self, declaration: Declaration, mode: Mode) -> str:
        sub = self.flow.prepare(declaration, mode)
        self.flow.begin_send([sub.id])
        self.refs += 1
        self.flow.mark_sent([sub.id], ref=f"R{self.refs}")
        return f"R{self.refs}"

    def answered(self, ref: str, make: Any, outcome: Outcome = Outcome.ACCEPTED, message: str = "") -> object:
        verdicts = (Verdict(outcome=outcome, message=message),)
        return self.flow.receive(make(ref, outcome, self.clock.now(), account="acc", verdicts=verdicts))

    def worker(self, *notifiers: Any, storage: Storage | None = None) -> Worker:
        storage = storage or self.storage
        return Worker(storage, flow_for=lambda _: self.on(storage), notifiers=notifiers, clock=self.clock)


def hire(reference: str = "E-1", nir: str = NIRS[2], **changes: Any) -> Declaration:
    return f.declaration(reference, **({"nir": nir} | changes))


def raw_hire(nir: str | None = NIRS[0]) -> dict[str, Any]:
    """A good declaration as plain data."""
    data: dict[str, Any] = json.loads(hire().canonical())
    data["employee"]["nir"] = nir
    return data


def leaves(data: Mapping[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from leaves(value, (*at, name))
        yield (*at, name)


def with_leaf(data: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    copied: dict[str, Any] = json.loads(json.dumps(data))
    inside = copied
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value
    return copied


class Host(BaseModel):
    """A model of the host's that embeds ours."""

    hire: Declaration
    person: Employee | None = None
    hires: list[Declaration] = []


# ---- 1. values


def _doors(data: dict[str, Any]) -> Iterator[tuple[str, Callable[[], object]]]:
    text = json.dumps(data)
    yield "Declaration()", lambda: Declaration(**data)
    yield "model_validate", lambda: Declaration.model_validate(data)
    yield "model_validate_json", lambda: Declaration.model_validate_json(text)
    yield "json bytes", lambda: Declaration.model_validate_json(text.encode())
    yield "TypeAdapter", lambda: TypeAdapter(Declaration).validate_python(data)
    yield "TypeAdapter json", lambda: TypeAdapter(Declaration).validate_json(text)
    yield "host model", lambda: Host(hire=data)  # type: ignore[arg-type]
    yield "host list", lambda: Host.model_validate({"hire": raw_hire(), "hires": [data]})
    yield "host json", lambda: Host.model_validate_json(f'{{"hire": {text}}}')
    yield "adapter of a list", lambda: TypeAdapter(list[Host]).validate_python([{"hire": data}])


def test_a_good_declaration_shows_no_number(spy: Spy) -> None:
    for nir in WHOLE:
        for where, door in _doors(raw_hire(nir)):
            made = spy.act(where, door)
            assert made is not None, f"{where} refused a valid number"
    declaration = hire()
    spy.value("with_", declaration.with_(reference="E-2"))
    spy.value("model_copy", declaration.model_copy())
    spy.text("schema", Declaration.model_json_schema())
    spy.text("formats", f"{declaration} {declaration.employee!r} {declaration.employee.nir!a:>60}")
    assert declaration.employee.nir is not None
    assert declaration.employee.nir.reveal() == NIRS[2], "the declaration itself has it"
    assert NIRS[2].encode() in declaration.canonical(), "and so has its content"


def test_a_number_in_any_field_in_turn_never_shows(spy: Spy) -> None:
    whole = raw_hire()
    for n, path in enumerate(leaves(whole)):
        for spelling in SPELLINGS[n % 5 :: 5]:
            wrong: tuple[object, ...] = (spelling, {spelling: spelling}, [spelling])
            for value in wrong:
                for where, door in _doors(with_leaf(whole, path, value)):
                    spy.act(f"{where} {'.'.join(path)}", door)


def test_a_fault_elsewhere_does_not_show_the_number_beside_it(spy: Spy) -> None:
    whole = raw_hire(NIRS[3])
    for path in leaves(whole):
        for value in (None, "", "x", 10**30, -1, 1.5, [], {}, True, "2026-02-30"):
            for where, door in _doors(with_leaf(whole, path, value)):
                spy.act(f"{where} {'.'.join(path)}={value}", door)
    for spelling in SPELLINGS:
        extra = {**whole, spelling: spelling, "nir": spelling}
        extra["employee"] = {**whole["employee"], spelling: 1, f"x {spelling}": spelling}
        for where, door in _doors(extra):
            spy.act(f"{where} extra", door)
        for broken in (f'{{"nir": "{spelling}', f'[{{"reference": {NIRS[0]}}}]', f"{NIRS[0]}", spelling, ""):
            spy.act("broken JSON", partial(Declaration.model_validate_json, broken))
            spy.act("broken JSON", partial(Declaration.model_validate_json, broken.encode()))
            spy.act("no mapping", partial(Declaration.model_validate, broken))
            spy.act("host", partial(Host.model_validate, {"hire": broken}))
        spy.act("a bad number", partial(Employee.model_validate, {**whole["employee"], "nir": f"{spelling}1"}))
        for path in ("surname", "birth_place", "first_names", "nir", "birth_department", "sex", "birth_date"):
            spy.act("mistyped", partial(Employee.model_validate, {**whole["employee"], path: MISTYPED}))
        for n in range(15):
            spy.act("cut", partial(Nir, NIRS[0][:n] + "X" + NIRS[0][n + 1 :]))


def test_a_number_typed_where_a_code_belongs_never_shows(spy: Spy) -> None:
    for n, spelling in enumerate(SPELLINGS):
        for kind in (Siren, Siret, ApeCode, PostalCode, UrssafCode, Department, Nir):
            spy.act(kind.__name__, partial(kind, spelling))
        for path in ("siren", "name", "email", "collaborator"):
            spy.act(f"client.{path}", partial(f.client, 1, **{path: spelling}))
        for path in (*Establishment.model_fields, "unknown"):
            spy.act(f"establishment.{path}", partial(f.establishment, 1, **{path: spelling}))
            spy.act(f"employer.{path}", partial(Employer.model_validate, {path: spelling}))
        for path in Mandate.model_fields:
            spy.act(f"mandate.{path}", partial(f.mandate, **{path: spelling}))
        for path in Contract.model_fields:
            given: dict[str, Any] = {"kind": "CDI", "start": f.NOW} | {path: spelling}
            spy.act(f"contract.{path}", partial(Contract, **given))
        spy.act("software", partial(Software, editor=spelling, product=spelling, version=spelling))
        spy.act("account", partial(PortalAccount, name=spelling, account=WHOLE[n % len(WHOLE)]))
        spy.act("cabinet", partial(Cabinet, id=spelling))
        spy.act("client file", partial(ClientFile.model_validate, {"siren": f.siren(1), "state": spelling}))


def test_a_number_inside_a_receipt_never_shows(spy: Spy) -> None:
    for n, spelling in enumerate(SPELLINGS):
        name = WHOLE[n % len(WHOLE)]
        paper = {"message": spelling, "siret": name, "reference": name}
        spy.act("verdict", partial(Verdict, outcome=Outcome.REJECTED, **paper))  # type: ignore[arg-type]
        spy.act("bad verdict", partial(Verdict.model_validate, {"outcome": spelling, spelling: 1}))
        for make, kind in ((f.ads, Ads), (f.acs, Acs), (f.ars, Ars)):
            for path in kind.model_fields:
                if path not in ("portal_ref", "raw", "count"):
                    typed = spelling if path in FREE else WHOLE[n % len(WHOLE)]
                    spy.act(f"{kind.__name__}.{path}", partial(make, "7", **{path: typed}))
                    given = {"portal_ref": "7", "issued_at": "2026-03-02", path: typed}
                    spy.act(f"{kind.__name__}.{path}", partial(kind.model_validate, given))
            spy.act("raw", partial(make, "7", raw=spelling.encode()))
            spy.act("sirets", partial(make, "7", sirets=(WHOLE[n % len(WHOLE)],)))
        for path in Unreadable.model_fields:
            typed = spelling if path in FREE else WHOLE[n % len(WHOLE)]
            value: object = spelling.encode() if path == "raw" else typed
            spy.act(f"unreadable.{path}", partial(Unreadable, **({"why": "x"} | {path: value})))


# ---- 2. commands


def _typed_wrongly(flow: DueWorkflow, t: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every text that a command takes, given a number instead."""
    today = date(2026, 3, 2)
    yield "set_software", lambda: flow.set_software(t, t, t, by=t, key=t)
    yield "set_portal", lambda: flow.set_portal(t, "acc")
    yield "set_portal account", lambda: flow.set_portal("jedeclare", t if t in WHOLE else NIRS[1])
    yield "select", lambda: flow.select(t, by=t)
    yield "select wave", lambda: flow.select(f.siren(2), wave=t)  # type: ignore[arg-type]
    yield "request_mandate", lambda: flow.request_mandate(t)
    yield "sign_mandate", lambda: flow.sign_mandate(t, f.mandate(signatory=t), by=t)
    yield "sign_mandate signatory", lambda: flow.sign_mandate(f.siren(1), f.mandate(signatory=t), by=t, key=f"m{t}")
    yield "sign_mandate scan", lambda: flow.sign_mandate(f.siren(1), f.mandate(), t.encode(), by=t)
    yield "attach_mandate", lambda: flow.attach_mandate(t, t.encode(), by=t, key=t)
    yield "remind_mandate", lambda: flow.remind_mandate(t, by=t, key=t)
    yield "remind_mandate refused", lambda: flow.remind_mandate(f.siren(3), by=t)
    yield "revoke_mandate", lambda: flow.revoke_mandate(t, today, t)
    yield "revoke_mandate refused", lambda: flow.revoke_mandate(f.siren(3), today, t, by=t)
    yield "revoke_mandate reason", lambda: flow.revoke_mandate(f.siren(1), date(2026, 12, 1), t, by=t)
    yield "go_live", lambda: flow.go_live(t, by=t, key=t)
    yield "go_live refused", lambda: flow.go_live(f.siren(3), by=t, key=t)
    yield "prepare", lambda: flow.prepare(t, by=t, key=t)
    yield "prepare mode", lambda: flow.prepare("E-1", t)  # type: ignore[arg-type]
    yield "release", lambda: flow.release([t], by=t)
    yield "release attempt", lambda: flow.release((f"{t}/real/1",), by=t)
    yield "release one", lambda: flow.release(t, by=t)
    yield "renew", lambda: flow.renew(t, None, t, by=t)
    yield "renew attempt", lambda: flow.renew(f"{t}/test/1", None, t, by=t)
    yield "renew refused", lambda: flow.renew("T-1/test/99", None, t, by=t)
    yield "renew unconfirmed", lambda: flow.renew("D-1/real/1", None, t, by=t)
    yield "renew reason", lambda: flow.renew("E-1/test/1", None, t, by=t, key=f"r{t}")
    yield "renew other hire", lambda: flow.renew("E-1/test/1", hire("E-9", t), t, by=t)
    yield "abandon", lambda: flow.abandon(t, t, by=t)
    yield "abandon refused", lambda: flow.abandon("D-1/real/1", t, by=t)
    yield "abandon reason", lambda: flow.abandon("E-1/real/1", t, by=t)
    yield "abandon hire", lambda: flow.abandon(t, t, hire=True, by=t)
    yield "elsewhere", lambda: flow.declared_elsewhere(t, f.NOW, t, by=t)
    yield "elsewhere proof", lambda: flow.declared_elsewhere("E-1", f.NOW, t, by=t)
    yield "begin_send", lambda: flow.begin_send([t], by=t)
    yield "begin_send refused", lambda: flow.begin_send(["D-1/real/1"], by=t, key=f"b{t}")
    yield "mark_sent", lambda: flow.mark_sent([t], by=t)
    yield "mark_sent later", lambda: flow.mark_sent(["E-1/test/1"], at=f.NOW + timedelta(9), by=t)
    yield "settle_doubt", lambda: flow.settle_doubt(t, not_found=True, by=t)
    yield "settle_doubt ref", lambda: flow.settle_doubt(t, ref="7", by=t)
    yield "learn_ref", lambda: flow.learn_ref(t, "7", by=t)
    yield "send", lambda: flow.send([t], by=t)
    yield "send refused", lambda: flow.send(["D-1/real/1"], by=t)
    yield "receive origin", lambda: flow.receive(f.ads("77", account="acc"), by=t)
    yield "attach", lambda: flow.attach(t, {t: Outcome.ACCEPTED}, by=t)
    yield "attach outcome", lambda: flow.attach(t, {"E-1/test/1": t}, by=t)
    yield "retry_tray", lambda: flow.retry_tray(t)
    for name in ("client", "filing", "submission", "deposit", "receipt", "parcel", "explain", "journal"):
        yield f"read.{name}", lambda name=name: getattr(flow.read, name)(t)
    yield "read.mandate_document", lambda: flow.read.mandate_document(t)
    yield "read.mandates", lambda: list(flow.read.mandates(t))
    yield "read.mandate_document scan", lambda: flow.read.mandate_document(f.siren(1), t)
    yield "read.verify", lambda: flow.read.verify_journal(t)
    yield "read.named", lambda: flow.read.named(f"{t}:{t}")
    yield "read.named hire", lambda: flow.read.named(f"filing:{t}")
    yield "read.find", lambda: flow.read.find(siren=t, siret=t, status=(t,), after=t)
    yield "read.counts", lambda: flow.read.counts(t)
    yield "cabinet", lambda: DueWorkflow(flow.storage, cabinet=t)


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    if request.param == "memory":
        yield MemoryStorage()
        return
    with SqliteStorage(tmp_path / "due.sqlite", synchronous="OFF") as opened:
        yield opened


def test_a_number_typed_into_any_command_is_masked_in_all_that_is_kept_told_and_raised(
    spy: Spy, storage: Storage
) -> None:
    office = Office(storage).live()
    flow = office.flow
    flow.add_client(f.client(2))
    flow.add_client(f.client(3))
    for reference in ("E-1", "D-1"):
        office.flow.prepare(hire(reference), Mode.TEST)
        office.flow.prepare(hire(reference), Mode.REAL)
    office.answered(office.sent(hire("D-1"), Mode.REAL), f.ars)
    for spelling in SPELLINGS:
        for where, command in _typed_wrongly(flow, spelling):
            spy.act(f"{where}({spelling!r})", command)
    for whole in WHOLE:
        for where, command in (
            ("mark_sent account", lambda t=whole: flow.mark_sent(["E-1/test/1"], portal=t, account=t)),
            ("learn_ref", lambda t=whole: flow.learn_ref("D-0", t)),
            ("settle_doubt", lambda t=whole: flow.settle_doubt("D-0", ref=t)),
            ("mark_sent ref", lambda t=whole: flow.mark_sent(["E-1/test/1"], ref=t)),
        ):
            if "1" <= whole[0] <= "2":  # provisional numbers are too like a portal's own
                spy.act(where, command)
    assert "NotFound" in spy.raised
    assert "TransitionRefused" in spy.raised
    spy.readings(flow)
    spy.storage(storage)


def test_the_whole_story_of_hires_with_numbers_keeps_them_in_payloads_only(spy: Spy, storage: Storage) -> None:
    office = Office(storage).live()
    flow, clock = office.flow, office.clock
    for n, nir in enumerate(NIRS):
        declaration = hire(f"S-{n}", nir)
        spy.act("register", partial(flow.register, declaration, key=f"k{n}"))
        ref = office.sent(declaration, Mode.REAL)
        for spelling in SPELLINGS[n::3]:
            clock.advance(timedelta(minutes=1))
            outcome = (Outcome.REJECTED, Outcome.PENDING, Outcome.ACCEPTED_WITH_ANOMALY)[n % 3]
            message = f"Le NIR {spelling} est inconnu ({nir})"
            spy.act("acs", partial(office.answered, ref, f.acs, outcome, message))
            spy.act("ars", partial(office.answered, ref, f.ars, outcome, message))
            spy.act("tray", partial(office.answered, f"unknown {n}", f.ars, outcome, message))
            spy.act("bytes", partial(flow.receive, Unreadable(raw=message.encode(), why=message, filename=nir)))
        spy.act("renew", partial(flow.renew, f"S-{n}/real/1", hire(f"S-{n}", NIRS[n - 1]), nir, confirm=True))
        spy.act("same person", partial(flow.register, hire(f"L-{n}", nir)))
        spy.act("same key", partial(flow.register, hire(f"S-{n}", NIRS[n - 1]), key=f"k{n}"))
        spy.act("other content", partial(flow.prepare, hire(f"S-{n}", NIRS[n - 2], surname="Y"), Mode.REAL))
        spy.act("a number for a name", partial(hire, f"S-{n}", NIRS[n - 2], surname=nir))
    many = [hire(f"M-{n}", NIRS[0], surname="X") for n in range(3)] + [hire("S-0", NIRS[5])]
    spy.act("many", lambda: flow.register_many([*many, f.declaration("U-1", 9)]))
    assert "Conflict" in spy.raised
    clock.advance(timedelta(days=30))
    mailbox = RecordingNotifier()
    worker = office.worker(mailbox, LogNotifier(), LogNotifier("named", lang="en", name="named"))
    for _ in range(3):
        spy.act("worker", partial(worker.run_once, 1000))
    assert mailbox.notices
    spy.value("delivered", mailbox.notices)
    spy.readings(flow)
    spy.storage(storage)
    kept = b"".join(bytes(r.data) for r in storage.find("cab", Kind.FILING, limit=1000)).decode()
    assert all(nir in kept for nir in NIRS), "the declarations do hold their numbers"


# ---- 3. failures around the engine


class Breaking:
    """A storage that fails as told, with all it was given in its text."""

    def __init__(self, inner: Storage) -> None:
        self.inner, self.joined = inner, False
        self.how: Callable[[str, object], Exception] | None = None
        self.where = ""

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            if self.how is not None and name == self.where:
                raise self.how(name, (args, kwargs))
            return method(*args, **kwargs)

        return call


FAILURES: tuple[Callable[[str, object], Exception], ...] = (
    lambda name, given: sqlite3.IntegrityError(f"UNIQUE constraint failed in {name}: {given}"),
    lambda name, given: OSError(28, f"No space left on device: {given!r}"),
    lambda name, given: StorageUnusable("storage_locked", path=str(given), seconds=1),
    lambda name, given: Conflict(given[0][1].write if name == "commit" else ()),  # type: ignore[index]
    RuntimeError,
)


def _commands(flow: DueWorkflow, t: str, d: Declaration, ref: str, ready: str) -> tuple[Callable[[], object], ...]:
    """Commands that carry numbers, each in a place of its own."""
    message = (Verdict(outcome=Outcome.REJECTED, message=t),)
    return (
        lambda: flow.register(d, by=t, key=t),
        lambda: flow.prepare(d, Mode.REAL, by=t, key=t),
        lambda: flow.renew("F-1/real/1", d.with_(reference="F-1"), t),
        lambda: flow.register_many([d, d.with_(reference="X-99")]),
        lambda: flow.set_software(t, t, t, by=t, key=t),
        lambda: flow.abandon(ready, t, by=t),
        lambda: flow.declared_elsewhere("F-2", f.NOW, t),
        lambda: flow.receive(f.ars(ref, account="acc", verdicts=message, raw=t.encode())),
        lambda: flow.receive(Unreadable(raw=NIRS[0].encode(), why=t)),
        lambda: flow.receive_many([Unreadable(raw=NIRS[0].encode(), why=t)]),
        lambda: flow.send([ready], by=t),
        lambda: flow.release([ready], by=t),
        lambda: flow.read.filing("F-1"),
        flow.read.find,
        lambda: flow.add_client(f.client(5, name=t)),
    )


@pytest.mark.parametrize("how", range(len(FAILURES)))
def test_a_storage_that_fails_with_its_parameters_shows_no_number(spy: Spy, how: int) -> None:
    office = Office(conflict_tries=2).live()
    office.portal.script(Step.ADS, Step.SILENT, Step.BREAK_AFTER, Step.NOT_SENT)
    broken = Breaking(office.storage)
    flow = office.on(broken)
    ready = [office.flow.prepare(hire(f"F-{n}", NIRS[n % 6]), Mode.REAL).id for n in range(6)]
    ref = office.sent(hire("F-9"), Mode.REAL)
    broken.how = FAILURES[how]
    for n, where in enumerate(("commit", "load", "find", "counts", "journal", "claim")):
        broken.where = where
        for call in _commands(flow, SPELLINGS[n], hire(f"X-{n}", NIRS[n]), ref, ready[n]):
            spy.act(f"{where} fails", call)
        worker = office.worker(RecordingNotifier(), storage=broken)
        spy.act(f"{where} fails", worker.run_once)
    broken.how = None
    spy.readings(flow)
    spy.storage(office.storage)


def test_a_file_that_cannot_be_written_shows_no_number(spy: Spy, tmp_path: Path) -> None:
    with SqliteStorage(tmp_path / "due.sqlite", synchronous="OFF", timeout=0.01) as storage:
        office = Office(storage).live()
        flow = office.flow
        office.flow.prepare(hire("F-1"), Mode.REAL)
        with closing(sqlite3.connect(storage.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            spy.act("locked", lambda: flow.register(hire("F-2", NIRS[1]), by=SPELLINGS[4], key=NIRS[0]))
            spy.act("locked", lambda: flow.receive(Unreadable(raw=NIRS[0].encode(), why=NIRS[1])))
            spy.act("locked", lambda: flow.abandon("F-1/real/1", SPELLINGS[4]))
            other.execute("ROLLBACK")
            other.execute("CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT RAISE(FAIL, 'full'); END")
            spy.act("refused", lambda: flow.register(hire("F-2", NIRS[1]), by=SPELLINGS[4], key=NIRS[0]))
            other.execute("DROP TRIGGER full")
            other.execute("DROP TABLE entries")
            spy.act("damaged", lambda: flow.register(hire("F-3", NIRS[1]), by=SPELLINGS[4], key=NIRS[0]))
        record = storage.load("cab", [Ref(Kind.FILING, "F-1")])[0]
        wrong = Record(record.ref, record.version, record.state, record.data, frozenset({"\x1f"}))
        spy.act("a bad key", lambda: storage.commit("cab", Changes([wrong])))
        for data in (record.data.replace(b'"v":1', b'"v":9'), record.data.replace(b'"siren"', b'"siran"')):
            changed = Record(record.ref, record.version, record.state, data, record.keys)
            storage.commit("cab", Changes([changed]))
            record = storage.load("cab", [record.ref])[0]
            spy.act("unreadable record", lambda: flow.read.filing("F-1"))
            spy.act("unreadable record", lambda: flow.register(hire("F-1", NIRS[1])))
    assert "StorageUnusable" in spy.raised


class Telling(ScriptedPortal):
    """A portal whose failures tell all they know: by turns nothing left, or nobody can say."""

    asked_for = 0

    def deposit(self, parcel: Parcel) -> Ads | None:
        text = f"refused: {parcel.content!r} {parcel.filename}"
        self.asked_for += 1
        raise NotSent(text) if self.asked_for % 2 else ConnectionError(text, parcel.content)

    def render(self, submissions: Any, mode: Mode) -> Parcel:
        content = b"\n".join(s.declaration.canonical() for s in submissions)
        return Parcel("x.due", content, "0" * 64, mode, tuple(s.id for s in submissions))

    def find(self, parcel: Parcel) -> Ads | None:
        raise ValueError(f"nothing like {parcel.content!r}")


class Stumbling(Breaking):
    """A storage whose commits fail from the nth on."""

    left = 1

    def commit(self, cabinet: str, changes: Changes) -> None:
        self.left -= 1
        if self.left < 0:
            raise StorageUnusable("storage_full", path="/", why="")
        self.inner.commit(cabinet, changes)


def test_a_portal_that_fails_with_the_message_in_its_text_shows_no_number(spy: Spy) -> None:
    office = Office().live()
    portal = Telling("jedeclare", "acc", clock=office.clock)
    flow = office.on(office.storage, portal)
    ids = [flow.prepare(hire(f"P-{n}", NIRS[n]), Mode.REAL).id for n in range(6)]
    for id in ids[:2]:
        spy.act("send", partial(flow.send, [id], by=SPELLINGS[4]))
    for id in ids[2:4]:
        stumbling = Stumbling(office.storage)
        spy.act("send, then the disk is full", partial(office.on(stumbling, portal).send, [id]))
    flow.release(ids[4:])
    office.clock.advance(timedelta(hours=1))
    worker = Worker(office.storage, flow_for=lambda _: flow, notifiers=(RecordingNotifier(),), clock=office.clock)
    for _ in range(3):
        spy.act("worker", worker.run_once)
        office.clock.advance(timedelta(minutes=20))
    assert flow.read.submission(ids[1]).state == "in_doubt"
    spy.readings(flow)
    spy.storage(office.storage)


def test_a_piece_that_is_listed_under_a_number_is_collected_once_and_not_told(spy: Spy) -> None:
    """A folder's pieces are files, and someone named two of them after the persons."""
    office = Office().opened()
    for nir in WHOLE[:2]:
        office.portal.put(Unreadable(raw=nir.encode(), why="x", account="acc"), number=f"avis {nir}.xml")
    collected = [spy.act("collect", lambda: office.flow.collect(office.portal)) for _ in range(2)]
    assert [(c.tray, c.known) for c in collected] == [(2, 0), (0, 2)]  # type: ignore[attr-defined]
    spy.readings(office.flow)
    spy.storage(office.storage)


def test_a_portal_that_names_its_file_after_a_number_is_refused_before_anything_leaves(spy: Spy) -> None:
    office = Office().live()
    sub = office.flow.prepare(hire(), Mode.REAL)

    class Naming(ScriptedPortal):
        def render(self, submissions: Any, mode: Mode) -> Parcel:
            parcel = super().render(submissions, mode)
            return Parcel(f"DUE_{NIRS[0]}.xml", parcel.content, parcel.sha256, mode, parcel.submissions)

    portal = Naming("jedeclare", "acc", clock=office.clock)
    flow = office.on(office.storage, portal)
    spy.act("send", lambda: flow.send([sub.id]))
    assert spy.raised == ["InputRefused"]
    assert portal.calls == []
    assert flow.read.submission(sub.id).state == "prepared"
    spy.readings(flow)
    spy.storage(office.storage)


def test_a_notifier_that_fails_with_the_notice_shows_no_number(spy: Spy) -> None:
    office = Office().live()
    ref = office.sent(hire(), Mode.REAL)
    failing = RecordingNotifier()
    for n, spelling in enumerate(SPELLINGS):
        office.answered(ref, f.acs, Outcome.REJECTED if n % 2 else Outcome.ACCEPTED, f"NIR {spelling} inconnu")
        office.clock.advance(timedelta(hours=7))
        failing.fail_next(ValueError(f"cannot send {spelling}"))
        failing.fail_next(Retry(timedelta(hours=1), spelling))
        failing.fail_next(Undeliverable(f"no such box {spelling}"))
        spy.act("deliver", office.worker(failing, LogNotifier()).deliver)
    spy.value("notices", failing.calls)
    spy.readings(office.flow)
    spy.storage(office.storage)


def test_the_engines_own_errors_clean_the_frames_below_them(spy: Spy) -> None:
    """A traceback with locals (Sentry, pytest -l) shows nothing of what was typed, wherever it failed."""
    office = Office().live()
    for spelling in SPELLINGS:
        with pytest.raises((NotFound, InputRefused)) as refused:
            office.flow.renew(f"{spelling}/real/1", hire("E-1", NIRS[0]), spelling, by=spelling, key=spelling)
        spy.error("renew", refused.value)
        with pytest.raises(InputRefused) as refused:
            office.flow.select(spelling, by=spelling)
        spy.error("select", refused.value)


# ---- 4. files


HEADER = [
    *("reference", "siret", "nom", "nom_usage", "prenoms", "sexe", "date_naissance", "commune_naissance"),
    *("departement_naissance", "nir", "date_embauche", "heure_embauche", "nature", "date_fin", "essai_jours"),
]
LINE = ["E-1", f.siret(1), "DURAND", "", "Alix", "2", "15/01/1990", "Paris", "75", NIRS[2], "07/03/2026", "8:30", "CDI"]
LINE += ["", "30"]
CLIENTS = "siret;raison_sociale;ape;adresse;code_postal;ville;telephone;code_urssaf;sante_travail;email;collaborateur"
CLIENT = [f.siret(1), "Essai", "1071C", "1 rue", "75011", "Paris", "0102030405", "117", "01", "a@b.fr", "C. M."]


def _write_xlsx(path: Path, rows: list[list[str]]) -> Path:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([int(cell) if cell.isdigit() and len(cell) > 12 else cell for cell in row])
    book.save(path)
    return path


def _write_csv(path: Path, rows: list[list[str]]) -> Path:
    path.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")
    return path


def test_a_number_in_any_cell_of_any_table_never_shows(spy: Spy, tmp_path: Path) -> None:
    tables = pytest.importorskip("due_workflow.adapters.tables")
    place = (f.client(1), f.establishment(1))
    readers = (
        (partial(tables.read_hires, establishment=lambda siret: place if siret == f.siret(1) else None), HEADER, LINE),
        (tables.read_clients, CLIENTS.split(";"), CLIENT),
    )
    for write in (_write_csv, _write_xlsx):
        for read, header, line in readers:
            rows = [header]
            for n in range(len(header)):
                some = SPELLINGS if write is _write_csv else SPELLINGS[n % 4 :: 4]
                rows += [[*line[:n], spelling, *line[n + 1 :]] for spelling in some]
            rows += [[*line, spelling] for spelling in SPELLINGS]
            rows += [[f'"{NIRS[0]}', NIRS[1]], [NIRS[0]], [f"{NIRS[0]}\0"]]
            if write is _write_xlsx:
                rows.pop()
            path = write(tmp_path / f"table{'.csv' if write is _write_csv else '.xlsx'}", rows)
            opened = read(path)
            read_lines = list(opened)
            assert any(hasattr(found, "problems") for found in read_lines)
            for found in read_lines:
                spy.value("line", found)
                for problem in getattr(found, "problems", ()):
                    spy.text("problem", (problem.text("fr"), problem.text("en"), dict(problem.facts)))
            spy.text("table", (opened.name, opened.unknown, opened))
            for n in range(len(header)):
                for spelling in (NIRS[2], SPELLINGS[4]):
                    typed = write(path, [[*header[:n], spelling, *header[n + 1 :]], line])
                    spy.act("header", lambda typed=typed, read=read: list(read(typed)))
            headless = write(path, [line, line])
            spy.act("no header", lambda read=read, headless=headless: list(read(headless)))
            for name in (f"hires {NIRS[0]}.csv", f"{SPELLINGS[4]}.xlsx"):
                spy.act("missing", lambda read=read, name=name: read(tmp_path / name))
                (tmp_path / name).write_bytes(NIRS[0].encode() * 3 + b"\0")
                spy.act("named", lambda read=read, name=name: list(read(tmp_path / name)))


def test_a_number_anywhere_in_an_avis_never_shows(spy: Spy) -> None:
    avis = pytest.importorskip("due_workflow.adapters.avis")
    from due_workflow.testing.avis import avis_xml, eml

    office = Office().live()
    ref = office.sent(hire(), Mode.REAL)
    for n, spelling in enumerate(SPELLINGS):
        said = {"message": spelling, "siret": spelling, "reference": spelling}
        clean = f.ars(ref, verdicts=(Verdict(outcome=Outcome.REJECTED, message="@@", siret="@s", reference="@r"),))
        raw = avis_xml(clean, rs=spelling)
        for mark, text in (("@@", said["message"]), ("@s", said["siret"]), ("@r", said["reference"])):
            raw = raw.replace(mark.encode(), text.encode())
        damaged = (
            raw.replace(b"declarationsRejetees", b"d" + re.sub(rb"\W", b"", spelling.encode())),
            raw.replace(b"<message>", b"<message><b>").replace(b"</message>", b"</b></message>"),
            raw[:-20],
            spelling.encode(),
            b"<!DOCTYPE x>" + raw,
            raw.replace(b"dateArs>2026", b"dateArs>" + spelling.encode()),
        )
        mail = eml(raw, filename=f"{spelling}.xml", subject=f"Avis {spelling}")
        for data in (raw, *damaged, mail, mail[:-300], b"Subject: " + spelling.encode() + b"\n\n" + spelling.encode()):
            name = WHOLE[n % len(WHOLE)]
            context = {"account": name, "filename": f"{spelling}.xml", "recipient": name, "piece": name, "portal": name}
            for given in ({"account": "acc", "filename": name}, context):
                found = avis.read_avis(data, **given)
                spy.value("read", found)
                spy.act("receive", partial(office.flow.receive, found, by=spelling))
                spy.act("repeat", partial(office.flow.receive, found))
        stream = avis.read_stream(io.BytesIO(raw), max_bytes=10)
        spy.value("too large", stream)
    spy.readings(office.flow)
    spy.storage(office.storage)


# ---- 5. the command line


class Typed:
    """Runs command lines in an empty folder, and looks at all that they print."""

    def __init__(self, spy: Spy) -> None:
        from typer.testing import CliRunner

        from due_workflow.cli import front

        self.spy, self.app, self.runner = spy, front.app, CliRunner()
        self.codes: list[int] = []

    def __call__(self, *args: str) -> None:
        done = self.runner.invoke(self.app, list(args))
        where = f"$ {' '.join(args)[:60]}"
        self.spy.text(f"{where} stdout", done.stdout)
        self.spy.text(f"{where} stderr", done.stderr)
        assert "Traceback" not in done.stdout + done.stderr
        self.codes.append(done.exit_code)

    def commands(self) -> Iterator[tuple[list[str], Any]]:
        """Every command of the program with its name, but the demo, which has persons of its own."""
        import typer

        todo: list[tuple[list[str], Any]] = [([], typer.main.get_command(self.app))]
        while todo:
            name, command = todo.pop()
            inside = getattr(command, "commands", None)
            if inside is not None:
                todo += [([*name, sub], inner) for sub, inner in inside.items() if sub != "demo"]
            else:
                yield name, command


def _line(command: Any, typed: dict[str, str], rest: str) -> list[str]:
    """The arguments of a command: what is `typed` by parameter, `rest` for those that are needed."""
    args: list[str] = []
    for param in command.params:
        text = typed.get(param.name, rest if param.required else None)
        if text is None or getattr(param, "is_flag", False):
            continue
        args += [text] * max(1, param.nargs) if param.param_type_name == "argument" else [param.opts[0], text]
    return args


@pytest.fixture
def typed(spy: Spy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    pytest.importorskip("typer")
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG", "DUE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    with SqliteStorage("due.sqlite", synchronous="OFF") as storage:
        office = Office(storage)
        office.flow = DueWorkflow(storage, cabinet="cabinet", portals=(office.portal,), clock=office.clock)
        office.live()
        office.flow.prepare(hire("E-1"), Mode.REAL)
        office.answered("99", f.ars, message=SPELLINGS[4])
        office.flow.receive(Unreadable(raw=NIRS[0].encode(), why="no_avis", filename=NIRS[1]))
    return Typed(spy)


ENDS = {("worker",): ["--once"], ("run",): ["--once"], ("simulator",): ["--for", "0"]}
"""Commands that go on until told to stop, but for these options."""


def test_a_number_typed_anywhere_in_a_command_line_is_not_printed(typed: Typed) -> None:
    turn = 0
    for name, command in typed.commands():
        for param in command.params:
            if param.name in ("help", "db") or getattr(param, "is_flag", False):
                continue
            turn += 1
            t = WHOLE[turn % len(WHOLE)] if param.name in ("ref", "account") else SPELLINGS[turn % len(SPELLINGS)]
            rest = ("E-1", f.siren(1), t)[turn % 3]
            more = ["--lang", "en" if turn % 2 else "fr", *(["--json"] if turn % 5 else [])]
            more += ENDS.get(tuple(name), [])
            typed(*name, *_line(command, {param.name: t}, rest), *more)
    for t in SPELLINGS[::4]:
        typed(t)
        typed("status", t, t)
        typed("status", f"--{t}")
        typed("status", "--db", f"{t}/x.sqlite")
        typed("status", "--lang", t)
    assert {0, 2, 3, 4} <= set(typed.codes)
    with SqliteStorage("due.sqlite") as storage:
        typed.spy.storage(storage, "cabinet")


def test_a_number_in_a_file_is_not_printed_by_the_commands_that_read_it(typed: Typed, tmp_path: Path) -> None:
    from due_workflow.testing.avis import avis_xml

    lines = [[*LINE[:n], t, *LINE[n + 1 :]] for n in range(len(HEADER)) for t in SPELLINGS[n % 5 :: 5]]
    lines += [[*LINE, NIRS[0]], [NIRS[1]], [f'"{NIRS[2]}']]
    _write_csv(tmp_path / "hires.csv", [HEADER, *lines])
    _write_csv(tmp_path / f"{NIRS[0]}.csv", [HEADER, LINE])
    _write_csv(
        tmp_path / "clients.csv", [CLIENTS.split(";"), *([*CLIENT[:n], NIRS[4], *CLIENT[n + 1 :]] for n in range(11))]
    )
    for n, t in enumerate(SPELLINGS):
        ref = ("R1", "unknown")[n % 2]
        said = f.ars(ref, verdicts=(Verdict(outcome=Outcome.REJECTED, message=t),), piece=str(n))
        (tmp_path / f"{n} {WHOLE[n % len(WHOLE)]}.xml").write_bytes(avis_xml(said, rs=t))
    (tmp_path / "bad.xml").write_bytes(NIRS[0].encode())
    papers = sorted(path.name for path in tmp_path.glob("*.xml"))
    for json_ in ([], ["--json"]):
        for lang in ("fr", "en"):
            more = ["--lang", lang, *json_]
            for options in ([], ["--dry-run"], ["--keep-good"]):
                typed("import", "hires", "hires.csv", *options, *more)
                typed("import", "clients", "clients.csv", *options, *more)
                typed("import", "hires", f"{NIRS[0]}.csv", *options, *more)
            typed("receive", *papers, *more)
            typed("renew", "E-1/real/1", "--reason", NIRS[0], "--from", "hires.csv", *more)
            for name in (
                ["status"],
                ["status", "E-1"],
                ["explain", "E-1"],
                ["journal", "E-1"],
                ["journal"],
                ["tray"],
                ["tick"],
            ):
                typed(*name, *more)
    assert 0 in typed.codes
    with SqliteStorage("due.sqlite") as storage:
        typed.spy.storage(storage, "cabinet")


def test_a_stream_that_breaks_leaves_nothing_in_our_frames() -> None:
    """The host's own iterator fails half-way: the batch that we hold is in no frame of ours."""
    flow = DueWorkflow(MemoryStorage(), cabinet="firm", clock=FixedClock())
    flow.add_client(f.client(1))
    secret = f.declaration("E-1").employee.nir
    assert secret is not None

    def declarations() -> Iterator[Declaration]:
        yield f.declaration("E-1")
        raise OSError("the file ended")

    with pytest.raises(OSError, match="the file ended") as broken:
        list(flow.register_many(declarations()))
    trace, ours = broken.value.__traceback__, 0
    while trace is not None:
        if "due_workflow" in trace.tb_frame.f_code.co_filename and trace.tb_frame.f_code.co_name != "_followed":
            ours += 1
            assert trace.tb_frame.f_locals == {}
        trace = trace.tb_next
    assert ours
