"""What the buttons of the form do to a draft: one function for each word of `do`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from profiles_app.builder.draft import (
    ROOT,
    THEN,
    Card,
    CohortRow,
    Draft,
    EventRow,
    Item,
    Node,
    PropertyRow,
    SequenceRow,
    StepRow,
    change_node,
    find_parent,
    list_children,
    make_draft,
    next_id,
    rebuild,
    walk,
)
from profiles_app.builder.reading import BadForm
from profiles_app.filters.operators import OPERATORS
from profiles_app.filters.tree import Type


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where the choice of a menu goes: `add` to a card, `set` a row's name, `where` of an event, `of` a
    measure."""

    purpose: str
    node: int

    def __str__(self) -> str:
        return f"{self.purpose}:{self.node}"


PURPOSES: Final = ("add", "set", "where", "of")


def parse_target(text: str) -> Target:
    """`add:3`. Raises `BadForm`."""
    purpose, _, node = text.partition(":")
    if purpose not in PURPOSES or not node.isdecimal() or len(node) > 6:
        raise BadForm
    return Target(purpose=purpose, node=int(node))


def apply_actions(draft: Draft, joins: dict[int, str], steps: Sequence[str]) -> tuple[Draft, Target | None]:
    """The draft after each step, all of them taken on the form as it was posted: several where no answer came
    between them. And the menu to open, which only pages without JavaScript ask for so. Raises `BadForm` for a
    button that no page has."""
    draft, target = apply_joins(draft, joins), None
    for step in _order(steps):
        draft, target = _apply_action(draft, step)
    return draft, target


def _order(steps: Sequence[str]) -> list[str]:
    """A chip is named by its place, which changes when one in front of it goes: the last of them goes first."""
    drops = {step for step in steps if step.startswith("drop:")}
    others = [step for step in steps if step not in drops]
    return sorted(drops, key=lambda step: _read_id(step.rpartition(":")[2]), reverse=True) + (others or ["apply"])


def _apply_action(draft: Draft, do: str) -> tuple[Draft, Target | None]:
    word, _, rest = do.partition(":")
    if word == "menu":
        return draft, parse_target(rest)
    action = _ACTIONS.get(word)
    if action is None:
        raise BadForm
    return tidy(action(draft, rest)), None


def tidy(draft: Draft) -> Draft:
    """Without what its last step left behind: a sequence of one step, conditions of an event without any."""
    (tidied,) = rebuild(draft, _tidy_node)
    assert isinstance(tidied, Card)
    return tidied if tidied.items else make_draft()


def _tidy_node(node: Node) -> tuple[Node, ...]:
    match node:
        case SequenceRow(steps=()):
            return ()
        case SequenceRow(steps=(step,)):
            return (_make_event(step, node),)
        case EventRow() | StepRow() if node.where is not None and not node.where.items:
            return (replace(node, where=None),)
        case _:
            return (node,)


def apply_joins(draft: Draft, joins: dict[int, str]) -> Draft:
    """Each connector that was changed: `and` and `or` hold for the whole card, `then` makes a sequence."""
    for node_id, join in joins.items():
        draft = _apply_join(draft, node_id, join)
    return draft


def _apply_join(draft: Draft, node_id: int, join: str) -> Draft:
    parent = find_parent(draft, node_id)
    match parent:
        case Card() if join == THEN:
            return change_node(draft, parent.id, lambda card: _chain(draft, card, node_id))
        case Card(joiner=joiner) if join != joiner:
            return change_node(draft, parent.id, lambda card: (_join(card, join),))
        case SequenceRow() if join != THEN:
            return _split(draft, parent, node_id, join)
        case _:
            return draft


def _join(node: Node, joiner: str) -> Node:
    return replace(node, joiner="or" if joiner == "or" else "and") if isinstance(node, Card) else node


def can_chain(item: Item | None) -> bool:
    """Whether it can be a step of a sequence, or is one already."""
    return isinstance(item, EventRow | SequenceRow)


