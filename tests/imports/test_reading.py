"""Reading: what a file says is what is staged, cell by cell; what is no row is told."""

import csv
import io
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports_app import limits
from imports_app.reading import plain
from imports_app.reading.detect import HEAD_BYTES, detect_dialect, judge_encoding
from imports_app.reading.dialect import Dialect
from imports_app.reading.stage import REJECTS, ROWS, stage_file
from profiles_app.errors import BadInput

Table = list[list[str]]


def read(folder: Path, content: bytes, dialect: Dialect) -> tuple[Table, list[tuple[int, str]]]:
    """The rows, and the line and reason of each reject."""
    source = folder / "file"
    source.write_bytes(content)
    target = folder / f"staged-{len(list(folder.iterdir()))}"
    staged = stage_file(source, target, dialect, most_rows=100_000, most_bytes=2**30)
    rows = duckdb.execute(f"SELECT * EXCLUDE (n, line) FROM '{target / ROWS}' ORDER BY n").fetchall()  # noqa: S608
    rejects = duckdb.execute(f"SELECT line, reason FROM '{target / REJECTS}' ORDER BY line").fetchall()  # noqa: S608
    assert staged.rows == len(rows)
    assert staged.rejected == len(rejects)
    return [list(row) for row in rows], rejects


def read_with_lines(folder: Path, content: bytes, dialect: Dialect) -> list[object]:
    """All that is staged, and how many lines were blank."""
    source, target = folder / "file", folder / f"staged-{len(list(folder.iterdir()))}"
    source.write_bytes(content)
    staged = stage_file(source, target, dialect, most_rows=100_000, most_bytes=2**30)
    files = [duckdb.execute(f"FROM '{target / name}' ORDER BY ALL").fetchall() for name in (ROWS, REJECTS)]
    return [*files, staged.blank, staged.width]


def read_any(folder: Path, content: bytes) -> Table:
    rows, rejects = read(folder, content, detect_dialect(content[:HEAD_BYTES]))
    assert rejects == []
    return rows


# Names and texts of real files: each is read as the rows beside it.
PLAIN: Table = [["id", "name"], ["1", "Ada"], ["2", "Çelik"]]
CORPUS: dict[str, tuple[bytes, Table]] = {
    "commas": (b"id,name\n1,Ada\n2,\xc3\x87elik\n", PLAIN),
    "no line break at the end": (b"id,name\n1,Ada\n2,\xc3\x87elik", PLAIN),
    "windows line ends": (b"id,name\r\n1,Ada\r\n2,\xc3\x87elik\r\n", PLAIN),
    "old mac line ends": (b"id,name\r1,Ada\r2,\xc3\x87elik\r", PLAIN),
    "mixed line ends": (b"id,name\r\n1,Ada\n2,\xc3\x87elik\r\n", PLAIN),
    "byte order mark": (b"\xef\xbb\xbfid,name\n1,Ada\n2,\xc3\x87elik\n", PLAIN),
    "utf-16 with mark": ("id,name\n1,Ada\n2,Çelik\n".encode("utf-16"), PLAIN),
    "utf-16 without mark": ("id,name\n1,Ada\n2,Çelik\n".encode("utf-16-le"), PLAIN),
    "utf-16 big-endian": (b"\xfe\xff" + "id,name\n1,Ada\n2,Çelik\n".encode("utf-16-be"), PLAIN),
    "windows-1252": ("id,name\n1,“Ada”\n2,Çelik €\n".encode("cp1252"), [["id", "name"], ["1", "“Ada”"], ["2", "Çelik €"]]),
    "latin-1": ("id,name\n1,Ada\n2,Çelik\n".encode("latin-1"), PLAIN),
    "semicolons with decimal commas": (b"id;n\n1;2,5\n2;3,7\n", [["id", "n"], ["1", "2,5"], ["2", "3,7"]]),
    "tabs": (b"id\tname\n1\tAda, B\n", [["id", "name"], ["1", "Ada, B"]]),
    "pipes": (b"id|name\n1|Ada\n", [["id", "name"], ["1", "Ada"]]),
    "quoted break": (b'id,note\n1,"a\nb"\n2,"c\r\nd"\n', [["id", "note"], ["1", "a\nb"], ["2", "c\r\nd"]]),
    "doubled quotes": (b'id,note\n1,"say ""hi"""\n2,""""\n', [["id", "note"], ["1", 'say "hi"'], ["2", '"']]),
    "empty cells": (b'id,a,b\n1,,""\n2,"",x\n', [["id", "a", "b"], ["1", "", ""], ["2", "", "x"]]),
    "a quote within a cell": (b'id,size\n1,5" pipe\n2,6"\n', [["id", "size"], ["1", '5" pipe'], ["2", '6"']]),
    "apostrophes": (b"id,name\n1,O'Brien\n2,'t Hooft\n", [["id", "name"], ["1", "O'Brien"], ["2", "'t Hooft"]]),
    "blanks stay": (b"id, name \n1, Ada \n", [["id", " name "], ["1", " Ada "]]),
    "leading zeros": (b"id,zip\n1,00123\n2,0\n", [["id", "zip"], ["1", "00123"], ["2", "0"]]),
    "formulas": (b'id,f\n1,=1+1\n2,@x\n3,"-1,5"\n', [["id", "f"], ["1", "=1+1"], ["2", "@x"], ["3", "-1,5"]]),
    "one column": (b"email\na@example.com\nb@example.com\n", [["email"], ["a@example.com"], ["b@example.com"]]),
    "blank lines": (b"id,name\n\n1,Ada\n\n\n", [["id", "name"], ["1", "Ada"]]),
    "scripts and emoji": ("id,name\n1,عمر\n2,👩‍🚀\n3,日本\n".encode(), [["id", "name"], ["1", "عمر"], ["2", "👩‍🚀"], ["3", "日本"]]),
    "markup": (b"id,name\n1,<script>alert(1)</script>\n", [["id", "name"], ["1", "<script>alert(1)</script>"]]),
    "a header alone": (b"id,name\n", [["id", "name"]]),
    "unicode line separators are characters": ("id,n\n1,a\u2028b\x0bc\x85\n".encode(), [["id", "n"], ["1", "a\u2028b\x0bc\x85"]]),
    "2,000 columns": (
        ",".join(f"c{n}" for n in range(2000)).encode() + b"\n" + b",".join(b"%d" % n for n in range(2000)) + b"\n",
        [[f"c{n}" for n in range(2000)], [str(n) for n in range(2000)]],
    ),
    "a cell of a million characters": (b"id,big\n1," + b"x" * 1_000_000 + b"\n2,y\n", [["id", "big"], ["1", "x" * 1_000_000], ["2", "y"]]),
}  # fmt: skip


