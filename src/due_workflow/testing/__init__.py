"""For hosts: the contracts that an adapter must keep, and fakes with which to test a whole integration.

`StorageContract`, `NotifierContract` and `PortalContract` are pytest classes that import no pytest;
`factories` makes valid fictitious values. Nothing here is used by the engine.
"""

from due_workflow.testing import factories
from due_workflow.testing.fakes import FixedClock, LineBroke, RecordingNotifier, ScriptedPortal, Step
from due_workflow.testing.notifier import NotifierContract
from due_workflow.testing.portal import PortalContract
from due_workflow.testing.storage import JoinedStorageContract, StorageContract

__all__ = [
    "FixedClock",
    "JoinedStorageContract",
    "LineBroke",
    "NotifierContract",
    "PortalContract",
    "RecordingNotifier",
    "ScriptedPortal",
    "Step",
    "StorageContract",
    "factories",
]
