from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from dispatch.templates.checking import Named, named_in
from dispatch.templates.compiled import LONGEST_EXPRESSION, MOST_EXPRESSIONS, compiled
from dispatch.templates.fault import TemplateFault

SECRET = "Quillfeather"
VALUES: Mapping[str, Any] = {
    "profile": {"firstName": "<Ann & 'co'>", "lastName": SECRET, "city": None, "birthDate": "1990-02-03"},
    "data": {
        "total": "12.50",
        "items": ["a", "b", "c"],
        "rows": [{"name": "Lamp", "n": 2}],
        "lines": "a\nb",
        "no": False,
    },
    "now": "2026-01-31T12:00:00.000Z",
}


def text(source: str, values: Mapping[str, Any] = VALUES) -> str:
    return compiled(source, is_html=False).rendered(values)


def html(source: str) -> str:
    return compiled(source, is_html=True).rendered(VALUES)


def fault(source: str, values: Mapping[str, Any] = VALUES) -> tuple[str, int]:
    with pytest.raises(TemplateFault) as caught:
        text(source, values)
    return caught.value.message, caught.value.line


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Dear {{ profile.firstName }}", "Dear &lt;Ann &amp; &#39;co&#39;&gt;"),
        ("{{ profile.firstName | escape }}", "&lt;Ann &amp; &#x27;co&#x27;&gt;"),
        ("<b>{{ '<i>' }}</b>", "<b>&lt;i&gt;</b>"),
        ("{{ '&lt;' | replace: '&lt;', '<' }}", "&lt;"),
        ("{{ profile.firstName | escape | replace: '&lt;', '<' }}", "&lt;Ann &amp;amp; &amp;#x27;co&amp;#x27;&amp;gt;"),
        (
            "{% capture x %}<b>{{ profile.firstName }}</b>{% endcapture %}{{ x }}",
            "<b>&lt;Ann &amp; &#39;co&#39;&gt;</b>",
        ),
        (
            "{% capture x %}<b>{{ profile.firstName }}</b>{% endcapture %}{{ x | append: '<' }}",
            "&lt;b&gt;&amp;lt;Ann &amp;amp; &amp;#39;co&amp;#39;&amp;gt;&lt;/b&gt;&lt;",
        ),
        ("{{ data.lines | newline_to_br }}", "a<br />\nb"),
        ("{{ profile.firstName | newline_to_br }}", "&lt;Ann &amp; &#x27;co&#x27;&gt;"),
        ("{% assign x = profile.firstName | upcase %}{{ x }}", "&lt;ANN &amp; &#39;CO&#39;&gt;"),
        ("{{ profile.firstName | split: ' ' }}", "&lt;Ann&amp;&#39;co&#39;&gt;"),
        ("{{ profile.firstName | split: ' ' | join: '<' }}", "&lt;Ann&lt;&amp;&lt;&#39;co&#39;&gt;"),
    ],
)
def test_in_html_all_that_is_printed_is_escaped_whatever_was_done_with_it(source: str, shown: str) -> None:
    assert html(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ profile.firstName }}", "<Ann & 'co'>"),
        ("[{{ profile.city }}]", "[]"),
        ("{{ profile.city | default: 'town' }}", "town"),
        ("{{ data.total | plus: 0.1 | times: 3 }}", "37.80"),
        ("{{ data.total | divided_by: 3 | round: 2 }}", "4.17"),
        (
            "{{ 7 | divided_by: 2 }} {{ 7 | modulo: 2 }} {{ 2.5 | round }} {{ 2.1 | ceil }} {{ '-2.1' | floor }}",
            "3 1 3 3 -3",
        ),
        ("{{ 5 | at_most: 3 }} {{ 5 | at_least: 8 }} {{ -4 | abs }} {{ 4 | minus: 6 }}", "3 8 4 -2"),
        (
            "{{ profile.birthDate | date: '%d.%m.%Y' }} {{ now | date: '%H:%M' }} {{ profile.city | date: '%Y' }}",
            "03.02.1990 12:00 ",
        ),
        (
            "{{ data.items | join: ', ' }} {{ data.items.size }} {{ data.items | last }} {{ data.items[1] }}",
            "a, b, c 3 c b",
        ),
        ("{{ data.items | reverse | first }} {{ data.items | concat: data.items | uniq | size }}", "c 3"),
        (
            "{{ data.rows | map: 'name' | join }} {{ data.rows | sum: 'n' }} {{ data.rows | where: 'n', 2 | size }}",
            "Lamp 2 1",
        ),
        ("{% for x in data.items reversed %}{{ forloop.index }}{{ x }}{% endfor %}", "1c2b3a"),
        ("{% for x in (1..3) %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% else %}none{% endfor %}", "1"),
        ("{% case data.total %}{% when '1', '12.50' %}yes{% else %}no{% endcase %}", "yes"),
        ("{% unless data.none %}no{% endunless %}{% if data.none and data.none.deeper %}x{% endif %}", "no"),
        ("{{ data.none | default: 'nothing' }} {{ data.no | default: 'false' }} {{ data.no }}", "nothing false false"),
        ("{{ 'a b  c' | squish | capitalize | truncate: 4, '…' }} {{ 'a b c' | truncatewords: 2 }}", "A b… a b..."),
        (
            "{{ 'a&b c' | url_encode }} {{ ' a ' | strip }} {{ 'aXbX' | replace_first: 'X', '-' | remove: 'X' }}",
            "a%26b+c a a-b",
        ),
        ("{% raw %}{{ this }}{% endraw %}{% comment %}{{ that }}{% endcomment %}{% # and that %}", "{{ this }}"),
        ("{{ data.rows | sort: 'n' | map: 'n' | compact | join }}", "2"),
    ],
)
def test_the_filters_and_tags_do_what_they_do_in_liquid(source: str, shown: str) -> None:
    assert text(source) == shown


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("a\n{{ data.code }}", "`data.code` has no value.", 2),
        ("{{ data.code | upcase }}", "`data.code` has no value.", 1),
        ("{{ 'a' | append: data.code }}", "`data.code` has no value.", 1),
        ("{% for x in data.code %}{% endfor %}", "`data.code` has no value.", 1),
        ("{{ data.items[9] }}", "`data.items.9` has no value.", 1),
        ("{{ data.code.deeper }}", "`data.code.deeper` has no value.", 1),
        ("\n\n{{ profile.lastName | plus: 1 }}", "A filter for numbers was given something else.", 3),
        ("{{ 1 | divided_by: 0 }}", "A number is divided by 0.", 1),
        ("{{ 999999999999 | times: 999999999999 }}", "A number is too large.", 1),
        ("{{ '1e999999' | plus: 1 }}", "A number is too large.", 1),
        ("{{ profile.lastName | date: '%Y' }}", "The filter `date` was given something else than a day or a time.", 1),
        ("{{ profile.lastName | sum }}", "A filter for lists was given something else.", 1),
        ("{{ data.items | map: 'name' }}", "A filter was given a name for items that have none.", 1),
        ("{% if profile.lastName > 1 %}{% endif %}", "Cannot be rendered.", 1),
        ("{{ data.rows }}", "Something that is no text is printed.", 1),
        ("{{ data }}", "Something that is no text is printed.", 1),
        ("{% break %}", "Cannot be rendered.", 1),
    ],
)
def test_what_cannot_be_rendered_says_where_and_quotes_no_value(source: str, message: str, line: int) -> None:
    assert fault(source) == (message, line)
    assert SECRET not in message


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("{{ x", f"A tag must be closed within {LONGEST_EXPRESSION} characters.", 1),
        (
            "a\nb {{ " + "x" * LONGEST_EXPRESSION + " }}",
            f"A tag must be closed within {LONGEST_EXPRESSION} characters.",
            2,
        ),
        ("{{ 1 }}" * (MOST_EXPRESSIONS + 1), "A template may have at most 2,000 tags.", 0),
        ("\n{% if %}", "This is no Liquid that is known here.", 2),
        ("{% include 'other' %}", "This is no Liquid that is known here.", 1),
        ("{% render 'other' %}", "This is no Liquid that is known here.", 1),
        ("{% cycle 'a', 'b' %}", "This is no Liquid that is known here.", 1),
        ("{% liquid\necho 'a'\n%}", "This is no Liquid that is known here.", 1),
        ("{% tablerow x in data.items %}{% endtablerow %}", "This is no Liquid that is known here.", 1),
        ("{{ 'a' | safe }}", "There is no such filter.", 1),
        ("\n{{ 'a' | base64_decode }}", "There is no such filter.", 2),
        ("{{ 'a' | append }}", "The filter takes other arguments.", 1),
        ("{{ 'a' | upcase: 1 }}", "The filter takes other arguments.", 1),
        ("{{ 'a' | default: 'b', allow_false: true }}", "The filter takes other arguments.", 1),
        ("{% if a %}" * 16 + "{% endif %}" * 16, "Blocks stand too deep in each other.", 1),
        ("{% for x in (1..1001) %}{% endfor %}", "A list may have at most 1,000 items.", 1),
        ("{% for x in (1..data.n) %}{% endfor %}", "A range must go from one number to another.", 1),
        ("{{ data[profile.lastName] }}", "A name in brackets must be a text, a number or of `forloop`.", 1),
    ],
)
def test_what_is_no_template_is_found_before_anybody_renders_it(source: str, message: str, line: int) -> None:
    assert fault(source) == (message, line)


