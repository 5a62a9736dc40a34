"""What the commands share: the options that several of them take, and how an error of ours ends a command."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from legation.graph.errors import LegationError
from legation.graph.identifiers import DEFAULT_BASE

EXIT_REFUSED = 1

facts_option = click.option(
    "--facts",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of fact files. [default: the bundled facts]",
)
base_option = click.option(
    "--base", metavar="IRI", help=f"Base IRI that entities live under. [default: {DEFAULT_BASE}]"
)
releases_option = click.option(
    "--releases", type=click.Path(path_type=Path, file_okay=False), help="Folder of the releases. [default: ./releases]"
)
unmet_option = click.option(
    "--allow-unmet", is_flag=True, help="Accept rules that meet no node of these facts; they check nothing then."
)
language_option = click.option("--lang", type=click.Choice(["en", "fr"]), default="en", help="Language of the report.")


def reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Errors of ours end the command with one sentence and exit code 1; anything else is a defect and shows itself."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except LegationError as error:
            _end(str(error))
        except BrokenPipeError:  # whoever reads the output has seen enough, as head has
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - what is left unwritten goes nowhere, at exit too
            sys.exit(EXIT_REFUSED)
        except OSError as error:
            _end(f"{error.filename or 'the system'}: {error.strerror}")

    return run


def _end(sentence: str) -> None:
    click.secho(f"error: {sentence}", fg="red", err=True)
    sys.exit(EXIT_REFUSED)


def say(step: str) -> None:
    """Tell, on standard error, what the command is doing."""
    click.secho(f"  {step} …", fg="cyan", err=True)
