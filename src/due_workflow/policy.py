"""The firm's settings, with the procedure's own values as defaults. Values only: what they rule stands in the rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from due_workflow import texts
from due_workflow.base import Day, Model, Reference, refuse


class Tell(Model):
    """One row of who is told what.

    Attributes:
        who: "firm", "collaborator" (who follows the client; the firm where there is none) or "hook" (a program).
        by: the name of the notifier that tells it, or "*" for every one that the worker was given.
        what: "all", "urgent", "normal" (what is not urgent), or the codes of the notices.
    """

    who: Literal["firm", "collaborator", "hook"]
    by: Reference = "*"
    what: Literal["all", "urgent", "normal"] | tuple[str, ...] = "all"

    @field_validator("what")
    @classmethod
    def _known(cls, what: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if not isinstance(what, str):
            for code in what:
                if f"notice.{code}" not in texts.CATALOGUE:
                    refuse("unknown_notice", value=code)
        return what


class Policy(Model):
    """The firm's settings, with the procedure's own values as defaults. Durations are in the unit of their name."""

    gate: Literal["cabinet", "client"] = "cabinet"
    on_new_version: Literal["notice", "block"] = "notice"
    auto_send: bool = False
    window_days: Annotated[int, Field(ge=0, le=366)] = 8
    per_deposit: Annotated[int, Field(ge=1, le=100)] = 1
    regimes: frozenset[str] = frozenset({"general"})
    excluded_postal_prefixes: tuple[str, ...] = ("975", "976", "986", "987", "988")
    territory: str = "metropole"
    closures: frozenset[Day] = frozenset()
    ads_missing_hours: Annotated[int, Field(ge=1)] = 1
    acs_missing_days: Annotated[int, Field(ge=1)] = 1
    ars_days: Annotated[int, Field(ge=1)] = 5
    ars_days_without_acs: Annotated[int, Field(ge=1)] = 6
    legal_ack_days: Annotated[int, Field(ge=1)] = 5
    contest_days: Annotated[int, Field(ge=1)] = 2
    hire_reminder_hours: tuple[int, ...] = (48, 4, 0)
    sending_minutes: Annotated[int, Field(ge=1)] = 10
    collect_minutes: Annotated[int, Field(ge=1)] = 15
    watch_days: Annotated[int, Field(ge=0, le=60)] = 10
    mandate_reminder_days: Annotated[int, Field(ge=1)] = 7
    mandate_ending_days: Annotated[int, Field(ge=0)] = 30
    mandate_scan_mib: Annotated[int, Field(ge=1, le=100)] = 10
    retention_years: Annotated[int, Field(ge=1)] = 5
    auto_purge: bool = False
    conflict_tries: Annotated[int, Field(ge=1)] = 16
    delivery_tries: Annotated[int, Field(ge=1)] = 12
    tell: tuple[Tell, ...] = (Tell(who="firm"), Tell(who="collaborator", what="urgent"))
