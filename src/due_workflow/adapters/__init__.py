"""One file per technology, each behind a port of `due_workflow.ports`; import the one you need by name."""
