from __future__ import annotations

from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

MAX_TOKENS = 2_000
MAX_DEPTH = 12
MAX_ALIASES = 30
MAX_ROOT_FIELDS = 20
# With its fragments opened. Fragments that name each other double at every level.
MAX_FIELDS = 1_000

# Their depth has a limit of its own among the rules of validation.
_INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Extent:
    """Of a selection set with its fragments opened: levels, fields on all of them, fields on the first."""

    depth: int
    fields: int
    width: int


_NOTHING = Extent(0, 0, 0)


def excess(document: DocumentNode) -> str | None:
    """What about a document is too much, None where nothing is.

    Asked before validation, whose cost grows with the square of repeated fields.
    """
    measure = _Measure(
        {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    )
    for operation in document.definitions:
        if not isinstance(operation, OperationDefinitionNode):
            continue
        extent = measure.extent(operation.selection_set)
        if extent.depth > MAX_DEPTH:
            return f"The document is {extent.depth} levels deep; {MAX_DEPTH} are allowed."
        if extent.fields > MAX_FIELDS:
            return f"The document asks for more than {MAX_FIELDS} fields."
        if extent.width > MAX_ROOT_FIELDS:
            return f"An operation may have {MAX_ROOT_FIELDS} fields at its root."
    if measure.aliases > MAX_ALIASES:
        return f"The document has {measure.aliases} aliases; {MAX_ALIASES} are allowed."
    return None


@dataclass(slots=True)
class _Measure:
    fragments: dict[str, FragmentDefinitionNode]
    aliases: int = 0
    known: dict[str, Extent] = field(default_factory=dict)

    def extent(self, selection_set: SelectionSetNode | None) -> Extent:
        depth = fields = width = 0
        for node in selection_set.selections if selection_set else ():
            part = self._of(node)
            depth, fields, width = max(depth, part.depth), fields + part.fields, width + part.width
        return Extent(depth, fields, width)

    def _of(self, node: SelectionNode) -> Extent:
        if isinstance(node, FieldNode):
            self.aliases += node.alias is not None
            below = self.extent(node.selection_set)
            return Extent(1 if node.name.value in _INTROSPECTION else 1 + below.depth, 1 + below.fields, 1)
        if isinstance(node, InlineFragmentNode):
            return self.extent(node.selection_set)
        return self._fragment(node.name.value) if isinstance(node, FragmentSpreadNode) else _NOTHING

    def _fragment(self, name: str) -> Extent:
        """A fragment inside itself counts nothing: validation refuses the document anyway."""
        if name not in self.known:
            self.known[name] = _NOTHING
            fragment = self.fragments.get(name)
            self.known[name] = self.extent(fragment.selection_set) if fragment else _NOTHING
        return self.known[name]
