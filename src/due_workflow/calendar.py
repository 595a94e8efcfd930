"""Days: French holidays by territory, working days, deadlines, the window in which a DUE may be filed.

The law of this room:

- A day is a Paris day, never a UTC day; an instant is an aware datetime, given back in UTC. A naive hour is
  taken in one place only, `local_instant`, which asks where it is told. Nothing here asks what time it is.
- The day of the act does not count (CPC art. 641) and a period ends at 24:00 of its last day (CPC art. 642):
  a deadline is 00:00 Paris of the day after.
- The legal days are our own table, from the Code du travail. Days lie in the years 2000 to 2100.
- Every refusal is an `InputRefused`: a naive datetime where an instant is due, a datetime (or no day at all)
  where a date is, a day given or reached outside those years. A docstring tells what it refuses besides.

Pendulum is imported here and nowhere else, and only where a text is made for people: counting is look-ups in
tables made at first use. Nothing of ours but `errors` is imported.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, compress
from typing import TYPE_CHECKING, NamedTuple, NoReturn
from zoneinfo import ZoneInfo

from due_workflow.errors import InputRefused

if TYPE_CHECKING:
    import pendulum

PARIS = ZoneInfo("Europe/Paris")
YEARS = range(2000, 2101)
"""The years whose days are computed."""
_BASE, _END = date(2000, 1, 1).toordinal(), date(2100, 12, 31).toordinal()


class DayKind(StrEnum):
    """What a period counts: `OUVRE` Monday to Friday, `OUVRABLE` Monday to Saturday; no public holiday."""

    OUVRE = "ouvre"
    OUVRABLE = "ouvrable"


# C. trav. L3133-1: the eleven legal days, in the law's words; the moving ones are days after Easter Sunday.
# Whit Monday stayed a legal day when it was the default journée de solidarité (loi 2004-626, 2005 to 2007).
_FIXED = {
    (1, 1): "1er janvier",
    (5, 1): "1er mai",
    (5, 8): "8 mai",
    (7, 14): "14 juillet",
    (8, 15): "Assomption",
    (11, 1): "Toussaint",
    (11, 11): "11 novembre",
    (12, 25): "Jour de Noël",
}
_MOVING = {1: "Lundi de Pâques", 39: "Ascension", 50: "Lundi de Pentecôte"}
# C. trav. L3134-13: Good Friday where there is a Protestant church or a mixed one; taken as a holiday in all
# of the three departments, which can only make a deadline later.
_ALSACE_MOVING, _ALSACE_FIXED = {-2: "Vendredi saint"}, {(12, 26): "Second jour de Noël"}
# C. trav. L3422-2, décret 83-1003: the abolition of slavery; (from year, month, day), the last begun holds.
# Saint-Martin changed by its territorial council's deliberation of 5 November 2015.
_ABOLITION = {
    "guadeloupe": ((0, 5, 27),),
    "martinique": ((0, 5, 22),),
    "guyane": ((0, 6, 10),),
    "reunion": ((0, 12, 20),),
    "mayotte": ((0, 4, 27),),
    "saint-martin": ((0, 5, 27), (2016, 5, 28)),
}
TERRITORIES = ("metropole", "alsace-moselle", *_ABOLITION)

# By postal code, whole or three digits (two islands still use Guadeloupe's): zone, territory of the holidays.
_OVERSEAS = {
    "97133": ("America/St_Barthelemy", ""),
    "97150": ("America/Marigot", "saint-martin"),
    "971": ("America/Guadeloupe", "guadeloupe"),
    "972": ("America/Martinique", "martinique"),
    "973": ("America/Cayenne", "guyane"),
    "974": ("Indian/Reunion", "reunion"),
    "975": ("America/Miquelon", ""),
    "976": ("Indian/Mayotte", "mayotte"),
    "977": ("America/St_Barthelemy", ""),
    "978": ("America/Marigot", "saint-martin"),
    "986": ("Pacific/Wallis", ""),
    "987": ("Pacific/Tahiti", ""),
    "988": ("Pacific/Noumea", ""),
}


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    month, day = divmod(epact + sunday - 7 * ((golden + 11 * epact + 22 * sunday) // 451) + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=len(TERRITORIES) * len(YEARS))
def _legal_days(territory: str, year: int) -> dict[date, str]:
    alsace, easter = territory == "alsace-moselle", _easter(year)
    fixed, moving = (_FIXED | _ALSACE_FIXED, _MOVING | _ALSACE_MOVING) if alsace else (_FIXED, _MOVING)
    days = [(date(year, month, day), name) for (month, day), name in fixed.items()]
    days += [(easter + timedelta(after), name) for after, name in moving.items()]
    begun = [(month, day) for since, month, day in _ABOLITION.get(territory, ()) if since <= year]
    days += [(date(year, month, day), "Abolition de l'esclavage") for month, day in begun[-1:]]
    named: dict[date, str] = {}
    for at, name in sorted(days):  # Ascension was 1 May in 2008: one day, two names
        named[at] = f"{named[at]}, {name}" if at in named else name
    return named


@lru_cache(maxsize=1)
def _every_day() -> list[date]:
    return [date.fromordinal(ordinal) for ordinal in range(_BASE, _END + 1)]


class _Table(NamedTuple):
    days: list[date]  # the working days; a place is an index in it
    upto: array[int]  # by ordinal - _BASE, how many working days there are up to that day, itself included
    closed: list[int]  # the places of the extra closed days
    opens: list[int]  # how many open days precede each of those


@lru_cache(maxsize=len(TERRITORIES) * len(DayKind))
def _legal_table(territory: str, kind: DayKind) -> _Table:
    legal = {day.toordinal() for year in YEARS for day in _legal_days(territory, year)}
    idle = {0} if kind is DayKind.OUVRABLE else {0, 6}  # ordinal 1 is a Monday
    works = [at % 7 not in idle and at not in legal for at in range(_BASE, _END + 1)]
    return _Table(list(compress(_every_day(), works)), array("H", accumulate(works)), [], [])


class _Tables(dict[str, _Table]):
    """A calendar's tables by kind, made when first asked for; two threads may make the same one twice."""

    def __init__(self, territory: str, closures: tuple[date, ...]) -> None:
        super().__init__()
        self.territory, self.closures = territory, closures

    def __missing__(self, kind: str) -> _Table:
        try:
            table = _legal_table(self.territory, DayKind(kind))
        except ValueError:
            raise InputRefused("day_kind_unknown", kind=kind, known=[*DayKind]) from None
        places = ((table.upto[_offset(day)] - 1, day) for day in self.closures)
        closed = [place for place, day in places if place >= 0 and table.days[place] == day]
        opens = [place - before for before, place in enumerate(closed)]
        self[kind] = table._replace(closed=closed, opens=opens)
        return self[kind]


