"""The message as bytes: its exact form, the round trip, its mode from its own bytes, and what else a file may be."""

from __future__ import annotations

import re
import time
import traceback
from dataclasses import fields
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from due_workflow import Contract, Declaration, DueWorkflow, InputRefused, Mode, NotSent, Submission
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.upload import left_as, mode_of, parcel, read, write
from due_workflow.message import STANDARD, MessageFormat, fitted, lacking
from due_workflow.ports import Parcel
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as f

START = datetime(2026, 3, 7, 8, 30)
GOLDEN = """\
<?xml version="1.0" encoding="ISO-8859-1"?>
<FR_DUE_Upload xmlns:cct="urn:oasis:names:tc:ubl:corecomponentTypes:1.0:0.70" \
xmlns:rxdt="http://www.repxml.org/DataTypes" xmlns:rxorg="http://www.repxml.org/Organization" \
xmlns:rxpadr="http://www.repxml.org/PostalAddress" xmlns:rxpers="http://www.repxml.org/Person_Identity" \
xmlns:rxphadr="http://www.repxml.org/PhoneAddress" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <FR_DUE_Upload.Test.Indicator>1</FR_DUE_Upload.Test.Indicator>
  <FR_DuesGroup>
    <FR_Employer>
      <FR_EmployerIdentity>
        <rxorg:FR_Organization.SIRET.Identifier>80000001000010</rxorg:FR_Organization.SIRET.Identifier>
        <rxorg:FR_Organization.Designation.Text>Société d'essai 1</rxorg:FR_Organization.Designation.Text>
        <rxorg:FR_Organization.APE.Code>1071C</rxorg:FR_Organization.APE.Code>
      </FR_EmployerIdentity>
      <FR_Employer.URSSAF.Code>117</FR_Employer.URSSAF.Code>
      <FR_EmployerAddress>
        <rxpadr:FR_PostalAddress.StreetDesignation.Text>\
1 rue des Essais</rxpadr:FR_PostalAddress.StreetDesignation.Text>
        <rxpadr:FR_PostalAddress.Town.Text>PARIS</rxpadr:FR_PostalAddress.Town.Text>
        <rxpadr:FR_PostalAddress.Postal.Code>75011</rxpadr:FR_PostalAddress.Postal.Code>
      </FR_EmployerAddress>
      <FR_EmployerContact>
        <FR_PhoneNumber>
          <rxphadr:FR_PhoneAddress.PhoneNumber.Text>0102030405</rxphadr:FR_PhoneAddress.PhoneNumber.Text>
        </FR_PhoneNumber>
      </FR_EmployerContact>
    </FR_Employer>
    <FR_EmployeeGroup>
      <FR_Employee>
        <FR_EmployeeIdentity>
          <rxpers:FR_PersonIdentity.Surname.Text>D'HEROUVILLE</rxpers:FR_PersonIdentity.Surname.Text>
          <rxpers:FR_PersonIdentity.ChristianName.Text>ZOE &amp; ANAIS</rxpers:FR_PersonIdentity.ChristianName.Text>
          <rxpers:FR_PersonIdentity.Sex.Code>2</rxpers:FR_PersonIdentity.Sex.Code>
          <rxpers:FR_NNI>
            <rxpers:FR_NNI.NIR.Identifier>253072B073004</rxpers:FR_NNI.NIR.Identifier>
            <rxpers:FR_NNI.NIRKey.Text>70</rxpers:FR_NNI.NIRKey.Text>
          </rxpers:FR_NNI>
          <rxpers:FR_Birth>
            <rxpers:FR_Birth.Date>1953-07-04</rxpers:FR_Birth.Date>
            <rxpers:FR_Birth.Town.Text>SAINT-ETIENNE 2</rxpers:FR_Birth.Town.Text>
          </rxpers:FR_Birth>
        </FR_EmployeeIdentity>
        <FR_EmployeeComplement>
          <FR_EmployeeComplement.Birth_Department.Code>42</FR_EmployeeComplement.Birth_Department.Code>
        </FR_EmployeeComplement>
      </FR_Employee>
      <FR_Contract>
        <FR_Contract.StartContract.Date>2026-03-07</FR_Contract.StartContract.Date>
        <FR_Contract.StartContract.Time>08:30:00</FR_Contract.StartContract.Time>
        <FR_Contract.EndContract.Date>2026-09-30</FR_Contract.EndContract.Date>
        <FR_Contract.Nature.Code>CDD</FR_Contract.Nature.Code>
        <FR_Contract.HealthService.Text>01</FR_Contract.HealthService.Text>
      </FR_Contract>
    </FR_EmployeeGroup>
  </FR_DuesGroup>
</FR_DUE_Upload>
"""
NIR = "253072B07300470"


