"""Random walks over every command and receipt, judged by an oracle that reads journals only.

`DUE_WALKS` says how many walks (default 40) and `DUE_WALK_SEED` from which seed; a failure names its seed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from due_workflow import (
    Declaration,
    InputRefused,
    Mode,
    NotFound,
    Outcome,
    Policy,
    Submission,
    SubmissionState,
    Teleprocedure,
    TransitionRefused,
    Unreadable,
    Verdict,
    firm,
    gates,
)
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.gates import REAL_GATE
from due_workflow.machine import CLIENT_ROWS, Automaton
from due_workflow.models import ClientState
from due_workflow.ports import Storage
from due_workflow.testing import Step
from due_workflow.testing import factories as f
from oracle import Fault, Judge
from stories import ACCOUNT, CABINET, NOW, Firm

WALKS = int(os.environ.get("DUE_WALKS", "40"))
SEED = int(os.environ.get("DUE_WALK_SEED", "20260302"))
STEPS = 120
S = SubmissionState
EXPECTED = (TransitionRefused, InputRefused, NotFound)

# The firm's clients: most are ordinary, each other one has something that the gate must see.
PLACES: dict[int, tuple[dict[str, Any], ...]] = {
    1: ({},),
    2: ({}, {"regime": "tese"}),
    3: ({"regime": "msa"},),
    4: ({"postal_code": "97600", "town": "Mamoudzou"},),
    5: ({"postal_code": "97400", "town": "Saint-Denis"},),
    6: ({"postal_code": "97500", "town": "Saint-Pierre"}, {}),
}


class Walk:
    """One firm led at random through everything that can be asked of it."""

    def __init__(self, seed: int, storage: Storage | None = None) -> None:
        self.random = Random(seed)
        gate = self.random.choice(("cabinet", "cabinet", "client"))
        block = self.random.choice(("notice", "notice", "block"))
        self.policy = Policy(gate=gate, on_new_version=block, per_deposit=self.random.choice((1, 1, 3)))
        self.firm = Firm(storage, policy=self.policy)
        self.flow, self.read = self.firm.flow, self.firm.read
        self.worker = self.firm.worker()
        self.clients = [1, *self.random.sample(sorted(PLACES)[1:], 3)]
        self.hires: dict[str, Declaration] = {}
        self.receipts: list[Any] = []
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        for n in self.clients:
            places = tuple(f.establishment(n, i, **given) for i, given in enumerate(PLACES[n], 1))
            self.flow.add_client(f.client(n, establishments=places))

    def go(self, steps: int = STEPS) -> Walk:
        moves = [m for m, weight in MOVES for _ in range(weight)]
        for _ in range(steps):
            self.firm.clock.advance(timedelta(seconds=self.random.randint(1, 900)))
            move = self.random.choice(moves) if self.random.random() < 0.55 else Walk.forward
            try:
                move(self)
                self.done[move.__name__] += 1
            except EXPECTED as refused:
                self.refused[f"{move.__name__}:{refused.code}"] += 1
        return self

    # ---- picking

    def client(self) -> str:
        return f.siren(self.random.choice(self.clients))

    def sub(self, *states: SubmissionState) -> Submission:
        subs = [s for h in self.hires for s in self.read.filing(h).attempts() if not states or s.state in states]
        if not subs:
            raise NotFound("submission", "any")
        return self.random.choice(subs)

    def hire(self) -> str:
        if not self.hires:
            raise NotFound("filing", "any")
        return self.random.choice(sorted(self.hires))

    def when(self) -> datetime:
        days = self.random.choice((1, 2, 3, 4, 5, 6, 7, 12, 30))
        return self.firm.clock.now() + timedelta(days=days, hours=self.random.randint(-20, 20))

    def mandate(self) -> Any:
        today, r = self.firm.clock.now().date(), self.random
        kinds = frozenset({Teleprocedure.DSN}) if r.random() < 0.1 else frozenset(Teleprocedure)
        ends = today + timedelta(days=r.randint(-2, 20)) if r.random() < 0.25 else None
        signed = today - timedelta(days=r.randint(-3 if r.random() < 0.15 else 3, 40))
        if ends is not None and ends < signed:
            ends = signed
        return f.mandate(signed_on=signed, procedures=kinds, ends_on=ends)

    # ---- the natural next step of something, so that walks get somewhere

    def forward(self) -> None:
        if self.read.cabinet().software is None:
            self.flow.set_software("Editeur", "Paie", "1.0")
            self.flow.set_portal("jedeclare", ACCOUNT)
        siren = f.siren(1) if self.random.random() < 0.7 else self.client()
        state = self.read.client(siren).state
        if state is ClientState.KNOWN and self.random.random() < 0.3:
            self.flow.select(siren)
            return
        if state is ClientState.SELECTED:
            self.flow.request_mandate(siren)
            return
        if state in (ClientState.KNOWN, ClientState.WITHDRAWN, ClientState.MANDATE_REQUESTED):
            today = self.firm.clock.now().date()
            self.flow.sign_mandate(siren, f.mandate(signed_on=today - timedelta(days=2)))
            return
        mine = [h for h, d in self.hires.items() if d.employer.siret.startswith(siren)]
        if not mine or self.random.random() < 0.15:
            self.new_hire(int(siren[:8]) - 80000000)
            return
        last = self.read.filing(self.random.choice(mine))
        if state is ClientState.MANDATED:
            sub = last.latest(Mode.TEST) or self.flow.prepare(last.reference, Mode.TEST)
            self.on_with(sub)
            if self.read.submission(sub.id).state is S.ACCEPTED:
                self.flow.go_live(siren)
            return
        self.on_with(last.latest(Mode.REAL) or self.flow.prepare(last.reference, Mode.REAL))

    def on_with(self, sub: Submission) -> None:
        if sub.state in (S.PORTAL_REJECTED, S.CIRSO_REJECTED, S.LOST):
            self.flow.renew(sub.id, None, "refused")
        elif sub.state is S.PREPARED:
            self.flow.send([sub.id], late=self.random.random() < 0.2)
        elif sub.deposit and (ref := self.read.deposit(sub.deposit).ref):
            make = self.random.choice((f.acs, f.ars, f.ars))
            said = Outcome.REJECTED if self.random.random() < 0.15 else Outcome.ACCEPTED
            self.keep(make(ref, said, at=self.firm.clock.now(), account=ACCOUNT))
        elif sub.deposit:
            self.flow.learn_ref(sub.deposit, self.firm.new_ref())

    # ---- the firm

    def set_software(self) -> None:
        self.flow.set_software("Editeur", "Paie", self.random.choice(("1.0", "1.1", "2.0")))

    def set_portal(self) -> None:
        self.flow.set_portal(self.random.choice(("jedeclare", "jedeclare", "urssaf")), ACCOUNT)

    def select(self) -> None:
        self.flow.select(self.client(), self.random.randint(1, 3))

    def request_mandate(self) -> None:
        self.flow.request_mandate(self.client())

    def sign_mandate(self) -> None:
        self.flow.sign_mandate(self.client(), self.mandate())

    def revoke_mandate(self) -> None:
        on = self.firm.clock.now().date() + timedelta(days=self.random.randint(0, 4))
        self.flow.revoke_mandate(self.client(), on, "left")

    def go_live(self) -> None:
        self.flow.go_live(self.client())

    def move_client(self) -> None:
        n = self.random.choice(self.clients)
        self.flow.add_client(
            f.client(n, establishments=(f.establishment(n, regime=self.random.choice(("msa", "general"))),))
        )

    # ---- hires

    def new_hire(self, n: int | None = None) -> None:
        n = n or self.random.choice(self.clients)
        place = self.random.randint(1, len(PLACES[n]))
        made = f.declaration(f"E-{len(self.hires) + 1}", n, place=place, start=self.when())
        self.flow.register(made)
        self.hires[made.reference] = made

    def changed(self, reference: str) -> Declaration:
        made = self.hires[reference]
        start = self.when() if self.random.random() < 0.6 else made.contract.start
        return made.with_(contract=made.contract.with_(start=start, trial_days=self.random.randint(1, 60)))

    def prepare(self) -> None:
        mode = self.random.choice((None, Mode.TEST, Mode.REAL))
        what: Any = self.hire()
        if self.random.random() < 0.3:
            what = self.changed(what)
        self.flow.prepare(what, mode)

    def release(self) -> None:
        self.flow.release([self.sub().id], late=self.random.random() < 0.3)

    def renew(self) -> None:
        sub = self.sub()
        changed = self.changed(sub.reference) if self.random.random() < 0.4 else None
        self.flow.renew(sub.id, changed, "again", confirm=self.random.random() < 0.4)

    def abandon(self) -> None:
        r = self.random.random()
        id = self.hire() if r < 0.15 else self.sub().id
        self.flow.abandon(id, "no", hire=r < 0.25, confirm=self.random.random() < 0.4)

    def declared_elsewhere(self) -> None:
        self.flow.declared_elsewhere(self.hire(), self.firm.clock.now(), "net-entreprises")

    # ---- handing over

    def begin_send(self) -> None:
        subs = {self.sub(S.PREPARED).id for _ in range(self.random.choice((1, 1, 2)))}
        self.flow.begin_send(subs, late=self.random.random() < 0.25)

    def send(self) -> None:
        self.firm.portal.script(self.random.choice(list(Step)))
        self.flow.send([self.sub(S.PREPARED).id, self.sub(S.PREPARED).id], late=self.random.random() < 0.25)

    def mark_sent(self) -> None:
        ago = timedelta(hours=self.random.choice((0, 0, 1, 50)))
        ref = self.firm.new_ref() if self.random.random() < 0.6 else None
        self.flow.mark_sent([self.sub().id], ref=ref, at=self.firm.clock.now() - ago)

    def settle_doubt(self) -> None:
        deposit = self.sub(S.IN_DOUBT, S.SENDING).deposit or ""
        if self.random.random() < 0.5:
            self.flow.settle_doubt(deposit, not_found=True)
        else:
            self.flow.settle_doubt(deposit, ref=self.firm.new_ref())

    def learn_ref(self) -> None:
        self.flow.learn_ref(self.sub().deposit or "none", f"R{self.random.randint(1, self.firm.refs + 2)}")

    # ---- what comes back

    def keep(self, paper: Any) -> None:
        self.receipts.append(paper)
        self.flow.receive(paper)

    def receive(self) -> None:
        r = self.random
        deposits = [d for d in self.read.deposits() if d.ref]
        ref = r.choice(deposits).ref if deposits and r.random() < 0.8 else f"R{r.randint(1, self.firm.refs + 3)}"
        at = self.firm.clock.now() - timedelta(minutes=r.randint(0, 5000))
        mode = r.choice((None, None, None, None, Mode.TEST, Mode.REAL))
        if r.random() < 0.2:
            self.keep(f.ads(ref, at, account=ACCOUNT, mode=mode))
            return
        said = r.choice((Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.REJECTED, r.choice(list(Outcome))))
        name = r.choice((None, None, self.hire()))
        verdicts = (Verdict(outcome=said, reference=name, restated=r.random() < 0.1),)
        make, more = r.choice(((f.acs, {}), (f.ars, {}), (f.ars, {"recipient": r.choice(("CIRSO", "URSSAF"))})))
        self.keep(make(ref, at=at, account=ACCOUNT, mode=mode, verdicts=verdicts, **more))

    def repeat(self) -> None:
        if self.receipts:
            list(self.flow.receive_many(self.random.choices(self.receipts, k=3)))

    def unreadable(self) -> None:
        self.keep(Unreadable(raw=self.random.randbytes(4), account=ACCOUNT, why="not XML"))

    def attach(self) -> None:
        tray = self.read.tray()
        if tray:
            named = {self.sub().id: self.random.choice(list(Outcome))}
            self.flow.attach(self.random.choice(tray).id, named)

    # ---- time

    def wait(self) -> None:
        self.firm.clock.advance(timedelta(hours=self.random.choice((1, 8, 26, 72))))

    def work(self) -> None:
        self.worker.run_once()

    def judge(self) -> Judge:
        return Judge(self.firm.storage, CABINET, self.policy.gate, self.policy.on_new_version)


MOVES: list[tuple[Callable[[Walk], None], int]] = [
    (Walk.set_software, 1), (Walk.set_portal, 1), (Walk.select, 1), (Walk.request_mandate, 1), (Walk.sign_mandate, 2),
    (Walk.revoke_mandate, 1), (Walk.go_live, 2), (Walk.move_client, 1), (Walk.new_hire, 3), (Walk.prepare, 4),
    (Walk.release, 3), (Walk.renew, 3), (Walk.abandon, 2), (Walk.declared_elsewhere, 1), (Walk.begin_send, 4),
    (Walk.send, 4), (Walk.mark_sent, 1), (Walk.settle_doubt, 2), (Walk.learn_ref, 2), (Walk.receive, 5),
    (Walk.repeat, 1), (Walk.unreadable, 1), (Walk.attach, 2), (Walk.wait, 3), (Walk.work, 3),
]  # fmt: skip


def test_no_walk_hands_over_for_real_what_the_procedure_forbids() -> None:
    """And at least one walk in five gets to an accepted REAL declaration, or they prove little."""
    declared, done = 0, Counter[str]()
    for seed in range(SEED, SEED + WALKS):
        walk = Walk(seed).go()
        judge = walk.judge()
        assert not judge.faults(), f"seed {seed}: {[str(x) for x in judge.faults()]}"
        verified = walk.read.verify_journal()
        assert verified.sound, f"seed {seed}: {verified.faults}"
        declared += judge.accepted_real() > 0
        done += walk.done
    assert declared * 5 >= WALKS, f"only {declared} of {WALKS} walks reached an accepted REAL declaration"
    if WALKS >= 40:
        assert set(done) == {move.__name__ for move, _ in MOVES} | {"forward"}, "some command never succeeded"


def test_a_walk_on_a_file_is_judged_like_one_in_memory(tmp_path: Path) -> None:
    for seed in range(SEED, SEED + max(2, WALKS // 20)):
        with SqliteStorage(tmp_path / f"{seed}.sqlite", synchronous="OFF") as storage:
            walk = Walk(seed, storage).go()
            assert not walk.judge().faults()
            assert walk.read.verify_journal().sound


# ---- the oracle notices the loss of any one clause: a short walk straight at each hole


def without(name: str, patch: pytest.MonkeyPatch) -> None:
    """Take one clause out of the gate, and out of the guards of going live."""
    patch.setattr(gates, "REAL_GATE", tuple(clause for clause in REAL_GATE if clause.__name__ != name))
    rows = tuple(replace(row, guards=tuple(g for g in row.guards if g.__name__ != name)) for row in CLIENT_ROWS)
    patch.setattr(firm, "CLIENT", Automaton("client", ClientState, rows))


def not_live(x: Firm) -> None:
    x.mandated()
    x.flow.begin_send([x.real().id])


def mandate_over(x: Firm) -> None:
    x.live(ends_on=NOW.date())
    sub = x.real()
    x.move(days=1)
    x.flow.begin_send([sub.id])


def mandate_of_another_kind(x: Firm) -> None:
    x.live()
    x.flow.sign_mandate(f.siren(), f.mandate(procedures={Teleprocedure.DSN}))
    x.flow.begin_send([x.real().id])


def farm(x: Firm) -> None:
    x.live(client=f.client(establishments=(f.establishment(regime="msa"),)))
    x.flow.begin_send([x.real().id])


def mayotte(x: Firm) -> None:
    x.live(client=f.client(establishments=(f.establishment(postal_code="97600"),)))
    x.flow.begin_send([x.real().id])


def too_early(x: Firm) -> None:
    x.live()
    x.flow.begin_send([x.real(start=x.clock.now() + timedelta(days=12)).id])


def too_late(x: Firm) -> None:
    x.live()
    sub = x.real()
    x.move(days=6)
    x.flow.begin_send([sub.id])


def called_off(x: Firm) -> None:
    x.live()
    sub = x.real()
    x.flow.abandon("E-1", "found another job", hire=True)
    x.flow.begin_send([sub.id])


def erased(x: Firm) -> None:
    x.live()
    sub = x.real()
    x.move(days=6 * 366)
    x.flow.purge(["E-1"])
    x.flow.begin_send([sub.id], late=True)


def elsewhere(x: Firm) -> None:
    x.live()
    sub = x.real()
    x.flow.declared_elsewhere("E-1", x.clock.now(), "net-entreprises")
    x.flow.begin_send([sub.id])


def older_content(x: Firm) -> None:
    """The hour of the other mode's content opens the window for an attempt that says another hour."""
    x.live()
    sub = x.real(start=x.clock.now() + timedelta(days=30))
    x.flow.prepare(f.declaration("E-1", start=x.clock.now() + timedelta(days=5)), Mode.TEST)
    x.flow.begin_send([sub.id])


