"""Random histories of a few people: each step is done to the product and to the model, which then have to agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from graph.connection import Graph
from graph.people.reference import ProfileReference
from graph.statement import Statement
from graph.vocabulary import SubscriptionStatus as Status
from tests.histories import devices, erasing, joining, leaving, opening, parting
from tests.histories.agreeing import check
from tests.histories.drawn import FIRST, RESOURCES, SECOND, STEPS, VISITS, Asked, Kind, Step
from tests.histories.observed import Window
from tests.histories.opening import LINK_MS, Link, Wish
from tests.histories.product import Answer, Product
from tests.histories.state import Merge, Place, Refused, Subscription, World
from tests.histories.values import Values, channel_of
from tests.histories.widening import Memory, Refusal, allowed, joined_wrongly, opened_beside

T = TypeVar("T")

BEGAN = 1_790_000_000_000
# What each kind of step needs to be there.
_OF_VALUES = frozenset({Kind.TRACK, Kind.CONFIRM, Kind.COMPLAIN, Kind.IDENTIFY, Kind.SPLIT, Kind.WAIT})
_OF_PEOPLE = frozenset({Kind.LEAVE_EVERYTHING, Kind.SIGN_OUT, Kind.MERGE, Kind.ERASE})
_OF_SUBSCRIPTIONS = frozenset(Kind) - _OF_VALUES - _OF_PEOPLE - {Kind.SUBSCRIBE}
_POSITION = Statement("position_of_record", "MATCH (c:ConsentRecord {id: $id}) RETURN c.seq - 1")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where histories are played: `play` runs a step on the loop that the graph's connections belong to."""

    graph: Graph
    window: Window
    play: Callable[[Coroutine[Any, Any, Any]], Any]


