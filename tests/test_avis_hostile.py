"""Bytes that lie, swell, nest or break off end in the tray with a word, quickly, and tell nobody's number."""

import base64
import gzip
import random
import subprocess
import sys
import textwrap
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from due_workflow.adapters.avis import HEAD_KEPT, MAX_DECLARATIONS, WHYS, read_avis
from due_workflow.receipts import Unreadable
from due_workflow.testing.avis import eml

NIR = "2 95 10 99 126 111 93"
HEAD = "<numeroAds>A</numeroAds><dateArs>2026-11-23</dateArs>"
GOOD = (
    f'<?xml version="1.0" encoding="UTF-8"?><avisReceptionSigne>{HEAD}<declarationsAcceptees>'
    "<siret>80000001000010</siret><message>Reçu</message></declarationsAcceptees></avisReceptionSigne>"
).encode()


def why(data: bytes) -> str:
    started = time.perf_counter()
    got = read_avis(data)
    assert time.perf_counter() - started < 10
    assert isinstance(got, Unreadable), got
    assert got.raw == data
    assert got.why in WHYS
    assert got.why != "unexpected"
    return got.why


def with_doctype(subset: str, text: str) -> bytes:
    body = GOOD.decode().partition("?>")[2].replace("Reçu", text)
    return f'<?xml version="1.0"?><!DOCTYPE avisReceptionSigne {subset}>{body}'.encode()


def test_an_external_entity_reads_no_local_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET")
    data = with_doctype(f'[<!ENTITY x SYSTEM "{secret.as_uri()}">]', "&x;")
    assert why(data) == "doctype"
    assert "TOP-SECRET" not in repr(read_avis(data))


@pytest.mark.parametrize(
    "subset",
    [
        '[<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]',
        'SYSTEM "http://example.invalid/x.dtd"',
        '[<!ENTITY % p SYSTEM "http://example.invalid/x.dtd"> %p;]',
        "",
    ],
)
def test_any_doctype_is_refused(subset: str) -> None:
    assert why(with_doctype(subset, "x")) == "doctype"
    assert why(eml(with_doctype(subset, "x"))) == "doctype"


def test_a_billion_laughs_are_refused_before_the_first() -> None:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    assert why(with_doctype(f'[<!ENTITY l0 "ha">{entities}]', "&l9;")) == "doctype"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_doctype_does_not_hide_in_another_encoding(encoding: str) -> None:
    text = with_doctype('[<!ENTITY x "boo">]', "&x;").decode()
    assert why(text.encode(encoding)) == "doctype"


@pytest.mark.parametrize("name", ["UTF-7", "EBCDIC-CP-US", "utf-32", "x-unknown", ""])
def test_an_encoding_in_which_one_could_hide_is_not_read(name: str) -> None:
    assert why(GOOD.replace(b"UTF-8", name.encode())) == "encoding"


def test_an_undeclared_entity_is_bad_xml() -> None:
    assert why(GOOD.replace("Reçu".encode(), b"&x;")) == "bad_xml"


def test_deep_nesting_is_bad_xml() -> None:
    assert why(b"<avisReceptionSigne>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</avisReceptionSigne>") == "bad_xml"


@pytest.mark.parametrize(
    "filler", [b"<a/>", b"<a>", b"&#65;", b'<a b="" c=""/>', b"<!---->", b"<declarationsX>x</declarationsX>"]
)
def test_twenty_megabytes_of_markup_cost_little(filler: bytes) -> None:
    room = 19 * 1024 * 1024 // len(filler)
    data = f"<avisReceptionSigne>{HEAD}".encode() + filler * room + b"</avisReceptionSigne>"
    started = time.perf_counter()
    read_avis(data)
    assert time.perf_counter() - started < 5


def test_more_declarations_than_any_piece_holds_are_refused() -> None:
    many = b"<declarationsAcceptees><siret>1</siret></declarationsAcceptees>" * (MAX_DECLARATIONS + 1)
    assert why(f"<avisReceptionSigne>{HEAD}".encode() + many + b"</avisReceptionSigne>") == "too_many"


