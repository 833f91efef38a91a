"""Some hundred documents: checked, and those that fail made smaller and kept."""

from __future__ import annotations

import time

import orjson

from tests.oracle.cases import Case
from tests.oracle.documents import Documents
from tests.oracle.harness import Failure, Harness, Tally, dear_reads
from tests.oracle.sampling import sample
from tests.oracle.shrinking import smallest
from tests.thorough.found import Found
from tests.thorough.judged import FOLDER
from tests.thorough.progress import say

_MOST_MADE_SMALLER = 3
# Of what was refused as too dear or too large.
_MOST_ASKED_AGAIN = 25


async def run_block(harness: Harness, number: int, size: int) -> Found:
    started = time.monotonic()
    tally, refused = Tally(), list[Case]()
    harness.tally, harness.refused = tally, refused
    failed = await harness.failures(sample(Documents(harness.oracle.schema, harness.pool()), number, size))
    again = refused[:: max(1, len(refused) // _MOST_ASKED_AGAIN)][:_MOST_ASKED_AGAIN]
    # What making a case smaller asks for belongs to no count, nor does what is asked for again.
    harness.tally, harness.refused = Tally(), []
    for index, failure in enumerate(failed):
        await _keep(harness, f"{number}-{index}", failure, is_shrunk=index < _MOST_MADE_SMALLER)
    with dear_reads():
        failed_again = await harness.failures(again)
        for index, failure in enumerate(failed_again):
            await _keep(harness, f"{number}-dear-{index}", failure, is_shrunk=index < _MOST_MADE_SMALLER)
    return Found(tally, len(again), len(failed) + len(failed_again), time.monotonic() - started)


async def _keep(harness: Harness, name: str, failure: Failure, *, is_shrunk: bool) -> None:
    case, told = failure.case, failure.told
    if is_shrunk:
        case = await smallest(case, harness.oracle.schema, lambda each: _fails(harness, each))
        told = next((each.told for each in await harness.failures([case])), told)
    folder = FOLDER / "failures"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(told)
    kept = {"document": case.document, "variables": case.variables, "scopes": sorted(case.scopes)}
    (folder / f"{name}.json").write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2))
    say(f"DIFFERENCE {name}\n{told[:2000]}\n")


async def _fails(harness: Harness, case: Case) -> bool:
    return bool(await harness.failures([case]))
