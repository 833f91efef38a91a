from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from graph.connection import Graph, Transaction
from graph.consent.complaint import Complaint, complain
from graph.consent.evidence import Evidence
from graph.errors import Refusal
from graph.idempotency import patiently
from graph.identifiers import identifier
from graph.ids import IdPrefix, new_id
from graph.message_states import Happening
from graph.outbox.dead_addresses import DeadAddress, bury
from graph.outbox.revising import Revision, change_messages
from graph.receipts.receipt import Told
from graph.receipts.soft_bounces import after_delivery, after_failure, is_dead
from graph.receipts.standing import MessageStanding, standing_from_row
from graph.statements import receipts as statements
from graph.vocabulary import IdentifierType

_ACTOR: Final = "provider"
_STANDING: Final = tuple(each.name for each in fields(MessageStanding))
# A provider's clock may be ahead of ours.
_AHEAD_MS: Final = 24 * 3_600_000
_LONGEST_KIND: Final = 200
_SOFT: Final = "it failed too often in a month"


@dataclass(frozen=True, slots=True)
class Applied:
    """`fresh` are the receipts that were new and about a message; `orphans` have no message that is known yet."""

    revisions: tuple[Revision, ...]
    fresh: int
    orphans: tuple[Told, ...]


async def apply_receipts(graph: Graph, told: Iterable[Told], now_ms: int) -> Applied:
    """Writes receipts and what they say of their messages and addresses, all together or none.

    Each counts once, however often it comes and in whatever order. A hard bounce, or too many soft ones, suppresses the
    address for everybody; a complaint ends what there is at it on that channel. Raises GraphError where nothing is
    certain: the provider then has to say it again.
    """
    by_key = {each.key: _plausible(each, now_ms) for each in told}
    found = await graph.read_aside(statements.MESSAGES, **_places(by_key))
    messages = {key: message_id for key, message_id, _ in found}
    forgiving = {message_id for _, message_id, is_soft in found if is_soft}
    orphans = tuple(each for key, each in sorted(by_key.items()) if key not in messages)
    known = {key: by_key[key] for key in sorted(messages)}
    # First: were it broken off in between, the receipt would come again, and a second complaint changes nothing.
    complaints = await _complaints(graph, known, messages, now_ms)
    writing = _Writing(known, messages, frozenset(forgiving), now_ms)

    async def write() -> tuple[Revision, ...]:
        about_addresses = {messages[key] for key, each in known.items() if _is_about_address(each)}
        suppressing = sorted(about_addresses | forgiving)
        return await change_messages(graph, sorted(set(messages.values())), suppressing, now_ms, writing.write)

    revisions = await patiently(write) if known else ()
    return Applied((*complaints, *revisions), writing.fresh, orphans)


