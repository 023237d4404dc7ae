"""From a property's JSON text to its typed values, as macros of DuckDB.

One definition for all three that need it: files being written, rows of the tail, and properties
without a column of their own. Each macro takes the JSON text of a value (VARCHAR) and is NULL
where the value is of another kind.
"""

from typing import Final

from profiles_app.filters.data import Form
from profiles_app.filters.forms import day_sql, instant_sql

MACROS: Final = {
    Form.STRING: "roster_string",
    Form.NUMBER: "roster_number",
    Form.BOOLEAN: "roster_boolean",
    Form.INSTANT: "roster_instant",
    Form.DAY: "roster_day",
    Form.LIST: "roster_list",
    Form.OBJECT: "roster_object",
}

# A text without escapes, nearly always, is what stands between its quotes. A number's text begins
# with a digit or a sign; TRY_CAST refuses all else, quoted text and words alike.
_STRING: Final = """CASE WHEN starts_with(raw, '"') THEN
    CASE WHEN contains(raw, '\\') THEN json_extract_string(raw, '$') ELSE raw[2:-2] END END"""
_LIST: Final = """CASE WHEN starts_with(raw, '[') THEN list_transform(
    CAST(json_extract(raw, '$[*]') AS VARCHAR[]), lambda item: roster_item(item)) END"""
_ITEM: Final = """CASE WHEN starts_with(raw, '"') THEN 's' || json_extract_string(raw, '$')
    WHEN TRY_CAST(raw AS DOUBLE) IS NOT NULL THEN 'n' || CAST(TRY_CAST(raw AS DOUBLE) + 0.0 AS VARCHAR)
    ELSE 'x' END"""

# A date is a text of ten characters or at least nineteen, with a dash at its fifth: the patterns
# run over these alone.
_MAYBE_DAY: Final = """starts_with(raw, '"') AND length(raw) = 12 AND raw[6] = '-'"""
_MAYBE_INSTANT: Final = """starts_with(raw, '"') AND length(raw) >= 21 AND raw[6] = '-' AND raw[12] = 'T'"""

# What the search looks into beside the distinct id. The name is the one that the table shows.
SEARCHED: Final = ("$name", "$first_name", "$last_name", "$email")
_SHOWN_NAME: Final = """coalesce(nullif(trim(roster_string(name)), ''),
    concat_ws(' ', roster_string(first), roster_string(last)))"""

CREATE_MACROS: Final = (
    f"CREATE OR REPLACE MACRO roster_string(raw) AS {_STRING}",
    "CREATE OR REPLACE MACRO roster_number(raw) AS TRY_CAST(raw AS DOUBLE)",
    "CREATE OR REPLACE MACRO roster_boolean(raw) AS CASE raw WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END",
    f"CREATE OR REPLACE MACRO roster_day_of(value) AS {day_sql('value')}",
    f"CREATE OR REPLACE MACRO roster_day(raw) AS CASE WHEN {_MAYBE_DAY} THEN roster_day_of({_STRING}) END",
    f"CREATE OR REPLACE MACRO roster_instant_of(value) AS {instant_sql('value')}",
    f"CREATE OR REPLACE MACRO roster_instant(raw) AS CASE WHEN {_MAYBE_INSTANT} THEN roster_instant_of({_STRING}) END",
    f"CREATE OR REPLACE MACRO roster_item(raw) AS {_ITEM}",
    f"CREATE OR REPLACE MACRO roster_list(raw) AS {_LIST}",
    "CREATE OR REPLACE MACRO roster_object(raw) AS CASE WHEN starts_with(raw, '{') THEN raw END",
    # Upper case first: it joins letters that share a capital, such as σ and ς.
    "CREATE OR REPLACE MACRO roster_fold(value) AS lower(upper(value))",
    f"""CREATE OR REPLACE MACRO roster_search(id, name, first, last, email) AS
        roster_fold(concat_ws(chr(10), id, {_SHOWN_NAME}, roster_string(email)))""",
)

# Which kinds a column of values holds, as bits.
_BITS: Final = {form: 1 << place for place, form in enumerate(Form)}
KINDS: Final = f"""bit_or(CASE raw[1]
    WHEN '"' THEN {_BITS[Form.STRING]}
        | CASE WHEN {_MAYBE_DAY} THEN {_BITS[Form.DAY]} ELSE 0 END
        | CASE WHEN {_MAYBE_INSTANT} THEN {_BITS[Form.INSTANT]} ELSE 0 END
    WHEN 't' THEN {_BITS[Form.BOOLEAN]} WHEN 'f' THEN {_BITS[Form.BOOLEAN]}
    WHEN '[' THEN {_BITS[Form.LIST]} WHEN '{{' THEN {_BITS[Form.OBJECT]}
    WHEN 'n' THEN 0 ELSE {_BITS[Form.NUMBER]} END)"""


def read_kinds(bits: int | None) -> str:
    """The letters of the forms in a result of `KINDS`."""
    return "".join(form.value for form, bit in _BITS.items() if (bits or 0) & bit)
