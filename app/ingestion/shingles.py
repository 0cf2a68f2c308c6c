"""How much of a text stands in another: shingles, and the bands by which likely pairs are found.

Shingles are runs of four folded words (Broder 1997). Their MinHash signature is cut into bands
(locality-sensitive hashing): texts that share a third of their shingles have one of 64 bands of
two rows in common in 99.9 % of cases, unrelated ones (a thousandth) in 0.006 %.
"""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.extraction.folding import fold

_WORDS = 4
BANDS, _ROWS = 64, 2
_CHUNK = 4096  # shingles at a time, so that memory does not grow with the text
_ODD = np.uint64(0x9E3779B97F4A7C15)

Hashes = NDArray[np.uint64]
Least = NDArray[np.uint32]


def _constants() -> tuple[Hashes, Hashes]:
    # Any will do, as long as they never change: bands are kept.
    draw = np.random.Generator(np.random.PCG64(20261125))
    a, b = (draw.integers(0, 2**64, (BANDS * _ROWS, 1), dtype=np.uint64) for _ in range(2))
    return a | np.uint64(1), b


_A, _B = _constants()


def shingles(text: str) -> Hashes:
    """The hashes of the shingles of a text, each once, ascending; none where it is too short."""
    codes = [zlib.crc32(word.encode()) for word in fold(text).split()]
    words = np.array(codes, dtype=np.uint64)
    if len(words) < _WORDS:
        return np.zeros(0, np.uint64)
    whole = np.zeros(len(words) - _WORDS + 1, np.uint64)
    for at in range(_WORDS):
        whole = (whole ^ words[at : at + len(whole)]) * _ODD
        whole = whole ^ (whole >> np.uint64(29))
    return np.unique(whole)


def signature(found: Hashes) -> Least:
    """The MinHash of a text's shingles: the least hash of each of so many functions."""
    least: Least = np.full(BANDS * _ROWS, 2**32 - 1, np.uint32)
    for start in range(0, len(found), _CHUNK):
        hashed = (_A * found[None, start : start + _CHUNK] + _B) >> np.uint64(32)
        np.minimum(least, hashed.min(axis=1).astype(np.uint32), out=least)
    return least


def bands(least: Least) -> list[int]:
    """A 32-bit hash for each band of a signature."""
    pairs: Hashes = least.astype(np.uint64).reshape(BANDS, _ROWS)
    both = (pairs[:, 0] << np.uint64(32)) | pairs[:, 1]
    numbered = ((both + np.arange(BANDS, dtype=np.uint64)) * _ODD).astype(np.uint64)
    mixed = (numbered ^ (numbered >> np.uint64(29))) * _ODD
    return [int(band) for band in (mixed >> np.uint64(32)).astype(np.uint32).view(np.int32)]


def likely(one: Least, size: int, others: Sequence[bytes], sizes: Sequence[int]) -> list[float]:
    """About which share of the shorter text stands in the other, by the signatures, for each."""
    least = np.frombuffer(b"".join(others), np.uint32).reshape(len(others), len(one))
    alike = (least == one).mean(axis=1)  # the Jaccard index, give or take 0.04
    other = np.array(sizes, np.float64)
    shares = alike / (1 + alike) * (size + other) / np.minimum(size, other)
    return [float(share) for share in shares]


def contained(one: Hashes, other: Hashes) -> tuple[float, int]:
    """The share of the shorter text's shingles that both have, and how many these are."""
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / max(1, min(len(one), len(other))), both