def test_a_long_free_message_repeated_in_many_declarations_stays_short() -> None:
    free = f"<msgLibre>{'blah 1 ' * 1_000_000}</msgLibre>"
    many = "<declarationsAcceptees><siret>1</siret></declarationsAcceptees>" * 5_000
    got = read_avis(f"<avisReceptionSigne>{HEAD}{free}{many}</avisReceptionSigne>".encode())
    assert not isinstance(got, Unreadable)
    assert max(len(v.message) for v in got.verdicts) < 2_100


def test_a_file_larger_than_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as stream:
        stream.write(b"<avisReceptionSigne>")
        stream.truncate(100 * 1024 * 1024)
    program = f"""
        import resource
        from due_workflow.adapters.avis import read_file
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        got = read_file({str(huge)!r})
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(got.why, len(got.raw), grown // 1024)
    """
    out = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    said, kept, grown = out.stdout.split()
    assert (said, int(kept)) == ("too_large", HEAD_KEPT)
    assert int(grown) < 70


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_gzip_bomb_is_cut_when_it_passes_the_limit(layers: int) -> None:
    bomb = b"\0" * (200 * 1024 * 1024)
    for _ in range(layers):
        bomb = gzip.compress(bomb, 1)
    tracemalloc.start()
    try:
        said = why(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert said == "too_large"
    assert peak < 70 * 1024 * 1024


def test_a_bomb_inside_an_attachment_is_cut_too() -> None:
    assert why(eml(b"<a>" + b" " * (30 * 1024 * 1024), zipped=True)) == "too_large"


def test_gzip_inside_gzip_without_end_is_too_deep() -> None:
    data = GOOD
    for _ in range(10):
        data = gzip.compress(data)
    assert why(data) == "too_deep"


def test_a_truncated_gzip_is_refused_at_every_length() -> None:
    whole = gzip.compress(GOOD)
    assert {why(whole[:cut]) for cut in range(2, len(whole))} == {"bad_gzip"}


def test_a_damaged_gzip_is_refused() -> None:
    whole = bytearray(gzip.compress(GOOD))
    whole[len(whole) // 2] ^= 0xFF
    assert why(bytes(whole)) == "bad_gzip"


def test_a_truncated_email_is_refused_until_the_attachment_is_whole() -> None:
    for whole in (eml(GOOD), eml(GOOD, encoding="8bit"), eml(GOOD, zipped=True)):
        seen = []
        for cut in range(10, len(whole), 7):
            got = read_avis(whole[:cut])
            seen.append(not isinstance(got, Unreadable))
            assert isinstance(got, Unreadable) or got.raw == GOOD
        assert seen == sorted(seen)


def test_a_truncated_document_is_refused_at_every_length() -> None:
    assert {why(GOOD[:cut]) for cut in range(50, len(GOOD))} == {"bad_xml"}


def test_two_different_avis_in_one_email_are_not_chosen_between() -> None:
    other = eml(GOOD.replace(b"<numeroAds>A<", b"<numeroAds>B<"))
    parts = eml(GOOD).rpartition(b"\r\n--")[0]
    boundary = parts.partition(b'boundary="')[2].partition(b'"')[0]
    attachment = other[other.index(b"Content-Type: application/xml") :].rpartition(b"\r\n--")[0]
    twice = parts + b"\r\n--" + boundary + b"\r\n" + attachment + b"\r\n--" + boundary + b"--\r\n"
    assert why(twice) == "several_avis"


def test_an_email_without_avis_an_empty_file_and_a_stranger_are_told_apart() -> None:
    assert why(b"From: x@example.invalid\n\nbonjour") == "no_avis"
    assert why(eml(GOOD, filename="facture.pdf").replace(b"application/xml", b"application/pdf")) == "no_avis"
    assert why(b"") == "empty"
    assert why(b" \r\n\t ") == "empty"
    assert why(b"%PDF-1.7\nabc") == "unknown_format"
    assert why(b"PK\x03\x04 zip") == "unknown_format"
    assert why(b"<html><body>503</body></html>") == "unknown_root"
    assert why(eml(b"not xml")) == "bad_xml"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<numeroAds>A</numeroAds>", "", "no_reference"),
        ("<numeroAds>A</numeroAds>", "<numeroAds> </numeroAds>", "no_reference"),
        ("<numeroAds>A</numeroAds>", "<numeroAds>A</numeroAds><numeroAds>B</numeroAds>", "bad_reference"),
        ("<numeroAds>A", "<numeroAds>" + "A" * 200, "bad_reference"),
        ("<dateArs>2026-11-23</dateArs>", "", "no_date"),
        ("<dateArs>2026-11-23</dateArs>", "<dateAcs>2026-11-23</dateAcs>", "no_date"),
        ("2026-11-23", "2026-11-31", "bad_date"),
        ("2026-11-23", "0001-01-01", "bad_date"),
        ("2026-11-23", "9999-12-31T23:59:59-12:00", "bad_date"),
        ("2026-11-23", "hier", "bad_date"),
        ("2026-11-23", "2026-11-23T25:00:00", "bad_date"),
    ],
)
def test_what_every_receipt_needs_is_required(old: str, new: str, said: str) -> None:
    assert why(GOOD.decode().replace(old, new).encode()) == said


