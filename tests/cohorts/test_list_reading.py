"""How the lines of a list are read out of files of any kind."""

import gzip
import io
from collections.abc import Callable

import pytest

from cohorts_app.services import list_reading
from cohorts_app.services.list_reading import read_file, read_text, read_text_file
from profiles_app.errors import BadInput, TooLarge
from profiles_app.ingest.limits import RECORD_BYTES

HUGE = b"x" * (RECORD_BYTES + 5)
SHORT = "x" * 300


def read(content: bytes) -> list[str]:
    return list(read_file(io.BytesIO(content)))


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"alice", ["alice"]),
        (b"alice\r\nbob\rcarol\n", ["alice", "bob", "carol"]),
        (b"\n \n", ["", ""]),
        (b"a\0b\n", ["a\ufffdb"]),
        (b"\0\0\0\0", ["\ufffd\ufffd"]),
        (b"\xef\xbb\xbfalice\n", ["alice"]),
        (b"caf\xe9\n", ["café"]),
        (b'name,Email\nAnna,"a,b@example.com"\nBob\n', ["a,b@example.com", ""]),
        (b'id,about\nalice,"two\nlines"\nbob,\n', ["alice", "bob"]),
    ],
)
def test_lines(content: bytes, lines: list[str]) -> None:
    assert read(content) == lines


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    assert read(pack("distinct_id\nalice\nøystein\n".encode(encoding))) == ["alice", "øystein"]


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        (HUGE, SHORT),
        (b'"' + HUGE + b'"', SHORT),
        (b'"' + HUGE.replace(b"xxxx", b"xxx\n") + b'"', "xxx"),
        (b'"carol', "carol"),
        (b'carol,"', "carol"),
        (b'"carol"x', "carolx"),
    ],
    ids=["long", "long in quotes", "of many lines", "open quote", "open quote behind", "text behind a quote"],
)
def test_what_is_no_row_costs_its_line_alone(row: bytes, cell: str) -> None:
    lines = read(b"alice\n" + row + b"\nbob\ndave\n")
    assert (lines[0], lines[1], lines[-2:]) == ("alice", cell, ["bob", "dave"])
    assert len(lines) == row.count(b"\n") + 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"PK\x03\x04 xl/ [Content_Types]", "spreadsheet"),
        (b"<!doctype html>", "web page"),
        (gzip.compress(b"alice\n" * 100)[:-9], "gzip"),
        (gzip.compress(b"\x89PNG\r\n"), "image"),
    ],
    # What is packed holds the time.
    ids=["image", "spreadsheet", "page", "cut short", "packed image"],
)
def test_what_is_no_list_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read(content)


def test_a_packed_file_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_reading, "MOST_CHARACTERS", 2 * RECORD_BYTES)
    with pytest.raises(TooLarge, match="at most"):
        read(gzip.compress(b"x" * 5 * RECORD_BYTES))
    with pytest.raises(TooLarge):
        read(gzip.compress(b"x\n" * 2 * RECORD_BYTES))


@pytest.mark.parametrize("read_pasted", [read_text, lambda text: read_text_file(io.BytesIO(text.encode()))])
def test_pasted_text_is_no_csv(read_pasted: Callable[[str], list[str]]) -> None:
    text = 'distinct_id\r\n"a,b"\n\n c\0d '
    assert list(read_pasted(text)) == ["distinct_id", '"a,b"', "", "c\ufffdd"]
