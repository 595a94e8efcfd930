"""Any NIR, however it is spelled and whatever stands around it, is masked in free text and in every refusal."""

from __future__ import annotations

import re
import traceback
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from due_workflow import Declaration, InputRefused
from due_workflow.identifiers import MASK, Nir, looks_like_nir, named, nir_key, scrub, shown
from due_workflow.testing import factories as f
from trials import size

fuzz = settings(max_examples=size(200, 10_000), deadline=None, database=None, suppress_health_check=list(HealthCheck))
digits = st.integers(0, 9).map(str)
departments = st.integers(1, 99).map("{:02d}".format) | st.sampled_from(("2A", "2B", "97", "98", "99"))
months = st.integers(1, 12).map("{:02d}".format) | st.integers(20, 42).map(str) | st.integers(50, 99).map(str)
separators = st.text(st.sampled_from(" .-_\u00a0\u202f\u2009\u2007\u2011\t\n"), max_size=3)


@st.composite
def nirs(draw: st.DrawFn) -> str:
    """A whole NIR, its key right."""
    first = draw(st.sampled_from("123478")) + f"{draw(st.integers(0, 99)):02d}" + draw(months) + draw(departments)
    first += f"{draw(st.integers(0, 999999)):06d}"
    return first + nir_key(first)


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, str]:
    """A NIR and one way of writing it, with or without its key."""
    nir = draw(nirs())
    written = nir if draw(st.booleans()) else nir[:13]
    written = written.lower() if draw(st.booleans()) else written
    if draw(st.booleans()):
        groups = (written[:1], written[1:3], written[3:5], written[5:7], written[7:10], written[10:13], written[13:])
        by = draw(separators)
        return nir, by.join(group for group in groups if group)
    return nir, "".join(c + draw(separators) for c in written[:-1]) + written[-1]


around = st.text(st.characters(exclude_categories=("Nd", "Nl", "No", "Cs")), max_size=12)


def holds(text: str, nir: str) -> bool:
    return nir[:13] in re.sub(r"[^0-9A-Z]", "", text.upper())


@fuzz
@given(spelled(), around, around)
def test_free_text_never_keeps_a_number(number: tuple[str, str], before: str, after: str) -> None:
    nir, written = number
    text = f"{before}{written}{after}"
    assert not holds(scrub(text), nir)
    assert MASK in scrub(text)
    assert not holds(shown(f"{text} {text}", 120), nir)


@fuzz
@given(nirs(), separators)
def test_a_whole_number_is_recognised_as_an_identifier_too(nir: str, by: str) -> None:
    written = by.join((nir[:1], nir[1:3], nir[3:5], nir[5:7], nir[7:10], nir[10:13], nir[13:]))
    assert looks_like_nir(written)
    assert not holds(named(f"x {written} y"), nir)
    assert str(Nir(nir)) == repr(Nir(nir))[4:-1]
    assert not holds(f"{Nir(nir)}", nir[1:])


FIELDS = ("surname", "usual_name", "first_names", "sex", "birth_date", "birth_place", "birth_department", "nir")


@fuzz
@given(spelled(), st.sampled_from(FIELDS), st.sampled_from(("reference", "employer", "contract", "")), around)
def test_no_field_of_a_declaration_shows_a_number(number: tuple[str, str], field: str, other: str, text: str) -> None:
    nir, written = number
    data: dict[str, Any] = f.declaration().model_dump(mode="json", context={"reveal": True})
    data["employee"][field] = f"{text}{written}" if text else written
    if other:
        data[other] = nir if other == "reference" else written
    try:
        made: object = Declaration.model_validate(data)
    except InputRefused as refused:
        told = [str(refused), repr(refused), refused.json(), refused.text("fr")]
        trace = traceback.TracebackException.from_exception(refused, capture_locals=True)
        told += [str(frame.locals) for frame in trace.stack if "due_workflow" in frame.filename]
    else:
        told = [repr(made), str(made), f"{made}", str(made.model_dump()), made.model_dump_json()]  # type: ignore[attr-defined]
    assert not any(holds(one, nir) for one in told)
