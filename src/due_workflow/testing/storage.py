"""The contract of `ports.Storage`, one small test per clause, for whoever writes a storage.

An adapter's test is three lines: subclass, and give a fresh storage as the pytest fixture `storage`.

    class TestMyStorage(StorageContract):
        @pytest.fixture
        def storage(self): return MyStorage(...)

Override `reopen` too where another process could open the same data: the clauses about many writers then
run through both handles; and `leave` where each thread holds a connection of its own. Without pytest,
``StorageContract().broken(make)`` gives the broken clauses.
"""

from __future__ import annotations

from due_workflow.errors import InputRefused
from due_workflow.ports import Kind, Storage
from due_workflow.testing._contract import raised, same, that
from due_workflow.testing._storage_claims import ClaimClauses, CrowdClauses
from due_workflow.testing._storage_reading import ReadingClauses
from due_workflow.testing._storage_records import MINUTE, NOON, RecordClauses, one, put, record


class StorageContract(RecordClauses, ReadingClauses, ClaimClauses, CrowdClauses):
    """Every clause of a storage that commits by itself."""


class JoinedStorageContract(RecordClauses, ReadingClauses):
    """The clauses of a storage that writes inside the host's transaction: no claim, one writer.

    Give each test its own transaction. After a Conflict the clauses go on in it, so the adapter must undo the
    refused commit alone (a savepoint).
    """

    def test_it_says_that_the_host_commits_and_refuses_to_claim(self, storage: Storage) -> None:
        """A lease must be committed before it is used."""
        that(storage.joined is True, "a storage in the host's transaction says `joined`")
        put(storage, record("1", due=NOON))
        raised(InputRefused, lambda: storage.claim([Kind.FILING], NOON, NOON + MINUTE, 1))
        same(one(storage, "1"), record("1", 1, due=NOON))
