"""Guards: why an event is not possible now. Pure predicates over a `Situation`, clause by clause, with reasons.

A guard returns None or a `Denial`; it reads facts, never a status, and changes nothing. The gate to REAL is one
predicate made of its clauses, each with the article or the step that it keeps. Time and settings are arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from due_workflow.calendar import Calendar, paris_day
from due_workflow.clients import ClientFile, Establishment, Mandate
from due_workflow.errors import Denial
from due_workflow.models import APART, ClientState, Filing, Submission, SubmissionState, Teleprocedure
from due_workflow.policy import Policy
from due_workflow.receipts import Mode

# ---- what a guard may look at


@dataclass(frozen=True, slots=True)
class Situation:
    """One case and what the caller asks, at the instant `now`. Guards read this and nothing else."""

    now: datetime
    policy: Policy
    client: ClientFile | None = None
    filing: Filing | None = None
    submission: Submission | None = None
    mandate: Mandate | None = None
    effective: date | None = None
    qualified: bool = False
    late: bool = False
    confirm: bool = False
    hire: bool = False
    amends: bool = False

    @property
    def today(self) -> date:
        """The Paris day of `now`."""
        return paris_day(self.now)

    @property
    def establishment(self) -> Establishment | None:
        """The workplace of the hire, as the client's file has it."""
        return self.client.establishment(self.filing.siret) if self.client and self.filing else None


Guard = Callable[[Situation], Denial | None]

# ---- guards of the client


def mandate_in_force(s: Situation) -> Denial | None:
    """Step 4: nothing leaves for a client whose mandate is not in force that day."""
    mandate = s.client.mandate if s.client else None
    if mandate is None:
        return Denial("no_mandate")
    return None if mandate.in_force(s.today) else Denial("mandate_not_in_force", {"day": s.today})


def mandate_covers_due(s: Situation) -> Denial | None:
    """Step 2: the mandate lists the téléprocédures; the DUE must be one of them."""
    mandate = s.client.mandate if s.client else None
    return None if mandate is None or Teleprocedure.DUE in mandate.procedures else Denial("mandate_without_due")


def mandate_not_over(s: Situation) -> Denial | None:
    """A mandate that has already ended cannot be signed now."""
    ends = s.mandate.ends_on if s.mandate else None
    return Denial("mandate_already_over", {"end": ends}) if ends is not None and ends < s.today else None


def end_has_come(s: Situation) -> Denial | None:
    """The mandate's last day, or the eve of its revocation, has passed."""
    mandate = s.client.mandate if s.client else None
    ended = mandate is not None and mandate.ends_on is not None and mandate.ends_on < s.today
    revoked = mandate is not None and mandate.revoked_on is not None and mandate.revoked_on <= s.today
    return None if ended or revoked else Denial("mandate_still_runs")


def a_test_was_accepted(s: Situation) -> Denial | None:
    """Step 6: real mode only after an accepted ARS in test mode, under the software and portal of now."""
    return None if s.qualified else Denial("no_accepted_test", {"gate": s.policy.gate})


def revoked_by_now(s: Situation) -> bool:
    """Which row: the revocation takes effect today or has already. A choice, no denial."""
    return s.effective is None or s.effective <= s.today


def revoked_later(s: Situation) -> bool:
    """Which row: the revocation takes effect on a day to come. A choice, no denial."""
    return not revoked_by_now(s)


def _before(s: Situation) -> SubmissionState | None:
    return s.submission.before if s.submission is not None else None


def was_sent(s: Situation) -> bool:
    """Which row: without any piece it is *sent*. A choice, no denial."""
    return _before(s) not in APART


def was_sending(s: Situation) -> bool:
    """Which row: without any piece it is under way. A choice, no denial."""
    return _before(s) is SubmissionState.SENDING


def was_in_doubt(s: Situation) -> bool:
    """Which row: without any piece it is in doubt. A choice, no denial."""
    return _before(s) is SubmissionState.IN_DOUBT


def was_lost(s: Situation) -> bool:
    """Which row: without any piece the portal has nothing, as it affirmed. A choice, no denial."""
    return _before(s) is SubmissionState.LOST


def was_abandoned(s: Situation) -> bool:
    """Which row: it was abandoned. A choice, no denial."""
    return _before(s) is SubmissionState.ABANDONED


# ---- the gate to REAL: one predicate, clause by clause


def client_live(s: Situation) -> Denial | None:
    """Step 7: the client was switched from test to real by a deliberate act."""
    live = s.client is not None and s.client.state is ClientState.LIVE
    return None if live else Denial("client_not_live", {"state": s.client.state.value if s.client else None})


def regime_covered(s: Situation) -> Denial | None:
    """MSA, TESE, CESU… have channels of their own: refused with the reason, never sent silently."""
    return None if s.establishment is None else _regime(s.establishment, s.policy)


def territory_covered(s: Situation) -> Denial | None:
    """Mayotte, Saint-Pierre-et-Miquelon and the Pacific are outside this channel."""
    if s.establishment is None:
        return Denial("establishment_unknown", {"siret": s.filing.siret if s.filing else None})
    return _territory(s.establishment, s.policy)


