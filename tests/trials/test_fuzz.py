"""Hostile bytes at every door that reads some: only this library's own errors come out, and quickly."""

from __future__ import annotations

import gzip
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from due_workflow import (
    Acs,
    Ads,
    Ars,
    Client,
    Contract,
    Declaration,
    DueWorkflowError,
    InputRefused,
    JournalBroken,
    Mandate,
    Outcome,
    StorageUnusable,
    Unreadable,
    Verdict,
)
from due_workflow.adapters.avis import WHYS, read_avis
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.tables import Bad, Good, read_clients, read_hires
from due_workflow.ports import Changes, Kind, Record
from due_workflow.records import decode, encode
from due_workflow.testing import factories as f
from due_workflow.testing.avis import avis_xml, eml
from trials import SEED, size
from trials.at_work import flow_on

EXAMPLES = size(150, 5000)
fuzz = settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True
)


def damaged(data: bytes, rng: Random) -> bytes:
    """`data` with a few bytes changed, cut, doubled, or swapped for what breaks readers."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(changed) + 1)
        until = min(len(changed), at + rng.choice((0, 1, 2, 8, 40)))
        match rng.randrange(5):
            case 0:
                changed[at:until] = rng.randbytes(rng.randint(0, 8))
            case 1:
                changed[at:at] = rng.choice(NASTY)
            case 2:
                del changed[at:until]
            case 3:
                changed[at:at] = changed[at:until] * rng.randint(1, 40)
            case _:
                del changed[at:]
    return bytes(changed)


NASTY = (
    *(b"\0", b"\xff", b"\xc3\x28", b"\xef\xbb\xbf", b"<!DOCTYPE x>", b"<![CDATA[", b"&#0;", b"&x;", b"<!--", b"?>"),
    *(b'"', b"\r", b"\n\n", b";", b"\\ud800", b"\\u0000", b"null", b"1e999", b"NaN", b"-0", b"9" * 400, b"[" * 300),
    *(
        b"{}",
        b"true",
        b'""',
        b"\xe2\x80\xae",
        b"2026-02-30",
        b"0001-01-01",
        b"9999-12-31T23:59:59Z",
        b"=cmd",
        b"\x1f\x8b",
    ),
    *("é".encode("cp1252"), "<avis>".encode("utf-16"), b"Content-Type: multipart/mixed; boundary=\n\n", b"--\n"),
)
seeds = st.integers(0, 2**32)


def _told(error: DueWorkflowError) -> None:
    """An error of ours, with a sentence in both languages."""
    assert error.text("fr")
    assert error.text("en")
    if isinstance(error, InputRefused):
        assert error.problems or error.code != "refused"
        assert json.loads(error.json()) is not None


# ---- avis


def avis() -> Iterator[bytes]:
    verdicts = (Verdict(outcome=Outcome.REJECTED, siret=f.siret(1), reference="E-1", message="Motif: é"),)
    for paper in (
        f.ads("7", sirets=(f.siret(1),), count=1),
        f.acs("7", verdicts=verdicts),
        f.ars("7", verdicts=verdicts),
    ):
        raw = avis_xml(paper)
        yield raw
        yield gzip.compress(raw, mtime=0)
        yield eml(raw, encoding="quoted-printable")
        yield eml(raw, zipped=True)
        yield gzip.compress(eml(raw, encoding="8bit"), mtime=0)


AVIS = tuple(avis())


@fuzz
@given(st.sampled_from(AVIS), seeds)
def test_a_damaged_avis_is_read_or_kept_unread(data: bytes, seed: int) -> None:
    _is_read(damaged(data, Random(seed)))


@fuzz
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_kept_unread(data: bytes) -> None:
    _is_read(data)
    _is_read(gzip.compress(data, mtime=0))
    _is_read(b"<avisReceptionSigne>" + data + b"</avisReceptionSigne>")


def _is_read(data: bytes) -> None:
    start = time.monotonic()
    found = read_avis(data, account="acc")
    assert time.monotonic() - start < 5, "a few bytes took seconds"
    if isinstance(found, Unreadable):
        assert found.why in WHYS
        assert found.why != "unexpected", "a case that the reader did not foresee"
        assert found.raw == data
    else:
        assert isinstance(found, (Ads, Acs, Ars))
    flow = flow_on(MemoryStorage(), time.time())
    assert flow.receive(found).state == "tray"
    assert flow.receive(found).repeat


# ---- tables

HIRES = (
    "reference;siret;nom;nom_usage;prenoms;sexe;date_naissance;commune_naissance;departement_naissance;nir;"
    "date_embauche;heure_embauche;nature;date_fin;essai_jours\n"
    f"E-1;{f.siret(1)};DURAND;;Alix;2;15/01/1990;Paris;75;{f.nir(1)};07/03/2026;8:30;CDI;;30\n"
    f'"E-2";{f.siret(1)};"DU;PONT";;"Al ""X""";M;1990-01-15;Corte;2A;;2026-03-07;08h30;CDD;31/12/2026;\n'
).encode()
CLIENTS = (
    "siret;raison_sociale;ape;adresse;code_postal;ville;telephone;code_urssaf;sante_travail;email;collaborateur\n"
    f"{f.siret(1)};Essai;1071C;1 rue;75011;Paris;0102030405;117;01;a@b.fr;C. M.\n"
    f"{f.siret(1, 2)};Essai bis;10.71C;2 rue;1000;Bourg;;;;;\n"
).encode()
PLACE = (f.client(1), f.establishment(1))