def second_alive(x: Firm) -> None:
    x.live()
    first = x.sent(x.real().id)
    x.flow.begin_send([x.flow.renew(first.id, None, "no answer").id])


def new_version(x: Firm) -> None:
    x.live()
    x.flow.set_software("Editeur", "Paie", "2.0")
    x.flow.begin_send([x.real().id])


def live_untested(x: Firm) -> None:
    x.mandated()
    x.flow.go_live(f.siren())


def live_without_mandate(x: Firm) -> None:
    x.tested_elsewhere()
    x.mandated(2, ends_on=NOW.date())
    x.move(days=1)
    x.flow.go_live(f.siren(2))


def live_without_due(x: Firm) -> None:
    x.tested_elsewhere()
    x.mandated(2, procedures={Teleprocedure.DSN})
    x.flow.go_live(f.siren(2))


HOLES: dict[str, tuple[str, Callable[[Firm], None]]] = {
    "not live": ("client_live", not_live),
    "mandate over": ("mandate_in_force", mandate_over),
    "mandate of another kind": ("mandate_covers_due", mandate_of_another_kind),
    "farm": ("regime_covered", farm),
    "Mayotte": ("territory_covered", mayotte),
    "too early": ("window_open", too_early),
    "too late": ("before_the_hire", too_late),
    "called off": ("hire_takes_place", called_off),
    "erased": ("not_purged", erased),
    "elsewhere": ("not_declared_elsewhere", elsewhere),
    "older content": ("content_is_current", older_content),
    "second alive": ("no_other_alive", second_alive),
    "new version": ("tested_again", new_version),
    "live untested": ("a_test_was_accepted", live_untested),
    "live without mandate": ("mandate_in_force", live_without_mandate),
    "live without the DUE": ("mandate_covers_due", live_without_due),
}


