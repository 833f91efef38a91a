from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graph.reading.assemble import Convert
from graph.reading.computation import Compute
from graph.reading.listing import Listing


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value: an expression of the node `{v}`, and what turns it into JSON.

    In the expression `{now}` is the time of the request, in epoch ms. `weight` is what it costs beyond its row, in
    rows: large texts cost room.
    """

    expression: str
    convert: Convert | None = None
    required: bool = True
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that depends on an argument: in the expression it is `{value}`. It may be null.

    `weight` is what it costs beyond its row, in rows.
    """

    argument: str
    expression: str
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Constant:
    value: object


@dataclass(frozen=True, slots=True)
class Money:
    """Millionths and a currency of the node `{v}`."""

    micros: str
    currency: str = "{v}.currency"


@dataclass(frozen=True, slots=True)
class One:
    """A linked node. `link` is Cypher that binds it as `{x}` from `{v}`, at most one."""

    shape: str
    link: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Named:
    """A linked node that the argument `argument` names, null where there is none.

    `link` is Cypher that binds it as `{x}` from `{v}` and `{value}`, at most one; `there` is null where it found none.
    """

    shape: str
    link: str
    argument: str
    there: str


@dataclass(frozen=True, slots=True)
class Near:
    """An object made of something already bound: the variable named by `variable`, there if `there` is not null."""

    shape: str
    variable: str = "{v}"
    there: str | None = None


@dataclass(frozen=True, slots=True)
class Far:
    """A value of a linked node, shown as this one's own."""

    link: str
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class Several:
    """A short list without pages, at most `limit` entries."""

    shape: str
    listing: Listing
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Connection:
    """A list in pages."""

    shape: str
    listing: Listing


@dataclass(frozen=True, slots=True)
class Computed:
    """An object that needs Python: `compute` makes it of the values of `needs`, expressions of the node `{v}`.

    It makes one list of values for each person or thing, in the order of the fields of `shape`, or None; all those of
    one answer are made by one call. It is nullable, because Python may fail where the graph did not.
    """

    shape: str
    needs: tuple[str, ...]
    compute: Compute


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a computed object, by its place in what the computation made."""

    position: int
    required: bool = True


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether somebody may be written to, by the subscriptions that `listing` gives for the field's arguments.

    The verdict on each stands in its row, and that on all of them above: both are made by one computation.
    """

    listing: Listing


Field = Leaf | Asked | Constant | Money | One | Named | Near | Far | Several | Connection | Computed | Part | Reached


@dataclass(frozen=True, slots=True)
class Shape:
    """What the fields of one GraphQL type are in the graph."""

    name: str
    fields: Mapping[str, Field]
