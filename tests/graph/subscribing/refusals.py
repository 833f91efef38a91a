from __future__ import annotations

from collections.abc import Awaitable

import pytest

from graph.errors import Refusal
from graph.vocabulary import UserErrorCode


async def refusal_of(work: Awaitable[object]) -> list[tuple[UserErrorCode, tuple[str, ...] | None]]:
    """Codes and fields of what is refused."""
    with pytest.raises(Refusal) as refused:
        await work
    return [(each.code, each.field) for each in refused.value.user_errors]
