"""Random documents over the whole of a schema: it is walked as it is, so that a new field needs no change here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_non_null_type,
    parse,
    validate,
)

from tests.oracle.cases import ALL_SCOPES, Case
from tests.oracle.dice import Dice
from tests.oracle.given import Given, has_default, is_list_field, spot_of
from tests.oracle.heights import heights
from tests.oracle.literals import in_document
from tests.oracle.not_yet import NOT_YET
from tests.oracle.pool import Pool
from tests.oracle.variables import Variables

_MAX_DEPTH, _MAX_ALIASES = 12, 30
_MAX_DIRECTIVES, _MAX_REPEATS = 15, 5
_SCOPES = [ALL_SCOPES, frozenset({"profile:read"}), frozenset({"profile:write"}), frozenset({"profile:pii"})]
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Documents:
    schema: GraphQLSchema
    pool: Pool
    aims: frozenset[str] = frozenset()
    """Fields and arguments that a test is after. If some are fields of Query, there are no others."""
    hidden: frozenset[str] = NOT_YET

    def case(self, random: Random) -> Case:
        """Valid, and within the limits of the gateway, but for its arguments."""
        dice = Dice(random)
        for _ in range(_TRIES):
            made = _Writing.begin(self, dice).case()
            if not validate(self.schema, parse(made.document)):
                return made
        return Case("{ __typename }")


@dataclass(frozen=True, slots=True)
class _Fragment:
    name: str
    on: str
    height: int
    text: str


@dataclass(slots=True)
class _Place:
    """A selection set while it is written: its fields with their arguments, and the names mentioned so far."""

    fields: list[tuple[str, GraphQLField]] = field(default_factory=list)
    mentioned: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Writing:
    """One document while it is written. `budget` is how many fields it may still get."""

    documents: Documents
    dice: Dice
    given: Given
    variables: Variables
    budget: int
    heights: dict[str, int]
    arguments: dict[tuple[str, str], str] = field(default_factory=dict)
    fragments: list[_Fragment] = field(default_factory=list)
    aliases: int = 0
    directives: int = 0
    repeats: int = 0

    @classmethod
    def begin(cls, documents: Documents, dice: Dice) -> _Writing:
        given = Given(dice, documents.pool, wrong=dice.chance(0.06), hidden=documents.hidden, aims=documents.aims)
        budget = dice.pick([3, 6, 10, 14, 20, 32])
        return cls(documents, dice, given, Variables(dice, given), budget, heights(documents.schema))

    def case(self) -> Case:
        query = self.documents.schema.query_type
        assert query is not None
        body = self._selection_set(query, 0, 0)
        name = "Asked" if self.dice.chance(0.1) else None
        head = f"query {name or ''}{self.variables.declarations()}" if name or self.variables.found else ""
        parts = [
            f"{head} {body}".strip(),
            *(f"fragment {each.name} on {each.on} {each.text}" for each in self.fragments),
        ]
        if name and self.dice.chance(0.5):
            parts.append("query Other { viewer { kind } }")
        scopes = ALL_SCOPES if "@scope" in self.documents.hidden or self.dice.chance(0.8) else self.dice.pick(_SCOPES)
        times = 2 if self.variables.found else 1
        return Case("\n".join(parts), tuple(self.variables.values() for _ in range(times)), scopes, name)

    def _selection_set(self, kind: GraphQLNamedType, depth: int, lists: int) -> str:
        self.budget -= 1
        assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        wanted = min(self.dice.number(1, 4), len(kind.fields)) if self.budget > 0 else 1
        place = _Place()
        parts = [self._part(kind, depth, lists, place) for _ in range(wanted)]
        return f"{{ {' '.join(parts)} }}"

    def _part(self, kind: GraphQLNamedType, depth: int, lists: int, place: _Place) -> str:
        assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        dice = self.dice
        if dice.chance(0.05):
            return "__typename"
        if place.fields and dice.chance(0.12) and self.repeats < _MAX_REPEATS:
            self.repeats += 1
            head, definition = dice.pick(place.fields)
            return head + self._below(definition, depth, lists)
        if self.budget > 0 and dice.chance(0.5 if isinstance(kind, GraphQLInterfaceType) else 0.12):
            return self._fragment(kind, depth, lists)
        return self._field(kind, depth, lists, place)

    def _fragment(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int, lists: int) -> str:
        target = self._condition(kind)
        room = _MAX_DEPTH - depth
        known = [each for each in self.fragments if each.on == target.name and each.height <= room]
        if known and self.dice.chance(0.4):
            return f"...{self.dice.pick(known).name}{self._directives()}"
        text = self._selection_set(target, depth, lists)
        if self.dice.chance(0.4):
            made = _Fragment(f"F{len(self.fragments)}", target.name, room, text)
            self.fragments.append(made)
            return f"...{made.name}{self._directives()}"
        condition = "" if target is kind and self.dice.chance(0.5) else f" on {target.name}"
        return f"...{condition}{self._directives()} {text}"

    def _condition(self, kind: GraphQLObjectType | GraphQLInterfaceType) -> GraphQLObjectType | GraphQLInterfaceType:
        schema = self.documents.schema
        if isinstance(kind, GraphQLInterfaceType):
            possible = [each for each in schema.get_possible_types(kind) if each.name not in self.documents.hidden]
            others = [each for possible_type in possible for each in possible_type.interfaces]
            fitting: list[GraphQLObjectType | GraphQLInterfaceType] = [*possible, *others, kind]
        else:
            fitting = [kind, kind, *kind.interfaces]
        return self.dice.pick(fitting)

    def _field(
        self,
        kind: GraphQLObjectType | GraphQLInterfaceType,
        depth: int,
        lists: int,
        place: _Place,
    ) -> str:
        choices = list(self._choices(kind, depth))
        # Fields that are mentioned again are limited; some are, on purpose, in another place.
        fresh = [each for each in choices if each not in place.mentioned]
        aimed = [each for each in choices if each in self.documents.aims]
        name = self.dice.pick(aimed if aimed and self.dice.chance(0.6) else fresh or choices)
        place.mentioned.add(name)
        definition = kind.fields[name]
        head, parent = name, kind.name
        if self.dice.chance(0.25) and self.aliases < _MAX_ALIASES:
            head = f"a{self.aliases}: {name}{self._arguments(parent, name, definition, lists)}"
            self.aliases += 1
        else:
            # The same field of the same type has the same arguments wherever it keeps its name, so that it merges.
            if (parent, name) not in self.arguments:
                self.arguments[parent, name] = self._arguments(parent, name, definition, lists)
            head += self.arguments[parent, name]
        place.fields.append((head, definition))
        return head + self._directives() + self._below(definition, depth, lists)

    def _choices(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> Iterator[str]:
        """The fields that still fit: where there is no more room, those that are over soonest."""
        room = _MAX_DEPTH - depth
        at_root = kind is self.documents.schema.query_type
        fitting: list[tuple[int, str]] = []
        for name, definition in kind.fields.items():
            if f"{kind.name}.{name}" in self.documents.hidden or (at_root and not self._is_root(name)):
                continue
            height = self.heights[get_named_type(definition.type).name]
            if height < room:
                fitting.append((height, name))
        least = min(height for height, _ in fitting)
        yield from (name for height, name in fitting if self.budget > 0 or height == least)

    def _is_root(self, name: str) -> bool:
        query = self.documents.schema.query_type
        if query and not self.documents.aims.isdisjoint(query.fields):
            return name in self.documents.aims
        # It knows nothing of the graph, and takes every other field of its document with it to another executor.
        # Previews are not read by the reader: tests/gateway/schema/test_merging.py and test_templates.py ask for them.
        return name not in {"mergePreview", "templatePreview"} and (name != "viewer" or self.dice.chance(0.1))

    def _below(self, definition: GraphQLField, depth: int, lists: int) -> str:
        kind = get_named_type(definition.type)
        if is_leaf_type(kind):
            return ""
        return f" {self._selection_set(kind, depth + 1, lists + is_list_field(definition))}"

    def _directives(self) -> str:
        if not self.dice.chance(0.06) or self.directives >= _MAX_DIRECTIVES:
            return ""
        self.directives += 1
        name = self.dice.pick(["skip", "include"])
        flag = in_document(self.variables.flag()) if self.dice.chance(0.7) else self.dice.pick(["true", "false"])
        return f" @{name}(if: {flag})"

    def _arguments(self, parent: str, name: str, definition: GraphQLField, lists: int) -> str:
        texts: dict[str, str] = {}
        chosen: dict[str, object] = {}
        sizes = self._sizes(lists) if is_list_field(definition) else frozenset()
        # Cursors come last: which of them fit may depend on the order that is asked for.
        for argument in sorted(definition.args, key=lambda each: each in {"after", "before"}):
            kind = definition.args[argument]
            if f"{parent}.{name}({argument})" in self.documents.hidden:
                continue
            required = is_non_null_type(kind.type) and not has_default(kind)
            if argument in {"first", "last"}:
                wanted = argument in sizes
            else:
                usual = 0.12 if argument in {"after", "before"} else 0.3
                wanted = required or self.dice.chance(0.7 if argument in self.documents.aims else usual)
            if not wanted:
                continue
            spot = spot_of(parent, name, argument, chosen)
            value = chosen[argument] = self.given.value(kind.type, spot)
            if value is None and has_default(kind) and is_non_null_type(kind.type):
                continue
            shown: object = value
            if self.dice.chance(0.3):
                shown = self.variables.instead_of(value, kind.type, spot, defaulted=has_default(kind))
            else:
                shown = self.variables.within(value, kind.type, spot)
            texts[argument] = in_document(shown)
        if not texts:
            return ""
        return f"({', '.join(f'{each}: {text}' for each, text in texts.items())})"

    def _sizes(self, lists: int) -> frozenset[str]:
        """Lists in lists multiply, so only an outer one may have pages of the usual size."""
        if self.given.wrong and self.dice.chance(0.1):
            return frozenset({"first", "last"})
        if lists == 0 and self.dice.chance(0.2):
            return frozenset()
        return frozenset({self.dice.pick(["first", "first", "last"])})