def golden() -> Declaration:
    made = f.declaration(
        start=START,
        surname="d’Hérouville",
        first_names="Zoé & Anaïs",
        birth_date=date(1953, 7, 4),
        birth_place="Saint-Étienne (2)",
        birth_department="42",
        nir=NIR,
    )
    return made.with_(contract=Contract(kind="CDD", start=START, end_date=date(2026, 9, 30)))


def instead(*pieces: str) -> bytes:
    """The golden message with other pieces in it: what stood there, what stands there now, and so on."""
    text = GOLDEN
    for old, new in zip(pieces[::2], pieces[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    return text.encode("latin-1")


def refusal(data: bytes, form: MessageFormat = STANDARD) -> list[tuple[str, str]]:
    with pytest.raises(InputRefused) as refused:
        read(data, form)
    problems = refused.value.problems
    for lang in ("fr", "en"):
        assert refused.value.text(lang)
    return [(problem.where, problem.code) for problem in problems] or [("", refused.value.code)]


# ---- writing


def test_a_message_is_written_as_clients_that_deposit_write_it() -> None:
    assert write([golden()], Mode.TEST).decode("latin-1") == GOLDEN


def test_what_is_not_known_is_left_out_with_the_elements_around_it() -> None:
    made = f.declaration(with_nir=False, start=START)
    made = made.with_(employer=made.employer.with_(phone=None))
    text = write([made], Mode.TEST).decode("latin-1")
    for name in ("FR_NNI", "FR_EmployerContact", "EndContract", "UsualName", "Supplementary", "TrialTime", "/>"):
        assert name not in text


def test_the_plausible_elements_stand_in_their_places() -> None:
    form = MessageFormat(usual_name=True, second_lines=True, trial_days=True, end_date_of_cdi=True)
    made = f.declaration(start=START, usual_name="Martin")
    made = made.with_(
        contract=Contract(kind="CDI", start=START, trial_days=60),
        employer=made.employer.with_(
            name="Une société dont le nom est bien trop long", address="1 " + "rue longue " * 5
        ),
    )
    in_order = [
        "FR_Organization.Designation.Text",
        "FR_Organization.SupplementaryDesignation.Text",
        "FR_Organization.APE.Code",
        "FR_PostalAddress.StreetDesignation.Text",
        "FR_PostalAddress.Additional.Text",
        "FR_PostalAddress.Town.Text",
        "FR_PersonIdentity.Surname.Text",
        "FR_PersonIdentity.UsualName.Text",
        "FR_PersonIdentity.ChristianName.Text",
        "FR_Contract.StartContract.Time",
        "FR_Contract.EndContract.Date",
        "FR_Contract.Nature.Code",
        "FR_Contract.HealthService.Text",
        "FR_Contract.TrialTime.Text",
    ]
    found = re.findall(r"<(?:\w+:)?([\w.]+)/?>", write([made], Mode.TEST, form).decode("latin-1"))
    assert [name for name in found if name in in_order] == in_order
    assert read(write([made], Mode.TEST, form), form).hires == (fitted(made, form).hire,)


def test_the_mode_is_in_the_indicator() -> None:
    assert b"<FR_DUE_Upload.Test.Indicator>120</" in write([golden()], Mode.REAL)
    assert b"<FR_DUE_Upload.Test.Indicator>TST</" in write([golden()], Mode.TEST, MessageFormat(test_indicator="TST"))


def test_everything_that_any_declaration_lacks_is_told_at_once() -> None:
    wrong = [f.declaration("E-1", surname="李"), f.declaration("E-2"), f.declaration("E-3", birth_place="?")]
    with pytest.raises(InputRefused) as refused:
        write(wrong, Mode.TEST)
    assert [problem.facts["reference"] for problem in refused.value.problems] == ["E-1", "E-3"]


def test_a_file_has_one_employer_one_hire_at_least_and_no_more_than_the_setting_says() -> None:
    elsewhere = f.declaration("E-2").with_(employer=f.declaration(n=1).employer.with_(town="Lyon", phone="0203040506"))
    with pytest.raises(InputRefused) as refused:
        write([f.declaration("E-1"), elsewhere], Mode.TEST)
    (problem,) = refused.value.problems
    assert (problem.where, problem.facts["first"], problem.facts["columns"]) == ("E-2", "E-1", ["ville", "telephone"])
    assert "celui de E-1 diffère (la ville de l'établissement, le téléphone de l'établissement)" in problem.text("fr")
    with pytest.raises(InputRefused, match="2 hires at most, and there are 3"):
        write([f.declaration(f"E-{n}") for n in range(3)], Mode.TEST, MessageFormat(per_file=2))
    with pytest.raises(InputRefused, match="no hire"):
        write([], Mode.TEST)


# ---- the round trip

LETTERS = "abcdeghilmnorstuvxyzABCDEGHILMNORSTUVXYZéÉèàçÇñÿïœŒßøæłŁšğıńđ’'.-& ,()«»\u0301\u00a0"
PEOPLE = st.text(LETTERS, max_size=60)
FIRMS = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=("Cc",)) | st.sampled_from("Œ€’–…ł")
)


