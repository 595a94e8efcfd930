"""What goes into the message: signs, lengths, the workplace's hour, and what is asked for before anything is sent."""

from __future__ import annotations

import re
import sys
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from due_workflow import Contract, Declaration, InputRefused, Mode, signs, texts
from due_workflow.identifiers import nir_key
from due_workflow.message import STANDARD, EmployerTexts, Lengths, MessageFormat, column, fits, fitted, lacking
from due_workflow.testing import factories as f

QUIET = settings(deadline=None)


def hire(reference: str = "E-0001", start: datetime = f.NOW, **changes: Any) -> Declaration:
    """A hire; `changes` of the employer, the employee or the contract, wherever the field is."""
    made = f.declaration(reference, start=start)
    for part in ("employer", "employee", "contract"):
        value = getattr(made, part)
        mine = {name: changes.pop(name) for name in list(changes) if name in type(value).model_fields}
        checked = type(value)(**({name: getattr(value, name) for name in type(value).model_fields} | mine))
        made = made.with_(**{part: checked})
    assert changes == {}
    return made


def codes(made: Declaration, form: MessageFormat = STANDARD) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in lacking(made, form)]


def warnings(made: Declaration, form: MessageFormat = STANDARD) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in fitted(made, form).cut]


# ---- signs


@pytest.mark.slow
def test_every_character_of_unicode_comes_through_is_replaced_or_is_named() -> None:
    through = replaced = named = 0
    for point in range(sys.maxunicode + 1):
        char = chr(point)
        written, lost = signs.latin1(char)
        assert not (written and lost)
        if lost:
            named += 1
            continue
        assert written.encode("latin-1").decode("latin-1") == written
        assert written.isprintable()
        # a question mark stands only for a question mark
        assert "?" not in written or "?" in signs.normalize("NFKD", char)
        through, replaced = (through + 1, replaced) if written == char else (through, replaced + 1)
        for rule, admitted in ((signs.person, signs.PERSON), (signs.town, signs.TOWN), (signs.plain, signs.PLAIN)):
            name, more = rule(char)
            assert more or admitted.issuperset(name), char
            assert "?" not in name or admitted is signs.PLAIN
    # all that is printable in ISO-8859-1 but the blank, which is folded away where it stands alone
    assert through == 94 + 94
    assert named == sys.maxunicode + 1 - through - replaced
    assert replaced > 3000


def test_the_letters_of_iso_8859_1_come_through_as_they_are() -> None:
    every = "".join(chr(point) for point in range(0xA1, 0x100) if point != 0xAD)
    assert signs.latin1(every) == (every, "")
    assert fitted(hire(name="ÀÉÎÕÜß ÿ©½")).employer.name == "ÀÉÎÕÜß ÿ©½"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Cœur & Œuvre", "Coeur & OEuvre"),
        ("10 € net", "10 EUR net"),
        ("l’Étoile – “Sud”", 'l\'Étoile - "Sud"'),
        ("Škoda Łódź Đuro", "Skoda Lódz Duro"),
        ("e\u0301t\u0301e", "éte"),
        ("n\u00a0°\u202f12\tbis", "n ° 12 bis"),
        ("ﬁn… № 3 ™", "fin... No 3 TM"),
        ("a\u200bb\u00adc\ufeff", "abc"),
        ("ＡＢＣ", "ABC"),
    ],
)
def test_what_is_not_of_iso_8859_1_is_replaced_by_rule(text: str, written: str) -> None:
    assert signs.latin1(text) == (written, "")


@pytest.mark.parametrize(
    ("signs_", "written"),
    [
        ("ŁłĐđĦħŦŧıĸƒƏəƎǝƐɛƆɔƁɓƊɗƘƙƝɲƳƴ", "LlDdHhTtikfEeEeEeOoBbDdKkNnYy"),
        ("‘’‚‛ʼʻʹʾʿˈ′‵‹›", "'" * 14),
        ("“”„‟″", '"' * 5),
        ("‐‑‒–—―−⁃", "-" * 8),
        ("•∕⁄", "·//"),
        ("ŒœŊŋẞ€", "OEoeNGngSSEUR"),
    ],
)
def test_each_sign_of_the_table_is_replaced(signs_: str, written: str) -> None:
    assert "".join(signs.latin1(sign)[0] for sign in signs_) == written


