"""French identifiers: right keys and forms, judged by python-stdnum; a NIR that never shows itself."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import nir as their_nir
from stdnum.fr import siren as their_siren
from stdnum.fr import siret as their_siret

from due_workflow import Employee, InputRefused
from due_workflow.identifiers import (
    MASK,
    ApeCode,
    Department,
    Nir,
    PostalCode,
    Siren,
    Siret,
    UrssafCode,
    holds_nir,
    looks_like_nir,
    luhn,
    named,
    nir_key,
    scrub,
    shown,
)
from due_workflow.testing import factories as f

DIGITS = "0123456789"
SPACES = st.sampled_from(["", "", "", " ", ".", "-", "\u00a0", "\u202f", "\u2009"])


def accepted(kind: Any, text: str) -> bool:
    try:
        kind(text)
    except InputRefused:
        return False
    return True


@st.composite
def keyed(draw: st.DrawFn, length: int, start: str = "") -> str:
    """Digits whose last is their Luhn key, most of the time."""
    body = start + draw(st.text(DIGITS, min_size=length - 1 - len(start), max_size=length - 1 - len(start)))
    right = next(key for key in DIGITS if luhn(body + key))
    return body + draw(st.sampled_from([right, right, right, *DIGITS]))


@st.composite
def nirs(draw: st.DrawFn) -> str:
    """A NIR with its key right, of someone born in any department, Corsica included."""
    department = draw(st.sampled_from(["2A", "2B"]) | st.integers(1, 99).map("{:02d}".format))
    month = draw(st.integers(1, 12) | st.integers(20, 99))
    head = draw(st.sampled_from("123478")) + draw(st.text(DIGITS, min_size=2, max_size=2)) + f"{month:02d}"
    first = head + department + draw(st.text(DIGITS, min_size=6, max_size=6))
    return first + nir_key(first)


@st.composite
def spaced(draw: st.DrawFn, number: st.SearchStrategy[str]) -> tuple[str, str]:
    """A number, and the same with what people type inside it."""
    text = draw(number)
    gaps = draw(st.lists(SPACES, min_size=len(text) - 1, max_size=len(text) - 1))
    return text, text[0] + "".join(gap + char for gap, char in zip(gaps, text[1:], strict=True))


# ---- SIREN and SIRET


@given(keyed(9))
def test_a_siren_is_accepted_where_stdnum_accepts_it(text: str) -> None:
    assert accepted(Siren, text) is bool(their_siren.is_valid(text))


@given(keyed(14) | keyed(14, start="356000000") | keyed(14, start=f.siren(1)) | keyed(9).map(lambda s: s + "00013"))
def test_a_siret_is_accepted_where_stdnum_accepts_it(text: str) -> None:
    assert accepted(Siret, text) is bool(their_siret.is_valid(text))


@given(st.text(DIGITS + "A ", max_size=16))
def test_what_is_not_of_the_right_length_is_refused_like_stdnum_refuses_it(text: str) -> None:
    assert accepted(Siren, text) is bool(their_siren.is_valid(text))
    assert accepted(Siret, text) is bool(their_siret.is_valid(text))


@given(spaced(st.just(f.siret(3))))
def test_spaces_inside_are_dropped(pair: tuple[str, str]) -> None:
    plain, typed = pair
    assert Siret(typed) == plain
    assert Siret(typed).siren == f.siren(3)


def test_la_poste_goes_by_the_sum_of_its_digits() -> None:
    assert Siret("35600000000048").siren == "356000000"
    assert accepted(Siret, "35600000049837")
    assert not accepted(Siret, "35600000049838")
    assert their_siret.is_valid("35600000049837")


@pytest.mark.parametrize("text", ["٨٠٠٠٠٠٠١٠", "80000001O", "", " ", "8000000101", "+8000001"])
def test_letters_and_foreign_digits_are_no_siren(text: str) -> None:
    assert not accepted(Siren, text)


def test_a_code_is_plain_text_of_its_own_type() -> None:
    siren = Siren("800 000 010")
    assert (siren, str(siren), json.dumps(siren)) == ("800000010", "800000010", '"800000010"')
    assert repr(siren) == "Siren('800000010')"
    assert Siren(siren) is siren
    assert pickle.loads(pickle.dumps(siren)) == siren


def test_a_refusal_names_the_code_and_shows_the_value() -> None:
    with pytest.raises(InputRefused) as refusal:
        Siren("80000001X")
    assert (refusal.value.code, refusal.value.facts["value"]) == ("bad_siren", "80000001X")
    with pytest.raises(InputRefused) as refusal:
        Siret(12345678901234)  # type: ignore[arg-type]
    assert refusal.value.facts["value"] == "int"


# ---- the other codes


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (ApeCode, "10.71c", "1071C"),
        (ApeCode, "1071", None),
        (ApeCode, "10711", None),
        (UrssafCode, "117", "117"),
        (UrssafCode, "17", None),
        (UrssafCode, "1170", None),
        (PostalCode, "75 011", "75011"),
        (PostalCode, "7511", None),
        (PostalCode, "2A004", None),
        (Department, "2a", "2A"),
        (Department, "2B", "2B"),
        (Department, "01", "01"),
        (Department, "95", "95"),
        (Department, "96", None),
        (Department, "00", None),
        (Department, "2C", None),
        (Department, "971", "97"),
        (Department, "988", "98"),
        (Department, "99", "99"),
        (Department, "750", None),
        (Department, "1", None),
    ],
)
def test_each_code_has_its_form(kind: Any, typed: str, kept: str | None) -> None:
    assert (str(kind(typed)) if accepted(kind, typed) else None) == kept


# ---- the NIR


@given(nirs())
def test_a_nir_with_its_key_is_accepted_like_stdnum_accepts_it(text: str) -> None:
    assert their_nir.is_valid(text)
    assert Nir(text).reveal() == text
    assert Nir(text.lower()) == Nir(text)
    assert nir_key(text[:13]) == their_nir.calc_check_digits(text)


@given(nirs(), st.integers(0, 14), st.sampled_from(DIGITS))
def test_a_wrong_digit_is_refused_like_stdnum_refuses_it(text: str, at: int, digit: str) -> None:
    wrong = text[:at] + digit + text[at + 1 :]
    known = wrong[0] in "123478"
    assert accepted(Nir, wrong) is (known and bool(their_nir.is_valid(wrong)))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_nir"),
        ("2900175011234", "bad_nir"),
        ("5900175011234" + "00", "bad_nir"),
        ("290012C011234" + "00", "bad_nir"),
        ("290017501123400", "bad_nir_key"),
        ("٢٩٠٠١٧٥٠١١٢٣٤٠٠", "bad_nir"),
    ],
)
def test_a_refused_nir_is_never_shown(text: str, code: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        Nir(text)
    assert (refusal.value.code, dict(refusal.value.facts)) == (code, {})


def test_corsica_counts_2a_as_19_and_2b_as_18() -> None:
    assert nir_key("290012A011234") == nir_key("2900119011234")
    assert nir_key("290012B011234") == nir_key("2900118011234")
    assert Nir("29001 2a 011 234" + nir_key("290012A011234")).reveal()[5:7] == "2A"


@given(nirs())
def test_a_nir_shows_itself_masked_everywhere(text: str) -> None:
    nir = Nir(text)
    employee = Employee(
        surname="X", first_names="Y", sex="1", birth_date="1990-01-01", birth_place="Z", birth_department="75", nir=nir
    )
    shows = [str(nir), repr(nir), f"{nir}", f"{nir!r:>40}", repr([nir]), repr({nir: nir})]
    shows += [repr(employee), str(employee), employee.model_dump_json(), str(employee.model_dump(mode="json"))]
    assert all(text[1:13] not in show and text[5:] not in show for show in shows)
    assert f'"nir":"{text}"' in employee.model_dump_json(context={"reveal": True})


def test_a_nir_is_a_value_that_compares_and_travels() -> None:
    nir = Nir(f.nir())
    assert nir == Nir(nir) == copy.deepcopy(nir) == pickle.loads(pickle.dumps(nir))
    assert len({nir, Nir(f.nir())}) == 1
    assert nir != f.nir()


@given(nirs())
def test_a_refused_nir_is_in_no_frame_of_the_refusal(text: str) -> None:
    """Tracebacks with their locals go to log files: what was refused is gone from every frame of ours."""
    wrong = text[:13] + f"{(int(text[13:]) % 97) + 1:02d}"
    wrong = wrong if wrong != text else text[:13] + "00"
    given_ = {"surname": "X", "first_names": "Y", "sex": "1", "birth_date": "1990-01-01", "birth_place": "Z"}
    for make in (lambda: Nir(wrong), lambda: Employee(**given_, birth_department="75", nir=wrong)):
        with pytest.raises(InputRefused) as refusal:
            make()
        error: BaseException | None = refusal.value
        while error is not None:
            assert wrong not in f"{error!r} {error} {getattr(error, 'facts', '')}"
            trace = error.__traceback__
            while trace is not None:
                if "due_workflow" in trace.tb_frame.f_code.co_filename:
                    assert wrong not in repr(trace.tb_frame.f_locals)
                trace = trace.tb_next
            error = error.__cause__ or error.__context__
        assert wrong not in refusal.value.json()


# ---- scrubbing free text


@given(spaced(nirs()), st.text("abc éà:;/\n", max_size=9), st.text("abc éà:;/\n", max_size=9))
def test_a_nir_in_free_text_is_masked_however_it_is_spaced(pair: tuple[str, str], before: str, after: str) -> None:
    plain, typed = pair
    told = scrub(f"{before} {typed} {after}")
    assert MASK in told
    assert typed not in told
    assert plain[5:13] not in "".join(filter(str.isalnum, told))
    assert before.strip() in told
    assert after.strip() in told


@given(nirs())
def test_the_thirteen_characters_without_their_key_are_masked_too(text: str) -> None:
    assert scrub(f"NIR {text[:13]} inconnu") == f"NIR {MASK} inconnu"
    assert text[:13] not in shown(text[:13])


@pytest.mark.parametrize(
    "text",
    [
        "SIRET 80000001000012 inconnu",
        "SIREN 800 000 010",
        "tel. 01 02 03 04 05",
        "le 02/03/2026 à 10:00:00",
        "2026-03-02T10:00:00+01:00",
        "12 rue des Essais, 75011 Paris",
        "",
    ],
)
def test_what_is_no_nir_is_left_alone(text: str) -> None:
    assert scrub(text) == text


def test_a_refused_value_is_shown_on_one_line_and_cut() -> None:
    assert shown("a\n b\tc") == "a b c"
    assert len(shown("x" * 1000)) == 40


# ---- other digits, and references

FOREIGN = {
    "full width": str.maketrans(
        "0123456789AB", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff21\uff22"
    ),
    "Arabic": str.maketrans(DIGITS, "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669"),
    "bold": {ord(d): 0x1D7CE + int(d) for d in DIGITS},
    "superscript": str.maketrans(DIGITS, "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"),
}


@pytest.mark.parametrize("digits", FOREIGN)
@given(number=nirs(), mixed=st.booleans())
def test_a_nir_in_the_digits_of_another_script_is_found_everywhere(digits: str, number: str, mixed: bool) -> None:
    foreign = number[:6] * mixed + number[6 * mixed :].translate(FOREIGN[digits])
    for typed in (foreign, " ".join(foreign), "-".join(foreign)):
        assert scrub(f"é: {typed} inconnu") == f"é: {MASK} inconnu"
        assert named(f"R {typed}") == f"R {MASK}"
        assert looks_like_nir(typed)
        assert typed not in shown(typed)


@given(nirs(), st.sampled_from("\u00b2\uff11\u0661"))
def test_a_foreign_digit_beside_a_plain_number_hides_nothing(number: str, digit: str) -> None:
    assert number not in scrub(f"m{digit}{number}{digit}")


@given(st.text(st.characters(exclude_categories=["Nd", "No"])))
def test_a_text_without_digits_is_the_same_text(text: str) -> None:
    assert scrub(text) is text
    assert named(text) is text


@pytest.mark.parametrize("gap", ["", " ", "-", ".", "\u00a0"])
@given(number=nirs().filter(lambda n: n[0] in "12" and "01" <= n[3:5] <= "12"))
def test_a_whole_number_with_its_right_key_is_held_by_whatever_surrounds_it(gap: str, number: str) -> None:
    groups = [number[a:b] for a, b in zip((0, 1, 3, 5, 7, 10, 13), (1, 3, 5, 7, 10, 13, 15), strict=True)]
    for typed in (gap.join(groups), gap.join(number)):
        for around in ("{}", "nir{}x", "R-{}", "12-{}", "100 {}", "{}/2026"):
            assert holds_nir(around.format(typed)), around
    if gap:
        assert holds_nir(gap.join(groups[:6])), "as it is written, without its key"


@pytest.mark.parametrize(
    "ref",
    [
        "2900175001077",  # 13 digits in one piece: a portal counts, or writes an instant in milliseconds
        "290017500107768",  # the key is wrong
        "1290017500107767",  # 16 digits
        "290017500107767123",
        "2-9001750010-77",
        "20260302-090000-17",
        "R-2026-000123",
    ],
)
def test_a_reference_of_a_portals_own_is_not_taken_for_a_number(ref: str) -> None:
    assert not holds_nir(ref)
