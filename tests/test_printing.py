"""Mandates on paper: what stands on the pages, that no page breaks, one's own templates, files that are whole."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from due_workflow import Client, InputRefused, Teleprocedure
from due_workflow.adapters._paper import Paper
from due_workflow.adapters.printing import (
    MODEL,
    TEMPLATE,
    WORDING,
    HtmlMandate,
    PdfMandate,
    print_mandates,
    wording,
    write_model,
    write_whole,
)
from due_workflow.mandates import Firm, Procedure, Sheet, sheet
from due_workflow.testing import factories as make

DAY = date(2026, 3, 2)
FIRM = Firm(
    name="Cabinet Lefèvre & Œuvrard",
    siret=make.siret(99),
    address="3 place de l'Hôtel-de-Ville",
    postal_code="59000",
    town="Lille",
    representative="Noëlle Lefèvre, associée",
)
NAME = "Boulangerie-Pâtisserie Œillet & Fils, Élodie N’Guyễn, Łukasz Škoda, 12 €"
SMALL, LARGE = 36.0, 18.0
"""Points that the frame leaves at the sides and at the foot, at least."""


def printed(client: Client | None = None, *own: Procedure, firm: Firm = FIRM) -> Sheet:
    words = wording().with_(firm=firm, procedures=own)
    return sheet(client or make.client(name=NAME), words, DAY, "jedeclare")


class Pdf:
    """A PDF as a reader sees it: the text of each page, where its letters stand, and its picture."""

    def __init__(self, content: bytes) -> None:
        self.pages = list(pypdfium2.PdfDocument(content))
        self.texts = [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in self.pages]
        self.text = " ".join(" ".join(self.texts).split()).replace("\u00a0", " ")

    def outside(self) -> list[str]:
        """The letters that stand outside the frame of their page."""
        found = []
        for page in self.pages:
            width, height = page.get_size()
            letters = page.get_textpage()
            for n in range(letters.count_chars()):
                left, bottom, right, top = letters.get_charbox(n)
                if left < SMALL or right > width - SMALL or bottom < LARGE or top > height - LARGE:
                    found.append(letters.get_text_range(n, 1))
        return found

    def ink(self, number: int) -> Callable[..., int]:
        """How many dark dots a part of a page has, the part given in hundredths: left, top, right, bottom."""
        image = self.pages[number].render(scale=1).to_pil().convert("L")

        def count(left: int, top: int, right: int, bottom: int) -> int:
            w, h = image.size
            part = image.crop((w * left // 100, h * top // 100, w * right // 100, h * bottom // 100))
            return sum(part.histogram()[:128])

        return count


# ---- what stands on the pages


def test_a_mandate_names_both_parties_and_lists_every_teleprocedure() -> None:
    pdf = Pdf(PdfMandate().render(printed()))
    siren = make.siren(1)
    for said in (NAME, f"SIREN {siren[:3]} {siren[3:6]} {siren[6:]}", "1 rue des Essais", "75011 Paris"):
        assert said in pdf.text, said
    for said in ("Cabinet Lefèvre & Œuvrard", "59000 Lille", "représenté par Noëlle Lefèvre, associée"):
        assert said in pdf.text, said
    for procedure in Teleprocedure:
        assert procedure.value in pdf.text
    assert "Déclaration unique d'embauche (DPAE) URSSAF" in pdf.text
    assert "Les envois passent par jedeclare." in pdf.text
    assert f"Mandat {siren[:3]} {siren[3:6]} {siren[6:]} · établi le 02/03/2026" in pdf.text
    assert [re.findall(r"Page \d+ sur \d+", text) for text in pdf.texts] == [["Page 1 sur 2"], ["Page 2 sur 2"]]


def test_a_picture_of_the_page_has_its_ink_inside_the_frame_and_white_edges() -> None:
    ink = Pdf(PdfMandate().render(printed())).ink(0)
    assert ink(10, 5, 90, 12) > 100, "no title"
    assert ink(8, 35, 92, 65) > 1000, "no table"
    assert ink(0, 0, 7, 100) + ink(94, 0, 100, 100) + ink(0, 98, 100, 100) == 0, "ink at the edge"


def test_what_the_firm_does_not_say_is_a_line_to_fill_in() -> None:
    pdf = Pdf(PdfMandate().render(printed(firm=Firm())))
    assert "Le mandataire (le cabinet) ………" in pdf.text
    assert "représenté par ………" in pdf.text


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert PdfMandate().render(printed()) == PdfMandate().render(printed())


def test_eighty_teleprocedures_and_long_names_break_no_page() -> None:
    own = [
        Procedure(
            code=f"EDI-{n:02d}-CODE-TRES-LONG-ET-SANS-ESPACE",
            label=f"Téléprocédure n° {n}, déclaration d'été, cœur et âge " * (n % 6 + 1),
            recipient="Service des impôts des entreprises",
        )
        for n in range(80 - len(Teleprocedure))
    ]
    place = make.establishment(1)
    places = tuple(
        place.with_(siret=make.establishment(1, n).siret, address="12 bis rue du Faubourg " * (n % 5 + 1))
        for n in range(1, 41)
    )
    name = "Société d'exploitation des établissements Œillet " * 9 + "W" * 400
    made = printed(make.client(name=name, establishments=places), *own)
    pdf = Pdf(PdfMandate().render(made))
    assert pdf.outside() == []
    assert len(made.procedures) == 80
    for n in range(72):
        assert f"Téléprocédure n° {n}," in pdf.text
    listed = [text for text in pdf.texts if "EDI-" in text]
    assert len(listed) > 3
    assert all("Code Téléprocédure Destinataire" in text.replace("\n", " ") for text in listed), "no heading"
    assert f"SIREN {make.siren(1)[:3]}" in pdf.text, "the number gives way to no name"
    last = pdf.texts[-1]
    assert last.index("Fait à") < last.index("Bon pour mandat"), "the signature is parted"
    assert f"Page {len(pdf.pages)} sur {len(pdf.pages)}" in last


WRITING = st.text(st.characters(exclude_categories=["Cs", "Nd"]), min_size=1, max_size=120).filter(str.strip)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WRITING)
def test_whatever_a_client_is_called_its_mandate_is_printed_inside_its_frame(name: str) -> None:
    client = make.client(name=name)
    made = printed(client)
    pdf = Pdf(PdfMandate().render(made))
    assert pdf.outside() == []
    assert "Bon pour mandat" in pdf.text
    assert len(rows(HtmlMandate().render(made), "procedures")) == len(Teleprocedure)


def test_a_letter_that_the_fonts_do_not_have_is_marked_not_dropped() -> None:
    pdf = Pdf(PdfMandate().render(printed(make.client(name="Chez 日本 Kim"))))
    assert "Chez \ufffd\ufffd Kim" in pdf.text


def test_the_frame_carries_facts_and_figures_in_either_language() -> None:
    paper = Paper("Compte rendu", head="Cabinet", foot="pied", made=DAY, lang="en")
    paper.title("Report", "of the switch")
    paper.facts([("SIREN", "732 829 320"), ("A label that is longer than its column is", "value " * 60)])
    paper.table(("What", "How many"), [("hires", "12")], right=(1,))
    pdf = Pdf(paper.done())
    assert pdf.outside() == []
    assert "Page 1 of 1" in pdf.text


# ---- HTML


def rows(content: bytes, table: str) -> list[list[str]]:
    page = lxml.html.document_fromstring(content)
    return [[str(cell.text_content()) for cell in row] for row in page.xpath(f"//table[@class='{table}']/tbody/tr")]


def test_the_page_says_what_the_pdf_says_and_escapes_what_it_is_given() -> None:
    made = printed(make.client(name="<script>alert(1)</script> & Cie"))
    content = HtmlMandate().render(made)
    assert b"<script" not in content
    page = lxml.html.document_fromstring(content)
    text = " ".join(page.text_content().split())
    assert "<script>alert(1)</script> & Cie" in text
    assert [row[0] for row in rows(content, "procedures")] == [p.value for p in Teleprocedure]
    for article in made.articles:
        assert article.title in text
    assert "Noëlle Lefèvre" in text
    assert not re.search(rb"(src|href)=", content), "a page that needs nothing else"


def template(folder: Path, text: str) -> Path:
    path = folder / "mine.html"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_template_of_ones_own_is_given_the_sheet(tmp_path: Path) -> None:
    mine = template(
        tmp_path,
        "{% for a in mandate.articles %}<h2>{{ a.title }}</h2>{{ a.text | paragraphs }}{% endfor %}"
        "<p>{{ mandate.client.name }}: {{ mandate.procedures | length }}</p>",
    )
    said = HtmlMandate(mine).render(printed()).decode()
    assert "<p>Boulangerie-Pâtisserie Œillet &amp; Fils" in said
    assert f": {len(Teleprocedure)}</p>" in said
    assert "<li>à conserver les avis reçus" in said


def test_a_template_may_extend_the_standard_one(tmp_path: Path) -> None:
    mine = template(tmp_path, '{% extends "standard.html" %}{% block top %}<p>Notre en-tête</p>{% endblock %}')
    content = HtmlMandate(mine).render(printed())
    assert "Notre en-tête" in content.decode()
    assert len(rows(content, "procedures")) == len(Teleprocedure)


@pytest.mark.parametrize(
    ("text", "line", "code", "named"),
    [
        ("<p>\n{% for x in mandate.articles %}\n</p>", 3, "bad_template", "Jinja"),
        ("<p>\n\n{{ mandate.nom }}", 3, "template_unknown", "nom"),
        ("<p>{{ mandat }}", 1, "template_unknown", "mandat"),
        ("{{ mandate.articles[99].title }}", 1, "template_unknown", "99"),
        ("<p>\n{{ mandate.client.name.__class__.__mro__ }}", 2, "template_forbidden", "__class__"),
        ("{% include 'elsewhere.html' %}", 1, "template_not_there", "elsewhere.html"),
    ],
)
def test_a_wrong_template_is_refused_with_its_line(tmp_path: Path, text: str, line: int, code: str, named: str) -> None:
    mine = template(tmp_path, text)
    with pytest.raises(InputRefused) as refused:
        HtmlMandate(mine).render(printed())
    assert refused.value.code == code
    assert refused.value.facts["line"] == line
    for lang in ("fr", "en"):
        assert "mine.html" in refused.value.text(lang)
        assert named in refused.value.text(lang)
    if code in ("template_unknown", "template_not_there"):  # in the language's own words
        assert not re.search("undefined|attribute|element", refused.value.text("fr"))


def test_a_template_reads_no_file_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (tmp_path / "in").mkdir()
    mine = template(tmp_path / "in", "{% include '../secret.txt' %}")
    with pytest.raises(InputRefused):
        HtmlMandate(mine).render(printed())


# ---- the wording


def model(tmp_path: Path, change: Callable[[str], str]) -> Path:
    path = tmp_path / "mandat.toml"
    path.write_text(change((MODEL / WORDING).read_text(encoding="utf-8")), encoding="utf-8")
    return path


def test_the_model_that_is_written_out_is_the_standard_one(tmp_path: Path) -> None:
    files = write_model(tmp_path / "model")
    assert [file.name for file in files] == [WORDING, TEMPLATE]
    assert wording(files[0]) == wording()
    assert HtmlMandate(files[1]).render(printed()) == HtmlMandate().render(printed())
    files[1].unlink()
    with pytest.raises(FileExistsError):
        write_model(tmp_path / "model")
    assert not files[1].exists(), "nothing is written where one is there"


def test_ones_own_words_are_printed_and_can_drop_no_teleprocedure(tmp_path: Path) -> None:
    def change(text: str) -> str:
        own = (
            '[[teleprocedure]]\ncode = "PASRAU"\nlibelle = "Prélèvement à la source"\ndestinataire = "DGFiP"\n'
            '[[teleprocedure]]\ncode = "DUE"\nlibelle = "Embauches de {client}"\n'
        )
        return text.replace('titre = "Objet"', 'titre = "Objet, pour {client} par {cabinet}"') + own

    made = sheet(make.client(), wording(model(tmp_path, change)).with_(firm=FIRM), DAY)
    assert made.articles[0].title == "Objet, pour Société d'essai 1 par Cabinet Lefèvre & Œuvrard"
    assert [p.code for p in made.procedures] == [*(p.value for p in Teleprocedure), "PASRAU"]
    assert made.procedures[0].label == "Embauches de {client}"
    assert "le portail déclaratif choisi" in made.articles[2].text


@pytest.mark.parametrize(
    ("change", "code", "shown"),
    [
        (lambda t: t.replace("[cabinet]", "[cabinet"), "bad_wording", "11"),
        (lambda _: "titre = ", "bad_wording", "1"),
        (lambda _: "a = 1\na = 2\n", "bad_wording", "2"),
        (lambda t: t.replace("titre = ", "title_of = ", 1), "unknown_field", "title_of"),
        (lambda t: t.replace('liste = "teleprocedures"', ""), "wording_without_procedures", "teleprocedures"),
        (lambda t: t.replace("{portail}", "{portal}"), "wording_unknown_field", "{portal}"),
        (lambda t: t.replace("[cabinet]", '[cabinet]\nsiret = "123"'), "bad_siret", "cabinet.siret"),
        (lambda t: t.replace("[signature]", "[signed]"), "missing", "signature"),
    ],
)
def test_a_wrong_model_is_refused_and_says_where(
    tmp_path: Path, change: Callable[[str], str], code: str, shown: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        wording(model(tmp_path, change))
    error = refused.value
    assert code in {error.code, *(p.code for p in error.problems)}
    assert shown in error.text("fr")
    assert shown in error.text("en")


def test_no_nir_comes_onto_a_mandate(tmp_path: Path) -> None:
    nir = make.nir()
    for change in (
        lambda t: t.replace("Le mandant donne", f"Le mandant {nir} donne"),
        lambda t: t.replace("[cabinet]", f'[cabinet]\nrepresentant = "{nir}"'),
    ):
        with pytest.raises(InputRefused) as refused:
            wording(model(tmp_path, change))
        assert {p.code for p in refused.value.problems} == {"holds_a_nir"}
        assert nir not in refused.value.text()


def test_a_model_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mandat.toml"
    for content in (b"titre = '\xe9'", b"#" * (1024 * 1024 + 1)):
        path.write_bytes(content)
        with pytest.raises(InputRefused, match="UTF-8"):
            wording(path)


# ---- into a folder


class Text:
    """A renderer of one's own."""

    suffix = ".txt"

    def __init__(self, fails_at: str = "", error: BaseException | None = None) -> None:
        self.fails_at, self.error = fails_at, error

    def render(self, sheet: Sheet) -> bytes:
        if self.error is not None and sheet.siren == self.fails_at:
            raise self.error
        return f"{sheet.client.name}\n{len(sheet.procedures)}".encode()


