"""What Prometheus scrapes: how many requests, how fast, and how ingestion stands."""

import time
from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.queries.gauges import Gauges

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SEEN = "onrecord.route"
# A path that is no route of ours is not told: anybody could make up as many as they like.
_NONE = "none"
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class _Items(Collector):
    """What the database counted, which goes on when this process starts anew."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def collect(self) -> Iterable[Metric]:
        """The inputs of ingestion."""
        family = CounterMetricFamily(
            "onrecord_ingest_items", "Inputs of ingestion, by outcome.", labels=["outcome"]
        )
        for outcome, number in self.counts.items():
            family.add_metric([outcome], number)
        yield family


class Instruments:
    """The counters of one application, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._requests = Counter(
            "onrecord_http_requests",
            "Requests answered, by route, method and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "onrecord_http_request_duration_seconds",
            "From a request's head to the end of its answer, by route.",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.in_flight = self._gauge("onrecord_http_requests_in_flight", "Being answered.")
        self._database_up = self._gauge("onrecord_database_up", "Whether the database answers.")
        self._pool = self._gauge(
            "onrecord_pool_connections", "Database connections of the reads.", "state"
        )
        self._items = _Items()
        self.registry.register(self._items)
        self._jobs = self._gauge("onrecord_jobs", "Jobs that are not done, by state.", "state")
        self._oldest = self._gauge(
            "onrecord_jobs_oldest_seconds", "Age of the oldest job that waits for a worker."
        )
        self._workers = self._gauge("onrecord_workers", "Workers that gave a sign of life lately.")
        # To look a child up by its labels takes longer than to count.
        self._children: dict[tuple[str, str, int], tuple[Any, Any]] = {}

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request that was answered, or broken off (status 0)."""
        key = (method, route, status)
        child = self._children.get(key)
        if child is None:
            known = method if method in _METHODS else "other"
            child = (self._requests.labels(known, route, status), self._seconds.labels(route))
            if method == known:
                self._children[key] = child
        child[0].inc()
        child[1].observe(seconds)

    def render(self, engine: AsyncEngine, gauges: Gauges | None) -> bytes:
        """All of it in Prometheus's text format; without gauges the database does not answer."""
        pool = engine.pool
        if isinstance(pool, QueuePool):
            self._pool.labels("used").set(pool.checkedout())
            self._pool.labels("idle").set(pool.checkedin())
        self._database_up.set(gauges is not None)
        if gauges is not None:
            self._items.counts = gauges.items
            for state, number in gauges.jobs.items():
                self._jobs.labels(state).set(number)
            self._oldest.set(gauges.oldest_seconds)
            self._workers.set(gauges.workers)
        return generate_latest(self.registry)


class NoteRoute:
    """Tells `Metrics`, which stands outside of all that changes a scope, the route taken."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, then look where it went."""
        try:
            await self.app(scope, receive, send)
        finally:
            seen = scope.get(_SEEN)
            if seen is not None:
                seen.append(getattr(scope.get("route"), "path", _NONE))


class Metrics:
    """Counts every request by route template, method and status, and times it; plain ASGI."""

    def __init__(self, app: ASGIApp, instruments: Instruments) -> None:
        self.app = app
        self._instruments = instruments

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen: list[str] = []
        scope[_SEEN] = seen
        status = 0

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        instruments = self._instruments
        instruments.in_flight.inc()
        begun = time.perf_counter()
        try:
            await self.app(scope, receive, note_status)
        finally:
            took = time.perf_counter() - begun
            instruments.in_flight.dec()
            instruments.count(scope["method"], seen[-1] if seen else _NONE, status, took)
