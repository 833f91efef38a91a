from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.connection import Graph, Transaction
from graph.erasing.erased_address import address_hash
from graph.erasing.remains import clear_remains
from graph.errors import Raced, Refusal
from graph.idempotency import Done, Guard, once
from graph.ids import IdPrefix, new_id
from graph.importing.waiting import ErasedKeys, forget_waiting_rows
from graph.people.change import ProfileChange
from graph.people.reference import ProfileReference, found_person
from graph.people.touch import touch
from graph.statements import erasing as statements
from graph.statements import outbox, people
from graph.vocabulary import ChangeKind, MessageState

# Most histories are gone with the answer; the sweeper goes on with those of many thousand entries.
_BATCHES_WITH_THE_ANSWER = 8


@dataclass(frozen=True, slots=True)
class EraseProfile:
    """`address_key` keys the hashes of the addresses that are forgotten."""

    profile: ProfileReference
    address_key: bytes = field(repr=False)


async def erase_profile(graph: Graph, command: EraseProfile, guard: Guard | None, now_ms: int) -> Done:
    """Erases one person for good, with everybody who was ever merged into them.

    Once it is committed nothing can be read of the person: identifiers that are theirs alone are deleted with their
    suppressions, of shared ones only the edge; subscriptions, opt-outs, relations, merges with their undo logs and all
    fields go, as do rows of imports that wait and may be about the person; the ledger stays, redacted; open messages
    are cancelled, and letters to the person that a split left with somebody else are emptied. Then events and messages
    are deleted in batches, and purchases keep products, quantities and money alone. What a crash leaves of that,
    `finish_erasures` clears. Of each address a keyed hash is kept.

    The result holds `profileId` (of the survivor), `erasedAt` in epoch ms and `receiptId`. A second call by any id of
    the person answers with the first one's. Raises Refusal NOT_FOUND, or AMBIGUOUS_MATCH for a shared identifier.
    """

    async def work(transaction: Transaction) -> Done:
        return await erase_in(transaction, command, now_ms)

    done = await once(graph, guard, now_ms, work)
    for profile_id in done.result["familyIds"]:
        await clear_remains(graph, profile_id, _BATCHES_WITH_THE_ANSWER)
    return done


async def erase_in(transaction: Transaction, command: EraseProfile, now_ms: int) -> Done:
    """The part that is one transaction: after it nobody finds the person."""
    earlier = await _tombstone(transaction, command.profile.id)
    if earlier is not None:
        return Done(earlier)
    try:
        family, others = await _locked_family(transaction, command.profile)
    except Refusal:
        # Whoever is not found may have been erased since the first look.
        earlier = await _tombstone(transaction, command.profile.id)
        if earlier is None:
            raise
        return Done(earlier)
    addresses = await transaction.run(statements.ADDRESSES, ids=family)
    erased = ErasedKeys(
        own=frozenset(key for _, key, is_shared in addresses if not is_shared),
        shared=frozenset(key for _, key, is_shared in addresses if is_shared),
    )
    hashes = sorted(address_hash(command.address_key, key) for key in erased.own)
    await transaction.run(statements.REMEMBER_ADDRESSES, hashes=hashes, now=now_ms)
    await transaction.run(statements.CANCEL_MESSAGES, ids=family, cancelled=MessageState.CANCELLED)
    cancelled = await transaction.run(statements.EMPTY_FOREIGN_MESSAGES, ids=family, cancelled=MessageState.CANCELLED)
    if cancelled:
        await transaction.run(outbox.SETTLE_OUTREACHES, ids=sorted(cancelled))
    await transaction.run(statements.REDACT_LEDGER, ids=family)
    await transaction.run(statements.DELETE_SUBSCRIPTIONS, ids=family)
    await transaction.run(statements.DELETE_ABOUT, ids=family)
    own_ids = [identifier_id for identifier_id, key, _ in addresses if key in erased.own]
    await transaction.run(statements.DELETE_ADDRESSES, ids=own_ids)
    await forget_waiting_rows(transaction, erased)
    receipt_id = new_id(IdPrefix.ERASURE, now_ms)
    revisions = await transaction.run(statements.BURY, ids=family, receiptId=receipt_id, now=now_ms)
    changes = tuple(ProfileChange(each, revision, frozenset({ChangeKind.PROFILE})) for each, revision in revisions)
    changes += await touch(transaction, others, now_ms, ChangeKind.MESSAGE)
    return Done(_result(family[0], family, receipt_id, now_ms), changes)


async def _locked_family(transaction: Transaction, reference: ProfileReference) -> tuple[Sequence[str], Sequence[str]]:
    """The survivor's id, then those of the others; and other people under whom letters to the family were written.

    Raises Raced where a merge or an erasure came in between.
    """
    profile_id = await found_person(transaction.run, reference, "profile")
    family: list[str] | None = await transaction.run(statements.FAMILY, id=profile_id)
    if family is None:
        raise Raced("the profile was erased while it was looked up")
    others = await transaction.run(statements.OWNERS_OF_FOREIGN_MESSAGES, ids=family)
    await transaction.run(people.LOCK_PROFILES, ids=sorted([*family, *others]))
    is_same = await transaction.run(statements.FAMILY, id=profile_id) == family
    are_all = set(await transaction.run(statements.OWNERS_OF_FOREIGN_MESSAGES, ids=family)) <= set(others)
    # Whoever is gone by now was erased by somebody else, which the next look finds out.
    if not is_same or not are_all or await found_person(transaction.run, reference, "profile") != profile_id:
        raise Raced("the profile was merged, split, erased or linked otherwise while it was being locked")
    return family, others


async def _tombstone(transaction: Transaction, profile_id: str | None) -> dict[str, Any] | None:
    if profile_id is None:
        return None
    found = await transaction.run(statements.TOMBSTONE, id=profile_id)
    return None if found is None else _result(found[0], (), found[1], found[2])


def _result(profile_id: str, family: Sequence[str], receipt_id: str, erased_at_ms: int) -> dict[str, Any]:
    return {"profileId": profile_id, "familyIds": list(family), "receiptId": receipt_id, "erasedAt": erased_at_ms}
