from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from graph.reading.reader import Answer, FieldError

Ask = Callable[[str], Awaitable[Answer]]
Write = Callable[..., Awaitable[None]]

pytestmark = pytest.mark.usefixtures("family")


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('profile(by: {id: "prf_bob"}) { id }', {"id": "prf_bob"}),
        ('profile(by: {id: "prf_nobody"}) { id }', None),
        ('profile(by: {id: "not an id"}) { id }', None),
        (
            'profile(by: {identifier: {type: EMAIL, namespace: "", value: " Ann@EXAMPLE.com"}}) { id }',
            {"id": "prf_ann"},
        ),
        ('profile(by: {identifier: {type: EMAIL, value: "nobody@example.com"}}) { id }', None),
        ('profile(by: {identifier: {type: EMAIL, value: "no address"}}) { id }', None),
        ('identifier(by: {type: EXTERNAL, namespace: "shop", value: "7"}) { id }', {"id": "idn_card"}),
        ('identifier(by: {type: PHONE, value: "7"}) { id }', None),
        ('resource(by: {key: "news"}) { id }', {"id": "res_news"}),
        ('resource(by: {id: "res_news"}) { key }', {"key": "news"}),
        ('resource(by: {key: "nothing"}) { id }', None),
        ('product(by: {sku: {source: "shop", sku: "lamp"}}) { id }', {"id": "pro_1"}),
        ('product(by: {sku: {source: "default", sku: "lamp"}}) { id }', None),
        ('product(by: {id: "pro_2"}) { name }', {"name": None}),
        ('purchase(by: {external: {source: "shop", externalId: "A1"}}) { id }', {"id": "pur_1"}),
        ('purchase(by: {id: "pur_2"}) { externalId }', {"externalId": "A2"}),
        ('message(id: "msg_1") { id }', {"id": "msg_1"}),
        ('message(id: "evt_1") { id }', None),
        ('node(id: "evt_1") { __typename }', {"__typename": "Event"}),
        ('node(id: "zzz_1") { id }', None),
        ('node(id: "") { id }', None),
        ("resources { nodes { id } }", {"nodes": [{"id": "res_news"}]}),
        ("messages { nodes { id } }", {"nodes": [{"id": "msg_1"}]}),
        ("products { nodes { id } }", {"nodes": [{"id": "pro_1"}, {"id": "pro_2"}]}),
        ("profiles { nodes { id } count { value exact } }", {
            "nodes": [{"id": "prf_bob"}, {"id": "prf_ann"}],
            "count": {"value": 2, "exact": True},
        }),
    ],
)  # fmt: skip
async def test_each_root_field_finds_what_it_names(ask: Ask, document: str, expected: object) -> None:
    answer = await ask("{ found: " + document + " }")
    assert answer == Answer({"found": expected}, ())


async def test_nodes_stand_where_their_ids_stood_and_unknown_ones_are_null(ask: Ask) -> None:
    answer = await ask(
        """{ nodes(ids: ["pur_1", "msg_0", "prf_old", "pur_1", "what", "prf_ann", "pro_1"]) {
        __typename id ... on Purchase { externalId } ... on Profile { id city } } }"""
    )
    purchase = {"__typename": "Purchase", "id": "pur_1", "externalId": "A1"}
    ann = {"__typename": "Profile", "id": "prf_ann", "city": "Leeds"}
    product = {"__typename": "Product", "id": "pro_1"}
    assert answer == Answer({"nodes": [purchase, None, ann, purchase, None, ann, product]}, ())


async def test_one_statement_answers_many_roots_and_one_field_twice_with_other_arguments(ask: Ask) -> None:
    answer = await ask(
        """{ __typename ann: profile(by: {id: "prf_ann"}) { newest: events(first: 1) { nodes { id } }
        oldest: events(first: 1, direction: ASC) { nodes { id } }
        clicks: events(types: ["click", "click"]) { nodes { id } }
        none: events(types: []) { nodes { id } } }
        bob: profile(by: {id: "prf_bob"}) { events { nodes { id } } }
        message(id: "msg_1") { subscription { profile { purchases { nodes {
        lines { nodes { product { sku } } } } } } } } }"""
    )
    assert answer.errors == ()
    assert answer.data == {
        "__typename": "Query",
        "ann": {
            "newest": {"nodes": [{"id": "evt_2"}]},
            "oldest": {"nodes": [{"id": "evt_1"}]},
            "clicks": {"nodes": [{"id": "evt_2"}]},
            "none": {"nodes": []},
        },
        "bob": {"events": {"nodes": []}},
        "message": {
            "subscription": {
                "profile": {
                    "purchases": {
                        "nodes": [
                            {"lines": {"nodes": [{"product": {"sku": "lamp"}}]}},
                            {"lines": {"nodes": [{"product": {"sku": "lamp"}}, {"product": {"sku": "bare"}}]}},
                        ]
                    }
                }
            }
        },
    }


