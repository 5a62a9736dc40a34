"""The commands about signatures: make a key, sign a release, check what somebody signed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from legation.graph.release import find_release

from .cli_options import EXIT_REFUSED, releases_option, reports_errors
from .settings import Settings

_SHORT = 12
_EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@reports_errors
def keygen(name: Path) -> None:
    """Make a pair of keys: NAME.key, to be kept secret, and NAME.pub, to be given to everybody."""
    from legation.graph.signatures import make_key

    private, public = name.with_name(f"{name.name}.key"), name.with_name(f"{name.name}.pub")
    made = make_key(private, public)
    click.echo(f"key {made}: {private} is secret, {public} is for everybody")
    click.echo(f"Next: legation sign --key {private}")


@click.command()
@click.argument("digest", required=False)
@click.option("--key", type=_EXISTING, required=True, help="The private key, as `legation keygen` makes it.")
@releases_option
@reports_errors
def sign(digest: str | None, key: Path, releases: Path | None) -> None:
    """Sign a release, the current one unless DIGEST begins another's digest."""
    from legation.graph.signatures import sign as sign_release

    folder = Settings.from_environment(releases=releases).releases
    release = find_release(folder, digest)
    path = sign_release(folder, release, key)
    click.echo(f"signed release {release.digest[:_SHORT]}: {path}")
    dump = release.dump("nq")
    click.echo(f"Next: legation check-signature {dump} {path} --key {key.with_suffix('.pub')}")


@click.command(name="check-signature")
@click.argument("dump", type=_EXISTING)
@click.argument("signature", type=_EXISTING)
@click.option("--key", type=_EXISTING, required=True, help="The public key of whoever is said to have signed.")
@reports_errors
def check_signature(dump: Path, signature: Path, key: Path) -> None:
    """Check that the release that DUMP holds (N-Quads or TriG) was signed: needs no server and no other file."""
    from legation.graph.signatures import digest_of_dump, is_signed

    name = digest_of_dump(dump)
    if not is_signed(name, signature.read_bytes(), key):
        click.secho(f"{dump.name} holds {name[:_SHORT]}, and {key.name} did not sign that", fg="red")
        sys.exit(EXIT_REFUSED)
    click.echo(f"{dump.name} holds release {name}, signed with {key.name}")
