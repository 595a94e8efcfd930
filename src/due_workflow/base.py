"""What every model stands on: frozen, strict about unknown fields, and never leaking what it refused.

pydantic's own ValidationError carries the refused input (`.errors()`, `.json()`, and the locals of its frames). Here
every door of a model (`Model(...)`, `model_validate`, `model_validate_json`) turns it into `InputRefused`, which names
the place and the fault and holds no input. Nothing of the domain lives in this file.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from functools import lru_cache, wraps
from inspect import isgeneratorfunction
from operator import methodcaller
from traceback import clear_frames
from types import FunctionType
from typing import Annotated, Any, NoReturn, ParamSpec, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic_core import (
    CoreSchema,
    ErrorDetails,
    InitErrorDetails,
    PydanticCustomError,
    core_schema,
    to_jsonable_python,
)

from due_workflow.errors import InputRefused, Problem
from due_workflow.identifiers import looks_like_nir, scrub, shown

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T", bound=type)
E = TypeVar("E", bound=Enum)

OURS = "due."
"""The prefix of our own faults among pydantic's error types (the same as in `identifiers`)."""
_CODES = {"missing": "missing", "extra_forbidden": "unknown_field", "timezone_aware": "naive_instant"}


class Word(StrEnum):
    """One of a fixed set of words. It is text, hashed and written as text: an enum's own ways are Python calls."""

    __hash__ = str.__hash__

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return {**handler(source), "serialization": core_schema.simple_ser_schema("str")}


class Model(BaseModel):
    """A frozen value. A change is a new value (`with_`)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, validate_default=False)

    def __init__(self, /, **data: Any) -> None:
        refused: InputRefused | None = None
        try:
            super().__init__(**data)
        except (ValidationError, InputRefused) as error:
            refused = cleaned(error)
        if refused is not None:
            data.clear()
            raise refused

    # pydantic-core calls an overridden __init__ for every nested value; ours adds nothing there.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    @classmethod
    def model_validate(cls, obj: Any, **kwargs: Any) -> Self:
        """As pydantic's, raising `InputRefused`."""
        found, refused = _guarded(lambda: super(Model, cls).model_validate(obj, **kwargs))
        if refused is not None:
            obj = None
            raise refused
        return found  # type: ignore[no-any-return]

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **kwargs: Any) -> Self:
        """As pydantic's, raising `InputRefused`."""
        found, refused = _guarded(lambda: super(Model, cls).model_validate_json(json_data, **kwargs))
        if refused is not None:
            json_data = b""
            raise refused
        return found  # type: ignore[no-any-return]

    def with_(self, **changes: Any) -> Self:
        """A copy with `changes`, which the caller vouches for; values are shared, not copied."""
        value = object.__new__(type(self))
        given = self.__pydantic_fields_set__
        _set_fields(value, self.__dict__ | changes)
        _set_given(value, given if changes.keys() <= given else given | changes.keys())
        _set_extra(value, None)
        _set_private(value, None)
        return value

    @classmethod
    def made(cls, **fields: Any) -> Self:
        """A value of `fields` that were checked before, at the door they came in by; the others have their default.

        A fraction of the price of checking again. The caller vouches for every field: nothing from outside comes here.
        """
        value = object.__new__(cls)
        blank, given = _blank(cls)
        _set_fields(value, blank | fields)
        _set_given(value, given)
        _set_extra(value, None)
        _set_private(value, None)
        return value


# What a value of pydantic consists of, set past the refusal of a frozen one.
_PARTS = ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
_set_fields, _set_given, _set_extra, _set_private = (vars(BaseModel)[part].__set__ for part in _PARTS)


@lru_cache(maxsize=64)
def _blank(cls: type[BaseModel]) -> tuple[dict[str, Any], set[str]]:
    """The fields of `cls` in order with their defaults (frozen, or never changed), None where there is none; names."""
    fields = cls.model_fields.items()
    return {name: None if field.is_required() else field.get_default() for name, field in fields}, set(cls.model_fields)


def _guarded(call: Callable[[], Any]) -> tuple[Any, InputRefused | None]:
    try:
        return call(), None
    except (ValidationError, InputRefused) as error:
        return None, cleaned(error)


