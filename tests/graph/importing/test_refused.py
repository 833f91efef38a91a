"""A subscription of a list that cannot be is left out, and what time had ended by then is written down all the same."""

from __future__ import annotations

from graph.connection import Graph
from graph.consent.evidence import Evidence
from graph.consent.profile_status import SetProfileStatus, set_profile_status
from graph.vocabulary import RowOutcome, SubscriptionStatus, UserErrorCode
from tests.graph.importing.lists import at, errors, imported, outcomes, row
from tests.graph.subscribing.shop import ANN, BREAKS, DAY, NOW, PERSON, email, join, ledger, open_shop


async def test_what_ran_out_raises_the_revision_though_the_subscription_is_refused(graph: Graph) -> None:
    await open_shop(graph)
    joined = await join(graph, email("ann"), consent_expires_at_ms=NOW + DAY)
    await set_profile_status(graph, SetProfileStatus(ANN, SubscriptionStatus.UNSUBSCRIBED, "test"), None, NOW)
    _, _, before = await graph.read(PERSON, id=joined["profileId"])
    again = row("ann", at(email("ann"), opt_in=Evidence(NOW + DAY + 1)))

    results = await imported(graph, again, now_ms=NOW + 2 * DAY)

    assert errors(results) == [[(UserErrorCode.PROFILE_BARRED, ("subscriptions", "0"))]]
    assert outcomes(results) == [RowOutcome.UPDATED]
    assert await ledger(graph, joined["subscriptionId"]) == [
        [None, "SUBSCRIBED", "subscribe"],
        ["SUBSCRIBED", "UNCONFIRMED", "consent_expired"],
    ]
    assert await graph.read(PERSON, id=joined["profileId"]) == ["UNSUBSCRIBED", "LEAD", before + 1]
    assert outcomes(await imported(graph, again, now_ms=NOW + 2 * DAY)) == [RowOutcome.UNCHANGED]
    assert (await graph.read(PERSON, id=joined["profileId"]))[2] == before + 1
    assert await graph.read(BREAKS) == []
