from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from gateway.stack.errors import SecretLost
from gateway.stack.own_secret import own_secret
from gateway.stack.up_settings import UpSettings
from graph.connection import Graph
from graph.statement import Statement


class _OneAnswer:
    """A graph that says whether it has data, and nothing else."""

    def __init__(self, *, has_data: bool) -> None:
        self._has_data = has_data

    async def read(self, statement: Statement, **parameters: object) -> Any:
        assert (statement.name, parameters) == ("anybody", {})
        return self._has_data


async def test_it_is_made_for_an_empty_graph_and_kept(tmp_path: Path) -> None:
    settings = _settings(tmp_path)

    first = await own_secret(settings, _graph(has_data=False))
    second = await own_secret(settings, _graph(has_data=True))

    assert len(first) == 43
    assert second == first


async def test_a_graph_with_data_gets_no_new_one(tmp_path: Path) -> None:
    settings = _settings(tmp_path)

    with pytest.raises(SecretLost, match="the graph has data, but its secret is not in"):
        await own_secret(settings, _graph(has_data=True))

    assert list(settings.data.secrets.iterdir()) == []


async def test_a_given_one_is_used_and_not_written_down(tmp_path: Path) -> None:
    settings = _settings(tmp_path, CUSTOMER_GRAPH_SECRET="brought along")

    assert await own_secret(settings, _graph(has_data=True)) == "brought along"
    assert list(settings.data.secrets.iterdir()) == []


def _settings(folder: Path, **given: str) -> UpSettings:
    settings = UpSettings.from_environment({"CUSTOMER_GRAPH_DATA": str(folder), **given})
    settings.data.create()
    return settings


def _graph(*, has_data: bool) -> Graph:
    return cast("Graph", _OneAnswer(has_data=has_data))
