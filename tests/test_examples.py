"""The plain script under docs/examples: its storage is small and keeps the contract, and one client goes live."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from due_workflow.ports import Changes, Kind, Record, Ref
from due_workflow.testing import StorageContract

DOCS = Path(__file__).parent.parent / "docs"
SCRIPT = DOCS / "examples" / "plain_host.py"
SOURCE = SCRIPT.read_text(encoding="utf-8")
STORAGE = SOURCE.partition("# ---- the storage\n")[2].partition("# ---- the script\n")[0].strip()


@pytest.fixture(scope="module")
def plain_host():
    spec = spec_from_file_location("plain_host", SCRIPT)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestPlainStorage(StorageContract):
    @pytest.fixture
    def storage(self, plain_host, tmp_path):
        self.another = lambda: plain_host.PlainStorage(tmp_path / "due.sqlite")
        storage = self.another()
        yield storage
        storage.close()

    def reopen(self, storage):
        return self.another()


def test_the_storage_takes_less_than_80_lines_and_the_page_on_storages_shows_it():
    """Its imports, schema, statements and docstrings counted, blank lines and comments not."""
    page = (DOCS / "own-storage.md").read_text(encoding="utf-8")
    shown = page.partition("```python\n")[2].partition("```\n")[0]
    assert shown.rstrip().endswith(STORAGE)
    lines = [line for line in shown.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert 60 < len(lines) < 80


def test_a_transaction_that_somebody_opened_on_its_connection_is_never_written_into(plain_host, tmp_path):
    """A commit that returned is durable: where it could be rolled back by another it is refused instead."""
    storage = plain_host.PlainStorage(tmp_path / "due.sqlite")
    ref = Ref(Kind.COMMAND, "a")
    storage.db.execute("BEGIN")
    with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
        storage.commit("firm", Changes(write=[Record(ref, 0, "here", b"{}")]))
    assert storage.load("firm", [ref]) == []
    storage.commit("firm", Changes(write=[Record(ref, 0, "here", b"{}")]))
    storage.db.rollback()
    assert [record.version for record in storage.load("firm", [ref])] == [1]
    storage.close()


def test_the_script_runs_from_the_test_to_the_declaration_and_files_nothing_twice(tmp_path):
    """Twice on one file: the second run changes nothing, and reads what is now."""
    told = [
        subprocess.run(
            [sys.executable, SCRIPT, "firm.sqlite"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout.splitlines()
        for _ in range(2)
    ]
    assert [line.partition(": ")[2] for line in told[0][:3]] == ["test – non déclaré", "DÉCLARÉ", "en mode réel"]
    assert [line.partition(": ")[2] for line in told[1][:3]] == ["DÉCLARÉ", "DÉCLARÉ", "en mode réel"]
    assert told[0][3] == told[1][3] == "journal: 5 cases, 24 entries, sound"


def test_the_page_of_the_examples_shows_what_the_script_prints(tmp_path):
    page = (DOCS / "examples" / "README.md").read_text(encoding="utf-8")
    shown = page.partition("```text\n")[2].partition("```")[0]
    done = subprocess.run(
        [sys.executable, SCRIPT], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert re.sub(r"E-\d{8}", "E-", done) == re.sub(r"E-\d{8}", "E-", shown)
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".sqlite"] == ["plain-host.sqlite"]
