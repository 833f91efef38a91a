"""20,000 random documents through the fast path and the oracle, in steps that end after some minutes."""

from __future__ import annotations

import asyncio
import os
import sys
import time

from graph.statement import Statement
from tests.oracle.harness import Harness
from tests.oracle.writing import write
from tests.thorough.block import run_block
from tests.thorough.progress import FOLDER, Progress, say
from tests.thorough.server import empty_graph
from tests.thorough.summary import PAGE, write_summary

_BLOCKS, _BLOCK_SIZE = 40, 500
_MINUTES = float(os.environ.get("THOROUGH_MINUTES", "25"))
_VERSION = Statement("version", "CALL dbms.components() YIELD versions RETURN versions[0]")


async def main() -> int:
    progress = Progress.read()
    done = {each.number for each in progress.blocks}
    todo = [number for number in range(1, _BLOCKS + 1) if number not in done]
    say(f"{progress.documents:,} of {_BLOCKS * _BLOCK_SIZE:,} documents are done")
    until = time.monotonic() + 60 * _MINUTES
    async with empty_graph() as graph:
        harness = Harness(graph)
        await write(graph, harness.world)
        longest = 0.0
        for number in todo:
            if time.monotonic() + longest > until:
                say("The time of this step is over: `make thorough` goes on from here.")
                return int(progress.differences > 0)
            found = await run_block(harness, number, _BLOCK_SIZE)
            longest = max(longest, found.seconds)
            progress.add(number, found.tally, found.differences, found.seconds)
            say(
                f"seed {number}: {found.tally.documents} documents, {found.tally.runs} answers, "
                f"{found.differences} differences, {found.seconds:.0f} s"
            )
        write_summary(progress, await graph.read(_VERSION))
    say(f"{progress.documents:,} documents, {progress.differences} differences; see {PAGE.name}, {FOLDER.name}/")
    return int(progress.differences > 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