@st.composite
def declarations(draw: st.DrawFn) -> Declaration:
    made = f.declaration(start=draw(st.datetimes(datetime(2000, 1, 2), datetime(2099, 1, 1), timezones=st.none())))
    start = made.contract.start
    kind = draw(st.sampled_from(("CDI", "CDD", "CTT")))
    end = None if kind == "CDI" else start.date() + timedelta(days=draw(st.integers(0, 900)))

    def text(letters: st.SearchStrategy[str]) -> str:
        # with one letter at least, so that most can be sent
        return " ".join(f"Q{draw(letters)}".split())

    changed = {
        "employer": {"name": text(FIRMS), "address": text(FIRMS), "town": text(PEOPLE), "health_service": text(FIRMS)},
        "employee": {name: text(PEOPLE) for name in ("surname", "first_names", "birth_place", "usual_name")},
    }
    for part, fields_ in changed.items():
        value = getattr(made, part)
        made = made.with_(**{part: value.with_(**fields_)})
    trial = draw(st.none() | st.integers(0, 366))
    nir = draw(st.none() | st.just(made.employee.nir))
    return made.with_(
        contract=Contract(kind=kind, start=start, end_date=end, trial_days=trial),
        employee=made.employee.with_(nir=nir, sex=draw(st.sampled_from("12"))),
    )


