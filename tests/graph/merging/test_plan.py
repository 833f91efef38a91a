from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.consent.evidence import Evidence
from graph.consent.strictness import widens
from graph.merging.changes import No
from graph.merging.consent import Consent
from graph.merging.plan import MergePlan, plan_merge
from graph.merging.settings import FieldRule, MergeSettings
from graph.merging.sides import (
    HeldIdentifier,
    HeldOptOut,
    HeldRelation,
    HeldSubscription,
    Membership,
    Place,
    Side,
    Stored,
)
from graph.merging.undo import UndoLog
from graph.vocabulary import Channel, UserErrorCode
from graph.vocabulary import SubscriptionStatus as Status

NOW = 5_000
SHOP_AT = Place("res_shop", Channel.EMAIL, "idn_ann")
EMPTY = Side("prf_a", 1, Status.SUBSCRIBED, ("prf_a",), {})
OTHER = replace(EMPTY, id="prf_b", member_ids=("prf_b",))


def plan(
    survivor: Side = EMPTY, loser: Side = OTHER, settings: MergeSettings | None = None, *, decided: bool = False
) -> MergePlan:
    return plan_merge(survivor, loser, settings or MergeSettings(), NOW, is_decided=decided)


def subscription(id_: str, status: Status = Status.SUBSCRIBED, place: Place = SHOP_AT, **more: Any) -> HeldSubscription:
    return HeldSubscription(id_, place, Consent(status), priority=0, categories={}, **more)


def text(value: str) -> Stored:
    return Stored("PLAIN", value)


def instant(at_ms: int) -> Stored:
    return Stored("INSTANT", str(at_ms), at_ms)


def card(number: str, namespace: str = "shop") -> HeldIdentifier:
    return HeldIdentifier(f"idn_{number}", f"EXTERNAL:{namespace}", is_one_person=True, edge={})


def with_fields(side: Side, **properties: Stored) -> Side:
    return replace(side, properties=properties)


def changed(merged: MergePlan) -> dict[str, Any]:
    return {each.name: each.after and each.after.value for each in merged.properties}


def test_by_default_empty_fields_are_filled_and_no_value_is_replaced() -> None:
    survivor = with_fields(EMPTY, firstName=text("Ann"))
    loser = with_fields(OTHER, firstName=text("Anna"), city=text("Rome"), attr_tier=text("gold"))

    assert changed(plan(survivor, loser)) == {"city": "Rome", "attr_tier": "gold"}


def test_a_field_that_was_cleared_later_than_the_other_was_set_stays_cleared() -> None:
    cleared = with_fields(EMPTY, at_city=instant(9))
    set_before, set_after = (with_fields(OTHER, city=text("Rome"), at_city=instant(at)) for at in (8, 10))

    assert changed(plan(cleared, set_before)) == {}
    assert changed(plan(cleared, set_after)) == {"city": "Rome", "at_city": "10"}


def test_each_field_follows_the_rule_that_its_owner_chose() -> None:
    rules = MergeSettings(default=FieldRule.SURVIVOR_WINS, fields={"city": FieldRule.NEWEST_WINS})
    survivor = with_fields(EMPTY, city=text("Bonn"), at_city=instant(1))
    loser = with_fields(OTHER, city=text("Rome"), at_city=instant(2), firstName=text("Anna"))

    assert changed(plan(survivor, loser, rules)) == {"city": "Rome", "at_city": "2"}
    assert changed(plan(replace(loser, id="prf_a"), replace(survivor, id="prf_b"), rules)) == {}


def test_a_newer_clearing_wins_where_the_newest_wins() -> None:
    rules = MergeSettings(default=FieldRule.NEWEST_WINS)
    survivor = with_fields(EMPTY, city=text("Bonn"), at_city=instant(1))
    loser = with_fields(OTHER, at_city=instant(2))

    assert changed(plan(survivor, loser, rules)) == {"city": None, "at_city": "2"}


def test_tracked_fields_come_as_a_whole_from_the_later_event() -> None:
    survivor = with_fields(EMPTY, tracked_city=text("Bonn"), tracked_ip=text("::1"), tracked_lastAt=instant(1))
    loser = with_fields(OTHER, tracked_city=text("Rome"), tracked_lastAt=instant(2))

    assert changed(plan(survivor, loser)) == {"tracked_city": "Rome", "tracked_ip": None, "tracked_lastAt": "2"}
    assert changed(plan(replace(loser, id="prf_a"), replace(survivor, id="prf_b"))) == {}


