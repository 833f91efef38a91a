"""The same commands as the model's, given to the product."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import Any

from graph.connection import Graph
from graph.consent.complaint import Complaint, complain
from graph.consent.due import record_due
from graph.consent.evidence import Evidence
from graph.erasing.erase import EraseProfile, erase_profile
from graph.errors import Refusal
from graph.history.events import NewEvent, track_events
from graph.idempotency import Done
from graph.identifiers import IdentifierValue
from graph.merging.merge import MergeProfiles, merge_profiles
from graph.merging.settings import MergeSettings
from graph.merging.split import SplitProfiles, split_profiles
from graph.outbox.finishing import AttemptOutcome, AttemptRecord, finish
from graph.people.identify import Identify, identify
from graph.people.reference import ProfileReference
from graph.people.sign_out import SignOutDevice, sign_out_device
from graph.statement import Statement
from graph.subscribing.confirm import Confirm, confirm
from graph.subscribing.confirmations import Confirmation
from graph.subscribing.resource import CategoryReference, ResourceReference
from graph.subscribing.subscribe import Subscribe, subscribe
from graph.subscribing.suspend import Resume, Suspend, resume, suspend
from graph.subscribing.unsubscribe import (
    AtResource,
    Everything,
    OnChannel,
    OneCategory,
    OneSubscription,
    Unsubscribe,
    unsubscribe,
)
from graph.vocabulary import Channel, MessageState, UserErrorCode
from tests.histories.opening import Link, Wish
from tests.histories.values import channel_of

_ACTOR = "key_history"
_ERASED_KEY = b"the key of the histories' hashes"
_SENDING = Statement(
    "message_of_a_history",
    """
    MATCH (s:Subscription {id: $subscriptionId})<-[:HAS_SUBSCRIPTION|HAD_SUBSCRIPTION]-(p:Profile)
    MATCH (s)-[:AT]->(i)
    CREATE (m:Message:Pending {id: $id, profileId: p.id, addressId: i.id, state: $claimed, claimToken: $id,
        channel: s.channel, purpose: 'MARKETING', attemptCount: 0, createdAt: datetime({epochMillis: $now})})-[:TO]->(s)
    RETURN m.id
    """,
)
_OWNER_OF_EVENT = Statement("owner_of_event", "MATCH (e:Event {id: $id}) RETURN e.profileId")
_MERGES = Statement(
    "merges_that_hold",
    """
    UNWIND $ids AS id
    MATCH (g:Merge)-[:FROM]->(:Profile {id: id}) WHERE g.undoneAt IS NULL
    RETURN collect([id, g.id])
    """,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product answered: a result, or the code of its refusal."""

    result: dict[str, Any] | None = None
    refused: UserErrorCode | None = None

    def __getitem__(self, name: str) -> Any:
        """Of a refusal a name that nobody has."""
        return "none" if self.result is None else self.result[name]


