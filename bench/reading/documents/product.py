from __future__ import annotations

from bench.reading.operation import Operation

DOCUMENTS = {
    Operation.PROFILE_PAGE: """
        query ($id: ID!) {
          profile(by: {id: $id}) {
            id status revision firstName lastName country locale timezone createdAt
            subscriptions(first: 10) {
              nodes { id channel status priority createdAt address { type value } resource { title } }
            }
            events(first: 20) { nodes { id eventType occurredAt source value } }
            purchases(first: 10) {
              nodes {
                id externalId placedAt purchaseStatus
                total { amount currency }
                lines(first: 5) { nodes { position quantity unitPrice { amount } product { sku name } } }
              }
            }
            messages(first: 20) { nodes { id messageState channel subject createdAt } }
          }
        }
    """,
    Operation.SCALARS: """
        query ($id: ID!) { profile(by: {id: $id}) { id status firstName lastName country createdAt } }
    """,
    Operation.PEOPLE: """
        query ($country: String!, $over: MoneyInput!) {
          profiles(filter: {countries: [$country], purchase: {totalOver: $over}}, first: 50) {
            nodes {
              id status firstName lastName country createdAt
              subscriptions(first: 3) { nodes { id channel status address { type value } resource { title } } }
            }
          }
        }
    """,
    Operation.PURCHASE: """
        query ($id: ID!) {
          purchase(by: {id: $id}) {
            id placedAt
            total { amount currency }
            lines(first: 100) {
              nodes {
                position quantity
                product {
                  sku name
                  purchases(first: 10) { nodes { id placedAt profile { firstName lastName } } }
                }
              }
            }
          }
        }
    """,
}
