"""20,000 random documents through the fast path and the oracle."""

from __future__ import annotations

import time

from graph.statement import Statement
from tests.oracle.harness import Harness
from tests.oracle.writing import write
from tests.thorough.block import run_block
from tests.thorough.progress import Progress, say
from tests.thorough.server import empty_graph

_BLOCKS, _BLOCK_SIZE = 40, 500
_VERSION = Statement("version", "CALL dbms.components() YIELD versions RETURN versions[0]")


def are_all_done(progress: Progress) -> bool:
    return len(progress.blocks) == _BLOCKS


async def run_documents(until: float) -> None:
    """Begins no block that would end after `until`, in seconds since the epoch."""
    progress = Progress.read()
    done = {each.number for each in progress.blocks}
    say(f"{progress.documents:,} of {_BLOCKS * _BLOCK_SIZE:,} documents are done")
    if are_all_done(progress):
        return
    async with empty_graph() as graph:
        progress.neo4j = await graph.read(_VERSION)
        harness = Harness(graph)
        await write(graph, harness.world)
        longest = 0.0
        for number in (each for each in range(1, _BLOCKS + 1) if each not in done):
            if time.time() + longest > until:
                return
            found = await run_block(harness, number, _BLOCK_SIZE)
            longest = max(longest, found.seconds)
            progress.add(number, found)
            say(
                f"seed {number}: {found.tally.documents} documents, {found.tally.runs} answers, "
                f"{found.tally.refused} refused as too dear or too large, {found.asked_again} of them asked again, "
                f"{found.differences} differences, {found.seconds:.0f} s"
            )
