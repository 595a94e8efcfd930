"""Where the product takes its engine from."""

from due.notifier import MailNotifier
from due.storage import DjangoStorage
from due_workflow import DueWorkflow, Worker


def flow_for(cabinet: str, *, joined: bool = False) -> DueWorkflow:
    """The commands of one firm; `joined=True` inside the caller's `transaction.atomic()`."""
    return DueWorkflow(DjangoStorage(joined=joined), cabinet=cabinet)


def worker() -> Worker:
    """What cron runs, for all firms."""
    return Worker(DjangoStorage(), flow_for=flow_for, notifiers=[MailNotifier()])
