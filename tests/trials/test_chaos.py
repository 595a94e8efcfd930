"""Chaos on PostgreSQL: workers are killed (SIGKILL) and the server crashes while they receive, tick and deliver.

At the end nothing that was acknowledged is lost, nothing was applied twice, every notice was delivered at least once
and none was invented, every journal is sound, and what stands is what the same receipts give without any fault.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

import servers
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Kind, Storage
from due_workflow.records import decode
from trials import SEED, size
from trials.storm import JOURNALED, Fast, Noted, cabinet, calm, copied, drained, flow_on, papers, prepare, work

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
WORKERS = size(6, 16)
HIRES = size(240, 20_000)
FIRMS = size(6, 40)
KILLS = size(10, 200)
CRASHES = size(1, 5)
START = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["trials.storm", "due_workflow.adapters.sql"])


def test_nothing_is_lost_doubled_or_invented_while_workers_are_killed_and_the_server_crashes(tmp_path: Path) -> None:
    from due_workflow.adapters.sql import SqlStorage, upgrade

    if servers.binaries() is None:
        pytest.skip(f"no PostgreSQL: the package {servers.PACKAGE} is not installed")
    print(f"seed {SEED}")
    names = sorted({cabinet(n, FIRMS) for n in range(HIRES)})
    base = SqliteStorage(tmp_path / "base.sqlite", synchronous="OFF")
    prepare(base, HIRES, FIRMS)
    # a crash of the server is none of the machine: what it wrote stays in the machine's memory
    with servers.postgres(["fsync = off"]) as server:
        url = server.url()
        upgrade(url)
        with SqlStorage(url) as storage:
            copied(base, storage, names)
        started = time.time()
        kills = storm(server, url, tmp_path, started)
        took = time.time() - started
        with SqlStorage(url) as storage:
            drained(storage, Noted(tmp_path / "delivered-last"), Fast(started, timedelta(minutes=20)))
            told = calm(base, SEED, HIRES, FIRMS, WORKERS)
            judge(storage, base, names, tmp_path)
    received = sum(1 for slot in range(WORKERS) for _ in papers(SEED, HIRES, FIRMS, slot, WORKERS))
    print(f"{WORKERS} workers, {HIRES} hires of {len(names)} firms, {received} receipts, {len(told)} notices")
    print(f"{kills} kills, {CRASHES} crashes of the server, {took:.0f} s")


def storm(server: servers.Postgres, url: str, folder: Path, since: float) -> int:
    """Let the workers work, killing one after the other and now and then the server; how many were killed."""
    rng = Random(SEED)

    def born(slot: int) -> Any:
        process = START.Process(
            target=work, args=(url, str(folder), SEED, HIRES, FIRMS, slot, WORKERS, since), daemon=True
        )
        process.start()
        return process

    alive = [born(slot) for slot in range(WORKERS)]
    wanted = [len(list(papers(SEED, HIRES, FIRMS, slot, WORKERS))) for slot in range(WORKERS)]
    total = sum(wanted)
    crash_at = [total * (n + 1) // (CRASHES + 1) for n in range(CRASHES)]
    kill_at = sorted(rng.randrange(total // 50, total) for _ in range(KILLS))
    kills = 0
    until = time.monotonic() + size(240, 3600)
    try:
        while not all((folder / f"finished-{slot}").exists() for slot in range(WORKERS)):
            assert time.monotonic() < until, "the workers did not come to their end"
            done = sum(_lines(folder / f"acks-{slot}") for slot in range(WORKERS))
            if kill_at and done >= kill_at[0]:
                kill_at.pop(0)
                slot = rng.randrange(WORKERS)
                os.kill(alive[slot].pid, signal.SIGKILL)
                alive[slot].join()
                alive[slot] = born(slot)
                kills += 1
            if crash_at and done >= crash_at[0]:
                crash_at.pop(0)
                server.stop(signal.SIGQUIT)
                time.sleep(0.5)
                server.start()
            for slot, process in enumerate(alive):
                assert process.exitcode is None, f"worker {slot} ended by itself: {process.exitcode}"
            time.sleep(0.02)
        assert not kill_at
        assert not crash_at
        (folder / "stop").touch()
        for process in alive:
            process.join(60)
            assert process.exitcode == 0
    finally:
        for process in alive:
            process.kill()
    for slot in range(WORKERS):
        assert _lines(folder / f"acks-{slot}") >= wanted[slot]
    return kills


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def judge(stormy: Storage, quiet: Storage, names: list[str], folder: Path) -> None:
    """Both storages hold the same, journals are sound, and the notices told are those that exist."""
    delivered = Counter(line for file in folder.glob("delivered-*") for line in file.read_text().splitlines())
    existing = set()
    for name in names:
        verified = flow_on(stormy, name).read.verify_journal()
        assert verified.sound, verified.faults
        for kind in (*JOURNALED, Kind.RECEIPT):
            found, wanted = facts(stormy, name, kind), facts(quiet, name, kind)
            assert found.keys() == wanted.keys(), f"{name}: {kind}"
            different = [id for id in wanted if found[id] != wanted[id]]
            assert not different, f"{name}: {kind} {different[:5]} differ from the run without faults"
        assert notices(stormy, name) == notices(quiet, name)
        for id, (out, _) in facts(stormy, name, Kind.NOTICE).items():
            assert out.state == "delivered", f"{id} is {out.state}"
            existing.add(id)
    assert set(delivered) == existing, "what was told is what exists"
    print(f"{len(existing)} notices, {sum(delivered.values()) - len(existing)} of them told more than once")


def facts(storage: Storage, name: str, kind: Kind) -> dict[str, Any]:
    """Facts and the number of journal entries, by id."""
    found, after = {}, ""
    while page := storage.find(name, kind, after=after, limit=500):
        for record in page:
            held = decode(record)
            found[record.ref.id] = (held.facts, held.seq)
        after = page[-1].ref.id
    return found


def notices(storage: Storage, name: str) -> Counter[tuple[object, ...]]:
    """What was told about which case; its number in the journal and the passing status are a matter of turns."""
    told: Counter[tuple[object, ...]] = Counter()
    for out, _ in facts(storage, name, Kind.NOTICE).values():
        said = {key: value for key, value in out.notice.facts.items() if key != "status"}
        told[out.notice.case, out.notice.code, out.notice.urgent, tuple(sorted(said.items(), key=str))] += 1
    return told
