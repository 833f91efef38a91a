from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from gateway.errors import DocumentRefused, ErrorCode
from graph.selection import TYPENAME

MAX_CHARACTERS = 64 * 1024
MAX_TOKENS = 2_000
MAX_DEPTH = 12
MAX_ALIASES = 30
MAX_ROOT_FIELDS = 20
# Validation follows the fragments and the variables of every operation anew, whichever of them is then asked for.
MAX_OPERATIONS = 10
# Of all operations, with their fragments opened. Fragments that name each other double at every level.
MAX_FIELDS = 1_000
# Of all operations. A fragment may be in each of them, and each has to declare what stands in it.
MAX_VARIABLES = 100
# Mentions in arguments, in all operations, with their fragments opened: each is held against its declaration.
MAX_VARIABLE_USES = 500
# What the variables of a query may hold: 2,000 empty objects take 9 ms to coerce (measured), a whole body of them 360.
MAX_VALUES = 2_000
MAX_DIRECTIVES = 20
# Validation compares every two fragments that stand in one place, in 6 microseconds (measured): 100 of them took 32 ms.
MAX_FRAGMENTS = 50
# Mentions of a response key beyond its first in one place: validation compares every two of them, and all below them.
MAX_REPEATED_FIELDS = 20
# Selection sets inside each other, of whatever kind: the walk below, and validation, need some of the stack for each.
MAX_OPEN_SETS = 60

# Their depth has a limit of its own among the rules of validation.
_INTROSPECTION = frozenset({"__schema", "__type"})
# Every token of a document, and every comment, is one match. What never ends counts as one: nothing is looked at twice.
_TOKEN = re.compile(
    r'''"""(?:[^"\\]|\\(?:""")?|"(?!""))*+(?:""")?'''
    r"""|"(?:[^"\\\r\n]|\\.)*+"?"""
    r"""|\#[^\r\n]*+|\.\.\.|[!$&():=@\[\]{|}]|-?[0-9][\w.+-]*+|[A-Za-z_]\w*+""",
    re.ASCII,
)


def check_text(text: str) -> None:
    """Raises DocumentRefused. Asked before parsing, which takes some microseconds for every token."""
    if len(text) > MAX_CHARACTERS:
        raise _too_large(f"The document is longer than {MAX_CHARACTERS} characters.")
    if next(islice(_TOKEN.finditer(text), MAX_TOKENS, None), None):
        raise _too_large(f"The document has more than {MAX_TOKENS} tokens.")


