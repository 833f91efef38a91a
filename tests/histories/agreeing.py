"""Whether the product stands as the model says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.connection import Graph
from graph.vocabulary import Channel
from graph.vocabulary import SubscriptionStatus as Status
from tests.histories.observed import Shown, Window, observed
from tests.histories.state import Place, World


async def check(graph: Graph, window: Window, model: World) -> None:
    """Raises AssertionError where the product shows or holds anything else than the model."""
    found = await observed(graph, model.people, model.now)
    wrong = _differences(_picture(model), _picture(found))
    assert not wrong, "\n".join(wrong)
    for profile_id in _looked_at(model):
        assert await window.person(profile_id, model.now) == _shown(model, model.root(profile_id))
    for profile_id in sorted(model.erased_people)[-1:]:
        assert await window.person(profile_id, model.now) is None


def _looked_at(model: World) -> list[str]:
    """Everybody, and one who was merged: that all ids lead to their survivors was seen in the graph already."""
    merged = sorted(id_ for id_, each in model.people.items() if each.merged_into is not None)
    return [*(each.id for each in model.roots()), *merged[-1:]]


def _shown(model: World, root: str) -> Shown:
    members = {each for each in model.people if model.root(each) == root}
    living = model.living(root)
    may = model.people[root].status is Status.SUBSCRIBED
    reached = {
        id_
        for id_, each in living.items()
        if may and each.status is Status.SUBSCRIBED and not _is_stopped(model, each.place)
    }
    news = {id_ for id_ in reached if living[id_].left_at is None and living[id_].place.resource == "shop"}
    return Shown(
        root,
        frozenset(members - {root}),
        frozenset(event for event, owner in model.events.items() if owner in members),
        {id_: each.status for id_, each in living.items()},
        frozenset(reached),
        frozenset(news),
    )


def _is_stopped(model: World, place: Place) -> bool:
    channels: tuple[Channel | None, ...] = (None, place.channel)
    return any((place.address, each) in model.suppressed for each in channels)


def _picture(world: World) -> dict[str, Any]:
    return {
        "events": dict(sorted(world.events.items())),
        **{
            id_: (
                each.merged_into,
                each.status,
                sorted(each.values),
                {scope: no.said for scope, no in sorted(each.noes.items(), key=str)},
                each.records,
            )
            for id_, each in world.people.items()
        },
        **{
            id_: (
                each.holder,
                each.place,
                each.consent,
                each.opt_in,
                each.absorbed_by,
                each.left_at,
                each.records,
                each.categories,
            )
            for id_, each in world.subscriptions.items()
        },
    }


def _differences(right: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    return [
        f"{name}:\n  found {found.get(name)}\n  right {right.get(name)}"
        for name in sorted(right.keys() | found.keys())
        if right.get(name) != found.get(name)
    ]