FORMS = st.builds(
    MessageFormat,
    usual_name=st.booleans(),
    second_lines=st.booleans(),
    trial_days=st.booleans(),
    end_date_of_cdi=st.booleans(),
    plain_employer=st.booleans(),
    test_indicator=st.sampled_from(("1", "TST")),
)


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(st.lists(declarations(), min_size=1, max_size=3), st.sampled_from(Mode), FORMS)
def test_what_was_written_is_read_again(made: list[Declaration], mode: Mode, form: MessageFormat) -> None:
    employer = made[0].employer
    made = [one.with_(reference=f"E-{n}", employer=employer) for n, one in enumerate(made)]
    lacks = [problem for one in made for problem in lacking(one, form)]
    event("refused" if lacks else "sent")
    if lacks:
        with pytest.raises(InputRefused) as refused:
            write(made, mode, form)
        assert list(refused.value.problems) == lacks
        return
    data = write(made, mode, form)
    found = read(data, form)
    assert (found.mode, found.unknown, found.unfit) == (mode, (), ())
    assert found.employer == fitted(made[0], form).employer
    assert found.hires == tuple(fitted(one, form).hire for one in made)
    assert mode_of(data, form) is mode


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0xA1, max_codepoint=0xFF), min_size=1, max_size=32))
def test_every_byte_of_iso_8859_1_comes_back_even_where_it_looks_like_utf_8(text: str) -> None:
    made = f.declaration(start=START)
    made = made.with_(employer=made.employer.with_(name="a" + text.replace("\xad", "-"), address="Ã©"))
    data = write([made], Mode.TEST)
    assert read(data).employer == fitted(made).employer
    assert data.decode("latin-1").encode("latin-1") == data


# ---- reading what others wrote


def test_a_message_of_another_writer_is_read() -> None:
    """Other prefixes or none, blanks around the texts, another quote, comments, empty elements."""
    text = GOLDEN.replace("rxpers:", "p:").replace("xmlns:rxpers", "xmlns:p").replace('version="1.0"', "version='1.0'")
    for old, new in (
        ("rxorg:", ""),
        (">1<", "> 1 <"),
        (">CDD<", ">\n  CDD\n<"),
        (">42<", ">42<!-- x --><"),
        ("</FR_Contract>", "<FR_Contract.TrialTime.Text/></FR_Contract>"),
        ("ISO-8859-1", "iso-8859-1"),
    ):
        text = text.replace(old, new)
    found = read(text.encode("latin-1"))
    expected = fitted(golden())
    assert (found.mode, found.employer, found.hires) == (Mode.TEST, expected.employer, (expected.hire,))
    assert (found.unknown, found.unfit) == ((), ())


def test_character_references_are_characters() -> None:
    assert read(instead("Société", "Soci&#233;t&#xE9;")).employer.name == "Société d'essai 1"


def test_what_has_no_place_in_the_message_is_named_and_decides_nothing() -> None:
    text = GOLDEN.replace("<FR_Contract>", '<FR_Contract kind="x">loose<New.Text>Durand</New.Text>')
    text = text.replace("</FR_DuesGroup>", "<Other/></FR_DuesGroup>").replace("<FR_Birth", "<FR_Birth")
    text = text.replace(
        "</FR_EmployeeGroup>", "<FR_EmployeeGroup.Comment.Text>x</FR_EmployeeGroup.Comment.Text></FR_EmployeeGroup>"
    )
    text = text.replace("<FR_Contract.Nature.Code>", '<FR_Contract.Nature.Code a="1">')
    found = read(text.encode("latin-1"))
    assert set(found.unknown) == {
        "FR_DuesGroup/Other",
        "FR_EmployeeGroup/FR_EmployeeGroup.Comment.Text",
        "FR_EmployeeGroup/FR_Contract/New.Text",
        "FR_EmployeeGroup/FR_Contract/@kind",
        "FR_EmployeeGroup/FR_Contract/text()",
        "FR_EmployeeGroup/FR_Contract/FR_Contract.Nature.Code/@a",
    }
    assert found.hires == (fitted(golden()).hire,)