def test_plain_characters_come_through_beside_others() -> None:
    every = "".join(chr(point) for point in range(0x21, 0x7F))
    assert signs.latin1(f"é{every}€") == (f"é{every}EUR", "")


def test_each_letter_and_mark_of_a_name_is_written_by_the_rule() -> None:
    assert "".join(signs.person(sign)[0] for sign in "ÆæØøÐðÞþß`´") == "AEAEOODDTHTHSS''"
    for mark in ',;()[]/_"«»·':
        assert signs.person(f"A{mark}B") == ("A B", "")
    for mark in "!?:*+=%#$@<>{}|^~\\":
        assert signs.person(f"A{mark}B")[1] == mark
    assert sorted(signs.person("A2°½¹")[1]) == sorted("2°½1")


def test_the_strictest_client_keeps_these_signs() -> None:
    kept = "éèêëâàäöôûüîïç°²!#$%()*+,/:;<=>?@'.&-"
    assert signs.plain(kept) == (kept, "")
    assert signs.plain("ÉÇùñÿÆæßøÐ") == ("ECunyAEaessoD", "")
    assert signs.plain('A[B]_"C"`D') == ("A B C 'D", "")
    for mark in "{}|^~£§":
        assert signs.plain(f"A{mark}B")[1] == mark


def test_what_no_rule_writes_is_given_back() -> None:
    assert signs.latin1("Café 東京 ☕") == ("Café", "東京☕")
    assert signs.latin1("a\x07b") == ("ab", "\x07")
    assert signs.latin1("\ufffd") == ("", "\ufffd")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("D'Hérouville-Çelik", "D'HEROUVILLE-CELIK"),
        ("Lœtitia, Zoë; Anaïs", "LOETITIA ZOE ANAIS"),
        ("Strauß-Møller Þór", "STRAUSS-MOLLER THOR"),
        ("Jean (dit Jeannot)", "JEAN DIT JEANNOT"),
        ("Nguyễn Đặng", "NGUYEN DANG"),
        ("O´Brien", "O'BRIEN"),
        ("ÿ", "Y"),
    ],
)
def test_names_are_written_in_capitals_without_accents(text: str, written: str) -> None:
    assert signs.person(text) == (written, "")


def test_a_digit_has_its_place_in_a_commune_and_not_in_a_person() -> None:
    assert signs.town("Paris 15e") == ("PARIS 15E", "")
    assert signs.person("Paris 15e")[1] == "15"
    assert codes(hire(birth_place="Lyon 3")) == []
    assert codes(hire(surname="Durand 2")) == [("E-0001, nom", "message_signs")]


def test_a_question_mark_in_a_name_is_a_letter_that_was_lost_before() -> None:
    assert codes(hire(surname="Lef?vre")) == [("E-0001, nom", "message_signs")]


@QUIET
@given(st.text(max_size=40))
def test_what_was_written_is_written_again_the_same(text: str) -> None:
    for rule in (signs.latin1, signs.person, signs.town, signs.plain):
        written = rule(text)[0]
        assert rule(written)[0] == written
        assert written == " ".join(written.split())


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("01 02.03-04/05", "0102030405"),
        ("+33 (0)1 02 03 04 05", "0102030405"),
        ("0033102030405", "0102030405"),
        ("+262 262 12 34 56", "0262123456"),
        ("+590690001122", "0690001122"),
        ("+3228912345", "003228912345"),
        ("3646", "3646"),
        ("voir site", None),
        ("0102030405 ☎", None),
        ("12", None),
        ("", None),
    ],
)
def test_a_telephone_number_is_written_as_it_is_dialled_in_france(told: str, number: str | None) -> None:
    assert signs.national(told) == number


# ---- lengths

LONG = st.text(st.characters(categories=("Lu", "Ll", "Zs"), max_codepoint=0x2FF), min_size=1, max_size=80).filter(
    str.strip
)


@QUIET
@given(LONG, LONG, LONG)
def test_a_text_is_cut_by_characters_and_never_ends_in_a_blank(name: str, address: str, town: str) -> None:
    made = hire(name="A" + name, address="B" + address, town="C" + town, birth_place="D" + town)
    if lacking(made):
        return
    found = fitted(made)
    lengths = Lengths()
    cut = {problem.facts["column"] for problem in found.cut}
    for told, given_, text, limit in (
        ("raison_sociale", signs.latin1(made.employer.name), found.employer.name, lengths.name),
        ("adresse", signs.latin1(made.employer.address), found.employer.address, lengths.address),
        ("ville", signs.town(made.employer.town), found.employer.town, lengths.town),
        ("commune_naissance", signs.town(made.employee.birth_place), found.hire.birth_town, lengths.birth_town),
    ):
        assert text == given_[0][:limit].rstrip()
        assert (told in cut) == (len(given_[0]) > limit)


