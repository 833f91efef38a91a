from __future__ import annotations

from dataclasses import dataclass
from random import Random

from gateway.demo.chance import chance
from gateway.demo.consent import SHARED_STATUSES, drawn_status, synthetic_subscription
from gateway.demo.customer import Customer
from gateway.demo.language import plain
from gateway.demo.place import place_of
from gateway.imports.history import customer_identifier
from graph.bulk.contact import SyntheticContact
from graph.bulk.subscription import SyntheticSubscription
from graph.identifiers import IdentifierValue, identifier
from graph.vocabulary import IdentifierType, Sex, SubscriptionStatus

# The customer whom the pages of documentation show.
SHOWN_CUSTOMER = "17850"

# All under domains that are reserved for examples (RFC 2606): no letter of the demo can reach anybody.
_HOME_DOMAINS = ("example.com", "example.net", "example.org", "mail.example")
_WORK_DOMAIN = "office.example"
_FAMILY_DOMAIN = "family.example"


@dataclass(frozen=True, slots=True)
class Family:
    """Two customers who share a name and an address; the first of them is who it is called after."""

    last_name: str
    address: IdentifierValue


def family_of(first: Customer) -> Family:
    random = chance("family", first.number)
    last_name = random.choice(place_of(first.country).language.last)
    return Family(last_name, email(f"the.{plain(last_name)}s.{first.number}@{_FAMILY_DOMAIN}"))


def email(address: str) -> IdentifierValue:
    return identifier(IdentifierType.EMAIL, "", address)


def synthetic_contact(customer: Customer, family: Family | None, until_ms: int) -> SyntheticContact:
    """A made-up person for a customer: of a hundred ten without address, five with one and no subscription."""
    if customer.number == SHOWN_CUSTOMER:
        return _shown(customer, until_ms)
    random = chance("contact", customer.number)
    place = place_of(customer.country)
    sex = random.choice((Sex.FEMALE, Sex.MALE))
    first_name = random.choice(place.language.female if sex is Sex.FEMALE else place.language.male)
    last_name = family.last_name if family else random.choice(place.language.last)
    own = _own_addresses(random, first_name, last_name, customer.number)
    subscriptions = _subscriptions(random, own, customer.since_ms, until_ms)
    if family:
        subscriptions += (_shared(random, family, customer.since_ms, until_ms, priority=len(subscriptions)),)
    return SyntheticContact(
        person=customer_identifier(customer.number),
        first_name=first_name,
        last_name=last_name,
        sex=sex,
        birth_date=f"{random.randint(1935, 1991)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
        locale=place.locale,
        timezone=place.timezone,
        city=random.choice(place.cities) if place.cities else None,
        since_ms=customer.since_ms,
        addresses=(*own, family.address) if family else own,
        subscriptions=subscriptions,
    )


def _own_addresses(random: Random, first_name: str, last_name: str, number: str) -> tuple[IdentifierValue, ...]:
    home = email(f"{plain(first_name)}.{plain(last_name)}.{number}@{random.choice(_HOME_DOMAINS)}")
    work = email(f"{plain(first_name)[:1]}{plain(last_name)}{number}@{_WORK_DOMAIN}")
    many = random.choices((0, 1, 2), (10, 72, 18))[0]
    return (home, work)[:many]


def _subscriptions(
    random: Random, addresses: tuple[IdentifierValue, ...], since_ms: int, until_ms: int
) -> tuple[SyntheticSubscription, ...]:
    if random.random() < 0.05:  # noqa: PLR2004  # The share that `synthetic_contact` promises.
        return ()
    return tuple(
        synthetic_subscription(random, address, drawn_status(random), since_ms, until_ms, priority)
        for priority, address in enumerate(addresses)
    )


def _shared(random: Random, family: Family, since_ms: int, until_ms: int, priority: int) -> SyntheticSubscription:
    status = drawn_status(random, SHARED_STATUSES)
    return synthetic_subscription(random, family.address, status, since_ms, until_ms, priority)


def _shown(customer: Customer, until_ms: int) -> SyntheticContact:
    addresses = (email("emma.hughes@example.com"), email("emma@hughes.example"))
    random = chance("contact", customer.number)
    return SyntheticContact(
        person=customer_identifier(customer.number),
        first_name="Emma",
        last_name="Hughes",
        sex=Sex.FEMALE,
        birth_date="1979-05-14",
        locale="en-GB",
        timezone="Europe/London",
        city="Bristol",
        since_ms=customer.since_ms,
        addresses=addresses,
        subscriptions=tuple(
            synthetic_subscription(
                random, address, SubscriptionStatus.SUBSCRIBED, customer.since_ms, until_ms, priority
            )
            for priority, address in enumerate(addresses)
        ),
    )