def test_the_person_was_first_seen_as_the_one_and_last_seen_as_the_other() -> None:
    survivor = with_fields(EMPTY, firstSeenAt=instant(3), lastSeenAt=instant(4))
    loser = with_fields(OTHER, firstSeenAt=instant(1), lastSeenAt=instant(9))

    assert changed(plan(survivor, loser)) == {"firstSeenAt": "1", "lastSeenAt": "9"}


def test_two_cards_of_one_shop_take_evidence_and_two_shops_do_not() -> None:
    ann = replace(EMPTY, identifiers=(card("1"),))
    bob = replace(OTHER, identifiers=(card("2"),))
    both = replace(OTHER, identifiers=(card("1"), card("2")))
    elsewhere = replace(OTHER, identifiers=(card("2", "club"),))

    assert [(each.code, each.field) for each in plan(ann, bob).refusals] == [
        (UserErrorCode.MERGE_REFUSED, ("evidence",))
    ]
    assert plan(ann, bob, decided=True).refusals == ()
    assert plan(ann, both).refusals == plan(ann, elsewhere).refusals == ()


def test_a_person_has_so_many_members_and_no_more() -> None:
    ann = replace(EMPTY, member_ids=("prf_a", "prf_c"))

    assert plan(ann, OTHER, MergeSettings(most_members=3)).refusals == ()
    assert [each.code for each in plan(ann, OTHER, MergeSettings(most_members=2)).refusals] == [
        UserErrorCode.LIMIT_EXCEEDED
    ]


def test_nobody_is_merged_into_themselves() -> None:
    assert [each.code for each in plan(EMPTY, EMPTY).refusals] == [UserErrorCode.MERGE_REFUSED]


def test_a_shared_subscription_stays_once_and_the_losers_others_come_after_the_survivors() -> None:
    home, work, club = (Place("res_shop", Channel.EMAIL, f"idn_{name}") for name in ("home", "work", "club"))
    app = Place("res_shop", Channel.SMS, "idn_phone")
    survivor = replace(
        EMPTY, subscriptions=(subscription("sub_1"), replace(subscription("sub_2", place=home), priority=4))
    )
    loser = replace(
        OTHER,
        subscriptions=(
            subscription("sub_3"),
            replace(subscription("sub_4", place=work), priority=1),
            replace(subscription("sub_5", place=club), priority=2),
            replace(subscription("sub_6", place=app), priority=7),
        ),
    )

    merged = plan(survivor, loser)

    assert [(each.id, each.by) for each in merged.absorbed] == [("sub_3", "sub_1")]
    assert [(each.id, each.priority_after) for each in merged.moved_subscriptions] == [
        ("sub_4", 5), ("sub_5", 6), ("sub_6", 7),
    ]  # fmt: skip
    assert merged.subscriptions_touched == 5
    assert merged.consents == ()


def test_the_wider_consent_is_kept_as_evidence_whichever_side_gave_it() -> None:
    grant = Evidence(4_000, url="https://shop.example")
    yes, no = subscription("sub_1", opt_in=grant), subscription("sub_2", Status.UNSUBSCRIBED)

    for first, second in ((yes, no), (replace(no, id="sub_1"), replace(yes, id="sub_2"))):
        merged = plan(replace(EMPTY, subscriptions=(first,)), replace(OTHER, subscriptions=(second,)))

        (change,) = merged.consents
        assert (change.subscription_id, change.after.status, change.grant) == ("sub_1", Status.UNSUBSCRIBED, grant)


def test_an_opt_out_of_one_side_ends_what_it_covers_of_the_other_unless_newer_evidence_says_yes() -> None:
    opt_out = HeldOptOut("opt_1", "res_shop", None, since_ms=2_000)
    older, newer = (subscription(f"sub_{at}", opt_in=Evidence(at)) for at in (1_999, 2_001))
    invalid = subscription("sub_invalid", Status.INVALID)
    elsewhere = subscription("sub_else", place=Place("res_club", Channel.EMAIL, "idn_ann"))

    def after(held: HeldSubscription) -> list[Status]:
        for sides in (
            (replace(EMPTY, opt_outs=(opt_out,)), replace(OTHER, subscriptions=(held,))),
            (replace(EMPTY, subscriptions=(held,)), replace(OTHER, opt_outs=(opt_out,))),
        ):
            found = [each.after.status for each in plan(*sides).consents]
        return found

    assert after(older) == after(subscription("sub_silent")) == [Status.UNSUBSCRIBED]
    assert after(newer) == after(invalid) == after(elsewhere) == []


