"""The words on the controls of the form."""

from typing import Final

from profiles_app.builder.closing import find_missing, write_window
from profiles_app.builder.draft import EventRow, Window
from profiles_app.filters.reading import Reader
from profiles_app.filters.tree import Aggregate, Ago, Before, Between, Last, Since, Type, Unit
from profiles_app.filters.tree import Window as TreeWindow
from profiles_app.filters.window_reading import read_window
from profiles_app.filters.words import say_day, say_span

TYPE_LABELS: Final = {
    Type.STRING: "Text",
    Type.NUMBER: "Number",
    Type.BOOLEAN: "True or false",
    Type.DATE: "Date",
    Type.LIST: "List",
    Type.ANY: "Any kind",
}
TYPE_ICONS: Final = {
    Type.STRING: "case-sensitive",
    Type.NUMBER: "hash",
    Type.BOOLEAN: "toggle-left",
    Type.DATE: "calendar",
    Type.LIST: "list",
    Type.ANY: "braces",
}
MEASURE_LABELS: Final = {
    Aggregate.COUNT: "Total Events",
    Aggregate.DAYS: "Different Days",
    Aggregate.SUM: "Sum of",
    Aggregate.AVERAGE: "Average of",
    Aggregate.MIN: "Minimum of",
    Aggregate.MAX: "Maximum of",
    Aggregate.DISTINCT: "Different Values of",
}
WINDOW_LABELS: Final = {
    "last": "Last",
    "since": "Since",
    "between": "Between",
    "ever": "Ever",
    "before": "Before",
    "ago": "Ago",
}
UNITS: Final = tuple((unit.value, f"{unit}s") for unit in Unit)


def label_window(window: Window) -> str:
    """`Last 30 days`; what is incomplete or wrong asks to be filled in."""
    if find_missing(EventRow(id=0, event="", window=window)):
        return "Choose days"
    read = read_window(write_window(window), "window", Reader())
    return "Choose days" if read is None else _say(read)


def _say(window: TreeWindow) -> str:
    match window:
        case Last(span):
            return f"Last {say_span(span)}"
        case Since(day) | Before(day):
            return f"{type(window).__name__} {say_day(day)}"
        case Between(first, last):
            return f"{say_day(first)} – {say_day(last)}"
        case Ago(start, end):
            return f"{say_span(start)} to {say_span(end)} ago"
        case _:
            return "Ever"
