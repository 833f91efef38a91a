"""Somebody is forgotten."""

from __future__ import annotations

from graph.vocabulary import UserErrorCode
from tests.histories.state import Refused, World


def erase(world: World, profile_id: str) -> None:
    if profile_id in world.erased_people:
        return
    if profile_id not in world.people:
        raise Refused(UserErrorCode.NOT_FOUND)
    root = world.root(profile_id)
    family = {each for each in world.people if world.root(each) == root}
    others = [each for id_, each in world.people.items() if id_ not in family]
    elsewhere = {each.place.address for each in world.subscriptions.values() if each.holder not in family}
    elsewhere |= {value for each in others for value in each.values}
    for value in world.people[root].values - elsewhere:
        world.erased_addresses[value] = world.now
        world.suppressed = {each for each in world.suppressed if each[0] != value}
    world.subscriptions = {id_: each for id_, each in world.subscriptions.items() if each.holder not in family}
    world.events = {event: owner for event, owner in world.events.items() if owner not in family}
    world.merges = {id_: each for id_, each in world.merges.items() if each.survivor not in family}
    world.people = {id_: each for id_, each in world.people.items() if id_ not in family}
    world.erased_people |= family
