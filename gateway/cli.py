from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

_PROGRAM = "customer-graph"
# Set to anything, it shows where an unexpected error came from.
_DEBUG_VARIABLE = "CUSTOMER_GRAPH_DEBUG"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A command by name, so that `--help` needs to import none of them."""

    module: str
    summary: str
    attribute: str


def _entry(name: str, summary: str) -> _Entry:
    # `import` is a word of the language, so its module and function carry an underscore.
    attribute = "import_" if name == "import" else name.replace("-", "_")
    return _Entry(f"gateway.commands.{attribute}", summary, attribute)


_COMMANDS = {
    name: _entry(name, summary)
    for name, summary in (
        ("up", "Start everything on this machine and keep it running."),
        ("demo", "Fill the graph with the sample shop."),
        ("import", "Import a file of people or purchases into the graph."),
        ("export", "Write everything that is known of one person as JSON."),
        ("mailbox", "List or show the letters that the local mailbox received."),
        ("key", "Make another API key and print it, this once."),
        ("webhook-secret", "Print the secret that the receiver at a URL verifies with."),
        ("bounce", "Read a mail that tells how a letter fared."),
        ("doctor", "Check each part and say what is wrong and what to do."),
        ("schema", "Print the GraphQL schema."),
        ("migrate", "Bring the graph's constraints and indexes up to date."),
        ("serve", "Run the gateway alone, against GRAPH_URI and REDIS_URL."),
        ("worker", "Run the workers alone, against GRAPH_URI and REDIS_URL."),
    )
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        entry = _COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(importlib.import_module(entry.module), entry.attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in _COMMANDS.items()])


@click.group(cls=_LazyGroup, name=_PROGRAM, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=_PROGRAM, prog_name=_PROGRAM)
def customer_graph() -> None:
    """One graph of every customer, asked through GraphQL."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command and leaves the process; an error becomes one line on stderr and a status that is not 0."""
    try:
        customer_graph(args=arguments, prog_name=_PROGRAM)
    except Exception as error:
        if _DEBUG_VARIABLE in os.environ:
            raise
        click.echo(f"{_PROGRAM}: {_sentence(error)}", err=True)
        sys.exit(1)


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split())
    ours = any(base.__module__.partition(".")[0] in {"gateway", "dispatch", "graph"} for base in type(error).__mro__)
    # Settings refuse a variable with ValueError, and the file system's own words are plain enough.
    if text and (ours or isinstance(error, ValueError | OSError)):
        return text
    return f"unexpected {type(error).__name__}: {text or 'no words with it'} ({_DEBUG_VARIABLE}=1 shows where)"


if __name__ == "__main__":
    main()
