"""What a check remembers of an archive: on the disk, private to one run, so that memory does not grow with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from due_workflow.adapters._evidence_form import FileLine


class Index:
    """Files, cases and receipts by their names."""

    def __init__(self) -> None:
        # an empty name: a temporary database that goes with its connection, on the disk as soon as it is large
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(
            """
            CREATE TABLE file (name TEXT PRIMARY KEY, what TEXT, of TEXT, line TEXT) WITHOUT ROWID;
            CREATE INDEX file_of ON file (what, of);
            CREATE TABLE known (kind TEXT, id TEXT, text TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
            CREATE TABLE reached (attempt TEXT, receipt TEXT, PRIMARY KEY (attempt, receipt)) WITHOUT ROWID;
            BEGIN;
            """
        )

    def close(self) -> None:
        """Forget everything."""
        self._db.close()

    # ---- files

    def add_file(self, line: FileLine) -> bool:
        """Note a file of the manifest; False where it was noted before."""
        row = (line.file, line.what, line.of, line.model_dump_json())
        return self._new("INSERT OR IGNORE INTO file VALUES (?, ?, ?, ?)", row)

    def file(self, name: str) -> FileLine | None:
        """A file of the manifest by its name."""
        return self._file("SELECT line FROM file WHERE name = ?", (name,))

    def file_of(self, what: str, of: str) -> FileLine | None:
        """The message, receipt or scan of that name."""
        return self._file("SELECT line FROM file WHERE what = ? AND of = ?", (what, of))

    def files(self, what: str = "") -> Iterator[FileLine]:
        """All files, or those that are `what`."""
        asked = "SELECT line FROM file WHERE what = ? OR ? = '' ORDER BY name"
        for (text,) in self._db.execute(asked, (what, what)):
            yield FileLine.model_validate_json(text)

    def _file(self, asked: str, by: tuple[str, ...]) -> FileLine | None:
        row = self._db.execute(asked, by).fetchone()
        return FileLine.model_validate_json(row[0]) if row else None

    # ---- what else there is: "head", "facts", "receipt", "gone"

    def add(self, kind: str, id: str, text: str = "") -> bool:
        """Note something; False where it was noted before."""
        return self._new("INSERT OR IGNORE INTO known VALUES (?, ?, ?)", (kind, id, text))

    def get(self, kind: str, id: str) -> str | None:
        """What was noted under that name."""
        row = self._db.execute("SELECT text FROM known WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return row[0] if row else None

    def every(self, kind: str, starting: str = "") -> Iterator[tuple[str, str]]:
        """All of a kind whose names begin so, by name."""
        asked = "SELECT id, text FROM known WHERE kind = ? AND substr(id, 1, ?) = ? ORDER BY id"
        yield from self._db.execute(asked, (kind, len(starting), starting))

    def reach(self, receipt: str, attempts: tuple[str, ...]) -> None:
        """Note the attempts that a receipt was applied to."""
        self._db.executemany("INSERT OR IGNORE INTO reached VALUES (?, ?)", [(a, receipt) for a in attempts])

    def reached(self, attempt: str) -> list[str]:
        """The receipts that were applied to an attempt."""
        asked = "SELECT receipt FROM reached WHERE attempt = ? ORDER BY receipt"
        return [row[0] for row in self._db.execute(asked, (attempt,))]

    def _new(self, asked: str, row: tuple[str, ...]) -> bool:
        return self._db.execute(asked, row).rowcount > 0
