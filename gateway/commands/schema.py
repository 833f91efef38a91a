from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway.schema.api import SCHEMA
from gateway.schema.printing import printed


@click.command
@click.option(
    "--check",
    is_flag=True,
    help="Print nothing; fail where the file is not what would be printed.",
)
@click.option(
    "--file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("schema.graphql"),
    show_default=True,
    help="The file that --check compares with.",
)
def schema(*, check: bool, path: Path) -> None:
    """Print the GraphQL schema."""
    text = printed(SCHEMA)
    if not check:
        click.echo(text, nl=False)
    elif not path.is_file() or path.read_text(encoding="utf-8") != text:
        click.echo(f"{path} is not the schema of the code: run `customer-graph schema > {path}`", err=True)
        sys.exit(1)
