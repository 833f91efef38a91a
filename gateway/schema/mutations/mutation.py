from __future__ import annotations

import strawberry

from gateway.schema.directives import scope
from gateway.schema.mutations import (
    create_resource,
    identify,
    merge_profiles,
    record_purchases,
    send_message,
    sign_out_device,
    split_profiles,
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
    identify = strawberry.mutation(
        identify.resolve,
        description="Joins an anonymous visitor with a known person, with all that they did before. Two known people "
        "who use one device are never joined.",
    )
    sign_out_device = strawberry.mutation(
        sign_out_device.resolve, description="From now on what is done on a device is not this person's any more."
    )
    merge_profiles = strawberry.mutation(
        merge_profiles.resolve,
        description="Makes one person of two. What both have stays once, consent never widens, no workflow starts, and "
        "`splitProfiles` undoes it.",
    )
    split_profiles = strawberry.mutation(
        split_profiles.resolve,
        description="Undoes the newest merge of a person. BLOCKED_BY names a newer one that has to be undone first.",
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