def cleaned(error: ValidationError | InputRefused) -> InputRefused:
    """The same refusal without the input, its frames and its causes."""
    if isinstance(error, InputRefused):
        problems = error.problems or (Problem("", error.code, error.facts),)
    else:
        problems = tuple(map(_problem, error.errors(include_url=False, include_input=False)))
    return InputRefused("refused", problems=problems)


def _problem(detail: ErrorDetails) -> Problem:
    where = scrub(".".join(str(part) for part in detail["loc"]))
    kind = detail["type"]
    if kind.startswith(OURS):
        return Problem(where, kind.removeprefix(OURS), detail.get("ctx", {}))
    if kind in _CODES:
        return Problem(where, _CODES[kind])
    facts = {k: scrub(v) if isinstance(v, str) else v for k, v in detail.get("ctx", {}).items() if k in _LIMITS}
    limit = next(iter(facts.values()), "")
    if isinstance(limit, str):  # pydantic's own list of words: 'a', 'b' or 'c'
        limit = limit.replace("' or '", "', '").replace("'", "")
    expected = _FAULTS.get(kind, "another_value")
    return Problem(where, "field", {"expected": expected, "limit": limit, "limits": facts or ""})


# What pydantic expected, as a word of the catalogue (`fault.<word>`); the limit that it names follows the word.
_FAULTS = {
    "greater_than": "greater_than",
    "greater_than_equal": "at_least",
    "less_than": "less_than",
    "less_than_equal": "at_most",
    "multiple_of": "a_multiple",
    "finite_number": "a_number",
    **dict.fromkeys(("float_type", "float_parsing", "decimal_type", "decimal_parsing"), "a_number"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "a_whole_number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "yes_or_no"),
    **dict.fromkeys(("string_type", "string_unicode", "string_sub_type"), "a_text"),
    "string_too_short": "characters_at_least",
    "string_too_long": "characters_at_most",
    "string_pattern_mismatch": "a_form",
    "too_short": "items_at_least",
    "too_long": "items_at_most",
    **dict.fromkeys(("literal_error", "enum"), "one_of"),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), "a_day"),
    **dict.fromkeys(("datetime_type", "datetime_parsing", "datetime_from_date_parsing"), "an_instant"),
    **dict.fromkeys(("time_type", "time_parsing"), "an_hour"),
    **dict.fromkeys(("time_delta_type", "time_delta_parsing"), "a_duration"),
    **dict.fromkeys(("tuple_type", "list_type", "set_type", "frozen_set_type", "iterable_type"), "a_list"),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"), "a_table"),
    **dict.fromkeys(("bytes_type", "bytes_invalid_encoding"), "bytes"),
    "none_required": "nothing",
    "url_parsing": "an_address",
}

_LIMITS = ("min_length", "max_length", "ge", "gt", "le", "lt", "pattern", "expected")


def word_of(kind: type[E], value: str) -> E:
    """The member of `kind` that `value` is.

    Raises:
        InputRefused: there is none; unlike the enum's own error it shows nothing of a NIR.
    """
    try:
        return kind(value)
    except ValueError:
        said = shown(str(value))
    value = said
    raise InputRefused("not_a_word", value=said, known=[str(member.value) for member in kind])


def refuse(code: str, **facts: object) -> NoReturn:
    """Say inside a validator that a named rule is broken; it comes out as a problem of the `InputRefused`."""
    raise PydanticCustomError(OURS + code, code, facts)


