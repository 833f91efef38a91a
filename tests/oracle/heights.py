from __future__ import annotations

from functools import cache

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type


@cache
def heights(schema: GraphQLSchema) -> dict[str, int]:
    """For each type how many levels a document needs at least below a field of it: none below a leaf."""
    found = {name: 0 for name, kind in schema.type_map.items() if is_leaf_type(kind)}
    objects = [each for each in schema.type_map.values() if isinstance(each, GraphQLObjectType | GraphQLInterfaceType)]
    changed = True
    while changed:
        changed = False
        for kind in objects:
            known = [get_named_type(each.type).name for each in kind.fields.values()]
            below = [found[name] for name in known if name in found]
            if below and found.get(kind.name, 1000) > 1 + min(below):
                found[kind.name] = 1 + min(below)
                changed = True
    return found
