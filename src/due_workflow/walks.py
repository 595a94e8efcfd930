"""The way of a case, read from its journal: which state, when, by whom. Pure; the reader gives it the entries."""

from __future__ import annotations

from collections.abc import Iterable

from due_workflow.clients import ClientFile
from due_workflow.diagrams import Move, Walk
from due_workflow.journal import Told
from due_workflow.machine import CLIENT, SUBMISSION
from due_workflow.models import Submission


def of_client(client: ClientFile, told: Iterable[Told]) -> Walk:
    """The way of a client from its journal."""
    moves: list[Move] = []
    for entry in told:
        state, was = str(entry.patch.get("state", "")), moves[-1].dest if moves else ""
        if state and state != was:
            moves.append(Move(was, entry.event, state, entry.at, entry.by))
    return Walk(client.siren, CLIENT.name, tuple(moves), client.name)


def of_attempt(sub: Submission, told: Iterable[Told], name: str = "") -> Walk:
    """The way of one attempt from the journal of its hire; `name`: of the client."""
    key = f"{sub.mode}/{sub.attempt}"
    return Walk(sub.id, SUBMISSION.name, steps(told).get(key, ()), name)


def steps(told: Iterable[Told]) -> dict[str, tuple[Move, ...]]:
    """The moves of every attempt of one hire, by mode and number ("real/1"), from the hire's journal."""
    found: dict[str, list[Move]] = {}
    for entry in told:
        for key, patch in (entry.patch.get("submissions") or {}).items():
            state = str((patch or {}).get("state", ""))
            moves = found.setdefault(key, [])
            was = moves[-1].dest if moves else ""
            if state and state != was:
                moves.append(Move(was, entry.event, state, entry.at, entry.by))
    return {key: tuple(moves) for key, moves in found.items()}
