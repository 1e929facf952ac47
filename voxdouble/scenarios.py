"""The command `voxdouble scenarios`: lists or prints the bundled scenarios."""

import click

from voxdouble_mock.scenarios.bundled import BUNDLED, load_bundled
from voxdouble_mock.scenarios.text import ScenarioError


@click.command()
@click.argument("name", required=False)
def scenarios(name: str | None) -> None:
    """List the bundled scenarios, or print NAME as YAML, to be copied and changed."""
    if name is None:
        for known in BUNDLED:
            click.echo(f"{known}\t{load_bundled(known).description}")
        return
    try:
        load_bundled(name)
    except ScenarioError as error:
        raise click.UsageError(str(error)) from error
    click.echo(BUNDLED[name], nl=False)
