"""Type tests: what a host writes is checked against the ports by mypy, without running it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import assert_type

from due_workflow import (
    Declaration,
    Deposit,
    DueWorkflow,
    Filing,
    FilingStatus,
    Notice,
    SendResult,
    Submission,
    Worker,
)
from due_workflow.adapters.apprise import AppriseNotifier
from due_workflow.adapters.email import EmailNotifier
from due_workflow.adapters.log import LogNotifier
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.adapters.webhook import WebhookNotifier
from due_workflow.ports import Clock, Notifier, Portal, Storage
from due_workflow.testing import FixedClock, RecordingNotifier, ScriptedPortal


class HostClock:
    """A host's own clock: a method is enough, no base class."""

    def now(self) -> datetime:
        """The instant."""
        return datetime.now(UTC)


class HostNotifier:
    """A host's own notifier."""

    name = "host"

    def send(self, notice: Notice) -> None:
        """Deliver."""


storages: tuple[Storage, ...] = (MemoryStorage(), SqliteStorage("never-opened.sqlite"))
notifiers: tuple[Notifier, ...] = (
    HostNotifier(),
    LogNotifier(),
    RecordingNotifier(),
    EmailNotifier("mail.example", sender="due@cabinet.example", to="paie@cabinet.example"),
    WebhookNotifier("https://hook.example", "whsec_"),
    AppriseNotifier("json://chat.example"),
)
clocks: tuple[Clock, ...] = (HostClock(), FixedClock())
portals: tuple[Portal, ...] = (ScriptedPortal(),)


def commands(flow: DueWorkflow, declaration: Declaration) -> None:
    """The results of commands have exact types."""
    assert_type(flow.register(declaration), Filing)
    assert_type(flow.prepare(declaration), Submission)
    assert_type(flow.begin_send(["E-1/real/1"]), tuple[Deposit, ...])
    assert_type(flow.send(["E-1/real/1"]), SendResult)
    assert_type(flow.read.filing("E-1").status, FilingStatus)


def workers(storage: Storage, flow_for: Callable[[str], DueWorkflow]) -> Worker:
    """A worker takes any storage and any notifiers."""
    return Worker(storage, flow_for=flow_for, notifiers=notifiers, clock=HostClock())
