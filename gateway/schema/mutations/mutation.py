from __future__ import annotations

import strawberry

from gateway.schema.directives import scope
from gateway.schema.mutations import (
    create_resource,
    record_purchases,
    send_message,
    set_profile_status,
    subscribe,
    suppress,
    track_events,
    unsubscribe,
    unsuppress,
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
        unsubscribe.resolve,
        description="Ends a category, a subscription, all of a resource or a channel, or everything; nothing else.",
    )
    set_profile_status = strawberry.mutation(
        set_profile_status.resolve, description="Sets or lifts the bar above all subscriptions of a person."
    )
    suppress = strawberry.mutation(
        suppress.resolve, description="Stops an address or a domain on everybody who has it or gets it later."
    )
    unsuppress = strawberry.mutation(unsuppress.resolve, description="Takes a suppression away.")
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
