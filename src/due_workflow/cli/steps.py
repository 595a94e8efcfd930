"""What to do next: sentences with the exact command, the most urgent first. Reads a bounded part of the firm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import islice
from shlex import quote

from due_workflow import texts
from due_workflow.clients import ClientFile
from due_workflow.gates import TEST_GATE, Situation
from due_workflow.models import ClientState, Deposit, Filing, FilingStatus, Submission, SubmissionState
from due_workflow.pilots import covered
from due_workflow.ports import Kind
from due_workflow.receipts import Mode, Received, Unreadable
from due_workflow.records import CONTRADICTED, decode, deposit_key
from due_workflow.workflow import DueWorkflow

PROGRAM = "due-workflow"
GRACE = timedelta(minutes=15)
"""How long a deadline may have come before a person is told that `tick` does not run."""
SHORT = 12
"""Characters of a receipt's id that are enough to name it."""
MODE_WHYS = frozenset({"mode_mismatch", "mode_contradicted"})
"""Why a receipt waits of which nobody knows in which mode it speaks."""
_PAGE, _FEW = 50, 3
_FAILED = frozenset({SubmissionState.PORTAL_REJECTED, SubmissionState.CIRSO_REJECTED, SubmissionState.LOST})


class Blank(StrEnum):
    """What a person fills in, shown as a word of the language (`cli.blank.<value>`)."""

    NUMBER = "number"
    NAME = "name"
    ACCOUNT = "account"
    EDITOR = "editor"
    PRODUCT = "product"
    DAY = "day"
    INSTANT = "instant"
    TEXT = "text"
    OUTCOME = "outcome"
    AVIS = "avis"
    HIRES = "hires"


