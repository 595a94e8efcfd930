"""Files that a spreadsheet destroyed, or that somebody meant to: bounded, refused, and tight-lipped."""

import csv
import gc
import io
import os
import subprocess
import sys
import textwrap
import time
import traceback
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from due_workflow.adapters.tables import (
    MAX_BAD,
    MAX_LINE,
    MAX_LINES,
    Bad,
    Good,
    Table,
    read_clients,
    read_hires,
    write_bad_lines,
)
from due_workflow.clients import Client, Establishment
from due_workflow.declarations import Declaration
from due_workflow.errors import InputRefused
from due_workflow.identifiers import Siret

SIRET = "80000001000010"
NIR, SPACED, WRONG_KEY, CORSICAN = (
    "295109912611193",
    "2 95 10 99 126 111 93",
    "295109912611194",
    "253072B07300470",
)
NUMBERS = (NIR, SPACED, WRONG_KEY, CORSICAN, NIR[:13], "2 53 07 2B 073 004 70", "295139912611193")
HEADER = (
    "reference;siret;nom;nom_usage;prenoms;sexe;date_naissance;commune_naissance;departement_naissance;"
    "nir;date_embauche;heure_embauche;nature;date_fin;essai_jours"
)
LINE = f"H-1;{SIRET};DUPONT;;Marie;2;12/10/1995;PARIS;75;{NIR};01/12/2026;8:30;CDI;;60"
CLIENTS = f"siret;raison_sociale;ape;adresse;code_postal;ville;telephone\n{SIRET};ACME;4711D;RUE;75001;PARIS;"
PLACE = Establishment(siret=SIRET, ape="1071C", address="1 RUE X", postal_code="01000", town="BOURG")
MARTIN = Client(siren=SIRET[:9], name="MARTIN", establishments=(PLACE,))


def place_of(siret: Siret) -> tuple[Client, Establishment] | None:
    return (MARTIN, PLACE) if siret == SIRET else None


def table(path: Path, *lines: str | bytes, header: str = HEADER) -> Table[Declaration]:
    body = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in (header, *lines))
    (path / "h.csv").write_bytes(body + b"\n")
    return read_hires(path / "h.csv", place_of)


def codes(read: Good[Declaration] | Bad) -> list[str]:
    return [] if isinstance(read, Good) else [p.code for p in read.problems]


def refused(call: Callable[[], object]) -> str:
    started = time.perf_counter()
    with pytest.raises(InputRefused) as caught:
        call()
    assert time.perf_counter() - started < 20
    return caught.value.code


def told(error: BaseException) -> str:
    """All that a traceback with locals prints of `error`, this file's own frames apart."""
    said = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [str(frame.locals) for frame in said.stack if frame.filename != __file__]
    assert any(frame.filename.endswith("tables.py") for frame in said.stack)
    return "".join([*frames, *said.format_exception_only()])


def with_cell(column: str, value: str) -> str:
    cells = LINE.split(";")
    cells[HEADER.split(";").index(column)] = value
    return ";".join(cells)


# ---- cells


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        '"=HYPERLINK(""http://x"")"',
        "@SUM(A1)",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        " =A1",
        "#REF!",
        "#N/A",
    ],
)
@pytest.mark.parametrize("column", ["nom", "reference", "nir", "date_naissance"])
def test_a_formula_is_refused_wherever_it_stands(tmp_path: Path, column: str, cell: str) -> None:
    (read,) = table(tmp_path, with_cell(column, cell))
    assert codes(read) == ["formula"]


