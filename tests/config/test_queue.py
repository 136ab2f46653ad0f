"""The queue as the application's role, whose right is to read and write rows and nothing more."""

import json
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from celery import Celery
from kombu import Connection, Message, Queue

from apps.config import queue
from apps.config.scheduler import OnlyOne
from tests.database import TestDatabase


@pytest.fixture
def broker(committed_db: TestDatabase) -> Iterator[Connection]:
    options = queue.broker()
    with Connection(options["broker_url"], transport_options=options["broker_transport_options"]) as connection:
        yield connection


def _waiting(database: TestDatabase, table: str = "q") -> int:
    with psycopg.connect(database.url) as connection:
        row = connection.execute(f"SELECT count(*) FROM pgmq.{table}_{queue.NAME}").fetchone()
        assert row
        return int(row[0])


def _make_visible(database: TestDatabase) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute(f"UPDATE pgmq.q_{queue.NAME} SET vt = clock_timestamp() - interval '1 second'")


def test_a_message_goes_when_it_is_acknowledged_and_not_before(broker: Connection, committed_db: TestDatabase) -> None:
    simple = broker.SimpleQueue(queue.NAME)
    simple.put({"n": 1})
    message = simple.get_nowait()
    assert message.payload == {"n": 1}
    assert _waiting(committed_db) == 1
    message.ack()
    assert _waiting(committed_db) == 0


def test_a_message_that_is_given_back_comes_again(broker: Connection) -> None:
    simple = broker.SimpleQueue(queue.NAME)
    simple.put({"n": 1})
    simple.get_nowait().requeue()
    assert simple.get(timeout=5).payload == {"n": 1}


def test_what_a_dead_worker_held_is_offered_again(broker: Connection) -> None:
    simple = broker.SimpleQueue(queue.NAME)
    simple.put({"n": 1})
    simple.get_nowait()
    with pytest.raises(simple.Empty):
        simple.get_nowait()
    assert queue.take_back() == 1
    assert simple.get_nowait().payload == {"n": 1}


def test_a_message_that_is_never_finished_is_put_aside(broker: Connection, committed_db: TestDatabase) -> None:
    simple = broker.SimpleQueue(queue.NAME)
    simple.put({"n": 1})
    for _ in range(queue.MOST_DELIVERIES):
        assert simple.get_nowait().payload == {"n": 1}
        _make_visible(committed_db)
    with pytest.raises(simple.Empty):
        simple.get_nowait()
    assert (_waiting(committed_db), _waiting(committed_db, "a")) == (0, 1)


def test_a_waiting_consumer_is_woken(broker: Connection, committed_db: TestDatabase) -> None:
    got: list[float] = []

    def receive(body: object, message: Message) -> None:
        got.append(time.monotonic())
        message.ack()

    consumer = broker.Consumer(Queue(queue.NAME), callbacks=[receive])
    consumer.consume()
    with pytest.raises(TimeoutError):
        broker.drain_events(timeout=0.2)

    sent: list[float] = []

    def send() -> None:
        time.sleep(0.3)
        options = queue.broker()
        with Connection(options["broker_url"], transport_options=options["broker_transport_options"]) as other:
            producer = other.SimpleQueue(queue.NAME)
            sent.append(time.monotonic())
            producer.put({"n": 1})

    sender = threading.Thread(target=send)
    sender.start()
    until = time.monotonic() + 5
    while not got and time.monotonic() < until:
        try:
            broker.drain_events(timeout=2)
        except TimeoutError:
            continue
    sender.join()
    assert got[0] - sent[0] < 0.9, "polling alone would take a second"


def test_tasks_are_sent_as_json_to_the_one_queue(committed_db: TestDatabase) -> None:
    app = Celery("sender", set_as_current=False)
    app.conf.update(**queue.broker(), task_default_queue=queue.NAME, task_ignore_result=True)
    app.send_task("any.task", args=[1, "ä"])
    with psycopg.connect(committed_db.url) as connection:
        row = connection.execute(f"SELECT message FROM pgmq.q_{queue.NAME}").fetchone()
    assert row
    assert row[0]["headers"]["task"] == "any.task"
    assert json.dumps(row[0])
    app.close()


def test_only_one_scheduler_is_at_work(committed_db: TestDatabase) -> None:
    first, second = OnlyOne(), OnlyOne()
    assert (first.held(), second.held(), first.held()) == (True, False, True)
    first.release()
    assert second.held()
    second.release()
