"""Push tokens in lists: a device shows what is sent to whoever uses it now."""

from __future__ import annotations

from graph.connection import Graph
from graph.vocabulary import SubscriptionStatus
from tests.graph.importing.lists import at, errors, imported, row
from tests.graph.subscribing.shop import (
    BREAKS,
    NOW,
    OWNERS,
    join,
    ledger,
    open_shop,
    subscriptions,
    token,
)


async def test_a_push_token_of_a_list_is_taken_from_whoever_had_it(graph: Graph) -> None:
    await open_shop(graph)
    before = await join(graph, token())

    (bob,) = await imported(graph, row("bob", at(token())), now_ms=NOW + 1)

    assert await ledger(graph, before["subscriptionId"]) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "SUSPENDED", "handed_over"],
    ]
    assert await graph.read(OWNERS, key=token().key) == [bob.id]
    assert [each[1] for each in await subscriptions(graph, str(bob.id))] == ["SUBSCRIBED"]


async def test_a_list_that_tells_of_a_dead_device_takes_it_from_nobody(graph: Graph) -> None:
    await open_shop(graph)
    present = await join(graph, token())

    (bob,) = await imported(graph, row("bob", at(token(), status=SubscriptionStatus.INVALID)), now_ms=NOW + 1)

    assert [each[1] for each in await subscriptions(graph, str(bob.id))] == ["INVALID"]
    assert await ledger(graph, present["subscriptionId"]) == [[None, "SUBSCRIBED", "subscribe"]]
    assert present["profileId"] in await graph.read(OWNERS, key=token().key)


async def test_of_rows_with_one_token_the_last_one_has_it_as_often_as_the_list_is_read(graph: Graph) -> None:
    await open_shop(graph)
    rows = [row(name, at(token()), index=n) for n, name in enumerate(("ann", "bob", "cleo"))]

    for turn in range(2):
        results = await imported(graph, *rows, now_ms=NOW + turn)

        assert errors(results) == [[], [], []]
        assert await graph.read(OWNERS, key=token().key) == [results[2].id]
        found = [[each[1] for each in await subscriptions(graph, str(each.id))] for each in results]
        assert found == [["SUSPENDED"], ["SUSPENDED"], ["SUBSCRIBED"]]
    assert await graph.read(BREAKS) == []
