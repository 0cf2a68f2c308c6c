"""Requests a second of `/statements?speaker=…` against two yardsticks, and p99 of every filter.

    python -m benchmarks.api [--statements 20000,200000] [--seconds 5] [--rounds 3] [--data FOLDER]

Makes a database of each size on an embedded PostgreSQL in FOLDER (kept there for the next time),
then, over the largest, serves three applications in turn, each by one uvicorn worker:

- the API, as `onrecord serve` runs it;
- `benchmarks.reference`: Starlette and asyncpg, PostgreSQL building the JSON by one query;
- `benchmarks.ordinary`: ORM entities through `response_model`.

The three answers are compared first. The load comes from wrk on the same machine, so ratios
count, not requests a second; where others use the machine too, the processor time that the worker
needs for a request is the steadier figure. Then each documented filter and order, facet, timeline,
total and search is asked over every size, in turn.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import psycopg

from app.db import make_engine
from app.embedded import embedded_postgres
from app.migrate import migrate
from benchmarks.synthetic import fill

PORT = 8790
SPEAKER = "Dmitry Peskov"
PATH = f"/statements?speaker={quote(SPEAKER)}&limit=25"
# Documented filters and orders; the second column says which are lists in date or id order.
QUERIES = [
    ("", True),
    ("sort=published_at", True),
    ("sort=id", True),
    ("speaker=Dmitry+Peskov", True),
    ("speaker=Ingrid+Solberg", True),
    ("speaker=Dmitry+Peskov&sort=id", True),
    ("has_speaker=false", True),
    ("has_speaker=true&sort=id", True),
    ("source=TASS", True),
    ("publisher=ANSA", True),
    ("publisher=290", True),
    ("publisher=290&sort=id", True),
    ("publisher=290&sort=published_at", True),
    ("via=TASS", True),
    ("via=20", True),
    ("via=20&sort=id", True),
    ("topic=NATO", True),
    ("topic=390", True),
    ("topic=390&sort=id", True),
    ("kind=mixed", True),
    ("act=thought", True),
    ("medium=interview", True),
    ("medium=interview&sort=id", True),
    ("language=es", True),
    ("published_from=2024-06-01", True),
    ("published_before=2020-02-01", True),
    ("published_from=2022-03-01&published_before=2022-03-08", True),
    ("published_from=2022-03-01&published_before=2022-03-08&sort=id", True),
    ("has_date=false", True),
    ("article=100", True),
    ("min_confidence=0.99", True),
    ("withdrawn=true", True),
    ("id=100&id=200", True),
    ("speaker=Dmitry+Peskov&via=TASS", True),
    ("source=290", True),
    ("source=TASS&language=en", True),
    ("exclude_source=TASS", True),
    ("q=harbour", False),
    ("q=war", False),
    ("q=harbour&sort=relevance", False),
    ("q=war&sort=relevance", False),
]
# What counts: each has a second, or says that it timed out.
COUNTS = [
    *(
        f"statements?{query}"
        for query in (
            "total=exact", "kind=mixed&total=exact", "speaker=Dmitry+Peskov&kind=direct",
            "source=TASS&kind=direct", "publisher=290", "via=20", "q=war", "language=es",
        )
    ),
    *(
        f"stats/facets?facet={facet}{rest}"
        for rest in ("", "&speaker=Dmitry+Peskov", "&topic=390", "&q=harbour")
        for facet in ("speaker", "source", "via", "topic", "kind", "language")
    ),
    *(
        f"stats/timeline?interval=month{rest}{split}"
        for rest in ("", "&speaker=Dmitry+Peskov", "&q=harbour")
        for split in ("", "&split_by=speaker", "&split_by=source", "&split_by=topic")
    ),
    "autocomplete?q=pes",
    "speakers/1",
]  # fmt: skip


@contextmanager
def databases(folder: Path, sizes: list[int]) -> Iterator[dict[int, str]]:
    """The URLs of the databases by size, made where they are not there yet."""
    with embedded_postgres(folder) as admin:
        urls = {}
        for size in sizes:
            name = f"synthetic_{size}"
            urls[size] = admin.replace("/postgres?", f"/{name}?")
            with psycopg.connect(admin, autocommit=True) as connection:
                there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if there.fetchone():
                    continue
                connection.execute(f"CREATE DATABASE {name}")
            engine = make_engine(urls[size])
            migrate(engine)
            engine.dispose()
            fill(urls[size], size)
        yield urls


@contextmanager
def serving(application: str, url: str, port: int = PORT) -> Iterator[tuple[str, psutil.Process]]:
    """The base URL and the process of an application of one worker over a database."""
    command = [sys.executable, "-m", "uvicorn", application, f"--port={port}", "--no-access-log"]
    command += ["--log-level=warning"]
    if application == "app":
        command = [str(Path(sys.executable).parent / "onrecord"), "serve", f"--port={port}"]
    environment = os.environ | {"DATABASE_URL": url, "ONRECORD_LOG_LEVEL": "warning"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            if process.poll() is not None:
                sys.exit(f"{application} ended at once")
            try:
                httpx.get(f"{base}{PATH}&total=none", timeout=30)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                break
        yield base, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk found: requests a second, latencies in ms, and how many requests there were."""

    rate: float
    p50: float
    p99: float
    count: int


