"""A thousand mandates: the memory of a whole batch, and its time beside the bare typesetting of the same pages.

The bare peer sets the same words with the same library, fonts and boxes, and does nothing else: it reads no client,
fills nothing in, measures nothing beforehand, checks no letter. `DUE_BENCH_MANDATES` sets the size of a batch (1,000).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import median

import pypdfium2
import pytest
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, VAlign
from fpdf.fonts import FontFace

from due_workflow import DueWorkflow
from due_workflow.adapters._paper import FONTS
from due_workflow.adapters._prose import blocks
from due_workflow.adapters.printing import PdfMandate, print_mandates, wording
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.mandates import Sheet, sheet
from due_workflow.testing import factories as make

MANDATES = int(os.environ.get("DUE_BENCH_MANDATES", "1000"))
FEW = 100
MARGIN = 6.0
"""MB that ten times as many mandates may add."""
TIMED, ROUNDS = 15, 5
ALLOWED = 1.5
DAY = date(2026, 3, 2)


def firm(path: Path, clients: int) -> None:
    with SqliteStorage(path, synchronous="OFF") as storage:
        flow = DueWorkflow(storage, cabinet="cabinet")
        for n in range(1, clients + 1):
            flow.add_client(make.client(n, name=f"Établissements Œillet & Fils n° {n}"))
            flow.select(make.siren(n))


class Bare(FPDF):
    """The same pages by fpdf2 alone."""

    def __init__(self, of: Sheet) -> None:
        super().__init__(format="A4")
        self.of = of
        self.add_font("D", "", FONTS / "DejaVuSansCondensed.ttf")
        self.add_font("D", "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.set_margins(18, 18, 18)
        self.set_auto_page_break(True, 18)

    def header(self) -> None:
        if self.page_no() > 1:
            self.set_font("D", "", 7.5)
            self.set_y(10)
            self.cell(self.epw / 2, 4, self.of.client.name)
            self.cell(self.epw / 2, 4, self.of.title, align="R")
            self.set_y(18)

    def footer(self) -> None:
        self.set_font("D", "", 7.5)
        self.set_y(-12)
        self.cell(self.epw * 0.7, 4, self.of.reference)
        self.cell(self.epw * 0.3, 4, f"Page {self.page_no()} sur {{nb}}", align="R")

    def words(self, text: str, size: float = 9.5, style: str = "", indent: float = 0, align: str = "L") -> None:
        self.set_font("D", style, size)
        self.set_x(18 + indent)
        self.multi_cell(self.epw - indent, size * 0.487, text, align=align, new_x="LMARGIN", new_y="NEXT")

    def box(self, left: float, name: str, text: str) -> None:
        top, margin = self.get_y(), self.l_margin
        self.set_left_margin(left + 3)
        self.set_font("D", "B", 9)
        self.multi_cell(78, 4.4, name, align="L", new_x="LMARGIN", new_y="NEXT")
        self.set_font("D", "", 9)
        self.multi_cell(78, 4.4, text, align="L", new_x="LMARGIN", new_y="NEXT")
        self.rect(left, top, 84.5, 38)
        self.set_left_margin(margin)
        self.set_y(top)

    def rows(self, headings: tuple[str, ...], rows: list[tuple[str, ...]], widths: tuple[int, ...]) -> None:
        self.set_font("D", "", 8.5)
        style = FontFace(emphasis="BOLD", fill_color=(238, 241, 245))
        with self.table(
            col_widths=widths,
            line_height=4.14,
            padding=(0.9, 1.5),
            text_align="LEFT",
            v_align=VAlign.T,
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=style,
        ) as table:
            table.row(headings)
            for row in rows:
                table.row(row)
        self.ln(3)


def bare(of: Sheet) -> bytes:
    pages = Bare(of)
    pages.add_page()
    pages.words(of.title, 17, "B", align="C")
    pages.words(of.subtitle, 10, align="C")
    pages.ln(5)
    for left, party in ((18.0, of.client), (107.5, of.firm)):
        pages.box(left, party.role, "\n".join((party.name, *party.lines)))
    pages.ln(42)
    for number, article in enumerate(of.articles, 1):
        pages.ln(2.5)
        pages.words(f"{number}. {article.title}", 10.5, "B")
        for lines in blocks(article.text):
            for line in lines:
                pages.words(line.replace("- ", "– "), indent=2 if line.startswith("- ") else 0)
            pages.ln(1.6)
        if article.lists == "teleprocedures":
            found = [(p.code, p.label, p.recipient) for p in of.procedures]
            pages.rows(("Code", "Téléprocédure", "Destinataire"), found, (20, 54, 26))
        elif article.lists:
            found = [(p.siret, p.name, p.address) for p in of.places]
            pages.rows(("SIRET", "Établissement", "Adresse"), found, (24, 34, 42))
    pages.words(of.closing)
    pages.ln(2)
    for left, (role, text) in zip((18.0, 107.5), of.signatures, strict=True):
        pages.box(left, role, text)
    return bytes(pages.output())


def said(content: bytes) -> tuple[int, list[str]]:
    pages = list(pypdfium2.PdfDocument(content))
    return len(pages), sorted(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def test_a_batch_costs_little_more_than_the_bare_typesetting_of_its_pages(tmp_path: Path) -> None:
    firm(tmp_path / "due.sqlite", TIMED)
    (tmp_path / "bare").mkdir()
    words, renderer = wording(), PdfMandate()
    with SqliteStorage(tmp_path / "due.sqlite") as storage:
        read = DueWorkflow(storage, cabinet="cabinet").read

        def ours() -> None:
            sheets = (sheet(client, words, DAY, "jedeclare") for client in read.clients())
            assert sum(1 for _ in print_mandates(sheets, tmp_path / "ours", (renderer,))) == TIMED

        made = [sheet(client, words, DAY, "jedeclare") for client in read.clients()]

        def peers() -> None:
            for one in made:
                (tmp_path / "bare" / f"{one.file_name}.pdf").write_bytes(bare(one))

        assert said(renderer.render(made[0])) == said(bare(made[0])), "not the same pages"
        taken: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(ROUNDS):
            for name, work in (("ours", ours), ("bare", peers)):
                start = time.process_time()
                work()
                taken[name].append((time.process_time() - start) / TIMED)
    mine, peer = median(taken["ours"]) * 1000, median(taken["bare"]) * 1000
    ratio = mine / peer
    print(f"\na mandate {mine:.0f} ms, its bare typesetting {peer:.0f} ms, ratio {ratio:.2f}")
    assert ratio <= ALLOWED


def peak(folder: Path, database: Path, count: int) -> float:
    """Peak memory (MB) of one fresh interpreter that prints `count` mandates by the command line."""
    sirens = [make.siren(n) for n in range(1, count + 1)]
    code = "import sys; from due_workflow.__main__ import main; main()"
    args = ["--db", str(database), "mandate", "print", *sirens, "--to", str(folder / str(count))]
    process = subprocess.Popen([sys.executable, "-c", code, *args], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert len(list((folder / str(count)).iterdir())) == count
    return used.ru_maxrss / 1024


@pytest.mark.slow
def test_the_memory_of_a_batch_does_not_grow_with_it(tmp_path: Path) -> None:
    database = tmp_path / "due.sqlite"
    firm(database, MANDATES)
    start = time.monotonic()
    few, many = peak(tmp_path, database, FEW), peak(tmp_path, database, MANDATES)
    print(f"\n{FEW} mandates {few:.1f} MB, {MANDATES} {many:.1f} MB, both in {time.monotonic() - start:.0f} s")
    assert many - few <= MARGIN
