"""Decompression within bounds: never more at once than was asked for, never without end."""

import io
import zlib
from collections.abc import Callable
from typing import BinaryIO, Protocol

import zstandard

from app.errors import InputRejectedError

_CHUNK = 64 * 1024
# What text shrinks to at best is a fiftieth; a bomb of zeros to a thousandth and far less.
MOST_RATIO = 200
_FREE = 100_000_000  # bytes that anything may expand to
_ZSTD_WINDOW = 2**27  # bytes: what `zstd --long` makes at most, and what a frame may claim


class BombError(InputRejectedError):
    """Compressed data that expands beyond anything that text does."""


class _Decoder(Protocol):
    step: int  # bytes of input at a time

    def feed(self, data: bytes, size: int) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def complete(self) -> bool: ...


class _Zlib:
    """gzip of one or more members, or deflate; gives at most `size` bytes at a time."""

    step = _CHUNK

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._object = zlib.decompressobj(wbits)
        self._rest = b""
        self._between = True  # no member begun

    def feed(self, data: bytes, size: int) -> bytes:
        data = self._rest + data
        if self._object.eof:
            data = data.lstrip(b"\0")  # padding between members, as tar and tapes leave it
            if not data:
                self._rest = b""
                return b""
            self._object = zlib.decompressobj(self._wbits)
        self._between = self._between and not data
        found = self._object.decompress(data, size)
        self._rest = self._object.unconsumed_tail or self._object.unused_data
        return found

    @property
    def needs_input(self) -> bool:
        return not self._rest

    @property
    def complete(self) -> bool:
        return self._object.eof or self._between


class _Zstd:
    """zstd of one or more frames.

    Its decoder knows no bound for what it gives. A block expands to 128 KiB at most and takes
    four bytes, so that little input cannot give much.
    """

    step = 512

    def __init__(self) -> None:
        self._object: zstandard.ZstdDecompressionObj | None = None
        self._rest = b""
        self._found = memoryview(b"")

    def feed(self, data: bytes, size: int) -> bytes:
        if not self._found:
            self._decode(self._rest + data)
        found, self._found = self._found[:size], self._found[size:]
        return bytes(found)

    def _decode(self, data: bytes) -> None:
        if self._object is None:
            # A new one for each frame: it is not to be used again after its end.
            decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
            self._object = decompressor.decompressobj()
        self._found = memoryview(self._object.decompress(data))
        self._rest = self._object.unused_data
        if self._object.eof:
            self._object = None

    @property
    def needs_input(self) -> bool:
        return not self._found and not self._rest

    @property
    def complete(self) -> bool:
        return self._object is None


class Expanded(io.RawIOBase):
    """A stream of the decompressed bytes of another.

    Reading raises BombError where they are more than MOST_RATIO times the compressed ones, and
    InputRejectedError where the compressed ones are broken or end too soon.
    """

    def __init__(self, source: BinaryIO, decoder: _Decoder, kind: str) -> None:
        super().__init__()
        self._source = source
        self._decoder = decoder
        self._kind = kind
        self._taken = 0
        self._given = 0
        self._ended = False

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Up to as many bytes as fit; 0 at the end."""
        found = b""
        while not found and not self._ended:
            found = self._more(min(len(buffer), _CHUNK))
        self._given += len(found)
        if self._given > max(_FREE, MOST_RATIO * self._taken):
            raise BombError(
                f"expands to more than {MOST_RATIO} times its size: taken for a bomb, not read on"
            )
        buffer[: len(found)] = found
        return len(found)

    def _more(self, size: int) -> bytes:
        data = b""
        if self._decoder.needs_input:
            data = self._source.read(self._decoder.step)
            self._taken += len(data)
            if not data:
                return self._end()
        try:
            return self._decoder.feed(data, size)
        except (zlib.error, zstandard.ZstdError) as error:
            reason = str(error).rpartition(": ")[2]
            raise InputRejectedError(f"broken {self._kind}: {reason}") from error

    def _end(self) -> bytes:
        self._ended = True
        if not self._decoder.complete:
            raise InputRejectedError(f"the {self._kind} data ends too soon")
        return b""


def expand_gzip(source: BinaryIO) -> BinaryIO:
    """The decompressed bytes of gzip data, all its members."""
    return io.BufferedReader(Expanded(source, _Zlib(16 + zlib.MAX_WBITS), "gzip"), _CHUNK)


def expand_deflate(source: BinaryIO) -> BinaryIO:
    """The decompressed bytes of zlib data, which HTTP calls deflate."""
    return io.BufferedReader(Expanded(source, _Zlib(zlib.MAX_WBITS), "deflate"), _CHUNK)


def expand_zstd(source: BinaryIO) -> BinaryIO:
    """The decompressed bytes of zstd data, all its frames."""
    return io.BufferedReader(Expanded(source, _Zstd(), "zstd"), _CHUNK)


Expand = Callable[[BinaryIO], BinaryIO]


def read_bounded(stream: BinaryIO, most: int) -> bytes:
    """All the bytes of a stream; raises InputRejectedError where there are more than `most`."""
    content = stream.read(most + 1)
    if len(content) > most:
        raise InputRejectedError(f"too large: more than {most:,} bytes")
    return content
