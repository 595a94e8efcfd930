"""What the engine tells of its work: spans, metrics and log records, and never whom it is about."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from due_workflow import (
    AsyncDueWorkflow,
    Conflict,
    InputRefused,
    Mode,
    NotFound,
    Retry,
    StorageUnusable,
    TransitionRefused,
    Undeliverable,
    telemetry,
)
from due_workflow.instruments import METRICS
from due_workflow.ports import Changes
from due_workflow.testing import RecordingNotifier, Step
from due_workflow.testing import factories as f
from stories import CABINET, Firm, Wrapped

ROOT = Path(__file__).parent.parent


class Seen:
    """The spans and metrics of one test, from the real SDK."""

    def __init__(self) -> None:
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.meters = MeterProvider([self.reader])

    def spans(self, name: str = "") -> list[ReadableSpan]:
        return [s for s in self.exporter.get_finished_spans() if not name or s.name == f"due_workflow.{name}"]

    def one(self, name: str) -> dict[str, Any]:
        (span,) = self.spans(name)
        return dict(span.attributes or {})

    def points(self, name: str) -> list[tuple[dict[str, Any], Any]]:
        data = self.reader.get_metrics_data()
        return [
            (dict(point.attributes), getattr(point, "value", None) or getattr(point, "count", None))
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == f"due_workflow.{name}"
            for point in metric.data.data_points
        ]

    def count(self, name: str, **attributes: str) -> int:
        wanted = {f"due.{key}": value for key, value in attributes.items()}
        return sum(value for said, value in self.points(name) if wanted.items() <= said.items())


@pytest.fixture
def seen() -> Iterator[Seen]:
    made = Seen()
    telemetry.use(made.tracers, made.meters)
    yield made
    telemetry.use()


# ---- spans


def test_a_command_is_a_span_that_says_how_it_ended(seen: Seen) -> None:
    firm = Firm()
    firm.mandated()
    firm.flow.prepare(f.declaration("E-1"))
    assert seen.one("prepare") == {
        "due.cabinet": CABINET,
        "due.command": "prepare",
        "due.outcome": "done",
        "due.case_kind": "filing",
    }
    (span,) = seen.spans("prepare")
    assert span.instrumentation_scope is not None
    assert span.instrumentation_scope.name == "due_workflow"
    assert [s.name.removeprefix("due_workflow.") for s in seen.spans()][:2] == ["add_client", "select"]


def test_a_refusal_is_told_by_its_codes_and_is_no_error_of_the_program(seen: Seen) -> None:
    firm = Firm().opened()
    firm.mandated()
    with pytest.raises(TransitionRefused):
        firm.flow.go_live(f.siren())
    said = seen.one("go_live")
    assert (said["due.outcome"], said["due.reasons"]) == ("refused", ("no_accepted_test",))
    assert (said["due.case_kind"], said["error.type"]) == ("client", "TransitionRefused")
    (span,) = seen.spans("go_live")
    assert span.status.is_unset
    assert not span.events
    for call, outcome in (
        (lambda: firm.flow.release([]), "invalid"),
        (lambda: firm.flow.select(f.siren(5)), "not_found"),
    ):
        with pytest.raises((InputRefused, NotFound)):
            call()
        assert outcome in {(s.attributes or {})["due.outcome"] for s in seen.spans()}


def test_a_storage_that_fails_is_an_error_of_the_span(seen: Seen) -> None:
    class Broken(Wrapped):
        def commit(self, cabinet: str, changes: Changes) -> None:
            raise StorageUnusable("storage_closed")

    with pytest.raises(StorageUnusable):
        Firm(Broken(Firm().storage)).flow.add_client(f.client())
    (span,) = seen.spans("add_client")
    assert not span.status.is_ok
    assert span.status.status_code is trace.StatusCode.ERROR
    assert (span.status.description, span.events) == (None, ())
    assert seen.count("commands", command="add_client", outcome="unusable") == 1


def test_spans_nest_under_the_hosts_and_under_the_command_that_called(seen: Seen) -> None:
    firm = Firm().opened()
    firm.mandated()
    firm.portal.script(Step.BREAK_AFTER)
    firm.flow.send([firm.flow.prepare(f.declaration("E-1"), Mode.TEST).id])
    with seen.tracers.get_tracer("host").start_as_current_span("request") as request:
        firm.flow.collect(firm.portal)
    (collect,), (found,) = seen.spans("collect"), seen.spans("found")
    assert collect.parent is not None
    assert collect.parent.span_id == request.get_span_context().span_id
    assert found.parent is not None
    assert found.parent.span_id == collect.context.span_id
    assert found.context.trace_id == request.get_span_context().trace_id


def test_spans_nest_from_an_asyncio_host_too(seen: Seen) -> None:
    async def story() -> None:
        tracer = seen.tracers.get_tracer("host")
        async with AsyncDueWorkflow(Firm().storage, cabinet=CABINET) as flow:

            async def request(n: int) -> None:
                with tracer.start_as_current_span(f"request {n}"):
                    await flow.add_client(f.client(n))

            await asyncio.gather(*map(request, range(1, 6)))

    asyncio.run(story())
    hosts = {s.context.span_id: s.context.trace_id for s in seen.spans() if s.name.startswith("request")}
    parents = [(s.parent.span_id, s.context.trace_id) for s in seen.spans("add_client") if s.parent]
    assert sorted(parents) == sorted(hosts.items())


def test_a_command_of_many_is_one_span_that_the_host_never_finds_around_it(seen: Seen) -> None:
    firm = Firm().opened()
    firm.mandated()
    many = firm.flow.register_many([f.declaration("E-1"), f.declaration("E-2", 5)])
    assert [trace.get_current_span().get_span_context().is_valid for _ in many] == [False, False]
    said = seen.one("register_many")
    assert (said["due.count.done"], said["due.count.not_found"]) == (1, 1)
    # one that is left half-way ends too
    left = firm.flow.receive_many([f.ars("R1"), f.ars("R2")])
    next(left)
    left.close()
    assert seen.one("receive_many")["due.outcome"] == "stopped"


# ---- metrics


def test_commands_receipts_and_conflicts_are_counted(seen: Seen) -> None:
    class Contended(Wrapped):
        times = 3

        def commit(self, cabinet: str, changes: Changes) -> None:
            if Contended.times:
                Contended.times -= 1
                raise Conflict([r.ref for r in changes.write])
            super().commit(cabinet, changes)

    firm = Firm(Contended(Firm().storage)).opened()
    firm.mandated()
    sub = firm.sent(firm.flow.prepare(f.declaration("E-1"), Mode.TEST).id, ref="R1")
    firm.answered(sub, f.ars)
    firm.answered(sub, f.ars)
    list(firm.flow.receive_many([f.ars("R9"), f.ars("R9")]))
    assert seen.count("conflicts") == 3
    assert seen.count("commands", command="prepare", outcome="done") == 1
    assert seen.count("commands", command="receive", outcome="applied") == 1
    assert seen.count("commands", command="receive", outcome="repeat") == 1
    assert seen.count("command.duration", command="prepare") == 1
    outcomes = {said["due.outcome"]: count for said, count in seen.points("receipts")}
    assert outcomes == {"applied": 1, "repeat": 2, "tray": 1}


def test_a_worker_tells_its_tasks_its_deliveries_and_its_dead_letters(seen: Seen) -> None:
    firm = Firm(delivery_tries=2).opened()
    firm.live()
    good, bad = RecordingNotifier("good"), RecordingNotifier("bad")
    bad.fail_next(Undeliverable("no such address"))
    bad.fail_next(Retry(), times=2)
    worker = firm.worker(good, bad)
    worker.deliver()
    firm.move(hours=7)
    worker.deliver()
    notices = len(list(firm.read.notices()))
    assert notices == 2
    assert seen.count("deliveries", notifier="good", outcome="delivered") == 2
    assert seen.count("deliveries", notifier="bad", outcome="undeliverable") == 1
    assert seen.count("deliveries", notifier="bad", outcome="retry") == 2
    assert seen.count("dead_letters") == 2 == firm.read.health().dead_letters
    assert seen.count("worker.handled", task="deliver") > 0
    worker.tick()
    said = [dict(s.attributes or {}) for s in seen.spans("worker.tick")]
    assert said == [{"due.task": "tick", "due.outcome": "done", "due.count.tick": 0}]
    told = seen.spans("notify")
    assert {(s.attributes or {})["due.notice"] for s in told} == {"test_accepted", "went_live"}
    rounds = {s.context.span_id for s in seen.spans("worker.deliver")}
    assert {s.parent.span_id for s in told if s.parent} <= rounds
    assert all(s.parent for s in told)


def test_every_metric_that_the_table_names_is_told_somewhere(seen: Seen) -> None:
    test_a_worker_tells_its_tasks_its_deliveries_and_its_dead_letters(seen)
    telemetry.conflict()
    assert {name for name, _, _ in METRICS if not seen.points(name)} == set()


# ---- log records


def test_log_records_have_what_a_search_needs(caplog: pytest.LogCaptureFixture) -> None:
    firm = Firm().opened()
    firm.mandated()
    with caplog.at_level(logging.DEBUG, "due_workflow.commands"):
        firm.flow.prepare(f.declaration("E-1"))
        with pytest.raises(TransitionRefused):
            firm.flow.go_live(f.siren())
    done, refused = caplog.records
    assert (done.levelname, done.getMessage()) == ("DEBUG", "prepare: done")
    extras = {key: value for key, value in vars(done).items() if key.startswith(("due_", "duration"))}
    assert extras.pop("duration_ms") > 0
    assert extras == {
        "due_cabinet": CABINET,
        "due_command": "prepare",
        "due_case": "filing:E-1",
        "due_outcome": "done",
    }
    assert (refused.levelname, refused.getMessage()) == ("INFO", "go_live: refused")
    assert vars(refused)["due_reasons"] == ("no_accepted_test",)
    assert vars(refused)["due_case"] == f"client:{f.siren()}"


def test_a_quiet_logger_hears_nothing(caplog: pytest.LogCaptureFixture) -> None:
    firm = Firm().opened()
    with caplog.at_level(logging.WARNING), pytest.raises(NotFound):
        firm.flow.go_live(f.siren())
    assert caplog.records == []


def test_what_fails_in_a_worker_is_logged_with_its_case(caplog: pytest.LogCaptureFixture) -> None:
    firm = Firm().opened()
    firm.mandated()
    firm.flow.register(f.declaration("E-1"))
    firm.move(days=4)
    worker = firm.worker()
    worker.flow_for = lambda _: Firm().flow.read.filing("E-1") and firm.flow
    worker.tick()
    (record,) = [r for r in caplog.records if r.levelname == "WARNING"]
    assert vars(record)["due_cabinet"] == CABINET
    assert (vars(record)["due_case"], vars(record)["due_outcome"]) == ("filing:E-1", "not_found")


# ---- personal data


def test_no_nir_is_told_wherever_it_was_typed(seen: Seen, caplog: pytest.LogCaptureFixture) -> None:
    declaration = f.declaration("E-1")
    assert declaration.employee.nir is not None
    nir = declaration.employee.nir.reveal()
    forms = (nir, nir[:13], f"{nir[:13]} {nir[13:]}", f"{nir[0]} {nir[1:3]} {nir[3:5]} {nir[5:7]}")
    with caplog.at_level(logging.DEBUG):
        firm = Firm(delivery_tries=1).opened()
        firm.live()
        sub = firm.flow.prepare(declaration, Mode.REAL, by=nir, key=nir)
        firm.flow.release([sub.id], by=nir)
        notifier = RecordingNotifier("bad")
        notifier.fail_next(Undeliverable(f"refused for {nir}"), times=9)
        worker = firm.worker(notifier)
        worker.run_once()
        firm.flow.receive(f.ars("R9", verdicts=(), filename=None), by=nir, origin=nir)
        for call in (
            lambda: firm.flow.go_live(nir),
            lambda: firm.flow.abandon(nir, nir, by=nir),
            lambda: firm.flow.learn_ref("D-1", nir),
            lambda: firm.flow.renew(f"{nir}/real/1", None, nir),
            lambda: firm.flow.declared_elsewhere(nir, f.NOW, nir),
            lambda: firm.flow.set_aside(nir, nir),
        ):
            with pytest.raises((InputRefused, NotFound, TransitionRefused)):
                call()
        firm.move(days=9)
        worker.run_once()
    told = [span.to_json() for span in seen.spans()]
    told.append(str(seen.reader.get_metrics_data().to_json()))  # type: ignore[union-attr]  # there is data
    told += [f"{record.getMessage()} {json.dumps(vars(record), default=str)}" for record in caplog.records]
    assert len(seen.spans()) > 30
    assert len(caplog.records) > 30
    for text in told:
        for form in forms:
            assert form not in text
        assert "DURAND" not in text


# ---- with and without OpenTelemetry

STORY = """
import sys
{before}
sys.path.insert(0, {tests!r})
from stories import Firm
from due_workflow.testing import RecordingNotifier
firm = Firm().opened()
{between}
firm.live()
firm.declared()
list(firm.flow.receive_many([]))
firm.worker(RecordingNotifier()).run_once()
assert firm.status() == "declared"
{after}
"""


def ran(before: str = "", between: str = "", after: str = "") -> str:
    script = STORY.format(before=before, between=between, after=after, tests=str(ROOT / "tests"))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_without_opentelemetry_everything_works_and_nothing_looks_for_it() -> None:
    ran(before="sys.modules['opentelemetry'] = None  # as if it were not installed")
    said = ran(after="print([name for name in sys.modules if name.startswith('opentelemetry')])")
    assert said.strip() == "[]"


def test_the_api_alone_without_a_provider_tells_nothing_and_works() -> None:
    said = ran(
        before="import opentelemetry.trace, opentelemetry.metrics",
        after="from due_workflow.instruments import ON; print(ON.tracer(), ON.meters())",
    )
    assert said.split() == ["None", "None"]


def test_global_providers_are_found_whenever_the_host_sets_them() -> None:
    between = """
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
metrics.set_meter_provider(MeterProvider([reader]))
"""
    after = """
names = [s.name for s in spans.get_finished_spans()]
assert "due_workflow.go_live" in names and "due_workflow.worker.deliver" in names, names
assert "due_workflow.set_software" not in names
found = {m.name for r in reader.get_metrics_data().resource_metrics for s in r.scope_metrics for m in s.metrics}
print(sorted(found))
"""
    assert "'due_workflow.commands'" in ran(between=between, after=after)


def test_durations_are_in_seconds(seen: Seen) -> None:
    Firm().opened()
    data = seen.reader.get_metrics_data()
    assert data is not None
    (metric,) = [
        m
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for m in scope.metrics
        if m.name == "due_workflow.command.duration"
    ]
    assert metric.unit == "s"
    assert all(0 < point.sum < timedelta(minutes=1).total_seconds() for point in metric.data.data_points)
