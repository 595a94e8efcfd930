"""The automata for people to read: a table in Markdown, a diagram in Mermaid. Made from the rows, never by hand.

A `Walk` is the way that one case took through its automaton, read from its journal: what a diagram highlights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from due_workflow import texts
from due_workflow.machine import CLIENT, SUBMISSION, Automaton, Row

WIDE = 4
"""A row with more sources than this is drawn from one box, so that the diagram stays readable."""

_HEADER = {
    "fr": ("De", "Événement", "Vers", "Gardes", "Parce que"),
    "en": ("From", "Event", "To", "Guards", "Because"),
}
_WORDS = {
    "fr": {
        "same": "*(inchangé)*",
        "every": "*(tout état)*",
        "but": "*(tout état sauf {})*",
        "gate": "la porte",
        "if": "si",
    },
    "en": {
        "same": "*(unchanged)*",
        "every": "*(any state)*",
        "but": "*(any state but {})*",
        "gate": "the gate",
        "if": "if",
    },
}


def markdown(automaton: Automaton, lang: str = "fr") -> str:
    """One row per row of the automaton: from, event, to, guards, because (the procedure's own phrase, in French).

    Codes stand in backticks, since states and events are API. « La porte » is the whole gate before a declaration is
    handed over.
    """
    header = _HEADER[lang]
    lines = [_line(header), _line("---" for _ in header)]
    for row in automaton.rows:
        to = f"`{row.dest.value}`" if row.dest is not None else _WORDS[lang]["same"]
        event = f"`{row.event.value}` {texts.word('event', row.event.value, lang)}"
        lines.append(_line((_sources(automaton, row, lang), event, to, _guards(row, lang), row.because)))
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _sources(automaton: Automaton, row: Row, lang: str) -> str:
    words, states = _WORDS[lang], [source.value for source in row.sources]
    missing = [state for state in automaton.states if state not in states]
    if not missing:
        return words["every"]
    if len(states) > WIDE:
        return words["but"].format(", ".join(f"`{state}`" for state in missing))
    return ", ".join(f"`{state}`" for state in states)


def _guards(row: Row, lang: str) -> str:
    names = [_WORDS[lang]["gate"]] if row.gated else []
    names += [f"`{_name(guard)}`" for guard in row.guards]
    names += [f"{_WORDS[lang]['if']} `{_name(row.when)}`"] if row.when is not None else []
    return ", ".join(names) or "—"


def _name(function: Callable[..., object]) -> str:
    return getattr(function, "__name__", "?").lstrip("_")


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a case: from `source` (empty for the first) on `event` to `dest`, when and by whom."""

    source: str
    event: str
    dest: str
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """The way of one case through its automaton; what changed no state is left out.

    Attributes:
        case: a client's SIREN or an attempt's id.
        automaton: "client" or "submission".
        moves: in the order of the journal.
        name: whom it is about, for people: the client's name. Never an employee's.
    """

    case: str
    automaton: str
    moves: tuple[Move, ...] = ()
    name: str = ""

    @property
    def state(self) -> str:
        """Where the case stands; empty before its first move."""
        return self.moves[-1].dest if self.moves else ""

    @property
    def passed(self) -> frozenset[str]:
        """Every state that it has been in."""
        return frozenset(move.dest for move in self.moves)

    @property
    def table(self) -> Automaton:
        """The automaton that it walks through."""
        return CLIENT if self.automaton == CLIENT.name else SUBMISSION


def mermaid(automaton: Automaton, lang: str = "fr", walk: Walk | None = None) -> str:
    """A `stateDiagram-v2`. Events between the same two states share an arrow; wide rows start from one dashed box.

    Args:
        automaton: what is drawn.
        lang: of the states' words.
        walk: a case whose present state and the states that it passed through are coloured.
    """
    section = "client_state" if automaton.name == "client" else "state"
    lines = ["stateDiagram-v2", f"    [*] --> {automaton.states[0]}"]
    lines += [f"    {state}: {texts.word(section, state, lang)}" for state in automaton.states]
    boxes: dict[frozenset[str], str] = {}
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in automaton.rows:
        states = [source.value for source in row.sources]
        if len(states) > WIDE:
            box = boxes.setdefault(frozenset(states), f"any{len(boxes) + 1}")
            starts = [(box, row.dest.value if row.dest else box)]
        else:
            starts = [(state, row.dest.value if row.dest else state) for state in states]
        for arrow in starts:
            named = arrows.setdefault(arrow, [])
            if row.event.value not in named:
                named.append(row.event.value)
    for group, box in boxes.items():
        lines.append(f"    {box}: {_box(automaton, group, lang)}")
    lines += [f"    {start} --> {end}: {', '.join(names)}" for (start, end), names in arrows.items()]
    return "\n".join([*lines, *_coloured(walk)])


def _coloured(walk: Walk | None) -> Iterable[str]:
    if walk is None or not walk.moves:
        return
    yield "    classDef passed fill:#dbeafe,stroke:#1d4ed8,color:#1f2937"
    yield "    classDef present fill:#1d4ed8,stroke:#172554,color:#ffffff,stroke-width:3px"
    if passed := sorted(walk.passed - {walk.state}):
        yield f"    class {','.join(passed)} passed"
    yield f"    class {walk.state} present"


def _box(automaton: Automaton, group: frozenset[str], lang: str) -> str:
    missing = [state for state in automaton.states if state not in group]
    words = _WORDS[lang]
    text = words["but"].format(", ".join(missing)) if missing else words["every"]
    return text.strip("*()")
