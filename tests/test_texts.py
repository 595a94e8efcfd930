"""The catalogue: every code that the library can say has a text in both languages, and every text is said somewhere."""

from __future__ import annotations

import ast
import string
from enum import StrEnum
from pathlib import Path

import pytest

import due_workflow
from due_workflow import ClientState, Denial, FilingStatus, Mode, Notice, Outcome, SubmissionState, texts
from due_workflow.clocks import CLOCKS
from due_workflow.machine import Event
from due_workflow.testing import factories as make

SOURCE = Path(due_workflow.__file__).parent
RAISERS = {
    "Denial": "denial",
    "InputRefused": "input",
    "refuse": "input",
    "_refuse": "input",
    "Problem": "input",
    "StorageUnusable": "error",
    "JournalBroken": "error",
}


def literals() -> set[str]:
    """Every string constant of the package outside its catalogue."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        if path.parent.name != "texts":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


def said() -> set[str]:
    """The catalogue keys that a call such as `Denial("code")` or `u.notice("code", …)` names literally."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        if path.parent.name == "testing":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = 1 if name == "Problem" else 0
            if len(node.args) <= place:
                continue
            section = "notice" if name in ("notice", "tell") else RAISERS.get(name)
            for code in ast.walk(node.args[place]):
                if section and isinstance(code, ast.Constant) and isinstance(code.value, str):
                    found.add(f"{section}.{code.value}")
    return found


def test_every_code_that_is_raised_has_its_text() -> None:
    missing = {key for key in said() if key not in texts.CATALOGUE and not key.endswith(("_", "."))}
    assert missing == set()


def test_every_refusal_and_notice_of_the_catalogue_can_be_said() -> None:
    words = literals()
    used = said()
    prefixes = ("bad_", "tray_", "storage_")
    unsaid = {
        key
        for key in texts.CATALOGUE
        if key.split(".")[0] in ("denial", "input", "error", "notice")
        and key not in used
        and key.split(".", 1)[1] not in words
        and not key.split(".", 1)[1].startswith(prefixes)
    }
    assert unsaid == set()


@pytest.mark.parametrize(
    ("section", "enum"),
    [
        ("status", FilingStatus),
        ("state", SubmissionState),
        ("client_state", ClientState),
        ("outcome", Outcome),
        ("mode", Mode),
        ("event", Event),
    ],
)
def test_every_word_of_the_field_has_its_text(section: str, enum: type[StrEnum]) -> None:
    for member in enum:
        assert f"{section}.{member.value}" in texts.CATALOGUE


def test_every_clock_has_its_words() -> None:
    for clock in CLOCKS:
        assert f"clock.{clock.name}" in texts.CATALOGUE


def test_both_languages_fill_in_the_same_facts() -> None:
    for key, (french, english) in texts.CATALOGUE.items():
        fields = [{f for _, f, _, _ in string.Formatter().parse(text) if f} for text in (french, english)]
        assert fields[0] == fields[1], key


def test_no_text_is_empty_and_french_is_not_english() -> None:
    for key, (french, english) in texts.CATALOGUE.items():
        assert french.strip(), key
        assert english.strip(), key


def test_a_test_never_reads_like_a_declaration() -> None:
    for lang in texts.LANGUAGES:
        declared = texts.word("status", "declared", lang)
        for status in FilingStatus:
            if status is not FilingStatus.DECLARED:
                assert declared not in texts.word("status", status.value, lang)
        for status in (FilingStatus.TEST_NOT_DECLARED, FilingStatus.TEST_RUNNING):
            assert ("non déclaré" if lang == "fr" else "not declared") in texts.word("status", status.value, lang)


def test_facts_are_shown_as_people_read_them() -> None:
    denial = Denial("window_not_open", {"opens": make.NOW})
    assert "02/03/2026 10:00" in denial.text("fr")
    assert "2026-03-02 10:00" in denial.text("en")


def test_a_notice_tells_what_it_is_about_in_both_languages() -> None:
    notice = Notice(
        id="n", code="in_doubt", case="filing:E-1", facts={"submission": "E-1/real/1", "mode": "real"}, at=make.NOW
    )
    assert "E-1/real/1 (réel)" in notice.text("fr")
    assert "E-1/real/1 (real)" in notice.text("en")


def test_an_unknown_key_shows_itself_rather_than_fail() -> None:
    assert texts.render("denial.never_heard_of", "fr", {"a": 1}) == "denial.never_heard_of {'a': 1}"