def straight_at(hole: str) -> tuple[list[Fault], bool]:
    """A short walk straight at one hole: what the oracle says, and whether the engine refused."""
    x = Firm(on_new_version="block" if hole == "new version" else "notice").opened()
    refused = False
    try:
        HOLES[hole][1](x)
    except TransitionRefused:
        refused = True
    return Judge(x.storage, CABINET, on_new_version=x.policy.on_new_version).faults(), refused


def test_every_clause_of_the_gate_and_of_going_live_has_its_walk() -> None:
    guards = {g.__name__ for row in CLIENT_ROWS if row.event == "go_live" for g in row.guards}
    assert {clause for clause, _ in HOLES.values()} == {g.__name__ for g in REAL_GATE} | guards


@pytest.mark.parametrize("hole", sorted(HOLES))
def test_the_engine_refuses_and_the_oracle_has_nothing_to_say(hole: str) -> None:
    assert straight_at(hole) == ([], True)


@pytest.mark.parametrize("hole", sorted(HOLES))
def test_without_the_clause_the_oracle_speaks(hole: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clause = HOLES[hole][0]
    without(clause, monkeypatch)
    faults, refused = straight_at(hole)
    assert not refused
    assert clause in {fault.clause for fault in faults}


def test_the_oracle_lets_confirmed_and_late_and_recorded_facts_pass() -> None:
    x = Firm().opened()
    x.live()
    late = x.real("E-1")
    x.flow.mark_sent([x.real("E-2", start=x.clock.now() + timedelta(days=20)).id])
    x.move(days=6)
    x.flow.begin_send([late.id], late=True)
    again = x.flow.renew(x.declared("E-3").id, None, "wrong hour", confirm=True)
    x.flow.begin_send([again.id])
    assert x.read.submission("E-2/real/1").irregular == ("window_not_open",)
    assert not Judge(x.storage, CABINET).faults()
