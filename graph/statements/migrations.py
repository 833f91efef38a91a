from __future__ import annotations

from typing import Final, LiteralString

from graph.statement import Statement

# Building an index over a million nodes took 3 to 7 s (measured); ten minutes bound the worst.
_SCHEMA_TIMEOUT_MS = 600_000
# The lock node may have to wait for an index that the lock's holder is building.
_LOCK_TIMEOUT_MS = 60_000


def _unique(label: LiteralString, *properties: LiteralString) -> Statement:
    name: LiteralString = "_".join(("unique", label, *properties))
    columns: LiteralString = ", ".join(f"n.{each}" for each in properties)
    text: LiteralString = f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE ({columns}) IS UNIQUE"
    return Statement(name, text, _SCHEMA_TIMEOUT_MS)


def _index(label: LiteralString, *properties: LiteralString) -> Statement:
    name: LiteralString = "_".join(("index", label, *properties))
    columns: LiteralString = ", ".join(f"n.{each}" for each in properties)
    text: LiteralString = f"CREATE INDEX {name} IF NOT EXISTS FOR (n:{label}) ON ({columns})"
    return Statement(name, text, _SCHEMA_TIMEOUT_MS)


LOCK_KEY: Final = _unique("MigrationLock", "key")

DROP_HALF_MADE_LOCK_KEY: Final = Statement(
    "drop_half_made_lock_key", "DROP INDEX unique_MigrationLock_key IF EXISTS", _SCHEMA_TIMEOUT_MS
)

UNIQUE_KEYS: Final = (
    _unique("Profile", "id"),
    _unique("Identifier", "id"),
    _unique("Identifier", "key"),
    _unique("Resource", "id"),
    _unique("Resource", "key"),
    _unique("Category", "id"),
    _unique("Category", "scopedKey"),
    _unique("Subscription", "id"),
    _unique("Subscription", "key"),
    _unique("Event", "id"),
    _unique("Event", "sourceKey"),
    _unique("Purchase", "id"),
    _unique("Purchase", "sourceKey"),
    _unique("Product", "id"),
    _unique("Product", "sourceKey"),
    _unique("Outreach", "id"),
    _unique("Message", "id"),
    _unique("Attempt", "id"),
    _unique("ConsentRecord", "id"),
    _unique("ConsentRecord", "subjectId", "seq"),
    _unique("IdempotencyKey", "key"),
    _unique("ApiKey", "id"),
    _unique("ApiKey", "hash"),
    _unique("SchemaVersion", "version"),
)

# A history is read in the order (profileId, time, id): with all three in the index a page costs the same for ten
# events and for a million (22 db hits against 1,000,041, measured).
INDEXES: Final = (
    _index("Event", "profileId", "occurredAt", "id"),
    _index("Event", "profileId", "type", "occurredAt", "id"),
    _index("Purchase", "profileId", "placedAt", "id"),
    _index("Purchase", "placedAt", "id"),
    _index("Message", "profileId", "createdAt", "id"),
    _index("Message", "createdAt", "id"),
    _index("Pending", "channel", "dueAt", "id"),
    _index("Profile", "createdAt", "id"),
    _index("Profile", "lastSeenAt", "id"),
    _index("Profile", "lastName", "id"),
    _index("Product", "name", "id"),
    _index("IdempotencyKey", "expiresAt"),
)

PROFILE_WORDS: Final = "words_of_Profile_names"
PRODUCT_WORDS: Final = "words_of_Product_name"


def _words(name: LiteralString, analyzer: LiteralString, label: LiteralString, *properties: LiteralString) -> Statement:
    columns: LiteralString = ", ".join(f"n.{each}" for each in properties)
    text: LiteralString = (
        f"CREATE FULLTEXT INDEX {name} IF NOT EXISTS FOR (n:{label}) ON EACH [{columns}] "
        f"OPTIONS {{indexConfig: {{`fulltext.analyzer`: '{analyzer}'}}}}"
    )
    return Statement(name, text, _SCHEMA_TIMEOUT_MS)


# What people are looked for by.
SEARCH_INDEXES: Final = (
    _index("Profile", "country", "createdAt", "id"),
    # Whether somebody bought for more than an amount: one entry is enough to see it.
    _index("Purchase", "profileId", "currency", "totalMicros"),
    _index("Identifier", "reversed"),
    _index("Product", "sku"),
    # A word of a name is a run of letters: "O'Neil" has two, and so has "Smith-Jones".
    _words(PROFILE_WORDS, "simple", "Profile", "firstName", "lastName"),
    # Products have numbers in their names.
    _words(PRODUCT_WORDS, "standard-no-stop-words", "Product", "name"),
)