def sheets(count: int, taken: list[int] | None = None) -> Iterator[Sheet]:
    for n in range(1, count + 1):
        if taken is not None:
            taken.append(n)
        yield printed(make.client(n))


def test_each_client_has_its_file_that_only_the_owner_reads(tmp_path: Path) -> None:
    done = list(print_mandates(sheets(3), tmp_path / "out", (PdfMandate(), HtmlMandate(), Text())))
    assert [one.siren for one in done] == [make.siren(n) for n in (1, 2, 3)]
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert len(written) == 9
    assert written[0].startswith(f"mandat-{make.siren(1)}-societe-d-essai-1.")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    for one in done:
        assert [file.suffix for file in one.files] == [".pdf", ".html", ".txt"]
        for file in one.files:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (tmp_path / "out" / f"mandat-{make.siren(2)}-societe-d-essai-2.txt").read_text() == "Société d'essai 2\n8"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("disk")], ids=repr)
def test_stopped_half_way_what_was_printed_is_whole_and_nothing_else_is_left(
    tmp_path: Path, error: BaseException
) -> None:
    done: list[Any] = []
    with pytest.raises(type(error)):
        done.extend(print_mandates(sheets(5), tmp_path, (Text(make.siren(3), error),)))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"mandat-{make.siren(n)}-societe-d-essai-{n}.txt" for n in (1, 2)
    ]
    assert len(list(print_mandates(sheets(5), tmp_path, (Text(),)))) == 5
    assert len(list(tmp_path.iterdir())) == 5


