"""The switchover report counts what the journals say, compares it with the firm's estimate, and reads well on paper."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import stat
import sys
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2
import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from typer.testing import CliRunner

from due_workflow import AsyncDueWorkflow, InputRefused, Mode, Teleprocedure, adapters, tally, texts
from due_workflow.adapters import report_html, report_markdown, report_pages, report_pdf
from due_workflow.adapters.sql import SqlStorage, upgrade
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import front
from due_workflow.cli.outcomes import Code
from due_workflow.ports import Storage
from due_workflow.report import SHOWN, Cause, Estimate, Remarks, Stage, Switchover, Trouble
from due_workflow.rollout import plan
from due_workflow.tally import cause_of
from due_workflow.testing import factories as f
from stories import Firm, R, verdict

LANGS = pytest.mark.parametrize("lang", texts.LANGUAGES)
H = timedelta(hours=1)
HOSTILE = "</title><script>alert(1)</script> & | `code` [x](http://e.example) <b>Œuf</b> 🙂"


def rejected(firm: Firm, reference: str, message: str = "", n: int = 1, make: object = f.ars, **person: str) -> None:
    """A REAL attempt of that hire, rejected with that message."""
    sub = firm.sent(firm.real(reference, n, **person).id)
    firm.answered(sub, make, R, verdicts=(verdict(R, message=message),)) if message else firm.answered(sub, make, R)


# ---- difficulties


def test_rejections_are_counted_by_cause_whoever_rejected() -> None:
    firm = Firm().opened()
    firm.live()
    rejected(firm, "E-1", "Code URSSAF invalide", make=f.acs)
    rejected(firm, "E-2", "code  urssaf INVALIDE")
    rejected(firm, "E-3", "Date de naissance 15/01/1990 impossible")
    rejected(firm, "E-4", "Date de naissance 02/03/1985 impossible")
    rejected(firm, "E-5")
    report = firm.read.report()
    assert [(c.kind, c.text, c.portal, c.recipient) for c in report.causes] == [
        ("said", "Code URSSAF invalide", 1, 1),
        ("said", "Date de naissance … impossible", 0, 2),
        ("none", "", 0, 1),
    ]
    assert report.rejections == 5
    assert (report.real.begun, report.real.rejected, report.real.accepted) == (5, 5, 0)
    assert report.statuses["refused"] == 5


def test_a_rejection_that_an_acceptance_followed_is_still_a_difficulty() -> None:
    firm = Firm().opened()
    firm.live()
    rejected(firm, "E-1", "Commune inconnue")
    second = firm.flow.renew("E-1/real/1", None, "encore")
    firm.answered(firm.sent(second.id), f.ars)
    report = firm.read.report()
    assert report.rejections == 1
    assert report.statuses == {"declared": 1, "test_not_declared": 1}
    assert (report.real.begun, report.real.accepted, report.real.first_time) == (2, 1, 0)


def test_doubts_are_counted_with_their_end_and_their_length() -> None:
    firm = Firm().opened()
    firm.live()
    ids = [firm.real(f"E-{n}").id for n in range(3)]
    firm.flow.begin_send(ids)
    firm.move(minutes=11)
    firm.worker().tick()
    deposits = [firm.read.submission(id).deposit or "" for id in ids]
    firm.move(minutes=30)
    firm.flow.settle_doubt(deposits[0], ref="FOUND")
    firm.flow.settle_doubt(deposits[1], not_found=True)
    doubts = firm.read.report().doubts
    assert (doubts.count, doubts.found, doubts.lost, doubts.open) == (3, 1, 1, 1)
    assert doubts.times is not None
    assert (doubts.times.count, doubts.times.longest) == (2, timedelta(minutes=30))


def test_deadlines_that_passed_and_late_sendings_are_counted() -> None:
    firm = Firm().opened()
    firm.live()
    sub = firm.sent(firm.real("E-1", start=firm.clock.now() + timedelta(days=3)).id)
    firm.move(hours=2)
    firm.worker().tick()
    firm.move(days=4)
    firm.worker().tick()
    late = firm.real("E-2", start=firm.clock.now() - timedelta(hours=1))
    firm.flow.begin_send([late.id], late=True)
    report = firm.read.report()
    found = {delay.clock: delay.count for delay in report.delays}
    assert found["ads_missing"] == 1
    assert found["acs_missing"] == 1
    assert found["hire_undeclared"] >= 1
    assert report.late == 1
    assert report.troubles[0].siren == f.siren(1)
    assert report.troubles[0].name == f.client(1).name
    assert report.troubles[0].delays == sum(found.values())
    assert sub.id


def test_the_clients_with_most_difficulties_come_first_and_those_without_are_not_named() -> None:
    firm = Firm().opened()
    for n in (1, 2, 3):
        firm.live(n)
    rejected(firm, "E-2", "a", 2)
    for n in range(3):
        rejected(firm, f"E-3{n}", "b", 3)
    assert [(t.siren, t.rejections) for t in firm.read.report().troubles] == [(f.siren(3), 3), (f.siren(2), 1)]


def test_no_employee_is_named_whatever_a_portal_says() -> None:
    firm = Firm().opened()
    firm.live()
    nir = f.nir(12)
    message = f"Embauche E-0001 de ZYGOMATIQUE Wilhelmine née le 15/01/1990 (NIR {nir}, {nir[:13]}): clé fausse"
    rejected(firm, "E-0001", message, surname="Zygomatique", first_names="Wilhelmine")
    report = firm.read.report(remarks=Remarks(difficulties=f"Le NIR {nir} est faux."))
    made = plan(date(2026, 3, 2), today=date(2026, 3, 2))
    pages = [
        repr(report),
        report_html.html(report, plan=made),
        report_markdown.markdown(report, plan=made).text,
        "".join(picture.svg for picture in report_markdown.markdown(report, plan=made).pictures.values()),
        text_of(report_pdf.pdf(report, plan=made)),
    ]
    for page in pages:
        for secret in ("zygomatique", "wilhelmine", "15/01/1990", nir, nir[:13], "e-0001"):
            assert secret not in page.casefold()
    assert "clé fausse" in pages[1]


def test_short_codes_stay_in_a_cause_and_long_numbers_go() -> None:
    assert cause_of("Erreur 023: code URSSAF 117 inconnu") == "Erreur 023: code URSSAF 117 inconnu"
    assert cause_of("SIRET 800 000 010 00010 inconnu", "E-1") == "SIRET … inconnu"
    assert cause_of("né(e) le 1990-01-15, dossier  E-0001", "E-0001") == "né(e) le …, dossier …"


# ---- gains


def test_times_are_measured_from_the_events_against_the_firms_estimate() -> None:
    firm = Firm().opened()
    firm.live()
    for n, hours in enumerate((2, 4, 9)):
        firm.flow.register(f.declaration(f"E-{n}", start=firm.clock.now() + timedelta(days=5)))
        firm.move(hours=hours)
        sub = firm.sent(firm.flow.prepare(f"E-{n}", Mode.REAL).id)
        firm.move(hours=10)
        firm.answered(sub, f.ars)
    report = firm.read.report(estimates={"proof": Estimate(before=72, expected=24), Stage.SEND: Estimate(before=3)})
    send, answer, proof = (report.stage(stage) for stage in (Stage.SEND, Stage.ANSWER, Stage.PROOF))
    assert send.times is not None
    assert (send.times.count, send.times.median, send.times.mean, send.times.longest) == (3, 4 * H, 5 * H, 9 * H)
    assert send.times.ninth == 9 * H
    assert answer.observed == 10 * H
    assert answer.gain_observed is None
    assert proof.observed == 14 * H
    assert (proof.gain_expected, proof.gain_observed) == (48 * H, 58 * H)
    assert send.gain_observed == -1 * H
    assert report.first_real is not None
    assert sum(count for _, count in report.months) == report.statuses["declared"] == 3


def test_time_runs_from_the_day_that_a_hire_may_be_declared() -> None:
    firm = Firm().opened()
    firm.live()
    hire = firm.clock.now() + timedelta(days=30)
    firm.flow.register(f.declaration("E-1", start=hire))
    firm.clock.set(hire - timedelta(days=7))
    sub = firm.flow.prepare("E-1", Mode.REAL)
    firm.answered(firm.sent(sub.id), f.ars)
    opened = firm.read.report().stage("send").observed
    assert opened is not None
    assert opened < timedelta(days=2)


def test_work_is_what_the_firm_says_and_no_other_stage_takes_its_word() -> None:
    told = Estimate(before=0.5, expected=0.25, observed=0.1)
    report = Firm().opened().read.report(estimates={"work": told, "proof": told})
    assert report.stage("work").gain_observed == timedelta(minutes=24)
    assert report.stage("proof").observed is None
    with pytest.raises(InputRefused):
        report.stage("lunch")


@settings(max_examples=50, deadline=None)
@given(seconds=st.lists(st.integers(0, 200 * 86_400), min_size=1, max_size=60))
def test_median_and_ninth_are_those_of_a_sorted_list(seconds: list[int]) -> None:
    from due_workflow.tally import _Spread

    spread = _Spread()
    for took in seconds:
        spread.add(timedelta(seconds=took))
    times = spread.times()
    assert times is not None
    ordered = sorted(seconds)
    for part, found in ((0.5, times.median), (0.9, times.ninth)):
        exact = ordered[max(0, -(-int(part * 10 * len(ordered)) // 10) - 1)]
        step = 60 if exact < 2 * 86_400 else 3_600 if exact < 90 * 86_400 else 86_400
        assert exact - step < found.total_seconds() <= exact
    assert times.longest.total_seconds() == ordered[-1]
    assert times.mean.total_seconds() == pytest.approx(sum(ordered) / len(ordered), abs=1)


# ---- what comes next


def test_next_declarations_are_those_that_mandates_in_force_cover() -> None:
    firm = Firm().opened()
    firm.mandated(1)
    firm.mandated(2, procedures=frozenset({Teleprocedure.DUE, Teleprocedure.EDI_TVA}))
    report = firm.read.report(following=["DSN"])
    assert (report.following[0].procedure, report.following[0].chosen, report.following[0].clients) == ("DSN", True, 1)
    assert (report.following[1].procedure, report.following[1].clients) == ("EDI-TVA", 2)
    assert "DUE" not in [found.procedure for found in report.following]
    assert report.clients == {"mandated": 2}
    assert report.waves == ((1, 2, 0),)


@pytest.mark.parametrize(
    "given",
    [
        {"following": ["NOTHING"]},
        {"estimates": {"lunch": Estimate()}},
        {"since": date(2026, 3, 2), "until": date(2026, 3, 1)},
    ],
)
def test_what_the_report_cannot_mean_is_refused_before_it_counts(given: dict[str, object]) -> None:
    firm = Firm().opened()
    firm.storage.find = lambda *_, **__: pytest.fail("it began to count")  # type: ignore[method-assign]
    with pytest.raises(InputRefused):
        firm.read.report(**given)  # type: ignore[arg-type]


def test_only_the_hires_registered_in_the_period_are_counted() -> None:
    firm = Firm().opened()
    firm.mandated()
    first = firm.clock.now().date()
    firm.flow.register(f.declaration("E-1", start=firm.clock.now() + timedelta(days=9)))
    firm.move(days=1)
    firm.flow.register(f.declaration("E-2", start=firm.clock.now() + timedelta(days=9)))
    assert firm.read.report().hires == 2
    assert firm.read.report(since=first, until=first).hires == 1
    assert firm.read.report(since=first + timedelta(days=2)).hires == 0


def test_the_report_does_not_depend_on_the_order_of_the_hires() -> None:
    """The same stories under other references, so that the storage gives them in another order."""

    def told(order: Iterable[int]) -> Switchover:
        firm = Firm().opened()
        firm.live()
        stories: list[Callable[[str], object]] = [
            lambda r: rejected(firm, r, "Code URSSAF invalide"),
            firm.declared,
            lambda r: rejected(firm, r, "Commune inconnue", make=f.acs),
            firm.real,
            lambda r: firm.sent(firm.real(r).id),
        ]
        for reference, n in zip("ABCDE", order, strict=True):
            stories[n](f"E-{reference}")
        return firm.read.report()

    order = list(range(5))
    random.Random(7).shuffle(order)
    assert told(order) == told(range(5))


def test_the_asynchronous_reader_gives_the_same_report() -> None:
    firm = Firm().opened()
    firm.live()
    rejected(firm, "E-1", "Commune inconnue")
    given = {"estimates": {"proof": Estimate(before=72)}, "following": ["DSN"], "remarks": Remarks(gains="Bien.")}

    async def asked() -> tuple[Switchover, object]:
        flow = AsyncDueWorkflow(firm.storage, cabinet=firm.flow.cabinet, clock=firm.clock)
        return await flow.read.report(**given), await flow.read.walk("E-1")  # type: ignore[arg-type]

    assert asyncio.run(asked()) == (firm.read.report(**given), firm.read.walk("E-1"))  # type: ignore[arg-type]


def test_postgresql_gives_the_same_report_and_way(postgres: str) -> None:
    upgrade(postgres)
    with SqlStorage(postgres) as storage:
        there, here = told_firm(storage), told_firm()
        assert there.read.report() == here.read.report()
        assert there.read.walk("E-1") == here.read.walk("E-1")


def test_causes_beyond_the_limit_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST", 2)
    firm = Firm().opened()
    firm.live()
    for n, message in enumerate(("un", "deux", "trois", "quatre", "un")):
        rejected(firm, f"E-{n}", message)
    causes = firm.read.report().causes
    assert [(c.kind, c.text, c.count) for c in causes] == [("said", "un", 2), ("said", "deux", 1), ("others", "", 2)]


def test_a_report_lists_the_first_causes_and_adds_up_the_rest() -> None:
    report = Switchover("c", f.NOW, causes=tuple(Cause("said", f"cause {n:02d}", 1, 1) for n in range(40)))
    rows = re.findall(r"^\| (cause \d\d|autres causes) \| (\d+) \|", markdown_of(report), re.MULTILINE)
    assert [int(count) for _, count in rows] == [1] * (SHOWN - 1) + [40 - SHOWN + 1]
    assert rows[-1][0] == "autres causes"


def markdown_of(report: Switchover) -> str:
    return report_markdown.markdown(report).text


# ---- on paper


def told_firm(storage: Storage | None = None) -> Firm:
    firm = Firm(storage).opened()
    for n in (1, 2):
        firm.live(n)
    rejected(firm, "E-1", "Numéro de sécurité sociale invalide")
    rejected(firm, "E-2", "Code URSSAF invalide", 2, f.acs)
    firm.declared("E-3")
    return firm


def full() -> Switchover:
    return told_firm().read.report(
        estimates={"proof": Estimate(before=72, expected=24), "work": Estimate(before=0.5, expected=0.2, observed=0.1)},
        following=["EDI-TVA"],
        remarks=Remarks(difficulties=HOSTILE, gains="Premier.\n\n- un point\n- un autre", following="La TVA."),
    )


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_range())
            text.close()
            page.close()
    return re.sub(r"\s+", " ", " ".join(pages))


def expected(report: Switchover, lang: str) -> list[str]:
    """What must stand on any paper."""
    parts = ("name", "summary", "difficulties", "gains", "following")
    said = [texts.render(f"report.{part}", lang) for part in parts]
    said += [cause.text for cause in report.causes] + [trouble.name for trouble in report.troubles]
    return [*said, f.siren(1), texts.word("status", "declared", lang), "un autre", "La TVA.", "EDI-TVA", "alert(1)"]


@LANGS
def test_the_html_report_says_it_all_and_runs_nothing(lang: str) -> None:
    report, made = full(), plan(date(2026, 3, 2), today=date(2026, 3, 9))
    page = report_html.html(report, lang, made)
    root = lxml_html.document_fromstring(page)
    text = re.sub(r"\s+", " ", root.text_content())
    for said in expected(report, lang):
        assert said in text, said
    assert root.get("lang") == lang
    assert not root.xpath("//script | //link | //iframe | //*[@src] | //*[@href] | //*[@onclick]")
    assert len(root.xpath("//figure")) == 5
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(svg)
    assert HOSTILE.split(" 🙂", maxsplit=1)[0] in text


@LANGS
def test_the_markdown_report_says_it_all_and_its_pictures_stand_beside_it(lang: str) -> None:
    report, made = full(), plan(date(2026, 3, 2), today=date(2026, 3, 9))
    found = report_markdown.markdown(report, lang, made, "cr")
    shown = unescape(re.sub(r"\\(.)", r"\1", found.text))
    for said in expected(report, lang):
        assert said in shown, said
    assert re.findall(r"^!\[.*\]\(<(.+)>\)$", found.text, re.MULTILINE) == list(found.pictures)
    assert list(found.pictures) == [f"cr-{n}.svg" for n in range(1, 6)]
    for live in (r"<script", r"<b>", r"(?<!\\)\]\(http", r"(?<!\\)`"):
        assert not re.search(live, found.text)
    rows = [line for line in found.text.splitlines() if line.startswith("|")]
    assert all(row.endswith("|") for row in rows)


@LANGS
def test_the_pdf_report_says_it_all_on_pages_with_ink(lang: str) -> None:
    report, made = full(), plan(date(2026, 3, 2), today=date(2026, 3, 9))
    content = report_pdf.pdf(report, lang, made)
    assert content == report_pdf.pdf(report, lang, made)
    text = text_of(content)
    for said in expected(report, lang):
        assert said in text, said
    # the figures' own words are text too, and drawn in colour
    assert texts.render("report.fig.causes", lang) in text
    assert texts.render("picture.today", lang) in text
    with pypdfium2.PdfDocument(content) as document:
        assert 3 <= len(document) <= 6
        for page in document:
            image = page.render(scale=0.6).to_pil().convert("L")
            dark = sum(image.histogram()[:128])
            assert dark > 0.002 * image.width * image.height
            page.close()
        figures = document[0].render(scale=1).to_pil().convert("RGB")
        assert any(abs(r - 59) + abs(g - 111) + abs(b - 212) < 12 for _, (r, g, b) in figures.getcolors(1 << 20))


def test_a_heading_stays_with_its_figure() -> None:
    """Whatever stands above, no page ends with the name of a part."""
    made = plan(date(2026, 3, 2), today=date(2026, 3, 9))
    heading = texts.render("report.procedure")
    for statuses in range(0, 30, 3):
        report = Switchover("c", f.NOW, statuses={f"status {n}": 1 for n in range(statuses)})
        with pypdfium2.PdfDocument(report_pdf.pdf(report, plan=made)) as document:
            for page in document:
                text = page.get_textpage()
                said = text.get_text_range()
                if re.search(rf"^{heading}\s*$", said, re.MULTILINE):
                    assert texts.render("picture.done_on") in said
                text.close()
                page.close()


def test_long_names_and_many_rows_do_not_break_a_page() -> None:
    long = "Établissements Bœuf-Ménétrier & Fils, héritiers réunis de la Grande Côte " * 4
    report = Switchover(
        "c" * 80,
        f.NOW,
        hires=100_000,
        causes=tuple(Cause("said", f"{long} {n}"[-160:], n, 7) for n in range(60)),
        troubles=tuple(Trouble(f.siren(n), long, n, n, n) for n in range(1, 120)),
        remarks=Remarks(difficulties=long * 40),
        months=tuple((f"20{n // 12:02d}-{n % 12 + 1:02d}", n) for n in range(48)),
    )
    content = report_pdf.pdf(report)
    text = text_of(content)
    for n in (1, 60, 119):
        assert f.siren(n) in text
    assert "héritiers réunis" in text
    with pypdfium2.PdfDocument(content) as document:
        for page in document:
            image = page.render(scale=0.5).to_pil().convert("L")
            width, height = image.size
            for strip in ((0, 0, width // 20, height), (width - width // 20, 0, width, height)):
                assert image.crop(strip).getextrema()[0] > 200, "ink in the margin"
            page.close()


def test_an_empty_firm_has_a_report_too() -> None:
    report = Firm().opened().read.report()
    for lang in texts.LANGUAGES:
        said = unescape(report_html.html(report, lang))
        for key in ("no_rejection", "no_doubt", "no_delay", "no_times", "no_following", "nothing_declared"):
            assert texts.render(f"report.{key}", lang) in said
        assert report_pdf.pdf(report, lang)


@pytest.mark.parametrize(
    ("took", "said"),
    [
        (timedelta(), "0 min"),
        (timedelta(seconds=29), "0 min"),
        (timedelta(minutes=59, seconds=40), "1 h"),
        (timedelta(hours=2, minutes=5), "2 h 05"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=2), "2 j"),
        (timedelta(days=-3, hours=-4), "−3 j 4 h"),
    ],
)
def test_a_time_is_said_as_people_say_it(took: timedelta, said: str) -> None:
    assert report_pages.lasting(took) == said


# ---- the command line


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, no setting of this machine, a terminal of 120 columns."""
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG", "DUE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def due(*args: str) -> Result:
    return CliRunner().invoke(front.app, args)


