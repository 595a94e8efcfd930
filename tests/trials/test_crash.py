"""A process that works on one file is killed (SIGKILL) at random instants, and at every statement of a command.

After each kill: the file opens, every journal is sound, nothing that was acknowledged is lost, nothing is there twice,
and the next process goes on with the same file, beginning with the command whose end nobody knew.
"""

from __future__ import annotations

import multiprocessing
import shutil
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from due_workflow import DueWorkflow
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Kind, Ref
from trials import SEED, size
from trials.at_work import CABINET, Order, die_at, flow_on, perform, setup, story, work

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
KILLS = size(120, 200)
BIRTHS = size(40, 400)
START = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["trials.at_work"])
TELLING = ("declared", "test_accepted", "portal_rejected", "cirso_rejected")


class Ledger:
    """What the processes acknowledged, and the order whose end is unknown."""

    def __init__(self) -> None:
        self.done: list[tuple[Order, Any]] = []
        self.pending: Order | None = None

    def hear(self, told: tuple[Any, ...]) -> None:
        if told[0] == "?":
            self.pending = told[1]
        else:
            self.pending = None
            self.done.append((told[1], told[2]))


def killed(target: Any, args: tuple[Any, ...], ledger: Ledger, after: int, pause: float) -> None:
    """Run `target` in a process and kill it `pause` seconds after its `after`-th acknowledgement."""
    mine, its = START.Pipe(duplex=False)
    process = START.Process(target=target, args=(*args, its))
    process.start()
    its.close()
    heard = 0
    deadline = time.monotonic() + 30
    try:
        while heard < after and time.monotonic() < deadline and process.is_alive():
            if mine.poll(0.05):
                told = mine.recv()
                ledger.hear(told)
                heard += told[0] == "!"
        time.sleep(pause)
    except EOFError:
        pytest.fail("the process ended by itself; see its error above")
    finally:
        process.kill()
        process.join()
    assert heard >= after, f"only {heard} of {after} commands in 30 s"
    while True:  # what it said before it died
        try:
            ledger.hear(mine.recv())
        except (EOFError, OSError):
            break
    mine.close()


# ---- what must hold after each kill


def verify(path: Path, since: float, ledger: Ledger, fresh: int) -> DueWorkflow:
    """The file opens and holds together, and the acknowledgements from the `fresh`-th on are all there."""
    storage = SqliteStorage(path)
    flow = flow_on(storage, since)
    verified = flow.read.verify_journal()
    assert verified.sound, verified.faults
    _indexes_agree(path, storage)
    for order, result in ledger.done[fresh:]:
        _is_there(flow, order, result)
    for filing in flow.read.filings():
        _once(flow, filing.reference)
    _notices_once(flow)
    return flow


def _indexes_agree(path: Path, storage: SqliteStorage) -> None:
    """Counts equal a recount, the key index equals the records' keys, and the file is whole."""
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        indexed = set(raw.execute("SELECT kind, id, key FROM keys"))
        rows = raw.execute("SELECT kind, id, keys, version FROM records").fetchall()
        entries = Counter((kind, id) for kind, id in raw.execute("SELECT kind, id FROM entries"))
    assert indexed == {(kind, id, key) for kind, id, keys, _ in rows if keys for key in keys.split("\x1f")}
    for kind, id, _, version in rows:
        if kind in ("cabinet", "client", "filing", "deposit"):
            assert 1 <= version <= entries[kind, id], f"{kind} {id}: version {version}, {entries[kind, id]} entries"
    for kind in Kind:
        counted = Counter(record.state for record in every(storage, kind))
        assert dict(storage.counts(CABINET, kind)) == dict(counted)


def every(storage: SqliteStorage, kind: Kind) -> Iterator[Any]:
    after = ""
    while found := storage.find(CABINET, kind, after=after, limit=500):
        yield from found
        after = found[-1].ref.id


