"""The words of the field as frozen values: states, a hire's file and attempts, deposit, notice.

Facts only. The firm and its clients are in `clients`, what may happen next in `machine`, when it is due in `clocks`.
What a `Filing` holds is journaled, so it names no employee: the declaration itself (names, NIR) travels apart, as an
erasable payload.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from due_workflow import texts
from due_workflow.base import Instant, Line, Model, Reference, Word
from due_workflow.declarations import Declaration
from due_workflow.errors import InputRefused
from due_workflow.identifiers import (
    MASK,
    NIR_DIGITS,
    Siren,
    Siret,
    named,
    scrub,
    shown,
)
from due_workflow.receipts import Evidence, Mode

# ---- words


class ClientState(Word):
    """Where a client stands in the procedure."""

    KNOWN = "known"
    SELECTED = "selected"
    MANDATE_REQUESTED = "mandate_requested"
    MANDATED = "mandated"
    LIVE = "live"
    WITHDRAWN = "withdrawn"


class SubmissionState(Word):
    """Where one attempt stands, from preparation to the recipient's answer."""

    PREPARED = "prepared"
    SENDING = "sending"
    SENT = "sent"
    DEPOSITED = "deposited"
    FORWARDED = "forwarded"
    ACCEPTED = "accepted"
    IN_DOUBT = "in_doubt"
    PORTAL_REJECTED = "portal_rejected"
    CIRSO_REJECTED = "cirso_rejected"
    LOST = "lost"
    ABANDONED = "abandoned"


class FilingStatus(Word):
    """What staff read about one hire; the first that fits. Only an accepted REAL ARS makes it *declared*."""

    DECLARED = "declared"
    DECLARED_ELSEWHERE = "declared_elsewhere"
    IN_DOUBT = "in_doubt"
    RUNNING = "running"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    LATE = "late"
    TEST_RUNNING = "test_running"
    TEST_NOT_DECLARED = "test_not_declared"
    TO_DECLARE = "to_declare"


class Teleprocedure(Word):
    """The téléprocédures that one mandate can cover (procedure, step 2: keep them all)."""

    DUE = "DUE"
    DSN = "DSN"
    DPAE_MSA = "DPAE_MSA"
    EDI_TDFC = "EDI-TDFC"
    EDI_TVA = "EDI-TVA"
    EDI_PAIEMENT = "EDI-PAIEMENT"
    EDI_REQUETE = "EDI-REQUETE"
    DAS2 = "DAS2"


ALL = frozenset(Teleprocedure)
"""Every téléprocédure: what a mandate covers unless told otherwise."""


Regime = Literal["general", "msa", "tese", "cea", "cesu", "guso", "enim", "pajemploi"]

# ---- the hire's file and its attempts


class Submission(Model):
    """One attempt: one declaration, one mode, handed over once, ever.

    `mode_told`: the other mode in which the portal says it took it. `mode_by` and `mode_reason`: who had an acceptance
    count all the same, and why. `before`: where it would stand without the pieces that reached it, if that is not
    *sent*; there it goes back when the pieces prove to be another's.
    """

    id: str
    reference: Reference
    mode: Mode
    attempt: int
    state: SubmissionState = SubmissionState.PREPARED
    content: str
    prepared_at: Instant
    released_at: Instant | None = None
    released_by: str | None = None
    released_late: bool = False
    late_allowed: bool = False
    late: bool = False
    confirmed: bool = False
    irregular: tuple[str, ...] = ()
    epoch: str = ""
    begun_at: Instant | None = None
    sent_at: Instant | None = None
    deposit: str | None = None
    recipient: str = "CIRSO"
    evidence: Evidence = Evidence.EMPTY
    deadlines: dict[str, Instant] = {}
    raised: dict[str, Instant] = {}
    overdue_since: Instant | None = None
    reason: str | None = None
    replaces: str | None = None
    superseded: bool = False
    dropped: bool = False
    mode_told: Mode | None = None
    mode_by: str | None = None
    mode_reason: str | None = None
    before: SubmissionState | None = None
    declaration: Declaration | None = Field(default=None, exclude=True, repr=False)

    @property
    def begun(self) -> bool:
        """Whether it was handed over, or may have been."""
        return self.begun_at is not None

    @property
    def alive(self) -> bool:
        """Whether the recipient may hold it: from *sending* on, unless rejected, lost, superseded or dropped.

        A piece that comes after it was dropped shows that it is held after all: it is alive again.
        """
        given_up = self.dropped and self.state is SubmissionState.ABANDONED
        return self.begun and not self.superseded and not given_up and self.state not in _DEAD

    @property
    def contradicted(self) -> bool:
        """Whether the portal's word on the mode stands against it: nobody has said yet that it counts all the same."""
        return self.mode_told is not None and self.mode_by is None and self.alive


APART = frozenset({SubmissionState.SENDING, SubmissionState.IN_DOUBT, SubmissionState.LOST, SubmissionState.ABANDONED})
"""Where an attempt that was begun may stand without any piece, *sent* aside."""
_DEAD = frozenset({SubmissionState.PORTAL_REJECTED, SubmissionState.CIRSO_REJECTED, SubmissionState.LOST})


def submission_id(reference: str, mode: Mode, attempt: int) -> str:
    """The id of an attempt: reference, mode and number."""
    return f"{reference}/{mode.value}/{attempt}"


