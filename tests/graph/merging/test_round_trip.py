from __future__ import annotations

from random import Random

import pytest
import pytest_asyncio

from graph.connection import Graph, Transaction
from graph.consent.due import record_due
from graph.errors import Refusal
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import FieldRule, MergeSettings
from graph.merging.split import SplitProfiles, split_profiles
from graph.people.reference import ProfileReference
from graph.people.touch import touch
from graph.vocabulary import UserErrorCode
from tests.graph.merging.drawn import NOW, RESOURCES, SHARING, draw_people
from tests.graph.merging.past import keys_of, write_past
from tests.graph.merging.people import People, exported, write_resources

# What people are known by besides their e-mail addresses. A card is of one person, so nobody shares that.
OTHER_VALUES = (("PHONE", ""), ("COOKIE", "web"), ("EXTERNAL", "shop"))


@pytest_asyncio.fixture(loop_scope="session")
async def shops(graph: Graph) -> Graph:
    await write_resources(graph, *RESOURCES)
    return graph


def draw_other_values(dice: Random, people: People, tag: str, ids: list[str], shared: str) -> None:
    for kind, namespace in OTHER_VALUES:
        is_shared = kind != "EXTERNAL" and dice.random() < SHARING[shared]
        for profile_id in ids:
            if shared == "everything" or dice.random() < 0.7:
                name = f"{tag if is_shared else profile_id}_{kind}"
                verified = NOW - dice.randrange(1_000) if dice.random() < 0.4 else None
                people.identifier(profile_id, name, kind, namespace=namespace, verified_at=verified)


async def written(graph: Graph, dice: Random, tag: str, names: str, shared: str) -> list[str]:
    people, ids = draw_people(dice, tag, names, shared)
    draw_other_values(dice, people, tag, ids, shared)
    await people.write(graph)
    await write_past(graph, dice, ids, NOW)

    async def renew(transaction: Transaction) -> None:
        await touch(transaction, ids, NOW)

    await graph.write(renew)
    # Whatever time has ended is no doing of the merge.
    await record_due(graph, NOW)
    return ids


async def merge(graph: Graph, from_id: str, into_id: str, settings: MergeSettings, now_ms: int = NOW) -> str:
    command = MergeProfiles(ProfileReference(id=from_id), ProfileReference(id=into_id), "key_staff", "seen")
    return str((await merge_profiles(graph, command, settings, None, now_ms)).result["mergeId"])


async def split(graph: Graph, merge_id: str, settings: MergeSettings) -> None:
    await split_profiles(graph, SplitProfiles(merge_id, "key_staff"), settings, None, NOW + 100)


async def exports(graph: Graph, ids: list[str]) -> list[str]:
    """Everything about each, with the keys that an export does not show."""
    return [f"{await exported(graph, each)} {await keys_of(graph, each)}" for each in ids]


@pytest.mark.parametrize("shared", ["nothing", "something", "everything"])
async def test_a_split_gives_back_byte_for_byte_what_a_merge_took(shops: Graph, shared: str) -> None:
    for seed in range(5):
        dice = Random(f"{shared} {seed}")  # noqa: S311  # A test's dice.
        ids = await written(shops, dice, f"{shared}{seed}", "ab", shared)
        settings = MergeSettings(default=dice.choice(list(FieldRule)))
        before = await exports(shops, ids)

        merge_id = await merge(shops, ids[1], ids[0], settings)
        merged = await exports(shops, ids[:2])
        await split(shops, merge_id, settings)

        assert merged != before[:2]
        assert await exports(shops, ids) == before, (shared, seed)


@pytest.mark.parametrize("into_the_same", [True, False])
async def test_chains_of_merges_are_undone_newest_first(shops: Graph, into_the_same: bool) -> None:  # noqa: FBT001  # Pytest passes it by name.
    for seed in range(3):
        dice = Random(f"chain {into_the_same} {seed}")  # noqa: S311  # A test's dice.
        ids = await written(shops, dice, f"chain{into_the_same}{seed}", "abc", "something")
        settings = MergeSettings(default=dice.choice(list(FieldRule)))
        first, second, third, _ = ids
        apart = await exports(shops, ids)

        # Either two people merge into the first one after another, or the first merges on with what it took in.
        older = await merge(shops, second, first, settings)
        between = await exports(shops, ids)
        newer = await merge(shops, *((third, first) if into_the_same else (first, third)), settings)
        with pytest.raises(Refusal) as blocked:
            await split(shops, older, settings)
        await split(shops, newer, settings)
        after_one = await exports(shops, ids)
        await split(shops, older, settings)

        (error,) = blocked.value.user_errors
        assert error.code is UserErrorCode.BLOCKED_BY
        assert newer in error.message
        assert after_one == between, seed
        assert await exports(shops, ids) == apart, seed
