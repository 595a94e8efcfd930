"""The built wheel, as users get it: complete, and sound on every Python that is found, and at the lowest versions.

Each case makes a fresh virtual environment, installs the wheel there (not the sources), runs the demo and a part of the
first ring against it. `DUE_TRIALS=full` runs the whole first ring everywhere.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FULL = os.environ.get("DUE_TRIALS") == "full"
SOME = (
    "test_calendar.py",
    "test_machine.py",
    "test_workflow.py",
    "test_clocks.py",
    "test_storages.py",
    "test_avis.py",
    "test_tables.py",
    "test_texts.py",
    "test_demo.py",
)
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    """Run a command and give what it printed; its whole output when it fails."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "DUE_"))}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=clean | more, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    return done.stdout


def _works(python: Path | str) -> str:
    """The version of an interpreter that really starts (a shim may not) and can make virtual environments."""
    ask = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([str(python), "-c", ask], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def interpreters() -> dict[str, str]:
    """Every Python of a supported version that this machine has: on the path, or among pyenv's."""
    homes = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [sys.executable, *(str(p) for p in sorted(homes.glob("3.*/bin/python")))]
    candidates += [found for v in VERSIONS if (found := shutil.which(f"python{v}"))]
    found: dict[str, str] = {}
    for candidate in candidates:
        version = _works(candidate)
        if version in VERSIONS:
            found.setdefault(version, candidate)
    return found


FOUND = interpreters()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sources as they are."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture
def venv(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A fresh virtual environment of the interpreter named by the parameter; its python."""
    home = tmp_path / "venv"
    run(request.param, "-m", "venv", home, cwd=tmp_path)
    yield home / "bin" / "python"
    shutil.rmtree(home, ignore_errors=True)


def _tests(python: Path, where: Path) -> None:
    """Run a part of the first ring from a folder without our sources, so that the wheel is what is tested."""
    copy = where / "copy"
    shutil.copytree(
        ROOT / "tests", copy / "tests", ignore=shutil.ignore_patterns("trials", "benchmarks", "__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", copy)
    names = [f"tests/{name}" for name in SOME if (ROOT / "tests" / name).exists()]
    said = run(
        *(python, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-o", "filterwarnings=default"),
        *(["tests"] if FULL else names),
        cwd=copy,
    )
    assert re.search(r"\d+ passed", said)
    where_from = run(python, "-c", "import due_workflow; print(due_workflow.__file__)", cwd=copy)
    assert "site-packages" in where_from


def _demo(python: Path, where: Path) -> None:
    command = python.parent / "due-workflow"
    story = run(command, "demo", "--folder", where / "demo", cwd=where, COLUMNS="100")
    assert "non déclaré" in story
    assert "DÉCLARÉ" in story


def test_the_wheel_holds_what_it_needs_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "due_workflow/py.typed" in names
    assert any(name.startswith("due_workflow/cli/demo_data/") and name.endswith(".csv") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert all(name.startswith(("due_workflow/", "due_workflow-")) for name in names)
    assert not any("test_" in name or name.endswith((".pyc", ".sqlite")) for name in names)


@pytest.mark.parametrize("venv", FOUND.values(), indirect=True, ids=FOUND.keys())
def test_the_wheel_works_on_every_python_found(wheel: Path, venv: Path, tmp_path: Path) -> None:
    print(f"\nPythons found: {', '.join(f'{v} ({p})' for v, p in FOUND.items())}")
    extra = "dev" if FULL else "cli"
    run(venv, "-m", "pip", "install", "-q", f"{wheel}[{extra}]", "pytest", "hypothesis", cwd=tmp_path)
    _demo(venv, tmp_path)
    _tests(venv, tmp_path)


def lowest() -> list[str]:
    """The lowest version that pyproject.toml allows of each package of the core and of the command line."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["cli"]]
    return [re.sub(r"^([\w.-]+)>=([\d.]+).*$", r"\1==\2", line) for line in wanted]


@pytest.mark.parametrize("venv", [FOUND[min(FOUND)]], indirect=True, ids=[min(FOUND)])
def test_the_wheel_works_at_the_lowest_versions_allowed(wheel: Path, venv: Path, tmp_path: Path) -> None:
    pins = lowest()
    print(f"\nLowest: {', '.join(pins)}")
    run(venv, "-m", "pip", "install", "-q", *pins, f"{wheel}[cli]", "pytest", "hypothesis", cwd=tmp_path)
    have = run(venv, "-m", "pip", "freeze", cwd=tmp_path).lower()
    for pin in pins:
        name, _, version = pin.lower().partition("==")
        assert re.search(rf"^{re.escape(name)}=={re.escape(version)}(\.0)*$", have, re.MULTILINE), pin
    _demo(venv, tmp_path)
    _tests(venv, tmp_path)


def test_the_core_alone_needs_no_extra(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "bare"
    run(sys.executable, "-m", "venv", home, cwd=tmp_path)
    python = home / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", wheel, cwd=tmp_path)
    said = run(
        *(python, "-c"),
        "import sys, due_workflow; from due_workflow.adapters.sqlite import SqliteStorage;"
        "from due_workflow.testing import StorageContract;"
        "print(sorted({'lxml', 'typer', 'rich', 'openpyxl', 'sqlalchemy'} & set(sys.modules)))",
        cwd=tmp_path,
    )
    assert said.strip() == "[]"
    told = subprocess.run(
        [home / "bin" / "due-workflow", "--help"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert told.returncode != 0
    assert 'pip install "due-workflow[cli]"' in told.stderr
    assert "Traceback" not in told.stderr
