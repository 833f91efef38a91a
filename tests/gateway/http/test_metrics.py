from __future__ import annotations

import httpx

from graph.errors import GraphUnavailable
from tests.gateway.doubles import ANNA, AUTHORIZATION, NOW, World

QUERY = '{ profile(by: {id: "prf_anna"}) { id } }'


def client_of(world: World) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(world.app().asgi)
    return httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=AUTHORIZATION)


def numbers(text: str) -> dict[str, int]:
    lines = [each.rpartition(" ") for each in text.splitlines() if not each.startswith("#")]
    return {name: int(value) for name, _, value in lines}


async def test_what_was_asked_is_counted() -> None:
    world = World()
    world.reader.entities["prf_anna"] = ANNA
    async with client_of(world) as client:
        before = numbers((await client.get("/metrics")).text)
        for query in (QUERY, QUERY, "{ nothing }"):
            await client.post("/graphql", json={"query": query})
        await client.post("/graphql", json={"query": QUERY}, headers={"Authorization": "Bearer cgk_other"})
        response = await client.get("/metrics")

    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    after = numbers(response.text)
    assert {name: after[name] - before[name] for name in before if not _is_told_elsewhere(name)} == {
        "customer_graph_operations_prepared_hits_total": 1,
        "customer_graph_operations_prepared_misses_total": 1,
        "customer_graph_plans_compiled_total": 1,
        "customer_graph_reads_refused_total": 0,
        'customer_graph_graphql_requests_total{status="2xx"}': 2,
        'customer_graph_graphql_requests_total{status="4xx"}': 2,
        'customer_graph_graphql_requests_total{status="5xx"}': 0,
    }
    assert after["customer_graph_documents_parsed_total"] > before["customer_graph_documents_parsed_total"]
    assert "prf_anna" not in response.text


async def test_what_waits_is_shown_beside_it_and_left_out_while_the_graph_is_away() -> None:
    world = World()
    world.graph.waiting = [("EMAIL", 3, NOW - 1_500), ("SMS", 0, None)]
    world.graph.dead = [("FAILED", 2), ("UNKNOWN", 1)]
    async with client_of(world) as client:
        text = (await client.get("/metrics")).text
        shown = text[text.index("# HELP customer_graph_pending_messages") :]
        world.graph.waiting_error = GraphUnavailable("away")
        away = await client.get("/metrics")

    assert shown == (
        "# HELP customer_graph_pending_messages Messages that wait to be sent or are being sent, 100000 at most.\n"
        "# TYPE customer_graph_pending_messages gauge\n"
        'customer_graph_pending_messages{channel="EMAIL"} 3\n'
        'customer_graph_pending_messages{channel="SMS"} 0\n'
        "# HELP customer_graph_oldest_due_seconds Seconds for which the oldest message that is due has waited for a "
        "worker.\n"
        "# TYPE customer_graph_oldest_due_seconds gauge\n"
        'customer_graph_oldest_due_seconds{channel="EMAIL"} 1.5\n'
        'customer_graph_oldest_due_seconds{channel="SMS"} 0.0\n'
        "# HELP customer_graph_dead_letters Messages that nobody sends any more unless somebody says so, 100000 at "
        "most.\n"
        "# TYPE customer_graph_dead_letters gauge\n"
        'customer_graph_dead_letters{state="FAILED"} 2\n'
        'customer_graph_dead_letters{state="UNKNOWN"} 1\n'
    )
    assert away.status_code == 200
    assert "customer_graph_operations" in away.text
    assert "customer_graph_pending" not in away.text


def _is_told_elsewhere(name: str) -> bool:
    """How many documents were parsed is not certain; for calls and letters see test_hooks.py, test_tracking.py."""
    return any(word in name for word in ("documents", "hook", "receipts", "letter_hits", "inbound", "departures"))


async def test_only_get_with_a_key_is_answered() -> None:
    async with client_of(World()) as client:
        response = await client.post("/metrics")
        assert (response.status_code, response.headers["allow"]) == (405, "GET")
        assert "customer_graph" not in response.text
        del client.headers["Authorization"]
        response = await client.get("/metrics")
        assert (response.status_code, response.headers["www-authenticate"]) == (401, 'Bearer realm="customer-graph"')
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
