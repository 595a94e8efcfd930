import pytest
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.testing.storage import StorageContract

class TestMemoryStorage(StorageContract):
    @pytest.fixture
    def storage(self):
        return MemoryStorage()

class TestSqliteStorage(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path):
        with SqliteStorage(tmp_path / "due.sqlite") as storage:
            yield storage

    def reopen(self, storage):
        return SqliteStorage(storage.path)
