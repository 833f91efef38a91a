"""The imports of the test world."""

from __future__ import annotations

from typing import Any

from tests.oracle import orders
from tests.oracle.asking import Info, Resolver
from tests.oracle.dice import Dice
from tests.oracle.paging import Page, page
from tests.oracle.world import Job, JobReject, JobRejectError, World


def jobs(dice: Dice, world: World) -> None:
    for number in range(4):
        made = Job(
            id=dice.identity("job"),
            state=dice.pick(["QUEUED", "RUNNING", "DONE", "FAILED"]),
            revision=number + 1,
            done=dice.number(0, 90),
            total=dice.maybe(90, 0.8),
            received=dice.number(0, 90),
            created=dice.number(0, 9),
            updated=dice.number(0, 9),
            unchanged=dice.number(0, 9),
            refused=dice.number(0, 9),
            duplicate=dice.maybe(2, 0.3),
        )
        for line in range(1, dice.number(2, 8)):
            made.rejects.append(_reject(dice, made, line))
        world.jobs.append(made)


def _reject(dice: Dice, job: Job, line: int) -> JobReject:
    made = JobReject(
        id=dice.identity("rej"),
        key=f"{job.id}:{line:09}",
        index=line,
        outcome="REFUSED",
        result_id=dice.maybe("prf_00000000000000000000000000", 0.2),
        job=job,
    )
    for position in range(dice.number(0, 3)):
        error = JobRejectError(
            id=dice.identity("err"),
            position=position,
            code=dice.pick(["INVALID", "TOO_LONG"]),
            message=dice.pick(["Is not JSON.", "“Ä”"]),
            field=dice.maybe(["subscriptions", "0"], 0.5),
            index=dice.maybe(line, 0.8),
            reject=made,
        )
        made.user_errors.append(error)
    return made


def _rejects(job: Job, info: Info, **arguments: Any) -> Page:
    return page(info, job.rejects, orders.REJECTS, arguments)


IMPORTING: dict[str, dict[str, Resolver]] = {
    "Job": {"summary": lambda job, _info: job, "rejects": _rejects},
    "BulkSummary": {"duplicate": lambda job, _info: job.duplicate or 0},
    "RowResult": {"id": lambda reject, _info: reject.result_id},
}
