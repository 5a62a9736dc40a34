"""Begins the fact file of another article: what can be known from the text's bytes, and where to write the rest.

The article's id is the first 16 hex digits of the SHA-256 of its text. So the same file gives the same IRIs whoever
begins it, two texts never meet, and nothing of the text can be read off the id. (The id of the first article,
55ee074e7567bb82, is older than this rule and stays as it is: an IRI once published is not changed.)
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from pathlib import Path
from string import Template

from .errors import FactsError

ID_DIGITS = 16
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_TURTLE_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


@dataclass(frozen=True, slots=True)
class TextIdentity:
    """What the facts say of a text: its SHA-256 in hex, its RFC 6920 name, its length in code points, an article id."""

    sha256: str
    ni: str
    extent: int

    @property
    def article_id(self) -> str:
        """The id that the article's IRIs carry."""
        return self.sha256[:ID_DIGITS]


@dataclass(frozen=True, slots=True)
class Title:
    """The names that a curator gives the article; `fr` is empty where it is still to be found."""

    en: str
    fr: str = ""


def identify(content: bytes, name: str) -> TextIdentity:
    """The identity of the text in a file of this name. Raises FactsError for one that is empty or not UTF-8."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FactsError(
            f"{name}: byte {error.start} is not UTF-8, so characters cannot be counted; save the text as UTF-8 and "
            "keep that file: its hash is what the facts will name"
        ) from error
    if not text.strip():
        raise FactsError(f"{name}: there is no text in it; put the article's text there, as plain text, and try again")
    digest = sha256(content).digest()
    ni = "ni:///sha-256;" + urlsafe_b64encode(digest).decode().rstrip("=")
    return TextIdentity(digest.hex(), ni, len(text))


def begin_article(folder: Path, text: TextIdentity, title: Title, language: str) -> Path:
    """Write the fact file of a new article below `folder` and tell its path.

    Raises FactsError, with nothing written, where the article has a file already, or for a language that is no tag.
    """
    if not _LANGUAGE.match(language):
        raise FactsError(f"{language!r} is no language tag (BCP 47): write en, fr, de, pt-BR …")
    if not title.en.strip():
        raise FactsError("the title is empty: give the article a short English name in your own words")
    path = folder / "article" / f"{text.article_id}.ttl"
    known = _file_with(folder, text.sha256)
    if known is not None or path.exists():
        raise FactsError(f"{known or path} describes this text already; go on in that file")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(article_turtle(text, title, language, folder), "utf-8")
    return path


def article_turtle(text: TextIdentity, title: Title, language: str, folder: Path) -> str:
    """The Turtle of a fact file that is begun: the text is described, S01 and C01 wait to be filled in."""
    template = (resources.files(__package__) / "new_article.ttl.template").read_text("utf-8")
    return Template(template).substitute(
        id=text.article_id,
        sha256=text.sha256,
        ni=text.ni,
        extent=text.extent,
        language=language,
        title=" ".join(title.en.split()),
        label=_label(title),
        folder=folder.as_posix(),
    )


def _label(title: Title) -> str:
    english = f'"{title.en.translate(_TURTLE_ESCAPES)}"@en'
    french = f'"{title.fr.translate(_TURTLE_ESCAPES)}"@fr'
    return f"{english} ,\n    {french}" if title.fr.strip() else english


def _file_with(folder: Path, digest: str) -> Path | None:
    """The fact file that names a hash already."""
    files = sorted(folder.rglob("*.ttl")) if folder.is_dir() else []
    return next((path for path in files if digest in path.read_text("utf-8", errors="replace")), None)
