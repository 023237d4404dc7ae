"""What a draft means, and what is wrong with it, beside which row."""

from dataclasses import dataclass

from profiles_app.builder.closing import Written, write_draft
from profiles_app.builder.draft import Card, Draft, walk
from profiles_app.columnar.patterns import find_fault
from profiles_app.filters.check import check_filter
from profiles_app.filters.cohorts import CohortResolver
from profiles_app.filters.errors import BadFilter
from profiles_app.filters.parse import parse_filter
from profiles_app.filters.tree import Filter, Population


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`tree` is the filter of the complete rows, None where something is wrong: then `problem` says what.
    `faults` are its sentences by the id of their row."""

    written: Written
    tree: Filter | None
    problem: BadFilter | None
    faults: dict[int, list[str]]

    @property
    def missing(self) -> dict[int, str]:
        return self.written.missing


def judge_draft(draft: Draft, *, cohorts: CohortResolver, population: Population = Population.PROFILES) -> Judgement:
    """Reads and checks what is complete of the draft."""
    written = write_draft(draft)
    document = {"population": str(population), "where": written.where}
    try:
        tree = parse_filter(document)
        check_filter(tree, cohorts=cohorts, check_pattern=find_fault)
    except BadFilter as bad:
        faults: dict[int, list[str]] = {}
        for problem in bad.problems:
            faults.setdefault(written.find_node(problem.path) or draft.id, []).append(problem.sentence)
        return Judgement(written=written, tree=None, problem=bad, faults=faults)
    return Judgement(written=written, tree=tree, problem=None, faults={})


def fits_in_address(draft: Draft, judgement: Judgement) -> bool:
    """Whether a page that is loaded from the address shows the same rows."""
    cards = [card for card in draft.items if isinstance(card, Card)]
    is_whole = not judgement.missing and all(not isinstance(node, Card) or node.items for node in walk(draft))
    return judgement.problem is None and (is_whole or cards == [Card(id=cards[0].id)])
