"""Prints docs/reference.md from the tables: `python tests/docs_reference.py > docs/reference.md`."""

from __future__ import annotations

import sys

from due_workflow import FilingStatus, Outcome, texts
from due_workflow.clocks import CLOCKS
from due_workflow.diagrams import markdown, mermaid
from due_workflow.gates import REAL_GATE, TEST_GATE
from due_workflow.machine import CLIENT, SUBMISSION


def _section(section: str) -> list[str]:
    rows = ["| Code | English | Français |", "|---|---|---|"]
    for key in sorted(texts.CATALOGUE):
        if key.startswith(f"{section}."):
            french, english = (text.replace("|", "\\|") for text in texts.CATALOGUE[key])
            rows.append(f"| `{key.split('.', 1)[1]}` | {english} | {french} |")
    return rows


def _gate(clauses: tuple[object, ...]) -> list[str]:
    told = [(getattr(clause, "__name__", ""), (clause.__doc__ or "").splitlines()[0]) for clause in clauses]
    return [f"- `{name}`: {sentence}" for name, sentence in told]


def reference() -> str:
    """The whole page."""
    lines = [
        "# Reference",
        "",
        "This page is made from the tables of `machine.py` and `clocks.py` and from the catalogue of texts, and a test",
        "holds that it is up to date. Braces stand for facts that are filled in.",
        "",
        "## What staff read about a hire",
        "",
        "The first that fits. Only an accepted ARS of a REAL attempt makes a hire *declared*.",
        "",
        "| Status | English | Français |",
        "|---|---|---|",
        *(
            f"| `{s.value}` | {texts.word('status', s.value, 'en')} | {texts.word('status', s.value)} |"
            for s in FilingStatus
        ),
    ]
    for title, automaton in (("The client", CLIENT), ("The submission", SUBMISSION)):
        lines += ["", f"## {title}", "", "States and events:", ""]
        lines += [f"- states: {', '.join(f'`{s}`' for s in automaton.states)}"]
        lines += [f"- events: {', '.join(f'`{e}`' for e in automaton.events)}", ""]
        lines += [markdown(automaton, "en").strip(), "", "```mermaid", mermaid(automaton).strip(), "```"]
    lines += ["", "## The gate", "", "Before a TEST attempt is handed over:", "", *_gate(TEST_GATE)]
    lines += ["", "Before a REAL attempt is handed over:", "", *_gate(REAL_GATE)]
    lines += [
        "",
        "## Deadlines",
        "",
        "| Name | Of | Starts | Due | Raises | Ended by | Source |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{c.name}` | {c.case} | {c.starts} | {c.delay} | `{c.raises}` | {c.ended_by} | {c.source} |" for c in CLOCKS
    ]
    lines += ["", "## Outcomes", "", "| Outcome | Decides | Français |", "|---|---|---|"]
    lines += [f"| `{o.value}` | {'yes' if o.decides else 'no'} | {texts.word('outcome', o.value)} |" for o in Outcome]
    lines += ["", "## Denials", "", "Reasons of the procedure (`TransitionRefused.denials`).", "", *_section("denial")]
    lines += ["", "## Notices", "", "What the worker delivers.", "", *_section("notice")]
    lines += ["", "## Faults of an input", "", "Codes of `InputRefused` and of its problems.", "", *_section("input")]
    lines += ["", "## Other errors", "", *_section("error"), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(reference())
