"""One person as one line of CSV, made by DuckDB.

A cell is its value's text; unset and null are empty. RFC 4180: cells with a quote, a comma or a line
break stand in quotes, and a line ends with CR LF. An empty text is `""`, so it differs from no value.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from profiles_app.columnar.engine import Question
from profiles_app.columnar.naming import point_at
from profiles_app.filters.data import Form
from profiles_app.filters.properties import CREATED_AT, DISTINCT_ID, UPDATED_AT

# A spreadsheet takes a cell that begins so for a formula.
GUARDED: Final = "=+-@\t\r"
# Beyond it, whole numbers and DOUBLE part ways: the JSON text has the digits.
EXACT: Final = 2**53
_FORMS: Final = (Form.STRING, Form.NUMBER, Form.BOOLEAN, Form.LIST, Form.OBJECT)

# Templates over names of our own columns; no value ever stands in them. As text, because expressions of
# hundreds of columns take longer to build than the answer.
_QUOTED: Final = """'"' || replace({t}, '"', '""') || '"'"""
# Nearly no text needs any of it, so the question is asked once, and cheaply. ascii('') is 0.
_RAW_TEXT: Final = f"""CASE WHEN contains({{t}}, '"') OR contains({{t}}, ',') OR contains({{t}}, chr(10))
    OR contains({{t}}, chr(13)) OR ascii({{t}}) = 0 THEN {_QUOTED} ELSE {{t}} END"""
# Not IN, which DuckDB makes a join of for so many.
_STARTS: Final = " OR ".join(f"ascii({{t}}) = {ord(letter)}" for letter in GUARDED)
_GUARDED_TEXT: Final = f"""CASE WHEN {_STARTS} THEN {_QUOTED.replace("{t}", "chr(39) || {t}")}
    ELSE {_RAW_TEXT} END"""
# Of a whole line, most need none of it either: their texts, written together, are looked through once.
_ODD: Final = "contains(texts, '\"') OR contains(texts, ',') OR contains(texts, chr(10)) OR contains(texts, chr(13))"
_RAW_START: Final = "{t} = ''"
# What may be guarded or is empty, and little else: a comparison looks at a few bytes, and needs no character.
_GUARDED_START: Final = "NOT ({t} BETWEEN '0' AND ':' OR {t} >= 'A')"
_WHOLE: Final = "CAST({t} AS BIGINT)"
_NUMBER: Final = "CASE WHEN {t} = trunc({t}) THEN CAST(CAST({t} AS BIGINT) AS VARCHAR) ELSE CAST({t} AS VARCHAR) END"
_BOOLEAN: Final = "CAST({t} AS VARCHAR)"
_INSTANT: Final = """CASE WHEN {t} = date_trunc('second', {t}) THEN strftime({t}, '%Y-%m-%dT%H:%M:%SZ')
    ELSE strftime({t}, '%Y-%m-%dT%H:%M:%S.%fZ') END"""
# `c` is a value's JSON text, `t` the same with a string's quotes and escapes taken off.
_JSON: Final = f"""CASE WHEN {{c}} IS NULL OR {{c}} = 'null' THEN NULL WHEN ascii({{c}}) = 34 THEN %s
    WHEN ascii({{c}}) IN (91, 123) THEN {_QUOTED} WHEN ends_with({{c}}, '.0') THEN {{c}}[:-3] ELSE {{c}} END"""
_RAW_JSON: Final = _JSON % _RAW_TEXT
_GUARDED_JSON: Final = _JSON % _GUARDED_TEXT


def write_header(names: Sequence[str], *, raw: bool) -> bytes:
    """The first line: the names, guarded as texts are."""
    line = io.StringIO()
    csv.writer(line).writerow([name if raw or name[0] not in GUARDED else f"'{name}" for name in names])
    return line.getvalue().encode()


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Of the properties that are nothing but numbers: those with one that DOUBLE does not hold exactly, and
    those whose every number is whole."""

    large: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()


def look_at_numbers(question: Question, names: Sequence[str]) -> Numbers:
    """What `write_line` must know. Runs a statement of its own."""
    people = question.people
    asked = [name for name in names if not _is_own(name) and _list_forms(question, name) == {Form.NUMBER}]
    if not asked:
        return Numbers()
    limit = exp.Literal.number(EXACT)
    found: list[exp.Expr] = []
    for value in [people.value(name, Form.NUMBER) for name in asked]:
        found.append(exp.func("max", exp.GTE(this=exp.func("abs", value.copy()), expression=limit.copy())))
        found.append(exp.func("min", exp.EQ(this=value.copy(), expression=_call("trunc", value.copy()))))
    ((*answers,),) = question.fetch(exp.select(*found).from_(people.relation()))
    question.begin()
    return Numbers(large=_choose(asked, answers[::2]), whole=_choose(asked, answers[1::2]))


