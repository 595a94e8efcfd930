"""What `import due_workflow` costs beside its three packages, and the memory of an import of many hires.

Each figure comes from fresh processes, by the CPU seconds and the peak memory that the system itself counts for them.
`DUE_BENCH_HIRES` sets the size of the larger file (100,000); the smaller one is a tenth of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from due_workflow import DueWorkflow, Mode
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Kind
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as make

ROUNDS = 15
ALLOWED = 0.015
"""Seconds that the import may cost beyond the three packages."""
HIRES = int(os.environ.get("DUE_BENCH_HIRES", "100000"))
MARGIN = 8.0
"""MB that an import of ten times as many hires may add: SQLite's own page cache is 8 MB and fills on the way."""

PACKAGES = "import transitions, pydantic, pendulum"
IN_USE = f"{PACKAGES}\nclass Used(pydantic.BaseModel):\n    x: int"
DOOR = "import due_workflow"
DOOR_IN_USE = "from due_workflow import DueWorkflow"
TECHNOLOGIES = {"sqlalchemy", "lxml", "openpyxl", "typer", "rich", "httpx", "httpx2", "requests", "starlette", "jinja2"}


def run(env: dict[str, str], *args: str) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of one fresh interpreter."""
    process = subprocess.Popen([sys.executable, *args], env=env, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, args
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An environment in which every module is compiled once, and then read as an installed one is."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled")}


def test_importing_the_door_costs_at_most_15_ms_beyond_the_three_packages(env: dict[str, str]) -> None:
    codes = (PACKAGES, DOOR, IN_USE, DOOR_IN_USE)
    for code in codes:
        run(env, "-c", code)
    taken: dict[str, list[float]] = {code: [] for code in codes}
    for _ in range(ROUNDS):
        for code in codes:
            taken[code].append(run(env, "-c", code)[0])
    packages, door, in_use, door_in_use = (median(taken[code]) for code in codes)
    print(f"\nimport: three packages {packages * 1e3:.0f} ms, due_workflow {door * 1e3:.0f} ms")
    print(f"in use: three packages and a model {in_use * 1e3:.0f} ms, DueWorkflow {door_in_use * 1e3:.0f} ms")
    assert door <= packages + ALLOWED


def test_the_door_brings_no_technology_along(env: dict[str, str]) -> None:
    code = f"import sys\nfrom due_workflow import *\nassert not {TECHNOLOGIES!r} & set(sys.modules), sys.modules.keys()"
    run(env, "-c", code)


# ---- memory

COLUMNS = (
    "reference;siret;nom;nom_usage;prenoms;sexe;date_naissance;commune_naissance;departement_naissance;nir;"
    "date_embauche;heure_embauche;nature;date_fin;essai_jours"
)
CLIENTS = 100


def written(path: Path, hires: int) -> Path:
    """A file of that many hires at 100 clients, written line by line."""
    with path.open("w", encoding="utf-8") as out:
        out.write(COLUMNS + "\n")
        for n in range(hires):
            siret = make.siret(n % CLIENTS + 1)
            out.write(f"E-{n:07d};{siret};NOM{n};;Alix;2;15/01/1990;Paris;75;;15/03/2026;08:30;CDI;;\n")
    return path


def firm(path: Path) -> Path:
    """A database with the clients that the hires belong to."""
    with SqliteStorage(path, synchronous="OFF") as storage:
        flow = DueWorkflow(storage, cabinet="cabinet", clock=FixedClock())
        for n in range(1, CLIENTS + 1):
            flow.add_client(make.client(n))
    return path


def test_an_import_of_ten_times_as_many_hires_takes_no_more_memory(tmp_path: Path, env: dict[str, str]) -> None:
    peaks, seconds = {}, {}
    for hires in (HIRES // 10, HIRES):
        db, file = firm(tmp_path / f"{hires}.sqlite"), written(tmp_path / f"{hires}.csv", hires)
        args = ("-m", "due_workflow.cli", "--db", str(db), "import", "hires", str(file))
        seconds[hires], peaks[hires] = run(env, *args)
        with SqliteStorage(db) as storage:
            assert sum(storage.counts("cabinet", Kind.FILING).values()) == hires
            filing = DueWorkflow(storage, cabinet="cabinet").read.filing("E-0000000")
            assert filing.latest(Mode.TEST) is None
        print(
            f"\n{hires:,} hires: {seconds[hires]:.1f} s of CPU, {hires / seconds[hires]:,.0f}/s, {peaks[hires]:.1f} MB"
        )
    assert peaks[HIRES] <= peaks[HIRES // 10] + MARGIN