def test_accents_count_as_one_character_each() -> None:
    assert fitted(hire(name="é" * 32)).cut == ()
    (warning,) = fitted(hire(name="é" * 33)).cut
    assert (warning.where, warning.facts["length"], warning.facts["limit"]) == ("E-0001, raison_sociale", 33, 32)
    assert "33 caractères, et la DUE n'en porte que 32" in warning.text("fr")
    assert "33 characters, and the DUE holds only 32" in warning.text("en")


def test_what_a_letter_becomes_counts_and_not_the_letter() -> None:
    found = fitted(hire(surname="œ" * 17))
    assert (found.hire.surname, len(found.cut)) == ("OE" * 16, 1)


def test_every_text_has_its_length() -> None:
    names = ("name", "address", "town", "surname", "first_names", "birth_place", "health_service")
    found = fitted(hire(**{name: name[0].upper() * 99 for name in names}))
    employer, person = found.employer, found.hire
    told = (employer.name, employer.address, employer.town, person.surname, person.first_names, person.birth_town)
    assert [len(text) for text in told] == [32, 32, 27, 32, 32, 24]
    assert person.health_service == "H" * 10
    assert len(found.cut) == 7


def test_a_length_is_a_setting() -> None:
    form = MessageFormat.model_validate({"lengths": {"surname": 3}, "per_file": 5})
    assert fitted(hire(), form).hire.surname == "DUR"
    assert form.lengths.town == 27


def test_a_number_that_does_not_fit_is_left_out_whole_with_a_warning() -> None:
    made = hire(phone="+32 2 891 23 45 67")
    assert (fitted(made).employer.phone, warnings(made)) == (None, [("E-0001, telephone", "message_phone_left_out")])
    assert fitted(hire(phone=None)).cut == ()
    assert fitted(hire(phone="+33 1 02 03 04 05")).employer.phone == "0102030405"
    form = MessageFormat.model_validate({"lengths": {"phone": 10}})
    assert fitted(hire(phone="0102030405"), form).employer.phone == "0102030405"
    assert fitted(hire(phone="01020304050"), form).employer.phone is None
    assert fitted(hire(phone="01020304050")).employer.phone == "01020304050"
    assert fitted(hire(phone="010203040506")).employer.phone is None
    fit = fits("phone", form)
    assert fit is not None
    assert (fit("0102030405"), fit("01020304050")) == (True, False)


# ---- what is asked for


def test_everything_that_is_missing_is_told_at_once_with_its_place() -> None:
    made = hire(urssaf_code=None, surname="Иванов", birth_place="...", town="東京")
    assert codes(made) == [
        ("E-0001, code_urssaf", "message_needed"),
        ("E-0001, ville", "message_signs"),
        ("E-0001, nom", "message_signs"),
        ("E-0001, commune_naissance", "message_nothing"),
    ]
    with pytest.raises(InputRefused) as refused:
        fitted(made)
    assert refused.value.problems == lacking(made)
    urssaf, town, name, _ = refused.value.text("fr").splitlines()
    assert urssaf == (
        "E-0001, code_urssaf: il manque le code URSSAF de l'établissement, que la DUE exige. À compléter: la fiche du "
        "client (colonne code_urssaf)."
    )
    assert "la DUE ne peut pas porter 京, 東" in town
    assert "l'embauche (colonne nom)" in name
    assert "the DUE cannot hold И, а, в, н, о" in refused.value.text("en")
    assert [problem.facts.get("admitted") for problem in lacking(made)] == [None, "town", "person", "town"]
    assert "Admis: lettres (accents et minuscules sont convertis), espace, apostrophe" in refused.value.text("fr")
    assert [problem.facts["file"] for problem in lacking(made)] == ["clients", "clients", "hires", "hires"]


