"""The journal: replay gives the record again, and a chain that was touched is found out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from due_workflow import Mode, NotFound, Teleprocedure, journal
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Changes, Entry, Kind, Record, Ref
from due_workflow.testing import Step
from due_workflow.testing import factories as f
from oracle import fold
from stories import ACCOUNT, CABINET, NOW, Firm, R, Wrapped, other

HIRE = Ref(Kind.FILING, "E-1")


def eventful(firm: Firm | None = None) -> Firm:
    """A firm to which most things happened."""
    x = (firm or Firm()).opened()
    siren = x.live(ends_on=None)
    x.flow.sign_mandate(siren, f.mandate(procedures={Teleprocedure.DUE, Teleprocedure.DSN}))
    x.flow.sign_mandate(siren, f.mandate())
    first = x.answered(x.sent(x.real().id), f.acs, R)
    second = x.flow.renew(first.id, other(f.declaration("E-1")), "corrected")
    x.portal.script(Step.NOT_SENT, Step.BREAK_AFTER)
    x.flow.send([second.id])
    (deposit,) = x.flow.send([second.id]).deposits
    x.flow.settle_doubt(deposit.id, ref="42")
    x.answered(second, f.acs)
    x.move(days=20)
    x.worker().run_once()
    x.answered(second, f.ars)
    x.flow.declared_elsewhere("E-1", NOW, "fax")
    x.flow.abandon("E-1", "never came", hire=True)
    # a guess, and its correction
    waiting = x.flow.mark_sent([x.real("E-2").id])[0]
    x.flow.receive(f.ads("50", x.clock.now(), account=ACCOUNT))
    x.flow.learn_ref(waiting.deposit or "", "51")
    x.flow.revoke_mandate(siren, x.clock.now().date(), "left")
    return x


def cases(firm: Firm) -> list[Record]:
    kinds = (Kind.CABINET, Kind.CLIENT, Kind.FILING, Kind.DEPOSIT)
    return [r for kind in kinds for r in firm.storage.find(CABINET, kind, limit=1000)]


# ---- replay is the record


def test_folding_a_journal_by_hand_gives_the_record_payload_aside() -> None:
    firm = eventful()
    for record in cases(firm):
        facts: dict[str, Any] = {}
        for entry in firm.read.entries(record.ref):
            facts = fold(facts, json.loads(entry.data)["patch"])
        stored = json.loads(record.data)
        assert facts == stored["facts"], record.ref
        assert (stored["seq"], stored["head"]) == (entry.seq, entry.hash)


def test_every_chain_of_an_eventful_firm_holds() -> None:
    firm = eventful()
    verified = firm.read.verify_journal()
    assert (verified.sound, verified.faults) == (True, ())
    assert verified.cases == len(cases(firm))
    assert verified.entries == sum(len(list(firm.read.entries(r.ref))) for r in cases(firm))
    one = firm.read.verify_journal("E-1")
    assert (one.cases, one.entries) == (1, len(firm.read.journal("E-1")))


def test_each_entry_says_what_was_decided_by_whom_from_where_to_where() -> None:
    firm = Firm().opened()
    firm.live()
    firm.flow.begin_send([firm.real().id], by="Camille")
    told = firm.read.journal("E-1/real/1")
    assert [(t.seq, t.event, t.source, t.dest, t.by) for t in told] == [
        (1, "register", "", "", ""),
        (2, "prepare", "", "prepared", ""),
        (3, "begin_send", "prepared", "sending", "Camille"),
    ]
    assert told[2].at == NOW
    assert told[2].seen == {
        f"client:{f.siren()}": len(firm.read.journal(f.siren())),
        f"cabinet:{CABINET}": len(firm.read.journal(CABINET)),
    }


def test_a_case_is_named_by_its_hire_its_attempt_its_deposit_its_siren_or_its_siret() -> None:
    firm = Firm().opened()
    siren = firm.live()
    # a reference may well begin with the client's SIREN
    sub = firm.sent(firm.real(f"{siren}-7").id)
    named = {
        sub.reference: "filing",
        sub.id: "filing",
        sub.deposit or "": "deposit",
        siren: "client",
        f.siret(): "client",
        CABINET: "cabinet",
    }
    assert {id: firm.read.case_of(id).kind.value for id in named} == named
    for unknown in ("E-404", "E-404/real/1", f"{siren}-8", f.siren(8)):
        with pytest.raises(NotFound):
            firm.read.journal(unknown)
        with pytest.raises(NotFound):
            firm.read.explain(unknown)


def test_a_journal_holds_facts_only_never_a_person_nor_a_raw_receipt() -> None:
    firm = eventful()
    entries = b"".join(bytes(e.data) for r in cases(firm) for e in firm.read.entries(r.ref))
    number = f.declaration("E-1").employee.nir
    assert number is not None
    for secret in (number.reveal(), "DURAND", "Alix", "1990-01-15"):
        assert secret.encode() not in entries


def test_another_process_finds_the_same_chains_sound(tmp_path: Path) -> None:
    """Sets have another order in each process; what was journaled must not."""
    path = tmp_path / "due.sqlite"
    with SqliteStorage(path) as storage:
        eventful(Firm(storage))
    look = (
        "import sys; from stories import Firm; from due_workflow.adapters.sqlite import SqliteStorage\n"
        "with SqliteStorage(sys.argv[1]) as s: v = Firm(s).read.verify_journal(); print(v.sound, v.faults)"
    )
    here = Path(__file__).parent
    for seed in ("1", "2", "3"):
        env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(here)}
        told = subprocess.run(
            [sys.executable, "-c", look, str(path)], env=env, capture_output=True, text=True, check=True
        )
        assert told.stdout.strip() == "True ()"


# ---- a chain that was touched


class Tampered(Wrapped):
    """Shows the journal of one hire as somebody left it."""

    def __init__(self, firm: Firm, change: Callable[[list[Entry]], Sequence[Entry]]) -> None:
        super().__init__(firm.storage)
        self.change = change

    def journal(self, cabinet: str, case: Ref, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        entries = list(self.inner.journal(cabinet, case, 0, 100_000))
        shown = self.change(entries) if case == HIRE else entries
        return [e for e in shown if e.seq > after][:limit]


def reworded(entry: Entry, **changes: Any) -> Entry:
    return replace(entry, data=json.dumps(json.loads(entry.data) | changes).encode())


def renumbered(entries: Sequence[Entry]) -> list[Entry]:
    return [replace(e, seq=number) for number, e in enumerate(entries, 1)]


def rebuilt(entries: Sequence[Entry]) -> list[Entry]:
    """The whole chain made again, its hashes right: what only whoever writes the database can do."""
    made: list[Entry] = []
    for number, e in enumerate(entries, 1):
        before = made[-1].hash if made else ""
        made.append(Entry(e.case, number, bytes(e.data), journal.link(before, e.case, number, bytes(e.data))))
    return made


TOUCHED: dict[str, Callable[[list[Entry]], Sequence[Entry]]] = {
    "who did it is changed": lambda e: [*e[:2], reworded(e[2], by="Nobody"), *e[3:]],
    "when it was is changed": lambda e: [*e[:2], reworded(e[2], at=(NOW + timedelta(1)).isoformat()), *e[3:]],
    "what was decided is changed": lambda e: [*e[:-1], reworded(e[-1], patch={"no_hire": False})],
    "the first is changed": lambda e: [reworded(e[0], by="Nobody"), *e[1:]],
    "one byte is changed": lambda e: [replace(e[0], data=bytes(e[0].data) + b" "), *e[1:]],
    "its hash is changed": lambda e: [*e[:2], replace(e[2], hash="0" * 64), *e[3:]],
    "one is removed": lambda e: [*e[:2], *e[3:]],
    "one is removed and the rest renumbered": lambda e: renumbered([*e[:2], *e[3:]]),
    "two are swapped": lambda e: renumbered([e[1], e[0], *e[2:]]),
    "one comes twice": lambda e: renumbered([*e[:2], e[1], *e[2:]]),
    "the end is cut off": lambda e: e[:-1],
    "all is gone": lambda e: [],
    "it is another hire's": lambda e: [replace(x, case=Ref(Kind.FILING, "E-9")) for x in e],
    "one is removed and the chain rebuilt": lambda e: rebuilt([*e[:2], *e[3:]]),
    "one is changed and the chain rebuilt": lambda e: rebuilt([*e[:2], reworded(e[2], by="Nobody"), *e[3:]]),
}


@pytest.mark.parametrize("how", sorted(TOUCHED))
def test_a_journal_that_was_touched_is_found_out(how: str) -> None:
    firm = eventful()
    touched = Firm(Tampered(firm, TOUCHED[how]), clock=firm.clock)
    verified = touched.read.verify_journal()
    assert not verified.sound
    assert len(verified.faults) == 1
    assert "filing:E-" in verified.faults[0]
    assert not touched.read.verify_journal("E-1").sound
    # the other chains hold
    assert touched.read.verify_journal("E-2").sound


def test_a_record_that_was_touched_is_not_the_fold_of_its_journal() -> None:
    firm = eventful()
    (record,) = firm.storage.load(CABINET, (HIRE,))
    data = record.data.replace(b'"no_hire":true', b'"no_hire":false')
    assert data != record.data
    firm.storage.commit(CABINET, Changes([replace(record, data=data)]))
    (fault,) = firm.read.verify_journal().faults
    assert "does not give the record" in fault


def test_a_payload_that_was_erased_leaves_the_chains_whole() -> None:
    """Personal data is purged from the record; what was decided about the hire stays provable."""
    firm = eventful()
    for record in cases(firm):
        facts = json.loads(record.data)
        facts["payload"] = ""
        text = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
        firm.storage.commit(CABINET, Changes([replace(record, data=text)]))
    assert firm.read.verify_journal().sound
    assert firm.read.filing("E-1").declaration is None


def test_what_the_chain_does_not_prove_is_said() -> None:
    """Whoever can write the database can rebuild chain and record alike: only an exported head shows it."""
    firm = eventful()
    (record,) = firm.storage.load(CABINET, (HIRE,))
    head = json.loads(record.data)["head"]
    entries = list(firm.storage.journal(CABINET, HIRE))
    entries[2] = reworded(entries[2], by="Nobody")
    chain = rebuilt(entries)
    forged = Forged(firm, chain, record.data.replace(head.encode(), chain[-1].hash.encode()))
    assert Firm(forged, clock=firm.clock).read.verify_journal().sound
    assert chain[-1].hash != head
    said = " ".join((journal.__doc__ or "").split())
    assert "What it does not prove" in said
    assert "can rebuild the whole chain, unless a head was exported" in said


class Forged(Tampered):
    """Chain and record, both made again."""

    def __init__(self, firm: Firm, chain: Sequence[Entry], data: bytes) -> None:
        super().__init__(firm, lambda _: chain)
        self.data = data

    def find(self, *args: Any, **named: Any) -> Sequence[Record]:
        return [replace(r, data=self.data) if r.ref == HIRE else r for r in self.inner.find(*args, **named)]

    def load(self, *args: Any, **named: Any) -> Sequence[Record]:
        return [replace(r, data=self.data) if r.ref == HIRE else r for r in self.inner.load(*args, **named)]


# ---- the patch of any change gives the change again


def test_what_disappears_is_said_and_folds_away() -> None:
    """A withdrawn sending, an ended deadline, a freed reference: null takes them away again."""
    firm = eventful()
    nulls = sum(b":null" in bytes(e.data) for r in cases(firm) for e in firm.read.entries(r.ref))
    assert nulls > 10
    assert firm.read.filing("E-1").latest(Mode.REAL) is not None