BIG = {
    "data": {
        "big": "x" * 90_000,
        "same": "x" * 90_000,
        "s": ["a" * 90 + str(n) for n in range(999)],
        "lt": "<" * 90_000,
    }
}
LOOPS, END = "{% for a in (1..1000) %}{% for b in (1..1000) %}", "{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    "source",
    [
        LOOPS + END,
        LOOPS + "{{ 1 }}" + END,
        LOOPS + "{% if " + " and ".join(["1 == 1"] * 22) + " %}{% endif %}" + END,
        LOOPS + "{% if false %}" + ("{% elsif " + " or ".join(["1==2"] * 30) + " %}") * 20 + "{% endif %}" + END,
        LOOPS + "{% case 1 %}" + ("{% when " + ", ".join(["2"] * 60) + " %}") * 19 + "{% endcase %}" + END,
        LOOPS + "{% if data.big == data.same or data.s contains 'y' %}{% endif %}" + END,
        LOOPS + "{% assign x = data.s | uniq %}" + END,
        "{% assign x = data.s | uniq %}" * MOST_EXPRESSIONS,
        LOOPS + "{% assign x = 1 " + "| plus: 1 " * 25 + "%}" + END,
        LOOPS + "{% assign x = '1.23456' | round: 5 | times: 3.3 | divided_by: 7 %}" + END,
        LOOPS + "{% assign x = '2026-01-01' | date: '" + "%c" * 50 + "' %}" + END,
        LOOPS + "{% capture x %}{{ data.big }}{% endcapture %}" + END,
        "{{ data.lt | escape | size }}" * MOST_EXPRESSIONS,
        "{{ data.lt }}" * MOST_EXPRESSIONS,
        "{% assign x = 'x' %}" + "{% assign x = x | append: x %}" * 60,
        "{% assign x = data.big | replace: 'x', data.big %}",
        "{% assign x = data.s | join: data.big %}",
        "{% assign x = data.big | split: '' %}",
    ],
)
@pytest.mark.parametrize("is_html", [False, True])
def test_no_template_keeps_a_worker_from_its_other_work(source: str, *, is_html: bool) -> None:
    one = compiled(source, is_html=is_html)
    started = time.thread_time()
    with pytest.raises(TemplateFault):
        one.rendered(BIG)
    # Some 100 ms by themselves; the rest is what a busy machine and a debugger's hooks make of it.
    assert time.thread_time() - started < 0.5


