"""The plan of the procedure: its dates against tables reckoned by hand, re-planned by what is done, late and next."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from due_workflow import InputRefused, texts
from due_workflow.calendar import Calendar, DayKind, paris_day, start_of_day
from due_workflow.rollout import STEPS, Mark, Plan, Rollout, Span, StepKey, plan

K = StepKey
KEYS = [step.key for step in STEPS]


def d(text: str, year: int = 2026) -> date:
    """A day as a hand writes it: "4/9", or "4/9/2027"."""
    day, month, *rest = map(int, text.split("/"))
    return date(rest[0] if rest else year, month, day)


def done(text: str, hour: int = 15, year: int = 2026) -> Mark:
    """Done at that hour (UTC) of that day."""
    day = d(text, year)
    return Mark(at=datetime(day.year, day.month, day.day, hour, tzinfo=UTC), by="Ana", case="cabinet:c", seq=1)


def dues(start: date, **settings: object) -> list[date | None]:
    """When each step is due, nothing done, seen on the first day."""
    found = plan(start, today=start, rollout=Rollout(**settings))  # type: ignore[arg-type]
    return [step.due for step in found.steps]


# ---- the nine rows


def test_the_nine_rows_are_those_of_the_document() -> None:
    times = {step.key.value: (step.span.amount, step.span.unit) if step.span else None for step in STEPS}
    assert [step.number for step in STEPS] == [*range(9)]
    assert times == {
        "software": (1, "day"),
        "portal": (10, "day"),
        "documents": (3, "hour"),
        "pilots": (3, "hour"),
        "mandates": None,
        "generator": (15, "day"),
        "tests": (5, "day"),
        "real": (3, "day"),
        "report": (1, "hour"),
    }
    for lang in texts.LANGUAGES:
        assert len({step.title(lang) for step in STEPS} | {step.asks(lang) for step in STEPS}) == 18
    assert STEPS[1].title("fr") == "Choix du portail déclaratif et abonnement"


# ---- dates against tables reckoned by hand; the weekday of each first day stands in its name

BY_HAND = {
    # 10 days 7-18 September; 3 h and 3 h on Monday 21; step 4 takes none; 15 days from 13:00 on, to 12 October…
    "friday": ("4/9", ["4/9", "18/9", "21/9", "21/9", "21/9", "12/10", "19/10", "22/10", "22/10"]),
    # a Saturday and a Sunday begin on Monday 7
    "saturday": ("5/9", ["7/9", "21/9", "22/9", "22/9", "22/9", "13/10", "20/10", "23/10", "23/10"]),
    # Easter Monday is 29 March 2027, Ascension 6 May; 1 and 8 May fall on Saturdays
    "easter": (
        "22/3/2027",
        [
            "22/3/2027",
            "6/4/2027",
            "7/4/2027",
            "7/4/2027",
            "7/4/2027",
            "28/4/2027",
            "5/5/2027",
            "11/5/2027",
            "11/5/2027",
        ],
    ),
    # 1 and 8 May are Fridays, Ascension is 14 May, Whit Monday 25 May
    "may": ("27/4", ["27/4", "13/5", "15/5", "15/5", "15/5", "8/6", "15/6", "18/6", "18/6"]),
    # 14 July is a Tuesday, 15 August a Saturday
    "july": ("9/7", ["9/7", "24/7", "27/7", "27/7", "27/7", "17/8", "24/8", "27/8", "27/8"]),
    # 25 December and 1 January are Fridays
    "christmas": (
        "14/12",
        ["14/12", "29/12", "30/12", "30/12", "30/12", "21/1/2027", "28/1/2027", "2/2/2027", "2/2/2027"],
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_plan_is_the_table_that_a_hand_makes(name: str) -> None:
    start, expected = BY_HAND[name]
    assert dues(d(start)) == [d(day) for day in expected]


def test_half_days_and_hours_share_days() -> None:
    spans = {K.SOFTWARE: Span(amount=0.5), K.PORTAL: Span(amount=0.5), K.PILOTS: Span(amount=5, unit="hour")}
    # Monday 7: two halves. Tuesday 8: 3 h, then 4 of 5 h; the fifth on Wednesday 9; 15 days later: Wednesday 30
    expected = ["7/9", "7/9", "8/9", "9/9", "9/9", "30/9", "7/10", "12/10", "12/10"]
    assert dues(d("7/9"), spans=spans) == [d(day) for day in expected]


def test_a_step_that_fills_a_day_leaves_the_next_one_to_its_successor() -> None:
    # at 6 hours a day steps 2 and 3 fill Monday 21 September; step 4, without a time, stands at Tuesday's beginning
    expected = ["4/9", "18/9", "21/9", "21/9", "22/9", "12/10", "19/10", "22/10", "23/10"]
    assert dues(d("4/9"), hours_per_day=6) == [d(day) for day in expected]


def test_a_firm_may_give_step_4_a_time_of_its_own() -> None:
    found = plan(d("4/9"), today=d("4/9"), rollout=Rollout(spans={K.MANDATES: Span(amount=10)}))
    assert (found["mandates"].starts, found["mandates"].due) == (d("21/9"), d("5/10"))


def test_jours_ouvrables_and_the_firms_closed_days() -> None:
    ouvrables = plan(d("4/9"), today=d("4/9"), rollout=Rollout(days=DayKind.OUVRABLE))
    assert (ouvrables["portal"].starts, ouvrables["portal"].due) == (d("5/9"), d("16/9"))
    closed = plan(d("4/9"), today=d("4/9"), calendar=Calendar(closures=[d("7/9"), d("8/9")]))
    assert (closed["portal"].starts, closed["portal"].due) == (d("9/9"), d("22/9"))


@given(
    start=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    halves=st.lists(st.integers(1, 60), min_size=9, max_size=9),
    hours=st.sampled_from([4.0, 7.0, 7.5]),
)
def test_a_sequence_is_what_counting_half_hours_on_a_calendar_gives(
    start: date, halves: list[int], hours: float
) -> None:
    spans = {key: Span(amount=half / 2, unit="hour") for key, half in zip(KEYS, halves, strict=True)}
    calendar, per_day = Calendar(), int(hours * 2)
    worked = [day for n in range(300) if calendar.is_working(day := start + timedelta(n))]
    expected, used = [], 0
    for half in halves:
        begins, used = used, used + half
        expected.append((worked[begins // per_day], worked[math.ceil(used / per_day) - 1]))
    found = plan(start, today=start, rollout=Rollout(spans=spans, hours_per_day=hours))
    assert [(step.starts, step.due) for step in found.steps] == expected


# ---- dependencies


def test_what_does_not_wait_runs_beside() -> None:
    found = plan(d("4/9"), today=d("4/9"), rollout=Rollout(depends={K.GENERATOR: (K.SOFTWARE,)}))
    assert (found["generator"].starts, found["generator"].due) == (d("7/9"), d("25/9"))
    assert found["tests"].starts == d("28/9")  # follows the generator alone, unless told to wait for the mandates too
    both = Rollout(depends={K.GENERATOR: (K.SOFTWARE,), K.TESTS: (K.GENERATOR, K.MANDATES), K.PORTAL: ()})
    found = plan(d("4/9"), today=d("4/9"), rollout=both)
    assert found["portal"].starts == d("4/9")
    assert {step.key for step in found.steps if step.next} == {"software", "portal"}


@pytest.mark.parametrize(
    "depends", [{K.SOFTWARE: (K.REPORT,)}, {K.TESTS: (K.TESTS,)}, {K.PORTAL: (K.REAL, K.SOFTWARE)}]
)
def test_steps_that_wait_for_each_other_are_refused(depends: dict[StepKey, tuple[StepKey, ...]]) -> None:
    with pytest.raises(InputRefused) as refused:
        Rollout(depends=depends)
    assert refused.value.problems[0].code == "plan_circle"


def test_a_circle_is_told_by_the_steps_that_are_in_it() -> None:
    with pytest.raises(InputRefused) as refused:
        Rollout(depends={K.PILOTS: (K.GENERATOR, K.SOFTWARE), K.GENERATOR: (K.PILOTS,)})
    (problem,) = refused.value.problems
    assert problem.facts["steps"] == ["pilots", "generator", "pilots"]  # not those that only wait for them


# ---- planned again by what is done


@pytest.mark.parametrize(
    ("portal", "documents"),
    [
        ("18/9", "21/9"),  # on its day: as planned
        ("10/9", "11/9"),  # Thursday, early: the rest begins on the morrow
        ("12/9", "14/9"),  # a Saturday: on Monday
        ("23/9", "24/9"),  # late
        ("25/9", "28/9"),  # late, on a Friday
        ("1/9", "7/9"),  # before it could begin: it takes no time, the rest does not move before the first row
    ],
)
def test_the_rest_is_planned_from_what_was_really_done(portal: str, documents: str) -> None:
    marks = {K.SOFTWARE: done("4/9"), K.PORTAL: done(portal)}
    found = plan(d("4/9"), today=d("28/9"), marks=marks)
    assert found["documents"].starts == d(documents)
    assert found["documents"].first_due == d("21/9")
    assert found["portal"].due == d("18/9")


def test_what_is_done_within_its_day_does_not_cost_the_rest_of_it() -> None:
    marks = {K.SOFTWARE: done("4/9"), K.PORTAL: done("18/9"), K.DOCUMENTS: done("21/9", 8)}
    assert plan(d("4/9"), today=d("21/9"), marks=marks)["pilots"].due == d("21/9")


def test_what_waits_for_a_late_step_begins_today_at_the_earliest() -> None:
    found = plan(d("4/9"), today=d("24/9"), marks={K.SOFTWARE: done("4/9")})
    assert (found["portal"].due, found["portal"].late) == (d("18/9"), True)
    assert found["documents"].starts == d("24/9")
    assert [step.key for step in found.steps if step.late] == ["portal"]


def test_a_step_is_late_once_its_day_is_over() -> None:
    assert not plan(d("4/9"), today=d("4/9"))["software"].late
    assert plan(d("4/9"), today=d("5/9"))["software"].late
    assert not plan(d("4/9"), today=d("5/9"), marks={K.SOFTWARE: done("5/9")})["software"].late


def test_an_early_step_does_not_bring_forward_what_waits_for_others() -> None:
    found = plan(d("4/9"), today=d("4/9"), marks={K.GENERATOR: done("4/9")})
    assert found["tests"].starts == d("21/9")  # the software that is there waits for the mandates
    assert [step.key for step in found.steps if step.next] == ["software"]


def test_a_plan_says_when_it_ends() -> None:
    found = plan(d("4/9"), today=d("4/9"))
    assert (found.ends, found.done) == (d("22/10"), False)
    over = plan(d("4/9"), today=d("4/9"), marks=dict.fromkeys(KEYS, done("9/9")))
    assert (over.ends, over.done) == (d("9/9"), True)


def test_without_a_first_day_steps_are_done_or_next_and_have_no_dates() -> None:
    found = plan(None, today=d("4/9"), marks={K.SOFTWARE: done("1/9")})
    assert [(step.starts, step.due, step.late) for step in found.steps] == [(None, None, False)] * 9
    assert found["software"].done_on == d("1/9")
    assert found["portal"].next
    assert found.ends is None
    with pytest.raises(KeyError):
        found["lunch"]


@given(
    start=st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    after=st.integers(0, 120),
    marks=st.dictionaries(st.sampled_from(KEYS), st.integers(-20, 120)),
    links=st.dictionaries(st.sampled_from(KEYS[1:]), st.frozensets(st.sampled_from(KEYS), max_size=3), max_size=4),
)
def test_every_plan_keeps_its_law(
    start: date, after: int, marks: dict[StepKey, int], links: dict[StepKey, frozenset[StepKey]]
) -> None:
    depends = {key: tuple(k for k in KEYS[: KEYS.index(key)] if k in before) for key, before in links.items()}
    given = {
        key: Mark(at=start_of_day(start) + timedelta(days=days), case="cabinet:c", seq=1)
        for key, days in marks.items()
        if days <= after
    }
    today, calendar = start + timedelta(days=after), Calendar()
    found = plan(start, today=today, marks=given, rollout=Rollout(depends=depends))
    waits = {key: depends.get(key, (KEYS[n - 1],) if n else ()) for n, key in enumerate(KEYS)}
    for step in found.steps:
        assert step.starts is not None
        assert step.due is not None
        assert start <= step.starts <= step.due
        assert calendar.is_working(step.starts)
        assert calendar.is_working(step.due)
        assert (step.done is not None) == (step.key in given)
        assert step.late == (step.done is None and step.due < today)
        for before in map(found.__getitem__, waits[step.key]):
            assert before.starts is not None
            assert before.starts <= step.starts
            if before.done is None:  # what is not done is waited for to its day, and to today
                assert before.due is not None
                assert step.starts >= before.due
                assert before.due >= today or step.starts >= today
                assert not step.next
            elif before.due is not None and before.done_on is not None and before.done_on > before.due:
                assert step.starts > before.done_on
    assert found.done or any(step.next for step in found.steps)
    assert all(step.next for step in found.steps if step.late)


def test_a_plan_is_seen_from_a_paris_day() -> None:
    late_evening = datetime(2026, 9, 4, 22, 30, tzinfo=UTC)  # 00:30 of the 5th in Paris
    marks = {K.SOFTWARE: Mark(at=late_evening, case="cabinet:c", seq=1)}
    found: Plan = plan(d("4/9"), today=paris_day(late_evening), marks=marks)
    assert found["software"].done_on == d("5/9")
    assert found["portal"].starts == d("7/9")
