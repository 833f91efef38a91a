"""Some hundred documents: checked, and those that fail made smaller and kept."""

from __future__ import annotations

import time
from dataclasses import dataclass

import orjson

from tests.oracle.cases import Case
from tests.oracle.documents import Documents
from tests.oracle.harness import Failure, Harness, Tally
from tests.oracle.sampling import sample
from tests.oracle.shrinking import smallest
from tests.thorough.judged import FOLDER
from tests.thorough.progress import say

_MOST_MADE_SMALLER = 3


@dataclass(slots=True)
class Found:
    tally: Tally
    differences: int
    seconds: float


async def run_block(harness: Harness, number: int, size: int) -> Found:
    started = time.monotonic()
    harness.tally = tally = Tally()
    failed = await harness.failures(sample(Documents(harness.oracle.schema, harness.pool()), number, size))
    # What making a case smaller asks for belongs to no count.
    harness.tally = Tally()
    for index, failure in enumerate(failed):
        await _keep(harness, f"{number}-{index}", failure, is_shrunk=index < _MOST_MADE_SMALLER)
    return Found(tally, len(failed), time.monotonic() - started)


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
