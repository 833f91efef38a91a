from __future__ import annotations

from dataclasses import dataclass

from graph.connection import Transaction
from graph.errors import Raced, Refusal, UserError
from graph.identifiers import IdentifierValue
from graph.people.resolution import Resolution, resolve, resolve_rows
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

    Raises Refusal NOT_FOUND, AMBIGUOUS_MATCH where a value points to several people, or IDENTIFIER_BLOCKED where it
    stands for nobody.
    """
    if reference.identifier is not None:
        return await _by_identifier(transaction, reference.identifier, now_ms, also=also, create=create)
    survivor: str | None = await transaction.run(statements.SURVIVOR, id=reference.id)
    if survivor is None:
        raise Refusal(_not_found("id"))
    resolution = await resolve(transaction, also, now_ms, [survivor])
    if await transaction.run(statements.SURVIVOR, id=survivor) != survivor:
        raise Raced("the profile was merged while it was being locked")
    return Person(survivor, is_new=False, resolution=resolution)


async def _by_identifier(
    transaction: Transaction,
    value: IdentifierValue,
    now_ms: int,
    *,
    also: tuple[IdentifierValue, ...],
    create: bool,
) -> Person:
    # Whom the value means is decided by it alone, whatever else is locked for the person.
    resolution = await resolve_rows(transaction, [(value,), also], now_ms)
    try:
        found = resolution.match([value])
    except Refusal as refusal:
        raise refusal.at("profile", "identifier") from None
    if found.profile_id is not None:
        return Person(found.profile_id, is_new=False, resolution=resolution)
    if not create:
        raise Refusal(_not_found("identifier"))
    return Person(resolution.create([value], "api", is_test=False), is_new=True, resolution=resolution)


def _not_found(part: str) -> UserError:
    return UserError(UserErrorCode.NOT_FOUND, "No such profile.", ("profile", part))
