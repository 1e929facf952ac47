"""The command `voxdouble generations`: prints the differences between the generations of the interface."""

from collections.abc import Sequence

import click

from voxdouble_fixtures.generations import GENERATIONS, differences


@click.command()
def generations() -> None:
    """Print what differs between the generations e1 to e4 of the imitated interface, as a Markdown table.

    The last column tells whether a client can observe the difference, or only the OpenAPI document has it.
    """
    head = ["difference", *GENERATIONS, "statements", "where"]
    rows = [
        [
            one.subject,
            *(one.values[generation] for generation in GENERATIONS),
            ", ".join(one.statements),
            "responses" if one.observable else "document only",
        ]
        for one in differences()
    ]
    for line in table(head, rows):
        click.echo(line)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table whose columns are aligned."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (head, rule, *rows)
    ]
