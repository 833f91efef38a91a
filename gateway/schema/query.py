from __future__ import annotations

import strawberry

from gateway.schema.attribute import AttributeDefinition
from gateway.schema.blocked_identifier import BlockedIdentifier
from gateway.schema.connection import Connection
from gateway.schema.directives import scope
from gateway.schema.fields import argument, described, paged
from gateway.schema.filters import MessageFilter, ProfileFilter
from gateway.schema.identifier import Identifier
from gateway.schema.job import Job
from gateway.schema.merge_preview import preview
from gateway.schema.message import Message
from gateway.schema.node import Node
from gateway.schema.product import Product
from gateway.schema.profile import Profile
from gateway.schema.purchase import Purchase
from gateway.schema.references import (
    IdentifierInput,
    ProductRef,
    ProfileOrder,
    ProfileRef,
    PurchaseRef,
    ResourceRef,
    TemplateRef,
)
from gateway.schema.resource import Resource
from gateway.schema.suppression import Suppression
from gateway.schema.template import Template
from gateway.schema.template_preview import preview as preview_template
from gateway.schema.viewer import Viewer
from graph.vocabulary import Right


@strawberry.type(description="Everything that can be read. What does not exist is null, not an error.")
class Query:
    node: Node | None = described("Anything by its id.", argument("id", strawberry.ID, "The id."))
    nodes: list[Node | None] = described(
        "Several things by their ids, in the order of the ids.",
        argument("ids", list[strawberry.ID], "The ids: 100 at most."),
    )
    profile: Profile | None = described(
        "One person. A merged id gives the person who remains; a value that points to several people is the error "
        "AMBIGUOUS_MATCH.",
        argument("by", ProfileRef, "Whom. By an address, a phone, a token or a chat it needs the right `profile:pii`."),
    )
    profiles: Connection[Profile] = paged(
        "All people, the newest first. A page of a search or filter, or among those who lack what is sorted by, looks "
        "at so many people and no more: it may hold fewer than were asked for, and still have a next one.",
        argument(
            "search",
            str | None,
            "Only people whose names begin with these words, whose e-mail address begins so, or whose phone number "
            "ends so; or, where it is an attribute's key, a colon and a value, only people whose attribute has exactly "
            "this value. At most 100 characters. Names, addresses and numbers find 1,000 people each at most, "
            "whichever: `count.exact` is false where there may be more. Needs the right `profile:pii`.",
        ),
        argument("filter", ProfileFilter | None, "Only people for whom this holds."),
        argument(
            "order_by",
            ProfileOrder | None,
            "In which order; the newest first where nothing is said. LAST_NAME needs the right `profile:pii`.",
        ),
    )
    identifier: Identifier | None = described(
        "One identifier by its value.",
        argument("by", IdentifierInput, "Its type and value. What reaches people needs the right `profile:pii`."),
    )
    blocked_identifiers: Connection[BlockedIdentifier] = paged(
        "The values that stand for nobody because somebody blocked them, the oldest first."
    )
    resource: Resource | None = described("One resource.", argument("by", ResourceRef, "Which."))
    resources: Connection[Resource] = paged("All resources.")
    product: Product | None = described("One product.", argument("by", ProductRef, "Which."))
    products: Connection[Product] = paged(
        "All products, by name; those without one come last, in pages that may hold fewer than were asked for, and "
        "still have a next one.",
        argument(
            "search",
            str | None,
            "Only those whose names have words that begin so, or whose sku begins with this: 1,000 of each at most, "
            "whichever, and `count.exact` is false where there may be more.",
        ),
    )
    purchase: Purchase | None = described("One purchase.", argument("by", PurchaseRef, "Which."))
    message: Message | None = described("One message.", argument("id", strawberry.ID, "Its id."))
    messages: Connection[Message] = paged(
        "All messages, the newest first. Those that are FAILED or UNKNOWN are the dead letters, which "
        "`requeueMessages` sends again.",
        argument(
            "filter",
            MessageFilter | None,
            "Only messages for which this holds. States and times are looked up; of what else is asked for, a page "
            "looks at so many and no more: it may hold fewer than were asked for, and still have a next one.",
        ),
    )
    template: Template | None = described("One template.", argument("by", TemplateRef, "Which."))
    templates: Connection[Template] = paged("All templates, also archived ones.")
    template_preview = strawberry.field(
        preview_template,
        description="What a template would say to somebody, filled in as it is when a message leaves; only "
        "`subscription.leaveUrl` is none. A reference that means nothing or several people is an error with the code "
        "NOT_FOUND or AMBIGUOUS_MATCH.",
        directives=[scope(Right.PROFILE_PII)],
    )
    attribute_definitions: list[AttributeDefinition] = described("All attributes that people may have, by key.")
    suppressions: Connection[Suppression] = paged("What nobody writes to, the newest first.")
    job: Job | None = described("One job.", argument("id", strawberry.ID, "Its id."))
    merge_preview = strawberry.field(
        preview,
        description="What `mergeProfiles` would do, decided as it would decide. A reference that means nobody or "
        "several people is an error with the code NOT_FOUND or AMBIGUOUS_MATCH.",
    )
    viewer: Viewer = described("Who this key belongs to, and what it may do.")
