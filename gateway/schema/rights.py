from __future__ import annotations

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_introspection_type,
    is_leaf_type,
)

from gateway.api_keys import Viewer
from gateway.errors import ErrorCode
from gateway.schema.directives import definition_of, scope, scopes_of
from graph.vocabulary import Right

# These tell nothing about anybody. All other types do: a new one is closed until it is named here.
ABOUT_NOBODY = frozenset(
    {
        "AttributeDefinition",
        "BulkSummary",
        "Category",
        "Count",
        "Money",
        "PageInfo",
        "Product",
        "Resource",
        "RowResult",
        "Template",
        "TemplateContent",
        "TemplateEmail",
        "TemplatePush",
        "UserError",
        "Viewer",
    }
)


def mark_scopes(schema: GraphQLSchema) -> None:
    """Puts `@scope` on what tells about people and on what changes anything; a field may also say itself what it needs.

    It stands on Strawberry's own definitions, from which the schema is printed; done twice it changes nothing.
    """
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not is_introspection_type(kind):
            for field in kind.fields.values():
                needed = Right.PROFILE_WRITE if kind is schema.mutation_type else _reading(field)
                definition = definition_of(field)
                if needed and definition and not scopes_of(field):
                    # A generic type's copies share one list.
                    definition.directives = [*definition.directives, scope(needed)]


def _reading(field: GraphQLField) -> Right | None:
    kind = _listed(get_named_type(field.type))
    return None if is_leaf_type(kind) or kind.name in ABOUT_NOBODY else Right.PROFILE_READ


def _listed(kind: GraphQLNamedType) -> GraphQLNamedType:
    """What a connection lists; any other type is meant itself."""
    if isinstance(kind, GraphQLObjectType):
        for suffix, name in (("Connection", "nodes"), ("Edge", "node")):
            if kind.name.endswith(suffix) and name in kind.fields:
                listed: GraphQLNamedType = get_named_type(kind.fields[name].type)
                return listed
    return kind


def refuse_without(rights: frozenset[str], viewer: Viewer) -> None:
    """Raises a GraphQL error FORBIDDEN for a viewer who has none of these; whoever needs none passes."""
    if rights and rights.isdisjoint(viewer.scopes):
        listed = " or ".join(f"`{each}`" for each in sorted(rights))
        raise GraphQLError(f"This needs the right {listed}.", extensions={"code": ErrorCode.FORBIDDEN})
