from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from gateway.garbage import keep_what_is_loaded
from gateway.imports.people_import import PeopleOptions, PeopleSummary, import_people
from gateway.imports.people_list import ListForm
from gateway.imports.people_rejects import write_people_rejects
from gateway.imports.progress import line_progress
from gateway.settings import GatewaySettings, KeyUse
from gateway.stack.running import environment
from graph.connection import Graph
from graph.importing.row import ImportTerms
from graph.migrations import require_current_schema
from graph.settings import GraphSettings
from graph.vocabulary import ImportFormat

# Who the ledger says it was.
_ACTOR = "command line"

_Command = Callable[..., Any]


def _options(command: _Command) -> _Command:
    """What both kinds of list take."""
    for option in (
        click.argument("file", type=click.Path(path_type=Path)),
        click.option(
            "--skip-invalid-subscriptions",
            is_flag=True,
            help="Keep a row without its subscriptions that cannot be; otherwise it is refused.",
        ),
        click.option("--is-test", is_flag=True, help="Mark new profiles so that reports leave them out."),
        click.option(
            "--source", default="import", show_default=True, help="Where links and consents say they are from."
        ),
        click.option(
            "--rejects",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Where refused rows go; otherwise beside FILE with .rejects in its name, if there are any.",
        ),
    ):
        command = option(command)
    return command


@click.command(name="csv")
@_options
@click.option(
    "--map",
    "assigned",
    multiple=True,
    metavar="COLUMN=TARGET",
    help="What a column means, like Mail=email, Id=external:crm, Points=attribute:points, "
    "State=subscription:news:EMAIL:status; Notes=- leaves it out.",
)
@click.option(
    "--resource", help="The resource of subscription columns that name none, as in subscription::EMAIL:status."
)
def people_csv(file: Path, assigned: Sequence[str], resource: str | None, rejects: Path | None, **terms: Any) -> None:
    """Import FILE (.csv or .csv.gz), a list of people whose first line names the columns.

    Columns with usual names are understood; any other must be mapped. Statuses are words or the numbers 0 to 6. A
    second run changes nothing, and a run that was stopped is completed by running it again. Refused rows go to the
    rejects file, which can be mended and imported.
    """
    _import(file, ListForm(ImportFormat.CSV, [_assignment(each) for each in assigned], resource), rejects, **terms)


@click.command(name="jsonl")
@_options
def people_jsonl(file: Path, rejects: Path | None, **terms: Any) -> None:
    """Import FILE (.jsonl or .jsonl.gz), a row of the mutation importProfiles as JSON on each line.

    Lines that begin with # are comments. A second run changes nothing, and a run that was stopped is completed by
    running it again. Refused rows go to the rejects file, which can be mended and imported.
    """
    _import(file, ListForm(ImportFormat.JSONL), rejects, **terms)


def _assignment(text: str) -> tuple[str, str]:
    column, equals, target = text.rpartition("=")
    if not equals or not column.strip() or not target.strip():
        raise click.BadParameter(f"{text!r} is not COLUMN=TARGET", param_hint="--map")
    return column.strip(), target.strip()


def _import(
    file: Path, form: ListForm, rejects: Path | None, *, source: str, is_test: bool, skip_invalid_subscriptions: bool
) -> None:
    given = environment()
    terms = ImportTerms(
        actor=_ACTOR,
        source=source,
        skip_invalid_subscriptions=skip_invalid_subscriptions,
        # Without the gateway's secret nobody could tell who asked to be forgotten.
        erased_key=GatewaySettings.from_environment(given).key_for(KeyUse.ERASED_ADDRESSES),
    )
    settings = GraphSettings.from_environment(given)
    keep_what_is_loaded()
    summary = asyncio.run(_run(settings, file, PeopleOptions(form, terms, is_test)))
    place = rejects or file.with_name(f"{file.name}.rejects.{form.format.lower()}")
    # A file of an earlier run is written over even with nothing, or it would tell of rows that are mended by now.
    is_written = bool(summary.rejects or rejects or place.exists())
    if is_written:
        write_people_rejects(place, summary.rejects, file, form.format)
    for line in summary.text():
        click.echo(line)
    if is_written:
        click.echo(f"rejects    {place}")
    if summary.rejects and not summary.kept:
        raise click.ClickException("every row was refused")


async def _run(settings: GraphSettings, file: Path, options: PeopleOptions) -> PeopleSummary:
    graph = Graph.open(settings)
    try:
        await require_current_schema(graph)
        with line_progress("lines") as on_lines:
            return await import_people(graph, file, options, on_lines)
    finally:
        await graph.close()
