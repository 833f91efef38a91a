from __future__ import annotations

from graph.identifiers import IdentifierValue, identifier
from graph.people.matching import Owner, match
from graph.vocabulary import IdentifierType

CARD_1 = identifier(IdentifierType.EXTERNAL, "shop", "card-1")
CARD_2 = identifier(IdentifierType.EXTERNAL, "shop", "card-2")
FAMILY = identifier(IdentifierType.EMAIL, "", "family@example.com")
PHONE = identifier(IdentifierType.PHONE, "", "+442079460000")
COOKIE = identifier(IdentifierType.COOKIE, "web", "c-1")


def owned(*pairs: tuple[IdentifierValue, Owner]) -> dict[str, set[Owner]]:
    owners: dict[str, set[Owner]] = {}
    for value, owner in pairs:
        owners.setdefault(value.key, set()).add(owner)
    return owners


def test_nobody_is_found_where_no_value_is_known() -> None:
    assert match([CARD_1, FAMILY], {}).candidates == ()


def test_a_one_person_value_decides_beside_a_shared_address_of_two() -> None:
    ann, bob = Owner("ann", frozenset({CARD_1.key})), Owner("bob", frozenset())

    assert match([CARD_1, FAMILY], owned((CARD_1, ann), (FAMILY, ann), (FAMILY, bob))).profile_id == "ann"


def test_a_shared_address_of_somebody_with_another_card_is_no_match() -> None:
    ann = Owner("ann", frozenset({CARD_1.key}))

    assert match([CARD_2, FAMILY], owned((FAMILY, ann))).candidates == ()


def test_a_new_card_is_added_to_the_owner_of_the_address_who_has_none() -> None:
    ann = Owner("ann", frozenset())

    assert match([CARD_2, FAMILY], owned((FAMILY, ann))).profile_id == "ann"


def test_a_shared_address_alone_is_ambiguous() -> None:
    ann, bob = Owner("ann", frozenset()), Owner("bob", frozenset())

    found = match([FAMILY], owned((FAMILY, ann), (FAMILY, bob)))

    assert found.is_ambiguous
    assert found.candidates == ("ann", "bob")


def test_address_and_phone_of_different_people_are_ambiguous() -> None:
    found = match([FAMILY, PHONE], owned((FAMILY, Owner("ann", frozenset())), (PHONE, Owner("bob", frozenset()))))

    assert found.candidates == ("ann", "bob")


def test_a_cookie_matches_only_where_nothing_else_is_given() -> None:
    owners = owned((COOKIE, Owner("ann", frozenset())))

    assert match([COOKIE], owners).profile_id == "ann"
    assert match([COOKIE, FAMILY], owners).candidates == ()


def test_match_on_leaves_other_types_out_of_the_decision() -> None:
    owners = owned((FAMILY, Owner("ann", frozenset())), (PHONE, Owner("bob", frozenset())))

    assert match([FAMILY, PHONE], owners, [IdentifierType.PHONE]).profile_id == "bob"