def _chain(draft: Draft, node: Node, second_id: int) -> tuple[Node, ...]:
    """The card with one item joined to the one before."""
    assert isinstance(node, Card)
    places = [number for number, item in enumerate(node.items) if item.id == second_id and number > 0]
    if not places or not (can_chain(node.items[places[0] - 1]) and can_chain(node.items[places[0]])):
        return (node,)
    first, second = node.items[places[0] - 1 : places[0] + 1]
    assert isinstance(first, EventRow | SequenceRow)
    steps = (*_list_steps(first), *_list_steps(second))
    number = first.id if isinstance(first, SequenceRow) else next_id(draft)
    sequence = SequenceRow(id=number, steps=steps, did=first.did, window=first.window)
    return (replace(node, items=(*node.items[: places[0] - 1], sequence, *node.items[places[0] + 1 :])),)


def _list_steps(item: Item) -> tuple[StepRow, ...]:
    match item:
        case SequenceRow(steps=steps):
            return steps
        case EventRow(id=number, event=event, where=where):
            return (StepRow(id=number, event=event, where=where),)
        case _:
            return ()


def _split(draft: Draft, sequence: SequenceRow, step_id: int, join: str) -> Draft:
    """The sequence ends before this step; what follows is joined by `join`."""
    at = next(number for number, step in enumerate(sequence.steps) if step.id == step_id)
    if at == 0:
        return draft
    rest = replace(
        sequence, id=next_id(draft), steps=(replace(sequence.steps[at], within=("", "day")), *sequence.steps[at + 1 :])
    )
    parent = find_parent(draft, sequence.id)
    draft = change_node(draft, sequence.id, lambda _: (replace(sequence, steps=sequence.steps[:at]), rest))
    return change_node(draft, parent.id, lambda card: (_join(card, join),)) if parent else draft


def _make_event(step: StepRow, sequence: SequenceRow) -> EventRow:
    return EventRow(id=step.id, event=step.event, did=sequence.did, window=sequence.window, where=step.where)


def _remove(draft: Draft, rest: str) -> Draft:
    """The node, and a card that it leaves empty, unless it is the only one."""
    node_id = _read_id(rest)
    parent = find_parent(draft, node_id)
    if isinstance(parent, Card) and parent.id != ROOT and len(parent.items) == 1:
        above = find_parent(draft, parent.id)
        if above is not None and (above.id != ROOT or len(list_children(above)) > 1):
            node_id = parent.id
    return change_node(draft, node_id, lambda _: ()) if node_id != ROOT else draft


def _add_group(draft: Draft, _: str) -> Draft:
    return replace(draft, items=(*draft.items, Card(id=next_id(draft))))


def _nest(draft: Draft, rest: str) -> Draft:
    """A card inside a card, joined the other way round: else it would change nothing."""

    def add(card: Node) -> tuple[Node, ...]:
        if not isinstance(card, Card):
            raise BadForm
        other = "and" if card.joiner == "or" else "or"
        return (replace(card, items=(*card.items, Card(id=next_id(draft), joiner=other))),)

    return change_node(draft, _read_id(rest), add)


def _negate(draft: Draft, rest: str) -> Draft:
    def turn(card: Node) -> tuple[Node, ...]:
        return (replace(card, negated=not card.negated),) if isinstance(card, Card) else (card,)

    return change_node(draft, _read_id(rest), turn)


def _turn_first_time(draft: Draft, rest: str) -> Draft:
    def turn(row: Node) -> tuple[Node, ...]:
        return (replace(row, first_time=not row.first_time),) if isinstance(row, EventRow) else (row,)

    return change_node(draft, _read_id(rest), turn)


def _turn_cast(draft: Draft, rest: str) -> Draft:
    def turn(row: Node) -> tuple[Node, ...]:
        return (replace(row, cast=not row.cast),) if isinstance(row, PropertyRow) else (row,)

    return change_node(draft, _read_id(rest), turn)


