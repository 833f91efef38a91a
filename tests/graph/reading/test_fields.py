from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest

from graph.reading.reader import Answer
from graph.reading.shapes import SHAPES

Ask = Callable[[str], Awaitable[Answer]]

_CONTENT = """content { __typename requiredData email { __typename subject text html } sms
    push { __typename title body url icon } messenger webhook whatsapp }"""
EVERY_FIELD = {
    "Template": (
        f"""node(id: "tpl_1") {{ __typename id
        ... on Template {{ key title version channels {_CONTENT} createdAt updatedAt archivedAt }} }}""",
        {
            "__typename": "Template",
            "id": "tpl_1",
            "key": "order",
            "title": "Order",
            "version": 2,
            "channels": ["EMAIL", "SMS"],
            "content": {
                "__typename": "TemplateContent",
                "requiredData": ["code"],
                "email": {"__typename": "TemplateEmail", "subject": "S", "text": "T", "html": "<p>"},
                "sms": "Hello",
                "push": {"__typename": "TemplatePush", "title": "N", "body": "B", "url": None, "icon": "https://i"},
                "messenger": None,
                "webhook": {"a": 1},
                "whatsapp": {"name": "order"},
            },
            "createdAt": "1970-01-01T00:00:01.000Z",
            "updatedAt": "1970-01-01T00:00:02.000Z",
            "archivedAt": None,
        },
    ),
    "EffectiveTimezone": (
        'node(id: "prf_ann") { ... on Profile { effectiveTimezone { __typename zone source } } }',
        {"effectiveTimezone": {"__typename": "EffectiveTimezone", "zone": "Europe/London", "source": "DECLARED"}},
    ),
    "Profile": (
        """node(id: "prf_ann") { __typename id ... on Profile { mergedIds revision kind isIdentified isTest status
        firstName lastName birthDate sex locale timezone country city createdAt updatedAt firstSeenAt lastSeenAt
        identifiers { nodes { id } } subscriptions { nodes { id } }
        optOuts { since } events { nodes { id } } purchases { nodes { id } }
        messages { nodes { id } } consentHistory { nodes { id } } timeline { nodes { id kind at } }
        merges { nodes { id } } effectiveTimezone { zone } tracked { os } attribute (key: "points") { value }
        attributes { key } relations { nodes { id } }
        reach (resource: {key: "news"}, purpose: MARKETING, at: 5) { reachable } } }""",
        {
            "__typename": "Profile",
            "id": "prf_ann",
            "mergedIds": ["prf_old"],
            "revision": 7,
            "kind": "SUBSCRIBER",
            "isIdentified": True,
            "isTest": False,
            "status": "SUBSCRIBED",
            "firstName": "Ann",
            "lastName": "Archer",
            "birthDate": "1990-02-28",
            "sex": "FEMALE",
            "locale": "en-GB",
            "timezone": "Europe/London",
            "country": "GB",
            "city": "Leeds",
            "createdAt": "1970-01-01T00:00:01.000Z",
            "updatedAt": "1970-01-01T00:00:02.000Z",
            "firstSeenAt": "1970-01-01T00:00:00.500Z",
            "lastSeenAt": "1970-01-01T00:00:03.000Z",
            "identifiers": {"nodes": [{"id": "idn_ann"}, {"id": "idn_card"}, {"id": "idn_home"}]},
            "subscriptions": {"nodes": [{"id": "sub_1"}, {"id": "sub_2"}]},
            "optOuts": [{"since": "1970-01-01T00:00:01.300Z"}, {"since": "1970-01-01T00:00:01.400Z"}],
            "events": {"nodes": [{"id": "evt_2"}, {"id": "evt_1"}]},
            "purchases": {"nodes": [{"id": "pur_2"}, {"id": "pur_1"}]},
            "messages": {"nodes": [{"id": "msg_1"}]},
            "consentHistory": {"nodes": [{"id": "con_3"}, {"id": "con_2"}, {"id": "con_1"}]},
            "timeline": {
                "nodes": [
                    {"id": "evt_2", "kind": "EVENT", "at": "1970-01-01T00:00:11.000Z"},
                    {"id": "evt_1", "kind": "EVENT", "at": "1970-01-01T00:00:10.000Z"},
                    {"id": "msg_1", "kind": "MESSAGE", "at": "1970-01-01T00:00:09.000Z"},
                    {"id": "pur_2", "kind": "PURCHASE", "at": "1970-01-01T00:00:08.000Z"},
                    {"id": "pur_1", "kind": "PURCHASE", "at": "1970-01-01T00:00:07.000Z"},
                    {"id": "mrg_1", "kind": "MERGE", "at": "1970-01-01T00:00:06.500Z"},
                    {"id": "con_3", "kind": "CONSENT", "at": "1970-01-01T00:00:01.100Z"},
                    {"id": "con_2", "kind": "CONSENT", "at": "1970-01-01T00:00:01.050Z"},
                    {"id": "con_1", "kind": "CONSENT", "at": "1970-01-01T00:00:00.950Z"},
                ]
            },
            "merges": {"nodes": [{"id": "mrg_1"}]},
            "effectiveTimezone": {"zone": "Europe/London"},
            "tracked": {"os": "Linux"},
            "attribute": {"value": 42},
            "attributes": [{"key": "points"}, {"key": "tier"}],
            "relations": {"nodes": [{"id": "rel_1"}]},
            "reach": {"reachable": True},
        },
    ),
    "Reach": (
        """node(id: "prf_ann") { ... on Profile { reach(resource: {key: "news"}, purpose: MARKETING, at: 5) {
        __typename reachable refusedBy reason retryAt verdicts { rank } } } }""",
        {
            "reach": {
                "__typename": "Reach",
                "reachable": True,
                "refusedBy": None,
                "reason": None,
                "retryAt": None,
                "verdicts": [{"rank": 1}, {"rank": None}],
            }
        },
    ),
    "ReachVerdict": (
        """node(id: "prf_ann") { ... on Profile { reach(resource: {key: "news"}, purpose: MARKETING, at: 5) {
        verdicts { __typename reachable refusedBy reason retryAt rank subscription { id } } } } }""",
        {
            "reach": {
                "verdicts": [
                    {
                        "__typename": "ReachVerdict",
                        "reachable": True,
                        "refusedBy": None,
                        "reason": None,
                        "retryAt": None,
                        "rank": 1,
                        "subscription": {"id": "sub_1"},
                    },
                    {
                        "__typename": "ReachVerdict",
                        "reachable": False,
                        "refusedBy": "SUBSCRIPTION_STATUS",
                        "reason": "the subscription is UNSUBSCRIBED",
                        "retryAt": None,
                        "rank": None,
                        "subscription": {"id": "sub_2"},
                    },
                ]
            }
        },
    ),
    "Relation": (
        """node(id: "rel_1") { __typename id ... on Relation { type to { id } properties since } }""",
        {
            "__typename": "Relation",
            "id": "rel_1",
            "type": "parent",
            "to": {"id": "prf_bob"},
            "properties": {"lives": "here"},
            "since": "1970-01-01T00:00:02.800Z",
        },
    ),
    "Tracked": (
        """node(id: "prf_ann") { ... on Profile { tracked {
        __typename ip country region city timezone browser os lastAt } } }""",
        {
            "tracked": {
                "__typename": "Tracked",
                "ip": "192.0.2.7",
                "country": "GB",
                "region": "England",
                "city": "York",
                "timezone": "Europe/Jersey",
                "browser": "Firefox",
                "os": "Linux",
                "lastAt": "1970-01-01T00:00:02.500Z",
            }
        },
    ),
    "Attribute": (
        """node(id: "prf_ann") { ... on Profile { attribute(key: "points") { __typename key type value text
        updatedAt } } }""",
        {
            "attribute": {
                "__typename": "Attribute",
                "key": "points",
                "type": "INTEGER",
                "value": 42,
                "text": "42",
                "updatedAt": "1970-01-01T00:00:02.600Z",
            }
        },
    ),
    "AttributeDefinition": (
        "node: attributeDefinitions { __typename key type values indexed }",
        [
            {
                "__typename": "AttributeDefinition",
                "key": "points",
                "type": "INTEGER",
                "values": None,
                "indexed": False,
            },
            {
                "__typename": "AttributeDefinition",
                "key": "tier",
                "type": "ENUM",
                "values": ["gold", "silver"],
                "indexed": False,
            },
        ],
    ),
    "Identifier": (
        """node(id: "idn_home") { __typename id
        ... on Identifier { type namespace value masked suppression { id } profiles { nodes { id } } } }""",
        {
            "__typename": "Identifier",
            "id": "idn_home",
            "type": "EMAIL",
            "namespace": "",
            "value": "home@example.com",
            "masked": "h***@example.com",
            "suppression": {"id": "sup_2"},
            "profiles": {"nodes": [{"id": "prf_ann"}, {"id": "prf_bob"}]},
        },
    ),
    "ChannelSubscription": (
        """node(id: "sub_1") { __typename id ... on ChannelSubscription { profile { id } resource { key } channel
        address { masked } status statusAsOf(at: 1000) before: statusAsOf(at: 949) priority
        categories { joined } optIn { source } device { model } pushProvider suspendedUntil consentExpiresAt
        history { nodes { id } } createdAt } }""",
        {
            "__typename": "ChannelSubscription",
            "id": "sub_1",
            "profile": {"id": "prf_ann"},
            "resource": {"key": "news"},
            "channel": "EMAIL",
            "address": {"masked": "a***@example.com"},
            "status": "SUBSCRIBED",
            "statusAsOf": "UNCONFIRMED",
            "before": None,
            "priority": 0,
            "categories": [{"joined": False}, {"joined": True}, {"joined": True}],
            "optIn": {"source": "form"},
            "device": {"model": "One"},
            "pushProvider": "FIREBASE",
            "suspendedUntil": "1970-01-01T00:00:05.000Z",
            "consentExpiresAt": "1970-01-01T00:00:06.000Z",
            "history": {"nodes": [{"id": "con_3"}, {"id": "con_2"}, {"id": "con_1"}]},
            "createdAt": "1970-01-01T00:00:01.000Z",
        },
    ),
    "CategoryMembership": (
        """node(id: "sub_1") { ... on ChannelSubscription { categories {
        __typename category { id } joined explicit since } } }""",
        {
            "categories": [
                {
                    "__typename": "CategoryMembership",
                    "category": {"id": "cat_1"},
                    "joined": False,
                    "explicit": True,
                    "since": "1970-01-01T00:00:01.100Z",
                },
                {
                    "__typename": "CategoryMembership",
                    "category": {"id": "cat_2"},
                    "joined": True,
                    "explicit": False,
                    "since": None,
                },
                {
                    "__typename": "CategoryMembership",
                    "category": {"id": "cat_3"},
                    "joined": True,
                    "explicit": True,
                    "since": "1970-01-01T00:00:01.200Z",
                },
            ]
        },
    ),
    "OptInEvidence": (
        """node(id: "sub_1") { ... on ChannelSubscription { optIn { __typename at ip url source wording } } }""",
        {
            "optIn": {
                "__typename": "OptInEvidence",
                "at": "1970-01-01T00:00:00.900Z",
                "ip": "192.0.2.1",
                "url": "https://shop.example/join",
                "source": "form",
                "wording": "Yes, write to me",
            }
        },
    ),
    "BlockedIdentifier": (
        """node(id: "blk_1") { __typename id ... on BlockedIdentifier { type value createdAt } }""",
        {
            "__typename": "BlockedIdentifier",
            "id": "blk_1",
            "type": "EMAIL",
            "value": "noreply@*",
            "createdAt": "1970-01-01T00:00:01.000Z",
        },
    ),
    "OptOut": (
        """node(id: "prf_ann") { ... on Profile { optOuts { __typename resource { key } channel since liftedForChannels
        liftedForResources } } }""",
        {
            "optOuts": [
                {
                    "__typename": "OptOut",
                    "resource": {"key": "news"},
                    "channel": None,
                    "since": "1970-01-01T00:00:01.300Z",
                    "liftedForChannels": ["SMS"],
                    "liftedForResources": [],
                },
                {
                    "__typename": "OptOut",
                    "resource": None,
                    "channel": "SMS",
                    "since": "1970-01-01T00:00:01.400Z",
                    "liftedForChannels": [],
                    "liftedForResources": [],
                },
            ]
        },
    ),
    "Job": (
        """node(id: "job_1") { __typename id ... on Job { state done total summary { received } rejects { nodes {
        index } } } }""",
        {
            "__typename": "Job",
            "id": "job_1",
            "state": "DONE",
            "done": 5,
            "total": 5,
            "summary": {"received": 5},
            "rejects": {"nodes": [{"index": 4}]},
        },
    ),
    "BulkSummary": (
        """node(id: "job_1") { ... on Job { summary { __typename received created updated unchanged duplicate
        refused } } }""",
        {
            "summary": {
                "__typename": "BulkSummary",
                "received": 5,
                "created": 2,
                "updated": 1,
                "unchanged": 1,
                "duplicate": 0,
                "refused": 1,
            }
        },
    ),
    "RowResult": (
        """node(id: "job_1") { ... on Job { rejects { nodes { __typename index outcome id userErrors { code }
        } } } }""",
        {
            "rejects": {
                "nodes": [
                    {
                        "__typename": "RowResult",
                        "index": 4,
                        "outcome": "REFUSED",
                        "id": None,
                        "userErrors": [{"code": "INVALID"}],
                    }
                ]
            }
        },
    ),
    "UserError": (
        """node(id: "job_1") { ... on Job { rejects { nodes { userErrors { __typename code message field index
        } } } } }""",
        {
            "rejects": {
                "nodes": [
                    {
                        "userErrors": [
                            {
                                "__typename": "UserError",
                                "code": "INVALID",
                                "message": "Is wrong.",
                                "field": ["set", "city"],
                                "index": 4,
                            }
                        ]
                    }
                ]
            }
        },
    ),
    "Suppression": (
        """node(id: "sup_1") { __typename id ... on Suppression { kind pattern masked resource { key } channel reason
        since until } }""",
        {
            "__typename": "Suppression",
            "id": "sup_1",
            "kind": "ADDRESS",
            "pattern": "home@example.com",
            "masked": "h***@example.com",
            "resource": {"key": "news"},
            "channel": "EMAIL",
            "reason": "asked",
            "since": "1970-01-01T00:00:02.000Z",
            "until": "1970-01-01T00:00:03.000Z",
        },
    ),
    "ConsentRecord": (
        """node(id: "con_1") { __typename id ... on ConsentRecord { at kind profile { id } scope subscription { id }
        category { id } fromStatus toStatus cause source actor reason evidence { at ip url source wording } } }""",
        {
            "__typename": "ConsentRecord",
            "id": "con_1",
            "at": "1970-01-01T00:00:00.950Z",
            "kind": "CONSENT",
            "profile": {"id": "prf_ann"},
            "scope": "SUBSCRIPTION",
            "subscription": {"id": "sub_1"},
            "category": None,
            "fromStatus": None,
            "toStatus": "UNCONFIRMED",
            "cause": "subscribe",
            "source": "api",
            "actor": "key_1",
            "reason": None,
            "evidence": {
                "at": "1970-01-01T00:00:00.900Z",
                "ip": "192.0.2.2",
                "url": "https://shop.example/yes",
                "source": "till",
                "wording": "Yes",
            },
        },
    ),
    "Device": (
        """node(id: "sub_1") { ... on ChannelSubscription { device {
        __typename type model os osVersion appId appVersion language } } }""",
        {
            "device": {
                "__typename": "Device",
                "type": "phone",
                "model": "One",
                "os": "Android",
                "osVersion": "16",
                "appId": "example.shop",
                "appVersion": "2.1",
                "language": "en-GB",
            }
        },
    ),
    "Resource": (
        """node(id: "res_news") { __typename id ... on Resource { key title channels categories { nodes { key } }
        requireDoubleOptIn raisePriorityOfNew onUnknown trackOpens trackClicks stopWords startWords
        rate burst createdAt } }""",
        {
            "__typename": "Resource",
            "id": "res_news",
            "key": "news",
            "title": "News",
            "channels": ["EMAIL", "SMS"],
            "categories": {"nodes": [{"key": "offers"}, {"key": "safety"}, {"key": "tips"}]},
            "requireDoubleOptIn": True,
            "raisePriorityOfNew": False,
            "onUnknown": "RETRY",
            "trackOpens": False,
            "trackClicks": True,
            "stopWords": ["стоп"],
            "startWords": [],
            "rate": "0.50",
            "burst": 3,
            "createdAt": "1970-01-01T00:00:01.000Z",
        },
    ),
    "Category": (
        """node(id: "cat_3") { __typename id
        ... on Category { key title resource { id } mandatory active joinedByDefault } }""",
        {
            "__typename": "Category",
            "id": "cat_3",
            "key": "tips",
            "title": "Tips",
            "resource": {"id": "res_news"},
            "mandatory": False,
            "active": False,
            "joinedByDefault": False,
        },
    ),
    "Event": (
        """node(id: "evt_1") { __typename id ... on Event { at kind profile { id } source externalId eventType
        occurredAt receivedAt value properties products { id } causedBy { id } isTest } }""",
        {
            "__typename": "Event",
            "id": "evt_1",
            "at": "1970-01-01T00:00:10.000Z",
            "kind": "EVENT",
            "profile": {"id": "prf_ann"},
            "source": "web",
            "externalId": "1",
            "eventType": "view",
            "occurredAt": "1970-01-01T00:00:10.000Z",
            "receivedAt": "1970-01-01T00:00:10.001Z",
            "value": "1.50",
            "properties": {"page": "lamp", "tags": ["a", "b"]},
            "products": [{"id": "pro_1"}],
            "causedBy": None,
            "isTest": False,
        },
    ),
    "Product": (
        """node(id: "pro_1") { __typename id ... on Product { source sku name productCategory
        purchases { nodes { externalId } } } }""",
        {
            "__typename": "Product",
            "id": "pro_1",
            "source": "shop",
            "sku": "lamp",
            "name": "Lamp",
            "productCategory": "light",
            "purchases": {"nodes": [{"externalId": "A2"}, {"externalId": "A1"}]},
        },
    ),
    "Purchase": (
        """node(id: "pur_1") { __typename id ... on Purchase { at kind profile { id } source externalId purchaseKind
        purchaseStatus placedAt changedAt total { __typename amount currency } delivery { amount } discount { amount }
        lines { nodes { position } } isTest } }""",
        {
            "__typename": "Purchase",
            "id": "pur_1",
            "at": "1970-01-01T00:00:07.000Z",
            "kind": "PURCHASE",
            "profile": {"id": "prf_ann"},
            "source": "shop",
            "externalId": "A1",
            "purchaseKind": "SALE",
            "purchaseStatus": "PAID",
            "placedAt": "1970-01-01T00:00:07.000Z",
            "changedAt": "1970-01-01T00:00:07.500Z",
            "total": {"__typename": "Money", "amount": "12.55", "currency": "GBP"},
            "delivery": {"amount": "0.50"},
            "discount": {"amount": "0.25"},
            "lines": {"nodes": [{"position": 1}, {"position": 2}]},
            "isTest": False,
        },
    ),
    "PurchaseLine": (
        """node(id: "pur_1") { ... on Purchase { lines(first: 1) { nodes { __typename position product { sku } quantity
        unitPrice { amount currency } total { amount currency } lineStatus } } } }""",
        {
            "lines": {
                "nodes": [
                    {
                        "__typename": "PurchaseLine",
                        "position": 1,
                        "product": {"sku": "lamp"},
                        "quantity": 4,
                        "unitPrice": {"amount": "2.5625", "currency": "GBP"},
                        "total": {"amount": "10.25", "currency": "GBP"},
                        "lineStatus": "DELIVERED",
                    }
                ]
            }
        },
    ),
    "Message": (
        """node(id: "msg_1") { __typename id ... on Message { at kind profile { id } messageState purpose channel
        subject address masked subscription { id } resource { id } outreach { id } refusedBy reason isTest createdAt
        sentAt deliveredAt openedAt firstClickedAt openCount clickCount complainedAt
        unsubscribedAt attempts { nodes { id } } receipts { nodes { id } } } }""",
        {
            "__typename": "Message",
            "id": "msg_1",
            "at": "1970-01-01T00:00:09.000Z",
            "kind": "MESSAGE",
            "profile": {"id": "prf_ann"},
            "messageState": "CLICKED",
            "purpose": "MARKETING",
            "channel": "EMAIL",
            "subject": "Hello",
            "address": "ann@example.com",
            "masked": "a***@example.com",
            "subscription": {"id": "sub_1"},
            "resource": {"id": "res_news"},
            "outreach": {"id": "out_1"},
            "refusedBy": "EXPIRY",
            "reason": "late",
            "isTest": False,
            "createdAt": "1970-01-01T00:00:09.000Z",
            "sentAt": "1970-01-01T00:00:09.100Z",
            "deliveredAt": "1970-01-01T00:00:09.200Z",
            "openedAt": "1970-01-01T00:00:09.300Z",
            "firstClickedAt": "1970-01-01T00:00:09.400Z",
            "openCount": 2,
            "clickCount": 1,
            "complainedAt": "1970-01-01T00:00:09.500Z",
            "unsubscribedAt": "1970-01-01T00:00:09.600Z",
            "attempts": {"nodes": [{"id": "att_1"}, {"id": "att_2"}]},
            "receipts": {"nodes": [{"id": "rcp_1"}]},
        },
    ),
    "Merge": (
        """node(id: "mrg_1") { __typename id ... on Merge { at kind profile { id } from { id } fromId rule evidence
        actor undoneAt } }""",
        {
            "__typename": "Merge",
            "id": "mrg_1",
            "at": "1970-01-01T00:00:06.500Z",
            "kind": "MERGE",
            "profile": {"id": "prf_ann"},
            "from": {"id": "prf_ann"},
            "fromId": "prf_old",
            "rule": "manual",
            "evidence": "passport",
            "actor": "key_1",
            "undoneAt": "1970-01-01T00:00:06.600Z",
        },
    ),
    "Receipt": (
        """node(id: "rcp_1") { __typename id ... on Receipt { at provider eventType applied reason } }""",
        {
            "__typename": "Receipt",
            "id": "rcp_1",
            "at": "1970-01-01T00:00:09.200Z",
            "provider": "smtp",
            "eventType": "delivered",
            "applied": True,
            "reason": None,
        },
    ),
    "Attempt": (
        """node(id: "att_1") { __typename id ... on Attempt { at provider outcome answer nextAt } }""",
        {
            "__typename": "Attempt",
            "id": "att_1",
            "at": "1970-01-01T00:00:09.050Z",
            "provider": "smtp",
            "outcome": "DEFERRED",
            "answer": "450 later",
            "nextAt": "1970-01-01T00:00:09.080Z",
        },
    ),
    "Outreach": (
        """node(id: "out_1") { __typename id ... on Outreach { origin state refusedBy reason
        messages { nodes { id } } } }""",
        {
            "__typename": "Outreach",
            "id": "out_1",
            "origin": "API",
            "state": "QUEUED",
            "refusedBy": None,
            "reason": "asked",
            "messages": {"nodes": [{"id": "msg_1"}]},
        },
    ),
}
# These hang on a template, whose document asks for all of them.
EVERY_FIELD |= dict.fromkeys(("TemplateContent", "TemplateEmail", "TemplatePush"), EVERY_FIELD["Template"])


