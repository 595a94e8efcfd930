"""The command line: `due-workflow` (extra `cli`). A person's window on one database and one firm in it.

Every command is a few lines over `DueWorkflow`; what it prints is in `views`, how it ends in `outcomes`; `front` puts
the commands together. Nothing but this package imports typer or rich.
"""
