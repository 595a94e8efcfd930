"""The SQL storage where something is wrong: the host's engine, an address, a server, a name, a file's rights."""

from __future__ import annotations

import stat
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session

import servers
from due_workflow.adapters import _sql_say, _sql_work
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sql import JoinedSqlStorage, SqlStorage, check, current, downgrade, upgrade
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.errors import Conflict, DueWorkflowError, InputRefused, StorageUnusable
from due_workflow.ports import Changes, Entry, Kind, Ref, Sealed, Storage
from stories import at_level
from test_sql import A, Line, ids, put, record, refusal

SECRET = "S3cr3t"


@pytest.fixture
def address(postgres: str) -> str:
    upgrade(postgres)
    return postgres


def every_word(error: BaseException) -> str:
    """All that a log or a screen could show of an error."""
    said = "".join(traceback.format_exception(error)) + str(error) + repr(error)
    return said + (error.text("fr") + repr(dict(error.facts)) if isinstance(error, DueWorkflowError) else "")


# ---- engines that commit each statement by themselves

ALONE: dict[str, Callable[[str], Engine]] = {
    "engine": lambda url: create_engine(url, isolation_level="AUTOCOMMIT"),
    "option": lambda url: create_engine(url).execution_options(isolation_level="AUTOCOMMIT"),
    "driver": lambda url: create_engine(url, connect_args={"autocommit": True}),
}


@pytest.mark.parametrize("how", ALONE)
def test_an_engine_that_commits_by_itself_has_no_half_commits(address: str, how: str) -> None:
    engine = ALONE[how](address)
    storage = SqlStorage(engine)
    put(storage, record("b"))
    with pytest.raises(Conflict):
        put(storage, record("a"), record("b"))
    assert ids(storage) == ["b"]
    put(storage, record("b", 1), record("c"))
    assert ids(storage) == ["b", "c"]
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        assert raw.autocommit, "the host's connections are given back as they were"
    engine.dispose()


@pytest.mark.parametrize("how", ALONE)
def test_an_upgrade_on_such_an_engine_is_whole_or_not_at_all(postgres: str, how: str) -> None:
    engine = ALONE[how](postgres)
    with engine.begin() as connection:
        connection.execute(text("CREATE VIEW due_records_due AS SELECT 1"))  # the second step's index meets it
    assert refusal(upgrade, engine).code == "storage_failed"
    assert current(engine) is None
    engine.dispose()


# ---- addresses that cannot be used

AWAY = "postgresql+psycopg://u:{secret}@127.0.0.1:{port}/nothing"
MISTAKEN = {
    "port": "postgresql+psycopg://u:{secret}@h:abc/db",
    "dialect": "foo://u:{secret}@h/db",
    "no dialect": "u:{secret}@h/db",
    "driver": "postgresql+nix://u:{secret}@h/db",
    "sqlite's option": "sqlite:///x.db?timeout=abc",
}
UNUSABLE = {
    "away": (AWAY, "storage_unreachable"),
    "host": ("postgresql+psycopg://u:{secret}@nowhere.invalid/db", "storage_unreachable"),
    "option": ("postgresql+psycopg://u:{secret}@127.0.0.1:{port}/db?nonsense=1", "storage_failed"),
    "option's value": ("postgresql+psycopg://u:{secret}@127.0.0.1:{port}/db?connect_timeout=abc", "storage_failed"),
    "package": ("oracle://u:{secret}@h/db", "storage_needs_driver"),
    "folder": ("sqlite:////nowhere/at/all.db", "storage_read_only"),
}
CALLS: list[Callable[[str], object]] = [
    upgrade,
    check,
    current,
    lambda url: downgrade(url, "0001"),
    lambda url: ids(SqlStorage(url, patience=0.1)),
]


@pytest.mark.parametrize("call", CALLS, ids=["upgrade", "check", "current", "downgrade", "storage"])
@pytest.mark.parametrize("what", MISTAKEN)
def test_an_address_that_cannot_be_read_is_the_callers_mistake(what: str, call: Callable[[str], object]) -> None:
    with pytest.raises(InputRefused) as caught:
        call(MISTAKEN[what].format(secret=SECRET))
    assert caught.value.code == "database_address"
    assert SECRET not in every_word(caught.value)


@pytest.mark.parametrize("call", CALLS, ids=["upgrade", "check", "current", "downgrade", "storage"])
@pytest.mark.parametrize("what", UNUSABLE)
def test_a_database_that_cannot_be_used_is_told(what: str, call: Callable[[str], object]) -> None:
    url, code = UNUSABLE[what]
    error = refusal(call, url.format(secret=SECRET, port=servers.free_port()))
    assert error.code == code
    assert SECRET not in every_word(error)


@pytest.mark.parametrize("call", CALLS, ids=["upgrade", "check", "current", "downgrade", "storage"])
def test_a_server_that_turns_us_away_is_told(postgres: str, call: Callable[[str], object]) -> None:
    url = make_url(postgres)
    for wrong, why in ((url.set(database="nix"), "nix"), (url.set(username="nobody_here"), "nobody_here")):
        error = refusal(call, wrong.render_as_string(hide_password=False))
        assert error.code == "storage_unreachable"
        assert why in error.text("en")


