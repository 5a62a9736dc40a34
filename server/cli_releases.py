"""The commands about releases that are there already: list them, switch between them, compare and verify them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pyoxigraph as ox

from legation.graph.changes import Thing, changed_things, changes
from legation.graph.errors import ReleaseError
from legation.graph.history import Listed, listed, make_current, roll_back
from legation.graph.identifiers import Base, thing_path
from legation.graph.release import Release, find_release, open_release, release_folders

from .cli_options import EXIT_REFUSED, releases_option, reports_errors, say
from .settings import Settings
from .view_models import compact

_DIGEST_CHARS = 12


@click.command()
@releases_option
@reports_errors
def releases(releases: Path | None) -> None:
    """List every release, the oldest first; an asterisk marks the current one."""
    folder = Settings.from_environment(releases=releases).releases
    found = listed(folder)
    if not found:
        raise ReleaseError(f"{folder} holds no release yet; run: legation release --releases {folder}")
    for one in found:
        click.echo(f"{'*' if one.is_current else ' '} {one.digest[:_DIGEST_CHARS]}  {_told(one)}")


@click.command()
@click.argument("digest")
@releases_option
@reports_errors
def publish(digest: str, releases: Path | None) -> None:
    """Make the release whose digest begins with DIGEST the current one. Servers follow without a restart."""
    folder = Settings.from_environment(releases=releases).releases
    _tell(make_current(folder, digest), folder)


@click.command()
@releases_option
@reports_errors
def rollback(releases: Path | None) -> None:
    """Go back to the release that was current before this one; again, to the one before that."""
    folder = Settings.from_environment(releases=releases).releases
    _tell(roll_back(folder), folder)


@click.command()
@click.argument("digest", required=False)
@click.option("--all", "of_all", is_flag=True, help="Verify every release of the folder.")
@releases_option
@reports_errors
def verify(digest: str | None, of_all: bool, releases: Path | None) -> None:
    """Check every byte of a release again: its files, its digest (RDFC-1.0), its formats and its store.

    DIGEST is the beginning of a digest; without one, the current release is verified. Exit code 1 for a damaged one.
    """
    if digest and of_all:
        raise click.UsageError("name a release or say --all, not both")
    folder = Settings.from_environment(releases=releases).releases
    names = [path.name for path in release_folders(folder)] if of_all else [digest]
    if not all([_is_whole(folder, name) for name in names]):  # noqa: C419 - every one is verified, whatever the others are
        sys.exit(EXIT_REFUSED)


def _is_whole(folder: Path, name: str | None) -> bool:
    from legation.graph.verification import damages

    try:
        release = open_release(folder / name) if name and (folder / name).is_dir() else find_release(folder, name)
        found = damages(release, say)
    except ReleaseError as error:
        found, release = [str(error)], None
    short = (release.digest if release else name or "current")[:_DIGEST_CHARS]
    for damage in found:
        click.secho(f"{short}: {damage}", fg="red")
    if release and not found:
        count = len(release.manifest.dumps) + len(release.manifest.views)
        click.echo(f"{short}: whole. {count} files, {release.manifest.quads} quads, and the store say the same.")
    return not found


def _told(one: Listed) -> str:
    if one.release is None:
        return f"damaged: {one.damage}"
    manifest = one.release.manifest
    checked = "validated" if manifest.validated else "not validated"
    parent = f"after {manifest.parent[:_DIGEST_CHARS]}" if manifest.parent else "the first"
    return f"{manifest.created}  {manifest.triples} triples, {checked}, {parent}; {manifest.base}"


def _tell(current: Release, folder: Path) -> None:
    digest = current.digest[:_DIGEST_CHARS]
    click.echo(f"release {digest} is the current one; servers of {folder} follow within a second or two")
    click.echo(f"Next: legation releases --releases {folder}    (to go back: legation rollback --releases {folder})")


@click.command()
@click.argument("older")
@click.argument("newer")
@click.option("--patch", is_flag=True, help="Write an RDF Patch, which makes the newer release of the older one.")
@releases_option
@reports_errors
def diff(older: str, newer: str, patch: bool, releases: Path | None) -> None:
    """Tell what was changed between two releases, each named by the beginning of its digest."""

    folder = Settings.from_environment(releases=releases).releases
    found = changes(find_release(folder, older), find_release(folder, newer))
    if patch:
        sys.stdout.buffer.write(found.to_patch())
        return
    for thing in changed_things(found):
        for sentence in _sentences(thing, found.newer.base):
            click.echo(sentence)
    click.echo(f"{len(found.removed)} quads removed, {len(found.added)} added")


def _sentences(thing: Thing, base: Base) -> Iterator[str]:
    name = thing_path(base, thing.iri)
    if thing.is_new or thing.is_gone:
        yield f"{name} is {'new' if thing.is_new else 'gone'}"
        return
    for value in thing.values:
        what = compact(value.predicate) + (f" ({value.language})" if value.language else "")
        before, after = (", ".join(_quoted(term, base) for term in side) for side in (value.before, value.after))
        if before and after:
            yield f"{name}: {what} was changed from {before} to {after}"
        else:
            yield f"{name}: {what} {'lost' if before else 'was given'} {before or after}"


def _quoted(term: object, base: Base) -> str:
    if isinstance(term, ox.Literal):
        return f"“{term.value}”"
    return base.relative(term.value) if isinstance(term, ox.NamedNode) else str(term)
