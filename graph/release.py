"""A release: one frozen folder, named by its digest, that everything published is read from.

releases/
  current -> 3f2a…            the pointer: one symbolic link, switched by one atomic rename
  history.jsonl               when it was moved, and where to (graph.history)
  3f2a…/                      the SHA-256 of the canonical N-Quads below
    manifest.json             what this is: digest, base, counts, versions, validation, sizes and hashes of the dumps
    report.json               what the shapes found
    dumps/legation.nq …       the whole release in every format; the .nq file is the canonical form itself
    views/claims.csv …        other forms of the same content (graph.views)
    compressed/legation.nq.gz …   dumps and views again, as gzip
    store/                    the same quads, indexed for queries, their union in the default graph; opened read-only
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .errors import ReleaseError
from .identifiers import Base, is_valid_iri

POINTER = "current"
DUMP_STEM = "legation"
CHECKSUMS = "SHA256SUMS"
"""What the list of all files with their SHA-256 is called, as `sha256sum --check` reads it."""
FILE_FOLDERS = ("dumps", "views", "compressed")
"""The folders of a release whose files readers are given; the manifest lists each under the same name."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Dump:
    """One file of a release: its size in bytes and its SHA-256 in hexadecimal digits."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release says of itself.

    `graphs` counts quads by name, relative to the base; `triples` the union; `classes` the things of each class.
    `example` is an entity to show first. `literals_rewritten` counts triples whose literal the store keeps in another
    form than the dumps (only data published without shapes have any). `subject_quads_max` and `property_quads_max` are
    the release's density (graph.density); 0 where it was not measured.
    """

    digest: str
    base: str
    created: str
    validated: bool
    quads: int
    triples: int
    graphs: Mapping[str, int]
    dumps: tuple[Dump, ...]
    versions: Mapping[str, str]
    findings: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    union_default_graph: bool = True
    parent: str | None = None
    views: tuple[Dump, ...] = ()
    example: str | None = None
    literals_rewritten: int = 0
    subject_quads_max: int = 0
    property_quads_max: int = 0
    classes: Mapping[str, int] = field(default_factory=dict)
    report_sha256: str | None = None
    compressed: tuple[Dump, ...] = ()

    def to_json(self) -> str:
        """The manifest as the JSON text that `manifest.json` holds."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, sort_keys=True) + "\n"

    def files(self, folder: Path) -> dict[str, tuple[Path, Dump]]:
        """Every file that readers are given, by name, with its place in the release's folder."""
        kinds = zip(FILE_FOLDERS, (self.dumps, self.views, self.compressed), strict=True)
        return {file.name: (folder / kind / file.name, file) for kind, files in kinds for file in files}

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """The manifest from its JSON text. Raises ValueError, KeyError or TypeError where it is not one."""
        found: Any = json.loads(text)
        if not isinstance(found, dict):
            raise TypeError("it holds no JSON object")
        for kind in FILE_FOLDERS:
            found[kind] = tuple(Dump(**dump) for dump in found.get(kind, ()))
        found["sources"] = tuple(found["sources"])
        return cls(**found)


@dataclass(frozen=True)
class Release:
    """A release on disk."""

    folder: Path
    manifest: Manifest

    @property
    def digest(self) -> str:
        """The release's name: 64 hexadecimal digits."""
        return self.manifest.digest

    @property
    def base(self) -> Base:
        """The base IRI that the release's entities live under."""
        return Base(self.manifest.base)

    @cached_property
    def graphs(self) -> Mapping[str, int]:
        """The IRI of each named graph and the number of its quads; the default graph is not among them."""
        names = self.manifest.graphs
        return {name if is_valid_iri(name) else self.base.graph(name): names[name] for name in names if name}

    @property
    def store_folder(self) -> Path:
        """The folder of the indexed store."""
        return self.folder / "store"

    @cached_property
    def files(self) -> dict[str, tuple[Path, Dump]]:
        """Every file that readers are given, by name."""
        return self.manifest.files(self.folder)

    def dump(self, extension: str) -> Path:
        """The path of the dump with this file extension."""
        return self.folder / "dumps" / f"{DUMP_STEM}.{extension}"


def open_release(folder: Path) -> Release:
    """The release in `folder`. Raises ReleaseError where there is none, or files are missing or cut short."""
    try:
        manifest = Manifest.from_json((folder / "manifest.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise ReleaseError(f"{folder} holds no release: manifest.json is missing") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{folder}: manifest.json cannot be read: {error}") from error
    folder = folder.resolve()
    for path, file in manifest.files(folder).values():
        if not path.is_file() or path.stat().st_size != file.bytes:
            name = path.relative_to(folder)
            raise ReleaseError(f"{folder} is damaged: {name} is missing or not of {file.bytes} bytes")
    if not (folder / "store").is_dir():
        raise ReleaseError(f"{folder} is damaged: its store is missing")
    return Release(folder, manifest)


def current_release(releases: Path) -> Release | None:
    """The release that the pointer names; None where nothing has been published yet."""
    pointer = releases / POINTER
    return open_release(pointer.resolve()) if pointer.is_symlink() else None


def find_release(releases: Path, name: str | None) -> Release:
    """The release whose digest begins with `name`, or the current one. Raises ReleaseError for none or several."""
    if name is None:
        release = current_release(releases)
        if release is None:
            raise ReleaseError(f"{releases} holds no release yet; run: legation release --releases {releases}")
        return release
    found = [path for path in release_folders(releases) if path.name.startswith(name.lower())]
    if len(found) != 1:
        raise ReleaseError(f"{len(found)} releases in {releases} begin with {name!r}")
    return open_release(found[0])


def release_folders(releases: Path) -> list[Path]:
    """The folders of the releases below `releases`, damaged ones too, in the order of their names."""
    return [path for path in sorted(releases.iterdir()) if _DIGEST.fullmatch(path.name)] if releases.is_dir() else []


def switch(releases: Path, digest: str) -> None:
    """Point `current` at a release: one rename, so that a reader sees the old release or the new one, never neither."""
    fresh = releases / f".{POINTER}-{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(digest)
    fresh.replace(releases / POINTER)
    sync_folder(releases)


def sync_folder(folder: Path) -> None:
    """Make the folder's own entries durable (fsync on the directory)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
