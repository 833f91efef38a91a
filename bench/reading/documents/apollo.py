"""The operations in the schema that @neo4j/graphql makes. Aliases give its answers the product's names."""

from __future__ import annotations

from bench.reading.operation import Operation

DOCUMENTS = {
    Operation.PROFILE_PAGE: """
        query ($id: ID!) {
          profiles(where: {id: {eq: $id}}, limit: 1) {
            id status revision firstName lastName country locale timezone createdAt: createdAtMs
            subscriptions(limit: 10, sort: [{priority: ASC}, {id: ASC}]) {
              id channel status priority createdAt: createdAtMs address { type value } resource { title }
            }
            events(limit: 20, sort: [{occurredAtMs: DESC}, {id: DESC}]) {
              id eventType: type occurredAt: occurredAtMs source value: valueMicros
            }
            purchases(limit: 10, sort: [{placedAtMs: DESC}, {id: DESC}]) {
              id externalId placedAt: placedAtMs purchaseStatus: status total: totalMicros currency
              lines: linesConnection(first: 5, sort: [{edge: {position: ASC}}]) {
                edges { properties { position quantity unitPrice: unitPriceMicros } node { sku name } }
              }
            }
            messages(limit: 20, sort: [{createdAtMs: DESC}, {id: DESC}]) {
              id messageState: state channel subject createdAt: createdAtMs
            }
          }
        }
    """,
    Operation.SCALARS: """
        query ($id: ID!) {
          profiles(where: {id: {eq: $id}}, limit: 1) {
            id status firstName lastName country createdAt: createdAtMs
          }
        }
    """,
    Operation.PEOPLE: """
        query ($country: String!, $over: Float!) {
          profiles(
            where: {country: {eq: $country}, purchases: {some: {totalMicros: {gt: $over}}}}
            limit: 50
            sort: [{createdAtMs: DESC}, {id: DESC}]
          ) {
            id status firstName lastName country createdAt: createdAtMs
            subscriptions(limit: 3, sort: [{priority: ASC}, {id: ASC}]) {
              id channel status address { type value } resource { title }
            }
          }
        }
    """,
    Operation.PURCHASE: """
        query ($id: ID!) {
          purchases(where: {id: {eq: $id}}, limit: 1) {
            id placedAt: placedAtMs total: totalMicros currency
            lines: linesConnection(first: 100, sort: [{edge: {position: ASC}}]) {
              edges {
                properties { position quantity }
                node {
                  sku name
                  purchases(limit: 10, sort: [{placedAtMs: DESC}, {id: DESC}]) {
                    id placedAt: placedAtMs profile { firstName lastName }
                  }
                }
              }
            }
          }
        }
    """,
}
