"""Mandates on paper: a `Sheet` as PDF or HTML, and many of them into a folder, one file per client.

What stands on a sheet is decided in `mandates`; here it is drawn and written. Files appear whole or not at all, under
safe names, readable by their owner only; one sheet at a time is in memory. A host replaces the wording (TOML), the
HTML template (Jinja) or, with a `Renderer` of its own, the whole drawing.
"""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from due_workflow import texts
from due_workflow.adapters import _prose
from due_workflow.errors import InputRefused
from due_workflow.identifiers import shown
from due_workflow.mandates import Sheet, Wording, read_wording

if TYPE_CHECKING:
    from jinja2 import Environment, Template

MODEL = Path(__file__).parent / "mandate"
WORDING, TEMPLATE = "mandat.toml", "mandat.html"
"""The standard model's files: the text blocks, and the HTML template."""
_TEXT_LIMIT = 1024 * 1024


class Renderer(Protocol):
    """Draws one mandate: write your own for another look, or another kind of file.

    Attributes:
        suffix: of its files, with the dot.
    """

    suffix: str

    def render(self, sheet: Sheet) -> bytes:
        """The file's bytes. Called once for each client, one after the other; it should keep nothing of it."""
        ...


class Printed(NamedTuple):
    """The files of one client's mandate."""

    siren: str
    files: tuple[Path, ...]


# ---- the model


def wording(path: str | os.PathLike[str] | None = None) -> Wording:
    """The text blocks of a TOML file; the standard ones when None.

    Raises:
        InputRefused: see `mandates.read_wording`; also a file that is not UTF-8 text, or over 1 MiB (`not_a_text`).
        OSError: it cannot be read.
    """
    return read_wording(_text(Path(path))) if path is not None else _standard()


@lru_cache(maxsize=1)
def _standard() -> Wording:
    return read_wording(_text(MODEL / WORDING))


def _text(path: Path) -> str:
    content = path.read_bytes()
    if len(content) <= _TEXT_LIMIT:
        with suppress(UnicodeDecodeError):
            return content.decode("utf-8-sig")
    raise InputRefused("not_a_text", name=shown(path.name), limit=_TEXT_LIMIT)


def write_model(folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Copy the standard model's two files into `folder`, to change them there. A file that is there is left alone.

    Raises:
        FileExistsError: one of them is there already; nothing was written.
        OSError: the folder cannot be written.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    files = [target / WORDING, target / TEMPLATE]
    for file in files:
        if file.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
    for file in files:
        write_whole(file, (MODEL / file.name).read_bytes())
    return tuple(files)


# ---- one sheet


class PdfMandate:
    """A mandate as an A4 PDF. The same sheet gives the same bytes.

    Raises:
        ModuleNotFoundError: fpdf2 is not there: install ``due-workflow[print]``.
    """

    suffix = ".pdf"

    def __init__(self) -> None:
        from due_workflow.adapters._paper import Paper

        self._paper = Paper

    def render(self, sheet: Sheet) -> bytes:
        """The PDF's bytes."""
        paper = self._paper(sheet.title, head=sheet.client.name, foot=sheet.reference, made=sheet.made_on)
        paper.title(sheet.title, sheet.subtitle)
        parties = ((p.role, "\n".join((p.name, *p.lines))) for p in (sheet.client, sheet.firm))
        paper.boxes(*parties)
        for number, article in enumerate(sheet.articles, 1):
            paper.heading(_say("mandate.article", number=number, title=article.title))
            paper.text(article.text)
            if article.lists == "teleprocedures":
                rows = ((p.code, p.label, p.recipient) for p in sheet.procedures)
                paper.table(_columns("code", "procedure", "recipient"), rows, widths=(20, 54, 26))
            elif article.lists == "etablissements":
                rows = ((p.siret, p.name, p.address) for p in sheet.places)
                paper.table(_columns("siret", "place", "address"), rows, widths=(24, 34, 42))
        paper.gap()
        paper.signing(sheet.closing, *sheet.signatures)
        return paper.done()


def _columns(*names: str) -> list[str]:
    return [_say(f"mandate.{name}") for name in names]


def _say(key: str, **facts: object) -> str:
    return texts.render(key, "fr", facts)


class HtmlMandate:
    """A mandate as one HTML file that needs nothing else, by a Jinja template.

    The template is given `mandate` (a `Sheet`), and the filter `paragraphs` for an article's text; everything else is
    escaped. It may extend `standard.html`. It runs in Jinja's sandbox, where it can read the sheet and the templates
    beside it, and nothing else of the machine.

    Args:
        template: a template's file; the standard one when None.

    Raises:
        InputRefused: the template is wrong, with the line.
        ModuleNotFoundError: jinja2 is not there: install ``due-workflow[print]``.
        OSError: it cannot be read.
    """

    suffix = ".html"

    def __init__(self, template: str | os.PathLike[str] | None = None) -> None:
        path = MODEL / TEMPLATE if template is None else Path(template)
        self._name = path.name
        self._template = self._compiled(_environment(path.parent), _text(path))

    def _compiled(self, environment: Environment, source: str) -> Template:
        from jinja2 import TemplateSyntaxError

        try:
            return environment.from_string(source)
        except TemplateSyntaxError as error:
            line, why = error.lineno, shown(error.message or "", 120)
        raise InputRefused("bad_template", name=shown(self._name), line=line, why=why)

    def render(self, sheet: Sheet) -> bytes:
        """The page's bytes, UTF-8.

        Raises:
            InputRefused: the template asks for what a sheet does not have, or fails otherwise; with the line.
        """
        try:
            return self._template.render(mandate=sheet).encode()
        except Exception as error:  # noqa: BLE001  # a template is a program of the host's: anything may go wrong in it
            code, why = _fault(error)
            line = _line(error)
        raise InputRefused(code, name=shown(self._name), line=line, why=why)


def _environment(folder: Path) -> Environment:
    from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup

    standard = DictLoader({"standard.html": _text(MODEL / TEMPLATE)})
    environment = ImmutableSandboxedEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        loader=ChoiceLoader([FileSystemLoader(folder), standard]),
    )
    environment.filters["paragraphs"] = lambda text: Markup(_prose.html(text))  # noqa: S704  # escaped there
    return environment


