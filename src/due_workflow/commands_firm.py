"""The commands about the firm itself, its procedure, its clients and their mandates: each one commit.

A method names a pure rule and has it committed (see `engine`); nothing is decided here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from due_workflow import firm, paperwork, procedure
from due_workflow.base import doors, word_of
from due_workflow.calendar import DayKind
from due_workflow.clients import Cabinet, Client, ClientFile, Mandate
from due_workflow.engine import Engine
from due_workflow.models import ALL, Teleprocedure
from due_workflow.rollout import Span, StepKey
from due_workflow.telemetry import observed


@doors
@observed
class FirmCommands(Engine):
    """What is said of the firm, of the procedure's steps and of its clients (procedure, steps 1 to 5 and 7)."""

    # ---- the firm

    def set_software(
        self, editor: str, product: str, version: str, installed: bool = True, *, by: str = "", key: str = ""
    ) -> Cabinet:
        """Step 5: note the software that generates the files. Another version starts a new epoch of tests.

        What the editor said of another version (`confirm_software`) does not hold for this one. `installed=False`: it
        is the first one, chosen and not in place yet.

        Raises:
            InputRefused: `installed=False` while another one is in place, under which files are generated.
        """
        args = (editor, product, version) if installed else (editor, product, version, installed)
        return self._run("set_software", args, by, key, lambda u: firm.set_software(u, *args))

    def confirm_software(self, how: str, on: date | None = None, *, by: str = "", key: str = "") -> Cabinet:
        """First row: the editor confirms that the DUE part of this version works; `by` asked, `how` it was said.

        Args:
            how: such as "phone call to the support desk, ticket 4711".
            on: the Paris day; today when None.
            by: who asked.
            key: idempotency key.

        Raises:
            InputRefused: no software is noted (`set_software`), or the day is to come.
        """
        return self._run("confirm_software", (how, on), by, key, lambda u: procedure.confirm_software(u, how, on))

    def set_portal(self, name: str, account: str = "", *, by: str = "", key: str = "") -> Cabinet:
        """Step 1: note the portal and the firm's account there. Another portal starts a new epoch of tests."""
        args = (name, account)
        return self._run("set_portal", args, by, key, lambda u: firm.set_portal(u, *args))

    def subscribe_portal(
        self,
        on: date | None = None,
        procedures: Iterable[Teleprocedure | str] = ALL,
        accounts: Sequence[str] = (),
        *,
        by: str = "",
        key: str = "",
    ) -> Cabinet:
        """Step 1: note the subscription at the portal that was chosen.

        Args:
            on: since which Paris day; today when None.
            procedures: the téléprocédures that it opens; all of them unless told.
            accounts: the firm's further accounts there; the worker collects from them as well.
            by: who subscribed.
            key: idempotency key.

        Raises:
            InputRefused: no portal is noted (`set_portal`), there is no such téléprocédure, or the day is to come.
        """
        opened = frozenset(word_of(Teleprocedure, name) for name in procedures)
        args = (on, opened, tuple(accounts))
        return self._run("subscribe_portal", args, by, key, lambda u: procedure.subscribe_portal(u, *args))

    def choose_mandate_model(self, name: str, sha256: str | None = None, *, by: str = "", key: str = "") -> Cabinet:
        """Step 2: note the model of the mandat that clients will sign; `sha256` (hex) of its file, if there is one."""
        args = (name, sha256)
        return self._run("choose_mandate_model", args, by, key, lambda u: procedure.choose_mandate_model(u, *args))

    # ---- the procedure's plan

    def plan_rollout(
        self,
        start: date,
        depends: Mapping[str, Iterable[str]] | None = None,
        spans: Mapping[str, Span] | None = None,
        days: DayKind | None = None,
        hours_per_day: float | None = None,
        pilots: int | None = None,
        *,
        by: str = "",
        key: str = "",
    ) -> Cabinet:
        """Plan the procedure from a first day; planned again, what is not told stays. Read it with `read.rollout()`.

        Args:
            start: the first day of work (Paris); the next worked one where it is none.
            depends: by step (`StepKey`), the steps that must be done before it; the row above where it is not named.
            spans: by step, the firm's own time instead of the document's.
            days: which days are worked; jours ouvrés unless told.
            hours_per_day: hours of work of a day; 7 unless told.
            pilots: how many clients of wave 1 make the selection of step 3; one unless told.
            by: who plans.
            key: idempotency key.

        Raises:
            InputRefused: there is no such step, the steps wait for each other in a circle, or the plan leaves the years
                that are computed (2000 to 2100). Nothing is kept then.
        """
        before = None if depends is None else {step: tuple(keys) for step, keys in depends.items()}
        args = (start, before, spans, days, hours_per_day, pilots)
        return self._run("plan_rollout", args, by, key, lambda u: procedure.plan_rollout(u, *args))

    def mark_step(self, step: str, why: str, on: date | None = None, *, by: str, key: str = "") -> Cabinet:
        """Say by hand that a step is done, with who and why. It stays done until `unmark_step`, whatever its facts.

        Args:
            step: its name (`StepKey`).
            why: one line.
            on: the Paris day on which it was done; today when None.
            by: who says so.
            key: idempotency key.

        Raises:
            InputRefused: there is no such step, `by` or `why` is empty, or the day is to come.
        """
        args = (word_of(StepKey, step), why, on)
        return self._run("mark_step", args, by, key, lambda u: procedure.mark_step(u, *args))

    def unmark_step(self, step: str, *, by: str = "", key: str = "") -> Cabinet:
        """Take a mark made by hand back: the step is done when its facts are true, as before.

        Raises:
            InputRefused: there is no such step, or it was not marked by hand.
        """
        named = word_of(StepKey, step)
        return self._run("unmark_step", (named,), by, key, lambda u: procedure.unmark_step(u, named))

    def set_pilot_aside(self, siren: str, reason: str, *, by: str = "", key: str = "") -> Cabinet:
        """Go on without waiting for a pilot (a client of wave 1): its mandate and its test are not asked for any more.

        Raises:
            NotFound: the client is unknown. InputRefused: it is no pilot, or no reason is given.
        """
        args = (siren, reason)
        return self._run("set_pilot_aside", args, by, key, lambda u: procedure.set_pilot_aside(u, *args))

    def take_pilot_back(self, siren: str, *, by: str = "", key: str = "") -> Cabinet:
        """Wait again for a pilot that was set aside.

        Raises:
            InputRefused: it was not set aside.
        """
        return self._run("take_pilot_back", siren, by, key, lambda u: procedure.take_pilot_back(u, siren))

    def report_written(
        self, filename: str | None = None, sha256: str | None = None, *, by: str = "", key: str = ""
    ) -> Cabinet:
        """Step 8: note that the switchover report (compte rendu de basculement) is written, and which file it is."""
        args = (filename, sha256)
        return self._run("report_written", args, by, key, lambda u: procedure.report_written(u, *args))

    # ---- the firm's clients

    def add_client(self, client: Client, *, by: str = "", key: str = "") -> ClientFile:
        """Add a client, or bring a known one's particulars up to date; the same client again changes nothing."""
        return self._run("add_client", client, by, key, lambda u: firm.add_client(u, client))

    def select(self, siren: str, wave: int = 1, *, by: str = "", key: str = "") -> ClientFile:
        """Step 3: select the client; `wave` 1 is the pilots."""
        return self._run("select", (siren, wave), by, key, lambda u: firm.select(u, siren, wave))

    def request_mandate(self, siren: str, *, by: str = "", key: str = "") -> ClientFile:
        """Step 4: the mandate was sent to the client for signature; a reminder is due later."""
        return self._run("request_mandate", siren, by, key, lambda u: firm.request_mandate(u, siren))

    def remind_mandate(self, siren: str, *, by: str = "", key: str = "") -> ClientFile:
        """Step 4: note that the client was reminded of its mandate; the next reminder is due later again.

        Raises:
            TransitionRefused: no mandate of this client waits for its signature.
        """
        return self._run("remind_mandate", siren, by, key, lambda u: paperwork.remind_mandate(u, siren))

    def sign_mandate(
        self, siren: str, mandate: Mandate, document: bytes | None = None, *, by: str = "", key: str = ""
    ) -> ClientFile:
        """Step 4: the client signed; from mandated and live it replaces the mandate, the state stays.

        Args:
            siren: the client, by SIREN or SIRET.
            mandate: what was signed.
            document: the scan of what was signed (PDF, JPEG or PNG); kept as evidence, its digest in the mandate.
            by: who acts.
            key: idempotency key.

        Raises:
            InputRefused: the mandate was signed on a day to come (Paris) or before 2000; the document is none of these,
                is cut short, is larger than `Policy.mandate_scan_mib` MiB (1,048,576 bytes each), or is not the one
                whose digest the mandate has.
        """
        if document is not None:
            mandate = paperwork.with_scan(mandate, document, self.policy)
        args = (siren, mandate)
        return self._run("sign_mandate", args, by, key, lambda u: paperwork.sign_mandate(u, *args, document))

    def attach_mandate(self, siren: str, document: bytes, *, by: str = "", key: str = "") -> ClientFile:
        """Step 4: keep the scan (PDF, JPEG or PNG) of the mandate that was signed; the same again changes nothing.

        Raises:
            TransitionRefused: this client has signed no mandate.
            InputRefused: as `sign_mandate`; also when the mandate has another scan: sign a new mandate instead.
        """
        args = (siren, hashlib.sha256(document).hexdigest())
        return self._run("attach_mandate", args, by, key, lambda u: paperwork.attach_mandate(u, siren, document))

    def revoke_mandate(self, siren: str, on: date, reason: str, *, by: str = "", key: str = "") -> ClientFile:
        """The client withdraws its mandate, with effect from 00:00 Paris of `on` (today or a day to come)."""
        args = (siren, on, reason)
        return self._run("revoke_mandate", args, by, key, lambda u: firm.revoke_mandate(u, *args))

    def go_live(self, siren: str, *, by: str = "", key: str = "") -> ClientFile:
        """Step 7: switch the client from test mode to real mode; needs an accepted test and a mandate in force.

        Raises:
            TransitionRefused: with every reason.
        """
        return self._run("go_live", siren, by, key, lambda u: firm.go_live(u, siren))
