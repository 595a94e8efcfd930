"""From paper to electronic hire declarations: the procedure of a French accounting firm, as a library.

`due_workflow` takes a firm's clients through mandates, test mode and real mode of the DUE (déclaration unique
d'embauche, called DPAE since 2011), keeps every receipt (ADS, ACS, ARS) as proof, and says at any moment what is
declared, what is not, and why. Host software gives it a `Storage`, `Notifier`s and a `Portal`. It is not payroll
software, it gives no legal advice, and nothing real leaves by itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from due_workflow.aio import AsyncDueWorkflow
    from due_workflow.clients import Cabinet, Client, ClientFile, Establishment, Mandate
    from due_workflow.commands_exchange import SendResult
    from due_workflow.declarations import Contract, ContractKind, Declaration, Employee, Employer
    from due_workflow.errors import (
        CannotTell,
        Conflict,
        ContentRefused,
        Denial,
        DueWorkflowError,
        InputRefused,
        NotFound,
        NotSent,
        PartialListing,
        PieceUnavailable,
        PortalFailure,
        Problem,
        Retry,
        StorageUnusable,
        TransitionRefused,
        Undeliverable,
    )
    from due_workflow.journal import JournalBroken
    from due_workflow.models import (
        Addressee,
        ClientState,
        Deposit,
        Filing,
        FilingStatus,
        Notice,
        Submission,
        SubmissionState,
        Teleprocedure,
    )
    from due_workflow.policy import Policy, Tell
    from due_workflow.purging import Purged, PurgeResult
    from due_workflow.receipts import Acs, Ads, Ars, Mode, Outcome, Receipt, Unreadable, Verdict
    from due_workflow.receiving import ReceiveResult
    from due_workflow.rollout import Plan, PlannedStep, Span, StepKey
    from due_workflow.worker import Worker
    from due_workflow.workflow import DueWorkflow

__version__ = "0.1.0"

__all__ = [
    "Acs",
    "Addressee",
    "Ads",
    "Ars",
    "AsyncDueWorkflow",
    "Cabinet",
    "CannotTell",
    "Client",
    "ClientFile",
    "ClientState",
    "Conflict",
    "ContentRefused",
    "Contract",
    "ContractKind",
    "Declaration",
    "Denial",
    "Deposit",
    "DueWorkflow",
    "DueWorkflowError",
    "Employee",
    "Employer",
    "Establishment",
    "Filing",
    "FilingStatus",
    "InputRefused",
    "JournalBroken",
    "Mandate",
    "Mode",
    "NotFound",
    "NotSent",
    "Notice",
    "Outcome",
    "PartialListing",
    "PieceUnavailable",
    "Plan",
    "PlannedStep",
    "Policy",
    "PortalFailure",
    "Problem",
    "PurgeResult",
    "Purged",
    "Receipt",
    "ReceiveResult",
    "Retry",
    "SendResult",
    "Span",
    "StepKey",
    "StorageUnusable",
    "Submission",
    "SubmissionState",
    "Teleprocedure",
    "Tell",
    "TransitionRefused",
    "Undeliverable",
    "Unreadable",
    "Verdict",
    "Worker",
    "__version__",
]

# A name is imported when it is first asked for, so that `import due_workflow` costs next to nothing and
# `due_workflow.calendar` does not bring the models along. The same names stand above for type checkers.
_WHERE = {
    "aio": "AsyncDueWorkflow",
    "commands_exchange": "SendResult",
    "errors": (
        "CannotTell Conflict ContentRefused Denial DueWorkflowError InputRefused NotFound NotSent PartialListing "
        "PieceUnavailable PortalFailure Problem Retry StorageUnusable TransitionRefused Undeliverable"
    ),
    "journal": "JournalBroken",
    "declarations": "Contract ContractKind Declaration Employee Employer",
    "clients": "Cabinet Client ClientFile Establishment Mandate",
    "models": "Addressee ClientState Deposit Filing FilingStatus Notice Submission SubmissionState Teleprocedure",
    "policy": "Policy Tell",
    "receipts": "Acs Ads Ars Mode Outcome Receipt Unreadable Verdict",
    "purging": "PurgeResult Purged",
    "receiving": "ReceiveResult",
    "rollout": "Plan PlannedStep Span StepKey",
    "worker": "Worker",
    "workflow": "DueWorkflow",
}
_MODULES = {name: module for module, names in _WHERE.items() for name in names.split()}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """A public name, from the module that defines it."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
