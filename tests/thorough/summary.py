from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.thorough.progress import Progress

PAGE = Path(__file__).parents[2] / "docs" / "thorough.md"
_PACKAGES = ("graphql-core", "strawberry-graphql", "hypothesis", "neo4j", "orjson")


def write_summary(progress: Progress, neo4j_version: str) -> None:
    runs = sum(each.runs for each in progress.blocks)
    with_data = sum(each.with_data for each in progress.blocks)
    minutes = sum(each.seconds for each in progress.blocks) / 60
    numbers = [each.number for each in progress.blocks]
    versions = [f"Python {platform.python_version()}", f"Neo4j {neo4j_version}"]
    versions += [f"{name} {version(name)}" for name in _PACKAGES]
    errors = "\n".join(f"| `{code}` | {count:,} |" for code, count in sorted(progress.errors.items()))
    PAGE.write_text(
        f"""# Random documents against the oracle

Written by `make thorough` on {datetime.now(UTC):%Y-%m-%d}. Each document is asked twice with the same values, and where
it has variables twice more with others; data must be equal byte for byte, errors as a set of path and code. What is
refused as too dear or too large is not compared: the oracle knows no limits.
`tests/oracle` holds the oracle, the world it answers from, and every difference that was ever found.

| | |
|---|---|
| documents | {progress.documents:,} |
| answers | {runs:,} |
| answers with data | {with_data:,} |
| differences | {progress.differences:,} |
| seeds | {min(numbers)} to {max(numbers)}, one for every {progress.blocks[0].documents} documents |
| minutes | {minutes:.0f} |
| state of the code | `{progress.code}` (sha256 over schema, graph, gateway and oracle) |

Answers with an error, by code:

| code | answers |
|---|---|
{errors}

{", ".join(versions)}.
"""
    )
