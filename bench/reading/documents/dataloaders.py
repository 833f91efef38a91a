from __future__ import annotations

from bench.reading.operation import Operation

DOCUMENTS = {
    Operation.PROFILE_PAGE: """
        query ($id: ID!) {
          profile(id: $id) {
            id status revision firstName lastName country locale timezone createdAt
            subscriptions(first: 10) { id channel status priority createdAt address { type value } resource { title } }
            events(first: 20) { id eventType: type occurredAt source value: valueMicros }
            purchases(first: 10) {
              id externalId placedAt purchaseStatus: status total: totalMicros currency
              lines(first: 5) { position quantity unitPrice: unitPriceMicros product { sku name } }
            }
            messages(first: 20) { id messageState: state channel subject createdAt }
          }
        }
    """,
    Operation.SCALARS: """
        query ($id: ID!) { profile(id: $id) { id status firstName lastName country createdAt } }
    """,
    Operation.PEOPLE: """
        query ($country: String!, $over: String!) {
          profiles(country: $country, purchaseOverMicros: $over, first: 50) {
            id status firstName lastName country createdAt
            subscriptions(first: 3) { id channel status address { type value } resource { title } }
          }
        }
    """,
    Operation.PURCHASE: """
        query ($id: ID!) {
          purchase(id: $id) {
            id placedAt total: totalMicros currency
            lines(first: 100) {
              position quantity
              product { sku name purchases(first: 10) { id placedAt profile { firstName lastName } } }
            }
          }
        }
    """,
}
