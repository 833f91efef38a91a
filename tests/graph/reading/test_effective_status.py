"""The status that is shown is the one that reach acts on, recorded or not."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from graph.clock import FixedClock
from graph.connection import Graph
from graph.consent.running_out import Standing, effective_status
from graph.reading.compile import compiled
from graph.reading.draft import Caller
from graph.reading.reader import Reader
from graph.vocabulary import SubscriptionStatus
from tests.graph.reading.conftest import Ask, Write
from tests.graph.reading.documents import selections_of
from tests.graph.reading.places import ASKED_AT, CURSOR_KEY, CURSORS

_ENDS = (None, ASKED_AT - 1, ASKED_AT, ASKED_AT + 1)
_STANDINGS = {
    f"sub_{number:03}": Standing(*each) for number, each in enumerate(product(SubscriptionStatus, _ENDS, _ENDS))
}
_WRITE = """
CREATE (p:Profile {id: 'prf_many', status: 'SUBSCRIBED', kind: 'SUBSCRIBER', revision: 1})
WITH p UNWIND $rows AS row
CREATE (p)-[:HAS_SUBSCRIPTION]->(:Subscription {id: row[0], key: row[0], channel: 'EMAIL', status: row[1], priority: 0,
  suspendedUntil: datetime({epochMillis: row[2]}), consentExpiresAt: datetime({epochMillis: row[3]})})
"""
_STATUS = '{ node(id: "sub_1") { ... on ChannelSubscription { status } } }'


async def _write_all(write: Write) -> None:
    rows = [
        [id_, each.status.value, each.suspended_until_ms, each.consent_expires_at_ms]
        for id_, each in _STANDINGS.items()
    ]
    # A map with null makes no time, so those without an end are written with one and lose it.
    filled = [[id_, status, until or 0, expires or 0] for id_, status, until, expires in rows]
    await write(_WRITE, rows=filled)
    await write(
        "UNWIND $rows AS row MATCH (s:Subscription {id: row[0]}) "
        "FOREACH (_ IN CASE WHEN row[2] IS NULL THEN [1] END | REMOVE s.suspendedUntil) "
        "FOREACH (_ IN CASE WHEN row[3] IS NULL THEN [1] END | REMOVE s.consentExpiresAt)",
        rows=rows,
    )


async def test_every_status_with_every_end_is_shown_as_reach_takes_it(ask: Ask, write: Write) -> None:
    await _write_all(write)
    shown: dict[str, str] = {}
    for half in (list(_STANDINGS)[:60], list(_STANDINGS)[60:]):
        ids = ", ".join(f'"{each}"' for each in half)
        answer = await ask(f"{{ nodes(ids: [{ids}]) {{ ... on ChannelSubscription {{ id status }} }} }}")
        assert answer.errors == ()
        data: Any = answer.data
        shown |= {each["id"]: each["status"] for each in data["nodes"]}
    assert len(shown) == 7 * 4 * 4
    assert shown == {id_: effective_status(each, ASKED_AT).value for id_, each in _STANDINGS.items()}


@pytest.mark.usefixtures("family")
async def test_the_status_follows_the_readers_clock_and_the_record_does_not(graph: Graph, write: Write) -> None:
    await write("MATCH (s:Subscription {id: 'sub_1'}) SET s.status = 'SUSPENDED'")
    clock = FixedClock(4_999)
    reader = Reader(graph, CURSOR_KEY, clock)
    plans = reader.plans(selections_of(_STATUS))
    shown = []
    for _ in range(3):
        data: Any = (await reader.run(plans)).data
        shown.append(data["node"]["status"])
        clock.advance(1_000 if clock.now() > 4_999 else 1)
    assert shown == ["SUSPENDED", "SUBSCRIBED", "UNCONFIRMED"]
    as_recorded = """{ profile(by: {id: "prf_ann"}) {
        paused: subscriptions(statuses: [SUSPENDED]) { nodes { id status } }
        open: subscriptions(statuses: [UNCONFIRMED, SUBSCRIBED]) { nodes { id } } } }"""
    answer = await reader.answer(selections_of(as_recorded))
    assert answer.data == {
        "profile": {"paused": {"nodes": [{"id": "sub_1", "status": "UNCONFIRMED"}]}, "open": {"nodes": []}}
    }


def test_only_what_depends_on_the_time_asks_for_it() -> None:
    without = '{ node(id: "sub_1") { ... on ChannelSubscription { id suspendedUntil } } profiles { nodes { status } } }'
    plain, dated = (compiled(selections_of(each), Caller(CURSORS)) for each in (without, _STATUS))
    assert plain.statement is not None
    assert dated.statement is not None
    assert (plain.uses_now, "$now" in plain.statement.text) == (False, False)
    assert (dated.uses_now, "$now" in dated.statement.text) == (True, True)


@pytest.mark.parametrize(("until", "shown"), [(ASKED_AT, "sup_domain"), (ASKED_AT + 1, "sup_address")])
async def test_a_suppression_that_is_over_is_not_shown_and_hides_none_that_stands(
    ask: Ask, write: Write, until: int, shown: str
) -> None:
    await write(
        """
        CREATE (i:Identifier {id: 'idn_stopped', key: 'EMAIL::a@stopped.example', type: 'EMAIL',
            value: 'a@stopped.example', masked: 'a***@stopped.example', domain: 'stopped.example'})
        CREATE (:Suppression {id: 'sup_address', key: 'idn_stopped::', kind: 'ADDRESS', reason: 'asked',
            since: datetime({epochMillis: 1}), until: datetime({epochMillis: $until})})-[:STOPS]->(i)
        CREATE (:Suppression {id: 'sup_domain', key: 'stopped.example::', kind: 'DOMAIN', domain: 'stopped.example',
            reason: 'rude', since: datetime({epochMillis: 1})})
        """,
        until=until,
    )

    answer = await ask('{ node(id: "idn_stopped") { ... on Identifier { suppression { id } } } }')

    assert answer.errors == ()
    assert answer.data == {"node": {"suppression": {"id": shown}}}
