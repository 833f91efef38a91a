"""What somebody did, in templates: what of it may be named, and how it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.templates.checking import Named, named_in
from dispatch.templates.compiled import compiled
from dispatch.templates.fault import TemplateFault
from graph.templates.facts import values
from graph.templates.known import Past
from graph.vocabulary import Channel

MUG = {"source": "shop", "sku": "mug", "name": "<Mug>", "productCategory": None}
ROW: dict[str, Any] = {
    "profile": {"createdAt": 0},
    "attributes": [],
    "resource": {},
    "data": None,
    "viewedProducts": [{**MUG, "viewedAt": 86_400_000}, {**MUG, "sku": "lamp", "name": None, "viewedAt": 0}],
    "lastPurchase": {
        "source": "shop",
        "externalId": "536365",
        "purchaseStatus": "PAID",
        "placedAt": 86_400_000,
        "currency": "GBP",
        "total": 25_440_000,
        "delivery": 0,
        "discount": 1_005_000,
        "lines": [
            {**MUG, "position": 1, "quantity": 6, "unitPrice": 3_390_000, "total": 20_340_000, "lineStatus": "NEW"},
            {**MUG, "position": 2, "quantity": 1, "unitPrice": 5_100_000, "total": 5_100_000, "lineStatus": "NEW"},
        ],
    },
}
NOTHING = {**ROW, "viewedProducts": [], "lastPurchase": None}


def check(source: str) -> Named:
    return named_in(compiled(source, is_html=False))


def shown(source: str, row: dict[str, Any], *, is_html: bool = False) -> str:
    return compiled(source, is_html=is_html).rendered(values(row, Channel.EMAIL, None, 0))


LETTER = """{% for product in viewedProducts limit: 3 %}<i>{{ product.name | default: product.sku }}</i>\
{{ product.viewedAt | date: '%d' }}{% else %}none{% endfor %}{{ viewedProducts.size }}\
{% if lastPurchase %}{{ lastPurchase.externalId }} {{ lastPurchase.placedAt | date: '%Y' }}\
{% for line in lastPurchase.lines %} {{ line.quantity }}x{{ line.total | money: lastPurchase.currency }}{% endfor %}\
 {{ lastPurchase.discount | money: lastPurchase.currency }}{% endif %}"""


def test_what_somebody_viewed_and_bought_is_shown_and_escaped_and_who_did_neither_gets_the_rest() -> None:
    found = check(LETTER)
    assert (found.faults, found.past) == ([], {Past.VIEWED_PRODUCTS, Past.LAST_PURCHASE})
    html = shown(LETTER, ROW, is_html=True)
    assert html == "<i>&lt;Mug&gt;</i>02<i>lamp</i>012536365 1970 6x20.34 1x5.10 1.01"
    assert shown(LETTER, NOTHING) == "none0"


def test_only_what_a_template_names_is_looked_up() -> None:
    assert check("{{ profile.city }}{{ profile.locale }}").past == set()
    assert check("{% for p in viewedProducts %}{% endfor %}").past == {Past.VIEWED_PRODUCTS}
    assert check("{{ lastPurchase.total | default: 0 }}").past == {Past.LAST_PURCHASE}
    assert check("{% assign lastPurchase = 1 %}{{ lastPurchase }}").past == set()


_NOT_EVERYBODY = "Not everybody has bought something: ask for it by `if lastPurchase`, or give a `default`."
_FOR = "The items of `{}` are come by with `for` or a filter."


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ lastPurchase.total }}", _NOT_EVERYBODY),
        ("{% for x in lastPurchase.lines %}{% endfor %}", _NOT_EVERYBODY),
        ("{% assign p = lastPurchase %}", _NOT_EVERYBODY),
        ("{% if lastPurchase.total > 5 %}{% endif %}", _NOT_EVERYBODY),
        ("{% if lastPurchase %}{{ lastPurchase.totl }}{% endif %}", "`lastPurchase` has no such field."),
        ("{% if lastPurchase %}{{ lastPurchase.total.amount }}{% endif %}", "`lastPurchase` has no such field."),
        ("{% if lastPurchase %}{{ lastPurchase.lines[0].sku }}{% endif %}", _FOR.format("lastPurchase")),
        ("{{ viewedProducts[0].name }}", _FOR.format("viewedProducts")),
        ("{{ viewedProducts.first.name }}", _FOR.format("viewedProducts")),
        ("{{ viewedProducts.sku }}", _FOR.format("viewedProducts")),
        ("{% for p in viewedProducts %}{{ p.title }}{% endfor %}", "`p` has no such field."),
        ("{% for p in viewedProducts %}{% if p.title == 'x' %}{% endif %}{% endfor %}", "`p` has no such field."),
        ("{% for p in viewedProducts %}{{ 'a' | append: p.title }}{% endfor %}", "`p` has no such field."),
        (
            "{% if lastPurchase %}{% for p in lastPurchase.lines %}{{ p.price }}{% endfor %}{% endif %}",
            "`p` has no such field.",
        ),
        ("{{ lastPurchases }}", "Names a variable that is not known here."),
    ],
)
def test_what_nobody_could_count_on_is_said_when_it_is_saved(source: str, message: str) -> None:
    assert [(each.message, each.line) for each in check(f"\n{source}").faults] == [(message, 2)]


@pytest.mark.parametrize(
    "source",
    [
        "{% for p in data.rows %}{{ p.title }}{% endfor %}",
        "{% for p in viewedProducts %}{% for p in data.rows %}{{ p.title }}{% endfor %}{{ p.sku }}{% endfor %}",
        "{% assign viewedProducts = data.rows %}{% for p in viewedProducts %}{{ p.title }}{% endfor %}",
        "{% for p in viewedProducts %}{% for q in p.sku %}{{ q.title }}{% endfor %}{% endfor %}",
        "{% unless lastPurchase %}none{% endunless %}{{ viewedProducts | map: 'sku' | join }}",
    ],
)
def test_a_name_of_the_templates_own_has_whatever_fields_its_author_says(source: str) -> None:
    assert check(source).faults == []


@pytest.mark.parametrize(
    ("micros", "currency", "text"),
    [
        (12_500_000, "EUR", "12.50"),
        (5_000, "EUR", "0.01"),
        (-4_999, "EUR", "0.00"),
        (-5_000, "EUR", "-0.01"),
        (1_500_000, "JPY", "2"),
        (1_234_500, "KWD", "1.235"),
        (2**63 - 1, "USD", "9223372036854.78"),
    ],
)
def test_money_is_shown_as_exactly_as_its_currency_is(micros: int, currency: str, text: str) -> None:
    values = {"data": {"n": micros, "c": currency}}
    assert compiled("{{ data.n | money: data.c }}", is_html=False).rendered(values) == text


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ '12.50' | money: 'EUR' }}", "The filter `money` was given something else than an amount in millionths."),
        ("{{ true | money: 'EUR' }}", "The filter `money` was given something else than an amount in millionths."),
        ("{{ nil | money: 'EUR' }}", "The filter `money` was given something else than an amount in millionths."),
        ("{{ 1 | money: 'XYZ' }}", "The filter `money` was given something else than a currency."),
        ("{{ 1 | money: 2 }}", "The filter `money` was given something else than a currency."),
        ("{{ 1 | money }}", "The filter takes other arguments."),
    ],
)
def test_what_is_no_money_is_shown_as_none(source: str, message: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        compiled(source, is_html=False).rendered({})
    assert caught.value.message == message
