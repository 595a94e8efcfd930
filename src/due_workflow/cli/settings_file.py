"""`due-workflow.toml` found, read, and its mistakes told: all at once, each with its line, its place and what to write.

A key or an address that holds a secret is refused with the variable to use instead. No error repeats a value of the
file: it may be the very secret that should not be there.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin
from urllib.parse import urlsplit

from pydantic.fields import FieldInfo

from due_workflow import texts
from due_workflow.base import Model
from due_workflow.cli.settings import (
    PORTALS,
    TABLES,
    FolderTable,
    PortalTable,
    Settings,
    UrssafTable,
    toml,
)
from due_workflow.cli.settings_secrets import misplaced, variable
from due_workflow.errors import InputRefused, Problem
from due_workflow.identifiers import scrub

FILE = "due-workflow.toml"
VARIABLE = "DUE_CONFIG"
LARGEST = 1024 * 1024
"""Bytes of a settings file; a larger one is something else."""
_LABEL = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.IGNORECASE | re.ASCII)
_HEAD = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w.-]+)\s*=""")
_AT = re.compile(r"line (\d+), column (\d+)")
M = TypeVar("M", bound=Model)


def located(asked: Path | None) -> Path | None:
    """The settings file: the one asked for, else DUE_CONFIG's, else the one in this folder; None where there is none.

    Raises:
        InputRefused: what was asked for is not there (`config_not_found`).
    """
    named = asked or (Path(said) if (said := os.environ.get(VARIABLE, "").strip()) else None)
    if named is None:
        return Path(FILE) if Path(FILE).is_file() else None
    if not named.is_file():
        raise InputRefused(problems=[Problem(scrub(str(named)), "config_not_found")])
    return named


def load(path: Path | None) -> Settings:
    """The settings of that file; the defaults where there is none.

    Raises:
        InputRefused: every mistake, each under `<file>:<line> <place>`.
        OSError: the file cannot be read.
    """
    if path is None:
        return Settings()
    text, data = _parsed(path)
    found = _Found(scrub(path.name), _lines(text))
    settings = _read(data, found)
    if found.problems:
        raise InputRefused(problems=sorted(found.problems, key=_line_of))
    return settings.with_(path=path.absolute())


def attempted(asked: Path | None) -> tuple[Settings, InputRefused | OSError | None]:
    """The settings, or the defaults with why the file cannot be used: whoever asks for them is told."""
    try:
        return load(located(asked)), None
    except (InputRefused, OSError) as error:
        return Settings(), error.with_traceback(None)


def spoken(asked: str = "") -> str:
    """The language of the file, for what is said before a command begins; empty where it says none or has mistakes."""
    return attempted(Path(asked) if asked else None)[0].firm.language or ""