@pytest.mark.parametrize("name", CORPUS)
def test_files_of_the_world(tmp_path: Path, name: str) -> None:
    content, rows = CORPUS[name]
    assert read_any(tmp_path, content) == rows


@pytest.mark.parametrize(
    ("content", "kept", "rejected"),
    [
        (b"a,b\n1\n2,3\n4,5,6\n7,8\n", [["a", "b"], ["2", "3"], ["7", "8"]], [(2, "1 cell"), (4, "3 cells")]),
        (b'a,b\n1,"x\n2,y\n3,z\n', [["a", "b"], ["2", "y"], ["3", "z"]], [(2, "never closed")]),
        (b'a,b\n1,"x"y\n2,z\n', [["a", "b"], ["2", "z"]], [(2, "expected after")]),
        (b'a,b\n"1\n2",x\n3\n4,y\n', [["a", "b"], ["1\n2", "x"], ["4", "y"]], [(4, "1 cell")]),
        (b"a,b\n1,\xff\n2,\xc3\xa9\n", [["a", "b"], ["2", "é"]], [(2, "no characters")]),
        (b"a,b\n1,\x00\n2,x\n", [["a", "b"], ["2", "x"]], [(2, "NUL")]),
        (b"a,b\n1," + b"x" * (limits.CELL + 1) + b"\n2,x\n", [["a", "b"], ["2", "x"]], [(2, "longer than")]),
        (b"a,b\n" + b"x" * (9 * limits.CELL) + b"\n2,x\n", [["a", "b"], ["2", "x"]], [(2, "longer than")]),
    ],
)  # fmt: skip
def test_what_is_no_row_is_told_and_the_rest_goes_on(
    tmp_path: Path, content: bytes, kept: Table, rejected: list[tuple[int, str]]
) -> None:
    rows, rejects = read(tmp_path, content, Dialect())
    assert rows == kept
    assert [line for line, _ in rejects] == [line for line, _ in rejected]
    assert all(part in reason for (_, reason), (_, part) in zip(rejects, rejected, strict=True))


