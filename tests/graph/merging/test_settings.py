from __future__ import annotations

import pytest

from graph.identifying.rules import IdentifierRules
from graph.merging.automatic import SharedValue
from graph.merging.settings import FieldRule, MergeSettings
from graph.vocabulary import IdentifierType


def test_rules_of_fields_and_further_types_come_from_the_environment() -> None:
    found = MergeSettings.from_environment(
        {"CUSTOMER_GRAPH_MERGE_FIELDS": "default=NEWEST_WINS, city=SURVIVOR_WINS", "CUSTOMER_GRAPH_MERGE_ON": "EMAIL"}
    )

    assert (found.rule("firstName"), found.rule("city")) == (FieldRule.NEWEST_WINS, FieldRule.SURVIVOR_WINS)
    assert found.types == {IdentifierType.EMAIL}
    assert found.under(IdentifierRules()).types == {IdentifierType.EXTERNAL, IdentifierType.EMAIL}
    assert MergeSettings.from_environment({}) == MergeSettings()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CUSTOMER_GRAPH_MERGE_FIELDS", "city"),
        ("CUSTOMER_GRAPH_MERGE_FIELDS", "city=LOUDEST_WINS"),
        ("CUSTOMER_GRAPH_MERGE_FIELDS", "=FILL_EMPTY"),
        ("CUSTOMER_GRAPH_MERGE_ON", "COOKIE"),
        ("CUSTOMER_GRAPH_MERGE_ON", "FACE"),
    ],
)
def test_what_is_wrong_names_its_variable(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=name):
        MergeSettings.from_environment({name: text})


def test_a_value_merges_by_itself_only_where_all_have_shown_that_it_is_theirs() -> None:
    both, one = frozenset({"prf_a", "prf_b"}), frozenset({"prf_a"})
    card, mail = IdentifierType.EXTERNAL, IdentifierType.EMAIL
    usual, wider = (MergeSettings(types=frozenset(types)).under(IdentifierRules()) for types in ((), (mail,)))

    assert SharedValue("idn_1", card, both, both).merges(usual)
    assert SharedValue("idn_1", mail, both, both).merges(wider)
    assert not SharedValue("idn_1", mail, both, both).merges(usual)
    assert not SharedValue("idn_1", card, both, one).merges(usual)
    assert not SharedValue("idn_1", card, one, one).merges(usual)