_Words = tuple[str, ...]
_Found = tuple[str, _Words, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and the command that does it."""

    text: str
    command: str

    def __str__(self) -> str:
        return f"{self.text}\n    {self.command}"


_BY_LINE = {
    "begin_test": "send_test",
    "begin_real": "send_real",
    "late_begin": "send_late",
    "receive": "collect",
    "in_doubt": "in_doubt_asked",
}
"""What is told instead where the settings have a line to the portal."""


def next_steps(flow: DueWorkflow, lang: str = "fr", program: str = PROGRAM, *, line: bool = False) -> list[Step]:
    """What to do next in this firm, the most urgent first; a sentence that all is done when nothing is left.

    `line`: `send` and `collect` reach the firm's portal, so nobody deposits and receives files by hand.
    """
    counts, clients = flow.read.counts(), flow.read.counts(Kind.CLIENT)
    found = [*_alarms(flow), *_tray(flow), *_wrong(flow), *_setting_up(flow, clients), *_hires(flow, counts, clients)]
    found = found or [("nothing", ("tick",), {})]
    if line:
        found = [_by_line(*step) for step in found]
    return [
        Step(texts.render(f"cli.next.{key}", lang, facts), f"{program} {typed(words, lang)}")
        for key, words, facts in found
    ]


def _by_line(key: str, words: _Words, facts: dict[str, object]) -> _Found:
    told = _BY_LINE.get(key, key)
    if told == "collect":
        return told, ("collect",), facts
    return told, ("send", *words[1:]) if told.startswith("send_") else words, facts


def typed(words: _Words, lang: str) -> str:
    """A command as it is typed in a shell, its blanks named in the language."""
    return " ".join(
        texts.render(f"cli.blank.{word.value}", lang) if isinstance(word, Blank) else quote(word) for word in words
    )


# ---- what cannot wait


def _alarms(flow: DueWorkflow) -> Iterator[_Found]:
    read = flow.read
    # a status is written when something happens: what time alone changes is seen once its deadline is raised
    before = flow.clock.now() - GRACE
    if any(flow.storage.find(flow.cabinet, kind, due_by=before, limit=1) for kind in (Kind.FILING, Kind.CLIENT)):
        yield "tick", ("tick",), {}
    for filing in read.find(in_doubt=True, limit=1):
        doubt = next(s for s in filing.attempts() if s.state is SubmissionState.IN_DOUBT)
        yield "in_doubt", ("settle-doubt", doubt.deposit or doubt.id, "--ref", Blank.NUMBER), {"submission": doubt.id}
    if dead := read.counts(Kind.NOTICE).get("dead"):
        yield "dead_notices", ("notices", "list", "--dead"), {"count": dead}
    yield from _other_mode(flow)
    said: set[str] = set()
    for filing in read.find(status=(FilingStatus.LATE,), limit=_PAGE):
        step = _late(flow, filing)
        if step[0] not in said:
            said.add(step[0])
            yield step


def _other_mode(flow: DueWorkflow) -> Iterator[_Found]:
    """What the portal says that it took in the other mode: it is asked, before anything else is done about it."""
    for record in flow.storage.find(flow.cabinet, Kind.FILING, keys=(CONTRADICTED,), limit=_FEW):
        filing: Filing = decode(record).facts
        sub = next(s for s in filing.attempts() if s.contradicted)
        ref = flow.read.deposit(sub.deposit).ref if sub.deposit else None
        facts: dict[str, object] = {"submission": sub.id, "said": sub.mode_told, "ours": sub.mode, "ref": ref}
        key = "other_mode_real" if sub.mode is Mode.REAL else "other_mode_test"
        yield key, ("status", filing.reference), facts


def _late(flow: DueWorkflow, filing: Filing) -> _Found:
    """L1221-10 is broken already: declare late at once, by this channel where it is open, else by another."""
    client = flow.read.client(filing.siren)
    facts: dict[str, object] = {"reference": filing.reference, "client": client.name}
    elsewhere = ("declared-elsewhere", filing.reference, "--at", Blank.INSTANT, "--proof", Blank.TEXT)
    here = Situation(flow.clock.now(), flow.policy, client)
    under_mandate = not any(guard(here) for guard in TEST_GATE)
    if client.state is not ClientState.LIVE:
        # a mandate signed now would still have to be followed by an accepted test
        return "late_elsewhere" if under_mandate else "late_no_mandate", elsewhere, facts
    if not under_mandate:
        return "late_mandate", _sign(client.siren), facts
    last = filing.latest(Mode.REAL)
    if last is None:
        return "late", _prepare(filing, Mode.REAL), facts
    if last.state in _FAILED:
        return "late_renew", _renew(last), facts
    if _possible(flow, last.id, "begin_send", late=True):
        return "late_begin", ("begin-send", last.id, "--late"), facts
    return "late_closed", elsewhere, facts


def _tray(flow: DueWorkflow) -> Iterator[_Found]:
    """The first receipts that wait, each by itself; then how many wait in all.

    Those of a deposit whose mode is to be asked about are left to that step.
    """
    counts = flow.read.counts(Kind.RECEIPT)
    waiting = ("tray", "mismatch")
    found: Iterator[Received] = (
        decode(record).facts for record in flow.storage.find(flow.cabinet, Kind.RECEIPT, waiting, limit=_PAGE)
    )
    for received in islice((r for r in found if not _to_ask(flow, r)), _FEW):
        yield _waits(received)
    if (count := sum(counts.get(state, 0) for state in waiting)) > _FEW:
        yield "tray", ("tray",), {"count": count}


def _to_ask(flow: DueWorkflow, received: Received) -> bool:
    """Whether it belongs to a deposit of which the portal must first be asked in which mode it took it."""
    paper = received.receipt
    if received.why not in MODE_WHYS or isinstance(paper, Unreadable):
        return False
    key = deposit_key(paper.portal, paper.account, paper.portal_ref)
    deposits = (held.facts for held in map(decode, flow.storage.load(flow.cabinet, keys=(key,))))
    items = (sid for d in deposits if isinstance(d, Deposit) and d.mode_told is not None for sid in d.items)
    return any(flow.read.submission(sid).contradicted for sid in items)


def _waits(received: Received) -> _Found:
    paper, name = received.receipt, received.id[:SHORT]
    facts: dict[str, object] = {"receipt": name, "kind": paper.kind, "why": received.why or "mode_mismatch"}
    if isinstance(paper, Unreadable) or received.why in MODE_WHYS:
        # of another mode, or of a deposit that the portal was asked about: it can only be kept
        return "tray_aside", ("set-aside", name, "--reason", Blank.TEXT), facts
    key = "tray_partly" if received.reached else "tray_attach"
    return key, ("attach", name, Blank.OUTCOME), {**facts, "ref": paper.portal_ref, "reached": list(received.reached)}


def _wrong(flow: DueWorkflow) -> Iterator[_Found]:
    """What went wrong at a recipient, or may have."""
    read = flow.read
    for filing in read.find(status=(FilingStatus.REFUSED,), limit=1):
        sub = filing.latest(Mode.REAL)
        if sub is not None:
            yield "refused", _renew(sub), {"reference": filing.reference}
    few = 0
    for filing in read.find(status=(FilingStatus.RUNNING,), limit=_PAGE):
        held = _given_up(filing)
        if held is not None and few < _FEW:
            few += 1
            yield "abandoned", ("abandon", held.id, "--reason", Blank.TEXT, "--confirm"), {"submission": held.id}
    if read.find(overdue=True, limit=1):
        yield "overdue", ("status", "--overdue"), {}


def _given_up(filing: Filing) -> Submission | None:
    """The REAL attempt that was abandoned here and that the recipient may still hold; it bars any other."""
    held = (s for s in filing.attempts(Mode.REAL) if s.state is SubmissionState.ABANDONED and s.alive)
    return next(held, None)


# ---- the procedure


def _setting_up(flow: DueWorkflow, clients: Mapping[str, int]) -> Iterator[_Found]:
    cabinet = flow.read.cabinet()
    if cabinet.portal is None:
        yield "portal", ("set-portal", "jedeclare", Blank.ACCOUNT), {}
    if cabinet.software is None:
        yield "software", ("set-software", Blank.EDITOR, Blank.PRODUCT, "VERSION"), {}
    if not clients:
        yield "import_clients", ("import", "clients", "clients.csv"), {}
    for state, key in (
        (ClientState.KNOWN, "select"),
        (ClientState.SELECTED, "request"),
        (ClientState.MANDATE_REQUESTED, "sign"),
    ):
        first = _first_client(flow, state)
        if first is None:
            continue
        facts: dict[str, object] = {"client": first.name, "count": clients.get(state, 0)}
        if key != "select":
            yield key, ("mandate", "request", first.siren) if key == "request" else _sign(first.siren), facts
        elif set(clients) == {state}:
            yield key, ("pilots", "--take"), facts
        elif clients.get(ClientState.LIVE):
            # the others begin once a pilot is through
            yield "select_wave", ("pilots", "--waves", "--take"), facts


def _sign(siren: str) -> _Words:
    return "mandate", "sign", siren, "--signed-on", Blank.DAY, "--signatory", Blank.NAME


def _first_client(flow: DueWorkflow, state: ClientState) -> ClientFile | None:
    """The first client of that state; of those that nobody selected yet, one that this channel covers."""
    page = 1 if state is not ClientState.KNOWN else _PAGE
    found: Iterator[ClientFile] = (held.facts for held in flow.read.every(Kind.CLIENT, (state,), page=page))
    return next((c for c in islice(found, page) if page == 1 or covered(c, flow.policy)), None)


def _hires(flow: DueWorkflow, counts: Mapping[str, int], clients: Mapping[str, int]) -> Iterator[_Found]:
    if clients and not counts:
        yield "import_hires", ("import", "hires", Blank.HIRES), {}
    said: set[str] = set()
    open_ones = (FilingStatus.TO_DECLARE, FilingStatus.TEST_NOT_DECLARED, FilingStatus.TEST_RUNNING)
    running = (FilingStatus.RUNNING, FilingStatus.TEST_RUNNING)
    for statuses, look in ((open_ones, _step), (running, _awaited)):
        for filing in flow.read.find(status=statuses, limit=_PAGE):
            step = look(flow, filing)
            if step is not None and step[0] not in said:
                said.add(step[0])
                yield step


def _awaited(flow: DueWorkflow, filing: Filing) -> _Found | None:
    """What an attempt that was handed over waits for; one that was given up is told apart."""
    begun = [s for s in filing.attempts() if s.begun]
    if not begun or begun[-1].state is SubmissionState.ABANDONED:
        return None
    sub = begun[-1]
    if sub.contradicted:
        # no answer will place itself: the portal is asked (`_other_mode`)
        return None
    if sub.state is SubmissionState.SENDING:
        if sub.deposit is not None and flow.read.deposit(sub.deposit).sha256 is not None:
            # a file was made for the wire: this program sends it, or was stopped while it did
            return "sending_here", ("tick",), {"submission": sub.id, "minutes": flow.policy.sending_minutes}
        return "sending", ("mark-sent", sub.id, "--ref", Blank.NUMBER), {"submission": sub.id}
    return "receive", ("receive", Blank.AVIS), {"reference": filing.reference}


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
        return (f"begin_{mode}", ("begin-send", last.id), facts) if ready else None
    if mode is Mode.TEST and _possible(flow, client.siren, "go_live"):
        return "go_live", ("go-live", client.siren), facts
    if last is None:
        return f"prepare_{mode}", _prepare(filing, mode), facts
    return (f"renew_{mode}", _renew(last), facts) if last.state in _FAILED else None


def _possible(flow: DueWorkflow, id: str, event: str, *, late: bool = False) -> bool:
    return any(told.event == event and told.possible for told in flow.read.explain(id, late=late))


def _prepare(filing: Filing, mode: Mode) -> _Words:
    return "prepare", filing.reference, "--mode", mode.value


def _renew(sub: Submission) -> _Words:
    return "renew", sub.id, "--reason", Blank.TEXT