# What may stand between pieces that are plain and those that are not.
@given(
    lines=st.lists(
        st.sampled_from(["1,a", "2,ä", ",", "3,\r", "4,b\r", "", "\r", "5", "6,x,y", '7,"q"', '8,"a\nb"', '9,"', "0,\x00", "\ufeff1,x"]),
        max_size=30,
    ),
    how=st.tuples(st.integers(min_value=4, max_value=40), st.sampled_from(["any", "lf"]), st.booleans()),
)  # fmt: skip
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_plain_beginning_is_read_as_by_the_csv_module(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    how: tuple[int, str, bool],
) -> None:
    piece, line_end, is_undecodable = how
    content = "\n".join(["id,name", *lines]).encode() + b"\n1,\xff" * is_undecodable
    folder, dialect = tmp_path_factory.mktemp("plain"), Dialect(line_end=line_end)
    answers = []
    for size in (0, piece):
        monkeypatch.setattr(plain, "PIECE", size)
        answers.append(read_with_lines(folder, content, dialect))
    assert answers[0] == answers[1]


def test_an_older_encoding_far_behind(tmp_path: Path) -> None:
    source = tmp_path / "file"
    plain = b"id,name\n" + b"1,Ada\n" * 100_000
    for tail, encoding in (
        (b"2,\xc7elik\n", "cp1252"),
        (b"2,\xc3\x87elik\n3,\xff\n", "utf-8"),
        (b"2,\x81\n", "latin-1"),
    ):
        source.write_bytes(plain + tail)
        assert judge_encoding(source) == encoding


def test_broken_quotes_do_not_take_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From each of these lines on all that follows is one row, and no cell of it is long."""
    monkeypatch.setattr("imports_app.reading.rows._MOST_REREAD", 4 * limits.CELL)
    with pytest.raises(BadInput, match="do not fit together"):
        read(tmp_path, b"a,b\n" + b'x",":\n' * 400_000, Dialect())


HEADERS = {
    b"id,name\n1,Ada\n": True,
    b"$distinct_id,inCohort\nid-123,true\nid-xyz,true\n": True,
    b"1,Ada\n2,Bob\n": False,
    b"a@example.com\nb@example.com\n": False,
    b"x,thing\ny,thing\nz,thing\n": False,
    b"id,id\n1,2\n": False,
    b"name,plan\nAda,pro\nBob,free\n": True,
    b"2026-01-01,x\n2026-01-02,y\n": False,
}


@pytest.mark.parametrize("content", HEADERS)
def test_header_or_none(content: bytes) -> None:
    assert detect_dialect(content).header is HEADERS[content]


# What a table may hold: everything but what no profile can (NUL, lone surrogates).
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.text(
    st.sampled_from("\"',;\t|\r\n\\ a="), max_size=8
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(1, 5))
    return draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8))


@st.composite
def dialects(draw: st.DrawFn) -> tuple[Dialect, dict[str, Any]]:
    """How Roster is told to read, and how Python is told to write."""
    delimiter = draw(st.sampled_from(",;\t|:"))
    quote = draw(st.sampled_from("\"'"))
    escape = draw(st.sampled_from(["", "\\"]))
    end, name = draw(st.sampled_from([("\r\n", "crlf"), ("\n", "lf"), ("\r", "cr")]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    encoding = draw(st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
    written = {
        "delimiter": delimiter,
        "quotechar": quote,
        "quoting": quoting,
        "lineterminator": end,
        "escapechar": escape or None,
        "doublequote": not escape,
    }
    return Dialect(delimiter=delimiter, quote=quote, escape=escape, encoding=encoding, line_end=name), written


@given(table=tables(), how=dialects())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_python_writes_in_any_dialect_is_read_exactly(
    tmp_path_factory: pytest.TempPathFactory, table: Table, how: tuple[Dialect, dict[str, Any]]
) -> None:
    dialect, written = how
    text = io.StringIO(newline="")
    csv.writer(text, **written).writerows(table)
    rows, rejects = read(tmp_path_factory.mktemp("any"), text.getvalue().encode(dialect.encoding), dialect)
    assert rejects == []
    assert rows == table


@given(table=tables(), delimiter=st.sampled_from(",;\t|"))
@settings(max_examples=100, deadline=None)
def test_what_python_writes_is_read_without_being_told_the_line_ends(
    tmp_path_factory: pytest.TempPathFactory, table: Table, delimiter: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(table)
    rows, _ = read(tmp_path_factory.mktemp("ends"), text.getvalue().encode(), Dialect(delimiter=delimiter))
    assert rows == table
