"""The front step of the command line: says what to install where the extra `cli` is missing, else opens the window."""

from __future__ import annotations

import sys

EXTRA = {"typer", "rich", "openpyxl", "lxml"}


def main() -> None:
    """Run `due-workflow`; see `due_workflow.cli`."""
    try:
        from due_workflow.cli.front import main as window
    except ModuleNotFoundError as missing:
        if missing.name not in EXTRA:
            raise
        sys.stderr.write(
            f"due-workflow: il manque « {missing.name} » / “{missing.name}” is missing.\n"
            'pip install "due-workflow[cli]"\n'
        )
        raise SystemExit(2) from None
    window()


if __name__ == "__main__":
    main()
