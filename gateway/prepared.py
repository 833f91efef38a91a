from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from graphql import GraphQLError, GraphQLSchema
from graphql.execution.values import VariableValues

from gateway.documents import LARGEST_KEPT
from gateway.errors import DocumentRefused, ErrorCode
from gateway.operation import Operation
from gateway.schema.context import Reader
from gateway.schema.wiring import is_own
from gateway.selection import Scope, grouped_fields, select_field
from gateway.slots import Slot, Slots
from graph.reading.plans import LARGEST_COUNT, Plans, field_count
from graph.selection import TYPENAME, Selection
from graph.vocabulary import Right

# Weights are bytes, near to what was measured with tracemalloc. An operation keeps its document alive: 40 to 60 bytes
# for every character of ordinary text, 130 for the shortest. A field that is selected takes 220. What plans take they
# say themselves: 5 to 90 kB each.
_CAPACITY = 500
_OF_A_CHARACTER = 60
_OF_A_QUERY = 1_500
_OF_A_FIELD = 220
_LARGEST_SUM = 64 * 1024 * 1024
# Of one operation, for all rights and shapes. It gives up what it has itself before it pushes out others.
_LARGEST_SHARE = 4 * 1024 * 1024

# The rights, and the values that decide which fields are asked for.
_Way: TypeAlias = tuple[frozenset[str], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query of one shape for one set of rights, ready to be asked with other values again and again.

    `plans` is None where nothing of it needs the graph. `order` names its response keys where `__typename` is among
    them, which the graph knows nothing of.
    """

    plans: Plans | None
    slots: tuple[Slot, ...]
    order: tuple[str, ...]

    def values(self, variables: VariableValues) -> list[object]:
        """Raises DocumentRefused for a value that an argument may not have."""
        try:
            return [each.value(variables) for each in self.slots]
        except (GraphQLError, RecursionError) as error:
            raise _bad_input(error) from None

    def ordered(self, data: dict[str, object] | None) -> dict[str, object] | None:
        """What the graph answered, with `__typename` in its places."""
        return {key: data.get(key, "Query") for key in self.order} if self.order and data is not None else data


@dataclass(slots=True)
class _Member:
    """A query of one shape for one set of rights, and what is kept of it."""

    prepared: Prepared | None
    weight: int


@dataclass(slots=True)
class _Family:
    """All that is kept of one operation, the last used one last."""

    weight: int
    members: OrderedDict[_Way, _Member] = field(default_factory=OrderedDict)

    def is_too_large(self) -> bool:
        return len(self.members) > 1 and (self.weight > _LARGEST_SHARE or len(self.members) > LARGEST_COUNT)


class PreparedOperations:
    """Queries whose way to the graph is known, the last used ones kept.

    `hits` and `misses` count how often one was at hand and how often it had to be prepared, `compiled` the plans,
    and `weight` is what is kept, in bytes.
    """

    def __init__(self, schema: GraphQLSchema, reader: Reader) -> None:
        self._schema = schema
        self._reader = reader
        self._kept: OrderedDict[Operation, _Family] = OrderedDict()
        self.weight = 0
        self.hits = 0
        self.misses = 0
        self.compiled = 0

    def of(self, operation: Operation, variables: VariableValues, rights: frozenset[str]) -> Prepared | None:
        """None for a query that the ordinary executor has to walk. Raises DocumentRefused for a bad argument."""
        way = (rights, operation.shape(variables))
        family = self._kept.get(operation)
        member = None if family is None else family.members.get(way)
        if family is not None and member is not None:
            self.hits += 1
            self._kept.move_to_end(operation)
            family.members.move_to_end(way)
            return member.prepared
        self.misses += 1
        prepared, weight = self._prepared(operation, variables, rights)
        member = _Member(prepared, weight)
        if prepared is not None and prepared.plans is not None:
            prepared.plans.when_made = partial(self._compiled, operation, way, member)
        if operation.characters <= LARGEST_KEPT:
            self._keep(operation, way, member)
        return prepared

    def _keep(self, operation: Operation, way: _Way, member: _Member) -> None:
        family = self._kept.get(operation)
        if family is None:
            family = self._kept[operation] = _Family(_OF_A_CHARACTER * operation.characters)
            self.weight += family.weight
        family.members[way] = member
        self._kept.move_to_end(operation)
        self._grow(family, member.weight)

    def _compiled(self, operation: Operation, way: _Way, member: _Member, weight: int) -> None:
        """A plan was made, whatever becomes of the request. The query may have been pushed out meanwhile."""
        self.compiled += 1
        family = self._kept.get(operation)
        if family is not None and family.members.get(way) is member:
            member.weight += weight
            self._grow(family, weight)

    def _grow(self, family: _Family, weight: int) -> None:
        family.weight += weight
        self.weight += weight
        while family.is_too_large():
            _, oldest = family.members.popitem(last=False)
            family.weight -= oldest.weight
            self.weight -= oldest.weight
        while len(self._kept) > _CAPACITY or self.weight > _LARGEST_SUM:
            _, given_up = self._kept.popitem(last=False)
            self.weight -= given_up.weight

    def _prepared(
        self, operation: Operation, variables: VariableValues, rights: frozenset[str]
    ) -> tuple[Prepared | None, int]:
        """With its weight before any plan is made."""
        slots = Slots()
        scope = Scope(self._schema, operation.fragments, variables, rights=rights, slots=slots)
        try:
            selections = _selections(scope, operation)
        except (GraphQLError, RecursionError) as error:
            raise _bad_input(error) from None
        if selections is None:
            return None, _OF_A_QUERY
        asked = [each for each in selections if each.name != TYPENAME]
        plans = self._reader.plans(asked, sees_pii=Right.PROFILE_PII in rights) if asked else None
        order = tuple(each.response_key for each in selections) if len(asked) < len(selections) else ()
        return Prepared(plans, tuple(slots.found), order), _OF_A_QUERY + _OF_A_FIELD * field_count(selections)


def _selections(scope: Scope, operation: Operation) -> list[Selection] | None:
    query = scope.schema.query_type
    if query is None:
        return None
    groups = grouped_fields(scope, query, [operation.node.selection_set])
    if any(is_own(fields[0].name.value) for fields in groups.values()):
        return None
    return [select_field(scope, query, key, fields) for key, fields in groups.items()]


def _bad_input(error: GraphQLError | RecursionError) -> DocumentRefused:
    said = error if isinstance(error, GraphQLError) else GraphQLError("The values are nested too deeply.")
    return DocumentRefused(ErrorCode.BAD_USER_INPUT, [said])