_tables = lru_cache(maxsize=256)(_Tables)


def _refuse_day(day: object) -> NoReturn:
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InputRefused("day_expected", got=type(day).__name__)
    raise InputRefused("year_out_of_range", day=day, first=YEARS[0], last=YEARS[-1])


def _offset(day: date) -> int:
    if isinstance(day, date) and not isinstance(day, datetime) and day.year in YEARS:
        return day.toordinal() - _BASE
    _refuse_day(day)


@lru_cache(maxsize=4096)
def _midnight(ordinal: int) -> datetime:
    return datetime.combine(date.fromordinal(ordinal), time(), PARIS).astimezone(UTC)


def paris_day(instant: datetime) -> date:
    """The Paris day in which `instant` falls: 22:30 UTC of 30 June is already 1 July."""
    if not isinstance(instant, datetime) or instant.utcoffset() is None:
        raise InputRefused("instant_naive", got=instant)
    if instant.tzinfo is UTC and instant.hour < 22:  # Paris is never more than two hours ahead
        day = instant.date()
    else:
        far = not 1 < instant.year < 9999  # where a change of zone would overflow
        day = (instant if far else instant.astimezone(PARIS)).date()
    return day if day.year in YEARS else _refuse_day(day)


def start_of_day(day: date) -> datetime:
    """The instant of 00:00 Paris on `day`, in UTC."""
    return _midnight(_offset(day) + _BASE)


