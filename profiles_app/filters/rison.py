"""JSON values in the notation of addresses: Rison, in which words may also hold `$`, `@` and spaces.

    (all:!((property:$city,type:string,op:is,value:!(Oslo)),(event:watch video,value:10)))

An object is `(key:value,…)`, a list `!(value,…)`; `!t`, `!f` and `!n` are true, false and null; a text that
could be anything else stands in `'…'`, in which `!` is written before `'` and `!`. Every text that
https://github.com/Nanonid/rison calls Rison is read.
"""

import re
from collections.abc import Mapping
from typing import Final

_WORD: Final = re.compile(r"[^\s\-0-9'!:(),*][^\s'!:(),*]*(?: +[^\s'!:(),*]+)*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_QUOTED: Final = re.compile(r"'((?:[^'!]|![!'])*)'")
_LITERALS: Final = {"t": True, "f": False, "n": None}
_DEEPEST: Final = 60
# Numbers of more digits take long to read, and are none that is kept.
_LONGEST_NUMBER: Final = 400


class BadRison(ValueError):
    """A text in another notation, or a part of one."""


def write_rison(value: object) -> str:
    """The text of a value that JSON can hold."""
    match value:
        case None:
            return "!n"
        case bool():
            return "!t" if value else "!f"
        case int() | float():
            return repr(value).replace("+", "")
        case str():
            return _write_text(value)
        case Mapping():
            return f"({','.join(f'{_write_text(key)}:{write_rison(item)}' for key, item in value.items())})"
        case list() | tuple():
            return f"!({','.join(map(write_rison, value))})"
        case _:
            raise TypeError(f"{type(value).__name__} has no form in an address.")


def _write_text(text: str) -> str:
    if _WORD.fullmatch(text):
        return text
    return "'{}'".format(text.replace("!", "!!").replace("'", "!'"))


def read_rison(text: str) -> object:
    """The value of a text. Raises `BadRison`."""
    reader = _Reader(text)
    value = reader.value(0)
    if reader.place != len(text):
        raise BadRison
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self.place = 0

    def value(self, depth: int) -> object:
        if depth > _DEEPEST:
            raise BadRison
        if self._take("!("):
            return self._list(depth)
        if self._take("!"):
            return self._literal()
        if self._take("("):
            return self._object(depth)
        return self._scalar()

    def _scalar(self) -> object:
        if (quoted := self._match(_QUOTED)) is not None:
            return re.sub("!(.)", r"\1", quoted[1:-1])
        if (number := self._match(_NUMBER)) is not None:
            if len(number) > _LONGEST_NUMBER:
                raise BadRison
            return float(number) if set(number) & set(".eE") else int(number)
        word = self._match(_WORD)
        if word is None:
            raise BadRison
        return word

    def _literal(self) -> object:
        letter = self._text[self.place : self.place + 1]
        if letter not in _LITERALS:
            raise BadRison
        self.place += 1
        return _LITERALS[letter]

    def _list(self, depth: int) -> list[object]:
        items: list[object] = []
        while not self._take(")"):
            if items:
                self._expect(",")
            items.append(self.value(depth + 1))
        return items

    def _object(self, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while not self._take(")"):
            if found:
                self._expect(",")
            key = self._scalar()
            self._expect(":")
            found[str(key)] = self.value(depth + 1)
        return found

    def _take(self, mark: str) -> bool:
        if not self._text.startswith(mark, self.place):
            return False
        self.place += len(mark)
        return True

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise BadRison

    def _match(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self._text, self.place)
        if found is None:
            return None
        self.place = found.end()
        return found[0]