def test_only_a_phone_may_start_with_a_plus(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(CLIENTS + "+33 1 23 45 67 89\n")
    (good,) = read_clients(tmp_path / "c.csv")
    assert isinstance(good, Good)
    (tmp_path / "c.csv").write_text(CLIENTS + "+33+cmd\n")
    (bad,) = read_clients(tmp_path / "c.csv")
    assert isinstance(bad, Bad)
    assert bad.problems[0].code == "bad_phone"


def test_a_formula_in_an_xlsx_is_refused_whatever_its_kind(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(HEADER.split(";"))
    for formula in ("=1+1", ArrayFormula("C3", "=A1:A2"), "#REF!"):
        page.append(LINE.split(";"))
        page.cell(page.max_row, 3).value = formula
    book.save(tmp_path / "h.xlsx")
    assert [codes(read) for read in read_hires(tmp_path / "h.xlsx", place_of)] == [["formula"]] * 3


@pytest.mark.parametrize("cell", ["7,32829E+13", "7.32829e+13", "2,95109912611193E+14", "7E+13"])
@pytest.mark.parametrize("column", ["siret", "nir", "reference"])
def test_a_number_that_the_spreadsheet_destroyed_is_told_as_such(tmp_path: Path, column: str, cell: str) -> None:
    (read,) = table(tmp_path, with_cell(column, cell))
    assert codes(read) == ["number_destroyed"]


def test_a_number_too_large_for_a_spreadsheet_is_told_as_such(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(HEADER.split(";"))
    page.append([2.5e300 if cell == NIR else cell for cell in LINE.split(";")])
    book.save(tmp_path / "h.xlsx")
    (read,) = read_hires(tmp_path / "h.xlsx", place_of)
    assert codes(read) == ["number_destroyed"]


@pytest.mark.parametrize("cell", ["A\x01B", "A\x1b[31mB", "A\x7fB", "A\u0085B", "A\ufffdB"])
def test_control_characters_are_refused(tmp_path: Path, cell: str) -> None:
    (read,) = table(tmp_path, with_cell("nom", cell))
    assert codes(read) == ["control_character"]


@pytest.mark.parametrize("cell", ["２", "²", "٢", "Ⅱ", "1\u0660"])
def test_digits_of_another_script_are_no_digits(tmp_path: Path, cell: str) -> None:
    for column in ("essai_jours", "heure_embauche", "siret", "nir"):
        (read,) = table(tmp_path, with_cell(column, cell))
        assert isinstance(read, Bad)


# ---- lines


def test_a_nul_byte_spoils_its_line_only(tmp_path: Path) -> None:
    assert [codes(read) for read in table(tmp_path, LINE, LINE.replace("DU", "D\0"), LINE)] == [
        [],
        ["nul_byte"],
        [],
    ]


def test_bytes_of_no_known_encoding_spoil_their_line_only(tmp_path: Path) -> None:
    spoilt = LINE.encode().replace(b"DUPONT", b"DUP\x81\xe9")
    assert [codes(read) for read in table(tmp_path, LINE, spoilt, LINE)] == [[], ["encoding"], []]


def test_an_overlong_line_spoils_itself_only(tmp_path: Path) -> None:
    long = with_cell("nom", "x" * (3 * MAX_LINE))
    assert [codes(read) for read in table(tmp_path, LINE, long, LINE)] == [[], ["line_too_long"], []]


def test_an_open_quote_swallows_no_line_behind_it(tmp_path: Path) -> None:
    open_quote = with_cell("nom", '"DUPONT')
    read = list(table(tmp_path, LINE, open_quote, *[LINE] * 50))
    assert [each.line for each in read] == list(range(2, 54))
    assert [codes(each) for each in read] == [[], ["unclosed_quote"], *[[]] * 50]


def test_two_open_quotes_swallow_no_line_between_them(tmp_path: Path) -> None:
    open_quote = with_cell("nom", '"DUPONT')
    read = list(table(tmp_path, open_quote, LINE, open_quote, with_cell("nom", '""'), LINE))
    assert [codes(each) for each in read] == [["unclosed_quote"], [], ["unclosed_quote"], ["missing"], []]


def test_text_behind_a_closing_quote_is_refused(tmp_path: Path) -> None:
    assert [codes(each) for each in table(tmp_path, with_cell("nom", '"LE" COIN'), LINE)] == [
        ["bad_quotes"],
        [],
    ]


def test_a_bad_line_of_any_kind_keeps_its_row_for_its_owner(tmp_path: Path) -> None:
    spoilt = [
        LINE.replace("DU", "D\0"),
        with_cell("nom", '"DUPONT'),
        with_cell("nom", '"A"B'),
        with_cell("sexe", "X"),
    ]
    read = table(tmp_path, *spoilt)
    assert write_bad_lines(tmp_path / "bad.csv", read.header, (r for r in read if isinstance(r, Bad))) == 4
    assert (tmp_path / "bad.csv").read_text("utf-8-sig").count(NIR) == 4


# ---- headers


@pytest.mark.parametrize(
    "header",
    ['"reference;siret', "reference;siret;\0nom", "a;" * 1_000_000, "x" * MAX_LINE + ";siret", '"a"b;c'],
)
def test_a_header_that_cannot_be_read_is_refused(tmp_path: Path, header: str) -> None:
    assert refused(lambda: table(tmp_path, LINE, header=header)) == "header_unreadable"


def test_a_file_without_header_is_refused_without_telling_its_numbers(tmp_path: Path) -> None:
    for number in NUMBERS:
        with pytest.raises(InputRefused) as caught:
            table(tmp_path, header=LINE.replace(NIR, number))
        said = caught.value.text("fr") + caught.value.json() + repr(caught.value.problems)
        assert number not in said
        assert number not in told(caught.value)


# ---- files


def test_strange_files_are_told_apart(tmp_path: Path) -> None:
    def said(data: bytes) -> str:
        (tmp_path / "x.csv").write_bytes(data)
        return refused(lambda: read_clients(tmp_path / "x.csv"))

    assert said(b"") == "file_empty"
    assert said(CLIENTS.encode("utf-16")) == "utf16"
    assert said(CLIENTS.encode("utf-16-le")) == "utf16"
    assert said(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "old_excel"
    assert said(b"PK\x03\x04 not a zip") == "xlsx_unreadable"
    assert said(b"%PDF-1.7\n") == "refused"
    assert refused(lambda: read_clients(tmp_path / "nowhere.csv")) == "file_missing"
    assert refused(lambda: read_clients(tmp_path)) == "file_unreadable"
    os.mkfifo(tmp_path / "pipe")
    assert refused(lambda: read_clients(tmp_path / "pipe")) == "file_unreadable"


def test_a_file_of_a_hundred_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text(HEADER + "\n")
    os.truncate(tmp_path / "h.csv", 100 * 1024 * 1024)
    assert refused(lambda: read_hires(tmp_path / "h.csv", place_of)) == "file_too_large"


@pytest.mark.parametrize(
    ("filler", "said"),
    [
        (b"\n", "too_many_lines"),
        (b"\0", "line_too_long"),
        (b"x\n", "too_many_bad_lines"),
        (b'"\n', "too_many_bad_lines"),
        (b";", "line_too_long"),
        (b'"";', "line_too_long"),
    ],
)
def test_sixty_megabytes_of_nothing_take_bounded_time_and_memory(tmp_path: Path, filler: bytes, said: str) -> None:
    path = tmp_path / "h.csv"
    with path.open("wb") as stream:
        stream.write(HEADER.encode() + b"\n")
        block = filler * (1024 * 1024 // len(filler))
        for _ in range(60):
            stream.write(block)
    program = f"""
        import resource, time
        from pathlib import Path
        from due_workflow.adapters.tables import read_hires
        from due_workflow.errors import InputRefused
        before, started, seen = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter(), set()
        try:
            for read in read_hires(Path({str(path)!r}), lambda siret: None):
                seen.update(p.code for p in read.problems)
        except InputRefused as error:
            seen.add(error.code)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print({said!r} in seen, grown // 1024, time.perf_counter() - started)
    """
    out = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found, grown, took = out.stdout.split()
    assert found == "True"
    assert int(grown) < 30
    assert float(took) < 20


def test_too_many_bad_lines_end_the_reading(tmp_path: Path) -> None:
    read = iter(table(tmp_path, *["x"] * (MAX_BAD + 5)))
    assert sum(1 for _ in zip(range(MAX_BAD), read, strict=False)) == MAX_BAD
    assert refused(lambda: next(read)) == "too_many_bad_lines"


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(lines: int) -> int:
        read = table(tmp_path, *(LINE.replace("H-1", f"H-{n}") for n in range(lines)))
        tracemalloc.start()
        try:
            for each in read:
                assert isinstance(each, Good)
                if each.line % 500 == 0:
                    gc.collect()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    # were the lines kept, 3,000 more of them would take several megabytes
    assert peak(4_000) < peak(1_000) + 500_000


# ---- XLSX

SHEET = "xl/worksheets/sheet1.xml"


def workbook(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A plain workbook of one hire, each part passed through `change`."""
    book, plain = Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    page.append(HEADER.split(";"))
    page.append(LINE.split(";"))
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path / "h.xlsx", "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return path / "h.xlsx"


def xlsx(path: Path) -> list[Good[Declaration] | Bad]:
    return list(read_hires(path, place_of))


def test_the_plain_workbook_of_these_tests_is_good(tmp_path: Path) -> None:
    assert [codes(read) for read in xlsx(workbook(tmp_path, lambda name, data: data))] == [[]]


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_an_xlsx_that_unfolds_to_gigabytes_is_not_opened(tmp_path: Path, part: str) -> None:
    path = workbook(tmp_path, lambda name, data: data + b" " * (30 << 20) if name == part else data)
    assert refused(lambda: xlsx(path)) == "xlsx_too_large"


def test_an_xlsx_that_lies_about_its_sizes_unfolds_no_further(tmp_path: Path) -> None:
    path = workbook(tmp_path, lambda name, data: data + b" " * (30 << 20) if name == SHEET else data)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (9_000).to_bytes(4, "little")))
    tracemalloc.start()
    try:
        assert refused(lambda: xlsx(path)) in ("xlsx_too_large", "xlsx_unreadable")
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_entities_in_an_xlsx_are_refused(tmp_path: Path, part: str) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    path = workbook(tmp_path, lambda name, data: laughs + data if name == part else data)
    assert refused(lambda: xlsx(path)) == "xlsx_too_large"


def test_a_row_of_millions_of_cells_is_refused(tmp_path: Path) -> None:
    cells = os.urandom(1 << 20).hex().encode()
    wide = (
        b'<row r="9">' + b"".join(b"<c><v>%s</v></c>" % cells[n : n + 9] for n in range(0, len(cells), 9)) + b"</row>"
    )
    path = workbook(
        tmp_path,
        lambda name, data: data.replace(b"</sheetData>", wide + b"</sheetData>") if name == SHEET else data,
    )
    assert refused(lambda: xlsx(path)) == "xlsx_too_large"


def test_rows_that_skip_to_the_end_of_the_world_are_cut(tmp_path: Path) -> None:
    far = b'<row r="2000000000"><c r="A2000000000" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    path = workbook(tmp_path, lambda name, data: data.replace(b"</sheetData>", far) if name == SHEET else data)
    assert refused(lambda: xlsx(path)) == "too_many_lines"
    assert MAX_LINES <= 1_048_576


def test_a_truncated_or_damaged_xlsx_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path, lambda name, data: data).read_bytes()
    for cut in range(4, len(whole), len(whole) // 40):
        (tmp_path / "h.xlsx").write_bytes(whole[:cut])
        assert refused(lambda: xlsx(tmp_path / "h.xlsx")) == "xlsx_unreadable"
    broken = workbook(tmp_path, lambda name, data: data.replace(b"<row", b"<wor", 1) if name == SHEET else data)
    assert refused(lambda: xlsx(broken)) in ("xlsx_unreadable", "refused")


def test_an_opendocument_sheet_is_told_as_such(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    assert refused(lambda: read_clients(tmp_path / "x.ods")) == "ods"


# ---- numbers that must not be told


def misplaced() -> Iterator[str]:
    for number in NUMBERS:
        for column in HEADER.split(";"):
            yield with_cell(column, number)
            yield with_cell(column, f"={number}")
            yield with_cell(column, f"{number}\x01")
        yield f"{number};" * 40
        yield with_cell("nom", f'"{number}')
        yield with_cell("nom", f'"A"{number}')
        yield f"{number}\0"


def test_no_problem_tells_a_number_whatever_column_it_landed_in(tmp_path: Path) -> None:
    lines = list(misplaced())
    planted = [number for number in NUMBERS for _ in range(len(lines) // len(NUMBERS))]
    read = {each.line: each for each in table(tmp_path, *lines)}
    for line, number in enumerate(planted, start=2):
        each = read[line]
        assert NIR not in repr(each), each
        if isinstance(each, Bad):
            assert number not in repr(each) + " ".join(p.text("fr") for p in each.problems), each


def test_the_column_that_says_why_tells_no_number(tmp_path: Path) -> None:
    lines = table(tmp_path, *misplaced())
    write_bad_lines(tmp_path / "bad.csv", lines.header, (r for r in lines if isinstance(r, Bad)))
    with (tmp_path / "bad.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream, delimiter=";"):
            assert not any(number in row["pourquoi"] for number in NUMBERS), row["pourquoi"]
            assert row["pourquoi"][:1] not in "=+-@"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("where", ["establishment", "progress"])
def test_an_error_of_the_hosts_own_code_carries_no_number_away_in_our_frames(
    tmp_path: Path, suffix: str, where: str
) -> None:
    path = tmp_path / f"h.{suffix}"
    if suffix == "csv":
        path.write_text("\n".join([HEADER] + [LINE, with_cell("nom", NIR), with_cell("siret", NIR)] * 200))
    else:
        book = Workbook()
        page = book.active
        assert page is not None
        for line in [HEADER] + [LINE, with_cell("nom", NIR)] * 200:
            page.append(line.split(";"))
        book.save(path)

    def failing(*_: object) -> None:
        raise RuntimeError("the host's")

    progress = failing if where == "progress" else None
    with pytest.raises(RuntimeError) as caught:
        list(read_hires(path, failing if where == "establishment" else place_of, progress=progress))
    text = told(caught.value)
    assert not any(number in text for number in NUMBERS)


def test_no_refusal_of_a_file_carries_a_number_away_in_its_frames(tmp_path: Path) -> None:
    failures = []
    for lines in ([NIR] * (MAX_BAD + 2), ["\n" * (MAX_LINES + 2) + LINE]):
        with pytest.raises(InputRefused) as caught:
            list(table(tmp_path, LINE, *lines))
        failures.append(caught.value)
    cut = LINE.replace("DUPONT", SPACED).replace(";", "</t></is></c><c t='inlineStr'><is><t>").encode()
    row = b"<row><c t='inlineStr'><is><t>" + cut + b"</t></is></c></row><row><c></wrong>"
    path = workbook(tmp_path, lambda name, data: data.replace(b"</sheetData>", row) if name == SHEET else data)
    with pytest.raises(InputRefused) as caught:
        xlsx(path)
    failures.append(caught.value)
    for failure in failures:
        assert not any(number in told(failure) for number in NUMBERS)
        assert failure.__cause__ is None
        assert failure.__context__ is None


# ---- anything at all


@settings(deadline=5_000, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=600))
@example(b"PK\x05\x06" + bytes(18))
def test_arbitrary_bytes_are_refused_or_read_and_never_raise_anything_else(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.csv"
    for body in (data, HEADER.encode() + b"\n" + data, b"PK\x03\x04" + data):
        path.write_bytes(body)
        try:
            for read in read_hires(path, place_of):
                assert isinstance(read, (Good, Bad))
        except InputRefused:
            pass


cells = st.one_of(st.text(max_size=30), st.sampled_from(["", *LINE.split(";"), *NUMBERS]))


@settings(deadline=5_000, max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cells, max_size=17), max_size=6))
def test_arbitrary_cells_are_good_or_bad(tmp_path: Path, rows: list[list[str]]) -> None:
    lines = [";".join(row).encode("utf-8", "replace") for row in rows]
    for read in table(tmp_path, *lines):
        if isinstance(read, Bad):
            assert read.problems
            assert not any(number in repr(read) for number in NUMBERS)
