"""What a culture knows about names: the given and family names, their order, their Latin spelling."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from profiles_app.demo.chance import Draw, pick


@dataclass(frozen=True, slots=True)
class Word:
    """A name as its owner writes it, and in plain a-z for e-mail addresses."""

    written: str
    plain: str


@dataclass(frozen=True, slots=True)
class Culture:
    """Names of one culture. `family[n]` belongs to both lists: a woman's and a man's form of it."""

    female: tuple[Word, ...]
    male: tuple[Word, ...]
    family: tuple[tuple[Word, Word], ...]
    family_first: bool = False
    joiner: str = " "


@dataclass(frozen=True, slots=True)
class FullName:
    """`written` as shown; `given` and `family` in plain a-z."""

    written: str
    given: str
    family: str


# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN_LETTERS: Final = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def to_plain(text: str) -> str:
    """`text` in lower-case a-z: diacritics off, everything else dropped. "Ødegård" is "odegard"."""
    lowered = unicodedata.normalize("NFKD", text.lower().translate(_PLAIN_LETTERS))
    return "".join(letter for letter in lowered if "a" <= letter <= "z")


def read_word(text: str) -> Word:
    """A word of a list: `Ødegård`, or `Иван=ivan` where the script is not Latin. `_` is a space."""
    written, _, plain = text.replace("_", " ").partition("=")
    return Word(written, plain or to_plain(written))


def _read_words(text: str) -> tuple[Word, ...]:
    return tuple(read_word(word) for word in text.split())


def _read_family(text: str) -> tuple[Word, Word]:
    woman, _, man = text.partition("/")
    return read_word(woman), read_word(man or woman)


def read_culture(*, female: str, male: str, family: str, family_first: bool = False, joiner: str = " ") -> Culture:
    """A culture from lists separated by white space; a family name may be `woman's/man's`."""
    families = tuple(_read_family(text) for text in family.split())
    return Culture(_read_words(female), _read_words(male), families, family_first, joiner)


def draw_name(draw: Draw, culture: Culture) -> FullName:
    """A given and a family name that go together, in the order of the culture."""
    is_woman = draw() < 0.5
    given = pick(draw, culture.female if is_woman else culture.male)
    forms = pick(draw, culture.family)
    family = forms[0] if is_woman else forms[1]
    parts = (family.written, given.written) if culture.family_first else (given.written, family.written)
    return FullName(culture.joiner.join(parts), given.plain, family.plain)