_MODES = frozenset(Mode)


def reference_of(submission: str) -> str:
    """The hire reference inside an attempt's id."""
    parts = submission.rsplit("/", 2)
    if len(parts) != 3 or parts[1] not in _MODES or not parts[2].isdecimal():
        raise InputRefused("bad_submission_id", value=shown(submission))
    return parts[0]


class Elsewhere(Model):
    """The hire was declared by another way (net-entreprises, fax…): when, and what proves it."""

    at: Instant
    proof: Line
    irregular: tuple[str, ...] = ()


class Purge(Model):
    """The personal data of a hire were erased: when, under which rule (`years` after the hire), why and by whom.

    `rule`: *retention*, the period has ended; *called_off*, the hire never took place and nothing was declared.
    """

    at: Instant
    rule: Literal["retention", "called_off"]
    years: int
    reason: str | None = None
    by: str = ""


class Filing(Model):
    """One hire's file: the host's reference and all attempts. Journaled, so it names nobody."""

    reference: Reference
    siren: Siren
    siret: Siret
    hire_at: Instant
    created_at: Instant
    content: str
    submissions: dict[str, Submission] = {}
    elsewhere: Elsewhere | None = None
    no_hire: bool = False
    no_hire_reason: str | None = None
    purged: Purge | None = None
    status: FilingStatus = FilingStatus.TO_DECLARE
    deadlines: dict[str, Instant] = {}
    raised: dict[str, Instant] = {}
    declaration: Declaration | None = Field(default=None, exclude=True, repr=False)
    lookalikes: tuple[str, ...] = Field(default=(), exclude=True)

    @property
    def purged_at(self) -> datetime | None:
        """When its personal data were erased; None while they are there."""
        return self.purged.at if self.purged is not None else None

    def attempts(self, mode: Mode | None = None) -> tuple[Submission, ...]:
        """The attempts in order, all or those of one mode."""
        return tuple([s for s in self.submissions.values() if mode is None or s.mode is mode])

    def latest(self, mode: Mode) -> Submission | None:
        """The last attempt of that mode."""
        return next(reversed(self.attempts(mode)), None)


class DepositItem(Model):
    """One attempt inside a deposit, with what a receipt may name it by; `standing`: waiting, doubt or settled."""

    reference: Reference
    siret: Siret
    standing: Literal["waiting", "doubt", "settled"] = "waiting"


class Deposit(Model):
    """One file handed to the portal: what it held, and the portal's reference (numéro ADS, idflux) once known.

    `mode_told`: the other mode under which the portal's ADS took it; then no piece without a mode of its own counts.
    """

    id: str
    portal: str
    account: str = ""
    recipient: str = "CIRSO"
    mode: Mode
    handed_at: Instant
    filename: str | None = None
    sha256: str | None = None
    items: dict[str, DepositItem]
    ref: str | None = None
    guessed: bool = False
    withdrawn: bool = False
    mode_told: Mode | None = None

    @property
    def state(self) -> Literal["open", "in_doubt", "closed"]:
        """in_doubt while any attempt is; closed when none waits for an answer."""
        standings = {item.standing for item in self.items.values()}
        return "in_doubt" if "doubt" in standings else "open" if "waiting" in standings else "closed"


class Addressee(Model):
    """Whom a notice is for.

    Attributes:
        who: "firm", "collaborator" (whoever of the firm follows the client) or "hook" (a program).
        name: the firm's id for the firm, `Client.collaborator` for a collaborator (a name or an e-mail address).
    """

    who: Literal["firm", "collaborator", "hook"]
    name: str = ""


_NAMES = frozenset({"submission", "deposit", "ref", "reference", "other", "receipt"})
"""Facts that name something: a portal's own number of 13 digits stays readable there."""


def _told(facts: dict[str, str | int | bool | None]) -> dict[str, str | int | bool | None]:
    """What a notice may say, whoever raised it: it goes into mail subjects, webhooks and logs."""
    return {scrub(name): _hushed(name, value) for name, value in facts.items()}


def _hushed(name: str, value: str | int | bool | None) -> str | int | bool | None:
    if isinstance(value, str):
        return named(value) if name in _NAMES else scrub(value)
    if isinstance(value, int) and value >= 10 ** (NIR_DIGITS - 1) and scrub(str(value)) == MASK:
        return MASK
    return value


class Notice(Model):
    """What a person should know. Whatever looks like a NIR in it is masked when it is made.

    Attributes:
        id: stable, so that a repeat can be dropped; unique within its firm.
        code: names the text (`notice.<code>` of the catalogue).
        urgent: whether it cannot wait.
        case: what it is about: "filing:E-0001", "client:732829320".
        facts: what fills the text; never a NIR, never an employee's name.
        at: when it was raised.
        cabinet: the firm, filled in when it is delivered.
        to: whom it is for, by `Policy.tell`, filled in when it is delivered.
    """

    id: str
    code: Annotated[str, AfterValidator(scrub)]
    urgent: bool = False
    case: Annotated[str, AfterValidator(named)]
    facts: Annotated[dict[str, str | int | bool | None], AfterValidator(_told)] = {}
    at: Instant
    cabinet: str = ""
    to: tuple[Addressee, ...] = ()

    def text(self, lang: str = "fr") -> str:
        """The sentence that a firm's staff read."""
        return texts.render(f"notice.{self.code}", lang, self.facts)