@dataclass(frozen=True, init=False, slots=True)
class Calendar:
    """The working days of one territory, less a firm's or a recipient's own closed days.

    Frozen, equal by value, hashable, picklable, safe between threads and cheap: its tables are shared. The
    calendar that counts is that of the body one waits for, not the workplace's.

    Attributes:
        territory: one of `TERRITORIES`, whose public holidays apply.
        closures: extra closed days, sorted, without repetition; those that are idle anyway change nothing.
    """

    territory: str
    closures: tuple[date, ...]
    _table: Callable[[str], _Table] = field(repr=False, compare=False)

    def __init__(self, territory: str = "metropole", closures: Iterable[date] = ()) -> None:
        """Takes any iterable of dates as `closures`; refuses an unknown territory."""
        if territory not in TERRITORIES:
            raise InputRefused("territory_unknown", territory=territory, known=TERRITORIES)
        if not isinstance(closures, Iterable):
            raise InputRefused("day_expected", got=type(closures).__name__)
        days = tuple(sorted({date.fromordinal(_offset(day) + _BASE) for day in closures}))
        object.__setattr__(self, "territory", territory)
        object.__setattr__(self, "closures", days)
        object.__setattr__(self, "_table", _tables(territory, days).__getitem__)

    def __reduce__(self) -> tuple[Callable[..., Calendar], tuple[str, tuple[date, ...]]]:
        return type(self), (self.territory, self.closures)

    def holidays(self, year: int) -> dict[date, str]:
        """The public holidays of `year` with their French names, in order; without the closures."""
        if year not in YEARS:
            raise InputRefused("year_out_of_range", day=year, first=YEARS[0], last=YEARS[-1])
        return dict(_legal_days(self.territory, year))

    def is_working(self, day: date, kind: DayKind = DayKind.OUVRE) -> bool:
        """Whether a period of `kind` days counts `day`: not idle, no holiday, no closure."""
        days, upto, closed, _ = self._table(kind)
        place = upto[_offset(day)] - 1
        return place >= 0 and days[place] == day and not (closed and day in self.closures)

    def add_working_days(self, day: date, n: int, kind: DayKind = DayKind.OUVRE) -> date:
        """The `n`-th working day strictly after `day`: the day of the act does not count (CPC art. 641).

        With ``n=0``, `day` itself where it is worked, else the next working day. A negative `n` is refused.
        """
        # The hot path of every clock: two look-ups, and checks only of what an index would not notice.
        days, upto, closed, opens = self._table(kind)
        at = day.toordinal() - _BASE if type(day) is date else _offset(day)
        if type(n) is not int or n < 1 or at < 0:
            return self._from(day, n, kind)
        try:
            place = upto[at] + n - 1
            if closed:  # the same among the open days only, then back to a place among all
                place -= bisect_left(closed, upto[at])
                place += bisect_right(opens, place)
            return days[place]
        except IndexError:
            _offset(day)
            raise InputRefused("count_out_of_range", day=day, n=n, last=YEARS[-1]) from None

    def _from(self, day: date, n: int, kind: DayKind) -> date:
        at = _offset(day)
        if type(n) is not int or n < 0:
            raise InputRefused("count_refused", n=n)
        same = self.is_working(day, kind)
        return date.fromordinal(at + _BASE) if same else self.add_working_days(day, 1, kind)

    def deadline(self, instant: datetime, n: int, kind: DayKind = DayKind.OUVRE) -> datetime:
        """When a period of `n` working days begun by `instant` is over: 24:00 Paris of the last, in UTC.

        For the procedure's five jours ouvrés, and the five and the two jours ouvrables of C. trav. R1221-7. A
        count in jours ouvrables may end on a Saturday and is not carried to Monday.
        """
        return _midnight(self.add_working_days(paris_day(instant), n, kind).toordinal() + 1)

    def filing_window(self, hire: datetime, days: int = 8) -> tuple[datetime, datetime]:
        """Between which UTC instants (opens, closes) the DUE of a hire at `hire` may be filed.

        It opens « au plus tôt dans les huit jours précédant la date prévisible de l'embauche » (C. trav.
        R1221-4): at 00:00 Paris of D-8, calendar days, D being the **Paris** day of the hire's instant, which
        may be the day before or after the workplace's. It closes with the hire (L1221-10). A negative number
        of `days` is refused.
        """
        day = paris_day(hire)
        if type(days) is not int or days < 0:
            raise InputRefused("count_refused", n=days)
        if day.toordinal() - days < _BASE:
            _refuse_day(day)
        return _midnight(day.toordinal() - days), hire.astimezone(UTC)