def load(url: str, connections: int, seconds: float) -> Load:
    """Ask for one URL again and again."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout=20s", "--latency"]
    done = subprocess.run([*command, url], check=True, capture_output=True, text=True)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    late = dict(re.findall(r"(50|99)%\s+([\d.]+(?:us|ms|s))", done.stdout))
    count = re.search(r"(\d+) requests in", done.stdout)
    if not rate or not late or not count or "Non-2xx" in done.stdout:
        sys.exit(f"{url}: {done.stdout}")
    if not int(count[1]):  # none came back in the time given
        return Load(1 / seconds, seconds * 1000, seconds * 1000, 1)
    return Load(float(rate[1]), _ms(late["50"]), _ms(late["99"]), int(count[1]))


def _ms(latency: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", latency).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def plain(body: Any) -> Any:
    """An answer with all times written alike."""
    if isinstance(body, dict):
        return {key: plain(value) for key, value in body.items()}
    if isinstance(body, list):
        return [plain(value) for value in body]
    if isinstance(body, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT.*(Z|\+00:00)", body):
        return datetime.fromisoformat(body).isoformat()
    return body


def throughput(url: str, rounds: int, seconds: float) -> None:
    """Print requests a second of the API and of the yardsticks, in turn, and the ratios."""
    path = {"app": PATH, "reference": PATH, "ordinary": PATH}
    path |= {"app": f"{PATH}&total=none", "capped": PATH}
    served = {"app": "app", "capped": "app"}
    served |= {name: f"benchmarks.{name}:app" for name in ("reference", "ordinary")}
    bodies = {}
    rates: dict[str, list[float]] = {name: [] for name in path}
    costs: dict[str, list[float]] = {name: [] for name in path}
    for _ in range(rounds):
        for name in ("app", "reference", "capped", "ordinary"):
            with serving(served[name], url) as (base, process):
                if name != "capped":
                    bodies[name] = plain(httpx.get(base + path[name]).json())
                load(base + path[name], 16, 1)
                before = sum(process.cpu_times()[:2])
                found = load(base + path[name], 16, seconds)
                cost = (sum(process.cpu_times()[:2]) - before) / found.count * 1000
                rates[name].append(found.rate)
                costs[name].append(cost)
                print(
                    f"{name:10} {found.rate:7.0f} requests/s, p99 {found.p99:.1f} ms,"
                    f" {cost:.2f} ms of the worker's processor time a request",
                    flush=True,
                )
    if bodies["app"] != bodies["reference"] or bodies["app"]["data"] != bodies["ordinary"]["data"]:
        sys.exit("the three do not answer the same")

    print(f"\nthe same body of {len(bodies['app']['data'])} statements from all three; medians of")
    for what, of in (("requests a second", rates), ("processor time saved", _inverse(costs))):
        for one, other, least in (
            ("app", "reference", "0.6"),
            ("capped", "reference", "0.45"),
            ("app", "ordinary", "5"),
        ):
            ratios = [a / b for a, b in zip(of[one], of[other], strict=True)]
            spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
            print(
                f"  {what}: {one} / {other} {statistics.median(ratios):.2f} ({spread});"
                f" wanted: {least}"
            )


def _inverse(costs: dict[str, list[float]]) -> dict[str, list[float]]:
    return {name: [1 / cost for cost in found] for name, found in costs.items()}


def percentiles(urls: dict[int, str], seconds: float) -> None:
    """Print tables of each query's median and p99 in ms over each size, one connection.

    The sizes are asked in turn, so that whatever else the machine does falls on all of them.
    """
    lists = [f"statements?{query}{'&' if query else ''}total=none" for query, _ in QUERIES]
    with ExitStack() as stack:
        bases = [
            stack.enter_context(serving("app", url, PORT + n))[0]
            for n, url in enumerate(urls.values())
        ]
        for title, paths in (("list, no total", lists), ("count", COUNTS)):
            heads = " | ".join(f"p50, p99 at {size:,}" for size in urls)
            print(f"\n| {title} | {heads} | times |\n|---|{'---|' * (len(urls) + 1)}")
            for path in paths:
                _print_row(path, [f"{base}/{path}" for base in bases], seconds)


def _print_row(path: str, urls: list[str], seconds: float) -> None:
    answers = [httpx.get(url, timeout=30).content for url in urls]
    found = [load(url, 1, seconds) for url in urls]
    late = [" (timed out)" if b'"timed_out":true' in answer else "" for answer in answers]
    cells = [f"{one.p50:.1f}, {one.p99:.1f} ms{out}" for one, out in zip(found, late, strict=True)]
    times = f"{found[-1].p50 / found[0].p50:.1f}, {found[-1].p99 / found[0].p99:.1f}"
    name = path.removesuffix("total=none").removesuffix("&").removesuffix("?")
    print(f"| `/{name}` | {' | '.join(cells)} | {times} |", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--statements", default="20000,200000", help="sizes, the largest last")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--only", choices=["throughput", "percentiles"])
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("error: the load comes from wrk; install it (Debian: apt-get install wrk)")
    sizes = [int(size) for size in arguments.statements.split(",")]
    with databases(arguments.data, sizes) as urls:
        if arguments.only != "percentiles":
            throughput(urls[sizes[-1]], arguments.rounds, arguments.seconds)
        if arguments.only != "throughput":
            percentiles(urls, arguments.seconds)


if __name__ == "__main__":
    main()
