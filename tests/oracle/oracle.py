"""What the right answer is: graphql-core's own execution of plain resolvers over the world in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_variable_values,
    parse,
)
from graphql.execution.values import VariableValues

from graph.reading.cursor import Cursors
from tests.oracle import rights
from tests.oracle.asking import REFUSING, SCAN_BOUND, Asking, Info, Path, Resolver, asking
from tests.oracle.checks import check
from tests.oracle.importing import IMPORTING
from tests.oracle.life import LIFE
from tests.oracle.paging import count
from tests.oracle.people import PEOPLE
from tests.oracle.refusals import Refusal, Refusals
from tests.oracle.roots import ROOTS
from tests.oracle.scalars import teach
from tests.oracle.templating import TEMPLATING
from tests.oracle.world import World

_SCHEMA_FILE = File(__file__).parents[2] / "schema.graphql"
_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {**PEOPLE, **LIFE, **IMPORTING, **TEMPLATING, "Query": ROOTS}


@dataclass(frozen=True, slots=True)
class RightAnswer:
    """`refused` are refusals that execution met, `refusable` all that may be met before anything is looked up."""

    data: Any
    errors: frozenset[tuple[Path, str]]
    refused: frozenset[Refusal]
    refusable: frozenset[Refusal]


class Oracle:
    def __init__(self, world: World, cursors: Cursors, scan_bound: int = SCAN_BOUND) -> None:
        self.world = world
        self.cursors = cursors
        self.scan_bound = scan_bound
        self.schema = _schema(_SCHEMA_FILE.read_text())

    def answer(
        self, document: str, variables: Mapping[str, Any], scopes: frozenset[str], operation: str | None = None
    ) -> RightAnswer:
        asked = Asking(self.world, self.cursors, scopes, self.scan_bound)
        parsed = parse(document)
        result = execute_sync(
            self.schema,
            parsed,
            variable_values=dict(variables),
            operation_name=operation,
            context_value=asked,
            field_resolver=_resolve,
            type_resolver=lambda value, _info, _kind: value.typename,
        )
        errors = frozenset((tuple(each.path or ()), _code(each)) for each in result.errors or ())
        refusable = frozenset(self._refusable(parsed, variables, operation, asked))
        met = frozenset((_static(path), code) for path, code in errors)
        return RightAnswer(
            result.data,
            errors,
            frozenset(each for each in met if each in refusable or each[1] in REFUSING),
            refusable,
        )

    def _refusable(
        self, document: DocumentNode, variables: Mapping[str, Any], name: str | None, asked: Asking
    ) -> set[Refusal]:
        operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        operation = next(each for each in operations if name is None or (each.name and each.name.value == name))
        values = get_variable_values(self.schema, operation.variable_definitions or (), dict(variables))
        if not isinstance(values, VariableValues):
            return set()
        fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
        return Refusals(self.schema, fragments, values, asked).of(operation)


def _schema(sdl: str) -> GraphQLSchema:
    schema = build_schema(sdl)
    teach(schema)
    return schema


def _resolve(source: Any, info: Info, **arguments: Any) -> Any:
    kind = info.parent_type
    verdict = rights.verdict(kind.fields[info.field_name], asking(info).scopes)
    if verdict is rights.Verdict.BLANK:
        return None
    if verdict is rights.Verdict.FORBIDDEN:
        raise rights.forbidden()
    check(asking(info), kind.name, info.field_name, arguments)
    resolver = _resolver(kind, info.field_name)
    if resolver is not None:
        return resolver(source, info, **arguments)
    if isinstance(source, dict):
        return source[info.field_name]
    return getattr(source, _attribute(info.field_name))


def _resolver(kind: GraphQLObjectType, field_name: str) -> Resolver | None:
    if kind.name.endswith("Connection") and field_name == "count":
        return count
    return _RESOLVERS.get(kind.name, {}).get(field_name)


def _attribute(field_name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in field_name)


def _code(error: GraphQLError) -> str:
    code = (error.extensions or {}).get("code")
    if code is not None:
        return str(code)
    if error.message.startswith("Cannot return null for non-nullable field"):
        return "VALUE_MISSING"
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        # A mistake of the oracle itself.
        raise error.original_error
    return "BAD_USER_INPUT"


def _static(path: Path) -> Path:
    return tuple(each for each in path if isinstance(each, str))