def test_a_file_is_replaced_whole_and_a_link_is_not_followed(tmp_path: Path) -> None:
    (first,) = print_mandates(sheets(1), tmp_path, (Text(),))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    first.files[0].unlink()
    first.files[0].symlink_to(elsewhere)
    list(print_mandates(sheets(1), tmp_path, (Text(),)))
    assert elsewhere.read_text() == "untouched"
    assert not first.files[0].is_symlink()


def test_sheets_are_taken_one_at_a_time(tmp_path: Path) -> None:
    taken: list[int] = []
    printing = print_mandates(sheets(1000, taken), tmp_path, (Text(),))
    next(printing)
    next(printing)
    assert taken == [1, 2]


@given(st.text(max_size=200).filter(str.strip))
def test_a_file_name_is_safe_whatever_the_client_is_called(name: str) -> None:
    made = printed(make.client().with_(name=name))
    assert re.fullmatch(rf"mandat-{make.siren(1)}(-[a-z0-9]+)*", made.file_name)
    assert len(made.file_name) <= 63


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Søren Łódź", "soren-lodz"),
        ("Œuvre & Cœur", "oeuvre-coeur"),
        ("Straße Đà", "strasse-da"),
        ("Þór Æsir", "thor-aesir"),
    ],
)
def test_letters_of_other_tongues_are_spelt_in_a_file_name(name: str, slug: str) -> None:
    assert printed(make.client(name=name)).file_name == f"mandat-{make.siren(1)}-{slug}"


def test_a_folder_that_is_not_there_is_told_by_the_name_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as failed:
        write_whole(tmp_path / "nowhere" / "c.svg", b"x")
    assert failed.value.filename == str(tmp_path / "nowhere" / "c.svg")
