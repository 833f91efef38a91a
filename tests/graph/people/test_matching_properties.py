"""Rules 10 to 12 of the design, word by word, over small made-up worlds of people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from graph.errors import Refusal
from graph.identifiers import WEAK_TYPES, IdentifierValue, identifier
from graph.identifying.rules import IdentifierRules
from graph.people.known_people import KnownPeople
from graph.people.matching import Known, could_mean, match
from graph.people.resolution import Placed, Resolution
from graph.vocabulary import IdentifierType, UserErrorCode

RULES = IdentifierRules()
ONE = [identifier(IdentifierType.EXTERNAL, scope, f"card-{n}") for scope in ("shop", "crm") for n in (1, 2, 3)]
SHARED = [
    identifier(IdentifierType.EMAIL, "", "home@example.com"),
    identifier(IdentifierType.EMAIL, "", "work@example.com"),
    identifier(IdentifierType.PHONE, "", "+442079460000"),
    identifier(IdentifierType.CUSTOM, "", "handle"),
]
WEAK = [identifier(IdentifierType.COOKIE, "web", "c-1"), identifier(IdentifierType.DEVICE, "", "d-1")]
VALUES = ONE + SHARED + WEAK
PEOPLE = ["prf_1", "prf_2", "prf_3", "prf_4"]


def is_one(value: IdentifierValue) -> bool:
    return value.type is IdentifierType.EXTERNAL


def place(value: IdentifierValue) -> tuple[str, str]:
    return value.type, value.namespace


@dataclass(frozen=True)
class Graph:
    """Who has what. A one-person value belongs to one person; a merge may have left one with two of a kind."""

    has: dict[str, list[IdentifierValue]]

    def known(self) -> Known:
        owners: defaultdict[str, set[str]] = defaultdict(set)
        one_person_keys: defaultdict[str, set[str]] = defaultdict(set)
        for person, values in self.has.items():
            for value in values:
                owners[value.key].add(person)
                if is_one(value):
                    one_person_keys[person].add(value.key)
        return Known(owners, one_person_keys, RULES)

    def owners(self, values: Sequence[IdentifierValue]) -> set[str]:
        return {person for person, has in self.has.items() for each in values if each in has}

    def is_another(self, person: str, brought: Sequence[IdentifierValue]) -> bool:
        """Rule 11: the input brings a ONE value, and the profile already has another of that type and namespace."""
        alone = [each for each in brought if is_one(each)]
        return any(
            is_one(own) and own not in alone and place(own) in {place(each) for each in alone}
            for own in self.has[person]
        )

    def people(self) -> KnownPeople:
        found = KnownPeople(RULES)
        for person, values in self.has.items():
            for value in values:
                found.add(person, value)
        return found


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    has: dict[str, list[IdentifierValue]] = {
        person: draw(st.lists(st.sampled_from(SHARED + WEAK), unique_by=lambda each: each.key, max_size=4))
        for person in PEOPLE
    }
    for value in ONE:
        owner = draw(st.sampled_from([*PEOPLE, None, None]))
        if owner is not None:
            has[owner].append(value)
    return Graph(has)


inputs = st.lists(st.sampled_from(VALUES), min_size=1, max_size=5)
some_types = st.sets(st.sampled_from([each.type for each in VALUES]), min_size=1)


@given(graphs(), inputs)
def test_one_person_values_decide_alone(graph: Graph, brought: list[IdentifierValue]) -> None:
    owners = graph.owners([each for each in brought if is_one(each)])

    if owners:
        assert set(match(brought, graph.known()).candidates) == owners


@given(graphs(), inputs)
def test_a_weaker_value_matches_everybody_who_shares_it_and_is_not_another_person(
    graph: Graph, brought: list[IdentifierValue]
) -> None:
    if graph.owners([each for each in brought if is_one(each)]):
        return
    shared = [each for each in brought if not is_one(each) and each.type not in WEAK_TYPES]

    if shared or any(is_one(each) for each in brought):
        expected = {each for each in graph.owners(shared) if not graph.is_another(each, brought)}
        assert set(match(brought, graph.known()).candidates) == expected


@given(graphs(), inputs, st.lists(st.sampled_from(WEAK), min_size=1))
def test_weak_values_change_nothing_beside_others_and_decide_alone(
    graph: Graph, brought: list[IdentifierValue], weak: list[IdentifierValue]
) -> None:
    known = graph.known()

    if any(each.type not in WEAK_TYPES for each in brought):
        strong = [each for each in brought if each.type not in WEAK_TYPES]
        assert match(brought, known) == match(strong, known)
    assert set(match(weak, known).candidates) == graph.owners(weak)


@given(graphs(), inputs, some_types)
def test_match_on_finds_nobody_by_what_it_leaves_out(
    graph: Graph, brought: list[IdentifierValue], types: set[IdentifierType]
) -> None:
    found = set(match(brought, graph.known(), types).candidates)

    assert found <= graph.owners([each for each in brought if each.type in types])


@given(graphs(), inputs, st.randoms())
def test_the_order_and_repetition_of_values_does_not_matter(
    graph: Graph, brought: list[IdentifierValue], random: Random
) -> None:
    again = [*brought, *brought]
    random.shuffle(again)

    assert match(again, graph.known()) == match(brought, graph.known())


@given(graphs(), inputs, some_types)
def test_nobody_is_found_who_would_not_have_been_locked(
    graph: Graph, brought: list[IdentifierValue], types: set[IdentifierType]
) -> None:
    known = graph.known()
    locked = could_mean(brought, known)

    assert set(match(brought, known).candidates) <= locked
    assert set(match(brought, known, types).candidates) <= locked
    assert graph.owners([each for each in brought if is_one(each)]) <= locked


@given(graphs(), st.lists(inputs, min_size=1, max_size=6))
def test_whatever_rows_come_a_one_person_value_stays_one_persons_and_no_row_is_nobodys(
    graph: Graph, rows: list[list[IdentifierValue]]
) -> None:
    people = graph.people()
    locked = people.could_mean(rows)
    resolution = Resolution(0, people, {}, frozenset())

    for row in rows:
        placed = outcome(resolution, row)
        if isinstance(placed, Refusal):
            cards = {each.key: place(each) for each in row if is_one(each)}
            assert placed.user_errors[0].code in {UserErrorCode.AMBIGUOUS_MATCH, UserErrorCode.IDENTIFIER_CONFLICT}
            # Somebody is concerned, unless the row contradicts itself.
            assert placed.candidates or len(set(cards.values())) < len(cards)
        else:
            assert placed.refused == ()
            assert all(placed.profile_id in people.owners[each.key] for each in row)
            # Whom a row may change was locked before, unless this transaction made the person.
            assert placed.profile_id in locked or placed.profile_id not in graph.has

    for value in ONE:
        assert len(people.owners[value.key]) <= 1
    for person, keys in people.one_person_keys.items():
        after = Counter(key.rsplit(":", 1)[0] for key in keys)
        before = Counter(each.key.rsplit(":", 1)[0] for each in graph.has.get(person, []))
        assert all(number <= max(1, before[kind]) for kind, number in after.items())


def outcome(resolution: Resolution, row: Sequence[IdentifierValue]) -> Placed | Refusal:
    try:
        return resolution.place(resolution.meant(row), row, "test", is_test=False)
    except Refusal as refusal:
        return refusal
