"""The SQL storage while its server is stopped and crashed again and again: what it said of each commit is true.

Six threads append one word a commit to three journals. A commit that returned is there once; one that was refused is
not there at all; the sum kept in the records equals the words in the journals.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter

import pytest
from sqlalchemy import create_engine

import servers
from due_workflow.adapters.sql import SqlStorage, upgrade
from due_workflow.errors import Conflict, StorageUnusable
from due_workflow.ports import Changes, Entry, Kind, Record, Ref
from trials import size

A = "cabinet-a"
CASES = [Ref(Kind.FILING, str(n)) for n in range(3)]


@pytest.mark.usefixtures("postgres_server")  # says why where there is none
@pytest.mark.parametrize("level", ["READ COMMITTED", "SERIALIZABLE"])
def test_of_every_commit_the_truth_is_told_through_restarts_and_crashes(level: str) -> None:
    told: dict[str, list[str]] = {"done": [], "refused": [], "unknown": []}
    stop = threading.Event()
    with servers.postgres() as server:
        upgrade(server.url())
        engine = create_engine(server.url(), pool_size=10, isolation_level=level)
        storage = SqlStorage(engine, patience=60)
        storage.commit(A, Changes([Record(case, 0, "s", b"0") for case in CASES]))

        def work(number: int) -> None:
            chance, n = random.Random(number), 0
            while not stop.is_set():
                n += 1
                word, case = f"{number}-{n}", chance.choice(CASES)
                try:
                    (present,) = storage.load(A, [case])
                    write = [Record(case, present.version, "s", str(int(present.data) + 1).encode())]
                    write.append(Record(Ref(Kind.NOTICE, word), 0, "s", b""))
                    storage.commit(A, Changes(write, entries=[Entry(case, present.version + 1, word.encode(), "h")]))
                    told["done"].append(word)
                except Conflict:
                    told["refused"].append(word)
                except StorageUnusable:
                    told["unknown"].append(word)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for n in range(size(small=4, full=60)):
            time.sleep(0.7)
            server.stop(signal.SIGQUIT if n % 2 else signal.SIGINT)
            server.start()
        time.sleep(0.5)
        stop.set()
        for thread in threads:
            thread.join()
        kept = Counter(bytes(entry.data).decode() for case in CASES for entry in storage.journal(A, case, limit=10**6))
        total = sum(int(record.data) for record in storage.load(A, CASES))
        engine.dispose()
    print(f"{level}: { ({what: len(words) for what, words in told.items()}) }")
    assert [word for word in told["done"] if kept[word] != 1] == []
    assert [word for word in told["refused"] if kept[word]] == []
    assert total == kept.total() == len(set(kept))
    assert kept.total() <= len(told["done"]) + len(told["unknown"])
    assert len(told["done"]) > 100
    assert len(told["unknown"]) <= 2
