"""Days as a firm's staff count them: Paris days, working days, deadlines and the filing window."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from due_workflow.calendar import (
    PARIS,
    TERRITORIES,
    Calendar,
    DayKind,
    human,
    human_day,
    local_instant,
    paris_day,
    start_of_day,
    territory_of,
    workplace_zone,
)
from due_workflow.errors import InputRefused

OUVRE, OUVRABLE = DayKind.OUVRE, DayKind.OUVRABLE
METROPOLE = Calendar()
EASTERS = {  # Easter Sundays, among them very early and very late ones
    2000: (4, 23),
    2008: (3, 23),
    2011: (4, 24),
    2024: (3, 31),
    2025: (4, 20),
    2026: (4, 5),
    2027: (3, 28),
    2038: (4, 25),
    2049: (4, 18),
    2100: (3, 28),
}


def paris(*told: int) -> datetime:
    """An hour as a Paris clock tells it, as a UTC instant."""
    return datetime(*told, tzinfo=PARIS).astimezone(UTC)  # type: ignore[misc, arg-type]


def utc(*told: int) -> datetime:
    return datetime(*told, tzinfo=UTC)  # type: ignore[misc, arg-type]


def slow_count(calendar: Calendar, day: date, n: int, kind: DayKind) -> date:
    """The same count, one day at a time, from the holidays and the closures alone."""
    idle = {5, 6} if kind is OUVRE else {6}
    while n:
        day += timedelta(1)
        shut = day.weekday() in idle or day in calendar.holidays(day.year) or day in calendar.closures
        n -= not shut
    return day


# Holidays


def test_the_year_2026_in_metropolitan_france_has_these_eleven_days() -> None:
    assert METROPOLE.holidays(2026) == {
        date(2026, 1, 1): "1er janvier",
        date(2026, 4, 6): "Lundi de Pâques",
        date(2026, 5, 1): "1er mai",
        date(2026, 5, 8): "8 mai",
        date(2026, 5, 14): "Ascension",
        date(2026, 5, 25): "Lundi de Pentecôte",
        date(2026, 7, 14): "14 juillet",
        date(2026, 8, 15): "Assomption",
        date(2026, 11, 1): "Toussaint",
        date(2026, 11, 11): "11 novembre",
        date(2026, 12, 25): "Jour de Noël",
    }


@pytest.mark.parametrize(
    ("territory", "own"),
    [
        ("metropole", {}),
        ("alsace-moselle", {date(2026, 4, 3): "Vendredi saint", date(2026, 12, 26): "Second jour de Noël"}),
        ("martinique", {date(2026, 5, 22): "Abolition de l'esclavage"}),
        ("guadeloupe", {date(2026, 5, 27): "Abolition de l'esclavage"}),
        ("saint-martin", {date(2026, 5, 28): "Abolition de l'esclavage"}),
        ("guyane", {date(2026, 6, 10): "Abolition de l'esclavage"}),
        ("reunion", {date(2026, 12, 20): "Abolition de l'esclavage"}),
        ("mayotte", {date(2026, 4, 27): "Abolition de l'esclavage"}),
    ],
)
def test_a_territory_adds_its_own_days(territory: str, own: dict[date, str]) -> None:
    common = METROPOLE.holidays(2026)
    assert {d: name for d, name in Calendar(territory).holidays(2026).items() if d not in common} == own


def test_the_table_of_own_days_above_covers_every_territory() -> None:
    assert sorted(TERRITORIES) == sorted(
        {
            "metropole",
            "alsace-moselle",
            "martinique",
            "guadeloupe",
            "saint-martin",
            "guyane",
            "reunion",
            "mayotte",
        }
    )


@pytest.mark.parametrize(("year", "easter"), EASTERS.items())
def test_what_moves_follows_easter(year: int, easter: tuple[int, int]) -> None:
    sunday = date(year, *easter)
    named = {name: day for day, name in Calendar("alsace-moselle").holidays(year).items()}
    assert named["Vendredi saint"] == sunday - timedelta(2)
    assert named["Lundi de Pâques"] == sunday + timedelta(1)
    assert named["Lundi de Pentecôte"] == sunday + timedelta(50)
    assert METROPOLE.is_working(sunday + timedelta(39), OUVRABLE) is False


@pytest.mark.parametrize("year", [2005, 2006, 2007])
def test_whit_monday_stays_a_holiday_in_the_years_of_the_day_of_solidarity(year: int) -> None:
    assert "Lundi de Pentecôte" in METROPOLE.holidays(year).values()


def test_saint_martin_commemorates_on_27_may_before_2016_and_on_28_may_since() -> None:
    saint_martin = Calendar("saint-martin")
    for year in range(2000, 2101):
        kept, left = (28, 27) if year >= 2016 else (27, 28)
        assert "Abolition de l'esclavage" in saint_martin.holidays(year)[date(year, 5, kept)]
        assert "Abolition" not in saint_martin.holidays(year).get(date(year, 5, left), "")


def test_two_holidays_on_one_day_keep_both_names() -> None:
    assert METROPOLE.holidays(2008)[date(2008, 5, 1)] == "1er mai, Ascension"
    assert len(METROPOLE.holidays(2008)) == 10


def test_holidays_come_in_order_and_the_answer_is_the_callers_own() -> None:
    answer = METROPOLE.holidays(2026)
    assert list(answer) == sorted(answer)
    answer.clear()
    assert METROPOLE.holidays(2026)


# Working days


@pytest.mark.parametrize(
    ("day", "ouvre", "ouvrable"),
    [
        (date(2026, 11, 9), True, True),  # Monday
        (date(2026, 11, 11), False, False),  # Wednesday 11 November
        (date(2026, 11, 13), True, True),  # Friday
        (date(2026, 11, 14), False, True),  # Saturday
        (date(2026, 11, 15), False, False),  # Sunday
        (date(2026, 8, 15), False, False),  # Assumption on a Saturday
        (date(2026, 5, 25), False, False),  # Whit Monday
        (date(2000, 1, 1), False, False),  # the first day of the tables, a holiday
        (date(2000, 1, 3), True, True),  # the first that is worked
        (date(2100, 12, 31), True, True),  # the last day of the tables, a Friday
    ],
)
def test_ouvre_is_monday_to_friday_and_ouvrable_monday_to_saturday(day: date, ouvre: bool, ouvrable: bool) -> None:
    assert METROPOLE.is_working(day) is ouvre
    assert METROPOLE.is_working(day, OUVRABLE) is ouvrable


@pytest.mark.parametrize(
    ("day", "n", "ouvre", "ouvrable"),
    [
        (date(2026, 11, 23), 5, date(2026, 11, 30), date(2026, 11, 28)),  # an ordinary Monday
        (date(2026, 11, 9), 5, date(2026, 11, 17), date(2026, 11, 16)),  # over 11 November
        (date(2026, 11, 13), 1, date(2026, 11, 16), date(2026, 11, 14)),  # Friday
        (date(2026, 11, 14), 1, date(2026, 11, 16), date(2026, 11, 16)),  # from a Saturday
        (date(2026, 11, 15), 1, date(2026, 11, 16), date(2026, 11, 16)),  # from a Sunday
        (date(2026, 4, 30), 1, date(2026, 5, 4), date(2026, 5, 2)),  # over 1 May, a Friday
        (date(2026, 5, 6), 5, date(2026, 5, 15), date(2026, 5, 13)),  # over 8 May and Ascension Thursday
        (date(2026, 12, 24), 5, date(2027, 1, 4), date(2026, 12, 31)),  # over Christmas and the new year
        (date(2026, 12, 31), 1, date(2027, 1, 4), date(2027, 1, 2)),
        (date(2028, 2, 28), 1, date(2028, 2, 29), date(2028, 2, 29)),  # a leap year
    ],
)
def test_the_nth_working_day_is_counted_strictly_after_the_day(day: date, n: int, ouvre: date, ouvrable: date) -> None:
    assert METROPOLE.add_working_days(day, n) == ouvre
    assert METROPOLE.add_working_days(day, n, OUVRABLE) == ouvrable


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 10), date(2026, 11, 10)),
        (date(2026, 11, 11), date(2026, 11, 12)),
        (date(2026, 11, 14), date(2026, 11, 16)),
    ],
)
def test_counting_none_gives_the_day_itself_or_the_next_working_day(day: date, expected: date) -> None:
    assert METROPOLE.add_working_days(day, 0) == expected


def test_the_recipients_territory_changes_the_count() -> None:
    assert METROPOLE.add_working_days(date(2026, 4, 2), 1) == date(2026, 4, 3)
    assert Calendar("alsace-moselle").add_working_days(date(2026, 4, 2), 1) == date(2026, 4, 7)


def test_a_kind_may_be_said_by_its_word() -> None:
    assert METROPOLE.add_working_days(date(2026, 11, 13), 1, DayKind("ouvrable")) == date(2026, 11, 14)


def test_a_date_of_another_make_is_a_date_and_the_answer_is_a_plain_one() -> None:
    class HostDate(date):
        pass

    day = HostDate(2026, 11, 10)
    assert METROPOLE.is_working(day)
    assert type(METROPOLE.add_working_days(day, 0)) is date
    assert METROPOLE.add_working_days(day, 1) == date(2026, 11, 12)


# Closures


def test_a_closure_is_not_counted() -> None:
    closed = Calendar(closures=[date(2026, 12, 24), date(2026, 12, 31)])
    assert not closed.is_working(date(2026, 12, 24), OUVRABLE)
    assert closed.add_working_days(date(2026, 12, 23), 1) == date(2026, 12, 28)
    assert closed.add_working_days(date(2026, 12, 24), 0) == date(2026, 12, 28)
    assert closed.add_working_days(date(2026, 12, 23), 4) == date(2027, 1, 4)


def test_a_closure_on_a_sunday_or_a_holiday_changes_nothing() -> None:
    closed = Calendar(closures=[date(2026, 11, 11), date(2026, 11, 15), date(2000, 1, 1)])
    assert closed.add_working_days(date(2026, 11, 9), 5) == METROPOLE.add_working_days(date(2026, 11, 9), 5)


def test_a_saturday_closure_matters_only_where_saturdays_are_counted() -> None:
    closed = Calendar(closures=[date(2026, 11, 14)])
    assert closed.add_working_days(date(2026, 11, 13), 1) == date(2026, 11, 16)
    assert closed.add_working_days(date(2026, 11, 12), 2) == date(2026, 11, 16)
    assert closed.add_working_days(date(2026, 11, 13), 1, OUVRABLE) == date(2026, 11, 16)


def test_a_closure_is_no_public_holiday() -> None:
    assert Calendar(closures=[date(2026, 12, 24)]).holidays(2026) == METROPOLE.holidays(2026)


# Calendars as values


def test_two_calendars_of_the_same_days_are_one_value() -> None:
    days = [date(2026, 12, 31), date(2026, 12, 24), date(2026, 12, 24)]
    one, other = Calendar("reunion", days), Calendar("reunion", reversed(days))
    assert one == other
    assert hash(one) == hash(other)
    assert one.closures == (date(2026, 12, 24), date(2026, 12, 31))
    assert one != Calendar("reunion")
    assert one != Calendar("guyane", days)


def test_a_calendar_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        METROPOLE.territory = "reunion"  # type: ignore[misc]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_a_copy_counts_the_same_and_carries_no_table(again: Callable[[Calendar], Calendar]) -> None:
    calendar = Calendar("reunion", [date(2026, 12, 24)])
    calendar.add_working_days(date(2026, 1, 2), 1)
    twin = again(calendar)
    assert twin == calendar
    assert twin.add_working_days(date(2026, 12, 23), 1) == calendar.add_working_days(date(2026, 12, 23), 1)
    assert len(pickle.dumps(calendar)) < 300


def test_a_calendar_shows_its_territory_and_closures_only() -> None:
    assert repr(METROPOLE) == "Calendar(territory='metropole', closures=())"


def test_many_threads_counting_first_agree() -> None:
    calendar = Calendar("guyane", [date(2031, 3, 3)])
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: calendar.add_working_days(date(2031, 2, 28), 20, OUVRABLE), range(64)))
    assert answers == {slow_count(calendar, date(2031, 2, 28), 20, OUVRABLE)}


def test_importing_and_counting_do_not_load_pendulum() -> None:
    code = (
        "import sys; from datetime import date; from due_workflow.calendar import Calendar;"
        "Calendar().add_working_days(date(2026, 1, 2), 3); sys.exit('pendulum' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Paris days and deadlines


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (utc(2026, 11, 22, 22, 59, 59), date(2026, 11, 22)),  # winter: midnight is 23:00 UTC
        (utc(2026, 11, 22, 23), date(2026, 11, 23)),
        (utc(2026, 6, 30, 21, 59, 59), date(2026, 6, 30)),  # summer: midnight is 22:00 UTC
        (utc(2026, 6, 30, 22), date(2026, 7, 1)),
        (utc(2026, 3, 28, 22, 59), date(2026, 3, 28)),  # the night before the clocks go on
        (utc(2026, 3, 29, 21, 59), date(2026, 3, 29)),  # and the night after
        (utc(2026, 3, 29, 22), date(2026, 3, 30)),
        (utc(2026, 10, 24, 22), date(2026, 10, 25)),  # the night before the clocks go back
        (utc(2026, 10, 25, 22, 59), date(2026, 10, 25)),
        (utc(2026, 10, 25, 23), date(2026, 10, 26)),
        (datetime(2026, 11, 23, 2, 30, tzinfo=ZoneInfo("Indian/Reunion")), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 20, 0, tzinfo=ZoneInfo("America/Cayenne")), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 0, 30, tzinfo=timezone(timedelta(hours=1))), date(2026, 11, 23)),
    ],
)
def test_the_day_of_an_instant_is_the_day_in_paris(instant: datetime, day: date) -> None:
    assert paris_day(instant) == day


@pytest.mark.parametrize(
    ("day", "start"),
    [
        (date(2026, 11, 23), utc(2026, 11, 22, 23)),
        (date(2026, 7, 1), utc(2026, 6, 30, 22)),
        (date(2026, 3, 29), utc(2026, 3, 28, 23)),
        (date(2026, 3, 30), utc(2026, 3, 29, 22)),
        (date(2026, 10, 25), utc(2026, 10, 24, 22)),
        (date(2026, 10, 26), utc(2026, 10, 25, 23)),
    ],
)
def test_a_day_starts_at_its_midnight_in_paris(day: date, start: datetime) -> None:
    assert start_of_day(day) == start
    assert start_of_day(day).tzinfo is UTC


@pytest.mark.parametrize(
    ("instant", "n", "kind", "ends"),
    [
        (paris(2026, 11, 23, 14, 5), 5, OUVRE, paris(2026, 12, 1)),  # Monday 30 November at 24:00
        (
            paris(2026, 11, 23, 23, 59, 59),
            5,
            OUVRE,
            paris(2026, 12, 1),
        ),  # the hour of the act is nothing to it
        (paris(2026, 11, 24), 5, OUVRE, paris(2026, 12, 2)),  # one second later
        (paris(2026, 11, 23, 0, 30), 5, OUVRE, paris(2026, 12, 1)),  # still 22 November in UTC
        (paris(2026, 11, 20, 18), 5, OUVRABLE, paris(2026, 11, 27)),
        (paris(2026, 11, 20, 18), 1, OUVRABLE, paris(2026, 11, 22)),  # ends with the Saturday
        (paris(2026, 3, 27, 9), 1, OUVRE, utc(2026, 3, 30, 22)),  # begins in winter time, ends in summer time
        (paris(2026, 10, 23, 9), 1, OUVRE, utc(2026, 10, 26, 23)),  # and back
        (paris(2026, 3, 28, 9), 0, OUVRABLE, utc(2026, 3, 28, 23)),
        (paris(2100, 12, 30, 9), 1, OUVRE, utc(2100, 12, 31, 23)),  # the last there is
    ],
)
def test_a_deadline_is_at_midnight_when_its_last_day_ends(
    instant: datetime, n: int, kind: DayKind, ends: datetime
) -> None:
    deadline = METROPOLE.deadline(instant, n, kind)
    assert deadline == ends
    assert deadline.tzinfo is UTC


# The filing window


@pytest.mark.parametrize(
    ("hire", "opens"),
    [
        (paris(2026, 11, 23, 8), paris(2026, 11, 15)),
        (paris(2026, 11, 23), paris(2026, 11, 15)),
        (paris(2026, 11, 22, 23, 59), paris(2026, 11, 14)),
        (paris(2026, 4, 1, 8), utc(2026, 3, 23, 23)),  # D-8 before the clocks went on: winter midnight
        (paris(2026, 11, 2, 8), utc(2026, 10, 24, 22)),  # D-8 is the very day they go back: summer midnight
        (paris(2026, 11, 3, 8), utc(2026, 10, 25, 23)),  # and the day after
        (paris(2027, 1, 4, 8), paris(2026, 12, 27)),
        (paris(2028, 3, 4, 8), paris(2028, 2, 25)),  # over 29 February
    ],
)
def test_the_window_opens_eight_days_before_at_midnight_and_closes_with_the_hire(
    hire: datetime, opens: datetime
) -> None:
    assert METROPOLE.filing_window(hire) == (opens, hire)


def test_a_hire_in_la_reunion_before_dawn_is_of_the_day_before_in_paris() -> None:
    """02:00 on the 23rd in La Réunion is 23:00 on the 22nd in Paris: the window opens on the 14th."""
    hire = local_instant(datetime(2026, 11, 23, 2), "Indian/Reunion")
    assert METROPOLE.filing_window(hire) == (paris(2026, 11, 14), paris(2026, 11, 22, 23))


def test_the_length_of_the_window_is_a_setting() -> None:
    hire = paris(2026, 11, 23, 8)
    assert METROPOLE.filing_window(hire, days=0)[0] == paris(2026, 11, 23)
    assert METROPOLE.filing_window(hire, days=1)[0] == paris(2026, 11, 22)


# The workplace's hour


@pytest.mark.parametrize(
    ("month", "paris_hour"),
    [(1, 5), (7, 6)],
)
def test_eight_in_the_morning_in_la_reunion_is_five_or_six_in_paris(month: int, paris_hour: int) -> None:
    instant = local_instant(datetime(2026, month, 5, 8), workplace_zone("97400"))
    assert instant == utc(2026, month, 5, 4)
    assert instant.tzinfo is UTC
    assert instant.astimezone(PARIS).hour == paris_hour


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        local_instant(datetime(2026, 3, 29, 2, 30), "Europe/Paris")
    assert refused.value.code == "hour_does_not_exist"
    assert refused.value.facts == {"hour": datetime(2026, 3, 29, 2, 30), "zone": "Europe/Paris"}


@pytest.mark.parametrize("told", [datetime(2026, 3, 29, 1, 59, 59), datetime(2026, 3, 29, 3)])
def test_the_hours_beside_the_gap_exist(told: datetime) -> None:
    assert local_instant(told, "Europe/Paris").astimezone(PARIS).replace(tzinfo=None) == told


def test_the_skipped_hour_exists_where_the_clocks_do_not_change() -> None:
    assert local_instant(datetime(2026, 3, 29, 2, 30), "Indian/Reunion") == utc(2026, 3, 28, 22, 30)


@pytest.mark.parametrize("fold", [0, 1])
def test_an_hour_that_comes_twice_is_the_earlier(fold: int) -> None:
    told = datetime(2026, 10, 25, 2, 30, fold=fold)
    assert local_instant(told, "Europe/Paris") == utc(2026, 10, 25, 0, 30)


@pytest.mark.parametrize(
    ("code", "zone", "territory"),
    [
        ("75001", "Europe/Paris", "metropole"),
        ("20000", "Europe/Paris", "metropole"),
        ("01000", "Europe/Paris", "metropole"),
        ("57000", "Europe/Paris", "alsace-moselle"),
        ("67000", "Europe/Paris", "alsace-moselle"),
        ("68100", "Europe/Paris", "alsace-moselle"),
        ("97110", "America/Guadeloupe", "guadeloupe"),
        ("97133", "America/St_Barthelemy", ""),
        ("97150", "America/Marigot", "saint-martin"),
        ("97200", "America/Martinique", "martinique"),
        ("97300", "America/Cayenne", "guyane"),
        ("97400", "Indian/Reunion", "reunion"),
        ("97 400", "Indian/Reunion", "reunion"),
        ("97500", "America/Miquelon", ""),
        ("97600", "Indian/Mayotte", "mayotte"),
        ("97700", "America/St_Barthelemy", ""),
        ("97800", "America/Marigot", "saint-martin"),
        ("98600", "Pacific/Wallis", ""),
        ("98714", "Pacific/Tahiti", ""),
        ("98800", "Pacific/Noumea", ""),
        ("98000", "Europe/Paris", ""),
        ("99999", "Europe/Paris", ""),
        ("1000", "Europe/Paris", ""),
        ("2A000", "Europe/Paris", ""),
        ("", "Europe/Paris", ""),
    ],
)
def test_a_postal_code_tells_the_zone_and_the_territory(code: str, zone: str, territory: str) -> None:
    assert workplace_zone(code) == zone
    assert ZoneInfo(zone).key == zone
    assert territory_of(code) == territory
    assert not territory or Calendar(territory).territory == territory


# For people


def test_an_instant_is_said_at_length_in_both_languages() -> None:
    instant = utc(2026, 11, 23, 13, 5)
    assert human(instant) == "lundi 23 novembre 2026 à 14:05"
    assert human(instant, "en") == "Monday 23 November 2026, 14:05"
    assert human(instant, zone="Indian/Reunion") == "lundi 23 novembre 2026 à 17:05"


def test_the_first_of_a_month_is_premier_in_french_only() -> None:
    assert human_day(date(2026, 12, 1)) == "mardi 1er décembre 2026"
    assert human_day(date(2026, 12, 2)) == "mercredi 2 décembre 2026"
    assert human_day(date(2026, 12, 1), "en") == "Tuesday 1 December 2026"
    assert human(start_of_day(date(2026, 8, 1))) == "samedi 1er août 2026 à 00:00"


def test_a_day_of_birth_may_be_said_too() -> None:
    assert human_day(date(1968, 2, 29)) == "jeudi 29 février 1968"


# Refusals

NAIVE = datetime(2026, 11, 23, 14, 5)
DAY = date(2026, 11, 23)
WRONG: list[tuple[str, Callable[[], object]]] = [
    ("instant_naive", lambda: paris_day(NAIVE)),
    ("instant_naive", lambda: paris_day(DAY)),  # type: ignore[arg-type]
    ("instant_naive", lambda: METROPOLE.deadline(NAIVE, 5)),
    ("instant_naive", lambda: METROPOLE.filing_window(NAIVE)),
    ("instant_naive", lambda: human(NAIVE)),
    ("day_expected", lambda: METROPOLE.is_working(NAIVE)),
    ("day_expected", lambda: METROPOLE.add_working_days(NAIVE, 1)),
    ("day_expected", lambda: METROPOLE.add_working_days(utc(2026, 11, 23), 1)),
    ("day_expected", lambda: METROPOLE.add_working_days("2026-11-23", 1)),  # type: ignore[arg-type]
    ("day_expected", lambda: start_of_day(NAIVE)),
    ("day_expected", lambda: human_day(NAIVE)),
    ("day_expected", lambda: Calendar(closures=[NAIVE])),
    ("day_expected", lambda: Calendar(closures="2026-12-24")),  # type: ignore[arg-type]
    ("day_expected", lambda: Calendar(closures=DAY)),  # type: ignore[arg-type]
    ("territory_unknown", lambda: Calendar("bretagne")),
    ("territory_unknown", lambda: Calendar("")),
    ("day_kind_unknown", lambda: METROPOLE.is_working(DAY, "franc")),  # type: ignore[arg-type]
    ("count_refused", lambda: METROPOLE.add_working_days(DAY, -1)),
    ("count_refused", lambda: METROPOLE.add_working_days(DAY, 1.0)),  # type: ignore[arg-type]
    ("count_refused", lambda: METROPOLE.add_working_days(DAY, True)),
    ("count_refused", lambda: METROPOLE.deadline(utc(2026, 11, 23), -1)),
    ("count_refused", lambda: METROPOLE.filing_window(utc(2026, 11, 23), days=-1)),
    ("count_out_of_range", lambda: METROPOLE.add_working_days(DAY, 30_000)),
    ("count_out_of_range", lambda: METROPOLE.add_working_days(DAY, 10**30)),
    ("count_out_of_range", lambda: Calendar(closures=[DAY]).add_working_days(date(2100, 12, 31), 1)),
    ("year_out_of_range", lambda: METROPOLE.holidays(1999)),
    ("year_out_of_range", lambda: METROPOLE.holidays(2101)),
    ("year_out_of_range", lambda: METROPOLE.add_working_days(date(1999, 12, 31), 1)),
    ("year_out_of_range", lambda: METROPOLE.add_working_days(date(1999, 12, 31), 0)),
    ("year_out_of_range", lambda: METROPOLE.add_working_days(date(2101, 1, 1), 1)),
    ("year_out_of_range", lambda: METROPOLE.is_working(date(2101, 1, 1))),
    ("year_out_of_range", lambda: METROPOLE.filing_window(utc(2000, 1, 5))),
    ("year_out_of_range", lambda: Calendar(closures=[date(1999, 12, 31)])),
    ("year_out_of_range", lambda: start_of_day(date(2101, 1, 1))),
    ("year_out_of_range", lambda: paris_day(utc(2100, 12, 31, 23))),
    ("year_out_of_range", lambda: paris_day(datetime.max.replace(tzinfo=UTC))),
    ("year_out_of_range", lambda: paris_day(datetime.min.replace(tzinfo=timezone(timedelta(hours=5))))),
    ("year_out_of_range", lambda: local_instant(datetime.max, "Europe/Paris")),
    ("hour_not_naive", lambda: local_instant(utc(2026, 11, 23), "Europe/Paris")),
    ("hour_not_naive", lambda: local_instant(DAY, "Europe/Paris")),  # type: ignore[arg-type]
    ("zone_unknown", lambda: local_instant(NAIVE, "Europe/Brest")),
    ("zone_unknown", lambda: local_instant(NAIVE, "")),
    ("zone_unknown", lambda: local_instant(NAIVE, "../etc/passwd")),
    ("zone_unknown", lambda: human(utc(2026, 11, 23), zone="Europe")),
    ("lang_unknown", lambda: human(utc(2026, 11, 23), "de")),
    ("lang_unknown", lambda: human_day(DAY, "br")),
]


@pytest.mark.parametrize(("code", "attempt"), WRONG, ids=[f"{i}-{code}" for i, (code, _) in enumerate(WRONG)])
def test_what_cannot_be_counted_is_refused_with_its_reason(code: str, attempt: Callable[[], object]) -> None:
    with pytest.raises(InputRefused) as refused:
        attempt()
    assert refused.value.code == code


def test_after_a_refusal_the_calendar_counts_as_before() -> None:
    calendar = Calendar("mayotte")
    with pytest.raises(InputRefused):
        calendar.add_working_days(DAY, -1)
    assert calendar.add_working_days(DAY, 5) == date(2026, 11, 30)


# Properties

days = st.dates(date(2000, 1, 1), date(2095, 12, 31))
counts = st.integers(0, 300)
kinds = st.sampled_from(DayKind)
instants = st.datetimes(datetime(2000, 1, 2), datetime(2095, 12, 31), timezones=st.just(UTC))
clusters = st.builds(
    lambda first, length: [first + timedelta(i) for i in range(length)],
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, 30),
)
calendars = st.builds(
    Calendar,
    st.sampled_from(TERRITORIES),
    st.one_of(st.just([]), clusters, st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=30)),
)
near = st.dates(date(2019, 6, 1), date(2030, 6, 1))


@given(calendars, near, st.integers(1, 60), kinds)
def test_the_tables_count_as_one_counts_on_the_fingers(calendar: Calendar, day: date, n: int, kind: DayKind) -> None:
    assert calendar.add_working_days(day, n, kind) == slow_count(calendar, day, n, kind)


@given(calendars, st.one_of(days, near), counts, kinds)
def test_the_answer_is_always_a_working_day(calendar: Calendar, day: date, n: int, kind: DayKind) -> None:
    assert calendar.is_working(calendar.add_working_days(day, n, kind), kind)


@given(calendars, near, st.integers(1, 300), counts, kinds)
def test_counting_in_two_steps_is_counting_in_one(calendar: Calendar, day: date, m: int, n: int, kind: DayKind) -> None:
    halfway = calendar.add_working_days(day, m, kind)
    assert calendar.add_working_days(halfway, n, kind) == calendar.add_working_days(day, m + n, kind)


@given(calendars, near, near, counts, kinds)
def test_a_later_day_never_gives_an_earlier_answer(
    calendar: Calendar, one: date, other: date, n: int, kind: DayKind
) -> None:
    early, late = sorted((one, other))
    assert calendar.add_working_days(early, n, kind) <= calendar.add_working_days(late, n, kind)


@given(calendars, near, counts, kinds)
def test_one_more_is_later(calendar: Calendar, day: date, n: int, kind: DayKind) -> None:
    reached = calendar.add_working_days(day, n, kind)
    assert day <= reached <= calendar.add_working_days(day, n + 1, kind)
    assert n == 0 or day < reached < calendar.add_working_days(day, n + 1, kind)


@given(calendars, near, st.integers(1, 60), kinds)
def test_exactly_n_working_days_lie_between_the_day_and_the_answer(
    calendar: Calendar, day: date, n: int, kind: DayKind
) -> None:
    reached = calendar.add_working_days(day, n, kind)
    passed = [day + timedelta(i) for i in range(1, (reached - day).days + 1)]
    assert sum(calendar.is_working(one, kind) for one in passed) == n


@given(near, st.integers(1, 60), kinds, st.data())
def test_a_closure_on_the_way_shifts_the_answer_by_one_working_day(
    day: date, n: int, kind: DayKind, data: st.DataObject
) -> None:
    shut = METROPOLE.add_working_days(day, data.draw(st.integers(1, n)), kind)
    assert Calendar(closures=[shut]).add_working_days(day, n, kind) == METROPOLE.add_working_days(day, n + 1, kind)


@given(calendars, instants, counts, kinds)
def test_a_deadline_is_always_a_midnight_of_paris_after_the_instant(
    calendar: Calendar, instant: datetime, n: int, kind: DayKind
) -> None:
    deadline = calendar.deadline(instant, n, kind)
    local = deadline.astimezone(PARIS)
    assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
    assert deadline > instant
    assert calendar.is_working(local.date() - timedelta(1), kind)


@given(instants)
def test_an_instant_lies_within_its_day(instant: datetime) -> None:
    day = paris_day(instant)
    assert start_of_day(day) <= instant < start_of_day(day + timedelta(1))
    assert day == paris_day(instant.astimezone(ZoneInfo("Pacific/Noumea")))


@given(instants.filter(lambda i: i.year > 2000), st.integers(0, 60))
def test_a_window_is_never_shorter_than_its_days_but_for_the_hour_of_a_clock_change(
    hire: datetime, length: int
) -> None:
    opens, closes = METROPOLE.filing_window(hire, length)
    assert closes == hire
    assert paris_day(opens) == paris_day(hire) - timedelta(length)
    assert timedelta(length, hours=-1) <= closes - opens < timedelta(length + 1, hours=1)


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2095, 12, 31)),
    st.sampled_from(["Europe/Paris", "America/Miquelon", "Indian/Reunion", "Pacific/Tahiti"]),
)
def test_an_hour_told_at_the_workplace_is_told_back_or_refused(told: datetime, zone: str) -> None:
    where = ZoneInfo(zone)
    exists = told.replace(tzinfo=where).astimezone(UTC).astimezone(where).replace(tzinfo=None) == told
    if exists:
        assert local_instant(told, zone).astimezone(where).replace(tzinfo=None) == told
    else:
        with pytest.raises(InputRefused):
            local_instant(told, zone)