def test_a_number_in_a_message_a_name_or_a_siret_comes_out_masked() -> None:
    inside = (
        f"<declarationsRejetees><siret>{NIR}</siret><numeroInterne>{NIR}</numeroInterne>"
        f"<message>NIR {NIR} inconnu</message></declarationsRejetees><msgLibre>{NIR}</msgLibre>"
    )
    data = f"<avisReceptionSigne>{HEAD}{inside}</avisReceptionSigne>".encode()
    got = read_avis(data, filename=f"avis {NIR}.xml")
    broken = read_avis(data[:-4], filename=f"avis {NIR}.xml")
    assert not isinstance(got, Unreadable)
    assert isinstance(broken, Unreadable)
    for text in (repr(got), got.model_dump_json(), repr(broken), broken.model_dump_json(), broken.why):
        assert "126 111" not in text
        assert "126111" not in text


@pytest.mark.parametrize("before", range(1_960, 2_003))
def test_a_long_message_is_never_cut_inside_a_number(before: int) -> None:
    said = "x" * before + " 295109912611193 " + "y" * 3_000
    inside = f"<declarationsRejetees><siret>1</siret><message>{said}</message></declarationsRejetees>"
    got = read_avis(f"<avisReceptionSigne>{HEAD}{inside}</avisReceptionSigne>".encode())
    assert not isinstance(got, Unreadable)
    assert not any(c.isdigit() for c in got.verdicts[0].message)


def test_parts_nested_without_end_and_headers_without_end_are_refused_quickly() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(5_000))
    assert why(nested) == "too_deep"
    assert why(b"A: " + b"x" * 1_000_000) == "unknown_format"
    wide = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000
    assert why(wide) == "too_many"
    lines = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + b"\n" * 10_000_000
    assert why(lines) == "no_avis"


@settings(deadline=2_000, max_examples=150)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    why(data)


@settings(deadline=2_000, max_examples=60)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_in_an_attachment_never_raise(data: bytes) -> None:
    why(eml(data))
    why(b"<" + data)
    why(gzip.compress(data))
    why(b"Content-Type: " + data)
    why(b"Content-Type: text/xml; name*=utf-8''%s; name=\"%s\"\n\nx" % (data, data))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_a_damaged_email_never_raises_and_never_turns_into_another_answer(seed: int) -> None:
    dice = random.Random(seed)
    data = bytearray(dice.choice([eml(GOOD, encoding="8bit"), eml(GOOD), GOOD]))
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(data))
        end = at + dice.choice([0, 1, 1, 5])
        data[at:end] = bytes(dice.choice([0, 10, 13, 34, 39, 45, 61, 63, 195, 255]) for _ in range(dice.randint(0, 3)))
    got = read_avis(bytes(data))
    if isinstance(got, Unreadable):
        assert got.why in set(WHYS) - {"unexpected"}
    else:
        assert {v.outcome.value for v in got.verdicts} <= {"accepted", "unknown"}


def test_a_base64_attachment_with_noise_or_lost_padding_is_still_whole() -> None:
    encoded = base64.encodebytes(GOOD).replace(b"\n", b"\r\n")
    assert encoded in eml(GOOD)
    for spoilt in (encoded.replace(b"=", b""), encoded.replace(b"\r\n", b" \r\n\r\n")):
        got = read_avis(eml(GOOD).replace(encoded, spoilt))
        assert got.kind == "ars"
