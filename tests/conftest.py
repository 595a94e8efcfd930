"""What several test files share: one real PostgreSQL for a whole run, and an empty database of it for each test."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import count

import pytest

import servers

_numbers = count(1)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a run in the background ignores Ctrl-C, and would hand that on to the commands that its tests interrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Postgres]:
    """A real PostgreSQL, started once; fsync is off, since no test here cuts the power."""
    if servers.binaries() is None:
        reason = f"no PostgreSQL: the package {servers.PACKAGE} is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with servers.postgres(["fsync = off", "full_page_writes = off"]) as server:
        yield server


@pytest.fixture
def postgres(postgres_server: servers.Postgres) -> Iterator[str]:
    """The SQLAlchemy address of an empty database, dropped after the test."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    yield postgres_server.create(name)
    postgres_server.drop(name)