def workplace_zone(postal_code: str) -> str:
    """The IANA zone of a workplace's hours, from its postal code; Europe/Paris where it tells nothing."""
    code = postal_code.replace(" ", "")
    return (_OVERSEAS.get(code) or _OVERSEAS.get(code[:3]) or ("Europe/Paris",))[0]


def territory_of(postal_code: str) -> str:
    """The territory whose holidays a workplace keeps, from its postal code; "" where none is covered."""
    code = postal_code.replace(" ", "")
    if known := _OVERSEAS.get(code) or _OVERSEAS.get(code[:3]):
        return known[1]
    if len(code) != 5 or not (code.isascii() and code.isdigit()) or code[:2] in {"00", "97", "98", "99"}:
        return ""
    return "alsace-moselle" if code[:2] in {"57", "67", "68"} else "metropole"


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        raise InputRefused("zone_unknown", zone=name) from None


def local_instant(naive: datetime, zone: str) -> datetime:
    """The UTC instant of an hour as told in `zone`; the earlier one where the hour comes twice, in autumn.

    Refused: an hour that the clocks skip in spring, a datetime that has an offset already, an unknown zone.
    """
    if not isinstance(naive, datetime) or naive.tzinfo is not None:
        raise InputRefused("hour_not_naive", got=naive)
    if naive.year not in YEARS:
        _refuse_day(naive.date())
    instant = naive.replace(tzinfo=_zone(zone), fold=0).astimezone(UTC)
    if instant.astimezone(_zone(zone)).replace(tzinfo=None) != naive:
        raise InputRefused("hour_does_not_exist", hour=naive, zone=zone)
    return instant


def human(instant: datetime, lang: str = "fr", zone: str = "Europe/Paris") -> str:
    """`instant` at length: "lundi 23 novembre 2026 à 14:05" or "Monday 23 November 2026, 14:05"."""
    if not isinstance(instant, datetime) or instant.utcoffset() is None:
        raise InputRefused("instant_naive", got=instant)
    import pendulum

    local = pendulum.instance(instant).in_timezone(_zone(zone).key)
    return _long(local, lang) + local.format(" [à] HH:mm" if lang == "fr" else ", HH:mm")


def human_day(day: date, lang: str = "fr") -> str:
    """`day` at length: "mardi 1er décembre 2026" or "Tuesday 1 December 2026"."""
    if isinstance(day, datetime) or not isinstance(day, date):
        _refuse_day(day)
    import pendulum

    return _long(pendulum.date(day.year, day.month, day.day), lang)


def _long(day: pendulum.Date, lang: str) -> str:
    if lang not in {"fr", "en"}:
        raise InputRefused("lang_unknown", lang=lang)
    first = lang == "fr" and day.day == 1  # « 1er », but 2, 3, 4
    return day.format("dddd Do MMMM YYYY" if first else "dddd D MMMM YYYY", locale=lang)