@pytest.mark.parametrize(
    ("field", "column_", "file", "admitted"),
    [
        ("name", "raison_sociale", "clients", "latin"),
        ("address", "adresse", "clients", "latin"),
        ("town", "ville", "clients", "town"),
        ("health_service", "sante_travail", "clients", "latin"),
        ("surname", "nom", "hires", "person"),
        ("usual_name", "nom_usage", "hires", "person"),
        ("first_names", "prenoms", "hires", "person"),
        ("birth_place", "commune_naissance", "hires", "town"),
    ],
)
def test_each_text_is_told_with_its_column_its_file_and_its_signs(
    field: str, column_: str, file: str, admitted: str
) -> None:
    form = MessageFormat(usual_name=True)
    for text, code in (("京", "message_signs"), ("...", "message_nothing")):
        (problem,) = lacking(hire(**{field: text}), form)
        assert (problem.where, problem.code) == (f"E-0001, {column_}", code)
        told = problem.facts
        said = [told[name] for name in ("reference", "column", "file", "admitted")]
        assert said == ["E-0001", column_, file, admitted]
    (warning,) = fitted(hire(**{field: "X" * 90}), form).cut
    assert (warning.facts["column"], warning.facts["file"]) == (column_, file)


def test_what_is_told_of_a_name_does_not_spell_it() -> None:
    said = lacking(hire(surname="Иван"))[0].text("en")
    assert "Иван" not in said


def test_control_characters_are_told_by_their_number() -> None:
    assert "U+0007" in lacking(hire(surname="Du\x07rand"))[0].text("fr")


def test_a_complete_declaration_lacks_nothing() -> None:
    assert lacking(f.declaration()) == ()
    assert fitted(f.declaration()).cut == ()


def test_the_telephone_is_asked_for_only_where_the_setting_says_so() -> None:
    form = MessageFormat(phone_needed=True)
    assert codes(hire(phone=None)) == []
    assert codes(hire(phone=None), form) == [("E-0001, telephone", "message_needed")]
    assert codes(hire(phone="12"), form) == [("E-0001, telephone", "message_phone")]
    assert codes(hire(), form) == []


# ---- the fields


def test_the_nir_is_split_into_thirteen_and_its_key_with_the_letters_of_corsica() -> None:
    first = "253072B073004"
    found = fitted(hire(nir=first + nir_key(first))).hire
    assert (found.nir, found.nir_key) == ("253072B073004", "70")
    assert (fitted(hire(nir=None)).hire.nir, fitted(hire(nir=None)).hire.nir_key) == (None, None)


def test_the_hour_is_the_workplaces_own() -> None:
    def told(made: Declaration, **zone: Any) -> tuple[str, str]:
        found = fitted(made, **zone).hire
        return found.start_date, found.start_time

    morning = datetime(2026, 3, 7, 8, 0)
    assert told(hire(start=morning, postal_code="97400")) == ("2026-03-07", "08:00:00")
    instant = datetime(2026, 3, 6, 22, 30, 59, 999999, tzinfo=UTC)
    assert told(hire(start=instant)) == ("2026-03-06", "23:30:59")
    assert told(hire(start=instant, postal_code="97400")) == ("2026-03-07", "02:30:59")
    assert told(hire(start=instant), timezone="America/Cayenne") == ("2026-03-06", "19:30:59")
    summer = datetime(2026, 7, 1, 8, 0, tzinfo=timezone(timedelta(hours=2)))
    assert told(hire(start=summer)) == ("2026-07-01", "08:00:00")


def test_a_zone_that_is_none_is_refused() -> None:
    for name in ("Mars/Olympus", "../etc/passwd", ""):
        if name:
            with pytest.raises(InputRefused) as refused:
                fitted(hire(), timezone=name)
            assert refused.value.code == "zone_unknown"


def test_days_and_codes_are_written_as_the_message_has_them() -> None:
    made = hire()
    made = made.with_(contract=Contract(kind="CDD", start=made.contract.start, end_date=date(2026, 12, 31)))
    found = fitted(made)
    assert (found.hire.kind, found.hire.end_date, found.hire.sex) == ("CDD", "2026-12-31", "2")
    assert (found.hire.birth_date, found.hire.birth_department) == ("1990-01-15", "75")
    assert (found.employer.siret, found.employer.ape) == (f.siret(), "1071C")
    assert (found.employer.urssaf_code, found.employer.postal_code) == ("117", "75011")


def test_the_health_service_is_01_where_none_is_named() -> None:
    assert fitted(hire(health_service=None)).hire.health_service == "01"
    assert fitted(hire(health_service=None), MessageFormat(health_service="07")).hire.health_service == "07"


# ---- the settings of what is only plausible