def _treat_as(draft: Draft, rest: str) -> Draft:
    """`5:number`: another kind of operators; texts that read as one are taken as well where they can be."""
    node, _, kind = rest.partition(":")
    if kind not in set(Type):
        raise BadForm

    def treat(row: Node) -> tuple[Node, ...]:
        if not isinstance(row, PropertyRow):
            return (row,)
        cast = kind in {Type.NUMBER, Type.BOOLEAN}
        return (replace(make_property(row.id, row.name, Type(kind)), cast=cast),)

    return change_node(draft, _read_id(node), treat)


def _drop_value(draft: Draft, rest: str) -> Draft:
    """`5:2`: the third chip of row 5."""
    node, _, place = rest.partition(":")
    number = _read_id(place)

    def drop(row: Node) -> tuple[Node, ...]:
        if not isinstance(row, PropertyRow):
            return (row,)
        return (replace(row, values=row.values[:number] + row.values[number + 1 :]),)

    return change_node(draft, _read_id(node), drop)


def _pick(draft: Draft, rest: str) -> Draft:
    """`add:3:property.number:age`, `set:5:event:watch video`, `where:5:…`, `of:5:…`, `add:3:cohort:12`."""
    parts = rest.split(":", 3)
    if len(parts) != 4 or not parts[3]:
        raise BadForm
    target = parse_target(":".join(parts[:2]))
    return change_node(draft, target.node, lambda old: (_choose(draft, old, target, parts[2], parts[3]),))


def _choose(draft: Draft, node: Node, target: Target, kind: str, name: str) -> Node:
    match node:
        case Card() if target.purpose == "add":
            return replace(node, items=(*node.items, make_row(next_id(draft), kind, name)))
        case EventRow() | StepRow() if target.purpose == "where":
            row = make_row(next_id(draft) + 1, kind, name)
            where = node.where or Card(id=next_id(draft))
            return replace(node, where=replace(where, items=(*where.items, row)))
        case EventRow() if target.purpose == "of":
            return replace(node, of=name)
        case EventRow() | StepRow() if target.purpose == "set" and kind == "event":
            return replace(node, event=name)
        case CohortRow() if target.purpose == "set" and kind == "cohort":
            return replace(node, cohort=name)
        case StepRow() | SequenceRow():
            raise BadForm
        case _ if target.purpose == "set":
            return make_row(node.id, kind, name)
        case _:
            raise BadForm


def make_row(number: int, kind: str, name: str) -> Item:
    """A new row for an item of the menu: `property.number`, `event` or `cohort`."""
    word, _, value_type = kind.partition(".")
    if word == "property" and value_type in set(Type):
        return make_property(number, name, Type(value_type))
    if word == "event":
        return EventRow(id=number, event=name)
    if word == "cohort":
        return CohortRow(id=number, cohort=name)
    raise BadForm


def make_property(number: int, name: str, kind: Type) -> PropertyRow:
    """With the first operator of its type."""
    operator = next(one for one in OPERATORS if one.type is kind)
    return PropertyRow(id=number, name=name, type=kind, op=operator.key)


def _read_id(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise BadForm
    return int(text)


_ACTIONS: Final[dict[str, Callable[[Draft, str], Draft]]] = {
    "": lambda draft, _: draft,
    "apply": lambda draft, _: draft,
    "clear": lambda _draft, _: make_draft(),
    "group": _add_group,
    "nest": _nest,
    "remove": _remove,
    "negate": _negate,
    "first_time": _turn_first_time,
    "cast": _turn_cast,
    "treat": _treat_as,
    "drop": _drop_value,
    "pick": _pick,
}


def is_empty(draft: Draft) -> bool:
    """Whether it has no rows at all."""
    return not any(not isinstance(node, Card) for node in walk(draft))
