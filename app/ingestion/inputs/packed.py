"""Compressed inputs and archives of files: what is in them is read in its turn."""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import quote

from app.errors import InputRejectedError
from app.ingestion.expanding import MOST_RATIO, expand_gzip, expand_zstd
from app.ingestion.inputs.kinds import READ
from app.ingestion.inputs.reading import Found, Input, Reading
from app.ingestion.raw import Unreadable

_MOST_MEMBERS = 100_000
_FREE = 100_000_000  # bytes that a member may expand to whatever its ratio


def read_gzip(source: Input, _reading: Reading) -> Found:
    """What is compressed with gzip."""
    yield replace(source, stream=expand_gzip(source.stream), name=_inner(source.name))


def read_zstd(source: Input, _reading: Reading) -> Found:
    """What is compressed with zstd."""
    yield replace(source, stream=expand_zstd(source.stream), name=_inner(source.name))


def _inner(name: str) -> str:
    """The name of what is inside: `dump.ndjson` for `dump.ndjson.gz`."""
    for suffix in (".gz", ".zst", ".zstd"):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def read_zip(source: Input, _reading: Reading) -> Found:
    """The files in a zip archive, those of the kinds that are read; of a WACZ its WARC files."""
    try:
        archive = zipfile.ZipFile(source.stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputRejectedError(f"broken zip: {error}") from error
    with archive:
        for member in _members(archive):
            yield from _read_member(source, archive, member)


def _members(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise InputRejectedError(f"a zip of more than {_MOST_MEMBERS:,} files")
    names = {m.filename for m in members}
    is_wacz = "datapackage.json" in names and any(n.startswith("archive/") for n in names)
    for member in members:
        path = PurePosixPath(member.filename)
        is_file = not member.is_dir() and not stat.S_ISLNK(member.external_attr >> 16)
        hidden = path.name.startswith((".", "__")) or path.name.endswith(".meta.json")
        wanted = path.suffix.lower() in READ and not hidden
        if is_wacz:
            wanted = path.name.endswith((".warc", ".warc.gz"))
        if is_file and wanted:
            yield member


def _read_member(source: Input, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Found:
    name = f"{source.name}/{member.filename}"
    # zipfile gives no more than the size that the archive states, so that it can be trusted.
    if member.file_size > max(_FREE, MOST_RATIO * member.compress_size):
        yield Unreadable(
            name, f"expands to more than {MOST_RATIO} times its size: taken for a bomb"
        )
        return
    try:
        with archive.open(member) as stream:
            yield replace(
                source,
                origin=source.part("file=" + quote(member.filename, safe="/")),
                name=name,
                stream=stream,  # type: ignore[arg-type]  # ZipExtFile is a BufferedIOBase
                media_type="",
                charset=None,
            )
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        reason = str(error).rpartition(": ")[2]
        yield Unreadable(name, f"broken zip: {reason}")
