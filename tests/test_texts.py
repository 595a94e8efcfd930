"""The catalogue: every code that the library can say has a text in both languages, and every text is said somewhere."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import due_workflow
from due_workflow import ClientState, Denial, FilingStatus, Mode, Notice, Outcome, SubmissionState, texts
from due_workflow.calendar import human, human_day
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


def trees() -> Iterator[ast.Module]:
    """The package's code outside its catalogue; the renderer is code."""
    for path in SOURCE.rglob("*.py"):
        if path.parent.name != "texts" or path.name in ("__init__.py", "forms.py"):
            yield ast.parse(path.read_text(encoding="utf-8"))


class Said:
    """What the code says: its literals, and the keys that it makes of parts."""

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.made: set[str] = set()
        self.keys: set[str] = set()
        self.sections: set[str] = {"error", "input", "denial", "notice", "trouble", "client_state"}
        for tree in trees():
            for node in ast.walk(tree):
                self._look(node)
        for pair in texts.CATALOGUE.values():
            for template in pair:
                self.sections |= {s.removeprefix("word:") for s in specs(template) if s.startswith("word:")}

    def _look(self, node: ast.AST) -> None:
        if isinstance(node, ast.JoinedStr):
            parts = [p.value if isinstance(p, ast.Constant) else None for p in node.values]
            pattern = "".join("(.+)" if part is None else re.escape(str(part)) for part in parts)
            if isinstance(parts[0], str) and re.match(r"[a-z_]+[._:]", parts[0]):
                self.made.add(pattern)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            # "notice_urgent", but also "status!" of a table and "smtp_busy: 451" of a failure
            self.words |= {node.value, node.value.removesuffix("!"), node.value.partition(": ")[0]}
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = [c.value for c in ast.walk(node.args[0]) if isinstance(c, ast.Constant)] if node.args else []
            if name == "word":
                self.sections |= {str(code) for code in first}
            if name in ("render", "say", "warn", "text", "title", "progress"):
                self.keys |= {str(c) for c in first if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", str(c))}

    def says(self, key: str) -> bool:
        """Whether the code can say the text of `key`."""
        section, code = key.split(".", 1)
        return key in self.words or (section in self.sections and self._code(code)) or self._made(key)

    def _code(self, code: str) -> bool:
        return code in self.words or self._made(code)

    def _made(self, name: str) -> bool:
        """Whether a template of the code makes it, each part a word of the code."""
        found = (re.fullmatch(pattern, name) for pattern in self.made)
        return any(all(map(self._code, match.groups())) for match in found if match)


@pytest.fixture(scope="module")
def code() -> Said:
    return Said()


def specs(template: str) -> list[str]:
    """The formats of a template's fields."""
    return [spec for _, _, spec, _ in string.Formatter().parse(template) if spec]


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


def test_every_text_of_the_catalogue_can_be_said(code: Said) -> None:
    """An unused text is a fault. The commands' help is held by `test_cli`, which knows the commands."""
    helped = ("cli.help.", "cli.example.")
    assert {key for key in texts.CATALOGUE if not key.startswith(helped) and not code.says(key)} == set()


def test_every_text_that_is_asked_for_is_there(code: Said) -> None:
    beginnings = ("_", ".")
    assert {key for key in code.keys if key not in texts.CATALOGUE and not key.endswith(beginnings)} == set()


def test_the_search_for_unused_texts_finds_one(code: Said) -> None:
    assert not code.says("notice.never_heard_of")
    assert not code.says("step.never_heard_of.title")
    assert code.says("trouble.smtp_busy")


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_no_text_leaves_the_number_to_the_reader(lang: str) -> None:
    """« notification(s) » is a form that nobody says."""
    makeshift = re.compile(r"\w\((s|x|e|es|ies)\)")
    at = texts.LANGUAGES.index(lang)
    assert [key for key, pair in texts.CATALOGUE.items() if makeshift.search(pair[at])] == []


def test_every_form_of_a_number_is_given_and_every_format_is_known() -> None:
    known = re.compile(r"word:[a-z_.]+|instant|day|long|of|trouble|plural:[^|]*\|[^|]*(\|[^|]*)?")
    for key, pair in texts.CATALOGUE.items():
        for template in pair:
            for spec in specs(template):
                assert known.fullmatch(spec), (key, spec)


def test_french_typography_is_one_throughout() -> None:
    """As it stands: « guillemets » with a space inside, « … » as one sign, nothing before : ; ! and ?."""
    wrong = re.compile(r"\s[:;!?](\s|$)|«\S|\S»|\w\.\.\.")
    assert [key for key, (french, _) in texts.CATALOGUE.items() if wrong.search(french)] == []
    assert [key for key, (_, english) in texts.CATALOGUE.items() if re.search(r"\s[:;!?](\s|$)|[«»]", english)] == []


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [
        (0, "0 avis reçu", "0 receipts"),
        (1, "1 avis reçu", "1 receipt"),
        (2, "2 avis reçus", "2 receipts"),
        (1.5, "1,5 avis reçu", "1.5 receipts"),
        (2.0, "2 avis reçus", "2 receipts"),
        (0.25, "0,25 avis reçu", "0.25 receipts"),
        (1_000_000, "1000000 avis reçus", "1000000 receipts"),
        ("1", "1 avis reçu", "1 receipt"),
        ("–", "– avis reçus", "– receipts"),
    ],
)
def test_zero_and_one_are_singular_in_french_and_only_one_in_english(
    count: object, french: str, english: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = ("{n:plural:# avis reçu|# avis reçus}", "{n:plural:# receipt|# receipts}")
    monkeypatch.setattr(texts, "CATALOGUE", {"x.y": pair, "x.none": ("{n:plural:rien|un|#}", "{n:plural:none|one|#}")})
    assert texts.render("x.y", "fr", {"n": count}) == french
    assert texts.render("x.y", "en", {"n": count}) == english
    if count == 0:
        assert (texts.render("x.none", "fr", {"n": 0}), texts.render("x.none", "en", {"n": 0})) == ("rien", "none")


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_days_and_hours_in_words_are_those_of_the_calendar(instant: datetime) -> None:
    for lang in texts.LANGUAGES:
        assert texts.long(instant, lang) == texts.long(instant.isoformat(), lang) == human(instant, lang)
        assert (
            texts.long(instant.date(), lang) == texts.long(str(instant.date()), lang) == human_day(instant.date(), lang)
        )


def test_a_number_is_written_as_the_language_does() -> None:
    assert (texts.shown(1.5, "fr"), texts.shown(1.5, "en"), texts.shown(24.0, "fr")) == ("1,5", "1.5", "24")
    assert texts.render("span.day", "fr", {"amount": 0.5}) == "0,5 jour"
    assert texts.render("span.day", "en", {"amount": 0.5}) == "0.5 days"


def test_what_is_no_day_is_shown_as_it_is() -> None:
    assert texts.long(None) == "—"
    assert texts.long("demain") == "demain"
    assert texts.long(date(2026, 12, 1)) == "mardi 1er décembre 2026"


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


def test_the_command_line_has_no_french_of_its_own() -> None:
    """A sentence outside the catalogue is shown in one language to everybody. Words that people type are none."""
    typed = {"accepté", "rejeté"}
    found = []
    for path in (SOURCE / "cli").rglob("*.py"):
        if path.name.startswith("demo"):
            continue  # its invented people have French names
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            said = node.value if isinstance(node, ast.Constant) and node not in docs else None
            french = isinstance(said, str) and re.search(r"n° |\w[À-ÖØ-öø-ÿŒœ]|[À-ÖØ-öø-ÿŒœ]\w", said)
            if french and said not in typed and not said.startswith(('"', "[")):  # samples of settings, sets of letters
                found.append(f"{path.name}:{node.lineno}: {said}")
    assert found == []


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
    assert "lundi 2 mars 2026 à 10:00" in denial.text("fr")
    assert "Monday 2 March 2026, 10:00" in denial.text("en")
    assert "02/03/2026" in Denial("mandate_already_over", {"end": make.NOW.date()}).text("fr")
    assert "2026-03-02" in Denial("mandate_already_over", {"end": make.NOW.date()}).text("en")


def test_a_notice_tells_what_it_is_about_in_both_languages() -> None:
    notice = Notice(
        id="n", code="in_doubt", case="filing:E-1", facts={"submission": "E-1/real/1", "mode": "real"}, at=make.NOW
    )
    assert "E-1/real/1 (réel)" in notice.text("fr")
    assert "E-1/real/1 (real)" in notice.text("en")


def test_an_unknown_key_shows_itself_rather_than_fail() -> None:
    assert texts.render("denial.never_heard_of", "fr", {"a": 1}) == "denial.never_heard_of {'a': 1}"