def check_document(document: DocumentNode) -> None:
    """Raises DocumentRefused. Asked before validation, whose cost grows with the square of repeated fields."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    # Two of one name are both validated, as far as each goes.
    fragments = [each for each in document.definitions if isinstance(each, FragmentDefinitionNode)]
    variables = sum(len(each.variable_definitions or ()) for each in operations)
    _check_counts(
        (len(operations), MAX_OPERATIONS, "operations"),
        (len(fragments), MAX_FRAGMENTS, "fragments"),
        (variables, MAX_VARIABLES, "variables"),
    )
    measure = _Measure({each.name.value: each for each in fragments})
    fields = uses = 0
    for operation in operations:
        extent = measure.operation(operation)
        fields, uses = fields + extent.fields, uses + extent.uses
        _check_extent(extent, fields, uses)
    for fragment in fragments:
        # One that no operation uses is validated all the same.
        measure.fragment(fragment.name.value)
    _check_counts(
        (measure.aliases, MAX_ALIASES, "aliases"),
        (measure.directives, MAX_DIRECTIVES, "directives"),
        (measure.repeated(), MAX_REPEATED_FIELDS, "repeated fields"),
    )


def _check_counts(*counts: tuple[int, int, str]) -> None:
    for found, allowed, what in counts:
        if found > allowed:
            raise _too_large(f"The document has {found} {what}; {allowed} are allowed.")


@dataclass(frozen=True, slots=True)
class _Extent:
    """Of a selection set with its fragments opened.

    Levels; fields and spreads on all of them; fields on the first; variables in the arguments on all of them.
    """

    depth: int
    fields: int
    width: int
    uses: int


_NOTHING = _Extent(0, 0, 0, 0)


def _check_extent(extent: _Extent, fields: int, uses: int) -> None:
    """`fields` and `uses` are those of the operations before it too."""
    if extent.depth > MAX_DEPTH:
        raise _too_large(f"The document is {extent.depth} levels deep; {MAX_DEPTH} are allowed.")
    if fields > MAX_FIELDS:
        raise _too_large(f"The document asks for more than {MAX_FIELDS} fields.")
    if uses > MAX_VARIABLE_USES:
        raise _too_large(f"The document uses variables more than {MAX_VARIABLE_USES} times.")
    if extent.width > MAX_ROOT_FIELDS:
        raise _too_large(f"An operation may have {MAX_ROOT_FIELDS} fields at its root.")


@dataclass(slots=True)
class _Measure:
    """Walks everything that is written once, and counts as it goes."""

    fragments: dict[str, FragmentDefinitionNode]
    aliases: int = 0
    directives: int = 0
    known: dict[str, _Extent] = field(default_factory=dict)
    sets: list[SelectionSetNode] = field(default_factory=list)
    open_fragments: set[str] = field(default_factory=set)
    open_sets: int = 0

    def operation(self, node: OperationDefinitionNode) -> _Extent:
        self.directives += len(node.directives or ())
        self.directives += sum(len(each.directives or ()) for each in node.variable_definitions or ())
        return self._extent(node.selection_set)

    def fragment(self, name: str) -> _Extent:
        """One that does not exist has nothing in it: validation says so."""
        known = self.known.get(name)
        if known is not None:
            return known
        fragment = self.fragments.get(name)
        if fragment is None:
            return _NOTHING
        if name in self.open_fragments:
            message = f"Fragment '{name}' is inside itself."
            raise DocumentRefused(ErrorCode.VALIDATION_FAILED, [GraphQLError(message, fragment)])
        self.open_fragments.add(name)
        self.directives += len(fragment.directives or ())
        self.known[name] = self._extent(fragment.selection_set)
        self.open_fragments.remove(name)
        return self.known[name]

    def repeated(self) -> int:
        """Counted in every place apart, with its fragments opened; it ends soon after there are too many."""
        count = looked_at = 0
        for selection_set in self.sets:
            keys = list(islice(self._keys(selection_set, set()), MAX_FIELDS))
            looked_at += len(keys)
            count += len(keys) - len(set(keys))
            if count > MAX_REPEATED_FIELDS:
                break
            if looked_at > 4 * MAX_FIELDS:
                raise _too_large(f"The document asks for more than {MAX_FIELDS} fields.")
        return count

    def _extent(self, selection_set: SelectionSetNode) -> _Extent:
        self.sets.append(selection_set)
        self.open_sets += 1
        if self.open_sets > MAX_OPEN_SETS:
            raise _too_large("The document is nested too deeply.")
        depth = fields = width = uses = 0
        for node in selection_set.selections:
            part = self._of(node)
            depth, fields, width = max(depth, part.depth), fields + part.fields, width + part.width
            uses += part.uses
        self.open_sets -= 1
        return _Extent(depth, fields, width, uses)

    def _of(self, node: SelectionNode) -> _Extent:
        self.directives += len(node.directives or ())
        if isinstance(node, FieldNode):
            self.aliases += node.alias is not None
            below = self._extent(node.selection_set) if node.selection_set else _NOTHING
            depth = 1 if node.name.value in _INTROSPECTION else 1 + below.depth
            uses = _uses(each.value for each in node.arguments or ())
            return _Extent(depth, 1 + below.fields, 1, uses + below.uses)
        if isinstance(node, InlineFragmentNode):
            return self._extent(node.selection_set)
        if not isinstance(node, FragmentSpreadNode):
            return _NOTHING
        opened = self.fragment(node.name.value)
        return _Extent(opened.depth, 1 + opened.fields, opened.width, opened.uses)

    def _keys(self, selection_set: SelectionSetNode, opened: set[str], *, is_inside: bool = False) -> Iterator[str]:
        """The response keys of one place, as often as they are mentioned.

        Clients put `__typename` into every fragment, where it compares with nothing below: there it does not count.
        """
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                if node.alias:
                    yield node.alias.value
                elif not is_inside or node.name.value != TYPENAME:
                    yield node.name.value
            elif isinstance(node, InlineFragmentNode):
                yield from self._keys(node.selection_set, opened, is_inside=True)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in opened:
                opened.add(node.name.value)
                fragment = self.fragments.get(node.name.value)
                if fragment:
                    yield from self._keys(fragment.selection_set, opened, is_inside=True)


def _uses(literals: Iterable[ValueNode]) -> int:
    """How many variables stand in them."""
    count = 0
    for each in literals:
        if isinstance(each, VariableNode):
            count += 1
        elif isinstance(each, ListValueNode):
            count += _uses(each.values)
        elif isinstance(each, ObjectValueNode):
            count += _uses(member.value for member in each.fields)
    return count


def _too_large(message: str) -> DocumentRefused:
    return DocumentRefused(ErrorCode.TOO_LARGE, [GraphQLError(message)])
