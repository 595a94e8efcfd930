"""The rules are held by their tests: of small changes made to them, at least nine in ten are noticed."""

from __future__ import annotations

import time
from random import Random

import pytest

from trials import FULL, SEED, size
from trials.mutants import ROOT, Mutant, killed, mutants, survivors

SAMPLE = size(15, 0)
"""Mutants of each module in the small run; always the same ones, so that it does not pass by luck."""
LEAST = 0.90
REFERENCE = "test_docs.py::test_the_reference_is_the_one_that_the_tables_give"
TESTS = {
    "machine": ("test_machine", "test_sending", "test_workflow", "test_diagrams", REFERENCE),
    "receipts": ("test_evidence", "test_models", "test_tray", "test_permutations"),
    "calendar": ("test_calendar", "test_calendar_oracles"),
    "clocks": ("test_clocks", REFERENCE),
}
EQUIVALENT: dict[str, str] = {}
"""Mutants that change nothing that anyone could see, each with the reason."""


def _tests(name: str) -> list[str]:
    """Test files, ours for what the mutants showed to be missing included."""
    files = [f"tests/{file}" if "::" in file else f"tests/{file}.py" for file in TESTS[name]]
    return [*files, *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").glob(f"test_mutants_{name}.py")))]


@pytest.mark.parametrize("name", TESTS)
def test_nine_changes_in_ten_are_noticed(name: str) -> None:
    every = mutants(f"due_workflow.{name}")
    meant = [mutant for mutant in every if mutant.name not in EQUIVALENT]
    chosen = meant if FULL else Random(name).sample(meant, SAMPLE)
    tests = _tests(name)
    start = time.monotonic()
    untouched = Mutant(f"due_workflow.{name}", "", 0, "", "", _source(name))
    assert not killed(untouched, tests, 300), "the tests fail without any change"
    left = survivors(chosen, tests, timeout=10 * (time.monotonic() - start))
    score = 1 - len(left) / len(chosen)
    print(
        f"{name}: {len(chosen) - len(left)} of {len(chosen)} killed ({score:.1%}), seed {SEED}, of {len(every)} in all"
    )
    for mutant in left:
        print(f"  line {mutant.line}  {mutant.name}")
    assert score >= LEAST


def _source(name: str) -> str:
    return (ROOT / "src" / "due_workflow" / f"{name}.py").read_text(encoding="utf-8")