_UNKNOWN = re.compile(r"^'([^']+)' is undefined$|has no (?:attribute|element) '?([^']+?)'?$")


def _fault(error: BaseException) -> tuple[str, str]:
    """What is wrong with a template that was read: a code, and the name that it is about or Jinja's own words."""
    from jinja2 import TemplateNotFound, UndefinedError
    from jinja2.exceptions import SecurityError

    said = str(error) or type(error).__name__
    if isinstance(error, TemplateNotFound):
        return "template_not_there", shown(str(error.name or said))
    if isinstance(error, SecurityError):
        return "template_forbidden", shown(said, 120)
    if isinstance(error, UndefinedError) and (found := _UNKNOWN.search(said)):
        return "template_unknown", shown(found[1] or found[2])
    return "bad_template", shown(said, 120)


def _line(error: BaseException) -> int | str:
    """The template's line that `error` came from, as Jinja wrote it into the traceback."""
    found: int | str = "?"
    trace = error.__traceback__
    while trace is not None:
        if "__jinja_exception__" in trace.tb_frame.f_globals:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


# ---- many sheets


def print_mandates(
    sheets: Iterable[Sheet], folder: str | os.PathLike[str], renderers: Sequence[Renderer] | None = None
) -> Iterator[Printed]:
    """Write each sheet into `folder`, one file per client and renderer; yields each client when its files are there.

    Stopped anywhere (Ctrl-C, an error), what was yielded is whole on the disk and no half file is left. Called again it
    replaces the files by the same names. The folder is made, for its owner only, where there is none.

    Args:
        sheets: taken one at a time, so memory does not grow with their number.
        folder: where to.
        renderers: `PdfMandate` alone when None.

    Raises:
        InputRefused: a template is wrong.
        OSError: a file cannot be written.
    """
    drawn_by = (PdfMandate(),) if renderers is None else tuple(renderers)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for sheet in sheets:
        files = []
        for renderer in drawn_by:
            file = target / f"{sheet.file_name}{renderer.suffix}"
            write_whole(file, renderer.render(sheet))
            files.append(file)
        yield Printed(sheet.siren, tuple(files))


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read (0600); it appears whole, in place of one of that name, or not at all.

    Raises:
        OSError: it cannot be written; what was there is as before.
    """
    with by_name(file):
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")  # 0600, O_EXCL
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@contextmanager
def by_name(file: Path) -> Iterator[None]:
    """What cannot be written is told by the name that was asked for, never by a temporary one.

    Raises:
        OSError: as it was raised, with that name.
    """
    try:
        yield
    except OSError as error:
        told = type(error)(error.errno, error.strerror, str(file))
    else:
        return
    raise told
