"""What the product does when somebody is hired."""

from django.db import transaction
from due.engine import flow_for

from due_workflow import Submission
from staff.models import Hire


def record_hire(hire: Hire, by: str) -> Submission:
    """Save the hire and prepare its DUE in one transaction: both are there afterwards, or neither.

    Nothing is sent here: the attempt stays prepared. With a portal in `due.engine`, `release` in the same transaction
    lets the worker send it after the commit.

    Raises:
        Conflict: another writer was first. The engine does not try again inside your transaction: begin it anew.
        DueWorkflowError: the engine refuses; the hire is not saved either.
    """
    with transaction.atomic():
        hire.save()
        return flow_for(hire.company.cabinet, joined=True).prepare(hire.declaration(), by=by)