def _sealed(data: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> Any:
    refused: InputRefused | ValidationError
    try:
        return handler(data)
    except ValidationError as error:
        # the model around it goes on, and places each fault under its own field
        refused = ValidationError.from_exception_data(error.title, _without_input(error), hide_input=True)
    except InputRefused as error:
        refused = cleaned(error)
    data = None
    raise refused


def _without_input(error: ValidationError) -> list[InitErrorDetails]:
    lines: list[InitErrorDetails] = []
    for detail in error.errors(include_url=False, include_input=False):
        ours, ctx = detail["type"].startswith(OURS), detail.get("ctx", {})
        kept = {k: scrub(v) if isinstance(v, str) else v for k, v in ctx.items() if ours or k in _LIMITS}
        kind = PydanticCustomError(detail["type"], scrub(detail["msg"]), kept)
        where = tuple(scrub(part) if isinstance(part, str) else part for part in detail["loc"])
        lines.append({"type": kind, "loc": where, "input": None})
    return lines


class Sensitive(Model):
    """A model that may hold a NIR: refused from inside another library's model, it still shows no input."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # around all of the model's own validators, so that none of their refusals reaches pydantic with its input
        return core_schema.no_info_wrap_validator_function(_sealed, handler(source))


def forget(error: BaseException, outer: BaseException | None = None) -> None:
    """Clear the locals of every frame that `error` and its causes came through; what `outer` came through stays."""
    seen: set[int] = {id(outer), id(None)}
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            clear_frames(one.__traceback__)
            todo += [one.__cause__, one.__context__]


def door(call: Callable[P, R]) -> Callable[P, R]:
    """`call` as a host calls it: when it raises, no frame below this one holds a local that a traceback could print.

    Any text may be a NIR typed in the wrong place, and a frame of ours may hold a declaration in clear.
    """

    @wraps(call)
    def through(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = sys.exc_info()[1]
        try:
            return call(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            forget(error, outer)
            outer = None
            raise

    @wraps(call)
    def stream(*args: P.args, **kwargs: P.kwargs) -> Any:
        return _followed(through(*args, **kwargs))  # what is asked wrongly is refused at once, not at the first item

    streams = isgeneratorfunction(call) or str(call.__annotations__.get("return")).startswith("Iterator[")
    return stream if streams else through


def _followed(items: Any) -> Any:
    """What a stream gives, as through a `door`."""
    outer = sys.exc_info()[1]
    try:
        return (yield from items)
    except BaseException as error:
        forget(error, outer)
        outer = None
        raise


def doors(cls: T) -> T:
    """Every public method of `cls`, and its making, as a `door`."""
    for name, method in list(vars(cls).items()):
        if isinstance(method, FunctionType) and (name == "__init__" or not name.startswith("_")):
            setattr(cls, name, door(method))
    return cls


# A dozen instants are read with every hire's file: no Python frame for each.
to_utc = methodcaller("astimezone", UTC)


def _line(value: str) -> str:
    text = scrub(" ".join(value.split()))
    return text or refuse("empty")


_CONTROL = re.compile(r"[\x00-\x1f]")


@lru_cache(maxsize=4096)
def _name(value: str) -> str:
    text = " ".join(value.split())
    # a name that holds such a number is a column taken for another: never filed, never masked and filed
    return refuse("holds_a_nir") if scrub(text) != text else text or refuse("empty")


@lru_cache(maxsize=512)  # one command asks for the same few again and again
def _reference(value: str) -> str:
    text = value.strip()
    if not text or len(text) > 120 or _CONTROL.search(text):
        refuse("bad_reference")
    if looks_like_nir(text):
        refuse("reference_is_a_nir")
    return text


def _only_day(value: Any) -> Any:
    return refuse("day_expected") if isinstance(value, datetime) else value


Instant = Annotated[AwareDatetime, AfterValidator(to_utc)]
"""An aware instant, kept in UTC."""
Day = Annotated[date, BeforeValidator(_only_day)]
"""A calendar day without an hour."""
Line = Annotated[str, AfterValidator(_line)]
"""One line of free text: spaces folded, anything that looks like a NIR masked."""
Name = Annotated[str, AfterValidator(_name)]
"""One line that is filed as it is (a name, an address): refused when it holds what looks like a NIR."""
Reference = Annotated[str, AfterValidator(_reference)]
"""A name that the host gives (1 to 120 characters, no control character, never a NIR)."""


def canonical(value: object) -> bytes:
    """Canonical JSON: keys sorted, no spaces, UTF-8. Two equal values give the same bytes."""
    return _canonical(value).encode()


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def plain(value: object) -> Any:
    """`value` as JSON data; a model without its empty fields."""
    if value is None or isinstance(value, (str, int, date)):
        return to_jsonable_python(value)
    if isinstance(value, BaseModel):
        return value.__pydantic_serializer__.to_python(value, mode="json", exclude_none=True)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        # a set's order changes with each process; what is journaled and hashed must not
        return sorted(plain(v) for v in value)
    return to_jsonable_python(value)
