"""Who was in a cohort, a bit for each: small enough to keep one a day, quick to compare."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

_MIRRORED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, kw_only=True)
class Bitmap:
    """A set of ids: the lowest bit stands for the id `first`."""

    first: int
    bits: int

    def __len__(self) -> int:
        return self.bits.bit_count()

    def __sub__(self, other: "Bitmap") -> "Bitmap":
        """Those who are not in the other."""
        shift = other.first - self.first
        there = other.bits << shift if shift >= 0 else other.bits >> -shift
        return Bitmap(first=self.first, bits=self.bits & ~there)

    def list_ids(self, *, limit: int) -> list[int]:
        """The first ids, ascending."""
        return list(islice(self._walk(), limit))

    def _walk(self) -> Iterator[int]:
        for place, byte in enumerate(self.bits.to_bytes((self.bits.bit_length() + 7) // 8, "little")):
            if byte:
                yield from (self.first + place * 8 + bit for bit in range(8) if byte >> bit & 1)


NOBODY: Final = Bitmap(first=0, bits=0)


def pack(data: bytes) -> bytes:
    """How DuckDB's bits are kept: the highest bit of the first byte stands for the first id."""
    return zlib.compress(data, 1)


def unpack(data: bytes, *, first: int) -> Bitmap:
    """The inverse."""
    return read_bits(zlib.decompress(data), first=first)


def read_bits(data: bytes, *, first: int) -> Bitmap:
    return Bitmap(first=first, bits=int.from_bytes(data.translate(_MIRRORED), "little"))
