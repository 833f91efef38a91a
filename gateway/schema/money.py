from __future__ import annotations

from decimal import Decimal

import strawberry

from gateway.schema.fields import described
from gateway.schema.inputs.fields import required


@strawberry.type(description="An exact amount in one currency. Amounts in different currencies are never added.")
class Money:
    amount: Decimal = described('The amount in whole units of the currency, like `"2.55"`.')
    currency: str = described("ISO 4217, like `GBP`.")


@strawberry.input(description="An exact amount in one currency.")
class MoneyInput:
    amount: Decimal = required('The amount in whole units of the currency, like `"100"` or `"2.55"`.')
    currency: str = required("ISO 4217, like `GBP`.")
