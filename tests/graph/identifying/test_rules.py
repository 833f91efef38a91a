from __future__ import annotations

import pytest

from graph.identifying.rules import Belonging, IdentifierRules, TypeRule
from graph.settings import GraphSettings
from graph.vocabulary import IdentifierType

EMAIL, EXTERNAL = IdentifierType.EMAIL, IdentifierType.EXTERNAL


def test_unless_said_otherwise_only_external_values_are_one_persons() -> None:
    rules = IdentifierRules.from_environment({})

    assert rules == IdentifierRules()
    assert rules.one_person_types == {EXTERNAL}
    assert set(rules.types) == set(IdentifierType)
    assert (rules.types[EMAIL], rules.most_identifiers, rules.most_members) == (
        TypeRule(Belonging.MANY, most_people=100, most_values=50),
        500,
        200,
    )


def test_the_owner_says_which_types_are_one_persons_and_how_much_there_may_be() -> None:
    rules = IdentifierRules.from_environment(
        {
            "CUSTOMER_GRAPH_ONE_PERSON_TYPES": "EMAIL, CUSTOM",
            "CUSTOMER_GRAPH_PEOPLE_PER_VALUE": "PHONE=5,EXTERNAL=7",
            "CUSTOMER_GRAPH_VALUES_PER_PROFILE": "EMAIL=3",
            "CUSTOMER_GRAPH_IDENTIFIERS_PER_PROFILE": "12",
            "CUSTOMER_GRAPH_MEMBERS_PER_PROFILE": "20",
        }
    )

    assert rules.one_person_types == {EMAIL, IdentifierType.CUSTOM}
    assert rules.types[EMAIL] == TypeRule(Belonging.ONE, most_people=1, most_values=3)
    assert rules.types[EXTERNAL] == TypeRule(Belonging.MANY, most_people=7, most_values=100)
    assert (rules.types[IdentifierType.PHONE].most_people, rules.types[IdentifierType.VIBER].most_people) == (5, 100)
    assert (rules.most_identifiers, rules.most_members) == (12, 20)


@pytest.mark.parametrize(
    ("variable", "wrong"),
    [
        ("CUSTOMER_GRAPH_ONE_PERSON_TYPES", "COOKIE"),
        ("CUSTOMER_GRAPH_ONE_PERSON_TYPES", "EMAIL,LETTER"),
        ("CUSTOMER_GRAPH_PEOPLE_PER_VALUE", "EMAIL"),
        ("CUSTOMER_GRAPH_PEOPLE_PER_VALUE", "EMAIL=0"),
        ("CUSTOMER_GRAPH_PEOPLE_PER_VALUE", "EXTERNAL=2"),
        ("CUSTOMER_GRAPH_VALUES_PER_PROFILE", "EMAIL=many"),
        ("CUSTOMER_GRAPH_IDENTIFIERS_PER_PROFILE", "0"),
        ("CUSTOMER_GRAPH_MEMBERS_PER_PROFILE", "201"),
    ],
)
def test_a_wrong_rule_is_named_at_start(variable: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=variable):
        GraphSettings.from_environment({"GRAPH_URI": "bolt://127.0.0.1:7687", variable: wrong})
