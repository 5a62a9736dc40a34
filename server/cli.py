"""The command `legation`: check, release, serve, query, dump; the curators' own commands are in cli_curation."""

from __future__ import annotations

import gc
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

import click

from legation.graph.errors import LegationError, PublicationRefused
from legation.graph.formats import RDF_FORMATS, RESULTS_FORMATS, Format, by_key
from legation.graph.history import make_current
from legation.graph.identifiers import DEFAULT_BASE, Base
from legation.graph.release import Release, current_release, find_release

from . import cli_releases, cli_signatures
from .cli_curation import evidence, mutants, new
from .cli_export import export
from .cli_options import (
    EXIT_REFUSED,
    base_option,
    facts_option,
    language_option,
    releases_option,
    reports_errors,
    say,
    unmet_option,
)
from .settings import Settings

_COLOURS = {"Violation": "red", "Warning": "yellow", "Info": "blue"}
_FRAME: dict[str, Any] = {
    "en": {
        "Violation": "Violation", "Warning": "Warning", "Info": "Info", "value": "value: ", "derived": "(derived)",
        "counts": (("violation", "violations"), ("warning", "warnings"), ("info", "infos")),
        "unmet": ("rule had no node to look at", "rules had no node to look at"),
        "next": "The facts may be published. Next: {command}",
    },
    "fr": {
        "Violation": "Violation", "Warning": "Avertissement", "Info": "Remarque", "value": "valeur : ",
        "derived": "(dérivé)",
        "counts": (("violation", "violations"), ("avertissement", "avertissements"), ("remarque", "remarques")),
        "unmet": ("règle n’a eu aucun nœud à examiner", "règles n’ont eu aucun nœud à examiner"),
        "next": "Les faits peuvent être publiés. Ensuite : {command}",
    },
}  # fmt: skip
"""The words around a report, by language; its messages come from the shapes."""
_QUERY_KEYS = [form.key for form in (*RESULTS_FORMATS, *RDF_FORMATS)]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="legation")
def main() -> None:
    """Publish diplomatic facts as linked data: check them, release them, serve them."""


for command in (
    new,
    evidence,
    mutants,
    cli_releases.releases,
    cli_releases.publish,
    cli_releases.rollback,
    cli_releases.verify,
    cli_releases.diff,
    cli_signatures.keygen,
    cli_signatures.sign,
    cli_signatures.check_signature,
    export,
):
    main.add_command(command)


@main.command()
@facts_option
@base_option
@language_option
@unmet_option
@click.option("--coverage", is_flag=True, help="Also list how many nodes each shape looked at.")
@reports_errors
def check(facts: Path | None, base: str | None, lang: str, allow_unmet: bool, coverage: bool) -> None:
    """Validate the facts and print a report. Exit code 1 when there is a Violation."""
    from legation.graph.publication import check as validate

    assembly = _assembled(facts, base)
    report = validate(assembly, require_matches=not allow_unmet)
    _print_report(report, assembly, lang)
    if coverage:
        _print_coverage(report, assembly)
    if not report.conforms:
        sys.exit(EXIT_REFUSED)
    click.echo(_FRAME[lang]["next"].format(command=_release_command(facts, base, allow_unmet=allow_unmet)))


@main.command()
@facts_option
@click.option("--data", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE…",
              help="Publish these RDF files instead of facts; needs --without-shapes.")  # fmt: skip