@pytest.mark.parametrize("call", [upgrade, check, current, SqlStorage])
def test_a_prefix_that_is_no_word_is_the_callers_mistake(call: Any) -> None:
    with pytest.raises(InputRefused) as caught:
        call("sqlite://", prefix="Not a word")
    assert caught.value.code == "table_prefix"
    assert "préfixe" in caught.value.text("fr")


def test_tables_of_others_under_our_names_are_told_and_left(address: str, tmp_path: Path) -> None:
    downgrade(address, "base")
    for url in (address, f"sqlite:///{tmp_path / 'theirs.db'}"):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE due_keys (theirs INT)"))
        error = refusal(upgrade, url)
        assert (error.code, error.facts["table"]) == ("storage_foreign_tables", "due_keys")
        assert "due_keys" in error.text("fr")
        assert "prefix" in error.text("en")
        assert current(url) is None
        engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+psycopg://u@127.0.0.1:1/db?password={SECRET}",
        f"postgresql+psycopg://u:p@ss{SECRET}@127.0.0.1:1/db",
        f"postgresql+psycopg://u:p@ss/{SECRET}@127.0.0.1/db",
        f"postgresql+psycopg://u:p@ss?{SECRET}@127.0.0.1/db",
        f"postgresql+psycopg://u:p@ss?{SECRET}@127.0.0.1/db=1",
        f"postgresql+psycopg://u:p@ss:{SECRET}@127.0.0.1/db",
        f"postgresql+psycopg://u@127.0.0.1:1/db?connect_timeout=a&sslpassword={SECRET}",
        f"postgresql+psycopg://u@127.0.0.1:1/db?host={SECRET}@nowhere.invalid",
    ],
)
def test_no_part_of_a_password_comes_out_of_an_address(url: str) -> None:
    for call in CALLS:
        with pytest.raises((StorageUnusable, InputRefused)) as caught:
            call(url)
        assert SECRET not in every_word(caught.value)
    with suppress(InputRefused):
        assert SECRET not in repr(SqlStorage(url))


# ---- a commit of which nobody hears


def test_what_became_of_a_commit_is_asked_for_three_times_the_patience(address: str) -> None:
    """The line stays away for longer than one patience, then comes back: the commit is found to have been done."""
    line = Line(make_url(address).port or 0, heard=True)
    storage = at_level(make_url(address).set(port=line.port).render_as_string(), "READ COMMITTED", patience=0.5)
    assert ids(storage) == []
    back: list[Line] = []

    def breaks(_: object) -> None:
        line.close()

        def again() -> None:
            fresh = Line.__new__(Line)
            fresh.to, fresh.heard, fresh.broken = line.to, True, 1
            fresh.door, fresh.port = servers.socket.create_server(("127.0.0.1", line.port)), line.port
            threading.Thread(target=fresh._accept, daemon=True).start()
            back.append(fresh)

        threading.Timer(1.1, again).start()

    event.listen(storage.engine, "commit", breaks, once=True)
    began = time.monotonic()
    put(storage, record("1"))
    assert time.monotonic() - began > 0.8
    assert ids(storage) == ["1"]
    storage.close()
    with closing(back[0]):
        pass


def test_a_commit_without_entries_is_never_taken_for_another_writers(address: str) -> None:
    """Two steps further nobody can tell who wrote the first; a journal's entry tells, and so do other bytes."""
    with SqlStorage(address) as storage:
        mine = Changes(write=[record("1", 1, b"mine")])
        told = Changes(mine.write, entries=[Entry(Ref(Kind.FILING, "1"), 1, Sealed(b"e"), "0" * 64)])

        def landed(changes: Changes, committed: bool) -> bool | None:
            return storage._call(_sql_work.landed, A, changes, committed)

        put(storage, record("1"))
        assert landed(mine, True) is landed(told, True) is False
        put(storage, record("1", 1, b"theirs"))
        assert landed(mine, True) is False
        put(storage, record("1", 2, b"theirs again"))
        assert landed(mine, True) is None
        assert landed(told, True) is False
        put(storage, record("2"), record("2b"))
        storage.commit(A, Changes([record("2", 1, b"mine")]))
        again = Changes([record("2", 1, b"mine")])
        assert landed(again, True) is True
        assert landed(again, False) is None, "another may have written the same"
        storage.commit(A, Changes(told.write[:0], entries=told.entries))
        assert landed(told, False) is True
        (entry,) = told.entries
        theirs = Changes(told.write, entries=[Entry(entry.case, entry.seq, Sealed(b"other"), entry.hash)])
        assert landed(theirs, True) is False, "another writer's entry of the same hash is not ours"


# ---- locks


