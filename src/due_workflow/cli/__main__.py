"""`python -m due_workflow.cli`, the same as `due-workflow`."""

from due_workflow.cli import main

main()
