"""What the switchover report says, in which order; how it looks is the affair of `report_html`, `_markdown` and `_pdf`.

It is written onto a `Sheet` from top to bottom. Clients are named, employees never: the figures know none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol

from due_workflow import charts, texts
from due_workflow.report import SHOWN, Cause, Stage, StageFigures, Switchover
from due_workflow.rollout import Plan
from due_workflow.shapes import Picture


class Sheet(Protocol):
    """Where a report is written. A document of your own (a wiki page, a DOCX) is a class with these six methods."""

    def title(self, text: str, under: str = "") -> None:
        """The document's name, once, and a line under it."""
        ...

    def heading(self, text: str) -> None:
        """The name of a part."""
        ...

    def text(self, text: str) -> None:
        """Paragraphs, parted by blank lines; a line that begins with "- " is an item of a list."""
        ...

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Labels and values."""
        ...

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        widths: Sequence[float] | None = None,
        right: Sequence[int] = (),
    ) -> None:
        """Rows under headings; `widths` in proportion, `right`: the columns of figures, from 0."""
        ...

    def figure(self, picture: Picture) -> None:
        """A picture."""
        ...


def write(report: Switchover, sheet: Sheet, lang: str = "fr", plan: Plan | None = None) -> None:
    """Write the whole report onto `sheet`.

    Args:
        report: the figures, as `flow.read.report(…)` gives them.
        sheet: where.
        lang: "fr" or "en".
        plan: the firm's procedure (`flow.read.rollout()`), drawn as a Gantt chart where it is given.
    """
    _Report(report, sheet, lang).write(plan)


def name(report: Switchover, lang: str = "fr") -> str:
    """The document's name: the switchover report of that firm."""
    return texts.render("report.title", lang, {"cabinet": report.cabinet})


