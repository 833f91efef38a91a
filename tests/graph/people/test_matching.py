from __future__ import annotations

from graph.identifiers import IdentifierValue, identifier
from graph.people.matching import Known, conflicts, match
from graph.vocabulary import IdentifierType

CARD_1 = identifier(IdentifierType.EXTERNAL, "shop", "card-1")
CARD_2 = identifier(IdentifierType.EXTERNAL, "shop", "card-2")
OTHER_SHOPS_CARD = identifier(IdentifierType.EXTERNAL, "other-shop", "card-1")
FAMILY = identifier(IdentifierType.EMAIL, "", "family@example.com")
PHONE = identifier(IdentifierType.PHONE, "", "+442079460000")
COOKIE = identifier(IdentifierType.COOKIE, "web", "c-1")


def known(*people: tuple[str, list[IdentifierValue]]) -> Known:
    owners: dict[str, set[str]] = {}
    one_person_keys: dict[str, set[str]] = {}
    for name, values in people:
        for value in values:
            owners.setdefault(value.key, set()).add(name)
            if value.type is IdentifierType.EXTERNAL:
                one_person_keys.setdefault(name, set()).add(value.key)
    return Known(owners, one_person_keys)


def test_nobody_is_found_where_no_value_is_known() -> None:
    assert match([CARD_1, FAMILY], known()).candidates == ()


def test_a_one_person_value_decides_beside_a_shared_address_of_two() -> None:
    people = known(("ann", [CARD_1, FAMILY]), ("bob", [FAMILY]))

    assert match([CARD_1, FAMILY], people).profile_id == "ann"


def test_a_shared_address_of_somebody_with_another_card_is_no_match() -> None:
    assert match([CARD_2, FAMILY], known(("ann", [CARD_1, FAMILY]))).candidates == ()


def test_a_new_card_is_added_to_the_owner_of_the_address_who_has_none_there() -> None:
    assert match([CARD_2, FAMILY], known(("ann", [FAMILY, OTHER_SHOPS_CARD]))).profile_id == "ann"


def test_a_shared_address_alone_is_ambiguous() -> None:
    found = match([FAMILY], known(("ann", [FAMILY]), ("bob", [FAMILY])))

    assert found.is_ambiguous
    assert found.candidates == ("ann", "bob")


def test_address_and_phone_of_different_people_are_ambiguous() -> None:
    assert match([FAMILY, PHONE], known(("ann", [FAMILY]), ("bob", [PHONE]))).candidates == ("ann", "bob")


def test_a_cookie_matches_only_where_nothing_else_is_given() -> None:
    people = known(("ann", [COOKIE]))

    assert match([COOKIE], people).profile_id == "ann"
    assert match([COOKIE, FAMILY], people).candidates == ()


def test_match_on_leaves_other_types_out_of_the_decision() -> None:
    people = known(("ann", [FAMILY]), ("bob", [PHONE]))

    assert match([FAMILY, PHONE], people, [IdentifierType.PHONE]).profile_id == "bob"


def test_a_card_conflicts_where_it_is_somebody_elses_or_a_second_one_of_its_shop() -> None:
    people = known(("ann", [CARD_1, FAMILY]))

    assert conflicts([CARD_1], None, people)
    assert conflicts([CARD_1], "bob", people)
    assert conflicts([CARD_2], "ann", people)
    assert conflicts([CARD_1, CARD_2], "ann", people)
    assert not conflicts([CARD_1, FAMILY], "ann", people)
    assert not conflicts([OTHER_SHOPS_CARD], "ann", people)
    assert not conflicts([CARD_2, FAMILY], "bob", people)
