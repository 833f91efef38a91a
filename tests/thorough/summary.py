from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from tests.thorough.judged import ROOT, Subject
from tests.thorough.outcomes import Outcome, Outcomes
from tests.thorough.progress import Progress
from tests.thorough.suites import suites_of

PAGES: Final[Mapping[Subject, Path]] = {
    Subject.READING: ROOT / "docs" / "thorough.md",
    Subject.PEOPLE: ROOT / "docs" / "thorough-people.md",
}
_PACKAGES = ("graphql-core", "strawberry-graphql", "hypothesis", "neo4j", "orjson")
# Beyond this what tests say of themselves is counted and not listed.
_MOST_SAID = 12


def write_reading(progress: Progress, outcomes: Outcomes) -> None:
    what = "schema, graph, gateway, oracle and the tests of reading"
    _write(outcomes, what, f"Neo4j {progress.neo4j}", [_documents(progress)])


def write_people(outcomes: Outcomes) -> None:
    _write(outcomes, "graph and the histories", "", [])


def _write(outcomes: Outcomes, what: str, server: str, sections: list[str]) -> None:
    versions = [f"Python {platform.python_version()}", *([server] if server else [])]
    versions += [f"{name} {version(name)}" for name in _PACKAGES]
    told = [
        f"""Written by `make thorough` on {datetime.now(UTC):%Y-%m-%d}, for the state of the code `{outcomes.code}`
(sha256 over {what}). {", ".join(versions)}.""",
        *sections,
        *(_suite(each.title, each.file, outcomes.of(each.file)) for each in suites_of(outcomes.subject)),
    ]
    PAGES[outcomes.subject].write_text("\n\n".join(["# The full counts", *told]) + "\n")


def _documents(progress: Progress) -> str:
    runs = sum(each.runs for each in progress.blocks)
    with_data = sum(each.with_data for each in progress.blocks)
    refused, again = (sum(getattr(each, name) for each in progress.blocks) for name in ("refused", "asked_again"))
    minutes = sum(each.seconds for each in progress.blocks) / 60
    numbers = [each.number for each in progress.blocks]
    errors = "\n".join(f"| `{code}` | {count:,} |" for code, count in sorted(progress.errors.items()))
    return f"""## Random documents against the oracle

Each document is asked twice with the same values, and where it has variables twice more with others; data must be equal
byte for byte, errors as a set of path and code. What is refused as too dear or too large is not compared, as the oracle
knows no limits; a sample of it is asked again without them, and compared then. `tests/oracle` holds the oracle, the
world it answers from, and every difference that was ever found.

| | |
|---|---|
| documents | {progress.documents:,} |
| answers | {runs:,} |
| answers with data | {with_data:,} |
| refused as too dear or too large | {refused:,} ({refused / runs:.1%}) |
| of them asked again without these limits | {again:,} |
| differences | {progress.differences:,} |
| seeds | {min(numbers)} to {max(numbers)}, one for every {progress.blocks[0].documents} documents |
| minutes | {minutes:.0f} |

Answers with an error, by code:

| code | answers |
|---|---|
{errors}"""


def _suite(title: str, file: str, tests: dict[str, Outcome]) -> str:
    passed = sum(each.passed for each in tests.values())
    minutes = sum(each.seconds for each in tests.values()) / 60
    lines = [f"## {title}", "", f"`{file}`: {passed:,} of {len(tests):,} tests passed, {minutes:.0f} minutes."]
    said = list(_said(tests))
    if said:
        more = len(said) - _MOST_SAID
        lines += ["", *(f"- {each}" for each in said[:_MOST_SAID]), *([f"- and {more} more"] if more > 0 else [])]
    return "\n".join(lines)


def _said(tests: dict[str, Outcome]) -> Iterator[str]:
    for each in tests.values():
        yield from each.said
