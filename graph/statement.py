from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

READ_TIMEOUT_MS = 2_000
# A statement that the graph never saw has to be planned first: 40 to 200 ms on a quiet machine, seconds on a busy one.
FIRST_READ_TIMEOUT_MS = 10_000
# A transaction runs several statements, and each may have to be planned first (40 to 200 ms on a quiet machine).
WRITE_TIMEOUT_MS = 10_000


@dataclass(frozen=True, slots=True)
class Statement:
    """Named Cypher that answers with one record of one column. Values reach it only as parameters.

    `timeout_ms` bounds it where it runs by itself; inside a transaction the transaction's own limit holds.
    """

    name: str
    text: LiteralString
    timeout_ms: int = READ_TIMEOUT_MS
