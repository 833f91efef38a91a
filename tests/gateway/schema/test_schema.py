from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from gateway.commands.schema import schema as schema_command
from gateway.schema.api import SCHEMA
from gateway.schema.printing import printed
from graph import vocabulary

FILE = Path(__file__).parents[3] / "schema.graphql"
TYPES = [
    each
    for each in SCHEMA.graphql.type_map.values()
    if not is_introspection_type(each) and not is_specified_scalar_type(each)
]


def test_the_file_is_what_the_code_prints() -> None:
    assert FILE.read_text(encoding="utf-8") == printed(SCHEMA)


def test_the_file_is_a_schema_to_others() -> None:
    assert build_schema(FILE.read_text(encoding="utf-8")).query_type


def test_the_command_tells_whether_a_file_is_the_schema(tmp_path: Path) -> None:
    stale = tmp_path / "schema.graphql"
    stale.write_text("type Query { nothing: Int }")
    run = CliRunner()

    assert run.invoke(schema_command).output == printed(SCHEMA)
    assert run.invoke(schema_command, ["--check", "--file", str(FILE)]).exit_code == 0
    assert run.invoke(schema_command, ["--check", "--file", str(stale)]).exit_code == 1
    assert run.invoke(schema_command, ["--check", "--file", str(tmp_path / "none")]).exit_code == 1


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_everything_is_described(kind: object) -> None:
    silent = []
    if isinstance(kind, GraphQLEnumType):
        silent = [name for name, value in kind.values.items() if not value.description]
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for name, field in kind.fields.items():
            arguments = getattr(field, "args", {})
            silent += [name] * (not field.description)
            silent += [f"{name}({each})" for each, argument in arguments.items() if not argument.description]
    assert not isinstance(kind, GraphQLUnionType)
    assert silent == []
    assert kind.description  # type: ignore[attr-defined]  # Every named type has one.


@pytest.mark.parametrize(
    "name",
    [
        "Channel",
        "SubscriptionStatus",
        "ProfileKind",
        "IdentifierType",
        "MessagePurpose",
        "MessageState",
        "Gate",
        "UserErrorCode",
        "SortDirection",
        "Sex",
        "AttributeType",
        "PurchaseKind",
        "PurchaseStatus",
        "PurchaseLineStatus",
        "RowOutcome",
        "OutreachOrigin",
        "ImportFormat",
        "JobState",
        "ChangeKind",
        "StreamEnd",
    ],
)
def test_enums_are_the_closed_sets_of_the_graph(name: str) -> None:
    kind = SCHEMA.graphql.type_map[name]
    assert isinstance(kind, GraphQLEnumType)
    assert list(kind.values) == [each.name for each in getattr(vocabulary, name)]


def test_every_list_that_grows_has_the_four_arguments_of_a_page() -> None:
    for kind in TYPES:
        if not isinstance(kind, GraphQLObjectType):
            continue
        for name, field in kind.fields.items():
            if str(field.type).removesuffix("!").endswith("Connection"):
                assert {"first", "after", "last", "before"} <= set(field.args), f"{kind.name}.{name}"


def test_entities_can_be_asked_for_by_their_id() -> None:
    node = SCHEMA.graphql.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    assert sorted(each.name for each in SCHEMA.graphql.get_possible_types(node)) == [
        "Attempt",
        "BlockedIdentifier",
        "Category",
        "ChannelSubscription",
        "ConsentRecord",
        "Event",
        "Identifier",
        "Job",
        "Merge",
        "Message",
        "Outreach",
        "Product",
        "Profile",
        "Purchase",
        "Receipt",
        "Relation",
        "Resource",
        "Suppression",
        "Template",
    ]
