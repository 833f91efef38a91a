from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.connection import Graph, Transaction
from graph.consent.cause import Cause
from graph.consent.evidence import Evidence, check_not_ahead
from graph.consent.ledger import LedgerEntry, Subject, record
from graph.idempotency import Done, Guard, once
from graph.reach import Membership
from graph.statements import subscription_changes as statements
from graph.subscribing.locked import finished, listed_subscription, require_newer
from graph.subscribing.resource import CategoryReference, ResourceReference, resource_facts
from graph.vocabulary import RowOutcome, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class JoinCategory:
    subscription_id: str
    category: CategoryReference
    actor: str
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What the subscriber last said about a category, and when; None where they said nothing."""

    membership: Membership | None
    at_ms: int | None


async def join_category(graph: Graph, command: JoinCategory, guard: Guard | None, now_ms: int) -> Done:
    """The subscriber gets this kind of content, also where they had left it. Twice is as good as once.

    The subscription's status and standing opt-outs stay. The result holds `subscriptionId` and `outcome`. Raises
    Refusal NOT_FOUND, STATE_NOT_ALLOWED for an archived subscription, INVALID for evidence from the future.
    """

    async def work(transaction: Transaction) -> Done:
        return await join_category_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def join_category_in(transaction: Transaction, command: JoinCategory, now_ms: int) -> Done:
    check_not_ahead(command.evidence, now_ms, "evidence")
    state = (await listed_subscription(transaction, command.subscription_id, now_ms)).state
    resource = await resource_facts(transaction, ResourceReference(id=state.resource_id))
    category_id = resource.category_id(command.category, ("category",))
    said = await said_about(transaction, state.id, [category_id])
    joining = Joining(state.id, state.profile_id, command.actor, command.evidence)
    joined = await join(transaction, joining, said, now_ms)
    return await finished(transaction, state, RowOutcome.UPDATED if joined else RowOutcome.UNCHANGED, now_ms)


@dataclass(frozen=True, slots=True)
class Joining:
    """Who joins, and how they said so."""

    subscription_id: str
    profile_id: str
    actor: str
    evidence: Evidence | None


async def said_about(transaction: Transaction, subscription_id: str, category_ids: Sequence[str]) -> dict[str, Said]:
    """By category id. The caller holds the subscription's lock."""
    rows = await transaction.run(statements.CATEGORIES, id=subscription_id, categoryIds=sorted(set(category_ids)))
    return {str(id_): Said(None if how is None else Membership(how), at_ms) for id_, how, at_ms in rows}


def refuse_return(said: Mapping[str, Said], asked: Sequence[str], opt_in: Evidence | None) -> None:
    """Raises Refusal CONSENT_REQUIRED where somebody who left a category would be back without newer evidence."""
    for category_id in asked:
        if said[category_id].membership is Membership.LEFT:
            require_newer(opt_in, said[category_id].at_ms, "The subscriber has left a category", "optIn")


async def join(transaction: Transaction, joining: Joining, said: Mapping[str, Said], now_ms: int) -> bool:
    """Joins each of the categories that is not joined yet; False where that is none."""
    missing = {each: how for each, how in sorted(said.items()) if how.membership is not Membership.JOINED}
    if not missing:
        return False
    await transaction.run(statements.JOIN, id=joining.subscription_id, categoryIds=list(missing), now=now_ms)
    entries = [
        LedgerEntry(
            Subject.category(joining.subscription_id, category_id),
            joining.profile_id,
            None if how.membership is None else SubscriptionStatus.UNSUBSCRIBED,
            SubscriptionStatus.SUBSCRIBED,
            Cause.JOIN,
            joining.actor,
            evidence=joining.evidence,
        )
        for category_id, how in missing.items()
    ]
    await record(transaction, entries, now_ms)
    return True
