from __future__ import annotations

import os

import pytest

from graph.settings import GraphSettings

URI = {"GRAPH_URI": "bolt://127.0.0.1:7687"}


def test_reads_in_flight_follow_the_cores_unless_said() -> None:
    assert GraphSettings.from_environment(URI).reads_in_flight == 2 * (os.cpu_count() or 1)
    assert GraphSettings.from_environment({**URI, "GRAPH_READS_IN_FLIGHT": "7"}).reads_in_flight == 7


def test_there_are_connections_for_all_reads_and_some_beside_them() -> None:
    assert GraphSettings.from_environment({**URI, "GRAPH_READS_IN_FLIGHT": "7"}).pool_size == 50
    assert GraphSettings.from_environment({**URI, "GRAPH_READS_IN_FLIGHT": "100"}).pool_size == 130


@pytest.mark.parametrize("wrong", ["0", "-1", "1001", "many", "1.5", "²", "99999999999"])
def test_a_number_of_reads_that_is_none_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match="GRAPH_READS_IN_FLIGHT must be a whole number from 1 to 1000"):
        GraphSettings.from_environment({**URI, "GRAPH_READS_IN_FLIGHT": wrong})
