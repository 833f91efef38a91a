from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from graph.connection import Graph, Transaction
from graph.errors import Raced, Refusal, UserError, told_below
from graph.idempotency import Done, Guard, once
from graph.identifiers import CONTACT_TYPES, IdentifierValue
from graph.merging.merge import Decision, MergeRule, merge_in
from graph.merging.settings import MergeSettings
from graph.people.change import ProfileChange
from graph.people.device import decide
from graph.people.handover import take_away
from graph.people.reference import ProfileReference, found_person
from graph.people.resolution import Resolution
from graph.people.resolve import holders_of, resolve_rows
from graph.people.touch import touch
from graph.statements import devices as statements
from graph.vocabulary import ChangeKind, IdentifierType, UserErrorCode

_SOURCE: Final = "identify"


@dataclass(frozen=True, slots=True)
class Identify:
    """`proof` is what says that the known person is at the device now, like the id of their session."""

    anonymous: tuple[IdentifierValue, ...]
    known: ProfileReference
    actor: str
    proof: str | None = None
    create_profile: bool = True


async def identify(graph: Graph, command: Identify, settings: MergeSettings, guard: Guard | None, now_ms: int) -> Done:
    """Says whose a browser, a device or a token is. The result holds `profileId` and `outcome`.

    With proof an anonymous visitor, with all that was done there, becomes part of the known person (MERGED); what
    belongs to another known person is theirs no more (HANDED_OVER), and what that one did stays with them. Without
    proof values are only added to the known person (LINKED). Said twice, the second is ALREADY_KNOWN. Raises Refusal:
    NOT_FOUND, AMBIGUOUS_MATCH or what a merge refuses; INVALID for an anonymous value that belongs to one person or is
    an address: people who share one are not merged by it unless the owner says so.
    """

    async def work(transaction: Transaction) -> Done:
        return await identify_in(transaction, command, settings, now_ms)

    return await once(graph, guard, now_ms, work)


async def identify_in(transaction: Transaction, command: Identify, settings: MergeSettings, now_ms: int) -> Done:
    """The same inside a transaction that has locked nothing yet."""
    _refuse_names(command.anonymous, transaction.rules.one_person_types)
    known_value = () if command.known.identifier is None else (command.known.identifier,)
    found = await _known(transaction, command)
    values = (*command.anonymous, *known_value)
    # Everybody who has one of the values may change: who is merged, and whom a token is taken from.
    holders = {each for value in command.anonymous for each in await holders_of(transaction.run, value)}
    resolution = await resolve_rows(
        transaction, [(each,) for each in values], now_ms, [*holders, *([found] if found else [])]
    )
    if await _known(transaction, command) != found or not _owners(resolution, command) <= holders:
        raise Raced("one of them was merged, made or linked while they were being locked")
    known_id = found or resolution.create(known_value, _SOURCE, is_test=False)
    owners = {each.key: set(resolution.people.owners[each.key]) for each in command.anonymous}
    identified = await _identified(transaction, owners, known_id)
    decided = decide(command.anonymous, owners, identified, known_id, is_proven=bool(command.proof))
    await _link(transaction, resolution, known_id, decided.linked)
    touched = await take_away(transaction, decided.handed_over, command.actor, now_ms)
    decision = Decision(MergeRule.IDENTIFY, command.actor, command.proof)
    changes: list[ProfileChange] = []
    for profile_id in decided.merged:
        merged = await merge_in(transaction, profile_id, known_id, decision, settings, now_ms)
        changes += merged.changes
    if not decided.merged and (decided.linked or not found):
        # A merge has told already.
        touched |= {known_id}
    changes += await touch(transaction, touched, now_ms, ChangeKind.IDENTIFIER, ChangeKind.SUBSCRIPTION)
    return Done({"profileId": known_id, "outcome": decided.outcome}, tuple(changes))


async def _known(transaction: Transaction, command: Identify) -> str | None:
    """None for a person who is to be made: a value that is nobody's yet."""
    try:
        return await found_person(transaction.run, command.known, "known")
    except Refusal as refusal:
        is_new = command.create_profile and command.known.identifier is not None
        if is_new and refusal.user_errors[0].code is UserErrorCode.NOT_FOUND:
            return None
        raise


async def _identified(transaction: Transaction, owners: dict[str, set[str]], known_id: str) -> frozenset[str]:
    ids = sorted({each for of_one in owners.values() for each in of_one})
    if not ids:
        return frozenset()
    one_person = sorted(transaction.rules.one_person_types)
    found = await transaction.run(
        statements.IDENTIFIED,
        ids=ids,
        onePersonTypes=one_person,
        contactTypes=sorted(CONTACT_TYPES),
        knownId=known_id,
    )
    return frozenset(found)


async def _link(
    transaction: Transaction, resolution: Resolution, known_id: str, linked: tuple[IdentifierValue, ...]
) -> None:
    with told_below("anonymous", instead_of=1):
        resolution.link(known_id, linked, _SOURCE)
    await resolution.write(transaction)


def _owners(resolution: Resolution, command: Identify) -> set[str]:
    return {owner for each in command.anonymous for owner in resolution.people.owners[each.key]}


def _refuse_names(values: tuple[IdentifierValue, ...], one_person_types: Collection[IdentifierType]) -> None:
    problems = [
        UserError(UserErrorCode.INVALID, f"{each.type} names somebody: it is not anonymous.", ("anonymous", str(n)))
        for n, each in enumerate(values)
        if each.type in one_person_types or each.type in CONTACT_TYPES
    ]
    if problems:
        raise Refusal(*problems)
