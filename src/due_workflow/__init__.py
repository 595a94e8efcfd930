"""From paper to electronic hire declarations: the procedure of a French accounting firm, as a library.

`due_workflow` takes a firm's clients through mandates, test mode and real mode of the DUE (déclaration unique
d'embauche, called DPAE since 2011), keeps every receipt (ADS, ACS, ARS) as proof, and says at any moment what is
declared, what is not, and why. Host software gives it a `Storage`, `Notifier`s and a `Portal`. It is not payroll
software, it gives no legal advice, and nothing real leaves by itself.
"""

from due_workflow.errors import (
    CannotTell,
    Conflict,
    Denial,
    DueWorkflowError,
    InputRefused,
    NotFound,
    NotSent,
    PortalFailure,
    Problem,
    Retry,
    StorageUnusable,
    TransitionRefused,
    Undeliverable,
)
from due_workflow.journal import JournalBroken
from due_workflow.models import (
    Cabinet,
    Client,
    ClientFile,
    ClientState,
    Contract,
    ContractKind,
    Declaration,
    Deposit,
    Employee,
    Employer,
    Establishment,
    Filing,
    FilingStatus,
    Mandate,
    Notice,
    Policy,
    Submission,
    SubmissionState,
    Teleprocedure,
)
from due_workflow.receipts import Acs, Ads, Ars, Mode, Outcome, Receipt, Unreadable, Verdict
from due_workflow.receiving import ReceiveResult
from due_workflow.worker import Worker
from due_workflow.workflow import DueWorkflow, SendResult

__version__ = "0.1.0"

__all__ = [
    "Acs",
    "Ads",
    "Ars",
    "Cabinet",
    "CannotTell",
    "Client",
    "ClientFile",
    "ClientState",
    "Conflict",
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
    "Policy",
    "PortalFailure",
    "Problem",
    "Receipt",
    "ReceiveResult",
    "Retry",
    "SendResult",
    "StorageUnusable",
    "Submission",
    "SubmissionState",
    "Teleprocedure",
    "TransitionRefused",
    "Undeliverable",
    "Unreadable",
    "Verdict",
    "Worker",
    "__version__",
]
