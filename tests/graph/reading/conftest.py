from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from typing import LiteralString

import neo4j
import pytest

from graph.clock import FixedClock
from graph.connection import Graph
from graph.errors import GraphTimeout
from graph.reading.compile import compiled
from graph.reading.draft import NOW, Caller
from graph.reading.reader import Answer, Reader
from graph.selection import Selection
from graph.settings import GraphSettings
from graph.statement import Statement
from graph.statements.buyers import MARK_ALL_BUYERS
from graph.statements.purchase_lines import LIST_ALL_UNDER_PRODUCTS
from tests.graph.reading.documents import selections_of
from tests.graph.reading.operators import Operator, hits
from tests.graph.reading.places import ASKED_AT, CURSOR_KEY, CURSORS

Ask = Callable[[str], Awaitable[Answer]]
Write = Callable[..., Awaitable[None]]
Selected = Callable[[str], tuple[Selection, ...]]

# A graph that has just started, on a busy machine, may think longer about its first plan than a read may take.
_COLD_START_S = 30.0

# What the planner knows of how much there is.
FIGURES = ("old figures", "figures of an empty graph")

# One family in one shop: Ann, who was once also known as prf_old, and Bob, who shares an address with her.
_FAMILY = """
CREATE (news:Resource {id: 'res_news', key: 'news', title: 'News', channels: ['EMAIL', 'SMS'],
          requireDoubleOptIn: true, raisePriorityOfNew: false, trackOpens: false, stopWords: ["стоп"],
          rateMicros: 500000, burst: 3, createdAt: datetime({epochMillis: 1000})})
CREATE (offers:Category {id: 'cat_1', key: 'offers', scopedKey: 'res_news:offers', title: 'Offers', mandatory: false,
          active: true, joinedByDefault: true})
CREATE (safety:Category {id: 'cat_2', key: 'safety', scopedKey: 'res_news:safety', title: 'Safety', mandatory: true,
          active: true, joinedByDefault: true})
CREATE (tips:Category {id: 'cat_3', key: 'tips', scopedKey: 'res_news:tips', title: 'Tips', mandatory: false,
          active: false, joinedByDefault: false})
CREATE (news)-[:OFFERS]->(offers), (news)-[:OFFERS]->(safety), (news)-[:OFFERS]->(tips)
CREATE (ann:Profile {id: 'prf_ann', status: 'SUBSCRIBED', revision: 7, memberIds: ['prf_ann', 'prf_old'],
          kind: 'SUBSCRIBER', isIdentified: true, isTest: false, firstName: 'Ann', lastName: 'Archer',
          birthDate: date('1990-02-28'), sex: 'FEMALE', locale: 'en-GB', timezone: 'Europe/London', country: 'GB',
          city: 'Leeds', createdAt: datetime({epochMillis: 1000}), updatedAt: datetime({epochMillis: 2000}),
          firstSeenAt: datetime({epochMillis: 500}), lastSeenAt: datetime({epochMillis: 3000}),
          tracked_ip: '192.0.2.7', tracked_country: 'GB', tracked_region: 'England', tracked_city: 'York',
          tracked_timezone: 'Europe/Jersey', tracked_browser: 'Firefox', tracked_os: 'Linux',
          tracked_lastAt: datetime({epochMillis: 2500}), attr_points: 42, attr_tier: 'gold',
          at_attr_points: datetime({epochMillis: 2600}), at_attr_tier: datetime({epochMillis: 2700})})
CREATE (:AttributeDefinition {key: 'tier', type: 'ENUM', values: ['gold', 'silver'],
          createdAt: datetime({epochMillis: 100})}),
       (:AttributeDefinition {key: 'points', type: 'INTEGER', createdAt: datetime({epochMillis: 100})})
CREATE (old:Profile {id: 'prf_old', status: 'SUBSCRIBED', revision: 7, mergedInto: 'prf_ann',
          kind: 'ANONYMOUS', createdAt: datetime({epochMillis: 1500}), lastName: 'Aaron'})
CREATE (bob:Profile {id: 'prf_bob', status: 'SUBSCRIBED', revision: 1, kind: 'LEAD',
          createdAt: datetime({epochMillis: 4000})})
CREATE (mail:Identifier {id: 'idn_ann', key: 'EMAIL::ann@example.com', type: 'EMAIL', namespace: '',
          value: 'ann@example.com', masked: 'a***@example.com'})
CREATE (home:Identifier {id: 'idn_home', key: 'EMAIL::home@example.com', type: 'EMAIL', namespace: '',
          value: 'home@example.com', masked: 'h***@example.com', domain: 'example.com'})
CREATE (card:Identifier {id: 'idn_card', key: 'EXTERNAL:shop:7', type: 'EXTERNAL', namespace: 'shop', value: '7',
          masked: '***'})
CREATE (ann)-[:RELATES]->(:Relation {id: 'rel_1', key: 'prf_ann:parent:prf_bob', type: 'parent',
          properties: '{"lives":"here"}', since: datetime({epochMillis: 2800})})-[:TO]->(bob)
CREATE (:BlockedValue {id: 'blk_1', key: 'EMAIL:noreply@*', type: 'EMAIL', value: 'noreply@*',
          createdAt: datetime({epochMillis: 1000})})
CREATE (mail)-[:IDENTIFIES]->(ann), (home)-[:IDENTIFIES]->(ann), (home)-[:IDENTIFIES]->(bob)
CREATE (card)-[:IDENTIFIES]->(ann), (card)-[:IDENTIFIES]->(old)
CREATE (first:Subscription {id: 'sub_1', key: 'k1', channel: 'EMAIL', status: 'SUBSCRIBED', priority: 0,
          optInAt: datetime({epochMillis: 900}), optInIp: '192.0.2.1', optInUrl: 'https://shop.example/join',
          optInSource: 'form', optInWording: 'Yes, write to me', suspendedUntil: datetime({epochMillis: 5000}),
          consentExpiresAt: datetime({epochMillis: 6000}), createdAt: datetime({epochMillis: 1000}),
          deviceType: 'phone', deviceModel: 'One', deviceOs: 'Android', deviceOsVersion: '16',
          deviceAppId: 'example.shop', deviceAppVersion: '2.1', deviceLanguage: 'en-GB', pushProvider: 'FIREBASE'})
CREATE (second:Subscription {id: 'sub_2', key: 'k2', channel: 'SMS', status: 'UNSUBSCRIBED', priority: 1,
          createdAt: datetime({epochMillis: 1000})})
CREATE (ann)-[:HAS_SUBSCRIPTION]->(first)-[:AT]->(mail), (first)-[:OF]->(news)
CREATE (ann)-[:HAS_SUBSCRIPTION]->(second)-[:AT]->(home), (second)-[:OF]->(news)
CREATE (first)-[:LEFT {at: datetime({epochMillis: 1100})}]->(offers)
CREATE (first)-[:JOINED {at: datetime({epochMillis: 1200})}]->(tips)
CREATE (ann)-[:OPTED_OUT]->(:OptOut {id: 'opt_1', key: 'prf_ann:resource:res_news', resourceId: 'res_news',
          since: datetime({epochMillis: 1300}), liftedForChannels: ['SMS']})-[:OF]->(news)
CREATE (ann)-[:OPTED_OUT]->(:OptOut {id: 'opt_2', key: 'prf_ann:channel:SMS', channel: 'SMS',
          since: datetime({epochMillis: 1400})})
CREATE (:ConsentRecord {id: 'con_1', scope: 'SUBSCRIPTION', subjectId: 'sub_1', seq: 1, profileId: 'prf_old',
          at: datetime({epochMillis: 950}), toStatus: 'UNCONFIRMED', cause: 'subscribe', source: 'api', actor: 'key_1',
          evidenceAt: datetime({epochMillis: 900}), evidenceIp: '192.0.2.2', evidenceUrl: 'https://shop.example/yes',
          evidenceSource: 'till', evidenceWording: 'Yes'})-[:ABOUT]->(first)
CREATE (:ConsentRecord {id: 'con_2', scope: 'SUBSCRIPTION', subjectId: 'sub_1', seq: 2, profileId: 'prf_ann',
          at: datetime({epochMillis: 1050}), fromStatus: 'UNCONFIRMED', toStatus: 'SUBSCRIBED', cause: 'confirm',
          source: 'api', actor: 'key_1'})-[:ABOUT]->(first)
CREATE (:ConsentRecord {id: 'con_3', scope: 'CATEGORY', subjectId: 'sub_1:cat_1', seq: 1, profileId: 'prf_ann',
          categoryId: 'cat_1', at: datetime({epochMillis: 1100}), toStatus: 'UNSUBSCRIBED', cause: 'leave',
          source: 'api', actor: 'key_1', reason: 'too much'})-[:ABOUT]->(first)
CREATE (:Suppression {id: 'sup_1', key: 'idn_home:res_news:EMAIL', kind: 'ADDRESS', resourceId: 'res_news',
          channel: 'EMAIL', reason: 'asked', since: datetime({epochMillis: 2000}),
          until: datetime({epochMillis: 3000})})-[:STOPS]->(home)
CREATE (:Suppression {id: 'sup_2', key: 'example.com::', kind: 'DOMAIN', domain: 'example.com', reason: 'rude',
          since: datetime({epochMillis: 2100})})
WITH *
MATCH (stopped:Suppression {id: 'sup_1'})
CREATE (stopped)-[:OF]->(news)
CREATE (lamp:Product {id: 'pro_1', sourceKey: 'shop:lamp', source: 'shop', sku: 'lamp', name: 'Lamp',
          productCategory: 'light'})
CREATE (bare:Product {id: 'pro_2', sourceKey: 'shop:bare', source: 'shop', sku: 'bare'})
CREATE (sale:Purchase {id: 'pur_1', sourceKey: 'shop:A1', source: 'shop', externalId: 'A1', profileId: 'prf_ann',
          kind: 'SALE', status: 'PAID', placedAt: datetime({epochMillis: 7000}), currency: 'GBP',
          changedAt: datetime({epochMillis: 7500}), totalMicros: 12550000, deliveryMicros: 500000,
          discountMicros: 250000, isTest: false})
CREATE (back:Purchase {id: 'pur_2', sourceKey: 'shop:A2', source: 'shop', externalId: 'A2', profileId: 'prf_old',
          kind: 'RETURN', status: 'REFUNDED', placedAt: datetime({epochMillis: 8000}), currency: 'GBP',
          totalMicros: -2550000})
CREATE (sale)-[:BY]->(ann), (back)-[:BY]->(old)
CREATE (sale)-[:CONTAINS {position: 2, quantity: 1, unitPriceMicros: 2050000, totalMicros: 2050000,
          status: 'NEW'}]->(bare)
CREATE (sale)-[:CONTAINS {position: 1, quantity: 4, unitPriceMicros: 2562500, totalMicros: 10250000,
          status: 'DELIVERED'}]->(lamp)
CREATE (back)-[:CONTAINS {position: 1, quantity: -1, unitPriceMicros: 2550000, totalMicros: -2550000,
          status: 'REFUNDED'}]->(lamp)
CREATE (old)-[:MERGED_INTO]->(ann)
CREATE (joined:Merge {id: 'mrg_1', profileId: 'prf_ann', fromId: 'prf_old', at: datetime({epochMillis: 6500}),
          rule: 'manual', evidence: 'passport', actor: 'key_1', revision: 7, undoneAt: datetime({epochMillis: 6600}),
          undo: '{}'})
CREATE (joined)-[:FROM]->(old), (joined)-[:INTO]->(ann)
CREATE (intent:Outreach {id: 'out_1', profileId: 'prf_ann', origin: 'API', state: 'QUEUED', reason: 'asked',
          createdAt: datetime({epochMillis: 9000})})
CREATE (letter:Message {id: 'msg_1', profileId: 'prf_old', state: 'CLICKED', purpose: 'MARKETING', channel: 'EMAIL',
          subject: 'Hello', isTest: false, createdAt: datetime({epochMillis: 9000}),
          sentAt: datetime({epochMillis: 9100}), deliveredAt: datetime({epochMillis: 9200}),
          openedAt: datetime({epochMillis: 9300}), firstClickedAt: datetime({epochMillis: 9400}), openCount: 2,
          clickCount: 1, complainedAt: datetime({epochMillis: 9500}),
          unsubscribedAt: datetime({epochMillis: 9600}), refusedBy: 'EXPIRY', reason: 'late'})
CREATE (letter)-[:TO]->(first), (letter)-[:PART_OF]->(intent)
CREATE (job:Job {id: 'job_1', state: 'DONE', revision: 3, done: 5, total: 5, received: 5, created: 2, updated: 1,
          unchanged: 1, refused: 1})
CREATE (job)<-[:OF]-(refused:JobReject {key: 'job_1:000000004', index: 4, outcome: 'REFUSED'})
CREATE (refused)<-[:OF]-(:JobRejectError {position: 0, code: 'INVALID', message: 'Is wrong.', field: ['set', 'city'],
          index: 4})
CREATE (:Attempt {id: 'att_1', at: datetime({epochMillis: 9050}), provider: 'smtp', outcome: 'DEFERRED',
          answer: '450 later', nextAt: datetime({epochMillis: 9080})})-[:OF]->(letter)
CREATE (:Attempt {id: 'att_2', at: datetime({epochMillis: 9090}), provider: 'smtp',
          outcome: 'ACCEPTED'})-[:OF]->(letter)
CREATE (:Receipt {id: 'rcp_1', at: datetime({epochMillis: 9200}), provider: 'smtp', eventType: 'delivered',
          applied: true})-[:OF]->(letter)
CREATE (:Template {id: 'tpl_1', key: 'order', title: 'Order', version: 2, channels: ['EMAIL', 'SMS'],
          createdAt: datetime({epochMillis: 1000}), updatedAt: datetime({epochMillis: 2000})})
    -[:LATEST]->(:TemplateVersion {id: 'tpv_2', templateId: 'tpl_1', version: 2, required: ['code'], emailSubject: 'S',
          emailText: 'T', emailHtml: '<p>', smsText: 'Hello', pushTitle: 'N', pushBody: 'B', pushIcon: 'https://i',
          webhook: '{"a":1}', whatsapp: '{"name":"order"}'})
CREATE (view:Event {id: 'evt_1', sourceKey: 'web:1', source: 'web', externalId: '1', profileId: 'prf_ann', type: 'view',
          occurredAt: datetime({epochMillis: 10000}), receivedAt: datetime({epochMillis: 10001}), valueMicros: 1500000,
          properties: '{"page":"lamp","tags":["a","b"]}', isTest: false})
CREATE (click:Event {id: 'evt_2', sourceKey: 'web:2', source: 'web', externalId: '2', profileId: 'prf_old',
          type: 'click', occurredAt: datetime({epochMillis: 11000}), isTest: true})
CREATE (view)-[:BY]->(ann), (click)-[:BY]->(old), (view)-[:ABOUT]->(lamp), (click)-[:CAUSED_BY]->(letter)
"""


