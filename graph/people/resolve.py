from __future__ import annotations

from collections.abc import Collection, Sequence

from graph.connection import Run, Transaction
from graph.errors import Raced
from graph.identifiers import IdentifierValue
from graph.identifying.blocking import blocked_keys
from graph.ids import IdPrefix, new_id
from graph.people.known_people import KnownPeople
from graph.people.resolution import Resolution
from graph.statements import people as statements
from graph.vocabulary import IdentifierType

# Somebody else may link an identifier between our look and our lock; who loses that race this often starts over.
_ROUNDS = 3


async def resolve(
    transaction: Transaction,
    identifiers: Sequence[IdentifierValue],
    now_ms: int,
    profile_ids: Collection[str] = (),
    *,
    rounds: int = _ROUNDS,
) -> Resolution:
    """As `resolve_rows`, where all the identifiers are brought by one."""
    return await resolve_rows(transaction, [identifiers], now_ms, profile_ids, rounds=rounds)


async def resolve_rows(
    transaction: Transaction,
    rows: Sequence[Sequence[IdentifierValue]],
    now_ms: int,
    profile_ids: Collection[str] = (),
    *,
    rounds: int = _ROUNDS,
) -> Resolution:
    """Locks the people whom the rows could mean now, then the identifiers, each sorted, and looks again.

    `profile_ids` are locked besides. Looking before locking alone would let two writers both find nobody and make
    two people of one. Others who share a value are not locked: a hundred who have one address write side by side.
    Raises Raced where the links change faster than they can be locked in so many rounds. From the second round on
    people are locked after identifiers, which may deadlock with others: who can start over cheaply takes one round.
    """
    blocked = await blocked_keys(transaction, [each for row in rows for each in row])
    usable = [[each for each in row if each.key not in blocked] for row in rows]
    by_key = {each.key: each for row in usable for each in row}
    keys, locked = sorted(by_key), set[str]()
    linked = keys
    identifier_ids: dict[str, str] = {}
    people = await _people(transaction, keys, profile_ids)
    for _ in range(rounds):
        wanted = people.could_mean(usable) | set(profile_ids)
        if wanted - locked:
            await transaction.run(statements.LOCK_PROFILES, ids=sorted(wanted - locked))
            locked |= wanted
        if keys and not identifier_ids:
            values = [_row(by_key[key]) for key in keys]
            locked_ids = await transaction.run(statements.LOCK_IDENTIFIERS, identifiers=values, now=now_ms)
            identifier_ids = {str(key): str(id_) for key, id_, _ in locked_ids}
            linked = [str(key) for key, _, is_linked in locked_ids if is_linked]
        people = await _people(transaction, linked, profile_ids)
        if people.could_mean(usable) <= locked:
            return Resolution(now_ms, people, identifier_ids, blocked)
    raise Raced("identifiers changed hands while they were being locked")


async def holders_of(run: Run, identifier: IdentifierValue) -> set[str]:
    """All people who have the identifier at this moment; nobody is locked."""
    return set(await run(statements.HOLDERS, key=identifier.key))


async def _people(transaction: Transaction, keys: Sequence[str], profile_ids: Collection[str]) -> KnownPeople:
    people = KnownPeople(transaction.rules)
    if not keys and not profile_ids:
        return people
    found = await transaction.run(
        statements.OWNERS,
        keys=keys,
        ids=sorted(profile_ids),
        onePersonTypes=sorted(transaction.rules.one_person_types),
    )
    for profile_id, owned, held in found:
        for key in owned:
            people.owners[key].add(profile_id)
        for kind, number, one_person_keys in held:
            people.held[profile_id][IdentifierType(kind)] = number
            people.one_person_keys[profile_id].update(one_person_keys)
    return people


def _row(each: IdentifierValue) -> dict[str, object]:
    return {
        "id": new_id(IdPrefix.IDENTIFIER),
        "key": each.key,
        "type": each.type,
        "namespace": each.namespace,
        "value": each.value,
        "masked": each.masked,
        "reversed": each.reversed,
        "domain": each.domain,
    }
