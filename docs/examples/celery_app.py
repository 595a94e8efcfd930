"""The worker under Celery: three tasks, and beat says when.

    celery --app celery_app worker --concurrency 4 --loglevel INFO
    celery --app celery_app beat

DUE_DATABASE is the database (SQLAlchemy's address, after `due-workflow db upgrade`), DUE_BROKER Celery's broker. Beat
runs once; workers are as many as you like. A message that comes twice, late or never does no harm: what is due stands
in the database, each record is leased by one task at a time, and the next beat finds what is left.
"""

import os
import time
from functools import cache

from celery import Celery

from due_workflow import DueWorkflow, Worker
from due_workflow.adapters.log import LogNotifier
from due_workflow.adapters.sql import SqlStorage

EVERY = 15.0
"""Seconds between two rounds."""

app = Celery("due_work", broker=os.environ.get("DUE_BROKER", "amqp://localhost"))
app.conf.update(
    task_ignore_result=True,
    beat_schedule={
        name: {"task": name, "schedule": EVERY, "options": {"expires": EVERY}}
        for name in ("due.deadlines", "due.portals", "due.notices")
    },
)


@cache
def worker() -> Worker:
    """One for each process, made at its first task: after Celery's fork, so no connection is shared."""
    storage = SqlStorage(os.environ["DUE_DATABASE"])

    def flow_for(cabinet: str) -> DueWorkflow:
        return DueWorkflow(storage, cabinet=cabinet)  # your firm's portals and policy here

    return Worker(storage, flow_for=flow_for, notifiers=[LogNotifier()])


def until_nothing_is_due(*tasks: str) -> None:
    """Short, so that a worker told to stop has soon done with it; the next beat goes on."""
    ends = time.monotonic() + EVERY
    while time.monotonic() < ends and any(worker().run_once(tasks=tasks).values()):
        pass


@app.task(name="due.deadlines")
def deadlines() -> None:
    until_nothing_is_due("tick")


@app.task(name="due.portals")
def portals() -> None:
    until_nothing_is_due("send_released", "collect")


@app.task(name="due.notices")
def notices() -> None:
    until_nothing_is_due("deliver")
