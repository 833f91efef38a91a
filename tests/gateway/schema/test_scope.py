from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_introspection_type

from gateway.schema.api import SCHEMA
from gateway.schema.build import build_schema
from gateway.schema.directives import Scope, definition_of, scopes_of
from gateway.schema.mutations.mutation import Mutation
from gateway.schema.printing import printed

FILE = Path(__file__).parents[3] / "schema.graphql"
ABOUT_PEOPLE = {
    "Attempt",
    "Attribute",
    "BlockedIdentifier",
    "CategoryMembership",
    "ChannelSubscription",
    "ConsentRecord",
    "Device",
    "EffectiveTimezone",
    "Event",
    "Identifier",
    "Job",
    "Merge",
    "MergePreview",
    "Message",
    "MessageChange",
    "Node",
    "OptInEvidence",
    "OptOut",
    "Outreach",
    "Profile",
    "ProfileChange",
    "Purchase",
    "PurchaseLine",
    "Reach",
    "ReachVerdict",
    "Receipt",
    "Relation",
    "Suppression",
    "TimelineEntry",
    "Tracked",
}
FIELDS = {
    f"{kind.name}.{name}": field
    for kind in SCHEMA.graphql.type_map.values()
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not is_introspection_type(kind)
    for name, field in kind.fields.items()
}


def is_about_people(type_name: str) -> bool:
    return type_name.removesuffix("Connection").removesuffix("Edge") in ABOUT_PEOPLE


def test_exactly_the_fields_that_tell_about_people_need_the_right_to_read_them() -> None:
    assert {name for name, field in FIELDS.items() if scopes_of(field) == {"profile:read"}} == {
        name for name, field in FIELDS.items() if is_about_people(get_named_type(field.type).name)
    }


def test_every_mutation_needs_a_right_to_change() -> None:
    assert {name: set(scopes_of(field)) for name, field in FIELDS.items() if name.startswith("Mutation.")} == {
        "Mutation.addIdentifier": {"profile:write"},
        "Mutation.eraseProfile": {"profile:write"},
        "Mutation.exportProfile": {"profile:pii"},
        "Mutation.blockIdentifierPlaceholder": {"profile:write"},
        "Mutation.createResource": {"profile:write"},
        "Mutation.updateResource": {"profile:write"},
        "Mutation.createTemplate": {"profile:write"},
        "Mutation.updateTemplate": {"profile:write"},
        "Mutation.archiveTemplate": {"profile:write"},
        "Mutation.defineAttribute": {"profile:write"},
        "Mutation.identify": {"profile:write"},
        "Mutation.importProfiles": {"profile:write"},
        "Mutation.mergeProfiles": {"profile:write"},
        "Mutation.recordPurchases": {"profile:write"},
        "Mutation.relateProfiles": {"profile:write"},
        "Mutation.sendMessage": {"message:send"},
        "Mutation.setProfileStatus": {"profile:write"},
        "Mutation.signOutDevice": {"profile:write"},
        "Mutation.splitProfiles": {"profile:write"},
        "Mutation.startImport": {"profile:write"},
        "Mutation.subscribe": {"profile:write"},
        "Mutation.suppress": {"profile:write"},
        "Mutation.archiveSubscription": {"profile:write"},
        "Mutation.cancelOutreach": {"message:send"},
        "Mutation.requeueMessages": {"message:send"},
        "Mutation.confirmSubscription": {"profile:write"},
        "Mutation.joinCategory": {"profile:write"},
        "Mutation.replaceAddress": {"profile:write"},
        "Mutation.restoreSubscription": {"profile:write"},
        "Mutation.resumeSubscription": {"profile:write"},
        "Mutation.setSubscriptionPriority": {"profile:write"},
        "Mutation.setSubscriptionStatus": {"profile:write"},
        "Mutation.suspendSubscription": {"profile:write"},
        "Mutation.trackEvents": {"profile:write"},
        "Mutation.unrelateProfiles": {"profile:write"},
        "Mutation.removeIdentifier": {"profile:write"},
        "Mutation.unblockIdentifierPlaceholder": {"profile:write"},
        "Mutation.unsubscribe": {"profile:write"},
        "Mutation.updateProfile": {"profile:write"},
        "Mutation.unsuppress": {"profile:write"},
        "Mutation.upsertProfile": {"profile:write"},
        "Mutation.verifyIdentifier": {"profile:write"},
    }


@pytest.mark.parametrize(
    "name",
    [
        "Query.resource",
        "Query.resources",
        "Query.product",
        "Query.products",
        "Query.attributeDefinitions",
        "Query.viewer",
        "Profile.firstName",
        "Resource.categories",
        "ChannelSubscription.resource",
        "ProfileConnection.count",
        "UpsertProfilePayload.outcome",
    ],
)
def test_what_tells_about_nobody_needs_no_right_of_its_own(name: str) -> None:
    assert scopes_of(FIELDS[name]) == frozenset()


def test_the_directive_stands_once_however_often_the_schema_is_built() -> None:
    again = build_schema(Mutation)

    assert printed(again) == printed(SCHEMA)
    for name, field in FIELDS.items():
        definition = definition_of(field)
        assert definition, name
        assert sum(isinstance(each, Scope) for each in definition.directives) <= 1, name


def test_the_directives_are_printed_where_they_are_enforced() -> None:
    text = FILE.read_text(encoding="utf-8")

    assert "directive @scope(any: [String!]!) on FIELD_DEFINITION" in text
    assert "directive @pii on FIELD_DEFINITION" in text
    assert text.count(' @scope(any: ["') == sum(bool(scopes_of(field)) for field in FIELDS.values())
    assert '  ): ProfileConnection! @scope(any: ["profile:read"])\n' in text
    assert '  ): SendMessagePayload! @scope(any: ["message:send"])\n' in text
    assert "  ): ResourceConnection!\n" in text
