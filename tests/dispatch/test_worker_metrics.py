from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from dispatch.accounts import Accounts, Answered
from dispatch.handovers import Handovers
from dispatch.outcome import Accepted, Deferred, Paced, Refused, Unknown
from dispatch.worker_metrics import WorkerMetrics
from gateway.stack.ports import free_port
from graph.vocabulary import Channel
from tests.dispatch.test_accounts import LETTER, Account


@pytest.fixture
def handovers() -> Handovers:
    return Handovers()


@pytest.fixture
async def address(handovers: Handovers) -> AsyncIterator[str]:
    port = free_port()
    metrics = WorkerMetrics(port, handovers)
    await metrics.start()
    yield f"http://127.0.0.1:{port}"
    await metrics.stop()
    await metrics.stop()


def lines(handovers: Handovers) -> list[tuple[str, dict[str, str], float]]:
    return [(each.name, dict(each.labels), each.value) for each in handovers.counters()]


async def test_what_accounts_say_is_shown_as_prometheus_reads_it(address: str, handovers: Handovers) -> None:
    handovers.answered(Channel.SMS, "main", Accepted("ok"), 0.25)
    handovers.answered(Channel.SMS, "main", Accepted("ok"), 0.5)
    handovers.answered(Channel.SMS, "main", Unknown("lost"), 10.0)
    handovers.answered(Channel.EMAIL, "smtp", Refused("550"), 0.125)
    handovers.paced(Channel.SMS, "main", Paced("so fast", 1_000))

    async with aiohttp.ClientSession() as session, session.get(f"{address}/metrics") as response:
        assert response.status == 200
        assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        text = await response.text()
        async with session.get(f"{address}/other") as other, session.post(f"{address}/metrics") as posted:
            assert (other.status, posted.status) == (404, 405)

    assert text == (
        "# HELP customer_graph_handovers_total Messages that were handed to an account, by what it said.\n"
        "# TYPE customer_graph_handovers_total counter\n"
        'customer_graph_handovers_total{channel="EMAIL",account="smtp",outcome="refused"} 1\n'
        'customer_graph_handovers_total{channel="SMS",account="main",outcome="accepted"} 2\n'
        'customer_graph_handovers_total{channel="SMS",account="main",outcome="paced"} 1\n'
        'customer_graph_handovers_total{channel="SMS",account="main",outcome="unknown"} 1\n'
        "# HELP customer_graph_handover_seconds_sum How long all answers of an account took.\n"
        "# TYPE customer_graph_handover_seconds_sum counter\n"
        'customer_graph_handover_seconds_sum{channel="EMAIL",account="smtp"} 0.125\n'
        'customer_graph_handover_seconds_sum{channel="SMS",account="main"} 10.75\n'
        "# HELP customer_graph_handover_seconds_count How many answers these were.\n"
        "# TYPE customer_graph_handover_seconds_count counter\n"
        'customer_graph_handover_seconds_count{channel="EMAIL",account="smtp"} 1\n'
        'customer_graph_handover_seconds_count{channel="SMS",account="main"} 3\n'
    )


async def test_an_account_that_was_asked_in_vain_is_counted_beside_the_one_that_took_it(handovers: Handovers) -> None:
    first, second = Account("first", Deferred("503", elsewhere=True)), Account("second", Accepted("ok"))
    accounts = Accounts.of([first, second], handovers=handovers)

    assert await accounts.send(LETTER) == Answered("second", Accepted("ok"))

    counted = [each for each in lines(handovers) if each[0] == "customer_graph_handovers_total"]
    assert [(labels, value) for _, labels, value in counted] == [
        ({"channel": "SMS", "account": "first", "outcome": "deferred"}, 1),
        ({"channel": "SMS", "account": "second", "outcome": "accepted"}, 1),
    ]


async def test_nothing_of_a_message_stands_in_the_numbers(handovers: Handovers) -> None:
    letter = replace(LETTER, subject="A secret", text="Nobody may know")
    accounts = Accounts.of([Account("first", Refused("no such number +442079460000"))], handovers=handovers)
    await accounts.send(letter)

    shown = repr(lines(handovers))
    assert letter.address is not None
    for private in (letter.address, letter.message_id, "A secret", "Nobody", "no such number"):
        assert private not in shown


async def test_a_port_that_somebody_else_has_is_told_by_the_name_of_its_variable(handovers: Handovers) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        metrics = WorkerMetrics(taken.getsockname()[1], handovers)

        with pytest.raises(ValueError, match=r"^CUSTOMER_GRAPH_WORKER_METRICS_PORT: "):
            await metrics.start()


def test_what_was_only_paced_has_no_answers(handovers: Handovers) -> None:
    handovers.paced(Channel.SMS, "main", Paced("so fast", 1_000))

    assert lines(handovers) == [
        ("customer_graph_handovers_total", {"channel": "SMS", "account": "main", "outcome": "paced"}, 1)
    ]


def test_jobs_that_were_left_out_are_counted_by_queue(handovers: Handovers) -> None:
    for queue in ("sms", "email", "sms"):
        handovers.left_out(queue)

    assert lines(handovers) == [
        ("customer_graph_jobs_left_out_total", {"queue": "email"}, 1),
        ("customer_graph_jobs_left_out_total", {"queue": "sms"}, 2),
    ]