def _choose(names: Sequence[str], answers: Sequence[bool | None]) -> frozenset[str]:
    return frozenset(name for name, answer in zip(names, answers, strict=True) if answer)


@dataclass(frozen=True, kw_only=True)
class Line:
    """`values` are what a first SELECT takes from the people, `texts` puts the texts among them together, and
    `text` makes the line of it all."""

    values: list[exp.Expr]
    texts: exp.Expr
    text: exp.Expr

    def read(self, rows: exp.Select, *others: str) -> exp.Select:
        """The column `line`, and others, of a SELECT of the values."""
        texts = self.texts.as_("texts", copy=False)
        cells = exp.select(exp.Star(), texts).from_(rows.subquery("cells", copy=False), copy=False)
        line = self.text.as_("line", copy=False)
        return exp.select(line, *others).from_(cells.subquery("joined", copy=False), copy=False)


def write_line(question: Question, names: Sequence[str], *, numbers: Numbers, raw: bool) -> Line:
    """The line of a row of the present statement."""
    cells = _Cells(question, numbers=numbers, raw=raw)
    parts = [cells.write(name) for name in names]
    careful = _join(parts)
    if not cells.texts:
        return Line(text=exp.var(careful), texts=exp.null(), values=cells.list_values())
    start = _RAW_START if raw else _GUARDED_START
    odd = " OR ".join([_ODD, *(start.format(t=text) for text in cells.texts.values())])
    plain = _join([cells.texts.get(part, part) for part in parts])
    return Line(
        text=exp.var(f"CASE WHEN {odd} THEN {careful} ELSE {plain} END"),
        texts=exp.var(f"concat({', '.join(cells.texts.values())})"),
        values=cells.list_values(),
    )


def _join(parts: Sequence[str]) -> str:
    # This function, unlike ||, reads over NULL: an empty cell.
    cells = ", ',', ".join(parts)
    return f"concat({cells}, chr(13), chr(10))"


class _Cells:
    """The cells of one statement. `texts`: those that are plain texts, each with its bare value."""

    def __init__(self, question: Question, *, numbers: Numbers, raw: bool) -> None:
        self._question = question
        self._numbers = numbers
        self._raw = raw
        self._values: list[exp.Expr] = []
        self._pointers: list[str] = []
        self.texts: dict[str, str] = {}

    def write(self, name: str) -> str:
        """A cell as it stands in the line; NULL for an empty one."""
        people = self._question.people
        if name == DISTINCT_ID:
            return self._write_text(people.distinct_id)
        if name in (CREATED_AT, UPDATED_AT):
            return self._write(_INSTANT, people.created_at if name == CREATED_AT else people.updated_at)
        forms = _list_forms(self._question, name)
        if not forms:
            return "NULL"
        if name in self._numbers.large or len(forms) > 1 or Form.LIST in forms:
            return self._write_json(name)
        return self._write_typed(name, forms.pop())

    def list_values(self) -> list[exp.Expr]:
        """What the cells are made of; after the last cell."""
        if not self._pointers:
            return self._values
        # One reading of the JSON text for all of them.
        properties, pointers = self._question.people.properties(), self._question.parameters.add(self._pointers)
        return [
            *self._values,
            _call("json_extract", properties, pointers).as_("as_json"),
            _call("json_extract_string", properties.copy(), pointers.copy()).as_("as_text"),
        ]

    def _write_typed(self, name: str, form: Form) -> str:
        value = self._question.people.value(name, form)
        if form == Form.STRING:
            return self._write_text(value)
        if name in self._numbers.whole:
            return self._write(_WHOLE, value)
        return self._write({Form.NUMBER: _NUMBER, Form.BOOLEAN: _BOOLEAN, Form.OBJECT: _QUOTED}[form], value)

    def _write_text(self, value: exp.Expr) -> str:
        alias = f"c{len(self._values)}"
        cell = self._write(_RAW_TEXT if self._raw else _GUARDED_TEXT, value)
        self.texts[cell] = alias
        return cell

    def _write(self, template: str, value: exp.Expr) -> str:
        alias = f"c{len(self._values)}"
        self._values.append(value.copy().as_(alias, copy=False))
        return template.format(t=alias)

    def _write_json(self, name: str) -> str:
        """Out of the properties' JSON text: mixed kinds, lists, and what has no column of its own."""
        self._pointers.append(point_at(name))
        place = len(self._pointers)
        template = _RAW_JSON if self._raw else _GUARDED_JSON
        return template.format(c=f"CAST(as_json[{place}] AS VARCHAR)", t=f"as_text[{place}]")


def _is_own(name: str) -> bool:
    return name in (DISTINCT_ID, CREATED_AT, UPDATED_AT)


def _list_forms(question: Question, name: str) -> set[Form]:
    return {form for form in _FORMS if question.people.has_form(name, form)}


def _call(function: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=function, expressions=list(arguments))
