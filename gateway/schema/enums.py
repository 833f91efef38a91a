from __future__ import annotations

from enum import EnumMeta
from typing import cast

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from graph import vocabulary as words
from graph.vocabulary import Word


class TimelineKind(Word):
    """What an entry of somebody's history is."""

    EVENT = "EVENT"
    PURCHASE = "PURCHASE"
    MESSAGE = "MESSAGE"
    CONSENT = "CONSENT"
    MERGE = "MERGE"


class ProfileOrderField(Word):
    """By what profiles may be sorted: each of these has an index."""

    CREATED_AT = "CREATED_AT"
    LAST_SEEN_AT = "LAST_SEEN_AT"
    LAST_NAME = "LAST_NAME"


def publish(closed_set: EnumMeta, description: str, **members: str) -> None:
    """The graph's closed sets become GraphQL enums here, since the graph may not know of GraphQL.

    Raises KeyError for a member that was left without a description.
    """
    published = strawberry.enum(closed_set, description=description)
    definition = cast("StrawberryEnumDefinition", published.__strawberry_definition__)  # type: ignore[attr-defined]  # set by strawberry.enum
    for value in definition.values:
        value.description = members[value.name]


publish(
    words.AttributeType,
    "What values an attribute has.",
    STRING="Text.",
    INTEGER="A whole number of 64 bits. It can be incremented.",
    DECIMAL="An exact number with up to six decimal places. It can be incremented.",
    BOOLEAN="True or false.",
    DATE="A calendar day.",
    DATETIME="An instant.",
    TAGS="Some strings, each once, in the order they were added.",
    ENUM="One of a few strings.",
)
publish(
    words.Channel,
    "A way to reach somebody.",
    EMAIL="A letter to an e-mail address.",
    SMS="A text to a phone number.",
    WEB_PUSH="A notification in a browser.",
    MOBILE_PUSH="A notification of an app.",
    TELEGRAM="A message of a Telegram bot.",
    WHATSAPP="A WhatsApp message.",
    VIBER="A message of a Viber bot.",
    WEBHOOK="A signed request to a URL.",
)
publish(
    words.SubscriptionStatus,
    "Whether an address, or a person as a whole, may be written to. Marketing goes only where both say SUBSCRIBED.",
    SUBSCRIBED="No bar. On a profile this is not a consent, only the absence of a refusal.",
    UNSUBSCRIBED="The person said no.",
    COMPLAINED="The person reported a message as unwanted; never overwritten by an unsubscribe.",
    HARD_BOUNCED="The address does not exist, says its provider.",
    UNCONFIRMED="A double opt-in still waits for its confirmation, or the consent ran out.",
    SUSPENDED="Paused until a time, or because the token now belongs to somebody else.",
    INVALID="The value cannot be an address of this channel.",
)
publish(
    words.SuppressionKind,
    "What a suppression stops.",
    ADDRESS="One address.",
    DOMAIN="All e-mail addresses of a domain.",
)
publish(
    words.ConfirmationMode,
    "Whether a subscription waits for the person's confirmation (double opt-in).",
    RESOURCE_DEFAULT="As the resource says in `requireDoubleOptIn`.",
    REQUIRED="It is UNCONFIRMED until the person confirms.",
    ALREADY_CONFIRMED="The person has confirmed elsewhere; `optIn` proves it.",
)
publish(
    words.UnknownPolicy,
    "What becomes of a message whose provider may have taken it: the answer was lost, or a worker died meanwhile.",
    RETRY="It is sent again: twice is better than never, as for receipts and security codes.",
    HOLD="It stays UNKNOWN until a receipt tells, or somebody queues it again: never is better than twice.",
)
publish(
    words.PushProvider,
    "Who carries a notification to an app.",
    FIREBASE="Firebase Cloud Messaging, for Android and iOS.",
    APNS="Apple's push service.",
    HUAWEI="Huawei Push Kit.",
    RUSTORE="RuStore.",
)
publish(
    words.ProfileKind,
    "How well a person is known.",
    ANONYMOUS="Only browser, device or event identifiers.",
    LEAD="Has an address, and no subscription that is SUBSCRIBED.",
    SUBSCRIBER="Has at least one subscription that is SUBSCRIBED.",
)
publish(
    words.IdentifierType,
    "What an identifier is. Several people may share one value: a family's e-mail address is legal.",
    EMAIL="An e-mail address.",
    PHONE="A phone number in E.164, like +442079460000.",
    DEVICE="A device.",
    COOKIE="A browser.",
    PUSH_TOKEN="The token of a browser or an app for notifications.",  # noqa: S106  # A description.
    TELEGRAM="A Telegram chat; its namespace is the bot.",
    WHATSAPP="A WhatsApp number.",
    VIBER="A Viber chat; its namespace is the bot.",
    URL="The address of a webhook.",
    EXTERNAL="The id of this person, and of nobody else, in another system; its namespace is that system.",
    CUSTOM="Any other value; its namespace says what it is.",
)
publish(
    words.MessagePurpose,
    "Why a message is sent; the gates it has to pass depend on it.",
    MARKETING="Needs every gate open.",
    TRANSACTIONAL="A receipt or a security code: passes quiet hours, frequency and UNSUBSCRIBED.",
    CONFIRMATION="The letter of a double opt-in: goes only to UNCONFIRMED.",
)
publish(
    words.MessageState,
    "Where a message is on its way. Opened, clicked and complained are also kept as facts with their times.",
    QUEUED="Waits for its turn.",
    SENDING="A worker has it.",
    SENT="The provider accepted it.",
    DELIVERED="The provider says that it arrived.",
    OPENED="It was opened.",
    CLICKED="A link in it was followed.",
    SKIPPED="A gate refused at the last moment; `refusedBy` names it.",
    DEFERRED="Will be tried again.",
    FAILED="The provider refused it for good.",
    BOUNCED="It came back.",
    UNKNOWN="The provider's answer was lost: it may have been sent.",
    CANCELLED="Called back before it left.",
    EXPIRED="Its time ran out before it could be sent.",
)
publish(
    words.Gate,
    "What can refuse a message, in the order in which it is asked.",
    PROFILE_STATUS="The person as a whole may not be written to.",
    NO_SUBSCRIPTION="There is no subscription that fits.",
    SUBSCRIPTION_STATUS="The subscription's own status.",
    CONSENT_EXPIRED="The consent ran out.",
    CATEGORY="The person left this kind of content.",
    SUPPRESSION="The address is suppressed.",
    QUIET_HOURS="It is night where the person is.",
    FREQUENCY="The person had enough messages lately.",
    CONTROL_GROUP="The person is in a control group.",
    DUPLICATE_ADDRESS="This address already gets it through somebody else.",
    CHANNEL_UNAVAILABLE="The channel is not set up.",
    EXPIRY="The message's time ran out.",
)
publish(
    words.UserErrorCode,
    "Why a mutation refused its input. Written for programs; `message` is written for people.",
    REQUIRED="A value is missing.",
    INVALID="A value is not what it should be.",
    TOO_LONG="A value has too many characters.",
    NOT_FOUND="There is no such thing.",
    TAKEN="A value that must be unique is in use.",
    AMBIGUOUS_MATCH="The identifiers point to several people; nothing was written.",
    IDENTIFIER_CONFLICT="The identifier belongs to somebody else, or the person has another one of its kind.",
    IDENTIFIER_BLOCKED="The value stands for nobody: a placeholder like `null`, or one that was blocked.",
    LIMIT_EXCEEDED="Too many.",
    MERGE_REFUSED="These two people may not become one.",
    BLOCKED_BY="Something is in the way; the message names it.",
    CONSENT_REQUIRED="The person opted out: newer evidence of consent is needed.",
    PROFILE_BARRED="The person as a whole may not be written to.",
    CATEGORY_MANDATORY="This category cannot be left.",
    TOKEN_EXPIRED="The signed link is too old.",  # noqa: S106  # A description.
    TOKEN_INVALID="The signed link is not ours.",  # noqa: S106  # A description.
    STATE_NOT_ALLOWED="Not from its present state.",
    CURRENCY_UNKNOWN="Not an ISO 4217 currency.",
    TOTAL_MISMATCH="The total is not lines plus delivery less discount.",
    CONTENT_INVALID="The content cannot be sent.",
    REVISION_CHANGED="Somebody else changed it since it was read.",
    IDEMPOTENCY_KEY_REUSED="The idempotency key was used with another input.",
    IDEMPOTENCY_IN_PROGRESS="The first request with this idempotency key still runs.",
)
publish(
    words.ImportFormat,
    "How a list of people is written down.",
    CSV="A first line that names the columns, then a line for each person.",
    JSONL="On each line a row of `importProfiles` as JSON.",
)
publish(
    words.JobState,
    "How far a job is.",
    QUEUED="Waits for a worker.",
    RUNNING="A worker is at it, or died at it and the next goes on.",
    DONE="All rows were dealt with.",
    FAILED="It was given up; what was written until then stays.",
)
publish(words.SortDirection, "Which end comes first.", ASC="The smallest or oldest first.", DESC="The newest first.")
publish(words.Sex, "As declared by the person.", FEMALE="Female.", MALE="Male.", OTHER="Neither, or both.")
publish(words.PurchaseKind, "Which way goods and money went.", SALE="A sale.", RETURN="Goods came back.")
publish(
    words.PurchaseStatus,
    "Where a purchase is.",
    NEW="Placed.",
    PAID="Paid.",
    DELIVERED="Delivered.",
    CANCELLED="Called off.",
    PART_REFUNDED="Some of the money went back.",
    REFUNDED="All of the money went back.",
)
publish(
    words.PurchaseLineStatus,
    "Where one line of a purchase is.",
    NEW="Placed.",
    PROCESSING="Being packed.",
    DELIVERING="On its way.",
    DELIVERED="Delivered.",
    CANCELLED="Called off.",
    REFUNDED="Paid back.",
)
publish(
    words.RowOutcome,
    "What became of what was sent.",
    CREATED="It is new.",
    UPDATED="It existed and was changed.",
    UNCHANGED="It existed and was already so.",
    DUPLICATE="The same was sent before; nothing was written.",
    REFUSED="It is wrong; see `userErrors`.",
)
publish(
    words.OutreachOrigin,
    "What started an outreach.",
    API="The mutation `sendMessage`.",
    CAMPAIGN="A campaign.",
    WORKFLOW="A step of a workflow.",
)
publish(
    words.ChangeKind,
    "What changed about a person.",
    SNAPSHOT="The present state; what led to it is not known.",
    PROFILE="The person's own fields.",
    IDENTIFIER="An identifier came, went or was suppressed.",
    SUBSCRIPTION="A subscription came or changed.",
    EVENT="Something happened.",
    PURCHASE="A purchase was recorded or changed.",
    MESSAGE="A message was queued or went on.",
    MERGE="Two people became one.",
    SPLIT="A merge was undone.",
)
publish(
    words.StreamEnd,
    "Why a live stream ended.",
    ERASED="The person was erased.",
    ACCESS_REVOKED="The right to see it was taken away.",
)
publish(
    TimelineKind,
    "What an entry of somebody's history is.",
    EVENT="Something the person did.",
    PURCHASE="A purchase.",
    MESSAGE="A message to the person.",
    CONSENT="A change of what the person allows.",
    MERGE="Somebody was found to be the same person.",
)
publish(
    ProfileOrderField,
    "By what profiles may be sorted.",
    CREATED_AT="When the profile was made.",
    LAST_SEEN_AT="When the person last did something; people never seen come last.",
    LAST_NAME="The last name; people without one come last.",
)
