"""Random histories over all that changes a consent, a person or a history: model and product agree after each step."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from graph.connection import Graph
from graph.settings import GraphSettings
from graph.subscribing.resource import CreateResource, NewCategory, create_resource
from graph.vocabulary import Channel
from tests.histories.machine import BEGAN, Histories, Stage
from tests.histories.observed import Window

_THOROUGH = "CUSTOMER_GRAPH_THOROUGH" in os.environ
_SEEDS, _HISTORIES = (range(20), 100) if _THOROUGH else (range(1), 10)
_STEPS = 16
_CHANNELS = (Channel.EMAIL, Channel.MOBILE_PUSH)
# What a hundred histories hold for certain, and what ten do.
_ALWAYS = frozenset(
    {
        "TRACK",
        "SUBSCRIBE",
        "SUBSCRIBE CONSENT_REQUIRED",
        "CONFIRM",
        "SUSPEND",
        "BOUNCE",
        "COMPLAIN",
        "SIGN_OUT",
        "ERASE",
    }
    | {"LEAVE_SUBSCRIPTION", "LEAVE_CATEGORY", "LEAVE_RESOURCE", "LEAVE_CHANNEL", "LEAVE_EVERYTHING", "WAIT"}
    | {"IDENTIFY", "LINKED", "MERGED", "MERGE", "MERGE MERGE_REFUSED", "SPLIT"}
)
_OFTEN = frozenset({"TRACK", "SUBSCRIBE", "CONFIRM", "IDENTIFY", "MERGE"})


async def _opened(settings: GraphSettings) -> Graph:
    graph = Graph.open(settings)
    for key, is_double, categories in (("shop", False, (NewCategory("news", "News"),)), ("club", True, ())):
        command = CreateResource(
            key, key, _CHANNELS, f"{key}@example.com", require_double_opt_in=is_double, categories=categories
        )
        await create_resource(graph, command, None, BEGAN)
    return graph


@pytest.fixture
def machine(graph: Graph, graph_settings: GraphSettings) -> Iterator[type[Histories]]:  # noqa: ARG001  # It is emptied.
    """On a loop of its own, because Hypothesis runs each step as a plain function."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def play(step: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(step, loop).result(120)

    opened = play(_opened(graph_settings))

    class Played(Histories):
        seen: ClassVar[Counter[str]] = Counter()
        stage: ClassVar[Stage] = Stage(opened, Window(opened), play)

    yield Played
    play(opened.close())
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("number", _SEEDS)
def test_histories_agree_with_the_model_and_no_consent_widens(
    machine: type[Histories], number: int, record_property: Callable[[str, object], None]
) -> None:
    chosen = settings(
        max_examples=_HISTORIES,
        stateful_step_count=_STEPS,
        database=None,
        deadline=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(machine), settings=chosen)

    record_property("seen", ", ".join(f"{what} {times}" for what, times in sorted(machine.seen.items())))
    # What never happened was not compared.
    assert machine.seen.keys() >= (_ALWAYS if _THOROUGH else _OFTEN)
