"""Clients and hires from the files that French spreadsheets export."""

import csv
import stat
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from due_workflow.adapters.tables import Bad, Cell, Good, Table, read_clients, read_hires, write_bad_lines
from due_workflow.clients import Client, Establishment
from due_workflow.declarations import ContractKind, Declaration
from due_workflow.errors import InputRefused
from due_workflow.identifiers import Siret
from due_workflow.models import Regime

SIRET, SECOND, OTHER = "80000001000010", "80000001000028", "80000002800012"
NIR = "295109912611193"
CLIENT = {
    "siret": SIRET,
    "raison_sociale": "BOULANGERIE MARTIN",
    "ape": "10.71C",
    "adresse": "1 rue de l'Église",
    "code_postal": "01000",
    "ville": "BOURG-EN-BRESSE",
    "telephone": "04 74 00 00 00",
    "code_urssaf": "017",
    "sante_travail": "01",
    "email": "contact@martin.example",
    "collaborateur": "Agnès",
}
HIRE = {
    "reference": "H-1",
    "siret": SIRET,
    "nom": "LEFÈVRE",
    "nom_usage": "",
    "prenoms": "Zoé Marie",
    "sexe": "2",
    "date_naissance": "12/10/1995",
    "commune_naissance": "PARIS",
    "departement_naissance": "75",
    "nir": "2 95 10 99 126 111 93",
    "date_embauche": "01/12/2026",
    "heure_embauche": "08h30",
    "nature": "CDI",
    "date_fin": "",
    "essai_jours": "60",
}
PLACE = Establishment(siret=SIRET, ape="1071C", address="1 RUE X", postal_code="01000", town="BOURG")
MARTIN = Client(siren=SIRET[:9], name="MARTIN", establishments=(PLACE,))


def place_of(siret: Siret) -> tuple[Client, Establishment] | None:
    return (MARTIN, PLACE) if siret == SIRET else None


def write(path: Path, *rows: dict[str, str], separator: str = ";", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="", errors="strict") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    return path


def sheet(path: Path, rows: Iterable[Iterable[object]]) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def hires(path: Path) -> Table[Declaration]:
    return read_hires(path, place_of)


def declaration(path: Path, **changed: str) -> Declaration:
    (read,) = hires(write(path / "h.csv", {**HIRE, **changed}))
    assert isinstance(read, Good), read
    return read.value


def faults(path: Path, **changed: str) -> list[tuple[str, str]]:
    (read,) = hires(write(path / "h.csv", {**HIRE, **changed}))
    assert isinstance(read, Bad)
    return [(p.where, p.code) for p in read.problems]


def client(path: Path, **changed: str) -> Client:
    (read,) = read_clients(write(path / "c.csv", {**CLIENT, **changed}))
    assert isinstance(read, Good), read
    return read.value


