"""`python -m due_workflow.cli`, the same as `due-workflow`."""

from due_workflow.cli.front import main

main()