@dataclass(slots=True)
class _Writing:
    """One transaction's work; it may run again, and then begins anew."""

    told: Mapping[str, Told]
    messages: Mapping[str, str]
    # Of which the addresses have failures to forget, and are locked.
    forgiving: frozenset[str]
    now_ms: int
    fresh: int = 0

    async def write(self, transaction: Transaction) -> Sequence[str]:
        rows = [{"key": key, "id": new_id(IdPrefix.RECEIPT, self.now_ms)} for key in self.told]
        ids = sorted(set(self.messages.values()))
        claimed = await transaction.run(statements.CLAIM, messageIds=ids, receipts=rows)
        fresh = frozenset(claimed["fresh"])
        self.fresh = len(fresh)
        if not fresh:
            return ()
        keys = [key for key in self.told if key in fresh]
        before = {id_: standing_from_row(row) for id_, row in claimed["standings"]}
        changed = await self._stand(transaction, keys, before)
        await self._weigh(transaction, keys)
        return sorted(changed | {self.messages[key] for key in fresh})

    async def _stand(
        self, transaction: Transaction, keys: Sequence[str], before: Mapping[str, MessageStanding]
    ) -> set[str]:
        """States, times and counts of the messages, and each receipt with whether it changed any."""
        after = dict(before)
        rows = []
        for key in keys:
            message_id, each = self.messages[key], self.told[key]
            found = after[message_id].after(each.receipt)
            rows.append(self._row(key, each, is_applied=found != after[message_id]))
            after[message_id] = found
        changed = {id_ for id_ in after if after[id_] != before[id_]}
        standings = [_standing_row(id_, after[id_]) for id_ in sorted(changed)]
        await transaction.run(statements.WRITE, standings=standings, receipts=rows, now=self.now_ms)
        return changed

    async def _weigh(self, transaction: Transaction, keys: Sequence[str]) -> None:
        """What they say of the addresses themselves."""
        dead = {
            self.messages[key]: self.told[key].receipt.reason or "hard bounce"
            for key in keys
            if self.told[key].receipt.is_dead
        }
        dead.update({id_: _SOFT for id_ in await self._count(transaction, keys) if id_ not in dead})
        if dead:
            addresses = [DeadAddress(id_, reason) for id_, reason in sorted(dead.items())]
            await bury(transaction, addresses, self.now_ms)

    async def _count(self, transaction: Transaction, keys: Sequence[str]) -> set[str]:
        """Keeps when addresses failed for now; answers with the messages by which one of them did so too often."""
        said: defaultdict[str, list[Told]] = defaultdict(list)
        for key in keys:
            receipt, message_id = self.told[key].receipt, self.messages[key]
            if receipt.is_soft or (receipt.happening is Happening.DELIVERED and message_id in self.forgiving):
                said[message_id].append(self.told[key])
        if not said:
            return set()
        times: dict[str, tuple[int, ...]] = {}
        worn: set[str] = set()
        rows = await transaction.run(statements.SOFT_BOUNCES, ids=sorted(said))
        before = {address_id: tuple(known) for _, address_id, known in rows}
        for message_id, address_id, known in rows:
            times[address_id] = _counted(times.get(address_id, tuple(known)), said[message_id])
            if is_dead(times[address_id]):
                worn.add(message_id)
        changed = [{"id": id_, "times": list(found) or None} for id_, found in times.items() if found != before[id_]]
        if changed:
            await transaction.run(statements.WRITE_SOFT_BOUNCES, rows=sorted(changed, key=lambda row: str(row["id"])))
        return worn

    def _row(self, key: str, each: Told, *, is_applied: bool) -> dict[str, object]:
        receipt = each.receipt
        return {
            "key": key,
            "messageId": self.messages[key],
            "provider": each.source.account,
            "kind": receipt.kind[:_LONGEST_KIND],
            "applied": is_applied or receipt.is_soft,
            "reason": receipt.reason,
            "raw": receipt.raw or None,
            "at": receipt.at_ms,
        }


async def _complaints(
    graph: Graph, known: Mapping[str, Told], messages: Mapping[str, str], now_ms: int
) -> list[Revision]:
    complained = {messages[key]: each for key, each in known.items() if each.receipt.happening is Happening.COMPLAINED}
    if not complained:
        return []
    revisions: list[Revision] = []
    for message_id, address in await graph.read_aside(statements.ADDRESSES, ids=sorted(complained)):
        each = complained[message_id]
        command = Complaint(
            address=identifier(IdentifierType(address["type"]), address["namespace"], address["value"]),
            channel=each.source.channel,
            actor=_ACTOR,
            source=each.source.account,
            reason=each.receipt.reason,
            evidence=Evidence(min(each.receipt.at_ms, now_ms), source=each.source.account),
        )
        try:
            done = await complain(graph, command, None, now_ms)
        except Refusal:
            # It stands for nobody: there is nothing to end.
            continue
        revisions += [Revision(change.profile_id, change.revision) for change in done.changes]
    return revisions


def _counted(times: tuple[int, ...], said: Sequence[Told]) -> tuple[int, ...]:
    for each in sorted(said, key=lambda one: one.receipt.at_ms):
        receipt = each.receipt
        times = after_failure(times, receipt.at_ms) if receipt.is_soft else after_delivery(times, receipt.at_ms)
    return times


def _plausible(each: Told, now_ms: int) -> Told:
    """With a time that the graph can hold: a provider may write anything there."""
    at_ms = each.receipt.at_ms
    if 0 <= at_ms <= now_ms + _AHEAD_MS:
        return each
    return replace(each, receipt=replace(each.receipt, at_ms=now_ms))


def _is_about_address(each: Told) -> bool:
    return each.receipt.is_dead or each.receipt.is_soft


def _places(by_key: Mapping[str, Told]) -> dict[str, list[dict[str, str | None]]]:
    """Where the message of each is looked for."""
    by_id, by_provider_key = list[dict[str, str | None]](), list[dict[str, str | None]]()
    for key, each in by_key.items():
        row: dict[str, str | None] = {"key": key, "channel": each.source.channel}
        if each.receipt.message_id is not None:
            by_id.append({**row, "messageId": each.receipt.message_id})
        else:
            by_provider_key.append({**row, "providerKey": each.provider_key})
    return {"byId": by_id, "byProviderKey": by_provider_key}


def _standing_row(message_id: str, standing: MessageStanding) -> dict[str, object]:
    return {"id": message_id, "openCount": standing.open_count, **{name: getattr(standing, name) for name in _STANDING}}
