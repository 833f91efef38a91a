from __future__ import annotations

import pytest

from gateway.documents import Documents
from gateway.errors import DocumentRefused, ErrorCode
from gateway.schema.api import SCHEMA


def document(number: int, length: int = 0) -> str:
    return f"query q{number} {{ __typename }}".ljust(length, ",")


def kept(documents: Documents, texts: list[str]) -> int:
    """How many of the last ones, without a gap, were not parsed again."""
    prepared = [documents.prepare(text) for text in texts]
    for count, (text, first) in enumerate(zip(reversed(texts), reversed(prepared), strict=True)):
        if documents.prepare(text) is not first:
            return count
    return len(texts)


def test_the_500_documents_that_were_used_last_are_kept() -> None:
    assert kept(Documents(SCHEMA.graphql), [document(number) for number in range(510)]) == 500


@pytest.mark.parametrize(("length", "count"), [(16_384, 256), (16_385, 0)])
def test_long_documents_are_kept_up_to_four_mebibytes_of_text(length: int, count: int) -> None:
    assert kept(Documents(SCHEMA.graphql), [document(number, length) for number in range(count + 10)]) == count


def test_a_hundred_documents_of_an_application_are_parsed_once_however_often_they_are_asked_in_turn() -> None:
    documents = Documents(SCHEMA.graphql)
    for _ in range(3):
        for number in range(100):
            documents.prepare(document(number, 2_500))
    assert (documents.known, documents.parsed) == (200, 100)


def test_a_document_that_is_kept_has_no_places_and_a_refused_one_names_the_place_of_its_error() -> None:
    documents = Documents(SCHEMA.graphql)
    assert documents.prepare(document(1)).node.loc is None
    with pytest.raises(DocumentRefused) as refused:
        documents.prepare("{\n  nothing\n}")
    assert refused.value.code is ErrorCode.VALIDATION_FAILED
    assert [(each.line, each.column) for each in refused.value.errors[0].locations or ()] == [(2, 3)]
    with pytest.raises(DocumentRefused) as unreadable:
        documents.prepare("{\n  id(")
    assert unreadable.value.code is ErrorCode.SYNTAX_ERROR
    assert [(each.line, each.column) for each in unreadable.value.errors[0].locations or ()] == [(2, 6)]