def test_texts_that_would_be_written_otherwise_are_told_and_kept() -> None:
    data = instead("D'HEROUVILLE", "d'Hérouville", ">PARIS<", f">{'P' * 28}<", "Société", "Soci&#8364;t&#233;")
    found = read(data)
    assert found.hires[0].surname == "d'Hérouville"
    assert [problem.where for problem in found.unfit] == [
        "L8:FR_Organization.Designation.Text",
        "L14:FR_PostalAddress.Town.Text",
        "L26:FR_PersonIdentity.Surname.Text",
    ]
    assert {problem.code for problem in found.unfit} == {"message_unfit"}
    assert read(data, MessageFormat.model_validate({"lengths": {"town": 30}})).unfit[1].where.startswith("L26")


SURNAME = "<rxpers:FR_PersonIdentity.Surname.Text>D'HEROUVILLE</rxpers:FR_PersonIdentity.Surname.Text>"
SEX = "<rxpers:FR_PersonIdentity.Sex.Code>2</rxpers:FR_PersonIdentity.Sex.Code>"
INDICATOR = "<FR_DUE_Upload.Test.Indicator>1</FR_DUE_Upload.Test.Indicator>"


@pytest.mark.parametrize(
    ("old", "new", "where", "code"),
    [
        (SURNAME, "", "L25:FR_EmployeeIdentity", "message_absent"),
        (SURNAME, SURNAME * 2, "L26:FR_PersonIdentity.Surname.Text", "message_twice"),
        (SURNAME, SEX + SURNAME, "L26:FR_PersonIdentity.Surname.Text", "message_order"),
        ("D'HEROUVILLE", "<b>D</b>", "L26:FR_PersonIdentity.Surname.Text", "message_not_text"),
        ("D'HEROUVILLE", " ", "L26:FR_PersonIdentity.Surname.Text", "message_value"),
        ("D'HEROUVILLE", "D" * 251, "L26:FR_PersonIdentity.Surname.Text", "message_value"),
        ("80000001000010", "80000001000011", "L7:FR_Organization.SIRET.Identifier", "message_value"),
        ("80000001000010", "800 000 010 00010", "L7:FR_Organization.SIRET.Identifier", "message_value"),
        (">1071C<", ">1071c<", "L9:FR_Organization.APE.Code", "message_value"),
        (">117<", ">17<", "L11:FR_Employer.URSSAF.Code", "message_value"),
        (">75011<", ">75O11<", "L15:FR_PostalAddress.Postal.Code", "message_value"),
        (">0102030405<", ">01.02<", "L19:FR_PhoneAddress.PhoneNumber.Text", "message_value"),
        ("Code>2<", "Code>3<", "L28:FR_PersonIdentity.Sex.Code", "message_value"),
        (">70<", ">71<", "L30:FR_NNI.NIR.Identifier", "message_value"),
        (">70<", ">2<", "L31:FR_NNI.NIRKey.Text", "message_value"),
        (">70<", "><", "L23:FR_EmployeeGroup", "message_absent"),
        (">1953-07-04<", ">1953-02-30<", "L34:FR_Birth.Date", "message_value"),
        (">1953-07-04<", ">19530704<", "L34:FR_Birth.Date", "message_value"),
        (">08:30:00<", ">24:00:00<", "L44:FR_Contract.StartContract.Time", "message_value"),
        (">08:30:00<", ">08:30<", "L44:FR_Contract.StartContract.Time", "message_value"),
        (">42<", ">971<", "L39:FR_EmployeeComplement.Birth_Department.Code", "message_value"),
        (">CDD<", ">CDX<", "L46:FR_Contract.Nature.Code", "message_value"),
        (">2026-09-30<", "><", "L23:FR_EmployeeGroup", "message_absent"),
        (">1<", ">2<", "L3:FR_DUE_Upload.Test.Indicator", "message_indicator"),
        (INDICATOR, "", "L2:FR_DUE_Upload", "message_indicator"),
        (INDICATOR, INDICATOR * 2, "L3:FR_DUE_Upload.Test.Indicator", "message_indicator"),
        ("<FR_DuesGroup>", "<FR_DuesGroup>" + INDICATOR, "L3:FR_DUE_Upload.Test.Indicator", "message_indicator"),
        ("</FR_DuesGroup>", "</FR_DuesGroup><FR_DuesGroup/>", "L50:FR_DuesGroup", "message_several_employers"),
        ("</FR_Employer>", "</FR_Employer><FR_Employer/>", "L22:FR_Employer", "message_several_employers"),
    ],
)
def test_a_fault_is_told_with_its_line_and_its_element(old: str, new: str, where: str, code: str) -> None:
    found = refusal(instead(old, new))
    assert (where, code) in found, found