def test_the_second_lines_take_what_does_not_fit_in_the_first() -> None:
    form = MessageFormat(second_lines=True)
    made = hire(name="Association des amis du patrimoine de Quimperlé", address="A" * 70)
    found = fitted(made, form)
    assert (found.employer.name, found.employer.name_more) == ("Association des amis du", "patrimoine de Quimperlé")
    assert (found.employer.address, found.employer.address_more) == ("A" * 32, "A" * 32)
    assert [problem.facts["limit"] for problem in found.cut] == [64]
    assert fitted(made).employer.name_more is None
    assert fitted(hire(), form).employer.name_more is None
    full = fitted(hire(name="N" * 32, address="un mot " + "m" * 40), form)
    assert (full.employer.name, full.employer.name_more) == ("N" * 32, None)
    assert (full.employer.address, full.employer.address_more) == ("un mot", "m" * 32)
    assert [(problem.facts["length"], problem.facts["limit"]) for problem in full.cut] == [(47, 6 + 32)]
    assert fitted(hire(name="A " + "N" * 32), form).employer.name == "A"


def test_the_usual_name_and_the_trial_period_are_written_where_the_settings_say_so() -> None:
    made = hire(usual_name="Lévêque", trial_days=30)
    assert (fitted(made).hire.usual_name, fitted(made).hire.trial_days) == (None, None)
    found = fitted(made, MessageFormat(usual_name=True, trial_days=True)).hire
    assert (found.usual_name, found.trial_days) == ("LEVEQUE", "30")
    assert codes(hire(usual_name="李"), MessageFormat(usual_name=True)) == [("E-0001, nom_usage", "message_signs")]


def test_the_employers_texts_may_be_held_to_the_signs_of_the_strictest_client() -> None:
    form = MessageFormat(plain_employer=True)
    found = fitted(hire(name="Été «Œuf» où Ñandú [1]"), form).employer
    assert found.name == "Eté OEuf ou Nandu 1"
    assert fitted(hire(address="Église"), form).employer.address == "Eglise"
    assert fitted(hire(address="Église")).employer.address == "Église"
    assert fitted(hire(health_service="É"), form).hire.health_service == "É"
    assert codes(hire(name="{x}"), form) == [("E-0001, raison_sociale", "message_signs")]


@pytest.mark.parametrize("given_", [{"test_indicator": "120"}, {"test_indicator": "9", "real_indicator": "9"}])
def test_a_test_is_never_written_with_the_indicator_of_a_real_declaration(given_: dict[str, str]) -> None:
    with pytest.raises(InputRefused) as refused:
        MessageFormat(**given_)
    assert refused.value.problems[0].code == "message_indicators"
    assert "un test serait une vraie déclaration" in refused.value.text("fr")


def test_the_indicator_is_that_of_the_mode() -> None:
    assert (STANDARD.indicator(Mode.TEST), STANDARD.indicator(Mode.REAL)) == ("1", "120")
    assert MessageFormat(test_indicator="TST").indicator(Mode.TEST) == "TST"


@QUIET
@given(st.sampled_from(("name", "address_more", "surname", "birth_town", "health_service")), st.text(max_size=50))
def test_a_text_fits_when_it_is_what_would_be_written_of_it(field: str, text: str) -> None:
    fit = fits(field)
    assert fit is not None
    rule = {"surname": signs.person, "birth_town": signs.town}.get(field, signs.latin1)
    limit = {"birth_town": 24, "health_service": 10}.get(field, 32)
    assert fit(text) == (rule(text) == (text, "") and len(text) <= limit)
    assert fits("siret") is None


def test_every_text_of_the_employer_has_a_column_with_a_name_for_people() -> None:
    columns = {field.name: column(field.name) for field in fields(EmployerTexts)}
    assert columns == {
        **dict.fromkeys(("name", "name_more"), "raison_sociale"),
        **dict.fromkeys(("address", "address_more"), "adresse"),
        "siret": "siret",
        "ape": "ape",
        "urssaf_code": "code_urssaf",
        "town": "ville",
        "postal_code": "code_postal",
        "phone": "telephone",
    }
    assert all(f"message_field.{told}" in texts.CATALOGUE for told in columns.values())


def test_nothing_of_the_texts_shows() -> None:
    found = fitted(hire(surname="Quimper"))
    for shown in (repr(found), str(found.hire), repr(found.employer), f"{found.hire}"):
        assert "QUIMPER" not in shown
        assert not re.search(r"\d{13}", shown)