def test_opt_outs_move_and_of_two_the_later_stands() -> None:
    def no(id_: str, since: int, channel: Channel | None = None) -> HeldOptOut:
        return HeldOptOut(id_, None if channel else "res_shop", channel, since)

    survivor = replace(EMPTY, opt_outs=(no("opt_1", 5),))
    merged = plan(survivor, replace(OTHER, opt_outs=(no("opt_2", 9), no("opt_3", 1, Channel.SMS))))

    assert merged.moved_opt_outs == ("opt_3",)
    assert [(each.id, each.after) for each in merged.raised_opt_outs] == [("opt_1", No(9))]


def test_of_two_opt_outs_only_what_both_lifted_stays_lifted() -> None:
    def no(id_: str, since: int, *lifted: Channel) -> HeldOptOut:
        return HeldOptOut(id_, "res_shop", None, since, lifted)

    survivor = replace(EMPTY, opt_outs=(no("opt_1", 5, Channel.SMS, Channel.EMAIL),))
    (change,) = plan(survivor, replace(OTHER, opt_outs=(no("opt_2", 5, Channel.EMAIL),))).raised_opt_outs
    same = plan(survivor, replace(OTHER, opt_outs=(no("opt_2", 4, Channel.EMAIL, Channel.SMS, Channel.VIBER),)))

    assert change.before == No(5, (Channel.SMS, Channel.EMAIL))
    assert change.after == No(5, (Channel.EMAIL,))
    assert same.raised_opt_outs == ()


def test_an_opt_out_does_not_end_what_it_was_lifted_for() -> None:
    held = subscription("sub_1", opt_in=Evidence(1))
    for lifted, ended in (((), 1), ((Channel.EMAIL,), 0), ((Channel.SMS,), 1)):
        opt_out = HeldOptOut("opt_1", "res_shop", None, 2_000, lifted)
        sides = replace(EMPTY, opt_outs=(opt_out,)), replace(OTHER, subscriptions=(held,))
        assert len(plan(*sides).consents) == ended


def test_what_was_refused_at_an_address_before_it_was_archived_is_not_forgotten() -> None:
    archived = subscription("sub_old", Status.COMPLAINED, is_archived=True)
    resting = subscription("sub_rest", Status.SUSPENDED, is_archived=True)
    living = replace(EMPTY, subscriptions=(subscription("sub_1"),))

    assert [each.after.status for each in plan(living, replace(OTHER, subscriptions=(archived,))).consents] == [
        Status.COMPLAINED
    ]
    assert plan(living, replace(OTHER, subscriptions=(resting,))).consents == ()


def test_who_left_a_category_has_left_it_and_a_word_counts_more_than_silence() -> None:
    left, joined = Membership("LEFT", 1), Membership("JOINED", 2)
    mine = replace(subscription("sub_1"), categories={"cat_a": joined, "cat_b": left, "cat_c": left})
    theirs = replace(subscription("sub_2"), categories={"cat_a": left, "cat_b": joined, "cat_d": joined})

    merged = plan(replace(EMPTY, subscriptions=(mine,)), replace(OTHER, subscriptions=(theirs,)))

    assert [(each.category_id, each.after) for each in merged.categories] == [("cat_a", left), ("cat_d", joined)]