def test_the_employer_and_the_indicator_come_first() -> None:
    head, employer, rest = re.split(r"(    <FR_Employer>.*</FR_Employer>\n)", GOLDEN, flags=re.DOTALL)
    late = (head + rest.replace("  </FR_DuesGroup>", employer + "  </FR_DuesGroup>")).encode("latin-1")
    assert [code for _, code in refusal(late)] == ["message_order"]
    last = GOLDEN.replace(INDICATOR, "").replace("</FR_DuesGroup>", "</FR_DuesGroup>" + INDICATOR).encode("latin-1")
    assert [code for _, code in refusal(last)] == ["message_order"]


def test_several_faults_are_told_at_once_and_a_hundred_at_most() -> None:
    assert len(refusal(instead(">117<", ">1<", ">CDD<", ">X<", ">42<", ">4<"))) == 3
    person = GOLDEN[GOLDEN.index("    <FR_EmployeeGroup>") : GOLDEN.index("  </FR_DuesGroup>")]
    many = GOLDEN.replace(person, person.replace(">CDD<", ">X<").replace(">42<", ">4<") * 90).encode("latin-1")
    assert len(refusal(many)) == 100


def test_more_hires_than_a_file_may_hold_are_refused() -> None:
    data = write([f.declaration(f"E-{n}") for n in range(6)], Mode.TEST)
    assert len(read(data).hires) == 6
    assert refusal(data, MessageFormat(per_file=5)) == [("L4:FR_DuesGroup", "message_too_many_hires")]