def _is_there(flow: DueWorkflow, order: Order, result: Any) -> None:
    """What was acknowledged is kept."""
    what, args, _ = order
    read = flow.read
    if result and result[0] == "refused":
        return
    if what == "client":
        assert read.client(result).mandate is not None
    elif what == "go_live":
        assert read.client(result).state == "live"
    elif what == "import":
        assert [read.filing(reference).reference for reference in result] == [a[0] for a in args[0]]
    elif what == "hire":
        assert read.filing(result).declaration is not None
    elif what in ("prepare", "renew"):
        assert read.submission(result).declaration is not None
    elif what == "begin":
        assert read.submission(args[0]).begun
        assert read.submission(args[0]).deposit == result
    elif what == "sent":
        assert read.submission(args[0]).sent_at is not None
        assert read.deposit(result).ref == args[1]
    elif what == "receipt":
        kept = read.receipt(result[0])
        assert kept.receipt.raw, "its bytes are kept"
        if result[1] == "applied" and kept.state != "applied":  # by a guess, and the guess was wrong
            corrected = {o.notice.facts.get("ref") for o in read.notices() if o.notice.code == "guess_corrected"}
            assert args[1] in corrected, "what was applied for sure stays so"


def _once(flow: DueWorkflow, reference: str) -> None:
    """Each event of a hire happened once, and each receipt came into the evidence once."""
    told = flow.read.journal(reference)
    filing = flow.read.filing(reference)
    events = Counter(entry.event for entry in told)
    attempts = filing.attempts()
    assert events["register"] == 1
    assert events["prepare"] + events["renew"] == len(attempts)
    assert events["renew"] == sum(sub.replaces is not None for sub in attempts)
    assert events["begin_send"] <= len(attempts)
    joined: set[tuple[str, str, str]] = set()
    for entry in told:
        for name, sub in entry.patch.get("submissions", {}).items():
            if entry.event == "unbound":  # a guess proved wrong: its receipts are free to come in again
                joined = {piece for piece in joined if piece[0] != name}
            for slot, piece in sub.get("evidence", {}).get("slots", {}).items():
                if piece and "receipt" in piece:
                    one = (name, slot, piece["receipt"])
                    assert one not in joined, f"{reference}: a receipt was joined twice: {one}"
                    joined.add(one)


def _notices_once(flow: DueWorkflow) -> None:
    """No notice twice, each one about a decision that is in the journal, and none missing of an answer."""
    told: Counter[tuple[object, ...]] = Counter()
    contradicted: Counter[str] = Counter()
    for out in flow.read.notices():
        case, _, rest = out.notice.id.rpartition("#")
        kind, _, id = case.partition(":")
        if kind not in ("filing", "deposit", "client", "cabinet"):
            told[case, out.notice.code] += 1
            continue
        seq = int(rest.split(":")[0])
        if out.notice.code == "contradiction":  # of a piece that changes no state, so several at one number
            contradicted[id] += 1
        else:
            told[case, out.notice.code, seq] += 1
        entries = flow.storage.journal(CABINET, Ref(Kind(kind), id), after=seq - 1, limit=1)
        assert entries, f"{out.notice.id}: of a decision that is not in the journal"
    assert not [one for one, times in told.items() if times > 1]
    for id, times in contradicted.items():
        reached = flow.storage.find(CABINET, Kind.RECEIPT, keys=(f"for:{id}",))
        assert times < len(reached), "more contradictions than receipts that could contradict another"
    codes = Counter((out.notice.code, out.notice.facts.get("submission")) for out in flow.read.notices())
    for filing in flow.read.filings():
        for sub in filing.attempts():
            if sub.state == "accepted":
                assert codes["declared" if sub.mode == "real" else "test_accepted", sub.id] >= 1
            if sub.state in TELLING:
                assert codes[sub.state.value, sub.id] >= 1


# ---- the trials


