"""Somebody said no by the link in a letter: nobody who shares the address gets any more from that resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graph.connection import Graph, Transaction
from graph.consent.ending import Ending, end
from graph.consent.evidence import Evidence
from graph.errors import Raced
from graph.idempotency import Done, once
from graph.people.resolve import resolve
from graph.people.touch import touch
from graph.statements import ending as statements
from graph.statements import leaving
from graph.subscribing.leave_links import LeaveLink
from graph.vocabulary import ChangeKind

_ACTOR: Final = "recipient"
_SOURCE: Final = "link"


@dataclass(frozen=True, slots=True)
class LeavingPlace:
    """What a page may show of where a link leads: nothing that tells whose the address is."""

    masked: str
    resource_title: str


async def leaving_place(graph: Graph, link: LeaveLink) -> LeavingPlace | None:
    """None where the address or the resource is gone. Reading changes nothing: scanners of mail follow links."""
    found = await graph.read(leaving.PLACE, identifierId=link.identifier_id, resourceId=link.resource_id)
    return None if found is None else LeavingPlace(*found)


async def leave_by_link(graph: Graph, link: LeaveLink, now_ms: int) -> Done:
    """Ends all subscriptions at the address that the letter went to, at its resource, whosever they are by now.

    Which of those who share an address clicked is not known, so it counts for all of them; other resources stay, and so
    do other addresses, also one to which a subscription was moved since. Archived subscriptions count too. COMPLAINED,
    HARD_BOUNCED and INVALID are never written over. Twice is as good as once; the ledger tells of a later no as well.
    The result holds `changed` (ids of subscriptions), which is empty where nothing is left there.
    """

    async def work(transaction: Transaction) -> Done:
        return await leave_by_link_in(transaction, link, now_ms)

    return await once(graph, None, now_ms, work)


async def leave_by_link_in(transaction: Transaction, link: LeaveLink, now_ms: int) -> Done:
    """The same inside a transaction that has locked nothing yet."""
    concerned = set((await _sharing(transaction, link)).values())
    await resolve(transaction, (), now_ms, concerned)
    owners = await _sharing(transaction, link)
    if not concerned.issuperset(owners.values()):
        raise Raced("somebody got the address while it was being locked")
    evidence = Evidence(now_ms, source=_SOURCE)
    endings = {id_: Ending(owner, _ACTOR, source=_SOURCE, evidence=evidence) for id_, owner in owners.items()}
    ended = await end(transaction, endings, now_ms)
    if ended.recorded:
        await transaction.run(statements.MARK_MESSAGE, id=link.message_id, now=now_ms)
    told = sorted({owners[id_] for id_ in ended.recorded})
    changes = await touch(transaction, told, now_ms, ChangeKind.SUBSCRIPTION)
    return Done({"changed": ended.changed}, changes)


async def _sharing(transaction: Transaction, link: LeaveLink) -> Mapping[str, str]:
    """The owners of all subscriptions at that address and resource, by subscription."""
    found = await transaction.run(leaving.SHARING, identifierId=link.identifier_id, resourceId=link.resource_id)
    return dict(found)
