"""Every label, relationship and property in the statements has a rule for merges."""

from __future__ import annotations

import importlib
import pkgutil
import re

from graph import statements
from graph.merging.fields import DECLARED
from graph.merging.rules import LABELS, PROPERTIES, RELATIONSHIPS, Fate, PropertyRule, property_rule
from graph.statement import Statement

_RELATIONSHIP = re.compile(r"-\[\s*\w*\s*:\s*([A-Z_]+(?:\|[A-Z_]+)*)")
_LABELS = re.compile(r"\(\s*\w*((?::[A-Z]\w*)+)|SET \w+((?::[A-Z]\w*)+)|FOR \(\w+:(\w+)\)")
_PROFILE = re.compile(r"\((\w+):Profile\b(?:\s*\{([^}]*)\})?")
_KEY = re.compile(r"(\w+):")


def texts() -> list[str]:
    found = []
    for module in pkgutil.iter_modules(statements.__path__):
        for value in vars(importlib.import_module(f"{statements.__name__}.{module.name}")).values():
            each = value if isinstance(value, tuple) else (value,)
            found += [one.text for one in each if isinstance(one, Statement)]
    return found


def properties_of_profiles(text: str) -> set[str]:
    """What a statement writes on nodes that it calls profiles: in SET, and in the map of a CREATE."""
    found: set[str] = set()
    for match in _PROFILE.finditer(text):
        variable, properties = match.group(1), match.group(2)
        found |= set(_KEY.findall(properties or ""))
        found |= set(re.findall(rf"\b{variable}\.(\w+)\s*=[^=]", text))
    return found - {"epochMillis", "row"}


def test_every_relationship_has_a_rule() -> None:
    found = {kind for text in texts() for match in _RELATIONSHIP.findall(text) for kind in match.split("|")}

    assert found - RELATIONSHIPS.keys() == set()
    assert {"IDENTIFIES", "HAS_SUBSCRIPTION", "OPTED_OUT", "RELATES", "BY"} <= found


def test_every_label_has_a_rule() -> None:
    found = {
        label
        for text in texts()
        for groups in _LABELS.findall(text)
        for group in groups
        for label in group.split(":")
        if label
    }

    assert found - LABELS.keys() == set()
    assert {"Profile", "Identifier", "Event", "Merge"} <= found


def test_every_property_of_a_profile_has_a_rule() -> None:
    found = {name for text in texts() for name in properties_of_profiles(text)}

    assert {name for name in found if property_rule(name) is None} == set()
    assert {"revision", "mergedInto", "status"} <= found


def test_what_is_new_is_seen_by_these_tests() -> None:
    text = "MATCH (p:Profile {id: $id}) SET p.shoeSize = 43 CREATE (p)-[:LIKES]->(x:Song {id: 1})"

    assert _RELATIONSHIP.findall(text) == ["LIKES"]
    assert "Song" in {label.strip(":") for groups in _LABELS.findall(text) for label in groups}
    assert properties_of_profiles(text) == {"id", "shoeSize"}
    assert property_rule("shoeSize") is None
    assert property_rule("attr_tier") is property_rule("at_attr_tier") is PropertyRule.BY_SETTINGS


def test_the_table_and_the_merge_know_the_same_fields() -> None:
    by_settings = {name for name, rule in PROPERTIES.items() if rule is PropertyRule.BY_SETTINGS}

    assert by_settings == DECLARED | {"attr_", "at_"}
    assert {kind for kind, fate in RELATIONSHIPS.items() if fate is Fate.MOVES} == {
        "HAD_SUBSCRIPTION", "IDENTIFIES", "OPTED_OUT", "RELATES", "TO",
    }  # fmt: skip
