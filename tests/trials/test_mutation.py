"""The rules are held by their tests: of small changes made to them, at least nine in ten are noticed."""

from __future__ import annotations

import re
import time
from random import Random

import pytest

from trials import FULL, size
from trials.mutants import ROOT, Mutant, killed, mutants, survivors

SAMPLE = size(12, 0)
"""Mutants of each module in the small run; always the same ones, so that it does not pass by luck."""
LEAST = 0.90
REFERENCE = "test_docs.py::test_the_reference_is_the_one_that_the_tables_give"
TESTS = {
    "machine": ("test_mutants_machine.py", "test_machine.py", "test_workflow.py", "test_diagrams.py", REFERENCE),
    "gates": ("test_mutants_machine.py", "test_machine.py", "test_workflow.py", REFERENCE),
    "receipts": ("test_mutants_receipts.py", "test_evidence.py", "test_models.py", "test_permutations.py"),
    "calendar": ("test_mutants_calendar.py", "test_calendar.py", "test_calendar_oracles.py"),
    "clocks": ("test_mutants_clocks.py", "test_clocks.py", REFERENCE),
    "message": ("test_message.py",),
    "signs": ("test_message.py",),
}
CACHE = "the size of a cache"
SAME = "the same Easter in every year from 2000 to 2100, and the tests compare each"
ALONE = "a setting of a machine that holds no model and is asked for its own rows' events only"
WRAPPED = "the last day of the tables, where an index below 0 leads, is none of the first days"
CHECKED = "for the type checker: what it asks for is there"
FIRST = "tuples that differ in their first member are never compared further"
EQUIVALENT: dict[str, dict[str, str]] = {
    "gates": {
        r"latest_attempt: stale and last → stale": CHECKED,
        r"latest_attempt: last is not None and s\.submission is not None and .* → last is not None and last.*": CHECKED,
    },
    "machine": {
        r"Automaton\.__init__: (model=None|auto_transitions=False|queued=False|initial=self\.states\[0\]) → ∅": ALONE,
        r"Automaton\.__init__: (0 → 1|False → True)": ALONE,
        r"(_condition\.run|LeanTransition\.execute): return False → return None": "only its truth is asked",
        r"LeanTransition\.execute: self\.dest or self\.source → self\.dest": "the library has put the source for '='",
    },
    "receipts": {
        r"Piece\.rank: (\(0, 0, ''\)|\(1, int\(self\.piece\), ''\)|\(2, 0, self\.piece\)|''|0|2) → .*": FIRST,
        r"_SEVERITY: 3 → 4": "still the highest",
    },
    "calendar": {
        r"_tables: (maxsize=256|256) → .*": CACHE,
        r"_(every_day|legal_table): 1 → 2": "a day after the last one, which no index reaches",
        r"_ABOLITION: 0 → 1": "since the year 0 or 1: both before the tables",
        r"_easter: 19 \* golden \+ .* \+ 15 → .* - 15": "modulo 30",
        r"_easter: (century - .* \+ 1 → .* - 1|8 → 9|25 → 26|22 → 23|451 → 452)": SAME,
        r"_Tables\.__init__: super\(\)\.__init__\(\) → pass": "an empty dict needs no making",
        r"_Tables\.__missing__: place >= 0 and table\.days.* → table\.days.*": WRAPPED,
        r"Calendar\.is_working: place >= 0 and days.* → days.*": WRAPPED,
        r"Calendar\.is_working: closed and day in self\.closures → day in self\.closures": "a shortcut",
        r"paris_day: 1 → 2": "both far before the tables",
    },
    "clocks": {
        r"_(calendar|reminders): (maxsize=)?\d+ → .*": CACHE,
        r"_mandate_reminder: ends is not None and c\.mandate is not None → ends is not None": CHECKED,
    },
    "message": {
        r"_Fitting\._employer: '' → 'X'": "without the code nothing is written",
        r"_Fitting\._lines: (0 → 1|at > 0 → at >= 0)": "no text begins with a blank",
    },
    "signs": {
        r"_Rules\.__missing__: 4096 → 4097": CACHE,
        r"_Rules\.__init__: super\(\)\.__init__\(\) → pass": "an empty dict needs no making",
        r"_latin: '\ufe0f' → .*": "one character is compared",
    },
}
"""Mutants that change nothing that anyone could see, by their names, each with the reason."""


def _counts(mutant: Mutant, name: str) -> bool:
    return not any(re.fullmatch(pattern, mutant.name) for pattern in EQUIVALENT[name])


@pytest.mark.parametrize("name", TESTS)
def test_nine_changes_in_ten_are_noticed(name: str) -> None:
    every = mutants(f"due_workflow.{name}")
    meant = [mutant for mutant in every if _counts(mutant, name)]
    chosen = meant if FULL else Random(name).sample(meant, SAMPLE)
    tests = [f"tests/{file}" for file in TESTS[name]]
    start = time.monotonic()
    untouched = Mutant(f"due_workflow.{name}", "", 0, "", "", _source(name))
    assert not killed(untouched, tests, 300), "the tests fail without any change"
    left = survivors(chosen, tests, timeout=10 + 5 * (time.monotonic() - start))
    score = 1 - len(left) / len(chosen)
    print(f"{name}: {len(chosen) - len(left)} of {len(chosen)} killed ({score:.1%}); {len(every)} in all,")
    print(f"  {len(every) - len(meant)} of them equivalent")
    for mutant in left:
        print(f"  line {mutant.line}  {mutant.name}")
    assert score >= LEAST


def _source(name: str) -> str:
    return (ROOT / "src" / "due_workflow" / f"{name}.py").read_text(encoding="utf-8")
