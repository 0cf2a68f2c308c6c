"""Several processes: the same outcome as one, whatever becomes of them; signals; channels."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app.db import make_engine
from app.ingestion.channel import Channel, ChannelClosedError
from app.ingestion.extractor import Extractor
from app.ingestion.items import Item
from app.ingestion.prepared import Failed, Prepared
from app.ingestion.raw import Raw, Unreadable
from app.ingestion.run import ingest_all
from app.models import Article, IngestItem, IngestRun, Outcome
from tests.conftest import Databases
from tests.ingestion.states import state

MANY = 24  # more than wait before other processes start


def raw(n: int) -> Raw:
    words = (
        f"“The harbour will open in month {n},” said Mayor Ingrid Solberg.\n"
        f"Kofi Mensah, the minister, said that the rains had failed in district {n % 5}.\n"
    )
    return Raw(f"file:///{n}.txt", f"{n}.txt", words.encode())


@dataclass(frozen=True, slots=True)
class Deadly(Raw):
    """An article that ends every process that takes it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (9,)


def deadly() -> Raw:
    return Deadly("file:///deadly.txt", "deadly.txt", b"\xff")


def test_several_processes_give_what_one_gives(
    engine: Engine, db_url: str, databases: Databases, template: str
):
    other_url = databases.url(databases.create(template))
    other = make_engine(other_url)
    ingest_all(other, map(raw, range(MANY)), processes=1)
    other.dispose()
    for outcome in (Outcome.INGESTED, Outcome.UNCHANGED):
        report = ingest_all(engine, map(raw, range(MANY)), processes=2)
        assert report.counts == {outcome: MANY}
        with engine.connect() as connection:
            run = connection.execute(select(IngestRun).where(IngestRun.id == report.run_id)).one()
            items = connection.scalar(
                select(func.count()).where(
                    IngestItem.run_id == report.run_id, IngestItem.outcome == outcome
                )
            )
        assert run.counts == {outcome.value: MANY}
        assert run.finished_at is not None
        assert items == MANY
    assert state(db_url) == state(other_url)


def test_what_kills_a_process_costs_nobody_else(engine: Engine):
    inputs = [deadly() if n == 12 else raw(n) for n in range(MANY)]
    totals: list[int | None] = []
    report = ingest_all(
        engine, inputs, processes=2, progress=lambda item, done, total: totals.append(total)
    )
    assert report.counts == {Outcome.INGESTED: MANY - 1, Outcome.FAILED: 1}
    assert report.failures[0].input == "deadly.txt"
    assert "ended twice with status 9" in (report.failures[0].reason or "")
    assert totals[-1] == MANY


def test_a_killed_process_is_replaced():
    with Extractor() as extractor:
        assert isinstance(extractor.prepare(raw(1)), Prepared)
        assert extractor.pid is not None
        os.kill(extractor.pid, signal.SIGKILL)
        assert isinstance(extractor.prepare(raw(2)), Prepared)
        assert isinstance(extractor.prepare(Raw("x", "x", b" ")), Failed)
    with pytest.raises(ChannelClosedError):
        extractor.prepare(raw(3))


def test_one_process_keeps_the_order(engine: Engine):
    inputs: list[Raw | Unreadable] = [raw(0), Unreadable("lost.txt", "no such file"), raw(1)]
    seen: list[Item] = []
    ingest_all(engine, inputs, progress=lambda item, done, total: seen.append(item))
    assert [item.input for item in seen] == ["0.txt", "lost.txt", "1.txt"]


@pytest.fixture
def heard() -> Iterator[None]:
    """SIGINT as a terminal gives it: what a shell starts in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_after_the_article_in_hand(
    engine: Engine, processes: int, number: signal.Signals
):
    def interrupt(item: Item, done: int, total: int | None) -> None:
        if done == 12:
            signal.raise_signal(number)

    before = signal.getsignal(number)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        ingest_all(engine, map(raw, range(MANY)), processes=processes, progress=interrupt)
    assert signal.getsignal(number) == before
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Article)) == 12
        assert connection.scalar(select(func.count()).select_from(IngestItem)) == 12
        run = connection.execute(select(IngestRun)).one()
    assert run.counts == {"ingested": 12}
    assert run.finished_at is None
    assert ingest_all(engine, map(raw, range(MANY))).counts == {
        Outcome.UNCHANGED: 12,
        Outcome.INGESTED: MANY - 12,
    }


def test_a_reader_that_breaks_ends_the_run_with_its_error(engine: Engine):
    def inputs() -> Iterator[Raw]:
        yield raw(0)
        raise RuntimeError("the archive is on fire")

    with pytest.raises(RuntimeError, match="on fire"):
        ingest_all(engine, inputs())


class TestChannel:
    def test_ends_with_its_last_producer(self):
        channel: Channel[int] = Channel(10, 10, producers=2)
        channel.put(1)
        channel.end()
        channel.put(2)
        channel.end()
        assert list(channel) == [1, 2]

    @pytest.mark.parametrize(("most", "heaviest"), [(3, 1000), (1000, 30)])
    def test_holds_so_many_or_so_much(self, most: int, heaviest: int):
        channel: Channel[int] = Channel(most, heaviest)
        sizes: list[int] = []

        def produce() -> None:
            for n in range(50):
                channel.put(n, weight=10)
                sizes.append(channel.count(int))
            channel.end()

        thread = threading.Thread(target=produce)
        thread.start()
        assert list(channel) == list(range(50))
        thread.join()
        assert max(sizes) <= 3

    def test_what_is_too_heavy_for_any_goes_alone(self):
        channel: Channel[int] = Channel(3, 30)
        channel.put(1, weight=1000)
        channel.end()
        assert list(channel) == [1]

    def test_breaks_off_for_everybody(self):
        channel: Channel[int] = Channel(1, 1)
        channel.close(ValueError("broken"))
        with pytest.raises(ChannelClosedError):
            channel.put(1)
        with pytest.raises(ValueError, match="broken"):
            next(iter(channel))
