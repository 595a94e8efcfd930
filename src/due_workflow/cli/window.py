"""The command line as one object: it speaks the language asked for, and turns a mistyped command into a sentence.

Help texts in the code are keys of the catalogue; each run replaces them in the commands that typer has just built, so
`--help` is French or English without a second set of functions. Nothing here knows a command of the procedure.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from typer.core import TyperGroup

from due_workflow import texts
from due_workflow.cli import outcomes
from due_workflow.cli.outcomes import Code
from due_workflow.cli.settings_file import spoken
from due_workflow.cli.steps import PROGRAM
from due_workflow.cli.views import Screen
from due_workflow.identifiers import scrub

# typer carries click inside itself or beside itself, depending on its version: reach the base class either way
ClickError: type[Exception] = typer.BadParameter.__mro__[2]

EMPTY = "empty path"
"""What `a_path` refuses; click's error carries it here."""


def a_path(text: str | Path) -> Path:
    """A path of the command line, or an option's default; an empty one would be the folder where one stands."""
    if not str(text).strip():
        raise typer.BadParameter(EMPTY)
    return Path(text)


_FRAME = {
    "ARGUMENTS_PANEL_TITLE": "cli.frame.arguments",
    "OPTIONS_PANEL_TITLE": "cli.frame.options",
    "COMMANDS_PANEL_TITLE": "cli.frame.commands",
    "REQUIRED_LONG_STRING": "cli.frame.required",
    "DEFAULT_STRING": "cli.frame.default",
}


def language(args: Sequence[str]) -> str:
    """The language that a command line asks for: its last `--lang`, else DUE_LANG, the settings file's, French."""
    found = _last(args, "--lang") or os.environ.get("DUE_LANG") or spoken(_last(args, "--config"))
    return found if found in texts.LANGUAGES else "fr"


def _last(args: Sequence[str], option: str) -> str:
    """The value of an option that stands last on a command line."""
    found = ""
    for place, arg in enumerate(args):
        if arg == "--":
            break
        if arg == option and place + 1 < len(args):
            found = args[place + 1]
        elif arg.startswith(f"{option}="):
            found = arg.removeprefix(f"{option}=")
    return found


_COMPLETION = {"install_completion": "cli.opt.install", "show_completion": "cli.opt.show"}
PANELS = ("start", "clients", "hires", "exchange", "look")
"""The groups of commands, in the order of the procedure."""


class Window(TyperGroup):
    """The root of all commands."""

    def main(self, args: Sequence[str] | None = None, *_: Any, **rest: Any) -> Any:
        """Run one command line and exit with its code; it is called `due-workflow` however it was started."""
        args = list(sys.argv[1:] if args is None else args) or ["--help"]
        lang = language(args)
        _frame(lang)
        localise(self, lang)
        rest |= {"prog_name": PROGRAM, "standalone_mode": False}
        try:
            code = super().main(args, **rest)
        except ClickError as error:
            code = _mistyped(error, lang, as_json="--json" in args)
        except (KeyboardInterrupt, typer.Abort):
            code = Code.INTERRUPTED
        except Exception as error:
            if os.environ.get("DUE_DEBUG"):
                raise
            code = outcomes.code_of(error)
            Screen(lang, stderr=True).line(outcomes.told(error, lang), "red")
        sys.exit(int(code) if isinstance(code, int) else 0)


def localise(command: Any, lang: str, path: str = "") -> None:
    """Replace the catalogue's keys in a command, its parameters and its own commands by their texts."""
    key = ".".join(path.split()) or "root"
    command.help = _text(f"cli.help.{key}", lang, command.help)
    command.help = command.help and escape(command.help)
    command.short_help = None
    command.epilog = _text(f"cli.example.{key}", lang, command.epilog)
    command.rich_help_panel = _text(getattr(command, "rich_help_panel", None), lang)
    _translate_help_option(command, lang)
    for param in command.params:
        param.help = _text(_COMPLETION.get(param.name), lang, getattr(param, "help", None))
        for name in ("help", "metavar", "rich_help_panel"):
            setattr(param, name, _text(getattr(param, name, None), lang, getattr(param, name, None)))
        param.help = param.help and escape(param.help)  # a table's name in brackets is no markup
    if getattr(command, "commands", None):
        command.commands = dict(sorted(command.commands.items(), key=lambda pair: _rank(pair[1])))
        command.subcommand_metavar = texts.render("cli.meta.command", lang)
        for name, child in command.commands.items():
            localise(child, lang, f"{path} {name}")


