"""The switchover report as one HTML file that needs nothing else: no script, no font, nothing fetched from outside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from due_workflow.adapters import _prose, report_pages
from due_workflow.report import Switchover
from due_workflow.rollout import Plan
from due_workflow.shapes import FONT, Picture

STYLE = f"""
body {{ font: 15px/1.5 {FONT}; color: #1f2937; max-width: 60rem; margin: 2rem auto; padding: 0 1.2rem; }}
h1 {{ font-size: 1.7rem; margin: 0; }}  h2 {{ font-size: 1.2rem; margin: 2.2rem 0 .6rem; }}
.under {{ color: #5b6472; margin: .2rem 0 1.5rem; }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d1d5db; }}
td {{ overflow-wrap: anywhere; }}
thead th {{ background: #eef1f5; }}  .right {{ text-align: right; font-variant-numeric: tabular-nums; }}
dl {{ display: grid; grid-template-columns: minmax(12rem, 1fr) 2fr; gap: .25rem 1rem; }}
dt {{ color: #5b6472; }}  dd {{ margin: 0; }}
figure {{ margin: 1rem 0; }}  svg {{ max-width: 100%; height: auto; }}
@media print {{
  body {{ margin: 0; max-width: none; }}  h2 {{ break-after: avoid; }}  figure, tr, dl {{ break-inside: avoid; }}
}}
"""


def html(report: Switchover, lang: str = "fr", plan: Plan | None = None) -> str:
    """The report as an HTML document; `plan`: drawn as a Gantt chart where it is given."""
    sheet = _HtmlSheet()
    report_pages.write(report, sheet, lang, plan)
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f"<title>{escape(report_pages.name(report, lang))}</title><style>{STYLE}</style>"
    body = "\n".join(sheet.lines)
    return f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


class _HtmlSheet:
    """A `report_pages.Sheet` of HTML."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def title(self, text: str, under: str = "") -> None:
        self.lines += [f"<h1>{escape(text)}</h1>", f'<p class="under">{escape(under)}</p>']

    def heading(self, text: str) -> None:
        self.lines.append(f"<h2>{escape(text)}</h2>")

    def text(self, text: str) -> None:
        self.lines.append(_prose.html(text))

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        told = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in pairs)
        self.lines.append(f"<dl>{told}</dl>")

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        widths: Sequence[float] | None = None,  # noqa: ARG002  # a browser finds its own
        right: Sequence[int] = (),
    ) -> None:
        places = ['class="right"' if n in right else "" for n in range(len(headings))]
        head = "".join(f'<th scope="col" {at}>{escape(text)}</th>' for at, text in zip(places, headings, strict=True))
        self.lines.append(f"<table><thead><tr>{head}</tr></thead><tbody>")
        for row in rows:
            cells = "".join(f"<td {at}>{escape(text)}</td>" for at, text in zip(places, row, strict=True))
            self.lines.append(f"<tr>{cells}</tr>")
        self.lines.append("</tbody></table>")

    def figure(self, picture: Picture) -> None:
        self.lines.append(f"<figure>{picture.svg}</figure>")
