"""What to do next: sentences with the exact command, the most urgent first. Reads a bounded part of the firm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from shlex import quote

from due_workflow import texts
from due_workflow.models import ClientFile, ClientState, Filing, FilingStatus, Submission, SubmissionState
from due_workflow.ports import Kind
from due_workflow.receipts import Mode
from due_workflow.workflow import DueWorkflow

PROGRAM = "due-workflow"
GRACE = timedelta(minutes=15)
"""How long a deadline may have come before a person is told that `tick` does not run."""
_PAGE = 50
_Found = tuple[str, str, dict[str, object]]
_FAILED = frozenset({SubmissionState.PORTAL_REJECTED, SubmissionState.CIRSO_REJECTED, SubmissionState.LOST})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and the command that does it."""

    text: str
    command: str

    def __str__(self) -> str:
        return f"{self.text}\n    {self.command}"


def next_steps(flow: DueWorkflow, lang: str = "fr", program: str = PROGRAM) -> list[Step]:
    """What to do next in this firm, the most urgent first; a sentence that all is done when nothing is left."""
    counts, clients = flow.read.counts(), flow.read.counts(Kind.CLIENT)
    found = [*_alarms(flow), *_setting_up(flow, clients), *_hires(flow, counts, clients)]
    made = [Step(texts.render(f"cli.next.{key}", lang, facts), f"{program} {command}") for key, command, facts in found]
    return made or [Step(texts.render("cli.next.nothing", lang), f"{program} tick")]


def _alarms(flow: DueWorkflow) -> Iterator[_Found]:
    read = flow.read
    # a status is written when something happens: what time alone changes is seen once its deadline is raised
    before = flow.clock.now() - GRACE
    if any(flow.storage.find(flow.cabinet, kind, due_by=before, limit=1) for kind in (Kind.FILING, Kind.CLIENT)):
        yield "tick", "tick", {}
    for filing in read.find(in_doubt=True, limit=1):
        doubt = next(s for s in filing.attempts() if s.state is SubmissionState.IN_DOUBT)
        yield "in_doubt", f"settle-doubt {doubt.deposit} --ref NUMERO", {"submission": doubt.id}
    said: set[str] = set()
    for filing in read.find(status=(FilingStatus.LATE,), limit=_PAGE):
        step = _late(flow, filing)
        if step[0] not in said:
            said.add(step[0])
            yield step
    receipts = read.counts(Kind.RECEIPT)
    if waiting := receipts.get("tray", 0) + receipts.get("mismatch", 0):
        yield "tray", "tray", {"count": waiting}
    for filing in read.find(status=(FilingStatus.REFUSED,), limit=1):
        sub = filing.latest(Mode.REAL)
        if sub is not None:
            yield "refused", f"renew {quote(sub.id)} --reason …", {"reference": filing.reference}
    if read.find(overdue=True, limit=1):
        yield "overdue", "status --overdue", {}


def _late(flow: DueWorkflow, filing: Filing) -> _Found:
    """L1221-10 is broken already: declare late at once, by this channel where it is open, else by another."""
    client = flow.read.client(filing.siren)
    facts: dict[str, object] = {"reference": filing.reference, "client": client.name}
    if client.state is not ClientState.LIVE:
        command = f"declared-elsewhere {quote(filing.reference)} --at 'JJ/MM/AAAA HH:MM' --proof …"
        return "late_elsewhere", command, facts
    last = filing.latest(Mode.REAL)
    if last is None:
        return "late", _prepare(filing, Mode.REAL), facts
    return "late_begin", f"begin-send {quote(last.id)} --late", facts


def _setting_up(flow: DueWorkflow, clients: Mapping[str, int]) -> Iterator[_Found]:
    cabinet = flow.read.cabinet()
    if cabinet.portal is None:
        yield "portal", "set-portal jedeclare COMPTE", {}
    if cabinet.software is None:
        yield "software", "set-software EDITEUR PRODUIT VERSION", {}
    if not clients:
        yield "import_clients", "import clients clients.csv", {}
    for state, key, command in (
        (ClientState.KNOWN, "select", "select {siren}"),
        (ClientState.SELECTED, "request", "mandate request {siren}"),
        (ClientState.MANDATE_REQUESTED, "sign", "mandate sign {siren} --signed-on JJ/MM/AAAA --signatory NOM"),
    ):
        first = _first_client(flow, state)
        if first is not None:
            yield key, command.format(siren=first.siren), {"client": first.name, "count": clients.get(state, 0)}


def _first_client(flow: DueWorkflow, state: ClientState) -> ClientFile | None:
    return next((held.facts for held in flow.read.every(Kind.CLIENT, (state,), page=1)), None)


def _hires(flow: DueWorkflow, counts: Mapping[str, int], clients: Mapping[str, int]) -> Iterator[_Found]:
    if clients and not counts:
        yield "import_hires", "import hires embauches.csv", {}
    said: set[str] = set()
    open_ones = (FilingStatus.TO_DECLARE, FilingStatus.TEST_NOT_DECLARED, FilingStatus.TEST_RUNNING)
    for filing in flow.read.find(status=open_ones, limit=_PAGE):
        step = _step(flow, filing)
        if step is not None and step[0] not in said:
            said.add(step[0])
            yield step
    running = (FilingStatus.RUNNING, FilingStatus.TEST_RUNNING)
    for filing in flow.read.find(status=running, limit=1):
        sub = _last_begun(filing)
        if sub is not None and sub.state is SubmissionState.SENDING:
            yield "sending", f"mark-sent {quote(sub.id)} --ref NUMERO", {"submission": sub.id}
        else:
            yield "receive", "receive AVIS/", {"reference": filing.reference}


def _last_begun(filing: Filing) -> Submission | None:
    begun = [s for s in filing.attempts() if s.begun]
    return begun[-1] if begun else None


def _step(flow: DueWorkflow, filing: Filing) -> _Found | None:
    """What an open hire waits for, where a person of the firm can do it now."""
    client = flow.read.client(filing.siren)
    facts: dict[str, object] = {"reference": filing.reference, "client": client.name}
    if client.state not in (ClientState.MANDATED, ClientState.LIVE):
        return None
    mode = Mode.REAL if client.state is ClientState.LIVE else Mode.TEST
    last = filing.latest(mode)
    if last is not None and last.state is SubmissionState.PREPARED:
        # too early, or denied for another reason: there is nothing to do now
        ready = _possible(flow, last.id, "begin_send")
        return (f"begin_{mode}", f"begin-send {quote(last.id)}", facts) if ready else None
    if mode is Mode.TEST and _possible(flow, client.siren, "go_live"):
        return "go_live", f"go-live {client.siren}", facts
    if last is None:
        return f"prepare_{mode}", _prepare(filing, mode), facts
    return (f"renew_{mode}", f"renew {quote(last.id)} --reason …", facts) if last.state in _FAILED else None


def _possible(flow: DueWorkflow, id: str, event: str) -> bool:
    return any(told.event == event and told.possible for told in flow.read.explain(id))


def _prepare(filing: Filing, mode: Mode) -> str:
    return f"prepare {quote(filing.reference)} --mode {mode.value}"
