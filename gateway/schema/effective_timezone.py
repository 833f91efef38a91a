from __future__ import annotations

import strawberry

from gateway.schema.fields import described


@strawberry.type(description="The time zone by which a person's day and night are known.")
class EffectiveTimezone:
    zone: str = described("An IANA time zone, like `Europe/London`.")
    source: str = described(
        "DECLARED: the person's own `timezone`. TRACKED: that of their device. COUNTRY: the only time zone of the "
        "person's country. DEFAULT: nothing is known, and UTC is taken."
    )
