"""The firm's settings, with the procedure's own values as defaults. Values only: what they rule stands in the rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from due_workflow.base import Day, Model


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
    mandate_reminder_days: Annotated[int, Field(ge=1)] = 7
    mandate_ending_days: Annotated[int, Field(ge=0)] = 30
    retention_years: Annotated[int, Field(ge=1)] = 5
    conflict_tries: Annotated[int, Field(ge=1)] = 16
    delivery_tries: Annotated[int, Field(ge=1)] = 12