class Histories(RuleBasedStateMachine):
    """Subclasses say where they are played. Every history has values of its own, so that none meets another."""

    stage: ClassVar[Stage]
    numbers: ClassVar[Iterator[int]] = count(1)
    # How often each kind of step was done, or refused with which code.
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.model = World(BEGAN)
        self.product = Product(self.stage.graph, BEGAN)
        self.number = next(self.numbers)
        self.values = Values.of(self.number)
        self.memory = Memory()
        self.links: list[Link] = []
        self.event_numbers = count(1)

    @initialize(visits=VISITS, first=st.lists(FIRST, min_size=3, max_size=6))
    def found(self, visits: list[int], first: list[Asked]) -> None:
        for which in visits:
            self._track(Step(Kind.TRACK, which, other=0, is_proven=False, passed=0))
        for each in first:
            self._subscribe(each)

    @rule(step=STEPS)
    def step(self, step: Step | Asked) -> None:
        if isinstance(step, Asked):
            self._subscribe(step)
        elif step.kind in _OF_VALUES or (step.kind in _OF_PEOPLE and self.model.people):
            getattr(self, f"_{step.kind.name.lower()}")(step)
        elif step.kind in _OF_SUBSCRIPTIONS and self.model.subscriptions:
            subscription = self.model.subscriptions[_of(sorted(self.model.subscriptions), step.which)]
            getattr(self, f"_{step.kind.name.lower()}")(step, subscription)

    def _track(self, step: Step) -> None:
        seen = _of((*self.values.devices, *self.values.cards), step.which)
        event = f"{self.number}-{next(self.event_numbers)}"
        answer = self._now(self.product.track(seen, event))
        self._agree(step, answer, lambda world: devices.track(world, seen.key, event, answer["profileId"]))

    def _confirm(self, step: Step) -> None:
        """The newest link first; an old one is mostly answered or void."""
        if not self.links:
            return
        link = _of(self.links[::-1], step.which // 3)
        answer = self._now(self.product.confirm(link))
        named = self.model.subscriptions.get(link.subscription_id)
        speaks = None if named is None else self.model.speaks(named)
        opens = None if speaks is None else (speaks.holder, speaks.place)
        self._agree(step, answer, lambda world: opening.confirm(world, link), opens=opens)

    def _leave_subscription(self, step: Step, subscription: Subscription) -> None:
        answer = self._now(self.product.leave_subscription(subscription.id))
        self._refused_there(answer, subscription)
        self._agree(step, answer, lambda world: leaving.leave_subscription(world, subscription.id))

    def _leave_category(self, step: Step, subscription: Subscription) -> None:
        answer = self._now(self.product.leave_category(subscription.id))
        self._agree(step, answer, lambda world: leaving.leave_category(world, subscription.id))

    def _leave_resource(self, step: Step, subscription: Subscription) -> None:
        who, place = self._profile(step.other), subscription.place
        answer = self._now(self.product.leave_resource(who, place.resource))
        self._refused(answer, who, lambda each: each.resource == place.resource)
        self._agree(step, answer, lambda world: leaving.leave_resource(world, who, place.resource))

    def _leave_channel(self, step: Step, subscription: Subscription) -> None:
        who, place = self._profile(step.other), subscription.place
        answer = self._now(self.product.leave_channel(who, place.channel))
        self._refused(answer, who, lambda each: each.channel is place.channel)
        self._agree(step, answer, lambda world: leaving.leave_channel(world, who, place.channel))

    def _leave_everything(self, step: Step) -> None:
        who = self._profile(step.which)
        answer = self._now(self.product.leave_everything(who))
        self._refused(answer, who, lambda _: True)
        self._agree(step, answer, lambda world: leaving.leave_everything(world, who))

    def _suspend(self, step: Step, subscription: Subscription) -> None:
        id_ = subscription.id
        self._tick()
        until = self.model.now + step.passed
        answer = self._do(self.product.suspend(id_, until))
        self._agree(step, answer, lambda world: leaving.suspend(world, id_, until))

    def _resume(self, step: Step, subscription: Subscription) -> None:
        id_, opens = subscription.id, (subscription.holder, subscription.place)
        answer = self._now(self.product.resume(id_))
        self._agree(step, answer, lambda world: leaving.resume(world, id_), opens=opens)

    def _bounce(self, step: Step, subscription: Subscription) -> None:
        answer = self._now(self.product.bounce(subscription.id))
        self._refused_there(answer, subscription)
        self._agree(step, answer, lambda world: leaving.bounce(world, subscription.id))

    def _complain(self, step: Step) -> None:
        at = _of(self.values.addresses, step.which)
        answer = self._now(self.product.complain(at))
        self._refused(answer, None, lambda place: place.address == at.key)
        self._agree(step, answer, lambda world: leaving.complain(world, at.key, channel_of(at)))

    def _identify(self, step: Step) -> None:
        value, known = _of(self.values.devices, step.which), _of(self.values.cards, step.other)
        losers = [each.id for each in self.model.owners(value.key)]
        answer = self._now(self.product.identify(value, known, is_proven=step.is_proven))
        made = self._do(self.product.merges_of(losers))
        survivor = answer["profileId"]

        def identified(world: World) -> None:
            outcome = devices.identify(world, value.key, known.key, survivor, made, is_proven=step.is_proven)
            assert outcome == answer["outcome"]
            self.seen[outcome] += 1

        self._agree(step, answer, identified, joins={merge_id: (loser, survivor) for loser, merge_id in made.items()})

    def _sign_out(self, step: Step) -> None:
        id_, value = self._profile(step.which), _of(self.values.devices, step.other)
        answer = self._now(self.product.sign_out(id_, value))
        self._agree(step, answer, lambda world: devices.sign_out(world, id_, value.key))

    def _merge(self, step: Step) -> None:
        loser, survivor = self._profile(step.which), self._profile(step.which + 1 + step.other)
        roots = [self.model.root(each) for each in (loser, survivor) if each in self.model.people]
        answer = self._now(self.product.merge(loser, survivor, is_decided=step.is_proven))
        id_ = answer["mergeId"]
        self._agree(
            step,
            answer,
            lambda world: joining.merge(world, loser, survivor, id_, is_decided=step.is_proven),
            joins={id_: (roots[0], roots[1])} if answer.result else None,
        )

    def _split(self, step: Step) -> None:
        """The newest first: an older one is mostly undone, or blocked."""
        if not self.model.merges:
            return
        newest_first = sorted(self.model.merges.values(), key=lambda each: (each.is_undone, -each.number))
        merge = _of(newest_first, step.which // 3)
        answer = self._now(self.product.split(merge.id))
        self._agree(step, answer, lambda world: parting.split(world, merge.id), parts=merge)

    def _erase(self, step: Step) -> None:
        id_ = self._profile(step.which)
        self._agree(step, self._now(self.product.erase(id_)), lambda world: erasing.erase(world, id_))

    def _wait(self, step: Step) -> None:
        paused = {
            (each.holder, each.place)
            for each in self.model.subscriptions.values()
            if each.status is Status.SUSPENDED and each.consent.until is not None
        }
        before = allowed(self.model)
        self._tick(step.passed)
        if step.is_proven:
            self._do(self.product.sweep())
        self._agree(step, Answer({}), lambda _: None)
        assert allowed(self.model) <= before | paused

    def _subscribe(self, asked: Asked) -> None:
        person, key = self._somebody(asked.who)
        at = _of(self.values.addresses, asked.address)
        self._tick()
        now = self.model.now
        wish = Wish(
            who=key,
            place=Place(asked.resource, channel_of(at), at.key),
            opt_in=None if asked.opt_in_age is None else now - asked.opt_in_age,
            confirmation=asked.confirmation,
            is_double=RESOURCES[asked.resource],
            resubscribe=asked.resubscribe,
            lift=asked.lift,
            expires=None if asked.lasts is None else now + asked.lasts,
        )
        answer = self._do(self.product.subscribe(person, at, wish))
        ids = (answer["profileId"], answer["subscriptionId"])
        self._agree(None, answer, lambda world: opening.subscribe(world, wish, *ids), opens=(ids[0], wish.place))
        if answer.result and answer["unconfirmedId"]:
            position = self._do(self.stage.graph.read(_POSITION, id=answer["unconfirmedId"]))
            self.links.append(Link(ids[1], answer["unconfirmedId"], position, now + LINK_MS))

    def _somebody(self, who: int) -> tuple[ProfileReference, str]:
        """By a card, which may be nobody's yet, or by the id of a profile; and how the model calls them."""
        cards = self.values.cards
        if who < len(cards) or not self.model.people:
            card = _of(cards, who)
            return ProfileReference(identifier=card), card.key
        id_ = self._profile(who)
        return ProfileReference(id=id_), id_

    def _profile(self, who: int) -> str:
        """Also one who was merged or erased."""
        return _of([*sorted(self.model.people), *sorted(self.model.erased_people)], who)

    def _now(self, step: Coroutine[Any, Any, T]) -> T:
        """Does something to the product a moment later than what was done before."""
        self._tick()
        return self._do(step)

    def _do(self, step: Coroutine[Any, Any, T]) -> T:
        done: T = self.stage.play(step)
        return done

    def _tick(self, passed: int = SECOND) -> None:
        self.model.now += passed
        self.product.now = self.model.now
        self.model.settle()

    def _agree(
        self,
        step: Step | None,
        answer: Answer,
        change: Callable[[World], object],
        *,
        opens: tuple[str, Place] | None = None,
        joins: Mapping[str, tuple[str, str]] | None = None,
        parts: Merge | None = None,
    ) -> None:
        """Does the same to the model. `opens` is whom and what may be opened, `parts` the merge that may be undone.

        `joins` has the loser and the survivor of each merge, by its id.
        """
        before, trial, refused = self.model, self.model.copied(), None
        try:
            change(trial)
        except Refused as refusal:
            refused, trial = refusal.code, self.model
        assert answer.refused == refused
        what = Kind.SUBSCRIBE if step is None else step.kind
        self.seen[what.name if refused is None else f"{what.name} {refused}"] += 1
        trial.settle()
        self.model = trial
        # After this what the model allows is what the product does.
        self._do(check(self.stage.graph, self.stage.window, trial))
        if parts is not None:
            assert not self.memory.back_wrongly(parts, before, trial)
        elif joins:
            assert not joined_wrongly(before, trial, list(joins.values()))
            self.memory.merges |= dict.fromkeys(joins, (trial.now, allowed(before)))
        else:
            assert not opened_beside(before, trial, opens)

    def _refused_there(self, answer: Answer, subscription: Subscription) -> None:
        """Remembers a no at the place of this subscription, or of the one that speaks for it."""
        spoken_for = self.model.speaks(subscription)
        self._refused(answer, spoken_for.holder, lambda place: place == spoken_for.place)

    def _refused(self, answer: Answer, who: str | None, fits: Callable[[Place], bool]) -> None:
        """Remembers that somebody said no, at places that fit; it is called before the model is told."""
        if answer.result is not None:
            root = self.model.root(who) if who in self.model.people else who
            self.memory.refusals.append(Refusal(self.model.now, root, fits))


def _of(things: Sequence[T], which: int) -> T:
    return things[which % len(things)]
