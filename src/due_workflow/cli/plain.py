"""The engine's values as JSON data with stable keys, for `--json`. No NIR, no raw bytes; instants in UTC (ISO 8601)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from due_workflow.cli.views import employee
from due_workflow.clients import ClientFile
from due_workflow.journal import Told
from due_workflow.machine import Explanation
from due_workflow.models import Deposit, Filing, FilingStatus, Submission
from due_workflow.receipts import Received, Unreadable
from due_workflow.receiving import ReceiveResult

Data = dict[str, Any]


def _at(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def _instants(found: Mapping[str, datetime]) -> Data:
    return {name: at.isoformat() for name, at in sorted(found.items(), key=lambda pair: pair[1])}


def client(c: ClientFile) -> Data:
    """A client: who it is, its state, its mandate."""
    m = c.mandate
    mandate = None if m is None else m.model_dump(mode="json", exclude={"procedures"})
    if mandate is not None and m is not None:
        mandate["procedures"] = sorted(m.procedures)
    return {
        "siren": str(c.siren),
        "name": c.name,
        "state": c.state.value,
        "wave": c.wave,
        "mandate": mandate,
        "collaborator": c.collaborator,
        "sirets": [str(e.siret) for e in c.establishments],
        "live_since": _at(c.live_since),
        "deadlines": _instants(c.deadlines),
    }


def attempt(s: Submission) -> Data:
    """One attempt and its evidence."""
    return {
        "id": s.id,
        "reference": s.reference,
        "mode": s.mode.value,
        "state": s.state.value,
        "deposit": s.deposit,
        "prepared_at": _at(s.prepared_at),
        "released_at": _at(s.released_at),
        "begun_at": _at(s.begun_at),
        "sent_at": _at(s.sent_at),
        "late": s.late,
        "irregular": list(s.irregular),
        "mode_told": s.mode_told.value if s.mode_told is not None else None,
        "mode_contradicted": s.contradicted,
        "mode_by": s.mode_by,
        "mode_reason": s.mode_reason,
        "overdue_since": _at(s.overdue_since),
        "reason": s.reason,
        "replaces": s.replaces,
        "evidence": [
            {
                "slot": slot,
                "outcome": piece.outcome.value,
                "issued_at": _at(piece.issued_at),
                "piece": piece.piece,
                "receipt": piece.receipt,
                "message": piece.message,
            }
            for slot, piece in s.evidence.shown()
        ],
        "deadlines": _instants(s.deadlines),
    }


def hire(f: Filing) -> Data:
    """A hire, its status and its attempts; the employee's name for staff, never the NIR."""
    return {
        "reference": f.reference,
        "siren": str(f.siren),
        "siret": str(f.siret),
        "hire_at": _at(f.hire_at),
        "employee": employee(f) if f.declaration is not None else None,
        "status": f.status.value,
        "declared": f.status is FilingStatus.DECLARED,
        "mode_contradicted": any(s.contradicted for s in f.attempts()),
        "overdue": any(s.overdue_since for s in f.attempts()),
        "no_hire": f.no_hire,
        "elsewhere": f.elsewhere.model_dump(mode="json") if f.elsewhere is not None else None,
        "purged": f.purged.model_dump(mode="json") if f.purged is not None else None,
        "attempts": [attempt(s) for s in f.attempts()],
        "deadlines": _instants(f.deadlines),
    }


def deposit(d: Deposit) -> Data:
    """A deposit and what it holds."""
    return {
        "id": d.id,
        "portal": d.portal,
        "account": d.account,
        "mode": d.mode.value,
        "mode_told": d.mode_told.value if d.mode_told is not None else None,
        "state": d.state,
        "ref": d.ref,
        "guessed": d.guessed,
        "handed_at": _at(d.handed_at),
        "submissions": list(d.items),
        "standings": {sid: item.standing for sid, item in d.items.items()},
        "withdrawn": d.withdrawn,
    }


def result(r: ReceiveResult) -> Data:
    """What became of a receipt."""
    return {
        "receipt": r.receipt,
        "state": r.state,
        "repeat": r.repeat,
        "why": r.why,
        "submissions": {sid: state.value for sid, state in r.submissions.items()},
    }


def waiting(r: Received) -> Data:
    """A receipt of the tray, without its bytes."""
    paper = r.receipt
    readable = None if isinstance(paper, Unreadable) else paper
    return {
        "receipt": r.id,
        "kind": paper.kind,
        "state": r.state,
        "why": r.why,
        "received_at": _at(r.received_at),
        "portal": paper.portal,
        "account": paper.account,
        "ref": readable.portal_ref if readable else None,
        "filename": paper.filename,
        "sha256": r.sha256,
        "verdicts": [v.model_dump(mode="json") for v in readable.verdicts] if readable else [],
        "reached": list(r.reached),
        "attached_by": r.attached_by,
    }


def explanation(e: Explanation, lang: str) -> Data:
    """One event of the present state, possible or not."""
    return {
        "event": e.event,
        "to": e.dest,
        "possible": e.possible,
        "because": e.because,
        "denials": [{"code": d.code, "text": d.text(lang)} for d in e.denials],
    }


def entry(t: Told) -> Data:
    """A journal entry; its patch holds facts only."""
    return {
        "case": str(t.case),
        "seq": t.seq,
        "at": t.at.isoformat(),
        "by": t.by,
        "event": t.event,
        "from": t.source,
        "to": t.dest,
        "patch": dict(t.patch),
    }
