from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.errors import UserError
from graph.merging.merge import MergeProfiles, meant, side_parameters
from graph.merging.plan import MergePlan, plan_merge
from graph.merging.settings import MergeSettings
from graph.merging.sides import side_from_row
from graph.statements.merge_sides import SIDES


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do now, in numbers and names; `changes` are the survivor's properties."""

    survivor_id: str
    changes: tuple[str, ...]
    subscriptions_touched: int
    consent_conflicts: int
    messages_in_flight: int
    refused_by: tuple[UserError, ...]


async def preview_merge(graph: Graph, command: MergeProfiles, settings: MergeSettings, now_ms: int) -> MergePreview:
    """Decides as `merge_profiles` would, from the same plan, and writes nothing.

    What the merge would refuse stands in `refused_by`. Raises Refusal NOT_FOUND or AMBIGUOUS_MATCH for a reference.
    """

    async def work(transaction: Transaction) -> MergePreview:
        from_id, into_id = await meant(transaction, command)
        rows = await transaction.run(SIDES, ids=sorted({from_id, into_id}), **side_parameters(settings.most_moved))
        read = (side_from_row(row, transaction.rules.one_person_types) for row in rows)
        sides = {each.id: each.settled(now_ms) for each in read}
        return _preview(
            plan_merge(sides[into_id], sides[from_id], settings.under(transaction.rules), now_ms, is_decided=False)
        )

    return await graph.write(work)


def _preview(plan: MergePlan) -> MergePreview:
    is_one = plan.survivor.id == plan.loser.id
    sides = {plan.survivor.id: plan.survivor, plan.loser.id: plan.loser}.values()
    return MergePreview(
        survivor_id=plan.survivor.id,
        changes=() if is_one else plan.changed_groups,
        subscriptions_touched=0 if is_one else plan.subscriptions_touched,
        consent_conflicts=0 if is_one else plan.conflicts,
        messages_in_flight=sum(each.messages_in_flight for each in sides),
        refused_by=plan.refusals,
    )
