"""The conditions that cut a page out of an ordered list.

For an index a page is one or two branches, each a range of the index: an OR of the two reads everything that ties with
the cursor (25,000 entries in the middle of 50,000 at one instant, against 64, measured).
"""

from __future__ import annotations

from graph.reading.draft import Draft
from graph.reading.order import Order, SortKey
from graph.reading.page import Page, Place

Branch = list[str]


class Keyset:
    """The conditions of one page on one listed variable."""

    __slots__ = ("_draft", "_identity", "_order", "_page", "_variable", "down")

    def __init__(self, draft: Draft, order: Order, page: Page, variable: str) -> None:
        self._draft = draft
        self._order = order
        self._page = page
        self._variable = variable
        self._identity = order.id_of(variable)
        self.down = page.down(order)

    def of_edges(self) -> Branch:
        """For a list that is read whole and then sorted. Its key is never null."""
        if self._order.key is None:
            return self.of_ids()
        return [*self._past(self._page.start, down=self.down), *self._past(self._page.stop, down=not self.down)]

    def of_candidates(self) -> Branch:
        """For a list that is read whole and then sorted, where the key may be null: nulls come last."""
        if self._order.key is None:
            return self.of_ids()
        after, before = self._page.after, self._page.before
        beyond = [] if after is None else [self._later(after)]
        return beyond if before is None else [*beyond, self._earlier(before)]

    def _later(self, place: Place) -> str:
        name, sign = self._key().of(self._variable), "<" if self._order.descending else ">"
        identity = self._draft.parameter(place.id)
        if place.is_null:
            return f"({name} IS NULL AND {self._identity} {sign} {identity})"
        value = self._key().value(self._draft.parameter(place.value))
        return f"({name} IS NULL OR {name} {sign} {value} OR ({name} = {value} AND {self._identity} {sign} {identity}))"

    def _earlier(self, place: Place) -> str:
        name, sign = self._key().of(self._variable), ">" if self._order.descending else "<"
        identity = self._draft.parameter(place.id)
        if place.is_null:
            return f"({name} IS NOT NULL OR {self._identity} {sign} {identity})"
        value = self._key().value(self._draft.parameter(place.value))
        return f"({name} {sign} {value} OR ({name} = {value} AND {self._identity} {sign} {identity}))"

    def of_ids(self) -> Branch:
        """For an order by id alone."""
        return self._ids(self._page.start, self._page.stop)

    def of_values(self) -> list[Branch]:
        """For the entries that have a sort value; no branch where the page lies wholly among those without."""
        key = self._key()
        if self._outside_values():
            return []
        start, stop = self._page.start, self._page.stop
        bound = [] if stop is None or stop.is_null else self._up_to(stop)
        if start is None or start.is_null:
            return [[*(bound or [f"{key.of(self._variable)} IS NOT NULL"]), f"{self._identity} IS NOT NULL"]]
        value = key.value(self._draft.parameter(start.value))
        identity = self._draft.parameter(start.id)
        name = key.of(self._variable)
        return [
            [f"{name} = {value}", f"{self._identity} {self._beyond(down=self.down)} {identity}", *bound],
            [f"{name} {self._beyond(down=self.down)} {value}", f"{self._identity} IS NOT NULL", *bound],
        ]

    def of_nulls(self) -> Branch | None:
        """For the places of entries without a sort value, whoever is there; None where the page has none of them."""
        after, before = self._page.after, self._page.before
        if before is not None and not before.is_null:
            return None
        if after is not None and not after.is_null:
            after = None
        start, stop = (before, after) if self._page.backward else (after, before)
        return self._ids(start, stop)

    def _outside_values(self) -> bool:
        # Nulls come last, so a page that is to begin after one of them holds no values.
        return self._page.after is not None and self._page.after.is_null

    def _ids(self, start: Place | None, stop: Place | None) -> Branch:
        if start is None and stop is None:
            return [f"{self._identity} IS NOT NULL"]
        return [
            f"{self._identity} {self._beyond(down=down)} {self._draft.parameter(place.id)}"
            for place, down in ((start, self.down), (stop, not self.down))
            if place is not None
        ]

    def _up_to(self, stop: Place) -> Branch:
        # The first condition alone lets the index end the range; the second settles the ties. An OR in its place may be
        # planned as two seeks whose entries are then sorted (seen).
        name, sign = self._key().of(self._variable), self._beyond(down=not self.down)
        value = self._key().value(self._draft.parameter(stop.value))
        identity = self._draft.parameter(stop.id)
        return [
            f"{name} {sign}= {value}",
            f"CASE WHEN {name} = {value} THEN {self._identity} {sign} {identity} ELSE true END",
        ]

    def _past(self, place: Place | None, *, down: bool) -> Branch:
        if place is None:
            return []
        name = self._key().of(self._variable)
        value = self._key().value(self._draft.parameter(place.value))
        identity = self._draft.parameter(place.id)
        sign = self._beyond(down=down)
        return [f"({name} {sign} {value} OR ({name} = {value} AND {self._identity} {sign} {identity}))"]

    def _key(self) -> SortKey:
        if self._order.key is None:
            raise TypeError(f"the order {self._order.name} has no key")
        return self._order.key

    @staticmethod
    def _beyond(*, down: bool) -> str:
        return "<" if down else ">"