def deep(levels: int) -> bytes:
    return instead("</FR_DUE_Upload>", "<a>" * levels + "</a>" * levels + "</FR_DUE_Upload>")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"hello", "bad_xml"),
        (b"\x1f\x8b\x08", "bad_xml"),
        (GOLDEN.encode("latin-1")[:900], "bad_xml"),
        (GOLDEN.encode("latin-1") + b"<x/>", "bad_xml"),
        (GOLDEN.encode("latin-1").replace(b">CDD<", b">C\0D<"), "bad_xml"),
        (GOLDEN.encode("latin-1").replace(b">CDD<", b">&x;<"), "bad_xml"),
        (deep(300), "bad_xml"),
        (GOLDEN.encode("utf-8").replace(b"ISO-8859-1", b"UTF-8"), "encoding"),
        (b"\xef\xbb\xbf" + GOLDEN.encode("utf-8"), "encoding"),
        (GOLDEN.encode("utf-16"), "encoding"),
        (GOLDEN.encode("latin-1").replace(b' encoding="ISO-8859-1"', b""), "encoding"),
        (GOLDEN.encode("latin-1").replace(b"ISO-8859-1", b"windows-1252"), "encoding"),
        (GOLDEN.encode("latin-1").replace(b"ISO-8859-1", b"UTF-7"), "encoding"),
        (GOLDEN.encode("latin-1").split(b"\n", 1)[1], "encoding"),
        (instead("<FR_DUE_Upload ", '<!DOCTYPE x [<!ENTITY a "b">]><FR_DUE_Upload '), "doctype"),
        (instead("FR_DUE_Upload ", "FR_DPAE ", "/FR_DUE_Upload>", "/FR_DPAE>"), "root"),
        (GOLDEN.encode("latin-1").replace(b">CDD<", b">" + b" " * 1_800_000 + b"CDD<"), "too_large"),
        (GOLDEN.encode("latin-1").replace(b"</FR_DuesGroup>", b"<a/>" * 30_000 + b"</FR_DuesGroup>"), "too_many"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_message_says_why(data: bytes, why: str) -> None:
    for look in (read, mode_of):
        with pytest.raises(InputRefused) as refused:
            look(data)
        assert (refused.value.code, refused.value.facts["why"]) == ("message_unreadable", why)
        assert "FR_DUE_Upload" in refused.value.text("fr")


def test_a_file_as_hostile_as_its_size_allows_is_answered_quickly() -> None:
    name = "b" * 200
    strange = instead("</FR_DuesGroup>", "".join(f"<a{n}{name}/>" for n in range(6_000)) + "</FR_DuesGroup>")
    twice = instead(SURNAME, SURNAME * 9_000)
    loud = instead("<FR_Contract>", "<FR_Contract " + " ".join(f'a{n}="{n}"' for n in range(10_000)) + ">")
    start = time.process_time()
    found = read(strange)
    assert len(found.unknown) == 100
    assert all(len(way) <= 100 for way in found.unknown)
    assert len(refusal(twice)) == 100
    assert len(read(loud).unknown) == 100
    assert time.process_time() - start < 5


def test_an_error_holds_no_text_of_the_file() -> None:
    files = (
        instead(">70<", ">71<", "<FR_Contract.Nature.Code>", f"<N{NIR}/><FR_Contract.Nature.Code>"),
        instead("D'HEROUVILLE", f"<x{NIR}>D'HEROUVILLE</x{NIR}>"),
        instead(">42<", f">{NIR}<"),
        instead(">1<", f">{NIR}<"),
    )
    for data in files:
        with pytest.raises(InputRefused) as refused:
            read(data)
        told = refused.value.text("fr") + refused.value.json() + repr(refused.value.problems)
        frames = traceback.walk_tb(refused.value.__traceback__)
        told += "".join(repr(frame.f_locals) for frame, _ in frames if "due_workflow" in frame.f_code.co_filename)
        for secret in (NIR, NIR[:13], "HEROUVILLE"):
            assert secret not in told


def test_only_bytes_are_read() -> None:
    with pytest.raises(TypeError, match="bytes expected, not str"):
        read(GOLDEN)  # type: ignore[arg-type]


def test_a_read_message_shows_nobody() -> None:
    assert "HEROUVILLE" not in repr(read(GOLDEN.encode("latin-1")))


# ---- the file of a deposit


def attempts(mode: Mode, *references: str, **changes: Any) -> list[Submission]:
    """Attempts as the engine hands them to a portal."""
    flow = DueWorkflow(MemoryStorage(), cabinet="c", clock=FixedClock())
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate())
    made = [f.declaration(reference, **changes) for reference in references]
    return [flow.prepare(one, mode).with_(declaration=one) for one in made]


def test_the_file_of_a_deposit_says_its_mode_and_its_attempts() -> None:
    subs = attempts(Mode.TEST, "E-1", "E-2")
    made = parcel(subs, Mode.TEST)
    assert (made.mode, made.submissions) == (Mode.TEST, ("E-1/test/1", "E-2/test/1"))
    assert made.sha256 == sha256(made.content).hexdigest()
    assert made.content == write([f.declaration("E-1"), f.declaration("E-2")], Mode.TEST)
    assert re.fullmatch(r"due-test-[a-p]{24}\.xml", made.filename)
    left_as(made)


def test_the_name_is_one_for_one_content_and_one_attempt() -> None:
    names = set()
    first = attempts(Mode.TEST, "E-1")
    again = [first[0].with_(id="E-1/test/2", attempt=2)]
    real = attempts(Mode.REAL, "E-1")
    other = attempts(Mode.TEST, "E-1", surname="Petit")
    for subs, mode in ((first, Mode.TEST), (again, Mode.TEST), (other, Mode.TEST), (real, Mode.REAL)):
        made = parcel(subs, mode, name="firm-7")
        assert parcel(subs, mode, name="firm-7") == made
        assert made.filename.startswith(f"firm-7-{mode.value}-")
        names.add(made.filename)
    assert len(names) == 4


