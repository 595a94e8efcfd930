"""Pictures say what the tables and the journals say, in both languages, to those who cannot see them too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import resvg_py
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from due_workflow import InputRefused, Mode, NotFound, TransitionRefused, pictures, texts
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli.outcomes import Code
from due_workflow.diagrams import Move, Walk, mermaid
from due_workflow.machine import CLIENT, SUBMISSION, Automaton
from due_workflow.rollout import STEPS, Mark, Plan, StepKey, plan
from due_workflow.shapes import PAINTS, Area, Box, Line, Picture, Words, breadth, clipped, folded
from due_workflow.testing import factories as f
from stories import Firm, R

SVG = "{http://www.w3.org/2000/svg}"
BOTH = pytest.mark.parametrize("automaton", [CLIENT, SUBMISSION], ids=lambda a: a.name)
LANGS = pytest.mark.parametrize("lang", texts.LANGUAGES)
HOSTILE = "<script>alert(1)</script> & \"Fils\" 'Œuf' \x00\x1b ]]>\ud800"


def parsed(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(picture.svg)


def words(picture: Picture) -> list[str]:
    return [element.text or "" for element in parsed(picture).iter(f"{SVG}text")]


def boxes(picture: Picture) -> dict[str, str]:
    """The paint of each box that has a name (a state, a bar), by that name."""
    return {shape.tip: shape.paint for shape in picture.shapes if isinstance(shape, Box) and shape.tip}


def stands_well(picture: Picture) -> None:
    """Every shape is inside the picture, and no words lie on others."""
    around = []
    for shape in picture.shapes:
        if isinstance(shape, Words):
            long = breadth(shape.text, shape.size, shape.bold)
            left = shape.x - {"middle": long / 2, "end": long}.get(shape.anchor, 0)
            around.append((left, shape.y - shape.size * 0.72, left + long, shape.y + shape.size * 0.2, shape.text))
        elif isinstance(shape, Box):
            assert shape.w >= 0
            assert shape.h >= 0
            assert -1 <= shape.x <= shape.x + shape.w <= picture.width + 1, shape
            assert -1 <= shape.y <= shape.y + shape.h <= picture.height + 1, shape
        else:
            for x, y in shape.points:
                assert -1 <= x <= picture.width + 1, shape
                assert -20 <= y <= picture.height + 1, shape
    for left, top, right, bottom, text in around:
        assert left >= 0, text
        assert right <= picture.width, text
        assert top >= 0, text
        assert bottom <= picture.height, text
    for n, (a, b, c, d, one) in enumerate(around):
        for e, g, h, i, other in around[n + 1 :]:
            assert c <= e or h <= a or d <= g or i <= b, f"{one!r} lies on {other!r}"


def pixels(picture: Picture) -> dict[tuple[int, int, int], int]:
    """The colours of the rendered picture and how many pixels have each."""
    image = Image.open(BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=picture.svg)))).convert("RGB")
    assert image.size == (round(picture.width), round(picture.height))
    return {colour: count for count, colour in image.getcolors(1 << 24)}


def colour(name: str) -> tuple[int, int, int]:
    return tuple(bytes.fromhex(name.removeprefix("#")))  # type: ignore[return-value]


# ---- the automata


@BOTH
@LANGS
def test_every_state_and_every_event_stands_in_the_picture(automaton: Automaton, lang: str) -> None:
    picture = pictures.automaton(automaton, lang)
    assert set(boxes(picture)) == set(automaton.states)
    said = " ".join(words(picture))
    for event in automaton.events:
        for word in texts.word("event", event, lang).split():
            assert word in said, (event, word)
    stands_well(picture)


@BOTH
def test_every_change_of_state_is_told_to_those_who_cannot_see_it(automaton: Automaton) -> None:
    section = "client_state" if automaton is CLIENT else "state"
    told = parsed(pictures.automaton(automaton)).findtext(f"{SVG}desc") or ""
    for row in automaton.rows:
        if row.dest is not None:
            end = f"→ {texts.word('event', row.event.value)} → {texts.word(section, row.dest.value)}"
            assert end in told


@BOTH
def test_as_many_arrows_are_drawn_as_the_table_has_changes(automaton: Automaton) -> None:
    """One from each source of a narrow row, one from the box of a wide one, and the story's own before it.

    Of wide rows between which is chosen only the first has one: the others lead back to where an attempt stood.
    """
    narrow, wide, story = set(), set(), 0
    for row in automaton.rows:
        if row.dest is None:
            continue
        if len(row.sources) > pictures.WIDE:
            if not (row.when and any(event is row.event for event, _ in wide)):
                wide.add((row.event, row.dest))
        else:
            narrow |= {(s.value, row.dest.value) for s in row.sources if s.value != row.dest.value}
    places = pictures.PLACES[automaton.name]
    for event, dest in wide:
        column, line = places[dest.value]
        before = [s for s, place in places.items() if place == (column - 1, 0) and line == 0]
        story += any(s.value in before for row in automaton.rows if row.event is event for s in row.sources)
    drawn = [s for s in pictures.automaton(automaton).shapes if isinstance(s, Area)]
    assert len(drawn) == len(narrow) + len(wide) + story


def test_a_state_that_nobody_placed_is_drawn_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pictures.PLACES, "client", {"known": (0, 0)})  # type: ignore[arg-type]
    picture = pictures.automaton(CLIENT)
    assert set(boxes(picture)) == set(CLIENT.states)


@BOTH
@LANGS
def test_a_picture_is_whole_in_itself_and_holds_nothing_that_runs(automaton: Automaton, lang: str) -> None:
    picture = pictures.automaton(automaton, lang)
    root = parsed(picture)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == picture.title
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "rect", "path", "polygon", "text"
    }  # fmt: skip
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert "href" not in name
            assert "url(" not in value
    assert picture._repr_svg_() == str(picture) == picture.svg


# ---- a case


def test_a_hires_way_is_highlighted_from_its_journal() -> None:
    firm = Firm().opened()
    firm.live()
    sub = firm.sent(firm.real().id)
    firm.move(hours=1)
    firm.answered(sub, f.acs)
    firm.move(days=1)
    firm.answered(sub, f.ars, R)
    walk = firm.read.walk("E-1")
    assert (walk.case, walk.automaton, walk.state, walk.name) == (
        sub.id,
        "submission",
        "cirso_rejected",
        f.client(1).name,
    )
    way = ["prepared", "sending", "sent", "forwarded", "cirso_rejected"]
    assert [move.dest for move in walk.moves] == way
    assert [move.source for move in walk.moves] == ["", *way[:-1]]
    picture = pictures.case(walk)
    looks = boxes(picture)
    assert looks["cirso_rejected"] == "present"
    assert {state for state, look in looks.items() if look == "passed"} == set(way[:-1])
    said = words(picture)
    assert {"2", "3", "4", "5"} <= set(said)
    assert any(line.startswith("5. 03/03/2026 11:00") for line in said)
    assert len([s for s in picture.shapes if isinstance(s, Line) and s.paint == "walk"]) == 4
    assert "rejeté par le CIRSO" in (parsed(picture).findtext(f"{SVG}desc") or "")
    stands_well(picture)
    seen = pixels(picture)
    assert seen[colour(PAINTS["present"].fill)] > 4000
    assert seen[colour(PAINTS["passed"].fill)] > 4 * 4000


def test_a_clients_way_is_highlighted_too() -> None:
    firm = Firm().opened()
    siren = firm.live()
    firm.flow.revoke_mandate(siren, firm.clock.now().date(), "fin de mission")
    picture = pictures.case(firm.read.walk(siren), "en")
    assert boxes(picture)["withdrawn"] == "present"
    assert {s for s, look in boxes(picture).items() if look == "passed"} == set(CLIENT.states) - {"withdrawn"}
    assert firm.read.walk(f.siret(1)) == firm.read.walk(siren)
    stands_well(picture)


def test_a_hire_stands_for_its_last_attempt_and_an_attempt_for_itself() -> None:
    firm = Firm().opened()
    firm.live()
    first = firm.answered(firm.sent(firm.real().id), f.ars, R)
    second = firm.flow.renew(first.id, None, "encore")
    assert firm.read.walk("E-1").case == second.id
    assert firm.read.walk("E-1").state == "prepared"
    assert firm.read.walk(first.id).state == "cirso_rejected"
    assert firm.read.walk("T-1").case == "T-1/test/1"


def test_what_has_no_automaton_is_refused_and_what_is_not_there_not_found() -> None:
    firm = Firm().opened()
    firm.live()
    sub = firm.sent(firm.real().id)
    assert sub.deposit is not None
    for case in (sub.deposit, firm.flow.cabinet):
        with pytest.raises(InputRefused) as refused:
            firm.read.walk(case)
        assert refused.value.code == "no_walk"
    firm.flow.register(f.declaration("E-2", start=firm.clock.now() + timedelta(days=5)))
    for case in ("E-2", "NOWHERE", f.siren(7)):
        with pytest.raises(NotFound):
            firm.read.walk(case)


def test_a_picture_names_the_client_and_nobody_hired() -> None:
    firm = Firm().opened()
    firm.live()
    sub = firm.real(surname="ZYGOMATIQUE", first_names="Wilhelmine")
    svg = pictures.case(firm.read.walk(sub.id)).svg
    assert f.client(1).name.replace("'", "&#39;") in svg
    for secret in ("ZYGOMATIQUE", "Wilhelmine", f.nir(sum(b"E-1") + 1)):
        assert secret.casefold() not in svg.casefold()


@LANGS
def test_a_hostile_name_stays_text(lang: str) -> None:
    moves = (Move("", "prepare", "prepared", f.NOW), Move("prepared", "abandon", "abandoned", f.NOW, HOSTILE))
    picture = pictures.case(Walk(HOSTILE, "submission", moves, HOSTILE), lang)
    root = parsed(picture)
    assert not list(root.iter(f"{SVG}script"))
    assert "<script>alert(1)</script>" in (root.findtext(f"{SVG}title") or "")


@st.composite
def walks(draw: st.DrawFn, automaton: Automaton) -> Walk:
    """A way that the table allows, as long as one likes."""
    state, moves = automaton.states[0], [Move("", "prepare", automaton.states[0], f.NOW)]
    for _ in range(draw(st.integers(0, 25))):
        rows = [r for r in automaton.rows if r.dest is not None and state in [s.value for s in r.sources]]
        if not rows:
            break
        row = draw(st.sampled_from(rows))
        assert row.dest is not None
        if row.dest.value != state:
            moves.append(Move(state, row.event.value, row.dest.value, f.NOW))
            state = row.dest.value
    return Walk("E-0001/real/12", automaton.name, tuple(moves), "Société d'essai")


@settings(max_examples=60, deadline=None)
@given(walk=st.sampled_from([CLIENT, SUBMISSION]).flatmap(walks), lang=st.sampled_from(texts.LANGUAGES))
def test_whatever_its_way_a_case_is_drawn_inside_the_picture(walk: Walk, lang: str) -> None:
    picture = pictures.case(walk, lang)
    parsed(picture)
    assert boxes(picture)[walk.state] == "present"
    for shape in picture.shapes:
        if isinstance(shape, Words):
            assert shape.y <= picture.height
            assert shape.x <= picture.width
    taken = {(m.source, m.dest) for m in walk.moves if m.source}
    assert len([s for s in picture.shapes if isinstance(s, Line) and s.paint == "walk"]) == len(taken)


def test_mermaid_colours_the_way_too() -> None:
    moves = (Move("", "prepare", "prepared", f.NOW), Move("prepared", "sent", "sent", f.NOW))
    plain, coloured = mermaid(SUBMISSION), mermaid(SUBMISSION, walk=Walk("E-1/real/1", "submission", moves))
    assert coloured.startswith(plain)
    assert coloured.splitlines()[-2:] == ["    class prepared passed", "    class sent present"]
    assert mermaid(SUBMISSION, walk=Walk("E-1/real/1", "submission")) == plain


# ---- the procedure


def marked(*days: tuple[StepKey, date]) -> dict[StepKey, Mark]:
    return {
        key: Mark(at=datetime(day.year, day.month, day.day, 10, tzinfo=UTC), case="cabinet:c", seq=n + 1, by="Camille")
        for n, (key, day) in enumerate(days)
    }


def bar(picture: Picture, title: str) -> Box:
    return next(s for s in picture.shapes if isinstance(s, Box) and s.tip.removeprefix("1. ").startswith(title))


@LANGS
def test_the_gantt_chart_shows_what_is_done_late_and_planned_and_today(lang: str) -> None:
    done = marked((StepKey.SOFTWARE, date(2026, 3, 2)), (StepKey.PORTAL, date(2026, 3, 20)))
    made = plan(date(2026, 3, 2), today=date(2026, 3, 30), marks=done)
    picture = pictures.gantt(made, lang)
    looks = [s.paint for s in picture.shapes if isinstance(s, Box) and s.tip]
    late = [step for step in made.steps if step.late]
    assert looks.count("done") == 2
    assert looks.count("late") == len(late) > 0
    assert looks.count("planned") == len(STEPS) - 2 - len(late)
    said = words(picture)
    for step in made.steps:
        assert texts.shown(step.due, lang) in said
        for word in step.title(lang).split():
            assert any(word in line for line in said)
    assert texts.render("picture.today", lang) in said
    assert texts.render("picture.late", lang) in said
    stands_well(picture)
    assert pixels(picture)[colour(PAINTS["done"].fill)] > 500


@LANGS
@pytest.mark.parametrize("today", [date(2026, 3, day) for day in range(1, 29)])
def test_no_name_of_a_day_is_cut_or_struck_through(lang: str, today: date) -> None:
    picture = pictures.gantt(plan(date(2026, 3, 2), today=today), lang)
    (line,) = (s for s in picture.shapes if isinstance(s, Line) and s.paint == "today")
    high = min(y for _, y in line.points)
    for shape in picture.shapes:
        if isinstance(shape, Words) and shape.y < 100:
            assert (
                shape.x + breadth(shape.text, shape.size, bold=shape.bold) <= picture.width or shape.anchor != "start"
            )
            assert shape.y < high or shape.x > line.points[0][0]


def test_a_plan_that_begins_later_is_not_said_to_have_begun() -> None:
    said = words(pictures.gantt(plan(date(2026, 3, 9), today=date(2026, 3, 2)), "en"))
    assert any(line.startswith("Start on 2026-03-09") for line in said)


def test_a_bar_lies_on_its_days() -> None:
    made = plan(date(2026, 3, 2), today=date(2026, 3, 2))
    picture = pictures.gantt(made)
    titles = {step.key: step.title() for step in made.steps}
    software, portal = bar(picture, titles[StepKey.SOFTWARE]), bar(picture, titles[StepKey.PORTAL])
    day = software.w
    assert portal.x == pytest.approx(software.x + day)
    due = made[StepKey.PORTAL].due
    assert due is not None
    assert portal.w == pytest.approx(day * ((due - date(2026, 3, 3)).days + 1))


def test_a_plan_without_a_first_day_has_rows_and_no_bars() -> None:
    picture = pictures.gantt(plan(None, today=date(2026, 3, 2)))
    assert not [s for s in picture.shapes if isinstance(s, Box) and s.tip]
    assert texts.render("picture.no_start") in words(picture)
    stands_well(picture)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    days = st.dates(date(2024, 1, 1), date(2033, 12, 31))
    done = draw(st.dictionaries(st.sampled_from(list(StepKey)), days))
    start, today = draw(st.none() | st.dates(date(2024, 1, 1), date(2027, 12, 31))), draw(days)
    return plan(start, today=today, marks=marked(*done.items()))


@settings(max_examples=60, deadline=None)
@given(made=plans(), lang=st.sampled_from(texts.LANGUAGES))
def test_any_plan_is_drawn_inside_its_picture(made: Plan, lang: str) -> None:
    picture = pictures.gantt(made, lang)
    parsed(picture)
    assert len(picture.shapes) < 600
    for shape in picture.shapes:
        for x, y in shape.points if isinstance(shape, Line | Area) else [(shape.x, shape.y)]:
            assert -6 <= x <= picture.width + 6
            assert 0 <= y <= picture.height


# ---- figures


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.text(max_size=200), st.tuples(*[st.none() | st.floats(0, 1e7, allow_nan=False)] * 3)), max_size=15
    )
)
def test_bars_are_as_long_as_their_figures_and_stand_well(
    rows: list[tuple[str, tuple[float | None, float | None, float | None]]],
) -> None:
    series = [("avant", "bar_before"), ("attendu", "bar_expected"), ("constaté", "bar")]
    picture = pictures.bars("Temps", rows, say=lambda value: f"{value:.0f} h", series=series, nothing="rien")
    parsed(picture)
    drawn = [s for s in picture.shapes if isinstance(s, Box) and s.tip]
    known = [value for _, values in rows for value in values if value is not None]
    assert len(drawn) == len(known)
    most = max(known, default=0) or 1
    longest = max((s.w for s in drawn), default=0)
    for shape, value in zip(drawn, known, strict=True):
        assert shape.w == pytest.approx(max(value / most * longest, 1.5), abs=0.01) or max(known) == 0
        assert shape.x + shape.w <= picture.width
    assert known or "rien" in words(picture)


@pytest.mark.parametrize("count", [0, 1, 12, 60, 400])
def test_columns_stand_beside_each_other_whatever_their_number(count: int) -> None:
    points = [(f"{n % 12 + 1:02d}/{2000 + n // 12}", n * 7 % 1000) for n in range(count)]
    picture = pictures.columns("Déclarées", points, "rien")
    stands_well(picture)
    drawn = [s for s in picture.shapes if isinstance(s, Box) and s.tip]
    assert len(drawn) == count
    assert all(a.x + a.w <= b.x + 0.001 for a, b in pairwise(drawn))
    assert count or "rien" in words(picture)


@given(text=st.text(max_size=300), width=st.floats(20, 400))
def test_folded_words_keep_their_room(text: str, width: float) -> None:
    lines = folded(text, 12, width, 3)
    assert len(lines) <= 3
    assert all(breadth(line, 12) <= width for line in lines)
    assert breadth(clipped(text, 12, width), 12) <= width


def test_the_pictures_of_the_docs_are_those_that_the_library_draws() -> None:
    from docs_pictures import FOLDER, drawn

    made = drawn()
    assert {file.name for file in FOLDER.iterdir()} == set(made)
    for name, picture in made.items():
        told = (FOLDER / name).read_text(encoding="utf-8")
        assert told == picture.svg + "\n", "draw them anew: python tests/docs_pictures.py"


# ---- the command line


def due(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("DUE_")} | {"COLUMNS": "120"}
    command = [sys.executable, "-m", "due_workflow.cli", *args]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_command_draws_a_case_an_automaton_and_the_procedure(tmp_path: Path) -> None:
    with SqliteStorage(tmp_path / "due.sqlite") as storage:
        firm = Firm(storage).opened()
        firm.mandated()
        with pytest.raises(TransitionRefused):
            firm.flow.begin_send([firm.flow.prepare(f.declaration("E-1"), Mode.REAL).id])
    said = due(tmp_path, "diagram", "E-1")
    assert said.returncode == 0, said.stderr
    assert ElementTree.fromstring(said.stdout).tag == f"{SVG}svg"
    assert "E-1/real/1" in said.stdout
    assert due(tmp_path, "diagram", "E-1", "--output", "case.svg", "--lang", "en").stdout == "Written: case.svg\n"
    assert "at present: prepared" in (tmp_path / "case.svg").read_text(encoding="utf-8")
    told = json.loads(due(tmp_path, "diagram", f.siren(1), "--format", "mermaid", "--json").stdout)
    assert (told["case"], told["state"], told["automaton"]) == (f.siren(1), "mandated", "client")
    assert "class mandated present" in told["text"]
    assert ElementTree.fromstring(due(tmp_path, "diagram", "procedure").stdout).tag == f"{SVG}svg"
    assert due(tmp_path, "diagram", "submission").stdout.startswith("stateDiagram-v2")
    due(tmp_path, "diagram", "submission", "--output", "table.md")
    with SqliteStorage(tmp_path / "due.sqlite") as storage:
        Firm(storage).flow.register(f.declaration("E-2"))
    waits = due(tmp_path, "diagram", "E-2")
    assert waits.returncode == Code.USAGE
    assert "due-workflow prepare E-2" in waits.stderr
    before = sorted(tmp_path.iterdir())
    for args in (("E-1", "-o", "c.png"), ("E-1", "-o", "c"), ("E-1", "--format", "mermaid", "-o", "c.svg")):
        refused = due(tmp_path, "diagram", *args)
        assert refused.returncode == Code.USAGE
        assert "c" in refused.stderr
        assert ".svg" in refused.stderr
    assert sorted(tmp_path.iterdir()) == before
    nowhere = due(tmp_path, "diagram", "E-1", "-o", "nowhere/c.svg")
    assert nowhere.returncode == Code.UNUSABLE
    assert "nowhere/c.svg" in nowhere.stderr
    assert ".part" not in nowhere.stderr
    assert (tmp_path / "table.md").read_text(encoding="utf-8").startswith("| De |")
    for args, code in ((("NOWHERE",), Code.NOT_FOUND), (("procedure", "--format", "markdown"), Code.USAGE)):
        failed = due(tmp_path, "diagram", *args)
        assert failed.returncode == code
        assert "Traceback" not in failed.stderr
