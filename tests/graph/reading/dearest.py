"""Looks for the document that keeps the graph busy longest, within the limits that hold for documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from graphql import GraphQLInterfaceType, GraphQLObjectType, get_named_type, is_leaf_type

from graph.reading.answer import BadArgument
from graph.reading.compile import Plan, compiled
from graph.reading.draft import Caller
from graph.reading.lookups import NODES, kind_of_id
from graph.selection import Selection
from tests.graph.reading.dearest_arguments import Arguments
from tests.graph.reading.hot_graph import ROOTS
from tests.graph.reading.one_step import SCHEMA, type_named
from tests.graph.reading.places import CURSORS

# As the gateway has them.
_MOST_FIELDS = 1_000
_DEEPEST = 12
_MOST_ROOTS = 20

_LARGEST_BODY = 256_000

_SIZES = (1, 2, 5, 10, 20, 50, 100)


@dataclass(slots=True)
class Search:
    """Random documents, and random changes of them."""

    dice: Random

    @property
    def arguments(self) -> Arguments:
        return Arguments(self.dice)

    def document(self) -> tuple[Selection, ...]:
        return tuple(self.root(f"r{number}") for number in range(self.dice.choice([1, 1, 2, 3])))

    def root(self, key: str) -> Selection:
        if self.dice.random() < 0.4:
            name = self.dice.choice(["profiles", "profiles", "products", "messages", "resources"])
            query = type_named("Query")
            return replace(self._list(name, get_named_type(query.fields[name].type), _DEEPEST - 1), response_key=key)
        ids = self.arguments.ids(ROOTS)
        type_name = NODES[str(kind_of_id(ids[0]))].shape
        below = self._object(type_named(type_name), _DEEPEST - 1)
        children = tuple(replace(each, on=type_name) for each in below)
        if self.dice.random() < 0.5:
            return Selection(key, "node", {"id": ids[0]}, children)
        return Selection(key, "nodes", {"ids": ids}, children)

    def changed(self, document: Sequence[Selection]) -> tuple[Selection, ...]:
        roots = list(document)
        place = self.dice.randrange(len(roots))
        match self.dice.randrange(5):
            case 0 if len(roots) < _MOST_ROOTS:
                roots.append(self.root(f"r{len(roots)}"))
            case 1 if len(roots) < _MOST_ROOTS // 2:
                roots += [replace(each, response_key=f"r{len(roots) + index}") for index, each in enumerate(roots)]
            case 2:
                roots[place] = self.root(roots[place].response_key)
            case _:
                roots[place] = self._resized(roots[place])
        return tuple(roots)

    def _resized(self, selection: Selection) -> Selection:
        """Other arguments for one of its lists, or the same list once more beside it."""
        children = list(selection.children)
        if children and self.dice.random() < 0.75:
            place = self.dice.randrange(len(children))
            if children[place].children and self.dice.random() < 0.15:
                children.append(replace(children[place], response_key=f"a{len(children)}_{children[place].name}"))
            else:
                children[place] = self._resized(children[place])
            return replace(selection, children=tuple(children))
        if "ids" in selection.arguments:
            given = selection.arguments["ids"]
            assert isinstance(given, list)
            return replace(selection, arguments={"ids": [given[0]] * self.dice.choice([1, 10, 50, 100])})
        sizes = {"first", "last"} & set(selection.arguments)
        if not sizes:
            return selection
        drawn = self.arguments.of(selection.name)
        if self.dice.random() < 0.5:
            # All but the size stays, or all but the size is drawn anew.
            drawn = {**selection.arguments, sizes.pop(): self.dice.choice(_SIZES)}
        return replace(selection, arguments=drawn)

    def _object(self, of: GraphQLObjectType, deepest: int) -> tuple[Selection, ...]:
        leaves: list[str] = []
        objects: list[tuple[str, object]] = []
        for name, each in of.fields.items():
            wanted = get_named_type(each.type)
            if is_leaf_type(wanted):
                leaves.append(name)
            else:
                objects.append((name, wanted))
        chosen = self.dice.sample(leaves, min(len(leaves), self.dice.choice([1, 1, 3, 20])))
        found = [Selection(name, name, self.arguments.below(name)) for name in chosen]
        if deepest > 2 and objects:
            for name, wanted in self.dice.sample(objects, min(len(objects), self.dice.choice([1, 1, 1, 2]))):
                found.append(self._field(name, wanted, deepest - 1))
        return tuple(found)

    def _field(self, name: str, wanted: object, deepest: int) -> Selection:
        if isinstance(wanted, GraphQLObjectType) and wanted.name.endswith("Connection"):
            return self._list(name, wanted, deepest)
        assert isinstance(wanted, GraphQLObjectType)
        return Selection(name, name, self.arguments.below(name), self._object(wanted, deepest))

    def _list(self, name: str, connection: object, deepest: int) -> Selection:
        assert isinstance(connection, GraphQLObjectType)
        node = get_named_type(connection.fields["nodes"].type)
        arguments = self.arguments.of(name)
        children = [Selection("nodes", "nodes", {}, self._entries(node, deepest - 2))]
        if self.dice.random() < 0.3:
            children.append(Selection("pageInfo", "pageInfo", {}, (Selection("endCursor", "endCursor"),)))
        if self.dice.random() < 0.2:
            children.append(Selection("count", "count", {"limit": 10_000}, (Selection("value", "value"),)))
        return Selection(name, name, arguments, tuple(children))

    def _entries(self, node: object, deepest: int) -> tuple[Selection, ...]:
        if not isinstance(node, GraphQLInterfaceType):
            assert isinstance(node, GraphQLObjectType)
            return self._object(node, deepest)
        chosen = self.dice.choice(SCHEMA.get_possible_types(node))
        return tuple(replace(each, on=chosen.name) for each in self._object(chosen, deepest))


def plan_of(document: Sequence[Selection]) -> Plan | None:
    """None for what is refused."""
    if sum(1 for each in document for _ in _all(each)) > _MOST_FIELDS:
        return None
    if sum(len(str(each.arguments)) for root in document for each in _all(root)) > _LARGEST_BODY:
        return None
    try:
        plan = compiled(document, Caller(CURSORS))
        plan.parameters(())
    except BadArgument:
        return None
    return plan


def _all(selection: Selection) -> Iterator[Selection]:
    yield selection
    for each in selection.children:
        yield from _all(each)


def written(selection: Selection) -> str:
    """As it would stand in a document, roughly."""
    arguments = ", ".join(f"{name}: {str(value)[:60]}" for name, value in selection.arguments.items())
    below = " ".join(written(each) for each in selection.children)
    return f"{selection.name}{f'({arguments})' if arguments else ''}{f' {{ {below} }}' if below else ''}"