def test_a_name_that_could_not_stand_in_any_folder_is_refused() -> None:
    for name in ("", "../due", "dué", "a" * 41, "a b", "due\n"):
        with pytest.raises(InputRefused) as refused:
            parcel(attempts(Mode.TEST, "E-1"), Mode.TEST, name=name)
        assert refused.value.code == "message_filename"


def test_an_attempt_of_the_other_mode_never_gets_into_the_file() -> None:
    with pytest.raises(InputRefused) as refused:
        parcel(attempts(Mode.TEST, "E-1"), Mode.REAL)
    (problem,) = refused.value.problems
    assert (problem.where, problem.code) == ("E-1/test/1", "message_mode")
    assert "le message dit « test », l'envoi est « réel »" in problem.text("fr")


def test_the_mode_is_read_back_from_the_bytes() -> None:
    """A format whose indicators were never checked writes what means the other mode to the portal, or nothing."""
    swapped = MessageFormat.made(test_indicator="120", real_indicator="120")
    with pytest.raises(InputRefused) as refused:
        parcel(attempts(Mode.TEST, "E-1"), Mode.TEST, swapped)
    assert [problem.code for problem in refused.value.problems] == ["message_mode"]


def test_an_attempt_whose_declaration_was_erased_is_refused() -> None:
    subs = [sub.with_(declaration=None) for sub in attempts(Mode.TEST, "E-1")]
    with pytest.raises(InputRefused, match="data erased"):
        parcel(subs, Mode.TEST)


def test_what_an_attempt_lacks_is_told_with_its_hire() -> None:
    with pytest.raises(InputRefused) as refused:
        parcel(attempts(Mode.TEST, "E-1", surname="李"), Mode.TEST)
    assert refused.value.problems[0].facts["reference"] == "E-1"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (write([golden()], Mode.REAL), "message_mode"),
        (GOLDEN.encode("latin-1").replace(b">1<", b">7<"), "message_unreadable"),
        (b"{}", "message_unreadable"),
    ],
    ids=["of the other mode", "of no mode", "no message"],
)
def test_nothing_leaves_whose_bytes_do_not_say_the_mode(content: bytes, why: str) -> None:
    with pytest.raises(NotSent) as stopped:
        left_as(Parcel("due.xml", content, sha256(content).hexdigest(), Mode.TEST, ("E-1/test/1",)))
    assert stopped.value.facts["why"] == why
    assert "Rien n'est parti (le fichier" in stopped.value.text("fr")


def test_nothing_leaves_that_is_not_what_was_committed() -> None:
    made = parcel(attempts(Mode.TEST, "E-1"), Mode.TEST)
    changed = Parcel(made.filename, made.content + b"\n", made.sha256, made.mode, made.submissions)
    with pytest.raises(NotSent) as stopped:
        left_as(changed)
    assert stopped.value.facts["why"] == "message_changed"


def test_every_text_of_the_message_has_its_element() -> None:
    """No field of the texts is forgotten by the writer: each shows up in a message that has them all."""
    form = MessageFormat(usual_name=True, second_lines=True, trial_days=True)
    made = golden()
    made = made.with_(
        employer=made.employer.with_(name="un " * 15, address="deux " * 9),
        employee=made.employee.with_(usual_name="Martin"),
        contract=Contract(kind="CDD", start=START, end_date=date(2026, 9, 30), trial_days=9),
    )
    found = fitted(made, form)
    again = read(write([made], Mode.REAL, form), form)
    for texts, others in ((found.employer, again.employer), (found.hire, again.hires[0])):
        for field in fields(texts):
            assert getattr(texts, field.name) is not None, field.name
            assert getattr(others, field.name) == getattr(texts, field.name)