def _translate_help_option(command: Any, lang: str) -> None:
    made = command.get_help_option

    def told(ctx: Any) -> Any:
        option = made(ctx)
        if option is not None:
            option.help = texts.render("cli.frame.help", lang)
        return option

    command.get_help_option = told


def _rank(command: Any) -> int:
    panel = str(getattr(command, "rich_help_panel", "")).removeprefix("cli.panel.")
    return PANELS.index(panel) if panel in PANELS else 0


def _text(key: Any, lang: str, otherwise: Any = None) -> Any:
    return texts.render(key, lang) if isinstance(key, str) and key in texts.CATALOGUE else otherwise or key


def _frame(lang: str) -> None:
    """The words that typer itself puts around the help."""
    from typer import rich_utils

    for name, key in _FRAME.items():
        if hasattr(rich_utils, name):
            # a template of typer's own, to be filled by it
            setattr(rich_utils, name, texts.CATALOGUE[key][texts.LANGUAGES.index(lang)])


def _mistyped(error: Any, lang: str, *, as_json: bool) -> Code:
    text = scrub(_fault(error, lang))
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else PROGRAM
    how = texts.render("cli.usage.help", lang, {"command": path})
    if as_json:
        failure = {"class": "UsageError", "code": "usage", "exit": int(Code.USAGE), "text": text, "advice": how}
        document = {"ok": False, "command": path.split(" ", 1)[-1], "exit": int(Code.USAGE), "errors": [failure]}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return Code.USAGE
    screen = Screen(lang, stderr=True)
    screen.line(text, "red")
    screen.line(how)
    return Code.USAGE


def _fault(error: Any, lang: str) -> str:
    """What is wrong with what was typed, by the kind of the fault; click's own words where there is no better."""
    kind = type(error).__name__
    param = getattr(error, "param", None)
    name = _name(param)
    said = str(getattr(error, "message", "") or error)
    if kind == "NoSuchOption":
        close = ", ".join(error.possibilities or ())
        key = "option_close" if close else "option"
        return texts.render(f"cli.usage.{key}", lang, {"option": error.option_name, "close": close})
    if kind == "MissingParameter" and name:
        return texts.render("cli.usage.missing", lang, {"name": name})
    if said == EMPTY:
        return texts.render("cli.usage.empty_path", lang, {"name": name})
    if kind == "BadParameter" and name:
        # the choices stand in the message only; the value refused is not repeated
        choices = re.findall(r"'([^']*)'", said.rpartition(" is not one of ")[2]) if "is not one of" in said else []
        return texts.render(f"cli.usage.{'choice' if choices else 'value'}", lang, {"name": name, "choices": choices})
    for start, key in (("No such command", "command"), ("Missing command", "no_command")):
        if said.startswith(start):
            wanted = said.split("'")[1] if said.count("'") > 1 else ""
            return texts.render(f"cli.usage.{key}", lang, {"name": wanted})
    if said.startswith("Got unexpected extra"):
        # « … argument (b) » or « … argument(s) (b) », by the version
        extra = re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", said, re.DOTALL)
        return texts.render("cli.usage.extra", lang, {"extra": extra[1] if extra else said})
    if "requires an argument" in said:
        return texts.render("cli.usage.no_value", lang, {"option": getattr(error, "option_name", "")})
    return texts.render("cli.usage.other", lang, {"said": said})


def _name(param: Any) -> str:
    if param is None:
        return ""
    longest = max(param.opts, key=len, default="")
    return str(longest if longest.startswith("-") else param.metavar or param.name.upper())


app = typer.Typer(
    cls=Window,
    name=PROGRAM,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
"""Where every file of commands registers its own."""