def outside(place: Establishment, policy: Policy) -> tuple[Denial, ...]:
    """Every reason why no DUE of this workplace goes through this channel; the gate's own two."""
    return tuple(denial for rule in (_regime, _territory) if (denial := rule(place, policy)) is not None)


def _regime(place: Establishment, policy: Policy) -> Denial | None:
    return None if place.regime in policy.regimes else Denial("regime_not_covered", {"regime": place.regime.upper()})


def _territory(place: Establishment, policy: Policy) -> Denial | None:
    out = any(place.postal_code.startswith(prefix) for prefix in policy.excluded_postal_prefixes)
    return Denial("territory_not_covered", {"postal_code": place.postal_code}) if out else None


def window_open(s: Situation) -> Denial | None:
    """R1221-4: at the earliest within the 8 days before the expected hire."""
    if s.filing is None:
        return None
    opens, _ = Calendar().filing_window(s.filing.hire_at, s.policy.window_days)
    return Denial("window_not_open", {"opens": opens}) if s.now < opens else None


def before_the_hire(s: Situation) -> Denial | None:
    """L1221-10: before the hire; afterwards only when asked for, and flagged *hors délai*."""
    if s.filing is None or s.late or s.now < s.filing.hire_at:
        return None
    return Denial("hire_passed", {"hire": s.filing.hire_at})


def hire_takes_place(s: Situation) -> Denial | None:
    """A hire that was called off is not declared."""
    return Denial("hire_called_off") if s.filing is not None and s.filing.no_hire else None


def not_declared_elsewhere(s: Situation) -> Denial | None:
    """A hire declared by another way is not declared again, unless the renewal was confirmed."""
    if s.filing is None or s.filing.elsewhere is None or (s.submission is not None and s.submission.confirmed):
        return None
    return Denial("declared_elsewhere", {"at": s.filing.elsewhere.at})


def content_is_current(s: Situation) -> Denial | None:
    """What leaves is what the hire's file says: the gate looked at that hour and place, not at an older content's."""
    if s.filing is None or s.submission is None or s.submission.content == s.filing.content:
        return None
    return Denial("content_replaced", {"submission": s.submission.id})


def no_other_alive(s: Situation) -> Denial | None:
    """Two REAL attempts of one hire are never under way together."""
    if s.filing is None:
        return None
    for other in s.filing.attempts(Mode.REAL):
        if other.alive and (s.submission is None or other.id != s.submission.id):
            return Denial("other_alive", {"other": other.id, "state": other.state.value})
    return None


def tested_again(s: Situation) -> Denial | None:
    """`Policy.on_new_version="block"`: a new software version or portal asks for a new accepted test."""
    return None if s.policy.on_new_version == "notice" or s.qualified else Denial("new_version_untested")


def not_purged(s: Situation) -> Denial | None:
    """What was erased cannot leave any more: there is nothing left to send or to renew."""
    at = s.filing.purged_at if s.filing is not None else None
    return Denial("purged", {"at": at}) if at is not None else None


TEST_GATE: tuple[Guard, ...] = (mandate_in_force, mandate_covers_due, not_purged)
REAL_GATE: tuple[Guard, ...] = (
    client_live,
    mandate_in_force,
    mandate_covers_due,
    regime_covered,
    territory_covered,
    window_open,
    before_the_hire,
    hire_takes_place,
    not_declared_elsewhere,
    content_is_current,
    no_other_alive,
    tested_again,
    not_purged,
)


def gate(s: Situation) -> tuple[Denial, ...]:
    """Every reason why this attempt may not be handed over now (TEST needs a mandate in force only)."""
    clauses = REAL_GATE if s.submission is not None and s.submission.mode is Mode.REAL else TEST_GATE
    return tuple(denial for clause in clauses if (denial := clause(s)) is not None)


# ---- other guards of an attempt


def nothing_bound(s: Situation) -> Denial | None:
    """« Not found » is refused once any piece says that the portal had it."""
    bound = s.submission is not None and bool(s.submission.evidence.slots)
    return Denial("piece_bound") if bound else None


def latest_attempt(s: Situation) -> Denial | None:
    """Only the last attempt of a mode is renewed."""
    last = s.filing.latest(s.submission.mode) if s.filing and s.submission else None
    stale = last is not None and s.submission is not None and last.id != s.submission.id
    return Denial("newer_attempt", {"newer": last.id}) if stale and last else None


def real_not_begun(s: Situation) -> Denial | None:
    """A test with another content would rewrite what was handed over for real: that is corrected by renewing it."""
    real = [sub for sub in s.filing.attempts(Mode.REAL) if sub.begun] if s.filing else []
    test = s.submission is not None and s.submission.mode is Mode.TEST
    return Denial("real_begun", {"real": real[-1].id}) if test and s.amends and real else None


def confirmed_if_declared(s: Situation) -> Denial | None:
    """From an accepted REAL attempt: the former declaration is not cancelled at the recipient, so confirm."""
    sub = s.submission
    held = sub is not None and sub.mode is Mode.REAL and sub.state is SubmissionState.ACCEPTED
    return Denial("accepted_needs_confirm") if held and not s.confirm else None


def hire_is_off(s: Situation) -> Denial | None:
    """An accepted declaration cannot be taken back here; only that the hire does not take place can be noted."""
    return None if s.hire else Denial("accepted_stays")
