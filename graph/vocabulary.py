from __future__ import annotations

from enum import StrEnum, auto


class Word(StrEnum):
    """A closed set whose values are spelled like their names, in the graph as in GraphQL."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:  # noqa: ARG004  # Enum's signature.
        return name


class Channel(Word):
    EMAIL = auto()
    SMS = auto()
    WEB_PUSH = auto()
    MOBILE_PUSH = auto()
    TELEGRAM = auto()
    WHATSAPP = auto()
    VIBER = auto()
    WEBHOOK = auto()


class SubscriptionStatus(Word):
    SUBSCRIBED = auto()
    UNSUBSCRIBED = auto()
    COMPLAINED = auto()
    HARD_BOUNCED = auto()
    UNCONFIRMED = auto()
    SUSPENDED = auto()
    INVALID = auto()


class ConfirmationMode(Word):
    """Whether a new subscription waits for the person's confirmation."""

    RESOURCE_DEFAULT = auto()
    REQUIRED = auto()
    ALREADY_CONFIRMED = auto()


class PushProvider(Word):
    """Who carries a notification to an app."""

    FIREBASE = auto()
    APNS = auto()
    HUAWEI = auto()
    RUSTORE = auto()


class ConsentScope(Word):
    """What a record of the consent ledger is about."""

    PROFILE = auto()
    SUBSCRIPTION = auto()
    CATEGORY = auto()
    IDENTIFIER = auto()


class SuppressionKind(Word):
    ADDRESS = auto()
    DOMAIN = auto()


class ProfileKind(Word):
    ANONYMOUS = auto()
    LEAD = auto()
    SUBSCRIBER = auto()


class IdentifierType(Word):
    EMAIL = auto()
    PHONE = auto()
    DEVICE = auto()
    COOKIE = auto()
    PUSH_TOKEN = auto()
    TELEGRAM = auto()
    WHATSAPP = auto()
    VIBER = auto()
    URL = auto()
    EXTERNAL = auto()
    CUSTOM = auto()


class MessagePurpose(Word):
    MARKETING = auto()
    TRANSACTIONAL = auto()
    CONFIRMATION = auto()


class MessageState(Word):
    QUEUED = auto()
    SENDING = auto()
    SENT = auto()
    DELIVERED = auto()
    OPENED = auto()
    CLICKED = auto()
    SKIPPED = auto()
    DEFERRED = auto()
    FAILED = auto()
    BOUNCED = auto()
    UNKNOWN = auto()
    CANCELLED = auto()
    EXPIRED = auto()


class UnknownPolicy(Word):
    """What becomes of a message whose provider may have taken it, but never said so."""

    RETRY = auto()
    HOLD = auto()


class Gate(Word):
    PROFILE_STATUS = auto()
    NO_SUBSCRIPTION = auto()
    SUBSCRIPTION_STATUS = auto()
    CONSENT_EXPIRED = auto()
    CATEGORY = auto()
    SUPPRESSION = auto()
    QUIET_HOURS = auto()
    FREQUENCY = auto()
    CONTROL_GROUP = auto()
    DUPLICATE_ADDRESS = auto()
    CHANNEL_UNAVAILABLE = auto()
    EXPIRY = auto()


class UserErrorCode(Word):
    REQUIRED = auto()
    INVALID = auto()
    TOO_LONG = auto()
    NOT_FOUND = auto()
    TAKEN = auto()
    AMBIGUOUS_MATCH = auto()
    IDENTIFIER_CONFLICT = auto()
    IDENTIFIER_BLOCKED = auto()
    LIMIT_EXCEEDED = auto()
    MERGE_REFUSED = auto()
    BLOCKED_BY = auto()
    CONSENT_REQUIRED = auto()
    PROFILE_BARRED = auto()
    CATEGORY_MANDATORY = auto()
    TOKEN_EXPIRED = auto()
    TOKEN_INVALID = auto()
    STATE_NOT_ALLOWED = auto()
    CURRENCY_UNKNOWN = auto()
    TOTAL_MISMATCH = auto()
    CONTENT_INVALID = auto()
    REVISION_CHANGED = auto()
    IDEMPOTENCY_KEY_REUSED = auto()
    IDEMPOTENCY_IN_PROGRESS = auto()


class ImportFormat(Word):
    """How a list of people is written down."""

    CSV = auto()
    JSONL = auto()


class JobState(Word):
    QUEUED = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()


class SortDirection(Word):
    ASC = auto()
    DESC = auto()


class Sex(Word):
    FEMALE = auto()
    MALE = auto()
    OTHER = auto()


class AttributeType(Word):
    STRING = auto()
    INTEGER = auto()
    DECIMAL = auto()
    BOOLEAN = auto()
    DATE = auto()
    DATETIME = auto()
    TAGS = auto()
    ENUM = auto()


class PurchaseKind(Word):
    SALE = auto()
    RETURN = auto()


class PurchaseStatus(Word):
    NEW = auto()
    PAID = auto()
    DELIVERED = auto()
    CANCELLED = auto()
    PART_REFUNDED = auto()
    REFUNDED = auto()


class PurchaseLineStatus(Word):
    NEW = auto()
    PROCESSING = auto()
    DELIVERING = auto()
    DELIVERED = auto()
    CANCELLED = auto()
    REFUNDED = auto()


class RowOutcome(Word):
    CREATED = auto()
    UPDATED = auto()
    UNCHANGED = auto()
    DUPLICATE = auto()
    REFUSED = auto()


class OutreachOrigin(Word):
    API = auto()
    CAMPAIGN = auto()
    WORKFLOW = auto()


class ChangeKind(Word):
    SNAPSHOT = auto()
    PROFILE = auto()
    IDENTIFIER = auto()
    SUBSCRIPTION = auto()
    EVENT = auto()
    PURCHASE = auto()
    MESSAGE = auto()
    MERGE = auto()
    SPLIT = auto()


class StreamEnd(Word):
    ERASED = auto()
    ACCESS_REVOKED = auto()


class Right(StrEnum):
    """What a key may do, spelled as the API spells it."""

    PROFILE_READ = "profile:read"
    PROFILE_WRITE = "profile:write"
    PROFILE_PII = "profile:pii"
    MESSAGE_SEND = "message:send"
    # To send thousands of rows in one request.
    BULK = "bulk"
