"""Templates of anything that the language has words for, and of what it has none for."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.templates.checking import named_in
from dispatch.templates.compiled import compiled
from dispatch.templates.fault import TemplateFault
from dispatch.templates.language import ALL_FILTERS

# It stands in no template, so that wherever it is printed it came from a value.
MARK = "<mark>"
_WORDS = st.sampled_from(
    ["data.a", "data.b", "data.list", "profile.firstName", "x", "y", "forloop.index", "1", "2.5", "-3", "'a'", "''",
     "'<'", "'&lt;'", "true", "nil", "empty", "blank", "(1..5)", "data.rows", "data.none", "999999999999", "data['a']"]
)  # fmt: skip
_FILTERS = st.sampled_from(sorted(ALL_FILTERS))
_EXPRESSIONS = st.builds(
    lambda first, filters: (
        first + "".join(f" | {name}{': ' + ', '.join(args) if args else ''}" for name, args in filters)
    ),
    _WORDS,
    st.lists(st.tuples(_FILTERS, st.lists(_WORDS, max_size=2)), max_size=4),
)
_CONDITIONS = st.builds(
    "{} {} {}".format, _WORDS, st.sampled_from(["==", "!=", "<", ">=", "contains", "and", "or"]), _WORDS
)


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% elsif {} %}}{}{{% endif %}}".format, _CONDITIONS, inner, _WORDS, inner),
        st.builds("{{% unless {} %}}{}{{% else %}}{}{{% endunless %}}".format, _CONDITIONS, inner, inner),
        st.builds("{{% for x in {} %}}{}{{% endfor %}}".format, _WORDS, inner),
        st.builds("{{% for y in {} limit: {} offset: {} %}}{}{{% endfor %}}".format, _WORDS, _WORDS, _WORDS, inner),
        st.builds("{{% capture y %}}{}{{% endcapture %}}".format, inner),
        st.builds("{{% case {} %}}{{% when {}, {} %}}{}{{% endcase %}}".format, _WORDS, _WORDS, _WORDS, inner),
        st.lists(inner, max_size=4).map("".join),
    )


TEMPLATES = st.recursive(
    st.one_of(
        _EXPRESSIONS.map("{{{{ {} }}}}".format),
        _EXPRESSIONS.map("{{% assign x = {} %}}".format),
        st.sampled_from(["text", " ", "{% break %}", "{% continue %}", "{{ x }}", "{{ y }}"]),
    ),
    _blocks,
    max_leaves=12,
)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.just(MARK),
    st.text(max_size=20).map(lambda each: MARK + each),
)
CONTEXTS = st.fixed_dictionaries(
    {
        "data": st.fixed_dictionaries(
            {
                "a": _VALUES,
                "b": _VALUES,
                "list": st.lists(_VALUES, max_size=4),
                "rows": st.lists(st.fixed_dictionaries({"a": _VALUES}), max_size=3),
            }
        ),
        "profile": st.fixed_dictionaries({"firstName": _VALUES}),
    }
)


def outcome(source: str, context: dict[str, Any], *, is_html: bool) -> str | TemplateFault:
    started = time.thread_time()
    try:
        one = compiled(source, is_html=is_html)
        named_in(one)
        return one.rendered(context)
    except TemplateFault as fault:
        return fault
    finally:
        assert time.thread_time() - started < 1.0


@given(TEMPLATES, CONTEXTS)
@example("{{ data.a | split: '' | sort }}", {"data": {"a": MARK, "b": 1, "list": [], "rows": []}, "profile": {}})
def test_html_never_holds_an_unescaped_bracket_and_no_fault_says_a_value(source: str, context: dict[str, Any]) -> None:
    found = outcome(source, context, is_html=True)

    if isinstance(found, TemplateFault):
        assert MARK not in str(found)
    else:
        # The one tag that a filter makes by itself.
        assert "<" not in found.replace("<br />", "")


@given(TEMPLATES, CONTEXTS)
def test_no_template_does_anything_but_print_or_say_what_is_wrong(source: str, context: dict[str, Any]) -> None:
    found = outcome(source, context, is_html=False)

    assert isinstance(found, str | TemplateFault)
    # The same again is the same.
    assert str(outcome(source, context, is_html=False)) == str(found)


_PIECES = """{{ }} {% %} if for x | ' " [ ] . .. ( ) raw endraw comment # - < assign =""".split()


@given(st.lists(st.sampled_from([*_PIECES, " ", "\n"]), max_size=40).map("".join))
def test_no_rubbish_is_more_than_no_template(source: str) -> None:
    outcome(source, {"data": {}, "profile": {}}, is_html=False)


@given(st.text(max_size=200))
def test_no_text_is_more_than_no_template(source: str) -> None:
    outcome(source, {"data": {}, "profile": {}}, is_html=True)
