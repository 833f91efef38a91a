from __future__ import annotations

from decimal import Decimal

import strawberry

from gateway.schema.fields import described


@strawberry.type(description="An exact amount in one currency. Amounts in different currencies are never added.")
class Money:
    amount: Decimal = described('The amount in whole units of the currency, like `"2.55"`.')
    currency: str = described("ISO 4217, like `GBP`.")
