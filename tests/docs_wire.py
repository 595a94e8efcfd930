"""Writes the made parts of docs/settings.md and docs/when-the-line-breaks.md: `python tests/docs_wire.py`.

A made part stands between `<!-- made: NAME -->` and `<!-- end -->`; the rest of the page is written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from due_workflow import texts
from due_workflow.adapters.urssaf import LineSettings, UrssafAddresses
from due_workflow.base import Model
from due_workflow.cli import settings
from due_workflow.cli.config import starting_file, toml
from due_workflow.cli.settings_file import models_of
from due_workflow.message import Lengths, MessageFormat

DOCS = Path(__file__).parent.parent / "docs"
PAGES = ("settings.md", "when-the-line-breaks.md")
_MADE = re.compile(r"(<!-- made: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
TABLES: dict[str, type[Model]] = {
    "[firm]": settings.FirmTable,
    "[software]": settings.SoftwareTable,
    '[portals.<name>], type = "urssaf"': settings.UrssafTable,
    '[portals.<name>.addresses], type = "urssaf"': settings.UrssafAddresses,
    '[portals.<name>], type = "jedeclare"': settings.JedeclareTable,
    '[portals.<name>.addresses], type = "jedeclare"': settings.JedeclareAddresses,
    '[portals.<name>], type = "folder"': settings.FolderTable,
    "[portals.<name>.line]": settings.LineTable,
    "[run]": settings.RunTable,
    "[notifiers]": settings.NotifiersTable,
    "[notifiers.email]": settings.EmailTable,
    "[notifiers.webhook]": settings.WebhookTable,
}
SECTIONS = (("line_", "The line"), ("portal_", "The portal's answer"), ("urssaf_", "URSSAF"))
SECTIONS += (("jedeclare_", "jedeclare"), ("folder_", "Folders"), ("message_", "The message"))


def tables() -> Iterator[str]:
    """Each table of the settings file."""
    for head, model in TABLES.items():
        yield from (f"### `{head}`", "", "| Setting | Default | Meaning |", "|---|---|---|")
        for name, field in model.model_fields.items():
            meaning = texts.render(field.description or "", "en").rstrip(".")
            yield f"| `{field.alias or name}` | {_default(model, name, field)} | {meaning} |"
        yield ""


OWN: dict[type[Model], type] = {settings.LineTable: LineSettings, settings.UrssafAddresses: UrssafAddresses}
"""Whose defaults hold where a table leaves a setting out."""


def _default(model: type[Model], name: str, field: FieldInfo) -> str:
    if field.is_required():
        return "*needed*"
    value = getattr(OWN[model](), name) if model in OWN else field.default
    empty = value in (None, (), {}) or any(True for _ in models_of(type(value)))
    return "" if empty else f"`{toml(value)}`"


def message() -> Iterator[str]:
    """The settings of the message, from its own docstring."""
    told = dict(re.findall(r"^ {8}(\w+): (.*(?:\n {12}.*)*)", MessageFormat.__doc__ or "", re.MULTILINE))
    yield from ("| Setting | Default | Meaning |", "|---|---|---|")
    for name, field in MessageFormat.model_fields.items():
        if name == "lengths":
            lengths = ", ".join(f"`{n}` {f.default}" for n, f in Lengths.model_fields.items())
            yield f"| `lengths` | a table | The most characters of each text: {lengths} |"
            continue
        yield f"| `{name}` | `{toml(field.default)}` | {' '.join(told[name].split())} |"
    yield ""


def errors() -> Iterator[str]:
    """What a portal, a line or a folder can say, with what to do."""
    keys = [key.removeprefix("trouble.") for key in texts.CATALOGUE if key.startswith("trouble.")]
    for start, title in SECTIONS:
        yield from (f"### {title}", "", "| Code | What it means, and what to do | En français |", "|---|---|---|")
        for code in keys:
            if code.startswith(start):
                french, english = (_sentence(text) for text in texts.CATALOGUE[f"trouble.{code}"])
                yield f"| `{code}` | {english} | {french} |"
        yield ""


def _sentence(text: str) -> str:
    return (text[0].upper() + text[1:]).replace("|", "\\|")


def example() -> Iterator[str]:
    """The file to begin with."""
    yield from ("```toml", *starting_file("en").splitlines(), "```", "")


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "tables": tables,
    "message": message,
    "errors": errors,
    "example": example,
}


def made(page: str) -> str:
    """The page with its made parts as the models and the catalogue give them."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return _MADE.sub(lambda found: found[1] + "\n" + "\n".join(PARTS[found[2]]()) + "\n" + found[3], text)


if __name__ == "__main__":
    for page in PAGES:
        (DOCS / page).write_text(made(page), encoding="utf-8")
