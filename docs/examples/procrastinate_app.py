"""The worker under Procrastinate, whose jobs live in the same PostgreSQL: no broker, and no process that says when.

    PYTHONPATH=. procrastinate --app procrastinate_app.app schema --apply
    PYTHONPATH=. procrastinate --app procrastinate_app.app worker --concurrency 4

DUE_DATABASE is the database as libpq writes it (postgresql://…), after `due-workflow db upgrade`. Workers are as many
as you like; each of them knows the schedule, and a `queueing_lock` keeps one job of a kind waiting at most.
"""

import os
import time
from functools import cache

from procrastinate import App, PsycopgConnector

from due_workflow import DueWorkflow, Worker
from due_workflow.adapters.log import LogNotifier
from due_workflow.adapters.sql import SqlStorage

EVERY = 15
"""Seconds between two rounds."""
CRON = f"* * * * * */{EVERY}"

app = App(connector=PsycopgConnector(conninfo=os.environ["DUE_DATABASE"]))


@cache
def worker() -> Worker:
    storage = SqlStorage(os.environ["DUE_DATABASE"].replace("postgresql://", "postgresql+psycopg://", 1))

    def flow_for(cabinet: str) -> DueWorkflow:
        return DueWorkflow(storage, cabinet=cabinet)  # your firm's portals and policy here

    return Worker(storage, flow_for=flow_for, notifiers=[LogNotifier()])


def until_nothing_is_due(*tasks: str) -> None:
    """Short, so that a worker told to stop has soon done with it; the next job goes on."""
    ends = time.monotonic() + EVERY
    while time.monotonic() < ends and any(worker().run_once(tasks=tasks).values()):
        pass


@app.periodic(cron=CRON)
@app.task(name="due.deadlines", queueing_lock="due.deadlines")
def deadlines(timestamp: int) -> None:  # noqa: ARG001
    until_nothing_is_due("tick")


@app.periodic(cron=CRON)
@app.task(name="due.portals", queueing_lock="due.portals")
def portals(timestamp: int) -> None:  # noqa: ARG001
    until_nothing_is_due("send_released", "collect")


@app.periodic(cron=CRON)
@app.task(name="due.notices", queueing_lock="due.notices")
def notices(timestamp: int) -> None:  # noqa: ARG001
    until_nothing_is_due("deliver")