@fuzz
@given(st.booleans(), seeds, st.sampled_from((b"", b"\xef\xbb\xbf")), st.sampled_from((";", ",", "\t")))
def test_a_damaged_table_gives_lines_or_is_refused(hires: bool, seed: int, bom: bytes, by: str) -> None:
    rng = Random(seed)
    data = damaged(bom + (HIRES if hires else CLIENTS).replace(b";", by.encode()), rng)
    _table(data, "csv", hires)


@fuzz
@given(st.booleans(), seeds)
def test_a_damaged_workbook_gives_lines_or_is_refused(hires: bool, seed: int) -> None:
    _table(damaged(_workbook(hires), Random(seed)), "xlsx", hires)


def _workbook(hires: bool, made: dict[bool, bytes] = {}) -> bytes:  # noqa: B006
    import io

    from openpyxl import Workbook

    if hires not in made:
        book = Workbook()
        for line in (HIRES if hires else CLIENTS).decode().splitlines():
            book.active.append(line.replace('"', "").split(";"))
        out = io.BytesIO()
        book.save(out)
        made[hires] = out.getvalue()
    return made[hires]


def _table(data: bytes, ext: str, hires: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{ext}"
        path.write_bytes(data)
        start = time.monotonic()
        try:
            table: Any = (
                read_hires(path, lambda siret: PLACE if siret == f.siret(1) else None) if hires else read_clients(path)
            )
            for line in table:
                assert isinstance(line, Good | Bad)
                if isinstance(line, Good):
                    assert isinstance(line.value, Declaration | Client)
                else:
                    assert line.problems
                    assert all(problem.text("fr") and problem.text("en") for problem in line.problems)
        except InputRefused as refused:
            _told(refused)
        assert time.monotonic() - start < 10


# ---- models


def _json_values() -> st.SearchStrategy[Any]:
    odd = st.sampled_from(
        (None, "", "x", 0, -1, 10**30, 1.5, float("1e300"), True, [], {}, "2026-02-30", "\ud800", "٣٤", "²")
    )
    dates = st.sampled_from(
        ("0001-01-01", "9999-12-31", "9999-12-31T23:59:59+00:00", "1990-01-01T00:00:00", "24:00", "1900-02-29")
    )
    whole = st.recursive(odd | dates | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3), max_leaves=4)
    return whole | st.dictionaries(st.text(max_size=8), odd, max_size=3)