def test_a_lock_that_is_held_for_too_long_is_no_conflict(address: str) -> None:
    host = create_engine(address)
    with SqlStorage(host) as storage:
        put(storage, record("1"))
    slow = create_engine(address, connect_args={"options": "-c lock_timeout=100"})
    storage = SqlStorage(slow, patience=0.5)
    with host.begin() as holder:
        holder.execute(text("SELECT 1 FROM due_records FOR UPDATE"))
        began = time.monotonic()
        error = refusal(put, storage, record("1", 1))
        assert 0.4 < time.monotonic() - began < 3
        with Session(slow) as session:
            joined = JoinedSqlStorage(session)
            assert refusal(put, joined, record("1", 1)).code == "storage_locked"
            put(joined, record("2"))
            session.commit()
    assert error.code == "storage_locked"
    put(storage, record("1", 1))
    assert ids(storage) == ["1", "2"]
    host.dispose()
    slow.dispose()


# ---- names that no database can hold


@pytest.fixture(params=["memory", "postgres", "joined", "sqlite by SQL", "sqlite"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """Each storage, with two records; the first one named "a"."""
    if request.param in {"memory", "sqlite"}:
        storage = MemoryStorage() if request.param == "memory" else SqliteStorage(tmp_path / "due.db")
        put(storage, record("a", keys=["k"]), record("b"))
        yield storage
        return
    postgres = request.param != "sqlite by SQL"
    url = request.getfixturevalue("address") if postgres else f"sqlite:///{tmp_path / 'due.db'}"
    upgrade(url)
    with SqlStorage(url) as storage:
        put(storage, record("a", keys=["k"]), record("b"))
        if request.param == "joined":
            with storage.engine.connect() as connection:
                yield JoinedSqlStorage(connection)
        else:
            yield storage


@pytest.mark.parametrize("wrong", ["a\0", "a\0b", "half \ud800", "\udfff"])
def test_a_name_that_cannot_be_stored_is_not_found(kept: Storage, wrong: str) -> None:
    filing = Kind.FILING
    bad, good = Ref(filing, wrong), Ref(filing, "a")
    assert list(kept.load(A, [bad])) == list(kept.load(A, keys=[wrong])) == list(kept.load(wrong, [good])) == []
    assert [found.ref for found in kept.load(A, [bad, good])] == [good]
    assert [found.ref for found in kept.load(A, keys=[wrong, "k"])] == [good]
    assert list(kept.find(wrong, filing)) == list(kept.find(A, filing, [wrong])) == []
    assert list(kept.find(A, filing, keys=[wrong])) == []
    assert [found.ref for found in kept.find(A, filing, keys=[wrong, "k"])] == [good]
    assert [found.ref for found in kept.find(A, filing, [wrong, "open"])] == [good, Ref(filing, "b")]
    assert dict(kept.counts(wrong, filing)) == {}
    assert list(kept.journal(A, bad)) == list(kept.journal(wrong, good)) == []


@pytest.mark.parametrize(("after", "then"), [("a\0", ["b"]), ("\0", ["a", "b"]), ("a\ud800", ["b"]), ("\ud800", [])])
def test_a_page_begins_after_whatever_it_is_told(kept: Storage, after: str, then: list[str]) -> None:
    assert [found.ref.id for found in kept.find(A, Kind.FILING, after=after)] == then


def test_the_embedded_file_too_says_what_it_cannot_store(tmp_path: Path) -> None:
    with SqliteStorage(tmp_path / "due.db") as storage:
        for wrong in (record("half \ud800"), record("1", keys=["\udfff"])):
            with pytest.raises(ValueError, match="half a character") as caught:
                put(storage, wrong)
            assert type(caught.value) is ValueError
        with pytest.raises(ValueError, match="half a character"):
            storage.commit(A, Changes(entries=[Entry(Ref(Kind.FILING, "\ud800"), 1, Sealed(b""), "0" * 64)]))
        put(storage, record("fine"))


# ---- files and versions


@pytest.mark.parametrize("form", ["sqlite:///{}", "sqlite:///file:{}?uri=true", "sqlite+pysqlite:///{}?timeout=5"])
def test_a_file_made_from_an_address_is_for_its_owner_alone(tmp_path: Path, form: str) -> None:
    for n, make in enumerate((upgrade, lambda url: refusal(ids, SqlStorage(url)))):
        file = tmp_path / f"{n}.db"
        make(form.format(file))
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    storage = SqlStorage(form.format(tmp_path / "0.db"))
    put(storage, record("1"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    storage.close()


def test_a_process_that_stayed_behind_an_upgrade_stops_writing(address: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(_sql_say, "SURE_FOR", 0.3)
    with SqlStorage(address) as storage:
        put(storage, record("1"))
        with storage.engine.begin() as connection:
            connection.execute(text("UPDATE due_alembic_version SET version_num = '9999'"))
        time.sleep(0.4)
        assert refusal(put, storage, record("2")).code == "storage_newer_tables"
        assert refusal(ids, storage).code == "storage_newer_tables"
        with storage.engine.begin() as connection:
            connection.execute(text("UPDATE due_alembic_version SET version_num = '0002'"))
        put(storage, record("2"))
        assert ids(storage) == ["1", "2"]
