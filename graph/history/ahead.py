from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from typing import TypeVar

T = TypeVar("T")


async def ahead(items: AsyncIterable[T]) -> AsyncGenerator[T, None]:
    """The items in their order, the next one being made ready while the last is in use.

    Raises what making one raises, when its turn comes. One is made ready at most that nobody takes in the end.
    """
    source = aiter(items)

    async def following() -> tuple[T, ...]:
        """One item, or none at the end: a task must not raise StopAsyncIteration."""
        async for item in source:
            return (item,)
        return ()

    coming = asyncio.create_task(following())
    try:
        while found := await coming:
            coming = asyncio.create_task(following())
            yield found[0]
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
