from __future__ import annotations

from typing import cast

from graphql import GraphQLObjectType, get_named_type

from gateway.schema.context import ResolveInfo
from gateway.schema.payload import scope_of
from gateway.selection import grouped_fields, select_field
from graph.selection import Selection


def chosen_fields(info: ResolveInfo) -> list[Selection]:
    """What a listener wants to see of each change, of which a part is read from the graph."""
    scope = scope_of(info)
    change = cast("GraphQLObjectType", get_named_type(info.return_type))
    sets = [node.selection_set for node in info.field_nodes if node.selection_set]
    return [select_field(scope, change, *group) for group in grouped_fields(scope, change, sets).items()]