def test_the_command_shows_the_report_writes_it_and_does_step_8(here: Path) -> None:
    with SqliteStorage(here / "due.sqlite") as storage:
        firm = Firm(storage).opened()
        firm.live()
        rejected(firm, "E-1", "Commune inconnue")
    (here / "gains.txt").write_text("Plus de fax.\n\nPlus de timbres.", encoding="utf-8")
    words = (
        "--estimate",
        "proof=3j:1j",
        "--estimate",
        "work=30min:0,2h:6min",
        "--next",
        "DSN",
        "--on-gains",
        "@gains.txt",
    )
    shown = due("report", *words)
    assert shown.exit_code == 0, shown.stderr
    for said in ("Commune inconnue", f.siren(1), "3 j", "12 min", "Plus de timbres.", "DSN"):
        assert said in shown.stdout
    told = json.loads(due("report", *words, "--json").stdout)
    assert told["report"]["causes"][0]["text"] == "Commune inconnue"
    assert step_8(here) is None
    draft = due("report", "--output", "draft.md", "--draft")
    assert draft.exit_code == 0, draft.stderr
    assert step_8(here) is None
    files = ("--output", "cr.pdf", "--output", "cr.html", "--output", "cr.md")
    written = due("report", *files, *words, "--lang", "en", "--by", "Camille")
    assert written.exit_code == 0, written.stderr
    assert "Step 8" in written.stdout
    noted = step_8(here)
    assert noted is not None
    digest = hashlib.sha256((here / "cr.pdf").read_bytes()).hexdigest()
    assert (noted.filename, noted.sha256, noted.by) == ("cr.pdf", digest, "Camille")
    assert "Switchover report" in text_of((here / "cr.pdf").read_bytes())
    assert "Commune inconnue" in (here / "cr.html").read_text(encoding="utf-8")
    for picture in re.findall(r"\(<(.+\.svg)>\)", (here / "cr.md").read_text(encoding="utf-8")):
        ElementTree.parse(here / picture)
    for file in here.glob("cr*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_day_of_work_has_the_plans_hours_and_a_day_of_waiting_24(here: Path) -> None:
    with SqliteStorage(here / "due.sqlite") as storage:
        Firm(storage).opened()

    def befores() -> dict[str, float]:
        said = due("report", "--estimate", "work=1,5j:1h", "--estimate", "proof=1,5j:1h", "--json")
        assert said.exit_code == 0, said.stderr
        return {s["stage"]: s["before"] / 3600 for s in json.loads(said.stdout)["report"]["stages"] if s["before"]}

    assert befores() == {"work": 10.5, "proof": 36}
    assert due("plan", "--start", "01/02/2027", "--hours", "8").exit_code == 0
    assert befores() == {"work": 12, "proof": 36}


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_a_pdf_without_its_extra_says_what_to_install_and_writes_nothing(
    here: Path, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqliteStorage(here / "due.sqlite") as storage:
        Firm(storage).opened()
    before = sorted(here.iterdir())
    for module in ("due_workflow.adapters.report_pdf", "due_workflow.adapters._paper"):
        monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.delattr(adapters, module.rpartition(".")[2], raising=False)
    monkeypatch.setitem(sys.modules, "fpdf", None)
    said = due("report", "-o", "cr.html", "-o", "cr.pdf", "--lang", lang)
    assert said.exit_code == Code.INPUT
    assert "fpdf" in said.stderr
    assert "pip install 'due-workflow[print]'" in said.stderr
    assert sorted(here.iterdir()) == before
    assert step_8(here) is None


def step_8(folder: Path) -> object:
    with SqliteStorage(folder / "due.sqlite") as storage:
        rollout = Firm(storage).read.cabinet().rollout
        return rollout.report if rollout is not None else None


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--output", "report.doc"), Code.USAGE),
        (("--estimate", "proof"), Code.USAGE),
        (("--estimate", "proof=soon:1j"), Code.USAGE),
        (("--estimate", "proof=3j"), Code.USAGE),
        (("--estimate", "proof=3j:1j:1j"), Code.USAGE),
        (("--estimate", "work=3j:1j:1j:1j"), Code.USAGE),
        (("--estimate", "work=:"), Code.USAGE),
        (("--estimate", "lunch=1:2"), Code.INPUT),
        (("--next", "NOTHING"), Code.INPUT),
        (("--since", "hier"), Code.USAGE),
        (("--on-gains", "@nowhere.txt"), Code.UNUSABLE),
    ],
)
def test_what_was_mistyped_is_told_and_nothing_is_written(here: Path, args: tuple[str, ...], code: Code) -> None:
    with SqliteStorage(here / "due.sqlite") as storage:
        Firm(storage).opened()
    before = sorted(here.iterdir())
    for lang in texts.LANGUAGES:
        said = due("report", *args, "--lang", lang)
        assert said.exit_code == code, said.stderr
        assert said.stderr.strip()
        assert "Traceback" not in said.stderr
    assert sorted(here.iterdir()) == before
