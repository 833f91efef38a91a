"""A graph with everything that makes a read dear: nodes that many others hang on, and people who are merged of many."""

from __future__ import annotations

from graph.statements.buyers import MARK_ALL_BUYERS
from graph.statements.purchase_lines import LIST_ALL_UNDER_PRODUCTS

# For `$scale` 100: 10,000 purchases of each of five products, 100,000 events of one person under twenty ids, an
# identifier that 10,000 people share, an outreach of 10,000 messages, a person with 1,000 subscriptions; and somebody
# who has as many ids as a person may have, 200, with 100 events, purchases and messages under each.
STATEMENTS = (
    """
    CREATE (r:Resource {id: 'res_1', key: 'hot', title: 'Hot', channels: ['EMAIL'],
      createdAt: datetime({epochMillis: 1})})
    WITH r UNWIND range(1, 100) AS n
    CREATE (r)-[:OFFERS]->(:Category {id: 'cat_' + n, key: 'c' + n, scopedKey: 'hot:' + n, title: 'C' + n})
    """,
    """
    UNWIND range(1, 200 * $scale) AS n
    CREATE (p:Profile {id: 'prf_' + n, status: 'SUBSCRIBED', revision: 1, kind: 'LEAD',
      firstName: 'Ann' + n % 100, lastName: 'Archer' + n % 1000, country: ['GB', 'DE', 'FR', 'US', 'IT'][n % 5],
      createdAt: datetime({epochMillis: 1000000 + n * 10}), lastSeenAt: datetime({epochMillis: 2000000 + n * 10}),
      attr_level: n % 10})
    CREATE (i:Identifier {id: 'idn_' + n, key: 'EMAIL::ann' + n + '@example.com', type: 'EMAIL', namespace: '',
      value: 'ann' + n + '@example.com', masked: 'a***', reversed: reverse(toString(n) + '1234')})-[:IDENTIFIES]->(p)
    """,
    """
    MATCH (r:Resource {id: 'res_1'}) UNWIND range(1, 200 * $scale) AS n
    MATCH (i:Identifier {id: 'idn_' + n})-[:IDENTIFIES]->(p)
    UNWIND CASE n WHEN 1 THEN range(1, 10 * $scale) ELSE [1, 2, 3] END AS m
    CREATE (p)-[:HAS_SUBSCRIPTION]->(s:Subscription {id: 'sub_' + n + '_' + m, key: 'sub_' + n + '_' + m,
      channel: ['EMAIL', 'SMS', 'WHATSAPP'][m % 3], status: 'SUBSCRIBED', priority: m,
      createdAt: datetime({epochMillis: 1})})-[:AT]->(i)
    CREATE (s)-[:OF]->(r)
    """,
    """
    UNWIND range(0, 19) AS m
    CREATE (:Profile {id: 'prf_hot' + m, mergedInto: 'prf_big0', revision: 1,
      status: 'SUBSCRIBED', kind: 'LEAD', createdAt: datetime({epochMillis: 999})})
    WITH m UNWIND range(1, 50 * $scale) AS n
    CREATE (:Event {id: 'evt_' + m + '_' + n, source: 'web', externalId: m + '_' + n, profileId: 'prf_hot' + m,
      type: 't' + n % 100, occurredAt: datetime({epochMillis: 5000 + n * 10 + m}), properties: '{"page":"lamp"}'})
    """,
    """
    CREATE (i:Identifier {id: 'idn_hot', key: 'DEVICE::hot', type: 'DEVICE', namespace: '', value: 'hot', masked: 'h'})
    WITH i UNWIND range(0, 99) AS n
    CREATE (p:Profile {id: 'prf_big' + n, status: 'SUBSCRIBED', revision: 1, kind: 'SUBSCRIBER', firstName: 'Big' + n,
      memberIds: ['prf_big' + n] + CASE WHEN n < 20 THEN [m IN range(0, 19) | 'prf_hot' + m] ELSE [] END,
      lastName: 'Zebra' + n, country: 'XX', createdAt: datetime({epochMillis: 90000000 + n * 10}),
      lastSeenAt: datetime({epochMillis: 90000000 + n})})
    CREATE (i)-[:IDENTIFIES]->(p)
    WITH DISTINCT i MATCH (p:Profile) WHERE p.id STARTS WITH 'prf_' AND p.country <> 'XX' WITH i, p LIMIT 100 * $scale
    CREATE (i)-[:IDENTIFIES]->(p)
    """,
    """
    UNWIND range(0, 4) AS n CREATE (t:Product {id: 'pro_' + n, sourceKey: 'shop:' + n, source: 'shop', sku: 'sku' + n,
      name: 'Lamp ' + n}) WITH collect(t) AS products
    UNWIND range(1, 100 * $scale) AS n
    CREATE (u:Purchase {id: 'pur_' + n, sourceKey: 'shop:' + n, source: 'shop', externalId: 'A' + n,
      profileId: CASE n % 10 WHEN 0 THEN 'prf_hot0' ELSE 'prf_' + n END, kind: 'SALE', status: 'PAID',
      placedAt: datetime({epochMillis: 7000 + n * 7}), currency: 'GBP', totalMicros: 12550000})
    WITH u, products, n UNWIND range(0, 4) AS k WITH u, k, products[k] AS t
    CREATE (u)-[:CONTAINS {position: k, quantity: 1, unitPriceMicros: 5, totalMicros: 5, status: 'NEW'}]->(t)
    """,
    LIST_ALL_UNDER_PRODUCTS.text,
    """
    CREATE (o:Outreach {id: 'out_1', profileId: 'prf_hot0', origin: 'API', state: 'QUEUED'})
    WITH o MATCH (s:Subscription {id: 'sub_2_1'}) UNWIND range(1, 100 * $scale) AS n
    CREATE (m:Message {id: 'msg_' + n, profileId: 'prf_hot' + n % 20, state: 'SENT', purpose: 'MARKETING',
      channel: 'EMAIL', createdAt: datetime({epochMillis: 9000 + n})})
    CREATE (m)-[:TO]->(s), (m)-[:PART_OF]->(o)
    """,
    """
    CREATE (:Profile {id: 'prf_wide', status: 'SUBSCRIBED', revision: 1, kind: 'LEAD', country: 'YY', firstName: 'Wide',
      memberIds: ['prf_wide'] + [m IN range(1, 199) | 'prf_part' + m], createdAt: datetime({epochMillis: 95000000})})
    WITH 1 AS made UNWIND range(1, 199) AS m
    CREATE (:Profile {id: 'prf_part' + m, mergedInto: 'prf_wide', revision: 1,
      status: 'SUBSCRIBED', kind: 'LEAD', createdAt: datetime({epochMillis: 998})})
    WITH m UNWIND range(1, $scale) AS n
    CREATE (:Event {id: 'evt_w' + m + '_' + n, source: 'web', externalId: 'w' + m + '_' + n, profileId: 'prf_part' + m,
      type: 't' + n % 100, occurredAt: datetime({epochMillis: 5000 + n * 10 + m}), properties: '{"page":"lamp"}'})
    """,
    """
    UNWIND range(1, 199) AS m UNWIND range(1, $scale) AS n
    CREATE (:Purchase {id: 'pur_w' + m + '_' + n, sourceKey: 'wide:' + m + '_' + n, source: 'wide',
      externalId: m + '_' + n, profileId: 'prf_part' + m, kind: 'SALE', status: 'PAID',
      placedAt: datetime({epochMillis: 7000 + n * 7}), currency: 'GBP', totalMicros: 12550000})
    CREATE (:Message {id: 'msg_w' + m + '_' + n, profileId: 'prf_part' + m, state: 'SENT', purpose: 'MARKETING',
      channel: 'EMAIL', createdAt: datetime({epochMillis: 9000 + n})})
    """,
    MARK_ALL_BUYERS.text,
)
# Where a read may begin, and on what.
ROOTS = ("prf_big0", "prf_wide", "prf_1", "idn_hot", "pro_0", "out_1", "res_1", "pur_1", "evt_1_1", "msg_1", "sub_1_1")
