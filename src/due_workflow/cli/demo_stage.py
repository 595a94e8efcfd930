"""The stage of the demo: its days, its clock, its folder. Nothing here knows the story or a screen.

Days are counted in jours ouvrés around the day on which the story ends, so that every step is an office day whatever
that day is. The folder writes down each file it makes before it makes it, and removes those and nothing else.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from importlib import resources
from pathlib import Path

from due_workflow.calendar import Calendar, local_instant, paris_day
from due_workflow.errors import InputRefused
from due_workflow.simulator.clock import SimClock

MARK = ".due-workflow-demo"
"""The list of the demo's own files, one a line; a folder that has it is a demo's."""
DATABASE = "due.sqlite"
AVIS, PAPERS, OUT = "avis", "papiers", "envois"
"""What came by e-mail; what the firm signs and reads; the files that go to the portal."""
_OUTGOING = (f"{OUT}/test", f"{OUT}/real", f"{OUT}/manifests")
_BESIDE = ("", "-wal", "-shm", "-journal")
_TOKEN = re.compile(r"\{([JO])([+-]\d+)\}")
_OWN = re.compile(
    rf"(due\.sqlite(-\w+)?|(clients|hires)\.csv|({'|'.join((AVIS, PAPERS, *_OUTGOING))})/[\w.-]+)", re.ASCII
)


class FolderRefused(InputRefused):
    """The folder cannot be used: it holds a demo already, or things that are not a demo's. Nothing was touched."""

    section = "demo"


class Days:
    """The days of a story that ends at `now`."""

    def __init__(self, now: datetime) -> None:
        self.today = paris_day(now)
        self._calendar = Calendar()

    def office(self, n: int) -> date:
        """The nth jour ouvré after today, or before it where `n` is negative; today itself never counts."""
        if n > 0:
            return self._calendar.add_working_days(self.today, n)
        day = self.today
        for _ in range(-n):
            day -= timedelta(days=1)
            while not self._calendar.is_working(day):
                day -= timedelta(days=1)
        return day

    def at(self, n: int, hour: str) -> datetime:
        """The instant of `hour` (Paris) on `office(n)`."""
        return local_instant(datetime.combine(self.office(n), time.fromisoformat(hour)), "Europe/Paris")

    def dated(self, template: str) -> str:
        """`template` with its days filled in: ``{O-5}`` five jours ouvrés ago, ``{J+90}`` in ninety days."""

        def day(token: re.Match[str]) -> str:
            n = int(token[2])
            found = self.office(n) if token[1] == "O" else self.today + timedelta(days=n)
            return found.strftime("%d/%m/%Y")

        return _TOKEN.sub(day, template)


class StoryClock(SimClock):
    """A clock that stands still until it is moved, and never goes back; the firm's and the portal's own."""

    def __init__(self, start: datetime) -> None:
        super().__init__()
        self.set(start)

    def to(self, instant: datetime) -> None:
        """Go on to `instant`.

        Raises:
            ValueError: it has passed already: the story is told out of order.
        """
        if instant < self.now():
            raise ValueError(f"the story goes back from {self.now()} to {instant}")
        self.set(instant)

    def forward(self, minutes: int) -> None:
        """Let some minutes pass."""
        self.advance(minutes * 60)


class Folder:
    """The demo's folder: the database, dated CSV files, `envois/` to the portal, `avis/` by e-mail, `papiers/`.

    Args:
        path: made where it is missing.
        force: remove an earlier demo's own files first.

    Raises:
        FolderRefused: it holds a demo and `force` is not given, or files that no demo made.
    """

    def __init__(self, path: Path, *, force: bool = False) -> None:
        self.path = path
        self._mark, self.avis, self.papers, self.outgoing = path / MARK, path / AVIS, path / PAPERS, path / OUT
        if self._mark.is_file():
            if not force:
                raise FolderRefused("folder_taken", folder=str(path))
            self._clear()
        elif path.exists():
            found = sorted(p.name for p in path.iterdir()) if path.is_dir() else [path.name]
            if found:
                raise FolderRefused("folder_foreign", folder=str(path), found=found[:5])
        path.mkdir(parents=True, exist_ok=True)
        self._own(*(DATABASE + end for end in _BESIDE))
        self.outgoing.mkdir(exist_ok=True)

    @property
    def database(self) -> Path:
        """The SQLite file that the other commands read."""
        return self.path / DATABASE

    def _own(self, *names: str) -> None:
        with self._mark.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{name}\n" for name in names)

    def _clear(self) -> None:
        """Remove what an earlier demo wrote, by its own list."""
        for name in self._mark.read_text(encoding="utf-8").splitlines():
            inside = not any((self.path / folder).is_symlink() for folder in Path(name).parents if folder.name)
            if _OWN.fullmatch(name) and inside:
                (self.path / name).unlink(missing_ok=True)
        self._mark.unlink()
        for folder in (self.avis, self.papers, *(self.path / name for name in _OUTGOING), self.outgoing):
            with suppress(OSError):
                folder.rmdir()

    def table(self, name: str, days: Days) -> Path:
        """Write the packaged table `name` with the days of this story, and return its path."""
        template = resources.files("due_workflow.cli").joinpath("demo_data").joinpath(name).read_text(encoding="utf-8")
        self._own(name)
        (self.path / name).write_text(days.dated(template), encoding="utf-8")
        return self.path / name

    def avis_file(self, name: str, content: bytes) -> Path:
        """Put a file that came by e-mail into `avis/`."""
        self._own(f"{AVIS}/{name}")
        self.avis.mkdir(exist_ok=True)
        path = self.avis / name
        path.write_bytes(content)
        return path

    def left(self, mode: str, name: str) -> None:
        """Note a file that was left in `envois/` for the portal, with its manifest and the note of that."""
        self._own(f"{OUT}/{mode}/{name}", f"{OUT}/manifests/{name}.json", f"{OUT}/manifests/.{name}.handed")

    def paper(self, name: str, content: bytes) -> Path:
        """Put a document into `papiers/`."""
        self._own(f"{PAPERS}/{name}")
        self.papers.mkdir(exist_ok=True)
        path = self.papers / name
        path.write_bytes(content)
        return path
