"""Senders, askers and a transport at one folder, each a process of its own, the senders killed at random instants.

What the transport took is the truth: it never takes a file twice, never a torn one, and never one that somebody was
told is absent.
"""

from __future__ import annotations

import multiprocessing
import time
from hashlib import sha256
from pathlib import Path
from random import Random

from due_workflow import Mode
from due_workflow.adapters.folder import FolderDeposit
from due_workflow.adapters.upload import parcel
from due_workflow.errors import CannotTell, PortalFailure
from due_workflow.ports import Parcel
from due_workflow.testing.portal import attempt
from trials import SEED, size

START = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["due_workflow.adapters.folder", "due_workflow.testing.portal"])
TURNS, EACH = size(6, 100), 120
"""Each turn has parcels of its own, two senders of all of them, and one who asks."""


def parcels(folder: Path, turn: int) -> list[Parcel]:
    label = FolderDeposit(folder).label()
    return [parcel([attempt(f"E-{turn}-{n}")], Mode.TEST, name=label) for n in range(EACH)]


def send(folder: Path, turn: int, seed: int) -> None:
    """Each parcel once, in an order of its own, whatever becomes of it."""
    deposit, todo = FolderDeposit(folder), parcels(folder, turn)
    Random(seed).shuffle(todo)
    for one in todo:
        try:
            deposit.deposit(one)
        except PortalFailure:
            continue


def ask(folder: Path, turn: int, seed: int, said: Path) -> None:
    """Ask for each parcel, and write down whose absence was affirmed."""
    deposit, todo = FolderDeposit(folder), parcels(folder, turn)
    Random(seed).shuffle(todo)
    with said.open("a", buffering=1) as file:
        for one in todo:
            time.sleep(0.004)
            try:
                if deposit.find(one) is None:
                    file.write(f"{one.filename}\n")
            except CannotTell:
                continue


def carry(folder: Path, taken: Path, stop: Path) -> None:
    """Take what can be seen, note its name and sum, and remove it."""
    out = FolderDeposit(folder).outgoing(Mode.TEST)
    with taken.open("a", buffering=1) as file:
        while True:
            last = stop.exists()
            for path in sorted(out.iterdir()) if out.is_dir() else []:
                if not path.name.startswith("."):
                    file.write(f"{path.name} {sha256(path.read_bytes()).hexdigest()}\n")
                    path.unlink()
            if last:
                return
            time.sleep(0.002)


def test_what_was_affirmed_absent_is_never_taken_and_nothing_is_taken_twice_or_torn(tmp_path: Path) -> None:
    print(f"seed {SEED}, {TURNS} turns of {EACH} parcels")
    random, folder = Random(SEED), tmp_path / "out"
    folder.mkdir()
    taken, said, stop = (tmp_path / name for name in ("taken", "said", "stop"))
    for path in (taken, said):
        path.touch()
    carrier = START.Process(target=carry, args=(folder, taken, stop))
    carrier.start()
    kills = 0
    try:
        for turn in range(TURNS):
            senders = [START.Process(target=send, args=(folder, turn, SEED + turn * 10 + n)) for n in range(2)]
            asker = START.Process(target=ask, args=(folder, turn, SEED + turn, said))
            for process in (*senders, asker):
                process.start()
            before = len(taken.read_text().splitlines())
            while len(taken.read_text().splitlines()) == before and any(s.is_alive() for s in senders):
                time.sleep(0.005)
            time.sleep(random.random() * 0.4)
            for sender in senders:
                if sender.is_alive():
                    sender.kill()
                    kills += 1
                sender.join()
            asker.join()
    finally:
        stop.touch()
        carrier.join()
    took = [line.split() for line in taken.read_text().splitlines()]
    every = [one for turn in range(TURNS) for one in parcels(folder, turn)]
    sums = {one.filename: one.sha256 for one in every}
    absent = set(said.read_text().split())
    names = [name for name, _ in took]
    assert len(names) == len(set(names))
    assert all(sums[name] == found for name, found in took)
    assert not absent & set(names)
    # what is told in the end is the truth as well: the manifest of what was taken, None of all else
    deposit = FolderDeposit(folder)
    assert {one.filename for one in every if deposit.find(one) is not None} == set(names)
    print(f"{len(names)} taken, {len(absent)} affirmed absent, {kills} kills")
    assert kills >= TURNS // 2
    assert len(names) > 5 * TURNS
    assert len(absent) > 5 * TURNS
