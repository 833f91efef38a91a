from __future__ import annotations

import strawberry

from gateway.schema.directives import scope
from gateway.schema.mutations import (
    create_resource,
    define_attribute,
    record_purchases,
    relate_profiles,
    send_message,
    subscribe,
    track_events,
    unrelate_profiles,
    unsubscribe,
    update_profile,
    upsert_profile,
)
from graph.vocabulary import Right


@strawberry.type(description="Changes. With `userErrors` nothing was changed; in batches this holds for each row.")
class Mutation:
    upsert_profile = strawberry.mutation(
        upsert_profile.resolve, description="Finds a person by identifiers, or makes one, and adds what is known."
    )
    update_profile = strawberry.mutation(
        update_profile.resolve, description="Changes what is known of a person who is there."
    )
    define_attribute = strawberry.mutation(
        define_attribute.resolve,
        description="Makes an attribute known, so that people can have it. The same again changes nothing.",
    )
    relate_profiles = strawberry.mutation(
        relate_profiles.resolve, description="Says what one person is to another, once for each type."
    )
    unrelate_profiles = strawberry.mutation(
        unrelate_profiles.resolve, description="Takes back what one person was to another."
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
