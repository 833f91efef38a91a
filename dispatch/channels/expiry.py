from __future__ import annotations

import time
from typing import Final

from graph.delivery import Delivery

# Four weeks: what browsers' push services and Firebase keep a message for at most.
LONGEST_TTL_S: Final = 2_419_200


def seconds_left(delivery: Delivery) -> int | None:
    """How long the message may still be delivered, None where it does not expire."""
    expires_at = delivery.facts.expires_at
    return None if expires_at is None else max(expires_at // 1000 - int(time.time()), 0)
