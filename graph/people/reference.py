from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from graph.connection import Run, Transaction
from graph.errors import Raced, Refusal, UserError
from graph.identifiers import IdentifierValue
from graph.people.resolution import Resolution
from graph.people.resolve import holders_of, resolve_rows
from graph.statements import people as statements
from graph.vocabulary import UserErrorCode

# Below which field of the input a single person is named.
_PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class ProfileReference:
    """One of the two: the id of a profile, or a value that identifies one."""

    id: str | None = None
    identifier: IdentifierValue | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A profile that is locked in this transaction; `is_new` where it was made for the reference."""

    profile_id: str
    is_new: bool
    resolution: Resolution


async def locked_person(
    transaction: Transaction,
    reference: ProfileReference,
    now_ms: int,
    *,
    also: tuple[IdentifierValue, ...] = (),
    with_ids: Collection[str] = (),
    create: bool = False,
) -> Person:
    """The living profile that the reference means: a merged id gives its survivor.

    The identifiers `also` and the profiles `with_ids` are locked besides.

    Raises Refusal NOT_FOUND, AMBIGUOUS_MATCH where a value points to several people, or IDENTIFIER_BLOCKED where it
    stands for nobody.
    """
    if reference.identifier is not None:
        # Whom the value means is decided by it alone, whatever else is locked for the person.
        alone = [(reference.identifier,), also]
        resolution = await resolve_rows(transaction, alone, now_ms, with_ids, rounds=1)
        return _by_identifier(resolution, reference.identifier, create=create)
    survivor = await _survivor(transaction.run, reference.id, _PROFILE)
    resolution = await resolve_rows(transaction, [also], now_ms, {survivor, *with_ids}, rounds=1)
    await _check_that_it_remains(transaction, survivor)
    return Person(survivor, is_new=False, resolution=resolution)


async def found_person(run: Run, reference: ProfileReference, part: str) -> str:
    """The id of the living profile that the reference means; nothing is locked, so look again after locking it.

    `run` is that of a transaction, or the graph's `read`. `part` names the reference in the input. Raises Refusal
    NOT_FOUND, or AMBIGUOUS_MATCH with the candidates.
    """
    if reference.identifier is None:
        return await _survivor(run, reference.id, part)
    owners = sorted(await holders_of(run, reference.identifier))
    if not owners:
        raise Refusal(_not_found(part, "identifier"))
    if len(owners) > 1:
        error = UserError(UserErrorCode.AMBIGUOUS_MATCH, "This value points to several people.", (part, "identifier"))
        raise Refusal(error, candidates=tuple(owners))
    return owners[0]


async def locked_people(
    transaction: Transaction, references: Mapping[str, ProfileReference], now_ms: int
) -> dict[str, str]:
    """The ids of the living profiles that the references mean, by the same names; all of them are locked.

    Raises Refusal NOT_FOUND, or AMBIGUOUS_MATCH where a value points to several people, with the name in its path.
    """
    survivors = {
        name: await _survivor(transaction.run, each.id, name)
        for name, each in references.items()
        if each.identifier is None
    }
    values = {name: each.identifier for name, each in references.items() if each.identifier is not None}
    # Each of them is somebody by itself.
    alone = [(value,) for value in values.values()]
    resolution = await resolve_rows(transaction, alone, now_ms, list(survivors.values()))
    for survivor in survivors.values():
        await _check_that_it_remains(transaction, survivor)
    found = {name: _matched(resolution, value, name) for name, value in values.items()}
    for name, profile_id in found.items():
        if profile_id is None:
            raise Refusal(_not_found(name, "identifier"))
        survivors[name] = profile_id
    return survivors


def _by_identifier(resolution: Resolution, value: IdentifierValue, *, create: bool) -> Person:
    profile_id = _matched(resolution, value, _PROFILE)
    if profile_id is not None:
        return Person(profile_id, is_new=False, resolution=resolution)
    if not create:
        raise Refusal(_not_found(_PROFILE, "identifier"))
    return Person(resolution.create([value], "api", is_test=False), is_new=True, resolution=resolution)


def _matched(resolution: Resolution, value: IdentifierValue, name: str) -> str | None:
    try:
        return resolution.match([value]).profile_id
    except Refusal as refusal:
        raise refusal.at(name, "identifier") from None


async def _survivor(run: Run, profile_id: str | None, name: str) -> str:
    survivor: str | None = await run(statements.SURVIVOR, id=profile_id)
    if survivor is None:
        raise Refusal(_not_found(name, "id"))
    return survivor


async def _check_that_it_remains(transaction: Transaction, profile_id: str) -> None:
    if await transaction.run(statements.SURVIVOR, id=profile_id) != profile_id:
        raise Raced("the profile was merged while it was being locked")


def _not_found(name: str, part: str) -> UserError:
    return UserError(UserErrorCode.NOT_FOUND, "No such profile.", (name, part))
