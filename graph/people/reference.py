from __future__ import annotations

from collections.abc import Collection
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
    with_ids: Collection[str] = (),
    create: bool = False,
) -> Person:
    """The living profile that the reference means: a merged id gives its survivor.

    The identifiers `also` and the profiles `with_ids` are locked besides.

    Raises Refusal NOT_FOUND, or AMBIGUOUS_MATCH where a value points to several people.
    """
    if reference.identifier is not None:
        resolution = await resolve(transaction, (reference.identifier, *also), now_ms, with_ids, rounds=1)
        return _by_identifier(resolution, reference.identifier, create=create)
    survivor: str | None = await transaction.run(statements.SURVIVOR, id=reference.id)
    if survivor is None:
        raise Refusal(_not_found("id"))
    resolution = await resolve(transaction, also, now_ms, {survivor, *with_ids}, rounds=1)
    if await transaction.run(statements.SURVIVOR, id=survivor) != survivor:
        raise Raced("the profile was merged while it was being locked")
    return Person(survivor, is_new=False, resolution=resolution)


def _by_identifier(resolution: Resolution, value: IdentifierValue, *, create: bool) -> Person:
    try:
        found = resolution.match([value])
    except Refusal as refusal:
        path = ("profile", "identifier")
        errors = [replace(error, field=path) for error in refusal.user_errors]
        raise Refusal(*errors, candidates=refusal.candidates) from None
    if found.profile_id is not None:
        return Person(found.profile_id, is_new=False, resolution=resolution)
    if not create:
        raise Refusal(_not_found("identifier"))
    return Person(resolution.create([value], "api", is_test=False), is_new=True, resolution=resolution)


def _not_found(part: str) -> UserError:
    return UserError(UserErrorCode.NOT_FOUND, "No such profile.", ("profile", part))