MODELS: tuple[tuple[type[Any], dict[str, Any]], ...] = (
    (Declaration, json.loads(f.declaration().canonical())),
    (Client, f.client(1).model_dump(mode="json")),
    (Mandate, f.mandate().model_dump(mode="json")),
    (Contract, f.declaration().contract.model_dump(mode="json")),
    (Ads, f.ads("7").model_dump(mode="json")),
    (Ars, f.ars("7").model_dump(mode="json")),
)


def _leaves(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in items:
        yield (*at, name)
        yield from _leaves(value, (*at, name))


@fuzz
@given(st.sampled_from(MODELS), st.data())
def test_a_model_takes_its_input_or_refuses_it(model: tuple[type[Any], dict[str, Any]], data: st.DataObject) -> None:
    kind, good = model
    changed = json.loads(json.dumps(good))
    for path in data.draw(st.lists(st.sampled_from(list(_leaves(good))), min_size=1, max_size=3, unique=True)):
        inside = changed
        try:
            for name in path[:-1]:
                inside = inside[name]
            inside[path[-1]] = data.draw(_json_values())
        except (KeyError, IndexError, TypeError):
            continue
    for door in (lambda: kind.model_validate(changed), lambda: kind.model_validate_json(json.dumps(changed))):
        try:
            made = door()
        except InputRefused as refused:
            _told(refused)
        else:
            assert kind.model_validate(made.model_dump(context={"reveal": True})) == made


@fuzz
@given(st.binary(max_size=200) | st.text(max_size=200) | seeds)
def test_any_text_is_a_declaration_or_is_refused(given: bytes | str | int) -> None:
    data = damaged(f.declaration().canonical(), Random(given)) if isinstance(given, int) else given
    try:
        Declaration.model_validate_json(data)
    except InputRefused as refused:
        _told(refused)


# ---- records


def _records() -> list[Record]:
    storage = MemoryStorage()
    flow = flow_on(storage, time.time())
    flow.set_software("Editeur", "Paie", "1.0")
    flow.set_portal("jedeclare", "acc")
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate())
    sub = flow.prepare(f.declaration(), key="k")
    flow.mark_sent([sub.id], ref="7")
    flow.receive(f.ars("7", account="acc", raw=b"<x/>"))
    flow.receive(f.ars("8", account="acc"))
    return [record for kind in Kind for record in storage.find("cab", kind)]


RECORDS = _records()


@fuzz
@given(st.sampled_from(RECORDS), seeds)
def test_a_damaged_record_is_read_or_said_to_be_unusable(record: Record, seed: int) -> None:
    rng = Random(seed)
    head = record.data.index(b",") + 1 if rng.random() < 0.9 else 0
    data = record.data[:head] + damaged(record.data[head:], rng)
    broken = Record(record.ref, record.version, record.state, data, record.keys, record.due)
    try:
        held = decode(broken)
        encode(held)
    except StorageUnusable as unusable:
        _told(unusable)
        return
    try:
        held.payload_data()
    except StorageUnusable:
        return


@fuzz
@given(seeds)
def test_a_damaged_storage_stops_with_an_error_of_ours(seed: int) -> None:
    """Whatever record of a firm was damaged, reading and verifying end in an answer or in an error of ours."""
    rng = Random(seed)
    storage = MemoryStorage()
    for record in RECORDS:
        data = record.data
        if rng.random() < 0.3:
            head = data.index(b",") + 1
            data = data[:head] + damaged(data[head:], rng)
        storage.commit("cab", Changes([Record(record.ref, 0, record.state, data, record.keys, record.due)]))
    flow = flow_on(storage, time.time())
    calls: tuple[Any, ...] = (
        flow.read.verify_journal,
        lambda: list(flow.read.filings()),
        lambda: flow.read.filing("E-0001"),
        lambda: flow.read.client(f.siren(1)),
        lambda: flow.read.journal("E-0001"),
        flow.read.tray,
        lambda: list(flow.read.notices()),
    )
    for call in calls:
        try:
            call()
        except (DueWorkflowError, JournalBroken) as error:
            _told(error)


def test_the_seed_is_told() -> None:
    print(f"seed {SEED}: hypothesis prints its own for a failure")
    with pytest.raises(InputRefused):
        Declaration.model_validate_json("")