class _Report:
    """One report while it is written."""

    def __init__(self, report: Switchover, sheet: Sheet, lang: str) -> None:
        self.r, self.sheet, self.lang = report, sheet, lang

    def write(self, plan: Plan | None) -> None:
        self.sheet.title(self._say("name"), f"{self.r.cabinet} · {self._shown(self.r.at)}")
        self._summary()
        if plan is not None:
            self.sheet.heading(self._say("procedure"))
            self.sheet.figure(charts.gantt(plan, self.lang))
        self._difficulties()
        self._gains()
        self._following()
        self.sheet.text(self._say("source", hires=self.r.hires, at=self._shown(self.r.at)))

    # ---- words

    def _say(self, key: str, **facts: object) -> str:
        return texts.render(f"report.{key}", self.lang, facts)

    def _shown(self, value: object) -> str:
        return texts.shown(value, self.lang)

    def _columns(self, *names: str) -> list[str]:
        return [self._say(f"col.{column}") for column in names]

    def _word(self, section: str, code: str) -> str:
        return texts.word(section, code, self.lang)

    def _long(self, took: timedelta | None) -> str:
        return lasting(took, self.lang) if took is not None else "—"

    def _remark(self, text: str) -> None:
        if text.strip():
            self.sheet.text(text)

    # ---- the parts

    def _summary(self) -> None:
        r = self.r
        self.sheet.heading(self._say("summary"))
        live, every = r.clients.get("live", 0), sum(r.clients.values())
        facts = [
            ("period", self._period(r.since, r.until)),
            ("hires", str(r.hires)),
            ("declared", str(r.statuses.get("declared", 0))),
            ("first_real", self._shown(r.first_real)),
            ("live", self._say("of", part=live, all=every)),
            ("first_time", self._share(r.real.first_time, r.real.begun)),
            ("tests", self._say("of", part=r.test.accepted, all=r.test.begun)),
            ("rejections", str(r.rejections)),
            ("doubts", str(r.doubts.count)),
            ("late", str(r.late)),
        ]
        if r.irregular:
            facts.append(("irregular", str(r.irregular)))
        self.sheet.facts((self._say(f"fact.{key}"), value) for key, value in facts)
        months = [(f"{month[5:]}/{month[:4]}" if self.lang == "fr" else month, count) for month, count in r.months]
        self.sheet.figure(charts.columns(self._say("fig.months"), months, self._say("nothing_declared")))
        order = sorted(r.statuses.items(), key=lambda pair: -pair[1])
        rows = [(self._word("status", status), str(count)) for status, count in order]
        self.sheet.table(self._columns("status", "hires"), rows, widths=(4, 1), right=(1,))

    def _period(self, since: date | None, until: date | None) -> str:
        key = "both" if since and until else "since" if since else "until" if until else "all"
        return self._say(f"period.{key}", since=self._shown(since), until=self._shown(until))

    def _share(self, part: int, every: int) -> str:
        if not every:
            return "—"
        return self._say("share", part=part, all=every, percent=f"{100 * part / every:.0f}")

    def _difficulties(self) -> None:
        r = self.r
        self.sheet.heading(self._say("difficulties"))
        self._remark(r.remarks.difficulties)
        causes = _first(r.causes)
        bars = [(self._cause(cause), [cause.count]) for cause in causes]
        self.sheet.figure(charts.bars(self._say("fig.causes"), bars, say=_whole, nothing=self._say("no_rejection")))
        if causes:
            rows = [(self._cause(c), str(c.portal), str(c.recipient), str(c.count)) for c in causes]
            headings = self._columns("cause", "portal", "recipient", "total")
            self.sheet.table(headings, rows, widths=(5, 1.2, 1.2, 1), right=(1, 2, 3))
        d = r.doubts
        if d.count:
            facts = {"count": d.count, "found": d.found, "lost": d.lost, "open": d.open}
            self.sheet.text(self._say("doubts", **facts))
            if d.times is not None:
                lasted = {"median": self._long(d.times.median), "longest": self._long(d.times.longest)}
                self.sheet.text(self._say("doubts_lasted", **lasted))
        else:
            self.sheet.text(self._say("no_doubt"))
        if r.delays:
            delays = [(self._say(f"delay.{delay.clock}"), str(delay.count)) for delay in r.delays]
            self.sheet.table(self._columns("delay", "hires"), delays, widths=(5, 1), right=(1,))
        else:
            self.sheet.text(self._say("no_delay"))
        if r.troubles:
            clients = [(t.siren, t.name, str(t.rejections), str(t.doubts), str(t.delays)) for t in r.troubles]
            headings = self._columns("siren", "client", "rejections", "doubts", "delays")
            self.sheet.table(headings, clients, widths=(1.4, 4, 1, 1, 1.2), right=(2, 3, 4))

    def _cause(self, cause: Cause) -> str:
        return cause.text if cause.kind == "said" else self._say(f"cause.{cause.kind}")

    def _gains(self) -> None:
        self.sheet.heading(self._say("gains"))
        self._remark(self.r.remarks.gains)
        told = [s for s in self.r.stages if s.observed is not None or s.before is not None or s.expected is not None]
        if not told:
            self.sheet.text(self._say("no_times"))
            return
        paints = {"before": "bar_before", "expected": "bar_expected", "observed": "bar"}
        series = [(self._say(key), paint) for key, paint in paints.items()]
        for picture, work in (("fig.times", False), ("fig.work", True)):
            stages = [s for s in told if (s.stage is Stage.WORK) is work]
            if stages:
                rows = [(self._stage(s), [_hours(t) for t in (s.before, s.expected, s.observed)]) for s in stages]
                self.sheet.figure(charts.bars(self._say(picture), rows, say=self._of_hours, series=series))
        table = [self._gain(s) for s in told]
        headings = self._columns("stage", "before", "expected", "observed", "gain_expected", "gain_observed")
        self.sheet.table(headings, table, widths=(3, 1.1, 1.1, 1.1, 1.2, 1.2), right=(1, 2, 3, 4, 5))
        measured = [(s, s.times) for s in told if s.times is not None]
        if measured:
            times = [
                (self._stage(s), str(t.count), *map(self._long, (t.median, t.mean, t.ninth, t.longest)))
                for s, t in measured
            ]
            headings = self._columns("stage", "measures", "median", "mean", "ninth", "longest")
            self.sheet.table(headings, times, widths=(3, 1, 1.1, 1.1, 1.2, 1.1), right=(1, 2, 3, 4, 5))
        self.sheet.text(self._say("how_measured"))

    def _stage(self, stage: StageFigures) -> str:
        return self._say(f"stage.{stage.stage.value}")

    def _gain(self, s: StageFigures) -> tuple[str, ...]:
        times = (s.before, s.expected, s.observed, s.gain_expected, s.gain_observed)
        return (self._stage(s), *map(self._long, times))

    def _of_hours(self, hours: float) -> str:
        return lasting(timedelta(hours=hours), self.lang)

    def _following(self) -> None:
        r = self.r
        self.sheet.heading(self._say("following"))
        self._remark(r.remarks.following)
        yes = self._say("yes")
        if r.following:
            rows = [
                (f.procedure.value, self._word("procedure", f.procedure), str(f.clients), yes if f.chosen else "")
                for f in r.following
            ]
            headings = self._columns("code", "procedure", "mandates", "chosen")
            self.sheet.table(headings, rows, widths=(1.6, 4, 1.3, 1), right=(2,))
        else:
            self.sheet.text(self._say("no_following"))
        states = sorted(r.clients.items(), key=lambda pair: -pair[1])
        clients = [(self._word("client_state", state), str(count)) for state, count in states]
        self.sheet.table(self._columns("client_state", "clients"), clients, widths=(4, 1), right=(1,))
        if r.waves:
            waves = [(str(wave), str(every), str(live)) for wave, every, live in r.waves]
            self.sheet.table(self._columns("wave", "clients", "live"), waves, right=(1, 2))


def _first(causes: Sequence[Cause]) -> list[Cause]:
    """The causes that are listed; the rest stand together as others."""
    if len(causes) <= SHOWN:
        return list(causes)
    rest = causes[SHOWN - 1 :]
    others = Cause("others", "", sum(c.portal for c in rest), sum(c.recipient for c in rest))
    return [*causes[: SHOWN - 1], others]


def _whole(value: float) -> str:
    return f"{value:.0f}"


def _hours(took: timedelta | None) -> float | None:
    return took.total_seconds() / 3600 if took is not None else None


def lasting(took: timedelta, lang: str = "fr") -> str:
    """A time for people: 3 j 9 h, 2 h 05, 45 min; a negative one with its sign."""
    minutes = round(abs(took.total_seconds()) / 60)
    sign = "−" if took < timedelta() and minutes else ""
    hours, rest = divmod(minutes, 60)
    days, left = divmod(hours, 24)
    key = "days" if hours >= 48 else "hours" if hours else "minutes"
    if (key == "days" and not left) or (key == "hours" and not rest):
        key = f"whole_{key}"
    facts = {"days": days, "left": left, "hours": hours, "rest": f"{rest:02d}", "minutes": minutes}
    return sign + texts.render(f"report.lasting.{key}", lang, facts)
