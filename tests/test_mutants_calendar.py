"""The calendar's edges that only a changed line showed to be unheld, and the facts of each refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from due_workflow import InputRefused
from due_workflow.calendar import (
    TERRITORIES,
    Calendar,
    DayKind,
    human,
    human_day,
    local_instant,
    paris_day,
    start_of_day,
    territory_of,
)

DAY = date(2026, 3, 2)
NAIVE = datetime(2026, 3, 2, 9)
PLAIN = Calendar()


def test_the_kinds_of_day_have_these_words() -> None:
    assert [kind.value for kind in DayKind] == ["ouvre", "ouvrable"]


def test_a_closure_on_the_very_first_working_day_counts() -> None:
    first = date(2000, 1, 3)
    closed = Calendar(closures=[first])
    assert closed.add_working_days(date(2000, 1, 1), 1) == date(2000, 1, 4)
    assert closed.add_working_days(first, 0) == date(2000, 1, 4)
    assert not closed.is_working(first)


def test_calendars_stay_equal_when_their_shared_tables_were_forgotten() -> None:
    one = Calendar(closures=[DAY])
    for year in range(2000, 2100):
        for month in (1, 4, 7, 10):
            Calendar(closures=[date(year, month, 1)])
    other = Calendar(closures=[DAY])
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == f"Calendar(territory='metropole', closures=({DAY!r},))"


@pytest.mark.parametrize("year", [1900, 1990, 1998, 1999, 2101, 2150])
def test_no_day_outside_the_tables_is_counted_from(year: int) -> None:
    """An index below zero would quietly count from the end of the tables."""
    for n in (0, 1, 5):
        with pytest.raises(InputRefused) as refused:
            PLAIN.add_working_days(date(year, 6, 15), n)
        assert refused.value.code == "year_out_of_range"


def test_a_window_may_open_on_the_first_day_there_is() -> None:
    opens, _ = PLAIN.filing_window(datetime(2000, 1, 9, 12, tzinfo=UTC))
    assert opens == start_of_day(date(2000, 1, 1))


@pytest.mark.parametrize("code", ["00123", "97900", "98900", "99123", "７５００１", "7500", "750011", "2A004"])
def test_a_code_that_is_no_departments_has_no_territory(code: str) -> None:
    assert territory_of(code) == ""


REFUSALS: tuple[tuple[str, dict[str, Any], Callable[[], object]], ...] = (
    ("day_kind_unknown", {"kind": "x", "known": ["ouvre", "ouvrable"]}, lambda: PLAIN.is_working(DAY, "x")),  # type: ignore[arg-type]
    ("day_expected", {"got": "datetime"}, lambda: start_of_day(NAIVE)),
    ("day_expected", {"got": "int"}, lambda: Calendar(closures=7)),  # type: ignore[arg-type]
    ("day_expected", {"got": "str"}, lambda: human_day("2026-03-02")),  # type: ignore[arg-type]
    (
        "year_out_of_range",
        {"day": date(1999, 1, 1), "first": 2000, "last": 2100},
        lambda: start_of_day(date(1999, 1, 1)),
    ),
    ("year_out_of_range", {"day": 1999, "first": 2000, "last": 2100}, lambda: PLAIN.holidays(1999)),
    ("instant_naive", {"got": NAIVE}, lambda: paris_day(NAIVE)),
    ("instant_naive", {"got": NAIVE}, lambda: human(NAIVE)),
    ("instant_naive", {"got": DAY}, lambda: human(DAY)),  # type: ignore[arg-type]
    ("territory_unknown", {"territory": "x", "known": TERRITORIES}, lambda: Calendar("x")),
    ("count_out_of_range", {"day": DAY, "n": 10**6, "last": 2100}, lambda: PLAIN.add_working_days(DAY, 10**6)),
    ("count_refused", {"n": -1}, lambda: PLAIN.add_working_days(DAY, -1)),
    ("count_refused", {"n": -1}, lambda: PLAIN.filing_window(datetime(2026, 3, 2, tzinfo=UTC), -1)),
    ("count_refused", {"n": 1.5}, lambda: PLAIN.filing_window(datetime(2026, 3, 2, tzinfo=UTC), 1.5)),  # type: ignore[arg-type]
    ("zone_unknown", {"zone": "Europe/Nowhere"}, lambda: local_instant(NAIVE, "Europe/Nowhere")),
    ("zone_unknown", {"zone": None}, lambda: local_instant(NAIVE, None)),  # type: ignore[arg-type]
    ("hour_not_naive", {"got": start_of_day(DAY)}, lambda: local_instant(start_of_day(DAY), "Europe/Paris")),
    ("lang_unknown", {"lang": "de"}, lambda: human_day(DAY, "de")),
)


@pytest.mark.parametrize(("code", "facts", "call"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_a_refusal_tells_what_it_got_and_what_it_knows(
    code: str, facts: dict[str, Any], call: Callable[[], object]
) -> None:
    with pytest.raises(InputRefused) as refused:
        call()
    assert refused.value.code == code
    assert dict(refused.value.facts) == facts
