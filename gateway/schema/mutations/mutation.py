from __future__ import annotations

import strawberry

from gateway.schema.directives import scope
from gateway.schema.mutations import (
    add_identifier,
    archive_subscription,
    archive_template,
    block_identifier_placeholder,
    cancel_outreach,
    confirm_subscription,
    create_resource,
    create_template,
    define_attribute,
    erase_profile,
    export_profile,
    identify,
    import_profiles,
    join_category,
    merge_profiles,
    record_purchases,
    relate_profiles,
    remove_identifier,
    replace_address,
    requeue_messages,
    restore_subscription,
    resume_subscription,
    send_message,
    set_profile_status,
    set_subscription_priority,
    set_subscription_status,
    sign_out_device,
    split_profiles,
    start_import,
    subscribe,
    suppress,
    suspend_subscription,
    track_events,
    unblock_identifier_placeholder,
    unrelate_profiles,
    unsubscribe,
    unsuppress,
    update_profile,
    update_resource,
    update_template,
    upsert_profile,
    verify_identifier,
)
from graph.vocabulary import Right


@strawberry.type(
    description="Changes. With `userErrors` nothing was changed; in batches this holds for each row that is REFUSED, "
    "and any other row was written without what its errors name."
)
class Mutation:
    upsert_profile = strawberry.mutation(
        upsert_profile.resolve, description="Finds a person by identifiers, or makes one, and adds what is known."
    )
    update_profile = strawberry.mutation(
        update_profile.resolve, description="Changes what is known of a person who is there."
    )
    identify = strawberry.mutation(
        identify.resolve,
        description="Joins an anonymous visitor with a known person, with all that they did before. Two known people "
        "who use one device are never joined: somebody with an address, phone or messenger of their own is known.",
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
    add_identifier = strawberry.mutation(
        add_identifier.resolve, description="Gives a person one more value to be found by or reached at."
    )
    remove_identifier = strawberry.mutation(
        remove_identifier.resolve,
        description="Takes a value away from a person. BLOCKED_BY while a subscription at it may still be written to.",
    )
    verify_identifier = strawberry.mutation(
        verify_identifier.resolve, description="Records how a person was seen to own a value."
    )
    block_identifier_placeholder = strawberry.mutation(
        block_identifier_placeholder.resolve,
        description="Has a value stand for nobody: from now on no input may bring it, and nobody is found by it.",
    )
    unblock_identifier_placeholder = strawberry.mutation(
        unblock_identifier_placeholder.resolve, description="Has a value that was blocked mean people again."
    )
    subscribe = strawberry.mutation(subscribe.resolve, description="Connects one address of a person with a resource.")
    confirm_subscription = strawberry.mutation(
        confirm_subscription.resolve,
        description="The person followed the link of a double opt-in: the subscription is SUBSCRIBED, with time and "
        "place as evidence. A second time changes nothing. TOKEN_EXPIRED after 7 days, TOKEN_INVALID for a token of "
        "an earlier wait or where the person has left since.",
    )
    suspend_subscription = strawberry.mutation(
        suspend_subscription.resolve, description="Pauses a SUBSCRIBED subscription until a time."
    )
    resume_subscription = strawberry.mutation(
        resume_subscription.resolve,
        description="Ends the pause of a SUSPENDED subscription: it is what it was before. STATE_NOT_ALLOWED where "
        "a push token belongs to somebody else by now.",
    )
    set_subscription_status = strawberry.mutation(
        set_subscription_status.resolve,
        description="Gives a subscription any status, where the rules of consent allow it; the profile's own stays.",
    )
    set_subscription_priority = strawberry.mutation(
        set_subscription_priority.resolve, description="Says which of a person's addresses is tried first."
    )
    join_category = strawberry.mutation(
        join_category.resolve,
        description="The subscriber gets a kind of content, also where they had left it. The subscription's status and "
        "standing opt-outs stay.",
    )
    archive_subscription = strawberry.mutation(
        archive_subscription.resolve,
        description="Takes a subscription out of every list, but not out of history. What it says about consent still "
        "counts when somebody subscribes at its address again.",
    )
    restore_subscription = strawberry.mutation(
        restore_subscription.resolve,
        description="Takes an archived subscription into use again, with its last status or less. TAKEN where another "
        "took its place.",
    )
    replace_address = strawberry.mutation(
        replace_address.resolve,
        description="Gives a subscription another address of the same channel; its id, status, place and history stay. "
        "Where its resource requires a double opt-in, a new address other than a push token turns SUBSCRIBED into "
        "UNCONFIRMED; `subscribe` then gives the token for its confirmation. TAKEN where the person has a subscription "
        "at the address already.",
    )
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
    import_profiles = strawberry.mutation(
        import_profiles.resolve,
        description="Takes over people with their subscriptions from elsewhere, answered row by row. Opens "
        "nothing that somebody left.",
    )
    start_import = strawberry.mutation(
        start_import.resolve,
        description="Takes over a list of people as `importProfiles` does, by a worker and while nobody waits.",
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
    cancel_outreach = strawberry.mutation(
        cancel_outreach.resolve,
        description="Ends the messages of an outreach that wait to be sent, before a first try or between two. One "
        "that is being sent at this moment is not touched: the answer says how many there were, and where such a try "
        "fails for now, asking again cancels the next one.",
        directives=[scope(Right.MESSAGE_SEND)],
    )
    requeue_messages = strawberry.mutation(
        requeue_messages.resolve,
        description="Lets messages that are FAILED or UNKNOWN wait to be sent again, answered row by row: up to 1,000. "
        "They are due at once and get the whole number of tries again. Whether the person may be written to is asked "
        "when they are sent. One that is UNKNOWN may have arrived, and then comes twice.",
        directives=[scope(Right.MESSAGE_SEND)],
    )
    create_resource = strawberry.mutation(
        create_resource.resolve, description="Makes a publisher that people can subscribe to."
    )
    update_resource = strawberry.mutation(
        update_resource.resolve,
        description="Changes a publisher. What is queued already goes by the new values when it is sent.",
    )
    create_template = strawberry.mutation(
        create_template.resolve, description="Makes a template, by which messages can be sent."
    )
    update_template = strawberry.mutation(
        update_template.resolve,
        description="Gives a template new content, as a new version. What is queued keeps the one it was queued with.",
    )
    archive_template = strawberry.mutation(
        archive_template.resolve,
        description="Has nothing new sent by a template; what is queued still is. A second time changes nothing.",
    )
    erase_profile = strawberry.mutation(
        erase_profile.resolve,
        description="Forgets a person for good: names, addresses, events and messages are deleted, purchases stay "
        "without them. Events and orders of before are refused when they come again by a value that was theirs alone. "
        "It cannot be undone.",
    )
    export_profile = strawberry.mutation(
        export_profile.resolve,
        description="Hands out everything that is known of a person as one JSON document; changes nothing.",
        directives=[scope(Right.PROFILE_PII)],
    )
