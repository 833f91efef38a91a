from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeAlias

from graphql import GraphQLError, GraphQLSchema
from graphql.execution.values import VariableValues

from gateway.documents import LARGEST_KEPT
from gateway.errors import DocumentRefused, ErrorCode
from gateway.operation import Operation
from gateway.schema.context import Reader
from gateway.schema.wiring import OWN_ROOT_FIELDS
from gateway.selection import Scope, grouped_fields, select_field
from gateway.slots import Slot, Slots
from graph.reading.plans import Plans
from graph.selection import TYPENAME, Selection
from graph.vocabulary import Right

_CAPACITY = 500
# A plan and what leads to it take 40 to 80 bytes for every character of the document (measured).
_LARGEST_SUM = 128 * 1024

_Key: TypeAlias = tuple[Operation, frozenset[str], tuple[object, ...]]


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


class PreparedOperations:
    """Queries whose way to the graph is known, the last used ones kept.

    `hits` and `misses` count how often one was at hand and how often it had to be prepared, `compiled` the plans.
    """

    def __init__(self, schema: GraphQLSchema, reader: Reader) -> None:
        self._schema = schema
        self._reader = reader
        self._kept: OrderedDict[_Key, Prepared | None] = OrderedDict()
        self.hits = 0
        self.misses = 0
        self.compiled = 0

    def of(self, operation: Operation, variables: VariableValues, rights: frozenset[str]) -> Prepared | None:
        """None for a query that the ordinary executor has to walk. Raises DocumentRefused for a bad argument."""
        key = (operation, rights, operation.shape(variables))
        if key in self._kept:
            self.hits += 1
            self._kept.move_to_end(key)
            return self._kept[key]
        self.misses += 1
        prepared = self._prepared(operation, variables, rights)
        if operation.characters <= LARGEST_KEPT:
            self._kept[key] = prepared
            self._make_room()
        return prepared

    def grew(self) -> None:
        """To be told where a plan was made for a query that is kept."""
        self.compiled += 1
        self._make_room()

    def _make_room(self) -> None:
        weights = [_weight(*each) for each in self._kept.items()]
        total = sum(weights)
        for each in weights:
            if len(self._kept) <= _CAPACITY and total <= _LARGEST_SUM:
                return
            self._kept.popitem(last=False)
            total -= each

    def _prepared(self, operation: Operation, variables: VariableValues, rights: frozenset[str]) -> Prepared | None:
        slots = Slots()
        scope = Scope(self._schema, operation.fragments, variables, rights=rights, slots=slots)
        try:
            selections = _selections(scope, operation)
        except (GraphQLError, RecursionError) as error:
            raise _bad_input(error) from None
        if selections is None:
            return None
        asked = [each for each in selections if each.name != TYPENAME]
        plans = self._reader.plans(asked, sees_pii=Right.PROFILE_PII in rights) if asked else None
        order = tuple(each.response_key for each in selections) if len(asked) < len(selections) else ()
        return Prepared(plans, tuple(slots.found), order)


def _weight(key: _Key, prepared: Prepared | None) -> int:
    plans = prepared.plans.count if prepared and prepared.plans else 0
    return key[0].characters * max(1, plans)


def _selections(scope: Scope, operation: Operation) -> list[Selection] | None:
    query = scope.schema.query_type
    if query is None:
        return None
    groups = grouped_fields(scope, query, [operation.node.selection_set])
    if any(_is_own(fields[0].name.value) for fields in groups.values()):
        return None
    return [select_field(scope, query, key, fields) for key, fields in groups.items()]


def _is_own(name: str) -> bool:
    return name in OWN_ROOT_FIELDS or (name.startswith("__") and name != TYPENAME)


def _bad_input(error: GraphQLError | RecursionError) -> DocumentRefused:
    said = error if isinstance(error, GraphQLError) else GraphQLError("The values are nested too deeply.")
    return DocumentRefused(ErrorCode.BAD_USER_INPUT, [said])