PURCHASES_OF_PRODUCTS: Final = Statement(
    "index_CONTAINS_productId_placedAt_purchaseId",
    "CREATE INDEX index_CONTAINS_productId_placedAt_purchaseId IF NOT EXISTS "
    "FOR ()-[line:CONTAINS]-() ON (line.productId, line.placedAt, line.purchaseId)",
    _SCHEMA_TIMEOUT_MS,
)

ATTRIBUTES_AND_RELATIONS: Final = (
    _unique("AttributeDefinition", "key"),
    _unique("Relation", "id"),
    _unique("Relation", "key"),
)
BLOCKED_VALUES: Final = (_unique("BlockedValue", "id"), _unique("BlockedValue", "key"))
# What people's no is written as, the ledger as a history of each person, and what runs out next.
LEAVING: Final = (
    _unique("OptOut", "id"),
    _unique("OptOut", "key"),
    _unique("Suppression", "id"),
    _unique("Suppression", "key"),
    _index("Suppression", "since", "id"),
    _index("ConsentRecord", "profileId", "at", "id"),
    _index("Subscription", "status", "suspendedUntil"),
    _index("Subscription", "status", "consentExpiresAt"),
)
# The merges of a person are read like any other history; what is in flight to one is found without their messages.
MERGES: Final = (
    _unique("Merge", "id"),
    _index("Merge", "profileId", "at", "id"),
    _index("Pending", "profileId"),
)
ERASURE: Final = (
    _unique("ErasedProfile", "id"),
    _unique("ErasedAddress", "hash"),
    _index("ErasedProfile", "isUnfinished"),
    _index("Outreach", "profileId"),
)

JOBS: Final = (
    _unique("Job", "id"),
    _unique("JobPart", "jobId", "seq"),
    _index("OpenJob", "id"),
)

RECEIPTS: Final = (
    _unique("Receipt", "id"),
    _unique("Receipt", "key"),
    _index("Orphan", "lookAt"),
    _index("Attempt", "providerKey"),
)

TEMPLATES: Final = (
    _unique("Template", "id"),
    _unique("Template", "key"),
    _unique("TemplateVersion", "id"),
    _unique("TemplateVersion", "templateId", "version"),
)

# What failed is found among any number of messages that did not.
DEAD_LETTERS: Final = (_index("Message", "state", "createdAt", "id"),)

AWAIT_INDEXES: Final = Statement("await_indexes", "CALL db.awaitIndexes(600)", _SCHEMA_TIMEOUT_MS)

TAKE_LOCK: Final = Statement(
    "take_migration_lock",
    """
    MERGE (lock:MigrationLock {key: 'migrations'})
    SET lock.touched = true
    WITH lock WHERE lock.leaseUntil IS NULL OR lock.leaseUntil < datetime.realtime()
    SET lock.token = randomUUID(), lock.leaseUntil = datetime.realtime() + duration({milliseconds: $leaseMs})
    RETURN lock.token
    """,
    _LOCK_TIMEOUT_MS,
)

RENEW_LOCK: Final = Statement(
    "renew_migration_lock",
    """
    MATCH (lock:MigrationLock {key: 'migrations'})
    SET lock.touched = true
    WITH lock WHERE lock.token = $token
    SET lock.leaseUntil = datetime.realtime() + duration({milliseconds: $leaseMs})
    RETURN lock.token
    """,
    _LOCK_TIMEOUT_MS,
)

RELEASE_LOCK: Final = Statement(
    "release_migration_lock",
    """
    MATCH (lock:MigrationLock {key: 'migrations'})
    SET lock.touched = true
    WITH lock WHERE lock.token = $token
    REMOVE lock.token, lock.leaseUntil
    """,
    _LOCK_TIMEOUT_MS,
)

VERSION: Final = Statement("schema_version", "MATCH (v:SchemaVersion) RETURN coalesce(max(v.version), 0)")

RECORD: Final = Statement(
    "record_migration",
    """
    MATCH (lock:MigrationLock {key: 'migrations'})
    SET lock.touched = true
    WITH lock WHERE lock.token = $token
    SET lock.leaseUntil = datetime.realtime() + duration({milliseconds: $leaseMs})
    MERGE (v:SchemaVersion {version: $version})
    ON CREATE SET v.name = $name, v.appliedAt = datetime.realtime()
    RETURN v.version
    """,
    _LOCK_TIMEOUT_MS,
)
