"""Every Python block of the README and the docs runs, every public name is documented, every link leads somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

import due_workflow
from due_workflow import Policy
from due_workflow.clocks import CLOCKS
from due_workflow.machine import CLIENT, SUBMISSION

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
SYBIL = Sybil(parsers=[PythonCodeBlockParser()])


def slug(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=slug)
def test_the_python_blocks_of_a_page_run_in_order(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = page.read_text(encoding="utf-8").count("```python")
    ran = 0
    for example in SYBIL.parse(page).examples():
        example.evaluate()
        ran += 1
    assert ran == blocks


CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
TALKING = [page for page in PAGES if CONSOLE.search(page.read_text(encoding="utf-8"))]


def sessions(block: str) -> list[tuple[list[str], int, list[str]]]:
    """The commands of a console block, each with its exit code and the lines it must show."""
    found: list[tuple[list[str], int, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((shlex.split(line[2:]), 0, []))
        elif said := re.fullmatch(r"\[exit (\d+)\]", line):
            found[-1] = (found[-1][0], int(said[1]), found[-1][2])
        elif line.strip():
            found[-1][2].append(line.strip())
    return found


@pytest.mark.parametrize("page", TALKING, ids=slug)
def test_the_commands_of_a_page_run_in_order_and_show_what_it_says(page: Path, tmp_path: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith("DUE_")} | {"COLUMNS": "120"}
    for block in CONSOLE.findall(page.read_text(encoding="utf-8")):
        for command, code, lines in sessions(block):
            assert command[0] == "due-workflow"
            done = subprocess.run(
                [sys.executable, "-m", "due_workflow.cli", *command[1:]],
                cwd=tmp_path,
                env=env,
                capture_output=True,
                text=True,
                check=False,
            )
            said = done.stdout + done.stderr
            assert done.returncode == code, f"{command}: {said}"
            for line in lines:
                wanted = re.escape(line).replace("…", ".*")
                assert re.search(wanted, said), f"{command} does not show {line!r}:\n{said}"


@pytest.mark.parametrize("page", PAGES, ids=slug)
def test_the_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{slug(page)} points to {target}"


def test_every_public_name_is_documented() -> None:
    told = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for name in due_workflow.__all__:
        assert f"`{name}" in told, name
    for command in (n for n in dir(due_workflow.DueWorkflow) if not n.startswith("_")):
        assert f"`{command}" in told, f"DueWorkflow.{command}"
    for question in (n for n in dir(due_workflow.DueWorkflow(_NoStorage(), cabinet="x").read) if not n.startswith("_")):
        assert f"`{question}" in told, f"Reader.{question}"
    for work in (n for n in dir(due_workflow.Worker) if not n.startswith("_")):
        assert f"`{work}" in told, f"Worker.{work}"
    for setting in Policy.model_fields:
        assert f"`{setting}`" in told, f"Policy.{setting}"


class _NoStorage:
    joined = False


def test_every_public_name_has_a_docstring() -> None:
    for name in due_workflow.__all__:
        found = getattr(due_workflow, name)
        if isinstance(found, type):
            assert found.__doc__, name


def test_the_reference_tells_every_state_event_denial_and_deadline() -> None:
    told = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    for automaton in (CLIENT, SUBMISSION):
        for word in (*automaton.states, *automaton.events):
            assert f"`{word}`" in told
    for clock in CLOCKS:
        assert f"`{clock.name}`" in told
    for key in due_workflow.texts.CATALOGUE:
        section, code = key.split(".", 1)
        if section in ("denial", "notice"):
            assert f"`{code}`" in told, key


def test_the_reference_is_the_one_that_the_tables_give() -> None:
    from docs_reference import reference

    told = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert told == reference(), "write it anew: python tests/docs_reference.py > docs/reference.md"


def test_the_changelog_names_the_version() -> None:
    assert f"## [{due_workflow.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    """Line by line, whatever the day: dates stand for dates, « … » for what is left out."""
    shown = (ROOT / "README.md").read_text(encoding="utf-8").split("<!-- demo output -->")[1].split("```")[1]
    done = subprocess.run(
        [sys.executable, "-m", "due_workflow.cli", "demo"],
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "90"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = {undated(line) for line in done.stdout.splitlines()}
    lines = [line for line in shown.splitlines()[1:] if line.strip() not in ("", "…")]
    assert len(lines) > 8
    for line in lines:
        assert undated(line) in said
    told, printed = (int(re.findall(r"(\d+) écritures", text)[-1]) for text in (shown, done.stdout))
    assert abs(told - printed) <= 4, f"the demo writes {printed} entries"


def undated(line: str) -> str:
    """Without instants, nor the number of entries, which goes with the deadlines that have come: 276 to 278."""
    line = re.sub(r"\d\d/\d\d/\d{4} \d\d:\d\d", "<instant>", line)
    return re.sub(r"\d+ écritures", "<n> écritures", line).rstrip()
