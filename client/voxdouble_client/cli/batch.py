"""One run of `extract --resume`: a batch whose output grows line by line, with progress on stderr."""

from __future__ import annotations

from collections.abc import Iterator

import click

from voxdouble_client._technologies.voiceprint_extraction import Outcome
from voxdouble_client.cli.outputs import MissingVectors
from voxdouble_client.cli.progress_bar import Progress
from voxdouble_client.cli.run import SUCCESS, USAGE, exit_code, option_hint
from voxdouble_client.cli.signals import interrupt_code


def run_batch(outcomes: Iterator[Outcome], count: int, *, vectors: bool) -> int:
    """Draw all outcomes, print their errors, and return the exit code; `vectors` is True if vectors were requested."""
    codes: set[int] = set()
    done = 0
    missing_vectors = MissingVectors(requested=vectors)
    try:
        with Progress(count) as progress:
            for outcome in outcomes:
                progress.finish_one(earlier=outcome.earlier)
                if outcome.error is None:
                    done += 1
                    missing_vectors.check(outcome.result)
                else:
                    codes.add(exit_code(outcome.error))
                    click.echo(f"{outcome.file!s}: {_text(outcome.error)}", err=True)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        click.echo(f"The output cannot be written: {error.strerror or error}.", err=True)
        return USAGE
    except KeyboardInterrupt as interrupt:
        click.echo("Interrupted. The same command goes on from here.", err=True)
        raise click.exceptions.Exit(interrupt_code(interrupt)) from None
    click.echo(f"{done} of {count} recordings are done.", err=True)
    return min(codes, default=SUCCESS)


def _text(error: Exception) -> str:
    text = error.args[0] if error.args and isinstance(error.args[0], str) else str(error)
    return text + option_hint(error)
