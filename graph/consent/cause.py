from __future__ import annotations

from enum import StrEnum
from typing import Final


class Cause(StrEnum):
    """Why a status changed, as the ledger keeps it."""

    SUBSCRIBE = "subscribe"
    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    JOIN = "join"
    LEAVE = "leave"
    SUSPEND = "suspend"
    RESUME = "resume"
    SUSPENSION_ENDED = "suspension_ended"
    CONSENT_EXPIRED = "consent_expired"
    HANDED_OVER = "handed_over"
    ADDRESS_REPLACED = "address_replaced"
    ARCHIVE = "archive"
    RESTORE = "restore"
    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    STATUS_SET = "status_set"
    IMPORT = "import"
    MERGE = "merge"
    SPLIT = "split"
    ERASE = "erase"


# A clock that ran out, and what merges and splits write themselves: no act of a person or a provider.
NO_ACTS: Final = (Cause.SUSPENSION_ENDED, Cause.CONSENT_EXPIRED, Cause.MERGE, Cause.SPLIT)
