"""Working-day arithmetic against a bare prefix table: a ratio in one process, whatever the machine."""

import gc
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, compress

import pytest

from due_workflow.calendar import Calendar, DayKind

LIMIT = 6.0
ROUNDS, CALLS = 31, 20_000
FIRST = date(2020, 1, 1)
BASE = FIRST.toordinal()
SPAN = [FIRST + timedelta(i) for i in range(6_000)]
WORKED = [Calendar().is_working(day) for day in SPAN]
DAYS = list(compress(SPAN, WORKED))
INDEX = list(accumulate(WORKED))


def bare(day: date, n: int) -> date:
    """The peer: what one writes by hand when nothing is checked and the table is a global."""
    return DAYS[INDEX[day.toordinal() - BASE] + n - 1]


def best_ratio(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """The median and the least of the ratios of interleaved rounds."""
    ratios = []
    gc.disable()
    try:
        for _ in range(ROUNDS):
            start = time.perf_counter()
            theirs()
            middle = time.perf_counter()
            ours()
            ratios.append((time.perf_counter() - middle) / (middle - start))
    finally:
        gc.enable()
    return statistics.median(ratios), min(ratios)


SAMPLE = [(SPAN[(i * 37) % 5_000], i % 12 + 1) for i in range(CALLS)]


def run(count: Callable[[date, int], date]) -> Callable[[], None]:
    def once() -> None:
        for day, n in SAMPLE:
            count(day, n)

    return once


@pytest.mark.parametrize(
    "calendar",
    [Calendar(), Calendar("reunion", [date(year, 12, 24) for year in range(2020, 2036)])],
    ids=["metropole", "with-closures"],
)
def test_counting_working_days_costs_at_most_six_bare_look_ups(calendar: Calendar) -> None:
    median, least = best_ratio(run(calendar.add_working_days), run(bare))
    print(f"\nadd_working_days / bare look-up: median {median:.2f}, least {least:.2f} (limit {LIMIT})")
    assert median <= LIMIT


def test_the_peer_gives_the_same_days() -> None:
    calendar = Calendar()
    assert [calendar.add_working_days(day, n) for day, n in SAMPLE] == [bare(day, n) for day, n in SAMPLE]


def test_a_deadline_costs_at_most_twenty_bare_look_ups() -> None:
    """A deadline also finds the Paris day of an instant and a midnight; a figure to be watched."""
    calendar = Calendar()
    instants = [(datetime(d.year, d.month, d.day, n + 8, tzinfo=UTC), n) for d, n in SAMPLE]

    def ours() -> None:
        for instant, n in instants:
            calendar.deadline(instant, n, DayKind.OUVRE)

    median, least = best_ratio(ours, run(bare))
    print(f"\ndeadline / bare look-up: median {median:.2f}, least {least:.2f}")
    assert median <= 20