def test_no_relation_leads_from_a_person_to_themselves_or_stands_twice() -> None:
    def relation(from_id: str, to_id: str, owner: str) -> HeldRelation:
        other = to_id if owner == from_id else from_id
        return HeldRelation(f"rel_{from_id}_{to_id}", f"{from_id}:kin:{to_id}", other, is_outgoing=owner == from_id)

    def side(who: Side, *pairs: tuple[str, str]) -> Side:
        return replace(who, relations=tuple(relation(*pair, who.id) for pair in pairs))

    survivor = side(EMPTY, ("prf_a", "prf_b"), ("prf_b", "prf_a"), ("prf_c", "prf_a"), ("prf_a", "prf_d"))
    loser = side(
        OTHER, ("prf_a", "prf_b"), ("prf_b", "prf_a"), ("prf_c", "prf_b"), ("prf_b", "prf_d"), ("prf_b", "prf_e"),
        ("prf_f", "prf_b"),
    )  # fmt: skip

    merged = plan(survivor, loser)

    assert merged.relations_out == ("rel_prf_b_prf_e",)
    assert merged.relations_in == ("rel_prf_f_prf_b",)
    assert [(each.id, each.from_id) for each in merged.parked_relations] == [
        ("rel_prf_a_prf_b", "prf_a"),
        ("rel_prf_c_prf_b", "prf_c"),
    ]
    assert merged.related_ids == ("prf_c",)


PLACES = [Place(f"res_{r}", Channel.EMAIL, f"idn_{i}") for r in "xy" for i in "12"]


@st.composite
def people(draw: st.DrawFn, name: str) -> Side:
    held = []
    for number, place in enumerate(PLACES):
        if draw(st.booleans()):
            status = draw(st.sampled_from(Status))
            optional = st.none() | st.integers(NOW - 2, NOW + 2)
            consent = Consent(status, draw(optional) if status is Status.SUSPENDED else None, draw(optional))
            said = draw(st.dictionaries(st.sampled_from(["cat_a", "cat_b"]), st.sampled_from(["LEFT", "JOINED"])))
            evidence = draw(st.none() | st.builds(Evidence, st.integers(1, 4)))
            categories = {key: Membership(kind, 1) for key, kind in said.items()}
            held.append(HeldSubscription(f"sub_{name}{number}", place, consent, number, categories, evidence))
    resources = draw(st.sets(st.sampled_from(["res_x", "res_y"])))
    opt_outs = tuple(HeldOptOut(f"opt_{name}{each}", each, None, draw(st.integers(1, 4))) for each in sorted(resources))
    return Side(
        f"prf_{name}",
        1,
        draw(st.sampled_from(Status)),
        (f"prf_{name}",),
        {},
        subscriptions=tuple(held),
        opt_outs=opt_outs,
    )


@given(people("a"), people("b"))
def test_no_side_is_written_to_more_than_before_it_was_merged(survivor: Side, loser: Side) -> None:
    merged = plan(survivor, loser)
    speaking = {each.id: each.by for each in merged.absorbed}
    after = {each.id: each.consent for side in (survivor, loser) for each in side.subscriptions}
    after |= {each.subscription_id: each.after for each in merged.consents}
    said = {(each.subscription_id, each.category_id): each.after.kind for each in merged.categories}

    for side in (survivor, loser):
        assert not widens(side.status, merged.status)
        for held in side.subscriptions:
            spoken = speaking.get(held.id, held.id)
            consent = after[spoken]
            assert not widens(held.consent.status, consent.status)
            assert held.consent.expires_at is None or consent.expires_at is not None
            for category, membership in held.categories.items():
                own = next(each for each in (*survivor.subscriptions, *loser.subscriptions) if each.id == spoken)
                kind = said.get((spoken, category)) or own.categories[category].kind
                assert membership.kind != "LEFT" or kind == "LEFT"
    assert {each.subject for side in (survivor, loser) for each in side.opt_outs} == {
        each.subject
        for each in (*survivor.opt_outs, *(each for each in loser.opt_outs if each.id in merged.moved_opt_outs))
    }


@given(people("a"), people("b"))
def test_who_survives_makes_no_difference_to_the_status_of_any_address(left: Side, right: Side) -> None:
    def statuses(survivor: Side, loser: Side) -> dict[Place, Status]:
        merged = plan(survivor, loser)
        gone = {each.id for each in merged.absorbed}
        after = {each.subscription_id: each.after.status for each in merged.consents}
        living = [each for side in (survivor, loser) for each in side.living if each.id not in gone]
        return {each.place: after.get(each.id, each.consent.status) for each in living}

    assert statuses(left, right) == statuses(right, left)


@given(people("a"), people("b"))
def test_an_undo_log_is_read_back_as_it_was_written(survivor: Side, loser: Side) -> None:
    undo = UndoLog.of(plan(survivor, loser))

    assert UndoLog.from_json(undo.to_json()) == undo
