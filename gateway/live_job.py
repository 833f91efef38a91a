from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from graphql import GraphQLError

from gateway.errors import ErrorCode
from gateway.schema.context import ResolveInfo
from gateway.schema.payload import read_entity
from graph.connection import Graph
from graph.errors import GraphUnavailable
from graph.importing.job import JobStanding, job_standing


async def live_job(info: ResolveInfo, job_id: str) -> AsyncGenerator[Any, None]:
    """The present state of a job, then every later one until it is over, each as the field selects it.

    Raises a GraphQL error NOT_FOUND where no job has this id. While the graph is away the stream waits: it may miss
    steps, and never stays behind.
    """
    graph = info.context.graph
    standing = await job_standing(graph, job_id)
    if standing is None:
        raise GraphQLError("There is no job with this id.", extensions={"code": ErrorCode.NOT_FOUND})
    # What is shown is read later than the revision is: it is never older than that.
    yield await read_entity(info, job_id)
    async with aclosing(info.context.live.listen(job_id, standing.revision)) as changes:
        if standing.is_over:
            return
        async for _ in changes:
            now, job = await _read_patiently(info, graph, job_id)
            yield job
            if now is None or now.is_over:
                return


async def _read_patiently(info: ResolveInfo, graph: Graph, job_id: str) -> tuple[JobStanding | None, Any]:
    while True:
        try:
            return await job_standing(graph, job_id), await read_entity(info, job_id)
        except GraphUnavailable as error:
            await asyncio.sleep(error.retry_after_s)
