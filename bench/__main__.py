from __future__ import annotations

import click

from bench.dispatch.command import dispatch
from bench.foundation import foundation
from bench.merging.command import merging
from bench.profiles.command import profiles
from bench.reading.command import reading
from bench.reading.port import port
from bench.scale.command import scale


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Measure; without a command all but `scale`, which takes a quarter of an hour, `merging` and `dispatch`."""
    if context.invoked_subcommand is None:
        context.invoke(foundation)
        context.invoke(profiles)
        context.invoke(reading)
        context.invoke(port)


main.add_command(foundation)
main.add_command(reading)
main.add_command(port)
main.add_command(profiles)
main.add_command(scale)
main.add_command(merging)
main.add_command(dispatch)

if __name__ == "__main__":
    main()
