"""The message `FR_DUE_Upload` as bytes: written, read, and asked for its mode. Extra `avis` (lxml).

The texts come fitted from `due_workflow.message`; here they become elements in the order of the message, in ISO-8859-1,
one employer a file. The mode is read back from the very bytes that are to leave. Bytes that come in are hostile until
proven otherwise: whatever they hold, only `InputRefused` comes out. Nothing here travels (`adapters.urssaf`, `folder`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from hashlib import sha256
from typing import cast

from lxml import etree

from due_workflow.adapters._upload_reading import Reading, Upload, mode_in, root_of
from due_workflow.adapters._upload_tree import A_HIRE, AN_EMPLOYER, GROUP, INDICATOR, ROOT, SPACES, Node
from due_workflow.base import door
from due_workflow.declarations import Declaration
from due_workflow.errors import InputRefused, NotSent, Problem
from due_workflow.identifiers import shown
from due_workflow.message import STANDARD, EmployerTexts, HireTexts, MessageFormat, column, fitted
from due_workflow.models import Submission
from due_workflow.ports import Parcel
from due_workflow.receipts import Mode

__all__ = ["Upload", "left_as", "mode_of", "parcel", "read", "write"]

_HEAD = b'<?xml version="1.0" encoding="ISO-8859-1"?>\n'

# ---- writing


@door
def write(declarations: Iterable[Declaration], mode: Mode, form: MessageFormat = STANDARD) -> bytes:
    """The message of these declarations, all of one employer, in ISO-8859-1.

    Raises:
        InputRefused: with everything that any of them lacks; or they are none, too many for a file (`form.per_file`),
            or not of one employer.
    """
    return _write(list(declarations), mode, form)


def _write(declarations: Sequence[Declaration], mode: Mode, form: MessageFormat) -> bytes:
    if not declarations:
        raise InputRefused("message_no_hire")
    if len(declarations) > form.per_file:
        raise InputRefused("message_too_many_hires", count=len(declarations), limit=form.per_file)
    problems: list[Problem] = []
    hires: list[HireTexts] = []
    employer: EmployerTexts | None = None
    first = ""
    for declaration in declarations:
        try:
            texts = fitted(declaration, form)
        except InputRefused as refused:
            problems += refused.problems
            continue
        if employer is None:
            employer, first = texts.employer, declaration.reference
        hires.append(texts.hire)
        if texts.employer != employer:
            differs = [f.name for f in fields(employer) if getattr(texts.employer, f.name) != getattr(employer, f.name)]
            facts = {"reference": declaration.reference, "first": first, "columns": list(map(column, differs))}
            problems.append(Problem(declaration.reference, "message_other_employer", facts))
    if problems or employer is None:
        raise InputRefused(problems=problems)
    root = etree.Element(ROOT, nsmap=SPACES)
    etree.SubElement(root, INDICATOR).text = form.indicator(mode)
    group = etree.SubElement(root, GROUP)
    _grow(group, AN_EMPLOYER, employer, form)
    for hire in hires:
        _grow(group, A_HIRE, hire, form)
    etree.indent(root, "  ")
    return _HEAD + _bytes(root) + b"\n"


def _bytes(root: etree._Element) -> bytes:
    return cast("bytes", etree.tostring(root, encoding="ISO-8859-1", xml_declaration=False))


def _grow(parent: etree._Element, node: Node, texts: object, form: MessageFormat) -> None:
    """`node` with what is in it, below `parent`; an element that would hold nothing is left out."""
    element = etree.SubElement(parent, node.tag)
    for child in node.inside:
        if child.field:
            text = getattr(texts, child.field)
            if text is not None or (child.field == "end_date" and form.end_date_of_cdi):
                etree.SubElement(element, child.tag).text = text
        elif child.needed or any(getattr(texts, field) is not None for field in child.fields):
            _grow(element, child, texts, form)


# ---- reading


@door
def read(data: bytes, form: MessageFormat = STANDARD) -> Upload:
    """Read a message, whoever wrote it: prefixes and blanks around a text do not matter, the order of elements does.

    `read(write(…))` gives the texts that were written. Each problem's `where` is the line and the element.

    Raises:
        InputRefused: it is no such message, or not one of one employer and of `form.per_file` hires at most; with every
            element that is wrong, up to a hundred. It holds no text of the file.
    """
    return Reading(root_of(data, form), form).upload


@door
def mode_of(data: bytes, form: MessageFormat = STANDARD) -> Mode:
    """The mode that the bytes themselves say.

    Raises:
        InputRefused: it is no such message, or it does not say once, in its place, one of the two indicators.
    """
    return mode_in(root_of(data, form), form)


# ---- the file of a deposit


@door
def parcel(submissions: Sequence[Submission], mode: Mode, form: MessageFormat = STANDARD, name: str = "due") -> Parcel:
    """The file of these attempts, its mode read back from its bytes: `Portal.render` of every portal that takes it.

    Its name begins with `name` and is the same for the same content and attempts, another one for any other; it is of
    plain letters and names nobody.

    Raises:
        InputRefused: with everything that any of them lacks; or they are not of `mode`, not of one employer, too many,
            or a declaration was erased; or the bytes do not say `mode`.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise InputRefused("message_filename", value=shown(name))
    problems = [_told_otherwise(s.id, s.mode, mode) for s in submissions if s.mode is not mode]
    problems += [
        Problem(s.id, "message_no_content", {"reference": s.reference}) for s in submissions if s.declaration is None
    ]
    if problems:
        raise InputRefused(problems=problems)
    content = _write([s.declaration for s in submissions if s.declaration is not None], mode, form)
    told = mode_of(content, form)
    if told is not mode:
        raise InputRefused(problems=[_told_otherwise(name, told, mode)])
    ids = tuple(s.id for s in submissions)
    digest = sha256(content)
    mark = sha256("\n".join((digest.hexdigest(), *ids)).encode()).hexdigest()[:24]
    # letters only: a run of digits might look like a NIR by chance, and the file could not be named anywhere
    mark = mark.translate(str.maketrans("0123456789", "ghijklmnop"))
    return Parcel(f"{name}-{mode.value}-{mark}.xml", content, digest.hexdigest(), mode, ids)


def _told_otherwise(where: str, told: Mode, meant: Mode) -> Problem:
    return Problem(where, "message_mode", {"told": told, "meant": meant})


def left_as(parcel: Parcel, form: MessageFormat = STANDARD) -> None:
    """The last look before the wire: the bytes are those that were committed, and say the parcel's mode.

    Raises:
        NotSent: they do not; nothing may leave.
    """
    why = ""
    if sha256(parcel.content).hexdigest() != parcel.sha256:
        why = "message_changed"
    else:
        try:
            why = "" if mode_of(parcel.content, form) is parcel.mode else "message_mode"
        except InputRefused:
            why = "message_unreadable"
    if why:
        raise NotSent(why)
