from __future__ import annotations

from dataclasses import dataclass, replace

from graph.connection import Transaction
from graph.errors import Raced, Refusal, UserError
from graph.identifiers import IdentifierValue
from graph.people.resolution import Resolution, resolve
from graph.statements import people as statements
from graph.vocabulary import UserErrorCode


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
    create: bool = False,
) -> Person:
    """The living profile that the reference means: a merged id gives its survivor. `also` is locked besides.

    Raises Refusal NOT_FOUND, or AMBIGUOUS_MATCH where a value points to several people.
    """
    if reference.identifier is not None:
        return await _by_identifier(transaction, reference.identifier, now_ms, also=also, create=create)
    survivor: str | None = await transaction.run(statements.SURVIVOR, id=reference.id)
    if survivor is None:
        raise Refusal(_not_found("profile", "id"))
    resolution = await resolve(transaction, also, now_ms, [survivor])
    if await transaction.run(statements.SURVIVOR, id=survivor) != survivor:
        raise Raced("the profile was merged while it was being locked")
    return Person(survivor, is_new=False, resolution=resolution)


async def found_person(transaction: Transaction, reference: ProfileReference, part: str) -> str:
    """The id of the living profile that the reference means; nothing is locked, so look again after locking it.

    `part` names the reference in the input. Raises Refusal NOT_FOUND, or AMBIGUOUS_MATCH with the candidates.
    """
    if reference.identifier is None:
        survivor: str | None = await transaction.run(statements.SURVIVOR, id=reference.id)
        if survivor is None:
            raise Refusal(_not_found(part, "id"))
        return survivor
    keys = [reference.identifier.key]
    owners = sorted({row[1] for row in await transaction.run(statements.OWNERS, keys=keys, onePersonTypes=[])})
    if not owners:
        raise Refusal(_not_found(part, "identifier"))
    if len(owners) > 1:
        error = UserError(UserErrorCode.AMBIGUOUS_MATCH, "This value points to several people.", (part, "identifier"))
        raise Refusal(error, candidates=tuple(owners))
    return str(owners[0])


async def _by_identifier(
    transaction: Transaction,
    value: IdentifierValue,
    now_ms: int,
    *,
    also: tuple[IdentifierValue, ...],
    create: bool,
) -> Person:
    resolution = await resolve(transaction, (value, *also), now_ms)
    try:
        found = resolution.match([value])
    except Refusal as refusal:
        path = ("profile", "identifier")
        errors = [replace(error, field=path) for error in refusal.user_errors]
        raise Refusal(*errors, candidates=refusal.candidates) from None
    if found.profile_id is not None:
        return Person(found.profile_id, is_new=False, resolution=resolution)
    if not create:
        raise Refusal(_not_found("profile", "identifier"))
    return Person(resolution.create([value], "api", is_test=False), is_new=True, resolution=resolution)


def _not_found(*path: str) -> UserError:
    return UserError(UserErrorCode.NOT_FOUND, "No such profile.", path)