async def test_parts_of_one_field_asked_in_two_fragments_come_together(ask: Ask) -> None:
    answer = await ask(
        """{ node(id: "evt_1") { ... on Event { profile { id } } ... on Purchase { total { amount } }
        ... on Event { profile { city } } } }"""
    )
    assert answer == Answer({"node": {"profile": {"id": "prf_ann", "city": "Leeds"}}}, ())


async def test_a_merged_id_gives_the_survivor_and_links_to_people_end_there(ask: Ask) -> None:
    answer = await ask(
        """{ profile(by: {id: "prf_old"}) { id mergedIds } node(id: "prf_old") { id }
        event: node(id: "evt_2") { ... on Event { profile { id lastName } } }
        purchase(by: {id: "pur_2"}) { profile { id } } message(id: "msg_1") { profile { id } }
        identifier(by: {type: EXTERNAL, namespace: "shop", value: "7"}) {
        profiles { nodes { id } count { value } } } }"""
    )
    assert answer.errors == ()
    assert answer.data == {
        "profile": {"id": "prf_ann", "mergedIds": ["prf_old"]},
        "node": {"id": "prf_ann"},
        "event": {"profile": {"id": "prf_ann", "lastName": "Archer"}},
        "purchase": {"profile": {"id": "prf_ann"}},
        "message": {"profile": {"id": "prf_ann"}},
        "identifier": {"profiles": {"nodes": [{"id": "prf_ann"}], "count": {"value": 1}}},
    }


async def test_a_value_of_two_people_is_refused_and_shows_neither(ask: Ask) -> None:
    answer = await ask(
        """{ who: profile(by: {identifier: {type: EMAIL, value: "home@example.com"}}) { id lastName }
        still: profile(by: {identifier: {type: EXTERNAL, namespace: "shop", value: "7"}}) { id } }"""
    )
    assert answer.data == {"who": None, "still": {"id": "prf_ann"}}
    assert answer.errors == (FieldError(("who",), "AMBIGUOUS_MATCH", "This value points to several people."),)


async def test_subscriptions_are_filtered_by_channel_and_status(ask: Ask) -> None:
    answer = await ask(
        """{ profile(by: {id: "prf_ann"}) { sms: subscriptions(channel: SMS) { nodes { id } count { value } }
        open: subscriptions(statuses: [SUBSCRIBED, SUSPENDED]) { nodes { id } }
        neither: subscriptions(channel: SMS, statuses: [SUBSCRIBED]) { nodes { id } count { value exact } }
        all: subscriptions(channel: null) { count { value } } } }"""
    )
    assert answer == Answer(
        {
            "profile": {
                "sms": {"nodes": [{"id": "sub_2"}], "count": {"value": 1}},
                "open": {"nodes": [{"id": "sub_1"}]},
                "neither": {"nodes": [], "count": {"value": 0, "exact": True}},
                "all": {"count": {"value": 2}},
            }
        },
        (),
    )


async def test_a_value_that_must_be_there_and_is_not_empties_the_nearest_field_that_may_be_null(
    ask: Ask, write: Write
) -> None:
    await write("MATCH (s:Subscription {id: 'sub_1'})-[at:AT]->() DELETE at")
    await write("MATCH (p:Purchase {id: 'pur_1'}) REMOVE p.kind")
    await write("MATCH (e:Event {id: 'evt_1'}) SET e.properties = '{broken'")
    answer = await ask(
        """{ message(id: "msg_1") { id subscription { id address { id } } address }
        profile(by: {id: "prf_ann"}) { purchases { nodes { id purchaseKind } } }
        nodes(ids: ["evt_2", "evt_1"]) { ... on Event { properties } } }"""
    )
    assert answer.data == {
        "message": {"id": "msg_1", "subscription": None, "address": None},
        "profile": None,
        "nodes": [{"properties": {}}, None],
    }
    assert [(each.path, each.code) for each in answer.errors] == [
        (("message", "subscription", "address"), "VALUE_MISSING"),
        (("profile", "purchases", "nodes", 1, "purchaseKind"), "VALUE_MISSING"),
        (("nodes", 1, "properties"), "VALUE_MISSING"),
    ]


async def test_a_missing_value_below_a_root_field_that_may_not_be_null_leaves_no_data(ask: Ask, write: Write) -> None:
    await write("MATCH (r:Resource) REMOVE r.title")
    answer = await ask("{ resources { edges { node { title } } } }")
    assert answer.data is None
    assert [(each.path, each.code) for each in answer.errors] == [
        (("resources", "edges", 0, "node", "title"), "VALUE_MISSING")
    ]