@pytest.mark.parametrize("type_name", EVERY_FIELD)
@pytest.mark.usefixtures("family")
async def test_every_field_of_a_type_has_the_value_of_the_graph(ask: Ask, type_name: str) -> None:
    document, expected = EVERY_FIELD[type_name]
    answer = await ask("{" + document + "}")
    assert answer.errors == ()
    assert answer.data == {"node": expected}
    json.dumps(answer.data)  # Nothing but plain JSON values may leave.


@pytest.mark.parametrize("type_name", SHAPES)
def test_every_field_of_every_shape_is_asked_for_above(type_name: str) -> None:
    document, _ = EVERY_FIELD[type_name]
    words = set(document.replace("{", " ").replace("}", " ").replace("(", " ").split())
    assert set(SHAPES[type_name].fields) - words == set()


@pytest.mark.usefixtures("family")
async def test_what_a_node_was_written_without_has_its_plain_meaning(ask: Ask) -> None:
    answer = await ask(
        """{ event: node(id: "evt_2") { ... on Event { receivedAt value properties products { id } causedBy { id } } }
        purchase: node(id: "pur_2") { ... on Purchase { changedAt delivery { amount } total { amount } isTest } }
        left: node(id: "con_3") { ... on ConsentRecord { category { key } fromStatus reason evidence { at } } }
        stopped: node(id: "sup_2") { ... on Suppression { pattern masked resource { id } channel until } }
        subscription: node(id: "sub_2") { ... on ChannelSubscription { optIn { at } suspendedUntil } }
        bob: node(id: "prf_bob") { ... on Profile { firstName birthDate lastSeenAt updatedAt isIdentified
        mergedIds tracked { ip } attribute(key: "points") { value } attributes { key } } } }"""
    )
    assert answer.errors == ()
    assert answer.data == {
        "event": {
            "receivedAt": "1970-01-01T00:00:11.000Z",
            "value": None,
            "properties": {},
            "products": [],
            "causedBy": {"id": "msg_1"},
        },
        "purchase": {
            "changedAt": "1970-01-01T00:00:08.000Z",
            "delivery": {"amount": "0.00"},
            "total": {"amount": "-2.55"},
            "isTest": False,
        },
        "left": {"category": {"key": "offers"}, "fromStatus": None, "reason": "too much", "evidence": None},
        "stopped": {
            "pattern": "example.com",
            "masked": "example.com",
            "resource": None,
            "channel": None,
            "until": None,
        },
        "subscription": {"optIn": None, "suspendedUntil": None},
        "bob": {
            "firstName": None,
            "birthDate": None,
            "lastSeenAt": None,
            "updatedAt": "1970-01-01T00:00:04.000Z",
            "isIdentified": False,
            "mergedIds": [],
            "tracked": None,
            "attribute": None,
            "attributes": [],
        },
    }