@dataclass(slots=True)
class Product:
    graph: Graph
    now: int = 0
    messages: int = 0

    async def subscribe(self, who: ProfileReference, address: IdentifierValue, wish: Wish) -> Answer:
        command = Subscribe(
            profile=who,
            resource=ResourceReference(key=wish.place.resource),
            channel=channel_of(address),
            address=address,
            actor=_ACTOR,
            opt_in=None if wish.opt_in is None else Evidence(wish.opt_in),
            resubscribe=wish.resubscribe,
            confirmation=wish.confirmation,
            lift_profile_status=wish.lift,
            consent_expires_at_ms=wish.expires,
            erased_key=_ERASED_KEY,
        )
        return await _answer(subscribe(self.graph, command, None, self.now))

    async def confirm(self, link: Link) -> Answer:
        asked = Confirmation(link.subscription_id, link.record_id, link.expires)
        return await _answer(confirm(self.graph, Confirm(asked, _ACTOR), None, self.now))

    async def leave_subscription(self, subscription_id: str) -> Answer:
        return await self._unsubscribe(OneSubscription(subscription_id))

    async def leave_category(self, subscription_id: str) -> Answer:
        return await self._unsubscribe(OneCategory(subscription_id, CategoryReference(key="news")))

    async def leave_resource(self, profile_id: str, resource: str) -> Answer:
        return await self._unsubscribe(AtResource(ProfileReference(id=profile_id), ResourceReference(key=resource)))

    async def leave_channel(self, profile_id: str, channel: Channel) -> Answer:
        return await self._unsubscribe(OnChannel(ProfileReference(id=profile_id), channel))

    async def leave_everything(self, profile_id: str) -> Answer:
        return await self._unsubscribe(Everything(ProfileReference(id=profile_id)))

    async def suspend(self, subscription_id: str, until: int) -> Answer:
        return await _answer(suspend(self.graph, Suspend(subscription_id, until, _ACTOR), None, self.now))

    async def resume(self, subscription_id: str) -> Answer:
        return await _answer(resume(self.graph, Resume(subscription_id, _ACTOR), None, self.now))

    async def bounce(self, subscription_id: str) -> Answer:
        """A worker holds a message to this subscription, and the provider says that the address is dead."""
        self.messages += 1
        id_ = f"msg_{subscription_id}_{self.messages}"
        await self.graph.change(
            _SENDING, subscriptionId=subscription_id, id=id_, claimed=MessageState.SENDING, now=self.now
        )
        tried = AttemptRecord(id_, MessageState.FAILED, AttemptOutcome.REFUSED, "test", "550", suppress=True)
        await finish(self.graph, id_, [tried], self.now)
        return Answer({})

    async def complain(self, address: IdentifierValue) -> Answer:
        command = Complaint(address, channel_of(address), _ACTOR)
        return await _answer(complain(self.graph, command, None, self.now))

    async def track(self, value: IdentifierValue, event: str) -> Answer:
        made = NewEvent(0, "history", event, (value,), "seen", self.now)
        done = await track_events(self.graph, [made], None, self.now)
        (row,) = done.result["rows"]
        if row["id"] is None:
            return Answer(refused=UserErrorCode(row["userErrors"][0][0]))
        return Answer({"profileId": await self.graph.read(_OWNER_OF_EVENT, id=row["id"])})

    async def identify(self, value: IdentifierValue, card: IdentifierValue, *, is_proven: bool) -> Answer:
        command = Identify((value,), ProfileReference(identifier=card), _ACTOR, "session" if is_proven else None)
        return await _answer(identify(self.graph, command, MergeSettings(), None, self.now))

    async def merges_of(self, losers: Iterable[str]) -> dict[str, str]:
        """The ids of the merges that hold now, by who was taken in."""
        return dict(await self.graph.read(_MERGES, ids=sorted(losers)))

    async def sign_out(self, profile_id: str, value: IdentifierValue) -> Answer:
        command = SignOutDevice(ProfileReference(id=profile_id), (value,), _ACTOR)
        return await _answer(sign_out_device(self.graph, command, None, self.now))

    async def merge(self, from_id: str, into_id: str, *, is_decided: bool) -> Answer:
        command = MergeProfiles(
            ProfileReference(id=from_id), ProfileReference(id=into_id), _ACTOR, "seen" if is_decided else None
        )
        return await _answer(merge_profiles(self.graph, command, MergeSettings(), None, self.now))

    async def split(self, merge_id: str) -> Answer:
        command = SplitProfiles(merge_id, _ACTOR)
        return await _answer(split_profiles(self.graph, command, MergeSettings(), None, self.now))

    async def erase(self, profile_id: str) -> Answer:
        command = EraseProfile(ProfileReference(id=profile_id), _ERASED_KEY)
        return await _answer(erase_profile(self.graph, command, None, self.now))

    async def sweep(self) -> Answer:
        await record_due(self.graph, self.now)
        return Answer({})

    async def _unsubscribe(self, target: Any) -> Answer:
        return await _answer(unsubscribe(self.graph, Unsubscribe(target, _ACTOR), None, self.now))


async def _answer(done: Awaitable[Done]) -> Answer:
    try:
        return Answer((await done).result)
    except Refusal as refusal:
        return Answer(refused=refusal.user_errors[0].code)