def check(source: str) -> Named:
    return named_in(compiled(source, is_html=False))


def test_data_that_has_to_be_given_is_found_and_what_may_be_missing_is_not_asked_for() -> None:
    found = check(
        "{{ data.code }} {{ data.name | default: 'you' }} "
        "{% if data.gift %}{{ data.gift }}{{ data.gift.size }}{% endif %}"
        "{% for x in data.rows %}{{ x.name }} {{ data.each }}{% endfor %}"
        "{% if data.a and data.b %}{{ data.b }}{% endif %}"
        "{% if data.c or data.d %}{{ data.d }}{% endif %}{% assign y = data.z %}{{ y }} {{ data['the code'] }}"
    )

    assert (found.faults, found.attributes) == ([], {})
    assert found.data == {"code", "rows", "each", "c", "d", "z", "the code"}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("\n{{ customer.name }}", "Names a variable that is not known here."),
        ("\n{{ today }}", "Names a variable that is not known here."),
        ("\n{{ profile.email }}", "`profile` has no such field."),
        ("\n{{ profile['first name'] }}", "`profile` has no such field."),
        ("\n{{ profile }}", "Says `profile` without what of it."),
        ("\n{% for x in data %}{% endfor %}", "Says `data` without what of it."),
        ("\n{% assign p = profile %}", "Says `profile` without what of it."),
        ("\n{% if resource.sender %}{% endif %}", "`resource` has no such field."),
        ("\n{% for x in data.items %}{% endfor %}{{ x }}", "Names a variable that is not known here."),
    ],
)
def test_what_nobody_could_fill_in_is_said_with_its_line(source: str, message: str) -> None:
    assert [(each.message, each.line) for each in check(source).faults] == [(message, 2)]


def test_attributes_are_named_with_the_line_where_each_is_first() -> None:
    assert check("{{ attributes.tier }}\n{{ attributes.size }}{{ attributes.tier }}").attributes == {
        "tier": 1,
        "size": 2,
    }
    assert check("{{ now | date: '%Y' }}{{ subscription.leaveUrl }}{{ resource.title }}").faults == []
