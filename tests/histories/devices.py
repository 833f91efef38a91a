"""Whom a browser, a device or a token points to, and whose what was done there is."""

from __future__ import annotations

from collections.abc import Mapping

from graph.people.device import IdentifyOutcome
from graph.vocabulary import UserErrorCode
from tests.histories.joining import merge
from tests.histories.leaving import take_from
from tests.histories.state import Person, Refused, World
from tests.histories.values import is_card, is_mailbox


def track(world: World, value: str, event: str, profile_id: str) -> None:
    owners = world.owners(value)
    if len(owners) > 1:
        raise Refused(UserErrorCode.AMBIGUOUS_MATCH)
    world.events[event] = (owners[0] if owners else world.made(profile_id, value)).id


def identify(
    world: World, value: str, card: str, profile_id: str, merge_ids: Mapping[str, str], *, is_proven: bool
) -> IdentifyOutcome:
    """`merge_ids` are those of the merges by whom they take in."""
    known = next(iter(world.owners(card)), None) or world.made(profile_id, card)
    others = sorted((each for each in world.owners(value) if each is not known), key=lambda each: each.id)
    strangers = [each for each in others if not any(_names(one, known) for one in each.values)]
    is_linked = value not in known.values
    known.values.add(value)
    if not is_proven:
        return IdentifyOutcome.LINKED if is_linked else IdentifyOutcome.ALREADY_KNOWN
    for each in others:
        if each not in strangers:
            _lose(world, each, value)
    for each in strangers:
        merge(world, each.id, known.id, merge_ids.get(each.id, "none"), is_decided=False)
    if strangers:
        return IdentifyOutcome.MERGED
    if others:
        return IdentifyOutcome.HANDED_OVER
    return IdentifyOutcome.LINKED if is_linked else IdentifyOutcome.ALREADY_KNOWN


def _names(value: str, known: Person) -> bool:
    """Whether it says that whoever has it is somebody else than the one who logs in."""
    return is_card(value) or (is_mailbox(value) and value not in known.values)


def sign_out(world: World, profile_id: str, value: str) -> None:
    _lose(world, world.person(profile_id), value)


def _lose(world: World, person: Person, value: str) -> None:
    person.values.discard(value)
    take_from(world, [each for each in world.living(person.id).values() if each.place.address == value])
