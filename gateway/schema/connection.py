from __future__ import annotations

from typing import Generic, TypeVar

import strawberry

from gateway.schema.fields import argument, described

T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = described("Whether more comes after `endCursor`.")
    has_previous_page: bool = described("Whether something comes before `startCursor`, as far as this was asked.")
    start_cursor: str | None = described("The cursor of the first entry of this page.")
    end_cursor: str | None = described("The cursor of the last entry: pass it as `after` to get the next page.")


@strawberry.type(description="A bounded count.")
class Count:
    value: int = described("How many there are, or the limit where there are more.")
    exact: bool = described(
        "False where there are more than the limit, where more than 10,000 had to be looked at, or where a search had "
        "more than 1,000 to choose from."
    )


@strawberry.type(description="An entry of a list with its place.")
class Edge(Generic[T]):
    cursor: str = described("The place of this entry; opaque.")
    node: T = described("The entry.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = described("The entries of this page with their cursors.")
    nodes: list[T] = described("The entries of this page without cursors.")
    page_info: PageInfo = described("Where this page stands in the list.")
    count: Count = described(
        "How many entries the whole list has. Counted only where it is asked for.",
        argument("limit", int, "Counting stops here: 10000 at most.", 10_000),
    )