def test_a_client_comes_whole_from_its_line(tmp_path: Path) -> None:
    (read,) = read_clients(write(tmp_path / "clients.csv", CLIENT))
    assert read == Good(
        2,
        Client(
            siren=SIRET[:9],
            name="BOULANGERIE MARTIN",
            email="contact@martin.example",
            collaborator="Agnès",
            establishments=(
                Establishment(
                    siret=SIRET,
                    ape="1071C",
                    address="1 rue de l'Église",
                    postal_code="01000",
                    town="BOURG-EN-BRESSE",
                    phone="0474000000",
                    urssaf_code="017",
                    health_service="01",
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("written", "regime"),
    [
        *((regime, regime) for regime in get_args(Regime)),
        ("MSA", "msa"),
        ("Agricole", "msa"),
        ("régime agricole", "msa"),
        ("Mutualité sociale agricole", "msa"),
        ("Régime général", "general"),
        ("chèque emploi associatif", "cea"),
        ("GUSO", "guso"),
        ("", "general"),
    ],
)
def test_the_regime_is_read_in_the_words_that_people_write(tmp_path: Path, written: str, regime: str) -> None:
    (place,) = client(tmp_path, Régime=written).establishments
    assert place.regime == regime
    assert ("regime" in place.model_fields_set) is bool(written)  # what is not said stays as the firm has it


def test_a_regime_that_is_none_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    (read,) = read_clients(write(tmp_path / "c.csv", {**CLIENT, "regime": "vigneron"}))
    assert isinstance(read, Bad)
    (problem,) = read.problems
    assert (problem.where, problem.code) == ("L2:regime", "bad_regime")
    assert "« vigneron »" in problem.text("fr")
    assert "msa" in problem.text("fr")


def test_the_last_six_client_columns_may_be_absent_or_empty(tmp_path: Path) -> None:
    short = dict(list(CLIENT.items())[:6])
    (read,) = read_clients(write(tmp_path / "short.csv", short))
    assert isinstance(read, Good)
    assert read.value == client(tmp_path, telephone="", code_urssaf="", sante_travail="", email="", collaborateur="")


def test_several_lines_of_one_siren_are_one_client(tmp_path: Path) -> None:
    rows = [
        CLIENT,
        {**CLIENT, "siret": OTHER, "raison_sociale": "MINOTERIE", "email": ""},
        {**CLIENT, "siret": SECOND, "raison_sociale": "LE FOURNIL", "ville": "LYON"},
    ]
    first, second = read_clients(write(tmp_path / "c.csv", *rows))
    assert isinstance(first, Good)
    assert isinstance(second, Good)
    assert (first.line, second.line) == (2, 3)
    assert [(e.siret, e.name, e.town) for e in first.value.establishments] == [
        (SIRET, None, "BOURG-EN-BRESSE"),
        (SECOND, "LE FOURNIL", "LYON"),
    ]
    assert second.value.name == "MINOTERIE"


def test_a_siret_that_comes_twice_is_refused_with_the_first_line(tmp_path: Path) -> None:
    bad, good = read_clients(write(tmp_path / "c.csv", CLIENT, CLIENT))
    assert isinstance(bad, Bad)
    assert isinstance(good, Good)
    assert (bad.line, bad.problems[0].code, bad.problems[0].facts["first"]) == (3, "siret_twice", 2)


def test_a_hire_comes_whole_with_its_employers_data(tmp_path: Path) -> None:
    got = declaration(tmp_path)
    assert got.reference == "H-1"
    assert (got.employer.siret, got.employer.name, got.employer.town) == (SIRET, "MARTIN", "BOURG")
    person = got.employee
    assert (person.surname, person.usual_name, person.first_names) == ("LEFÈVRE", None, "Zoé Marie")
    assert (person.sex, person.birth_date, person.birth_department) == ("2", date(1995, 10, 12), "75")
    assert person.nir is not None
    assert person.nir.reveal() == NIR
    assert (got.contract.kind, got.contract.start) == (ContractKind.CDI, datetime(2026, 12, 1, 8, 30))
    assert (got.contract.end_date, got.contract.trial_days) == (None, 60)


def test_an_establishments_own_name_is_the_employers(tmp_path: Path) -> None:
    named = PLACE.with_(name="LE FOURNIL")
    (read,) = read_hires(write(tmp_path / "h.csv", HIRE), lambda siret: (MARTIN, named))
    assert isinstance(read, Good)
    assert read.value.employer.name == "LE FOURNIL"


def test_the_optional_columns_of_a_hire_may_be_absent(tmp_path: Path) -> None:
    short = {k: v for k, v in HIRE.items() if k not in ("nom_usage", "nir", "date_fin", "essai_jours")}
    (read,) = hires(write(tmp_path / "h.csv", short))
    assert isinstance(read, Good)
    assert read.value.employee.nir is None


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_separators_and_encodings_are_found_out(tmp_path: Path, separator: str, encoding: str) -> None:
    path = write(tmp_path / "h.csv", HIRE, separator=separator, encoding=encoding)
    table = hires(path)
    (read,) = table
    assert isinstance(read, Good)
    assert (read.value.employee.surname, table.delimiter) == ("LEFÈVRE", separator)


def dress(name: str, how: int) -> str:
    plain = name.replace("_", " ")
    return [
        name,
        name.upper(),
        plain.title(),
        name.replace("_", ""),
        f" {plain} ",
        name.replace("e", "é", 1),
    ][how]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(list(HIRE)), st.lists(st.integers(0, 5), min_size=len(HIRE), max_size=len(HIRE)))
def test_columns_come_in_any_order_and_dress(tmp_path: Path, order: list[str], how: list[int]) -> None:
    row = {dress(name, each): HIRE[name] for name, each in zip(order, how, strict=True)}
    (read,) = hires(write(tmp_path / "h.csv", row))
    assert isinstance(read, Good)
    assert read.value == declaration(tmp_path)


def test_unknown_columns_are_kept_out_with_a_word(tmp_path: Path) -> None:
    table = hires(write(tmp_path / "h.csv", {"Salaire": "2000", **HIRE, "": "x"}))
    (read,) = table
    assert isinstance(read, Good)
    assert table.unknown == ("Salaire",)


def test_all_missing_and_doubled_columns_are_named_at_once(tmp_path: Path) -> None:
    row = {k: v for k, v in HIRE.items() if k not in ("nom", "sexe", "nir")}
    with pytest.raises(InputRefused) as refused:
        hires(write(tmp_path / "h.csv", {**row, "SIRET ": "x", "date naissance": "y"}))
    told = {p.code: p.facts["columns"] for p in refused.value.problems}
    assert told == {"columns_missing": ["nom", "sexe"], "columns_twice": ["date_naissance", "siret"]}


def test_a_line_shorter_or_longer_than_the_header_is_told_by_what_it_lacks_or_has(tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", HIRE)
    line = path.read_text().splitlines()[1]
    path.write_text("\n".join([path.read_text().splitlines()[0], line + ";;", line + ";x", "H-1;" + SIRET]) + "\n")
    good, longer, shorter = hires(path)
    assert isinstance(good, Good)
    assert isinstance(longer, Bad)
    assert [p.code for p in longer.problems] == ["too_many_cells"]
    assert isinstance(shorter, Bad)
    assert {p.code for p in shorter.problems} == {"missing"}


def test_empty_lines_are_skipped_and_line_numbers_are_the_files(tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", HIRE)
    header, line = path.read_text().splitlines()
    path.write_text(f"{header}\n\n;;;\n{line}\n  \n{line}\n\n")
    assert [read.line for read in hires(path)] == [4, 6]


def test_a_quoted_cell_may_hold_separators_quotes_and_line_ends(tmp_path: Path) -> None:
    row = {**CLIENT, "adresse": '12 "bis";\nrue X', "raison_sociale": "A; B"}
    first, second = read_clients(write(tmp_path / "c.csv", row, {**CLIENT, "siret": "bad"}))
    assert isinstance(first, Bad)
    assert first.line == 4
    assert isinstance(second, Good)
    assert second.value.name == "A; B"
    assert second.value.establishments[0].address == '12 "bis"; rue X'


def test_the_same_table_can_be_read_twice(tmp_path: Path) -> None:
    table = hires(write(tmp_path / "h.csv", HIRE, {**HIRE, "reference": "H-2"}))
    assert list(table) == list(table)
    assert len(list(table)) == 2


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ("01/12/2026", date(2026, 12, 1)),
        ("1/12/2026", date(2026, 12, 1)),
        ("2026-12-01", date(2026, 12, 1)),
        ("01-12-2026", date(2026, 12, 1)),
        ("01.12.2026", date(2026, 12, 1)),
        ("01/12/2026 00:00:00", date(2026, 12, 1)),
        (" 29/02/2028 ", date(2028, 2, 29)),
    ],
)
def test_days_are_read_in_french_and_in_iso(tmp_path: Path, told: str, day: date) -> None:
    assert declaration(tmp_path, date_embauche=told).contract.start.date() == day


@pytest.mark.parametrize(
    "told",
    [
        "31/11/2001",
        "29/02/2027",
        "2001-11-31",
        "00/01/2001",
        "1/1/01",
        "12/2001",
        "hier",
        "45000",
        "01/12-2026",
    ],
)
def test_a_day_that_does_not_exist_is_refused(tmp_path: Path, told: str) -> None:
    assert faults(tmp_path, date_naissance=told) == [("L2:date_naissance", "bad_date")]


@pytest.mark.parametrize(
    ("told", "hour"),
    [
        ("8:30", time(8, 30)),
        ("08h30", time(8, 30)),
        ("8H30", time(8, 30)),
        ("8 h 30", time(8, 30)),
        ("08:30:00", time(8, 30)),
        ("8h", time(8)),
        ("8", time(8)),
        ("0", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_hours_are_read_as_people_write_them(tmp_path: Path, told: str, hour: time) -> None:
    assert declaration(tmp_path, heure_embauche=told).contract.start.time() == hour


@pytest.mark.parametrize("told", ["24:00", "8:60", "8h5", "830", "matin", "8,5", "-1"])
def test_an_hour_that_is_none_is_refused(tmp_path: Path, told: str) -> None:
    assert [where for where, _ in faults(tmp_path, heure_embauche=told)] == ["L2:heure_embauche"]


def test_an_hour_that_the_clocks_skip_is_refused_at_its_column(tmp_path: Path) -> None:
    assert faults(tmp_path, date_embauche="29/03/2026", heure_embauche="02:30") == [
        ("L2:heure_embauche", "hour_does_not_exist")
    ]


@pytest.mark.parametrize(
    ("told", "sex"), [("1", "1"), ("2", "2"), ("M", "1"), ("h", "1"), ("F", "2"), ("Féminin", "2")]
)
def test_sex_is_read_by_number_or_letter(tmp_path: Path, told: str, sex: str) -> None:
    assert declaration(tmp_path, sexe=told).employee.sex == sex


def test_the_nature_is_read_in_any_case(tmp_path: Path) -> None:
    assert declaration(tmp_path, nature=" cdd ", date_fin="31/12/2026").contract.kind is ContractKind.CDD


def test_lost_zeros_come_back_where_the_length_says_so(tmp_path: Path) -> None:
    place = client(tmp_path, code_postal="1000", code_urssaf="17", telephone="474000000").establishments[0]
    assert (place.postal_code, place.urssaf_code, place.phone) == ("01000", "017", "0474000000")
    assert declaration(tmp_path, departement_naissance="1").employee.birth_department == "01"
    assert declaration(tmp_path, departement_naissance="2a").employee.birth_department == "2A"
    assert declaration(tmp_path, departement_naissance="971").employee.birth_department == "97"


def test_a_siret_that_lost_its_zeros_comes_back_only_if_its_keys_are_right(tmp_path: Path) -> None:
    assert client(tmp_path, siret="900000100017").establishments[0].siret == "00900000100017"
    (read,) = read_clients(write(tmp_path / "c.csv", {**CLIENT, "siret": SIRET[1:]}))
    assert isinstance(read, Bad)


def test_spaces_and_points_inside_numbers_do_not_count(tmp_path: Path) -> None:
    place = client(tmp_path, siret="800 000 010 00010", telephone="+33 (4) 74.00.00.00").establishments[0]
    assert (place.siret, place.phone) == (SIRET, "+33474000000")
    nir = declaration(tmp_path, nir="2\u00a095 10 99 126 111 93").employee.nir
    assert nir is not None
    assert nir.reveal() == NIR


@pytest.mark.parametrize(
    ("changed", "where", "code"),
    [
        ({"siret": "80000001000011"}, "siret", "bad_siret"),
        ({"siret": OTHER}, "siret", "employer_unknown"),
        ({"nir": "295109912611194"}, "nir", "bad_nir_key"),
        ({"nir": "12"}, "nir", "bad_nir"),
        ({"sexe": "X"}, "sexe", "bad_sex"),
        ({"nature": "STAGE"}, "nature", "bad_contract_kind"),
        ({"nature": "CDD"}, "date_fin", "end_date_needed"),
        ({"date_fin": "01/01/2027"}, "date_fin", "end_date_of_cdi"),
        ({"nature": "CDD", "date_fin": "30/11/2026"}, "date_fin", "ends_before_start"),
        ({"date_naissance": "02/12/2026"}, "date_naissance", "born_after_hire"),
        ({"date_embauche": "01/12/1950"}, "date_embauche", "year_out_of_range"),
        ({"essai_jours": "deux mois"}, "essai_jours", "bad_trial_days"),
        ({"essai_jours": "400"}, "essai_jours", "bad_trial_days"),
        ({"departement_naissance": "96"}, "departement_naissance", "bad_department"),
        ({"nom": ""}, "nom", "missing"),
        ({"reference": NIR}, "reference", "reference_is_a_nir"),
        ({"reference": "x" * 200}, "reference", "bad_reference"),
        ({"prenoms": "x" * 300}, "prenoms", "cell_too_long"),
    ],
)
def test_each_fault_is_told_at_its_column(tmp_path: Path, changed: dict[str, str], where: str, code: str) -> None:
    assert faults(tmp_path, **changed) == [(f"L2:{where}", code)]


def test_every_fault_of_a_line_is_told_at_once_with_line_column_value_and_what_was_expected(
    tmp_path: Path,
) -> None:
    (read,) = hires(write(tmp_path / "h.csv", {**HIRE, "sexe": "X", "date_naissance": "31/11/2001", "nir": "9"}))
    assert isinstance(read, Bad)
    told = {p.facts["column"]: (p.facts["line"], p.facts["value"], p.facts["expected"]) for p in read.problems}
    assert told == {
        "sexe": (2, "X", "1, 2, M, F, H"),
        "date_naissance": (2, "31/11/2001", "JJ/MM/AAAA"),
        "nir": (2, "[NIR masqué]", "15"),
    }


def test_an_xlsx_with_real_dates_hours_and_numbers_gives_the_same_hire(tmp_path: Path) -> None:
    cells: dict[str, object] = {
        **HIRE,
        "siret": int(SIRET),
        "nir": int(NIR),
        "sexe": 2,
        "departement_naissance": 75,
        "date_naissance": datetime(1995, 10, 12),
        "date_embauche": date(2026, 12, 1),
        "heure_embauche": time(8, 30),
        "essai_jours": 60.0,
        "nom_usage": None,
        "date_fin": None,
    }
    (read,) = hires(sheet(tmp_path / "h.xlsx", [cells, cells.values()]))
    assert read == Good(2, declaration(tmp_path))


@pytest.mark.parametrize(
    "hour",
    [time(8, 30), timedelta(hours=8, minutes=30), 8.5 / 24, "8h30", "08:30", datetime(1899, 12, 31, 8, 30)],
)
def test_an_xlsx_hour_may_be_a_time_a_duration_a_fraction_or_text(tmp_path: Path, hour: object) -> None:
    (read,) = hires(sheet(tmp_path / "h.xlsx", [HIRE, {**HIRE, "heure_embauche": hour}.values()]))
    assert isinstance(read, Good), read
    assert read.value.contract.start.time() == time(8, 30)


def test_xlsx_clients_numbers_get_their_zeros_back(tmp_path: Path) -> None:
    cells = {**CLIENT, "siret": int(SIRET), "code_postal": 1000, "code_urssaf": 17, "telephone": 474000000}
    (read,) = read_clients(sheet(tmp_path / "c.xlsx", [cells, [], cells.values()]))
    assert isinstance(read, Good)
    assert read.line == 3
    assert read.value == client(tmp_path)


def test_progress_counts_bytes_up_to_the_size(tmp_path: Path) -> None:
    rows = [{**HIRE, "reference": f"H-{n}"} for n in range(600)]
    for path in (
        write(tmp_path / "h.csv", *rows),
        sheet(tmp_path / "h.xlsx", [HIRE, *(r.values() for r in rows)]),
    ):
        told: list[int] = []
        table = read_hires(path, place_of, progress=told.append)
        assert sum(isinstance(read, Good) for read in table) == 600
        assert told == sorted(told)
        assert told[-1] == table.size == path.stat().st_size


def bad_lines(table: Table[Declaration]) -> Iterator[Bad]:
    return (read for read in table if isinstance(read, Bad))


def test_bad_lines_are_written_for_their_owner_alone_and_can_be_corrected_and_read_again(
    tmp_path: Path,
) -> None:
    wrong = {**HIRE, "date_naissance": "31/11/1995", "commune_naissance": 'L"ÎLE; 1', "Salaire": "2000"}
    path = write(tmp_path / "h.csv", {**HIRE, "Salaire": "1"}, wrong, separator=",", encoding="cp1252")
    table = hires(path)
    out = tmp_path / "bad.csv"
    out.write_text("before")
    assert write_bad_lines(out, table.header, bad_lines(table), delimiter=table.delimiter) == 1
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    with out.open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert {k: v for k, v in row.items() if k != "pourquoi"} == wrong
    assert "date_naissance" in row["pourquoi"]
    assert "126" not in row["pourquoi"]

    out.write_text(out.read_text("utf-8-sig").replace("31/11/1995", "30/11/1995"))
    again = hires(out)
    (read,) = again
    assert isinstance(read, Good)
    assert again.unknown == ("pourquoi", "Salaire")
    assert write_bad_lines(out, again.header, [Bad(2, (), tuple(map(Cell, "ab")))]) == 1
    assert out.read_text("utf-8-sig").startswith("pourquoi;reference;")


def test_bad_lines_of_an_xlsx_are_written_with_french_dates(tmp_path: Path) -> None:
    cells = {**HIRE, "date_naissance": date(1995, 10, 12), "heure_embauche": time(8, 30), "sexe": "X"}
    table = hires(sheet(tmp_path / "h.xlsx", [cells, cells.values()]))
    write_bad_lines(tmp_path / "bad.csv", table.header, bad_lines(table), delimiter=table.delimiter)
    text = (tmp_path / "bad.csv").read_text("utf-8-sig")
    assert ";12/10/1995;" in text
    assert ";08:30;" in text


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    def broken() -> Iterator[Bad]:
        yield Bad(2, (), (Cell("x"),))
        raise InputRefused("too_many_lines")

    out = tmp_path / "bad.csv"
    out.write_text("before")
    with pytest.raises(InputRefused):
        write_bad_lines(out, ["a"], broken())
    assert out.read_text() == "before"
    assert list(tmp_path.iterdir()) == [out]
