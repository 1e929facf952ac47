"""The command `voxdouble openapi`: prints the OpenAPI document of the imitated API."""

import json

import click

from voxdouble_fixtures.generations import GENERATIONS, NEWEST, publish
from voxdouble_mock.scenarios.contract_files import read_yaml


@click.command()
@click.option(
    "--generation",
    type=click.Choice(GENERATIONS),
    default=NEWEST,
    show_default=True,
    help="Generation of the interface that is described.",
)
def openapi(generation: str) -> None:
    """Print the OpenAPI 3.1 document of the imitated API as JSON, for generators of clients and documents."""
    document = publish(read_yaml(f"openapi-{NEWEST}.yaml"), generation)
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
