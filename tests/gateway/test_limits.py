from __future__ import annotations

import pytest
from graphql import get_introspection_query, parse

from gateway.documents import Documents
from gateway.errors import DocumentRefused, ErrorCode
from gateway.limits import MAX_ALIASES, MAX_DEPTH, MAX_ROOT_FIELDS, excess
from gateway.schema.api import SCHEMA


def nested(depth: int) -> str:
    return "{ " + "a { " * (depth - 1) + "b" + " }" * depth


def test_a_document_may_be_twelve_levels_deep_and_not_thirteen() -> None:
    assert excess(parse(nested(MAX_DEPTH))) is None
    assert excess(parse(nested(MAX_DEPTH + 1))) == "The document is 13 levels deep; 12 are allowed."


def test_depth_is_counted_through_fragments() -> None:
    text = "{ a { ...f } } fragment f on T { a { ...g } } fragment g on T " + nested(11)
    assert excess(parse(text)) == "The document is 13 levels deep; 12 are allowed."


def test_fragments_that_name_themselves_end_the_count() -> None:
    assert excess(parse("{ ...f } fragment f on T { a ...g } fragment g on T { b ...f }")) is None


def test_fragments_that_double_at_every_level_are_too_many_fields() -> None:
    fragments = " ".join(f"fragment f{i} on T {{ a {{ ...f{i + 1} }} b {{ ...f{i + 1} }} }}" for i in range(10))
    text = "{ ...f0 } " + fragments + " fragment f10 on T { c }"
    assert excess(parse(text)) == "The document asks for more than 1000 fields."


def test_aliases_and_root_fields_are_limited() -> None:
    aliases = " ".join(f"a{i}: b" for i in range(MAX_ALIASES + 1))
    assert excess(parse("{ c { " + aliases + " } }")) == "The document has 31 aliases; 30 are allowed."
    roots = " ".join(f"a{i}" for i in range(MAX_ROOT_FIELDS + 1))
    assert (
        excess(parse("{ ...f } fragment f on Query { " + roots + " }"))
        == "An operation may have 20 fields at its root."
    )


def test_the_query_of_graphiql_for_the_schema_is_small_enough() -> None:
    text = get_introspection_query(specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True)
    assert SCHEMA.documents.prepare(text).operation(None).name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ " + "id " * 2_000 + "}", ErrorCode.SYNTAX_ERROR),
        ("{ ".join([""] * 500), ErrorCode.SYNTAX_ERROR),
        ("{ viewer { } }", ErrorCode.SYNTAX_ERROR),
        (nested(13), ErrorCode.TOO_LARGE),
        ("{ nothing }", ErrorCode.VALIDATION_FAILED),
        ('{ profile(by: {id: "a", identifier: {type: EMAIL, value: "b"}}) { id } }', ErrorCode.VALIDATION_FAILED),
    ],
)
def test_a_document_is_refused_with_the_code_of_what_is_wrong(text: str, code: ErrorCode) -> None:
    with pytest.raises(DocumentRefused) as caught:
        SCHEMA.documents.prepare(text)
    assert caught.value.code is code


def test_a_valid_document_is_kept_and_a_refused_one_is_not() -> None:
    documents = Documents(SCHEMA.graphql)
    assert documents.prepare("{ __typename }") is documents.prepare("{ __typename }")
    for _ in range(2):
        with pytest.raises(DocumentRefused):
            documents.prepare("{ nothing }")


def test_no_suggestion_tells_names_of_the_schema() -> None:
    with pytest.raises(DocumentRefused) as caught:
        SCHEMA.documents.prepare("{ profil { id } }")
    assert caught.value.errors[0].message == "Cannot query field 'profil' on type 'Query'."
