from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

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


Run = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Person:
    """A profile that is locked in this transaction; `is_new` where it was made for the reference."""

    profile_id: str
    is_new: bool
    resolution: Resolution


async def meant(run: Run, reference: ProfileReference) -> str:
    """The id of the living profile that the reference means at this moment; nobody is locked.

    `run` is that of a transaction, or the graph's `read`. Raises Refusal NOT_FOUND, or AMBIGUOUS_MATCH with the
    candidates where a value points to several people.
    """
    if reference.identifier is None:
        survivor: str | None = await run(statements.SURVIVOR, id=reference.id)
        if survivor is None:
            raise Refusal(_not_found("id"))
        return survivor
    owners = await run(statements.OWNERS, keys=[reference.identifier.key], onePersonTypes=[])
    found = sorted({str(profile_id) for _, profile_id, _ in owners})
    if not found:
        raise Refusal(_not_found("identifier"))
    if len(found) > 1:
        message = "This identifier points to several profiles."
        error = UserError(UserErrorCode.AMBIGUOUS_MATCH, message, ("profile", "identifier"))
        raise Refusal(error, candidates=tuple(found))
    return found[0]


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
        raise Refusal(_not_found("identifier"))
    return Person(resolution.create([value], "api", is_test=False), is_new=True, resolution=resolution)


def _not_found(part: str) -> UserError:
    return UserError(UserErrorCode.NOT_FOUND, "No such profile.", ("profile", part))
