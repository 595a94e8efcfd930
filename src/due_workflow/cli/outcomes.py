"""How a command ends: exit codes, and an error as a person or a program reads it. Nothing here prints.

A text that comes from outside (an argument typed, an operating system's message) is scrubbed before it is shown.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from enum import IntEnum

from due_workflow import texts
from due_workflow.errors import (
    Conflict,
    DueWorkflowError,
    InputRefused,
    NotFound,
    StorageUnusable,
    TransitionRefused,
)
from due_workflow.identifiers import scrub
from due_workflow.journal import JournalBroken


class Code(IntEnum):
    """Exit codes; scripts rely on them."""

    OK = 0
    REFUSED = 1
    """The procedure does not allow it now; the reasons are told."""
    USAGE = 2
    INPUT = 3
    """A file or a value cannot be taken."""
    NOT_FOUND = 4
    CONFLICT = 5
    """Another writer was first: the same command again."""
    UNUSABLE = 6
    """The database, the disk or a portal cannot be used, or a journal does not hold."""
    PERSON = 7
    """Done, but something waits for a person: a receipt in the tray, lines to correct, a hire to renew."""
    UNEXPECTED = 70
    """A fault of this program."""
    INTERRUPTED = 130
    PIPE = 141
    """Who read our output stopped reading."""


class Usage(Exception):
    """What was typed does not make a command; `key` says why (`cli.usage.<key>`)."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key, self.facts = key, facts


class BadFile(Exception):
    """A file has lines that cannot be imported, so none of it was; each of them was told already."""

    def __init__(self, name: str, count: int) -> None:
        super().__init__(name, count)
        self.facts = {"name": name, "count": count}


_CODES: tuple[tuple[type[BaseException], Code], ...] = (
    (TransitionRefused, Code.REFUSED),
    (InputRefused, Code.INPUT),
    (BadFile, Code.INPUT),
    (NotFound, Code.NOT_FOUND),
    (Conflict, Code.CONFLICT),
    (StorageUnusable, Code.UNUSABLE),
    (JournalBroken, Code.UNUSABLE),
    (DueWorkflowError, Code.UNUSABLE),
    (Usage, Code.USAGE),
    (BrokenPipeError, Code.PIPE),
    (OSError, Code.UNUSABLE),
    (KeyboardInterrupt, Code.INTERRUPTED),
)


_OS = {
    errno.ENOENT: "missing",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.EROFS: "denied",
    errno.ENOSPC: "full",
    errno.EISDIR: "folder",
    errno.EEXIST: "exists",
    errno.ENOTDIR: "no_folder",
}


def code_of(error: BaseException) -> Code:
    """The exit code of an error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), Code.UNEXPECTED)


def told(error: BaseException, lang: str) -> str:
    """What happened, as a sentence without any personal number."""
    if isinstance(error, DueWorkflowError):
        return scrub(error.text(lang))
    if isinstance(error, Usage):
        return scrub(texts.render(f"cli.usage.{error.key}", lang, error.facts))
    if isinstance(error, BadFile):
        return scrub(texts.render("cli.import.refused", lang, error.facts))
    if isinstance(error, KeyboardInterrupt):
        return texts.render("cli.error.interrupted", lang)
    if isinstance(error, OSError):
        known = _OS.get(error.errno or 0)
        why = texts.render(f"cli.os.{known}", lang) if known else error.strerror or type(error).__name__
        return scrub(texts.render("cli.error.os", lang, {"why": why, "name": error.filename}))
    return texts.render("cli.error.unexpected", lang, {"kind": type(error).__name__, "where": _where(error)})


def _where(error: BaseException) -> str:
    """File and line of each frame, innermost last: no message and no value, since they may hold personal data."""
    places, trace = [], error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename.replace("\\", "/").rsplit("/", 1)[-1]
        places.append(f"{name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(places[-4:])


def advice(error: BaseException, lang: str, program: str) -> str:
    """What to do next, with the command; empty where the sentence says it."""
    key, facts = "", {"program": program}
    if isinstance(error, TransitionRefused):
        key, facts = "refused", {**facts, "case": error.case}
    elif isinstance(error, NotFound):
        key = {"client": "no_client", "receipt": "no_receipt", "notice": "no_notice", "scan": "no_scan"}.get(
            error.what, "no_hire"
        )
    elif isinstance(error, Conflict):
        key = "conflict"
    elif isinstance(error, StorageUnusable) and error.code == "storage_missing":
        key = "no_database"
    elif isinstance(error, StorageUnusable) and error.code in ("storage_no_tables", "storage_older_tables"):
        key = "no_tables"
    return scrub(texts.render(f"cli.advice.{key}", lang, facts)) if key else ""


def plain(error: BaseException, lang: str, program: str) -> dict[str, object]:
    """The error as JSON data: `class`, `code`, `exit`, `text`, `advice`, then what its class adds."""
    found: dict[str, object] = {
        "class": type(error).__name__,
        "code": error.code if isinstance(error, DueWorkflowError) else getattr(error, "key", type(error).__name__),
        "exit": int(code_of(error)),
        "text": told(error, lang),
        "advice": advice(error, lang, program) or None,
    }
    if isinstance(error, DueWorkflowError):
        found["facts"] = _strings(error.facts)
    if isinstance(error, TransitionRefused):
        found["denials"] = [
            {"code": d.code, "text": scrub(d.text(lang)), "facts": _strings(d.facts)} for d in error.denials
        ]
    if isinstance(error, InputRefused):
        found["problems"] = [
            {"where": scrub(p.where), "code": p.code, "text": scrub(p.text(lang))} for p in error.problems
        ]
    return found


def _strings(facts: Mapping[str, object]) -> dict[str, object]:
    kept = (bool, int, type(None))
    return {key: value if isinstance(value, kept) else scrub(texts.shown(value, "en")) for key, value in facts.items()}
