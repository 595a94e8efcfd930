"""The printed automata say what the tables say: no row more, no row less, in both languages."""

from __future__ import annotations

import re

import pytest

from due_workflow import texts
from due_workflow.diagrams import markdown, mermaid
from due_workflow.machine import CLIENT, SUBMISSION, Automaton

BOTH = pytest.mark.parametrize("automaton", [CLIENT, SUBMISSION], ids=lambda a: a.name)
LANGS = pytest.mark.parametrize("lang", texts.LANGUAGES)


def moves(automaton: Automaton) -> set[tuple[str, str, str]]:
    return {
        (source.value, row.event.value, row.dest.value if row.dest else source.value)
        for row in automaton.rows
        for source in row.sources
    }


def drawn(automaton: Automaton, text: str) -> set[tuple[str, str, str]]:
    """The moves of a Mermaid text, its boxes taken apart."""
    boxes = {}
    for name, said in re.findall(r"^    (any\d+): (.*)$", text, re.MULTILINE):
        out = {state for state in automaton.states if re.search(rf"\b{state}\b", said)}
        boxes[name] = [state for state in automaton.states if state not in out]
    found = set()
    for start, end, events in re.findall(r"^    (\w+) --> (\w+): (.+)$", text, re.MULTILINE):
        for event in events.split(", "):
            for source in boxes.get(start, [start]):
                found.add((source, event, source if end in boxes else end))
    return found


@BOTH
@LANGS
def test_the_diagram_draws_every_row_and_nothing_else(automaton: Automaton, lang: str) -> None:
    text = mermaid(automaton, lang)
    lines = text.splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert lines[1] == f"    [*] --> {automaton.states[0]}"
    assert drawn(automaton, text) == moves(automaton)


@BOTH
@LANGS
def test_every_state_has_its_words_in_the_diagram(automaton: Automaton, lang: str) -> None:
    section = "client_state" if automaton is CLIENT else "state"
    for state in automaton.states:
        assert f"    {state}: {texts.word(section, state, lang)}" in mermaid(automaton, lang).splitlines()


@BOTH
@LANGS
def test_the_table_has_one_row_per_row_with_its_reason(automaton: Automaton, lang: str) -> None:
    header, rule, *rows = markdown(automaton, lang).splitlines()
    assert header.startswith("| De |" if lang == "fr" else "| From |")
    assert set(rule) <= set("| -")
    assert len(rows) == len(automaton.rows)
    for line, row in zip(rows, automaton.rows, strict=True):
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        assert len(cells) == 5
        assert cells[1].startswith(f"`{row.event.value}`")
        assert cells[4] == row.because
        if row.dest is not None:
            assert cells[2] == f"`{row.dest.value}`"
        for guard in row.guards:
            assert f"`{guard.__name__}`" in cells[3]
        assert (("la porte" if lang == "fr" else "the gate") in cells[3]) == row.gated


def test_a_wide_row_names_what_it_leaves_out() -> None:
    text = markdown(SUBMISSION, "en")
    assert "*(any state but `prepared`)* | `ads`" in text
    assert "*(any state)* | `renew`" in text
    assert "*(any state but `accepted`)* | `abandon`" in text


def test_the_choice_between_two_rows_is_shown() -> None:
    assert "si `revoked_by_now`" in markdown(CLIENT)
    assert "if `revoked_later`" in markdown(CLIENT, "en")
