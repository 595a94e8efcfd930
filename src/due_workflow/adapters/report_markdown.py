"""The switchover report as Markdown, its figures as SVG files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from due_workflow.adapters import _prose, report_pages
from due_workflow.report import Switchover
from due_workflow.rollout import Plan
from due_workflow.shapes import Picture


@dataclass(frozen=True, slots=True)
class Markdown:
    """A Markdown text, and the pictures that it shows: by file name, to be written beside it."""

    text: str
    pictures: Mapping[str, Picture] = field(default_factory=dict)


def markdown(report: Switchover, lang: str = "fr", plan: Plan | None = None, stem: str = "report") -> Markdown:
    """The report as Markdown; `stem` begins the names of its pictures: "report-1.svg"."""
    sheet = _MarkdownSheet(stem)
    report_pages.write(report, sheet, lang, plan)
    return Markdown("\n\n".join(sheet.parts) + "\n", sheet.pictures)


_SIGNS = re.compile(r"([\\`*_\[\]|#~])")


def _escaped(text: str) -> str:
    """Text that Markdown and HTML inside it take for what it is."""
    return _SIGNS.sub(r"\\\1", escape(" ".join(text.split()), quote=False))


class _MarkdownSheet:
    """A `report_pages.Sheet` of Markdown."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.parts: list[str] = []
        self.pictures: dict[str, Picture] = {}

    def title(self, text: str, under: str = "") -> None:
        self.parts += [f"# {_escaped(text)}", _escaped(under)]

    def heading(self, text: str) -> None:
        self.parts.append(f"## {_escaped(text)}")

    def text(self, text: str) -> None:
        for lines in _prose.blocks(text):
            # an item keeps its dash; a line that only looks like a list or a heading is a paragraph
            said = [f"- {_escaped(line[2:])}" if line.startswith("- ") else _plain(line) for line in lines]
            self.parts.append("\n".join(said))

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.parts.append("\n".join(f"- **{_escaped(label)}**: {_escaped(value)}" for label, value in pairs))

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        widths: Sequence[float] | None = None,  # noqa: ARG002  # whoever shows it finds its own
        right: Sequence[int] = (),
    ) -> None:
        rule = ["---:" if n in right else "---" for n in range(len(headings))]
        lines = [list(map(_escaped, headings)), rule, *(list(map(_escaped, row)) for row in rows)]
        self.parts.append("\n".join(f"| {' | '.join(cells)} |" for cells in lines))

    def figure(self, picture: Picture) -> None:
        file = f"{self.stem}-{len(self.pictures) + 1}.svg"
        self.pictures[file] = picture
        self.parts.append(f"![{_escaped(picture.title)}](<{file}>)")


def _plain(line: str) -> str:
    return re.sub(r"^(\d+)([.)])|^([+=-])", lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", _escaped(line))
