"""A small mutation runner: makes mutants of one module from its syntax tree, and asks the tests about each.

Why not mutmut: it changes function bodies only, and the rules here are module-level tables. A mutant is never written
to disk: a forked process imports the changed source in place of the module and runs pytest on the tests named.
"""

from __future__ import annotations

import ast
import copy
import importlib.util
import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).parent.parent.parent
START = multiprocessing.get_context("forkserver")
# everything heavy but the package itself, whose modules must be imported after the change
START.set_forkserver_preload(["trials.mutants", "pytest", "hypothesis", "pydantic", "transitions", "pendulum"])

Step = tuple[str, int | None]
_TYPES = {"Callable", "Mapping", "Sequence", "Iterable", "Iterator", "dict", "list", "set", "tuple", "type"}
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_COUNTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True)
class Mutant:
    """One change: in which function or table, what stood there and what stands there now, and the whole source."""

    module: str
    where: str
    line: int
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """Without the line, so that it stays the same when others move."""
        return f"{self.where}: {self.before} → {self.after}"


def mutants(module: str) -> list[Mutant]:
    """Every mutant of `module`."""
    path = Path(importlib.util.find_spec(module).origin or "")  # type: ignore[union-attr]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for steps, node, where in _sites(tree, [], ""):
        for new in _changes(node):
            changed = copy.deepcopy(tree)
            _put(changed, steps, new)
            line = getattr(node, "lineno", 0)
            before, after = _told(node, new)
            found.append(Mutant(module, where, line, before, after, ast.unparse(ast.fix_missing_locations(changed))))
    return found


def _told(node: ast.AST, new: ast.AST | None) -> tuple[str, str]:
    if isinstance(node, ast.Call) and isinstance(new, ast.Call):
        (gone,) = (keyword for keyword in node.keywords if keyword not in new.keywords)
        return _short(gone), "∅"
    return _short(node), _short(new) if new is not None else "∅"


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) < 160 else f"{text[:100]} … {text[-58:]}"


def _sites(node: ast.AST, steps: list[Step], where: str) -> Iterator[tuple[list[Step], ast.AST, str]]:
    """Every place that may be changed: no annotation, decorator, import, docstring, type or text for people."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "ctx", "type_params"):
            continue
        many = isinstance(value, list)
        for n, child in enumerate(value if many else [value]):
            if not isinstance(child, ast.AST) or isinstance(child, (ast.Import, ast.ImportFrom)):
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue  # a docstring
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Subscript) and ast.unparse(child.value) in _TYPES:
                continue
            inside = getattr(child, "name", "") if isinstance(child, (ast.FunctionDef, ast.ClassDef)) else ""
            named = [t.id for t in getattr(child, "targets", ()) if isinstance(t, ast.Name)]
            named += (
                [child.target.id] if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name) else []
            )
            inside = inside or (named[0] if named and not where else "")
            place = f"{where}.{inside}".strip(".") if inside else where
            path = [*steps, (name, n if many else None)]
            yield path, child, place
            yield from _sites(child, path, place)


def _changes(node: ast.AST) -> Iterator[ast.AST | None]:
    """What `node` may become; None: it is taken out."""
    match node:
        case ast.Compare(ops=ops):
            for n, op in enumerate(ops):
                for other in _COMPARED.get(type(op), ()):
                    yield _with(node, ops=[*ops[:n], other(), *ops[n + 1 :]])
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for n in range(len(values)):
                left = values[:n] + values[n + 1 :]
                yield left[0] if len(left) == 1 else _with(node, values=left)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.comprehension(ifs=ifs) if ifs:
            for n in range(len(ifs)):
                yield _with(node, ifs=ifs[:n] + ifs[n + 1 :])
        case ast.BinOp(op=op) if type(op) in _COUNTED:
            yield _with(node, op=_COUNTED[type(op)]())
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str() as value) if " " not in value:
            yield ast.Constant(value + "X")
        case ast.Return(value=value) if value is not None and not (
            isinstance(value, ast.Constant) and value.value is None
        ):
            yield _with(node, value=ast.Constant(None))
        case ast.Tuple(elts=elts, ctx=ast.Load()) | ast.List(elts=elts, ctx=ast.Load()) | ast.Set(elts=elts):
            for n in range(len(elts) if len(elts) > 1 or not isinstance(node, ast.Set) else 0):
                yield _with(node, elts=elts[:n] + elts[n + 1 :])
        case ast.Dict(keys=keys, values=values):
            for n in range(len(keys)):
                yield _with(node, keys=keys[:n] + keys[n + 1 :], values=values[:n] + values[n + 1 :])
        case ast.Call(keywords=keywords):
            for n in range(len(keywords)):
                yield _with(node, keywords=keywords[:n] + keywords[n + 1 :])
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()


def _with(node: Any, **fields: Any) -> Any:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _put(tree: ast.AST, steps: list[Step], new: ast.AST | None) -> None:
    node: Any = tree
    for name, n in steps[:-1]:
        node = getattr(node, name) if n is None else getattr(node, name)[n]
    name, n = steps[-1]
    if n is None:
        setattr(node, name, new)
    else:
        getattr(node, name)[n] = new


# ---- asking the tests

_QUIET = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


class _Changed(SourceFileLoader, MetaPathFinder):
    """Imports one module from the mutant's source."""

    def __init__(self, module: str, source: str) -> None:
        spec = importlib.util.find_spec(module)
        assert spec is not None
        assert spec.origin is not None
        super().__init__(module, spec.origin)
        self.module, self.source = module, source

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.module else None

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


def _judge(module: str, source: str, tests: list[str], pipe: Connection) -> None:
    """In the forked process: run the tests on the changed module, tell pytest's exit code."""
    out = os.open(os.devnull, os.O_WRONLY)
    os.dup2(out, 1)
    os.dup2(out, 2)
    import hypothesis
    import pytest

    hypothesis.settings.register_profile("mutants", derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("mutants")
    package = module.partition(".")[0]
    finder = _Changed(module, source)
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]  # finding the module's file may have imported its package
    sys.meta_path.insert(0, finder)
    try:
        code = int(pytest.main([*_QUIET, *tests]))
    except BaseException:  # a mutant may break anything
        code = 99
    pipe.send(code)


def killed(mutant: Mutant, tests: list[str], timeout: float) -> bool:
    """Whether the tests notice; a mutant that takes too long, or ends the process, is noticed."""
    mine, its = START.Pipe(duplex=False)
    process = START.Process(target=_judge, args=(mutant.module, mutant.source, tests, its))
    process.start()
    its.close()
    try:
        code = mine.recv() if mine.poll(timeout) else 98
    except EOFError:
        code = 97
    finally:
        process.kill()
        process.join()
        mine.close()
    return bool(code != 0)


def survivors(found: list[Mutant], tests: list[str], timeout: float, parallel: int = 2) -> list[Mutant]:
    """Those that the tests do not notice."""
    with ThreadPoolExecutor(parallel) as pool:
        noticed = pool.map(lambda mutant: killed(mutant, tests, timeout), found)
        return [mutant for mutant, seen in zip(found, noticed, strict=True) if not seen]
