"""Random faults while messages are sent: none is lost, and none is doubled but for a crash or a lost answer.

`make faults` runs ten minutes of them; here are some seconds, from seeds that stay.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.rig import rig
from tests.faults.schedule import Fault, Schedule

# A graph that is killed takes half a minute to come back: it has its turn in `make faults`.
_QUICK = tuple(each for each in Fault if each is not Fault.KILL_GRAPH)


# Four programs start, and everything ends, on a machine that does other things besides.
@pytest.mark.timeout(300)
async def test_no_message_is_lost_and_none_doubled_beyond_what_is_promised(tmp_path: Path) -> None:
    seed = 1
    async with rig(tmp_path) as there:
        run = Schedule(there, seed, 7.0, _QUICK)
        found = await run.run()

    assert found.broken == (), f"seed {seed}: {run.happened} {found}"
    assert found.messages == sum(1 for each in run.traffic.sent.values() if each is not None) > 20
