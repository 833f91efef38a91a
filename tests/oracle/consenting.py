"""What the people of the test world allow, and what stands against writing to them."""

from __future__ import annotations

from tests.oracle import words
from tests.oracle.dice import Dice
from tests.oracle.world import OptOut, Person, World


def consent(dice: Dice, world: World, instants: list[int]) -> None:
    for person in world.people:
        if person.merged_into is None and dice.chance(0.4):
            _opt_outs(dice, world, person, instants)


def _opt_outs(dice: Dice, world: World, person: Person, instants: list[int]) -> None:
    for channel in dice.apart(words.CHANNELS, 2):
        lifted = dice.apart(world.resources, 2)
        made = OptOut(
            id=dice.identity("opt"),
            key=f"{person.id}:channel:{channel}",
            since=dice.pick(instants),
            channel=channel,
            lifted_for_resources=dice.maybe([each.id for each in lifted], 0.5),
            person=person,
        )
        person.opt_outs.append(made)
        world.opt_outs.append(made)
    for resource in dice.apart(world.resources, 2):
        made = OptOut(
            id=dice.identity("opt"),
            key=f"{person.id}:resource:{resource.id}",
            since=dice.pick(instants),
            resource_id=resource.id,
            lifted_for_channels=dice.maybe(dice.apart(words.CHANNELS, 2), 0.5),
            person=person,
            resource=resource,
        )
        person.opt_outs.append(made)
        world.opt_outs.append(made)
