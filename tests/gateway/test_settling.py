from __future__ import annotations

import asyncio
from typing import cast

import pytest

from gateway import settling as module
from gateway.settling import Settling
from graph.connection import Graph
from graph.errors import GraphError, GraphUnavailable, SchemaTooNew


class Steps:
    """The graph's side of settling, one scripted answer after the other; None is success."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.registered: list[str] = []
        self.pings = 0
        monkeypatch.setattr(module, "require_current_schema", self.require)
        monkeypatch.setattr(module, "register_admin_key", self.register)
        monkeypatch.setattr(module, "_TRY_AGAIN_AFTER_S", 0.0)

    async def require(self, _graph: Graph) -> None:
        answer = self.answers.pop(0)
        if answer:
            raise answer

    async def register(self, _graph: Graph, key: str) -> None:
        self.registered.append(key)

    async def ping(self) -> None:
        self.pings += 1


async def test_the_key_is_registered_once_the_schema_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(monkeypatch, None)
    settling = Settling(cast("Graph", steps), "cgk_admin")
    with pytest.raises(GraphUnavailable):
        await settling.ready()
    await settling.settle()

    await settling.ready()
    assert settling.is_settled()
    assert steps.registered == ["cgk_admin"]
    assert steps.pings == 1


async def test_a_graph_of_a_newer_program_is_refused_and_gets_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(monkeypatch, SchemaTooNew("newer"))
    settling = Settling(cast("Graph", steps), "cgk_admin")
    with pytest.raises(SchemaTooNew):
        await settling.settle()

    assert not settling.is_settled()
    assert steps.registered == []


async def test_it_goes_on_by_itself_when_the_graph_is_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = GraphUnavailable("the graph cannot be reached")
    steps = Steps(monkeypatch, away, away, GraphError("run migrate"), None)
    settling = Settling(cast("Graph", steps), None)
    await asyncio.wait_for(settling.settle_patiently(), 5)

    assert settling.is_settled()
    assert steps.registered == []
    # Each reason is said once, however often it is met.
    assert [each.getMessage() for each in caplog.records if each.levelname == "WARNING"] == [
        "not ready: the graph cannot be reached",
        "not ready: run migrate",
    ]
