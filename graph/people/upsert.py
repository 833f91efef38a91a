from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import auto

from graph.connection import Graph, Transaction
from graph.errors import Refusal, UserError, told_below
from graph.idempotency import Done, Guard, once
from graph.identifiers import IdentifierValue
from graph.merging.automatic import merge_owners_in
from graph.merging.settings import MergeSettings
from graph.people.attribute_change import AttributeChange
from graph.people.change import ProfileChange
from graph.people.facts import Facts, FieldValue
from graph.people.knowledge import knowledge
from graph.people.matching import Match
from graph.people.resolution import Resolution
from graph.people.resolve import resolve
from graph.people.touch import touch
from graph.vocabulary import ChangeKind, IdentifierType, RowOutcome, UserErrorCode, Word


class UpsertMode(Word):
    UPSERT = auto()
    CREATE = auto()
    UPDATE = auto()


class MatchConflict(Word):
    REFUSE = auto()
    MERGE = auto()


@dataclass(frozen=True, slots=True)
class UpsertProfile:
    """`fields` and `attributes` are what Facts are made of."""

    identifiers: tuple[IdentifierValue, ...]
    fields: Mapping[str, FieldValue]
    mode: UpsertMode = UpsertMode.UPSERT
    match_on: frozenset[IdentifierType] | None = None
    is_test: bool = False
    source: str = "api"
    attributes: tuple[AttributeChange, ...] = ()
    on_conflict: MatchConflict = MatchConflict.REFUSE
    actor: str = "api"
    merging: MergeSettings = field(default_factory=MergeSettings)

    @property
    def facts(self) -> Facts:
        return Facts(self.fields, self.attributes)


async def upsert_profile(graph: Graph, command: UpsertProfile, guard: Guard | None, now_ms: int) -> Done:
    """Finds the person by the identifiers, or makes one; adds the identifiers, sets fields and changes attributes.

    The result holds `profileId` and `outcome`. Raises Refusal: AMBIGUOUS_MATCH where the identifiers mean several
    people, IDENTIFIER_CONFLICT where two people would share a one-person value or one would get two, both with the
    candidates, or MERGE_REFUSED in their stead where `on_conflict` is MERGE and they may not be made one; TAKEN in mode
    CREATE, NOT_FOUND in mode UPDATE; INVALID where none is of the types in `match_on`; IDENTIFIER_BLOCKED for a value
    that stands for nobody, LIMIT_EXCEEDED for one over a cap; and what `graph.people.facts.news` refuses. Then nothing
    was written. The same command twice leaves the second without effect and UNCHANGED, unless it increments.
    """

    async def work(transaction: Transaction) -> Done:
        return await upsert_in(transaction, command, now_ms)

    return await once(graph, guard, now_ms, work)


async def upsert_in(transaction: Transaction, command: UpsertProfile, now_ms: int) -> Done:
    merged = await _merged(transaction, command, now_ms)
    resolution = await resolve(transaction, command.identifiers, now_ms)
    found = _found(resolution, command)
    refuse_by_mode(found, command.mode)
    if found.profile_id is None:
        profile_id = resolution.create(command.identifiers, command.source, is_test=command.is_test)
        outcome, linked = RowOutcome.CREATED, True
    else:
        profile_id = found.profile_id
        linked = resolution.link(profile_id, command.identifiers, command.source)
        outcome = RowOutcome.UPDATED
    known = await knowledge(transaction, [profile_id] if found.profile_id else [], [command.facts], now_ms)
    is_news = known.learn(profile_id, known.news(profile_id, command.facts))
    await resolution.write(transaction, known)
    await known.write(transaction)
    kinds = [ChangeKind.IDENTIFIER] if linked else []
    if is_news or outcome is RowOutcome.CREATED:
        kinds.append(ChangeKind.PROFILE)
    if not kinds:
        outcome = RowOutcome.UPDATED if merged else RowOutcome.UNCHANGED
        return Done({"profileId": profile_id, "outcome": outcome}, merged)
    changes = await touch(transaction, [profile_id], now_ms, *kinds)
    return Done({"profileId": profile_id, "outcome": outcome}, (*merged, *changes))


async def _merged(transaction: Transaction, command: UpsertProfile, now_ms: int) -> tuple[ProfileChange, ...]:
    """Where the caller asks for it, people become one who share a value that the owner lets merge them.

    Nothing is locked before. What a merge refuses is said of the value that would have merged them.
    """
    if command.on_conflict is MatchConflict.REFUSE:
        return ()
    changes: list[ProfileChange] = []
    for position, value in enumerate(command.identifiers):
        with told_below("identifiers", str(position), instead_of=1):
            done = await merge_owners_in(transaction, value, command.actor, command.merging, now_ms, is_wanted=True)
        changes += (change for merged in done for change in merged.changes)
    return tuple(changes)


def _found(resolution: Resolution, command: UpsertProfile) -> Match:
    try:
        return resolution.match(command.identifiers, command.match_on)
    except Refusal as refusal:
        if command.on_conflict is MatchConflict.REFUSE or not refusal.candidates:
            raise
        error = UserError(
            UserErrorCode.MERGE_REFUSED,
            "They share no value that all of them verified and that may merge them.",
            ("identifiers",),
        )
        raise Refusal(error, candidates=refusal.candidates) from None


def refuse_by_mode(found: Match, mode: UpsertMode) -> None:
    """Raises Refusal TAKEN in mode CREATE where somebody was found, NOT_FOUND in mode UPDATE where nobody was."""
    if mode is UpsertMode.CREATE and found.profile_id is not None:
        error = UserError(UserErrorCode.TAKEN, "A profile with these identifiers exists.", ("identifiers",))
        raise Refusal(error, candidates=found.candidates)
    if mode is UpsertMode.UPDATE and found.profile_id is None:
        raise Refusal(UserError(UserErrorCode.NOT_FOUND, "No profile has these identifiers.", ("identifiers",)))