@click.argument("more_data", nargs=-1, metavar="", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--without-shapes", is_flag=True, help="Publish --data unvalidated, and say so everywhere.")
@click.option("--default-graph", type=click.Choice(["union", "own"]), default="union",
              help="What a query without a dataset reads: all graphs together, or the unnamed graph only.")  # fmt: skip
@base_option
@releases_option
@language_option
@unmet_option
@reports_errors
def release(
    facts: Path | None,
    data: tuple[Path, ...],
    more_data: tuple[Path, ...],
    without_shapes: bool,
    default_graph: str,
    base: str | None,
    releases: Path | None,
    lang: str,
    allow_unmet: bool,
) -> None:
    """Validate, derive, name, hash and write a frozen release, and make it the current one."""
    if bool(data) != without_shapes or (data and facts) or (more_data and not data):
        raise click.UsageError("--data FILE and --without-shapes go together, and not with --facts")
    folder = Settings.from_environment(releases=releases).releases
    if data:
        built = _release_data((*data, *more_data), base, folder, union=default_graph == "union")
    else:
        built = _release_facts(facts, base, folder, lang, allow_unmet=allow_unmet)
    click.echo(f"Next: legation serve --releases {folder}    (release {built.digest[:12]})")


@main.command()
@click.option("--host", help="Address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on. [default: 8000]")
@base_option
@releases_option
@click.option("--workers", type=int, help="Number of worker processes. [default: 2]")
@reports_errors
def serve(host: str | None, port: int | None, base: str | None, releases: Path | None, workers: int | None) -> None:
    """Serve the current release, building it from the bundled facts first if there is none."""
    from .serving import serve as run

    settings = Settings.from_environment(host=host, port=port, releases=releases, workers=workers)
    found = current_release(settings.releases)
    if found is None:
        found = _built_apart(base or f"http://localhost:{settings.port}/", settings.releases)
    elif base is not None and base != found.manifest.base:
        raise LegationError(
            f"the current release lives under {found.manifest.base}; to publish under {base} run: "
            f"legation release --base {base} --releases {settings.releases}"
        )
    run(settings, found.folder, lambda: _announce(found, settings))


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--format", "key", type=click.Choice(_QUERY_KEYS), help="Format of the answer. [default: csv or turtle]")
@click.option(
    "--release", "name", metavar="DIGEST", help="A release by the beginning of its digest. [default: the current one]"
)
@releases_option
@reports_errors
def query(file: TextIO, key: str | None, name: str | None, releases: Path | None) -> None:
    """Run the SPARQL query in FILE (- for standard input) on a release."""
    from .querying import run_query

    settings = Settings.from_environment(releases=releases)
    found = find_release(settings.releases, name)
    for part in run_query(found, settings, file.read(), key):
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


@main.command()
@click.option("--format", "key", default="turtle", show_default=True, type=click.Choice([f.key for f in RDF_FORMATS]))
@click.option("--view", metavar="NAME", help="Write a derived view in the place of the release, such as claims.csv.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write. [default: standard output]"
)
@click.option(
    "--release", "name", metavar="DIGEST", help="A release by the beginning of its digest. [default: the current one]"
)
@releases_option
@reports_errors
def dump(key: str, view: str | None, output: Path | None, name: str | None, releases: Path | None) -> None:
    """Write a whole release, or a view of it, to a file or to standard output."""
    found = find_release(Settings.from_environment(releases=releases).releases, name)
    content = (_dump_path(found, key) if view is None else _view_path(found, view)).read_bytes()
    if output is None:
        sys.stdout.buffer.write(content)
        return
    output.write_bytes(content)
    click.echo(f"wrote {output}: {len(content)} bytes of release {found.digest[:12]}", err=True)


# Steps ----------------------------------------------------------------------------------------------------------


def _release_command(facts: Path | None, base: str | None, *, allow_unmet: bool) -> str:
    """The command that publishes what was checked: the same facts, under the same base."""
    options = (("--facts", facts), ("--base", base))
    given = [part for name, value in options if value is not None for part in (name, str(value))]
    return shlex.join(["legation", "release", *given, *(["--allow-unmet"] if allow_unmet else [])])


def _dump_path(found: Release, key: str) -> Path:
    form = by_key(key, RDF_FORMATS)
    assert isinstance(form, Format)
    path = found.dump(form.extension)
    if not path.is_file():
        raise LegationError(
            f"release {found.digest[:12]} has no dump in {form.label}: the format cannot carry its triples"
        )
    return path


def _view_path(found: Release, view: str) -> Path:
    names = [file.name for file in found.manifest.views]
    if view not in names:
        raise LegationError(f"release {found.digest[:12]} has no view {view!r}; it has {', '.join(names) or 'none'}")
    return found.folder / "views" / view


def _assembled(facts: Path | None, base: str | None) -> Any:
    from legation.graph.assembly import assemble_facts
    from legation.graph.fact_files import bundled_facts

    say("reading the facts")
    return assemble_facts(facts or bundled_facts(), Base(base or DEFAULT_BASE))


def _release_facts(facts: Path | None, base: str | None, folder: Path, lang: str, *, allow_unmet: bool) -> Release:
    from legation.graph.publication import check as validate
    from legation.graph.publication import publish

    assembly = _assembled(facts, base)
    say("checking them against the shapes")
    report = validate(assembly, require_matches=not allow_unmet)
    if not report.conforms:
        _print_report(report, assembly, lang)
        raise PublicationRefused("nothing was published; mend the violations above and run the command again")
    return _finished(publish(assembly, folder, report, progress=say), folder, _counted(report, lang))


def _built_apart(base: str, folder: Path) -> Release:
    """Build the release in a process of its own: the server never loads the validator, and forks with no store open."""
    command = [sys.executable, "-m", __name__, "release", "--base", base, "--releases", str(folder)]
    if subprocess.run(command, check=False).returncode:
        raise LegationError("no release was built, so there is nothing to serve")
    return find_release(folder, None)


def _release_data(data: Iterable[Path], base: str | None, folder: Path, *, union: bool) -> Release:
    from legation.graph.assembly import assemble_data
    from legation.graph.publication import publish

    say("reading the data")
    gc.disable()  # quads and terms hold no cycle; looking for one among millions takes longer than all the rest
    assembly = assemble_data(data, Base(base or DEFAULT_BASE))
    if not assembly.quads:
        raise LegationError("there is not one triple in these files: nothing was published")
    published = publish(assembly, folder, None, union_default_graph=union, progress=say)
    if count := published.release.manifest.literals_rewritten:
        click.secho(f"{count} literals are kept by the store in another form than in the dumps", fg="yellow", err=True)
    return _finished(published, folder, "not validated, and marked so")


def _finished(published: Any, folder: Path, checked: str) -> Release:
    built: Release = published.release
    make_current(folder, built.digest)
    state = "published" if published.is_new else "already there, byte for byte:"
    size = f"{built.manifest.triples} triples in {len(built.manifest.graphs)} graphs"
    click.echo(f"{state} release {built.digest[:12]}: {size}; {checked}")
    return built


def _counted(report: Any, language: str) -> str:
    counts = (len(found) for found in (report.violations, report.warnings, report.infos))
    return ", ".join(
        f"{count} {words[count != 1]}" for count, words in zip(counts, _FRAME[language]["counts"], strict=True)
    )


def _print_report(report: Any, assembly: Any, language: str) -> None:
    from legation.graph.reporting import findings

    words = _FRAME[language]
    for finding in findings(report, assembly):
        severity = click.style(words[finding.severity], fg=_COLOURS[finding.severity], bold=True)
        click.echo(f"{finding.place or words['derived']}: {severity} {finding.rule} {finding.focus}")
        click.echo(f"    {finding.messages[language]}")
        if finding.value is not None:
            click.echo(f"    {words['value']}{finding.value}")
    click.echo(_counted(report, language))
    if unmet := report.unmet:
        named = ", ".join(unmet) if assembly.unmet.keys() >= set(unmet) else "--coverage"
        click.echo(f"{len(unmet)} {words['unmet'][len(unmet) != 1]}: {named}")


def _print_coverage(report: Any, assembly: Any) -> None:
    """How many nodes each shape looked at; beside a rule that looked at none, why the facts leave it so."""
    from legation.graph.validation import rule_of

    for entry in report.coverage:
        reason = "" if entry.nodes else assembly.unmet.get(rule_of(entry.shape), "")
        click.echo(f"{entry.nodes:6d}  {entry.shape}" + (f"  ({reason})" if reason else ""))


def _announce(found: Release, settings: Settings) -> None:
    from .trying import things_to_try

    address = f"http://{settings.host}:{settings.port}/"
    click.echo(
        f"\nLegation serves release {found.digest[:12]} ({found.manifest.triples} triples) on {found.manifest.base}"
    )
    if not found.manifest.validated:
        click.secho("These data were published unvalidated; every page says so.", fg="yellow")
    if Base(found.manifest.base).iri.partition("//")[2] not in {
        address.partition("//")[2],
        f"localhost:{settings.port}/",
    }:
        click.secho(
            f"It listens on {address}: send {found.manifest.base} there, or release under another --base.", fg="yellow"
        )
    click.echo("\nThings to try:\n")
    for line in things_to_try(found):
        click.echo(f"  {line}\n")
    click.echo("Stop with Ctrl-C.")


if __name__ == "__main__":
    main()
