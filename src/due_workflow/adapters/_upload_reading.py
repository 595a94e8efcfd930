"""A message `FR_DUE_Upload` from its bytes: its tree within bounds, its mode, its texts, every fault with its place.

The bytes are hostile until proven otherwise: their size is bounded before they are decoded, `_envelope.tree` refuses a
DOCTYPE and bounds the markup, and no error holds a text of the file. Nothing here writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from lxml import etree

from due_workflow.adapters._envelope import No, tree
from due_workflow.adapters._upload_tree import A_HIRE, AN_EMPLOYER, EMPLOYER, GROUP, HIRES, INDICATOR, ROOT, Node
from due_workflow.declarations import ContractKind
from due_workflow.errors import InputRefused, Problem
from due_workflow.identifiers import ApeCode, Department, Nir, PostalCode, Siret, UrssafCode, shown
from due_workflow.message import EmployerTexts, HireTexts, MessageFormat, fits
from due_workflow.receipts import Mode

MAX_PROBLEMS = 100
MAX_TEXT = 250
PER_HIRE = 16 * 1024
"""Bytes that a file may have for each hire that it may hold; a hire takes about 1,800."""
MARKUP_PER_HIRE = 200
"""The same for its tags, and for its attributes; a hire takes about 50 tags."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A message as it was read; its `repr` names nobody.

    Attributes:
        mode: what its test indicator says.
        employer, hires: the texts, in the order of the file.
        unknown: elements, attributes and loose texts that have no place in the message, by their way; never what they
            say. They decide nothing.
        unfit: texts that are longer than `form` says, or have signs that `due_workflow.message` would not write.
    """

    mode: Mode
    employer: EmployerTexts
    hires: tuple[HireTexts, ...]
    unknown: tuple[str, ...] = ()
    unfit: tuple[Problem, ...] = ()


_ANNOUNCED = re.compile(
    rb"\s*<\?xml\s+version\s*=\s*[\"']1\.[01][\"']\s+encoding\s*=\s*[\"']"
    rb"(?:iso[-_]?8859-1|latin-?1)[\"'](?:\s+standalone\s*=\s*[\"'](?:yes|no)[\"'])?\s*\?>",
    re.IGNORECASE,
)


def root_of(data: bytes, form: MessageFormat) -> etree._Element:
    """The root of the message, from bytes of a bounded size."""
    if not isinstance(data, bytes):
        raise TypeError(f"bytes expected, not {type(data).__name__}")
    why = ""
    if len(data) > PER_HIRE * (form.per_file + 4):
        why = "too_large"
    elif not data.strip():
        why = "empty"
    elif b"<!DOCTYPE" in data:
        why = "doctype"
    elif not _ANNOUNCED.match(data[:400]):
        why = "encoding" if b"<" in data[:8] else "bad_xml"
    elif max(data.count(b"<"), data.count(b"=")) > MARKUP_PER_HIRE * (form.per_file + 4):
        why = "too_many"
    if why:
        raise InputRefused("message_unreadable", why=why)
    try:
        root = tree(data.decode("latin-1"))
    except No as no:
        why = str(no)
    if why or name_of(root) != ROOT:
        raise InputRefused("message_unreadable", why=why or "root")
    return root


def local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]


def name_of(element: etree._Element) -> str:
    """Its name without its namespace."""
    return local(str(element.tag))


def where(element: etree._Element) -> str:
    """Its line and its name, as an error may show them: a name is of the file, and may be anything."""
    return f"L{element.sourceline}:{shown(name_of(element), 60)}"


def mode_in(root: etree._Element, form: MessageFormat) -> Mode:
    found = list(root.iter(f"{{*}}{INDICATOR}"))
    modes = {form.test_indicator: Mode.TEST, form.real_indicator: Mode.REAL}
    mode = None
    if len(found) == 1 and found[0].getparent() is root and not len(found[0]):
        mode = modes.get((found[0].text or "").strip())
    if mode is None:
        facts = {"test": form.test_indicator, "real": form.real_indicator}
        raise InputRefused(problems=[Problem(where(found[0] if found else root), "message_indicator", facts)])
    return mode


class _Enough(Exception):
    """Nothing further can be told of this file."""


class Reading:
    """One message on its way out of its tree."""

    def __init__(self, root: etree._Element, form: MessageFormat) -> None:
        self.form = form
        self.problems: list[Problem] = []
        self.unknown: dict[str, None] = {}
        self.unfit: list[Problem] = []
        asked = {field: fits(field, form) for field in (*AN_EMPLOYER.fields, *A_HIRE.fields)}
        self.fits = {field: fit for field, fit in asked.items() if fit is not None}
        mode, texts = mode_in(root, form), None
        with suppress(_Enough):
            texts = self._all(root)
        if self.problems or texts is None:
            raise InputRefused(problems=self.problems)
        self.upload = Upload(mode, *texts, tuple(self.unknown), tuple(self.unfit))

    def _all(self, root: etree._Element) -> tuple[EmployerTexts, tuple[HireTexts, ...]]:
        """The texts of the employer and of each hire."""
        group = self._only(root, "", GROUP, INDICATOR)
        employer = self._only(group, GROUP, EMPLOYER, HIRES)
        people = list(group.iterchildren(f"{{*}}{HIRES}"))
        if not people:
            self._fault(group, "message_absent", element=HIRES)
            raise _Enough
        if len(people) > self.form.per_file:
            self._fault(group, "message_too_many_hires", count=len(people), limit=self.form.per_file)
            raise _Enough
        if root[0] is group:
            self._fault(group, "message_order", after=INDICATOR)
        if group.index(people[0]) < group.index(employer):
            self._fault(employer, "message_order", after=HIRES)
        texts = self._texts(employer, AN_EMPLOYER, EmployerTexts)
        return texts, tuple(self._texts(each, A_HIRE, HireTexts) for each in people)

    def _only(self, element: etree._Element, way: str, name: str, other: str) -> etree._Element:
        """The one child of that name; what is neither it nor `other` is noted as unknown."""
        found = list(element.iterchildren(f"{{*}}{name}"))
        for child in element:
            if name_of(child) not in (name, other):
                self._strange(way, name_of(child))
        loose = "".join(text or "" for text in (element.text, *(child.tail for child in element)))
        self._surplus(element, way, loose)
        if found[1:]:
            self._fault(found[1], "message_several_employers")
            raise _Enough
        if not found:
            self._fault(element, "message_absent", element=name)
            raise _Enough
        return found[0]

    def _texts(self, element: etree._Element, node: Node, kind: Callable[..., Any]) -> Any:
        """The texts of one employer or one hire, None for those that are not there or wrong."""
        leaves: dict[str, etree._Element] = {}
        texts: dict[str, str | None] = dict.fromkeys(node.fields)
        self._walk(element, node, node.name, texts, leaves)
        number, key = texts.get("nir"), texts.get("nir_key")
        if number is not None and key is not None and not _is(Nir, number + key):
            self._fault(leaves["nir"], "message_value", expected="nir")
        if ("nir" in leaves) != ("nir_key" in leaves):
            missing = "FR_NNI.NIRKey.Text" if "nir" in leaves else "FR_NNI.NIR.Identifier"
            self._fault(element, "message_absent", element=missing)
        if texts.get("kind") in ("CDD", "CTT") and "end_date" not in leaves:
            self._fault(element, "message_absent", element="FR_Contract.EndContract.Date")
        return kind(**texts)

    def _walk(
        self,
        element: etree._Element,
        node: Node,
        way: str,
        texts: dict[str, str | None],
        leaves: dict[str, etree._Element],
    ) -> None:
        """Every text of `node` and the leaf that it stands in, in the order of the message."""
        seen: set[int] = set()
        last = -1
        loose = element.text
        for child in element:
            loose = loose if loose and not loose.isspace() else child.tail
            tag = str(child.tag)
            place = node.place.get(tag)
            if place is None:
                place = node.place.get(local(tag))
            if place is None:
                self._strange(way, local(tag))
                continue
            if place in seen:
                self._fault(child, "message_twice")
                continue
            seen.add(place)
            if place < last:
                self._fault(child, "message_order", after=node.inside[last].name)
            last = max(last, place)
            inner = node.inside[place]
            if inner.inside:
                self._walk(child, inner, f"{way}/{inner.name}", texts, leaves)
            elif len(child):
                self._fault(child, "message_not_text")
            else:
                if child.keys():
                    self._surplus(child, f"{way}/{inner.name}")
                self._leaf(child, inner, texts, leaves)
        self._surplus(element, way, loose)
        for place, inner in enumerate(node.inside):
            if inner.needed and place not in seen:
                self._fault(element, "message_absent", element=inner.name)

    def _leaf(
        self, leaf: etree._Element, node: Node, texts: dict[str, str | None], leaves: dict[str, etree._Element]
    ) -> None:
        field, text = node.field, " ".join((leaf.text or "").split())
        expected = _EXPECTED.get(field)
        if not text:
            if node.needed:
                self._fault(leaf, "message_value", expected=expected or "text")
            return
        leaves[field] = leaf
        if len(text) > MAX_TEXT or (expected is not None and not _FORMS[expected](text)):
            self._fault(leaf, "message_value", expected=expected or "text")
            return
        texts[field] = text
        fit = self.fits.get(field)
        if fit is not None and not fit(text) and len(self.unfit) < MAX_PROBLEMS:
            self.unfit.append(Problem(where(leaf), "message_unfit"))

    def _fault(self, place: etree._Element, code: str, **facts: object) -> None:
        self.problems.append(Problem(where(place), code, facts))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Enough

    def _strange(self, way: str, name: str) -> None:
        if len(self.unknown) < MAX_PROBLEMS:
            self.unknown[f"{way}/{shown(name, 60)}".lstrip("/")] = None

    def _surplus(self, element: etree._Element, way: str, loose: str | None = None) -> None:
        """Attributes, and text between elements."""
        for name in map(str, element.keys()):
            self._strange(way, f"@{local(name)}")
        if loose and not loose.isspace():
            self._strange(way, "text()")


def _is(kind: Callable[[str], object], text: str) -> bool:
    try:
        made = kind(text)
    except InputRefused:
        return False
    # as it stands: a reader of the message is not as lenient as a reader of spreadsheets
    return (made.reveal() if isinstance(made, Nir) else str(made)) == text


def _is_day(text: str) -> bool:
    try:
        return len(text) == len("2026-03-02") and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_hour(text: str) -> bool:
    return bool(re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d", text, re.ASCII))


_FORMS: dict[str, Callable[[str], bool]] = {
    "siret": partial(_is, Siret),
    "ape": partial(_is, ApeCode),
    "urssaf_code": partial(_is, UrssafCode),
    "postal_code": partial(_is, PostalCode),
    "phone": lambda text: text.isascii() and text.isdecimal(),
    "sex": {"1", "2"}.__contains__,
    "nir": lambda text: len(text) in (2, 13),
    "day": _is_day,
    "hour": _is_hour,
    "department": lambda text: Department.pattern.fullmatch(text) is not None,
    "kind": {kind.value for kind in ContractKind}.__contains__,
    "days": lambda text: text.isascii() and text.isdecimal(),
}
_EXPECTED = {
    **{name: name for name in ("siret", "ape", "urssaf_code", "postal_code", "phone", "sex", "nir", "kind")},
    **dict.fromkeys(("birth_date", "start_date", "end_date"), "day"),
    "nir_key": "nir",
    "start_time": "hour",
    "birth_department": "department",
    "trial_days": "days",
}
