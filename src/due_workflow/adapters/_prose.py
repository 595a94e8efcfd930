"""How prose is written in a wording or a report: paragraphs and items of a list, the same for HTML and for PDF."""

from __future__ import annotations

import re
from html import escape


def blocks(text: str) -> list[list[str]]:
    """Paragraphs, parted by blank lines, each with its lines to set: a line "- …" begins an item, others run on."""
    return [_lines(part) for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]


def _lines(paragraph: str) -> list[str]:
    found: list[str] = []
    for line in map(str.strip, paragraph.splitlines()):
        if found and not line.startswith("- "):
            found[-1] += f" {line}"
        else:
            found.append(line)
    return found


def html(text: str) -> str:
    """The blocks as HTML, every character of `text` escaped."""
    said = []
    for lines in blocks(text):
        items = [line for line in lines if line.startswith("- ")]
        said += [f"<p>{escape(line)}</p>" for line in lines if not line.startswith("- ")]
        if items:
            said.append("<ul>" + "".join(f"<li>{escape(item[2:])}</li>" for item in items) + "</ul>")
    return "\n".join(said)