@pytest.fixture
def selected() -> Selected:
    """A document's fields as the plain tree that the reader takes; times are written as epoch milliseconds."""
    return selections_of


@pytest.fixture
def ask(graph: Graph, selected: Selected) -> Ask:
    async def answer(document: str) -> Answer:
        deadline = time.monotonic() + _COLD_START_S
        while True:
            try:
                return await Reader(graph, CURSOR_KEY, FixedClock(ASKED_AT)).answer(selected(document))
            except GraphTimeout:
                if time.monotonic() > deadline:
                    raise

    return answer


@pytest.fixture
def write(graph: Graph) -> Write:
    async def run(text: str, **parameters: object) -> None:
        await graph.change(Statement("test_data", text, timeout_ms=30_000), **parameters)

    return run


@pytest.fixture
async def family(write: Write) -> None:
    await write(_FAMILY)
    await write(LIST_ALL_UNDER_PRODUCTS.text)
    await write(MARK_ALL_BUYERS.text)


@pytest.fixture(params=FIGURES)
def planner(request: pytest.FixtureRequest, graph: Graph, graph_settings: GraphSettings) -> Iterator[neo4j.Driver]:
    """A graph whose planner knows nothing, or something that is no longer true: both were seen to mislead it."""
    assert graph is not None  # The indexes are there.
    access = (graph_settings.user, graph_settings.password)
    with neo4j.GraphDatabase.driver(graph_settings.uri, auth=access) as driver:
        driver.execute_query("CALL db.clearQueryCaches()")
        if request.param == "figures of an empty graph":
            driver.execute_query("CALL db.resampleOutdatedIndexes()")
        yield driver


@pytest.fixture
def session(planner: neo4j.Driver) -> Iterator[neo4j.Session]:
    with planner.session() as opened:
        yield opened


@pytest.fixture
def explain(session: neo4j.Session, selected: Selected) -> Callable[[str], Operator]:
    def plan_of(document: str) -> Operator:
        summary = _summary(session, "EXPLAIN", selected(document))
        assert summary.plan is not None
        return Operator.of(summary.plan)

    return plan_of


@pytest.fixture
def database_hits(session: neo4j.Session, selected: Selected) -> Callable[[str], int]:
    """What a document costs the graph."""

    def hits_of(document: str) -> int:
        summary = _summary(session, "PROFILE", selected(document))
        assert summary.profile is not None
        return hits(summary.profile)

    return hits_of


def _summary(session: neo4j.Session, word: LiteralString, selections: tuple[Selection, ...]) -> neo4j.ResultSummary:
    plan = compiled(selections, Caller(CURSORS))
    assert plan.statement is not None
    return session.run(f"{word} {plan.statement.text}", {NOW: ASKED_AT, **plan.constants}).consume()