@pytest.mark.parametrize("file", range(size(1, 10)))
def test_a_worker_killed_at_random_loses_nothing_and_repeats_nothing(tmp_path: Path, file: int) -> None:
    seed = SEED + file
    print(f"seed {seed}, {KILLS} kills")
    rng = Random(seed)
    path, since, ledger = tmp_path / "due.sqlite", time.time(), Ledger()
    lost = Counter[str]()
    for turn in range(KILLS):
        known = len(ledger.done)
        pending = ledger.pending
        after = rng.choice((0, 0, 1, rng.randint(1, 20), rng.randint(10, 60)))
        killed(work, (str(path), since, seed, turn, pending), ledger, after, rng.expovariate(1 / 0.004))
        lost["within a command" if ledger.pending else "between two"] += 1
        if pending is not None and len(ledger.done) == known and ledger.pending is None:
            ledger.pending = pending
        verify(path, since, ledger, known).storage.close()  # type: ignore[attr-defined]
    flow = verify(path, since, ledger, 0)
    print(f"{len(ledger.done)} commands acknowledged; killed {dict(lost)}; {flow.read.counts()}")
    assert len(ledger.done) > KILLS
    refused = [result for _, result in ledger.done if result and result[0] == "refused"]
    assert len(refused) < len(ledger.done) / 10


def test_a_process_killed_while_the_file_is_made_leaves_one_that_opens(tmp_path: Path) -> None:
    print(f"seed {SEED}, {BIRTHS} kills")
    rng, since = Random(SEED), time.time()
    for turn in range(BIRTHS):
        path, ledger = tmp_path / f"{turn}.sqlite", Ledger()
        killed(work, (str(path), since, SEED, turn, None), ledger, rng.choice((0, 0, 0, 1)), rng.uniform(0, 0.03))
        verify(path, since, ledger, 0).storage.close()  # type: ignore[attr-defined]
        again = Ledger()
        killed(work, (str(path), since, SEED, turn, None), again, 2, 0)
        verify(path, since, again, 0).storage.close()  # type: ignore[attr-defined]


def _dies_everywhere(tmp_path: Path, orders: list[Order], before: list[Order]) -> int:
    """Die after each statement of `orders`; the file must hold, and the orders go through on it afterwards."""
    since, statement, alive = time.time(), 0, False
    made = tmp_path / "made.sqlite"
    if before:
        _goes_through(made, since, before)
    while not alive:
        statement += 1
        path, ledger = tmp_path / f"{statement}.sqlite", Ledger()
        if before:
            shutil.copy(made, path)
        alive = _run(path, since, orders, statement, ledger)
        verify(path, since, ledger, 0).storage.close()  # type: ignore[attr-defined]
        whole = _goes_through(path, since, orders)
        verify(path, since, whole, 0).storage.close()  # type: ignore[attr-defined]
        path.unlink()
    return statement - 1


def _goes_through(path: Path, since: float, orders: list[Order]) -> Ledger:
    """Carry the orders out here, to the end."""
    ledger = Ledger()
    with SqliteStorage(path, synchronous="OFF") as storage:
        for order in orders:
            ledger.done.append((order, perform(flow_on(storage, since), order)))
    return ledger


def _run(path: Path, since: float, orders: list[Order], statement: int, ledger: Ledger) -> bool:
    """Whether the process came to its end."""
    mine, its = START.Pipe(duplex=False)
    process = START.Process(target=die_at, args=(str(path), since, orders, statement, its))
    process.start()
    its.close()
    alive = False
    while True:
        try:
            told = mine.recv()
        except EOFError:
            break
        if told == "alive":
            alive = True
        else:
            ledger.hear(told)
    process.join()
    assert alive or process.exitcode == -9, f"it failed by itself: {process.exitcode}"
    return alive


def test_a_death_at_any_statement_of_making_the_file_does_no_harm(tmp_path: Path) -> None:
    statements = _dies_everywhere(tmp_path, list(setup())[:1], [])
    print(f"{statements} statements, died after each")
    assert statements > 15


@pytest.mark.parametrize("turn", range(size(1, 10)))
def test_a_death_at_any_statement_of_a_command_does_all_of_it_or_nothing(tmp_path: Path, turn: int) -> None:
    print(f"seed {SEED}")
    orders = [order for order in story(Random(SEED + turn), "S") if order[0] != "renew"][:6]
    statements = _dies_everywhere(tmp_path, orders, list(setup()))
    print(f"{statements} statements of {len(orders)} commands, died after each")
    assert statements > 10
