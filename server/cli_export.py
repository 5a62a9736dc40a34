"""The command `legation export`: the whole site as files that nginx answers from."""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

import click

from legation.graph.release import find_release

from .cli_options import releases_option, reports_errors, say
from .settings import Settings

LISTEN = "127.0.0.1:8000"
_MEGABYTE = 1e6


class _Told:
    """Tells on standard error how far the export is: a line that is written over on a terminal, now and then a line
    elsewhere."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, done: int, known: int) -> None:
        """So many documents of those known so far are written."""
        is_terminal = sys.stderr.isatty()
        now = time.monotonic()
        if done == known or now >= self._next:
            self._next = now + (0.2 if is_terminal else 10.0)
            end = not is_terminal or done == known
            click.echo(f"{chr(13) if is_terminal else ''}  {done} of {known} documents", err=True, nl=end)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--listen", default=LISTEN, show_default=True, metavar="ADDRESS:PORT", help="Where nginx will listen.")
@click.option(
    "--release", "name", metavar="DIGEST", help="A release by the beginning of its digest. [default: the current one]"
)
@releases_option
@reports_errors
def export(folder: Path, listen: str, name: str | None, releases: Path | None) -> None:
    """Write the whole site of a release into DIR as files, with the configuration of an nginx that answers like the
    server.

    DIR is new, empty, or an earlier export, which is replaced.
    """
    from .export import export as write
    from .export import refuse_foreign

    settings = Settings.from_environment(releases=releases)
    found = find_release(settings.releases, name)
    refuse_foreign(folder)
    say(f"asking for every document of release {found.digest[:12]}")
    began = time.monotonic()
    written = write(settings, found, folder, listen, _Told())
    taken = time.monotonic() - began
    click.echo(
        f"wrote {folder}: {written.resources} documents in {written.files} files, "
        f"{written.bytes / _MEGABYTE:.1f} MB, in {taken:.0f} s; release {found.digest[:12]} of {found.manifest.base}"
    )
    click.echo(f"Next: nginx -p {shlex.quote(str(folder.resolve()))}/ -c nginx.conf    (listens on {listen})")
    click.echo("It needs: apt-get install nginx-light libnginx-mod-http-js")