def _parsed(path: Path) -> tuple[str, dict[str, Any]]:
    with path.open("rb") as stream:
        raw = stream.read(LARGEST + 1)
    where, line, column = scrub(path.name), 0, 0
    try:
        if len(raw) <= LARGEST:
            text = raw.decode("utf-8-sig")
            return text, tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputRefused(problems=[Problem(f"{where}:{line}", "config_not_utf8")]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = _AT.search(str(error))
        line, column = (int(at[1]), int(at[2])) if at else (raw.count(b"\n") + 1, 1)
    if line:
        raise InputRefused(problems=[Problem(f"{where}:{line}", "config_not_toml", {"column": column})])
    raise InputRefused(problems=[Problem(where, "config_too_large")])


class _Found:
    """The mistakes found so far, each with its line."""

    def __init__(self, name: str, lines: Mapping[str, int]) -> None:
        self.name, self.lines = name, lines
        self.problems: list[Problem] = []
        self.secret: set[str] = set()

    def add(self, place: str, code: str, **facts: object) -> None:
        """Note a mistake at a dotted place."""
        parts, line = place.split("."), 0
        while parts and not (line := self.lines.get(".".join(parts), 0)):
            parts.pop()
        where = scrub(place)  # a key is typed too
        self.problems.append(Problem(f"{self.name}{f':{line}' if line else ''} {where}", code, facts))


def _line_of(problem: Problem) -> int:
    at = re.match(r"[^ ]*:(\d+) ", problem.where)
    return int(at[1]) if at else 0


def _lines(text: str) -> dict[str, int]:
    """The line on which each dotted place first stands; a value of several lines may blur one, never a value."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if head := _HEAD.fullmatch(line):
            table = _dotted(head[1])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{_dotted(key[1])}".lstrip("."), number)
    return found


def _dotted(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


# ---- the tables


def _read(data: Mapping[str, Any], found: _Found) -> Settings:
    for place, meant in misplaced(data):
        found.secret.add(place)
        found.add(place, "config_secret", variable=meant)
    known = (*TABLES, "portals")
    for name in data:
        if name not in known and name not in found.secret:
            _unknown(found, name, known)
    tables: dict[str, Any] = {}
    for name, model in TABLES.items():
        if name in data:
            tables[name] = _table(model, data[name], name, found)
    tables["portals"] = dict(_portals(data.get("portals", {}), found))
    if found.problems:
        return Settings()
    return Settings.made(**tables)


def _portals(data: object, found: _Found) -> Iterator[tuple[str, PortalTable]]:
    if not isinstance(data, Mapping):
        found.add("portals", "config_table")
        return
    labels: dict[str, str] = {}
    together = _Together(found)
    for label, table in data.items():
        place = f"portals.{label}"
        if place in found.secret:
            continue
        if not _LABEL.fullmatch(label):
            found.add(place, "config_label")
            continue
        if (same := labels.setdefault(variable(label, ""), label)) != label:
            found.add(place, "config_label_taken", other=scrub(same))
            continue
        if not isinstance(table, Mapping):
            found.add(place, "config_table")
            continue
        kind = table.get("type")
        if not isinstance(kind, str) or kind not in PORTALS:
            found.add(f"{place}.type", "config_type", known=list(PORTALS))
            continue
        read = _table(PORTALS[kind], table, place, found)
        if read is not None:
            together.add(label, read)
            yield label, read


class _Together:
    """What each portal's table says well and two of them, or two settings of one, do not together."""

    def __init__(self, found: _Found) -> None:
        self.found = found
        self.accounts: dict[tuple[str, str], str] = {}
        self.folders: dict[str, tuple[str, str]] = {}

    def add(self, label: str, table: PortalTable) -> None:
        """Hold one more table against those before it."""
        place = f"portals.{label}"
        name = table.name if isinstance(table, FolderTable) else table.type
        if (same := self.accounts.setdefault((name, str(table.account)), label)) != label:
            self.found.add(f"{place}.account", "config_same_account", other=scrub(same))
        for way in ("outgoing", "incoming"):
            folder = getattr(table, way, None)
            if folder is None:
                continue
            kept = self.folders.setdefault(os.path.normpath(folder), (way, f"{place}.{way}"))
            if kept[0] != way:
                self.found.add(f"{place}.{way}", "config_same_folder", other=scrub(kept[1]))
        if not isinstance(table, FolderTable):
            told = table.addresses.model_dump()
            needed = told.values() if isinstance(table, UrssafTable) else filter(None, told.values())
            if len({_loopback(address) for address in needed}) > 1:
                self.found.add(f"{place}.addresses", "config_addresses_mixed")


def _loopback(address: str | None) -> bool:
    """Whether an address is this machine's own; what is absent is the portal's."""
    try:
        host = urlsplit(address or "").hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _table(model: type[M], data: object, place: str, found: _Found) -> M | None:
    if not isinstance(data, Mapping):
        found.add(place, "config_table")
        return None
    try:
        return model.model_validate(dict(data))
    except InputRefused as refused:
        problems = refused.problems
    for problem in problems:
        here = f"{place}.{problem.where}" if problem.where else place
        if here in found.secret or any(here.startswith(f"{secret}.") for secret in found.secret):
            continue
        owner, setting, field = _setting(model, problem.where.split(".") if problem.where else [])
        if problem.code == "unknown_field":
            _unknown(found, here, [field.alias or name for name, field in owner.model_fields.items()])
        elif problem.code == "missing" and setting:
            found.add(here, "config_missing", setting=setting)
        elif problem.code == "field" and setting and field is not None:
            kind, limits = _wanted(field)
            sample = (field.examples or [toml(field.default)])[0]
            facts = {"kind": kind, "limits": f" ({', '.join(limits)})" if limits else "", "sample": sample}
            found.add(here, "config_field", setting=setting, **facts)
        elif problem.code == "field" and (limits := _limits(problem.facts.get("limits"))):
            found.add(here, "config_limits", limits=limits)
        else:
            found.add(here, problem.code, **problem.facts)
    return None


_KINDS = {float: "number", int: "whole", bool: "yes_no", date: "day"}
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def _limits(limits: object) -> list[str]:
    told = limits.items() if isinstance(limits, Mapping) else ()
    return [f"{_SIGNS[name]} {limit}" for name, limit in told if name in _SIGNS]


def _unknown(found: _Found, place: str, known: Iterator[str] | list[str] | tuple[str, ...]) -> None:
    known = list(known)
    close = difflib.get_close_matches(place.rpartition(".")[2].casefold(), known, 1, 0.6)
    if close:
        found.add(place, "config_close", close=close[0])
    else:
        found.add(place, "config_unknown", known=known or "—")


def _wanted(field: FieldInfo) -> tuple[str, list[str]]:
    """What kind of value a setting has (`setting_kind.<kind>`), and its limits or the values that it may have."""
    limits = [f"{_SIGNS[sign]} {getattr(m, sign):g}" for m in field.metadata for sign in _SIGNS if hasattr(m, sign)]
    kinds = [field.annotation]
    for kind in kinds:  # grows while it is read
        if get_origin(kind) is tuple:
            return "list", limits
        if get_origin(kind) is Literal:
            return "word", [str(value) for value in get_args(kind)]
        if get_origin(kind) is Annotated:
            inside, *more = get_args(kind)
            inner = [m for one in more for m in (one.metadata if isinstance(one, FieldInfo) else [one])]
            limits += [f"{_SIGNS[sign]} {getattr(m, sign):g}" for m in inner for sign in _SIGNS if hasattr(m, sign)]
            kinds.append(inside)
        elif isinstance(kind, type) and (known := _KINDS.get(kind)):
            return known, limits
        else:
            kinds += get_args(kind)
    return "text", limits


def _setting(model: type[Model], parts: list[str]) -> tuple[type[Model], str, FieldInfo | None]:
    """The model that holds the last of these places, the catalogue's word for it, if it has one, and the setting."""
    owner, setting, field = model, "", None
    for place, part in enumerate(parts):
        field = next((f for name, f in owner.model_fields.items() if part in (name, f.alias)), None)
        if field is None:
            break
        key = (field.description or "").removeprefix("setting.")
        setting = key if f"setting.{key}" in texts.CATALOGUE else ""
        inner = next(models_of(field.annotation), None)
        if inner is None or place == len(parts) - 1:
            break
        owner = inner
    return owner, setting, field


def models_of(kind: Any) -> Iterator[type[Model]]:
    """The models inside a type: a setting of such a type is a table of its own."""
    if isinstance(kind, type) and issubclass(kind, Model):
        yield kind
    for part in getattr(kind, "__args__", ()):
        yield from models_of(part)
