from __future__ import annotations

import json
import os

import click

from gateway.stack.data_folder import DataFolder
from gateway.stack.letters import Letter, letter, letters

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


@click.group(invoke_without_command=True, short_help="List or show the letters that the local mailbox received.")
@_AS_JSON
@click.pass_context
def mailbox(context: click.Context, *, as_json: bool) -> None:
    """List the letters that the local mailbox received, newest first; `show` prints one."""
    if context.invoked_subcommand is not None:
        return
    found = letters(_folder().mailbox)
    if as_json:
        click.echo(json.dumps([_record(one) for one in found], ensure_ascii=False, indent=2))
    elif not found:
        click.echo("no letters yet")
    for place, one in enumerate([] if as_json else found, start=1):
        click.echo(f"{place:>4}  {one.received_at:%Y-%m-%d %H:%M:%S}Z  {_plain(_to(one)):<32}  {_plain(one.subject)}")


@mailbox.command(short_help="Print one letter.")
@click.argument("which", metavar="N|NAME")
@_AS_JSON
def show(which: str, *, as_json: bool) -> None:
    """Print one letter: by its place in the list, 1 being the newest, or by its name."""
    one = letter(_folder().mailbox, which)
    if one is None:
        raise click.ClickException(f"there is no letter {which!r}; `customer-graph mailbox` lists them")
    if as_json:
        click.echo(json.dumps({**_record(one), "text": one.text, "html": one.html}, ensure_ascii=False, indent=2))
        return
    for name, value in (("From", one.sender), ("To", _to(one)), ("Time", f"{one.received_at:%Y-%m-%d %H:%M:%S}Z")):
        click.echo(f"{name}: {_plain(value)}")
    click.echo(f"Subject: {_plain(one.subject)}\n")
    for line in (one.text or one.html).splitlines():
        click.echo(_plain(line))


def _folder() -> DataFolder:
    return DataFolder.from_environment(os.environ)


def _record(one: Letter) -> dict[str, object]:
    return {
        "name": one.name,
        "receivedAt": one.received_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "from": one.sender,
        "to": list(one.recipients),
        "subject": one.subject,
    }


def _to(one: Letter) -> str:
    return ", ".join(one.recipients)


def _plain(text: str) -> str:
    # A letter may come from anywhere; it must not move the cursor of the terminal that shows it.
    return "".join(sign if sign.isprintable() else " " for sign in text)
