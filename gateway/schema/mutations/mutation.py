from __future__ import annotations

import strawberry

from gateway.schema.directives import scope
from gateway.schema.mutations import (
    create_resource,
    erase_profile,
    export_profile,
    record_purchases,
    send_message,
    subscribe,
    track_events,
    unsubscribe,
    upsert_profile,
)
from graph.vocabulary import Right


@strawberry.type(description="Changes. With `userErrors` nothing was changed; in batches this holds for each row.")
class Mutation:
    upsert_profile = strawberry.mutation(
        upsert_profile.resolve, description="Finds a person by identifiers, or makes one, and adds what is known."
    )
    subscribe = strawberry.mutation(subscribe.resolve, description="Connects one address of a person with a resource.")
    unsubscribe = strawberry.mutation(
        unsubscribe.resolve, description="Ends a subscription; the person and their other subscriptions stay."
    )
    track_events = strawberry.mutation(
        track_events.resolve, description="Adds what people did to their histories, answered row by row."
    )
    record_purchases = strawberry.mutation(
        record_purchases.resolve, description="Records orders as they are now, answered row by row."
    )
    send_message = strawberry.mutation(
        send_message.resolve,
        description="Queues one message to one person; it leaves after the answer.",
        directives=[scope(Right.MESSAGE_SEND)],
    )
    create_resource = strawberry.mutation(
        create_resource.resolve, description="Makes a publisher that people can subscribe to."
    )
    erase_profile = strawberry.mutation(
        erase_profile.resolve,
        description="Forgets a person for good: names, addresses, events and messages are deleted, purchases stay "
        "without them. It cannot be undone.",
    )
    export_profile = strawberry.mutation(
        export_profile.resolve,
        description="Hands out everything that is known of a person as one JSON document; changes nothing.",
        directives=[scope(Right.PROFILE_PII)],
    )
