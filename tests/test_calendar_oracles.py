"""Our table of legal days against three independent ones, 2000 to 2050: each difference with its reason.

A difference that is not listed fails, and so does a listed one that is no more: someone has to look.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from due_workflow.calendar import TERRITORIES, Calendar, DayKind

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import holidays
    from jours_feries_france import JoursFeries
    from workalendar.europe import France, FranceAlsaceMoselle

YEARS = range(2000, 2051)
PERIOD = (date(2000, 1, 1), date(2050, 12, 31))


@dataclass(frozen=True)
class Differs:
    """Years in which one side has a day, fixed as "05-28" or "easter+50", that the other lacks, and why."""

    only: str  # "ours" or "theirs"
    day: str
    years: Iterable[int]
    because: str

    def days(self, easters: Mapping[int, date]) -> Iterator[date]:
        for year in self.years:
            if self.day.startswith("easter"):
                yield easters[year] + timedelta(int(self.day.removeprefix("easter")))
            else:
                yield date.fromisoformat(f"{year}-{self.day}")


WHIT_MONDAY = Differs(
    "ours",
    "easter+50",
    range(2005, 2008),
    "loi 2004-626 made it the default day of solidarity without taking it off the list of the legal days; "
    "`holidays` drops it until loi 2008-351",
)
SCHOELCHER = Differs(
    "theirs",
    "07-21",
    YEARS,
    "the Schœlcher day is kept by custom or agreement in the Antilles; C. trav. L3422-2 does not have it",
)
# (library, territory) -> every difference there is. A pair without an entry agrees on every day.
DIFFERENCES: dict[tuple[str, str], list[Differs]] = {
    **{("holidays", territory): [WHIT_MONDAY] for territory in TERRITORIES},
    ("holidays", "guadeloupe"): [
        WHIT_MONDAY,
        SCHOELCHER,
        Differs("theirs", "easter-2", YEARS, "Good Friday is kept by custom, not by L3133-1 nor L3422-2"),
        Differs("theirs", "easter-24", YEARS, "mid-Lent is kept by custom, not by L3133-1 nor L3422-2"),
    ],
    ("holidays", "martinique"): [WHIT_MONDAY, SCHOELCHER],
    ("holidays", "saint-martin"): [
        WHIT_MONDAY,
        Differs(
            "theirs",
            "07-21",
            range(2012, 2051),
            "the Schœlcher day, by custom, as in the rest of the Antilles",
        ),
        Differs(
            "ours",
            "05-27",
            range(2000, 2016),
            "27 May as Guadeloupe, of which it was part, then décret 2012-553",
        ),
        # 2012 is not among them: 28 May was Whit Monday that year, a holiday for both.
        Differs("theirs", "05-28", range(2013, 2016), "`holidays` has 28 May already from 2012 on"),
    ],
    ("jours-feries-france", "saint-martin"): [
        Differs("ours", "05-28", (2016, 2017), "ours changes after the territorial council's vote of 5 Nov 2015"),
        Differs("theirs", "05-27", (2016, 2017), "theirs changes when the State's circular allowed it, in 2018"),
    ],
}


def of_holidays(subdivision: str | None) -> set[date]:
    return set(holidays.country_holidays("FR", subdiv=subdivision, years=YEARS))


def of_workalendar(kind: type) -> set[date]:
    calendar = kind()
    return {day for year in YEARS for day, _ in calendar.holidays(year)}


def of_jours_feries(zone: str) -> set[date]:
    return {day for year in YEARS for day in JoursFeries.for_year(year, zone).values()}


ORACLES: list[tuple[str, str, Callable[[], set[date]]]] = [
    ("holidays", "metropole", lambda: of_holidays(None)),
    ("holidays", "alsace-moselle", lambda: of_holidays("6AE")),
    ("holidays", "alsace-moselle", lambda: of_holidays("57")),
    ("holidays", "guadeloupe", lambda: of_holidays("971")),
    ("holidays", "martinique", lambda: of_holidays("972")),
    ("holidays", "guyane", lambda: of_holidays("973")),
    ("holidays", "reunion", lambda: of_holidays("974")),
    ("holidays", "mayotte", lambda: of_holidays("976")),
    ("holidays", "saint-martin", lambda: of_holidays("MF")),
    ("workalendar", "metropole", lambda: of_workalendar(France)),
    ("workalendar", "alsace-moselle", lambda: of_workalendar(FranceAlsaceMoselle)),
    ("jours-feries-france", "metropole", lambda: of_jours_feries("Métropole")),
    ("jours-feries-france", "alsace-moselle", lambda: of_jours_feries("Alsace-Moselle")),
    ("jours-feries-france", "guadeloupe", lambda: of_jours_feries("Guadeloupe")),
    ("jours-feries-france", "martinique", lambda: of_jours_feries("Martinique")),
    ("jours-feries-france", "guyane", lambda: of_jours_feries("Guyane")),
    ("jours-feries-france", "reunion", lambda: of_jours_feries("La Réunion")),
    ("jours-feries-france", "mayotte", lambda: of_jours_feries("Mayotte")),
    ("jours-feries-france", "saint-martin", lambda: of_jours_feries("Saint-Martin")),
]


@pytest.fixture(scope="module")
def easters() -> dict[int, date]:
    return {year: JoursFeries.paques(year) for year in YEARS}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(("library", "territory", "theirs"), ORACLES, ids=[f"{lib}-{t}" for lib, t, _ in ORACLES])
def test_our_legal_days_are_theirs_but_for_the_listed_differences(
    library: str, territory: str, theirs: Callable[[], set[date]], easters: dict[int, date]
) -> None:
    calendar = Calendar(territory)
    ours = {day for year in YEARS for day in calendar.holidays(year)}
    others = theirs()
    listed = DIFFERENCES.get((library, territory), [])
    told = {side: {day for d in listed if d.only == side for day in d.days(easters)} for side in ("ours", "theirs")}
    assert {"ours": sorted(ours - others), "theirs": sorted(others - ours)} == {k: sorted(v) for k, v in told.items()}


def test_every_listed_difference_belongs_to_a_comparison_that_is_made() -> None:
    assert set(DIFFERENCES) <= {(library, territory) for library, territory, _ in ORACLES}


def test_every_territory_has_at_least_two_witnesses() -> None:
    for territory in TERRITORIES:
        assert len({library for library, known, _ in ORACLES if known == territory}) >= 2


@pytest.mark.parametrize(("territory", "oracle"), [("metropole", France), ("alsace-moselle", FranceAlsaceMoselle)])
def test_five_jours_ouvres_are_those_of_workalendar_from_every_day(territory: str, oracle: type) -> None:
    ours, theirs = Calendar(territory), oracle()
    day, end = date(2024, 1, 1), date(2027, 12, 31)
    while day <= end:
        assert ours.is_working(day) == theirs.is_working_day(day)
        assert ours.add_working_days(day, 5) == theirs.add_working_days(day, 5)
        day += timedelta(1)


def test_the_number_of_jours_ouvres_between_two_days_is_that_of_workalendar() -> None:
    first, last = PERIOD
    mine = Calendar()
    counted = sum(mine.is_working(first + timedelta(i), DayKind.OUVRE) for i in range(1, (last - first).days + 1))
    assert counted == France().get_working_days_delta(first, last)
