"""What a merge does with everything that ends at a person.

One table, and a test that reads every statement and migration: what is new and stands in none of these fails it. Lists
of relationships that were written by hand in the merge alone went wrong in every system we looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final


class Fate(Enum):
    # Goes to the survivor; what both have stays once, and a split knows whose it was.
    MOVES = auto()
    # Goes to the survivor, or is spoken for by the survivor's at the same place.
    MOVES_OR_IS_ABSORBED = auto()
    # Keeps the id under which it happened and is read for every member: history is never moved.
    STAYS = auto()
    # Says itself which profiles are one person.
    TELLS_OF_MERGES = auto()
    # Does not end at a person.
    OF_NOBODY = auto()


class PropertyRule(Enum):
    # Each side keeps its own.
    OWN = auto()
    # The rule that the owner configured for the field.
    BY_SETTINGS = auto()
    # All of them as the later event told.
    NEWEST_AS_A_WHOLE = auto()
    EARLIEST = auto()
    LATEST = auto()
    STRICTEST = auto()
    # The greater one counts on.
    GREATEST = auto()
    # Made anew of what the person has.
    DERIVED = auto()
    TELLS_OF_MERGES = auto()


RELATIONSHIPS: Final[Mapping[str, Fate]] = {
    "IDENTIFIES": Fate.MOVES,
    "HAS_SUBSCRIPTION": Fate.MOVES_OR_IS_ABSORBED,
    "HAD_SUBSCRIPTION": Fate.MOVES,
    "ABSORBED_BY": Fate.TELLS_OF_MERGES,
    "OPTED_OUT": Fate.MOVES,
    "RELATES": Fate.MOVES,
    # Of a relation to the person it leads to, where it moves; of a message to its subscription.
    "TO": Fate.MOVES,
    "BY": Fate.STAYS,
    # Of a ledger's record to its subject; of an event to a product.
    "ABOUT": Fate.STAYS,
    "MERGED_INTO": Fate.TELLS_OF_MERGES,
    "FROM": Fate.TELLS_OF_MERGES,
    "INTO": Fate.TELLS_OF_MERGES,
    "AT": Fate.OF_NOBODY,
    "CAUSED_BY": Fate.OF_NOBODY,
    "CONTAINS": Fate.OF_NOBODY,
    "JOINED": Fate.OF_NOBODY,
    "LEFT": Fate.OF_NOBODY,
    "OF": Fate.OF_NOBODY,
    "LATEST": Fate.OF_NOBODY,
    "OFFERS": Fate.OF_NOBODY,
    "PART_OF": Fate.OF_NOBODY,
    "STOPS": Fate.OF_NOBODY,
}

LABELS: Final[Mapping[str, Fate]] = {
    "Profile": Fate.TELLS_OF_MERGES,
    # A mark on profiles, which the survivor gets as well.
    "Buyer": Fate.MOVES,
    "Identifier": Fate.MOVES,
    "Subscription": Fate.MOVES_OR_IS_ABSORBED,
    "OptOut": Fate.MOVES,
    "Relation": Fate.MOVES,
    "Event": Fate.STAYS,
    "Purchase": Fate.STAYS,
    "Outreach": Fate.STAYS,
    "Message": Fate.STAYS,
    "Pending": Fate.STAYS,
    "ConsentRecord": Fate.STAYS,
    "Merge": Fate.TELLS_OF_MERGES,
    # What was erased is nobody's any more.
    "ErasedAddress": Fate.OF_NOBODY,
    "ErasedConsentRecord": Fate.OF_NOBODY,
    "ErasedProfile": Fate.OF_NOBODY,
    "ErasedPurchase": Fate.OF_NOBODY,
    "ApiKey": Fate.OF_NOBODY,
    "BlockedValue": Fate.OF_NOBODY,
    "AttributeDefinition": Fate.OF_NOBODY,
    "Attempt": Fate.OF_NOBODY,
    "Receipt": Fate.OF_NOBODY,
    "Template": Fate.OF_NOBODY,
    "TemplateVersion": Fate.OF_NOBODY,
    "Orphan": Fate.OF_NOBODY,
    "Category": Fate.OF_NOBODY,
    "IdempotencyKey": Fate.OF_NOBODY,
    "Job": Fate.OF_NOBODY,
    "JobPart": Fate.OF_NOBODY,
    "JobReject": Fate.OF_NOBODY,
    "JobRejectError": Fate.OF_NOBODY,
    "OpenJob": Fate.OF_NOBODY,
    "MigrationLock": Fate.OF_NOBODY,
    "Product": Fate.OF_NOBODY,
    "Resource": Fate.OF_NOBODY,
    "SchemaVersion": Fate.OF_NOBODY,
    # Of addresses and domains, whoever has them.
    "Suppression": Fate.OF_NOBODY,
}

# A name that ends with an underscore stands for all that begin with it.
PROPERTIES: Final[Mapping[str, PropertyRule]] = {
    "id": PropertyRule.OWN,
    "createdAt": PropertyRule.OWN,
    "isTest": PropertyRule.OWN,
    "synthetic": PropertyRule.OWN,
    "lock": PropertyRule.OWN,
    "firstName": PropertyRule.BY_SETTINGS,
    "lastName": PropertyRule.BY_SETTINGS,
    "birthDate": PropertyRule.BY_SETTINGS,
    "sex": PropertyRule.BY_SETTINGS,
    "locale": PropertyRule.BY_SETTINGS,
    "timezone": PropertyRule.BY_SETTINGS,
    "country": PropertyRule.BY_SETTINGS,
    "city": PropertyRule.BY_SETTINGS,
    "attr_": PropertyRule.BY_SETTINGS,
    "at_": PropertyRule.BY_SETTINGS,
    "tracked_": PropertyRule.NEWEST_AS_A_WHOLE,
    "firstSeenAt": PropertyRule.EARLIEST,
    "lastSeenAt": PropertyRule.LATEST,
    "status": PropertyRule.STRICTEST,
    "revision": PropertyRule.GREATEST,
    "updatedAt": PropertyRule.DERIVED,
    "kind": PropertyRule.DERIVED,
    "isIdentified": PropertyRule.DERIVED,
    "memberIds": PropertyRule.TELLS_OF_MERGES,
    "mergedInto": PropertyRule.TELLS_OF_MERGES,
    # Who was erased is merged with nobody.
    "erasedAt": PropertyRule.TELLS_OF_MERGES,
}


def property_rule(name: str) -> PropertyRule | None:
    """None for a property that no merge knows what to do with."""
    prefix = f"{name.partition('_')[0]}_"
    return PROPERTIES.get(name) or (PROPERTIES.get(prefix) if "_" in name else None)
