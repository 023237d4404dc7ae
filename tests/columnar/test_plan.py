"""Which files of events are written anew, by counts alone."""

from profiles_app.columnar.plan import MONTH_ROWS, SHARED_ROWS, TIER, Merge, Piece, pack_months, plan_merges


def merge(months: list[str], pieces: list[Piece], *, shared: bool = False) -> Merge:
    return Merge(months=months, pieces=pieces, shared=shared)


def test_nothing_new_writes_nothing() -> None:
    assert plan_merges([Piece(id=1, month="2026-01", rows=10), Piece(id=2, month="", rows=10)], {}) == []


def test_many_new_rows_get_a_file_of_their_month() -> None:
    assert plan_merges([], {"2026-01": MONTH_ROWS}) == [merge(["2026-01"], [])]


def test_few_new_rows_share_a_file() -> None:
    assert plan_merges([], {"2026-02": 1, "2026-01": MONTH_ROWS - 1}) == [
        merge(["2026-01", "2026-02"], [], shared=True)
    ]


def test_a_month_that_has_a_file_keeps_its_own() -> None:
    large = Piece(id=1, month="2026-01", rows=MONTH_ROWS)
    assert plan_merges([large], {"2026-01": 1}) == [merge(["2026-01"], [])]


def test_files_that_are_not_much_larger_are_merged_from_the_smallest_on() -> None:
    pieces = [Piece(id=number, month="2026-01", rows=rows) for number, rows in enumerate((1000, 25, 10, 5))]
    (found,) = plan_merges(pieces, {"2026-01": 4})
    # 4 + 5 + 10 + 25 = 44 rows, and 1000 is more than three times as many.
    assert [piece.rows for piece in found.pieces] == [5, 10, 25]
    assert TIER * 44 < 1000


def test_a_row_is_rewritten_a_few_times_in_its_life() -> None:
    """A hundred rounds of equal size: the rows written are at most some six times those that came."""
    files: list[Piece] = []
    written = 0
    for number in range(100):
        (found,) = plan_merges(files, {"2026-01": 1000} if files else {"2026-01": MONTH_ROWS})
        rows = (1000 if files else MONTH_ROWS) + sum(piece.rows for piece in found.pieces)
        written += rows
        kept = [piece for piece in files if piece not in found.pieces]
        files = [*kept, Piece(id=number, month="2026-01", rows=rows)]
    assert sum(piece.rows for piece in files) == MONTH_ROWS + 99_000
    assert written < 6 * (MONTH_ROWS + 99_000)
    assert len(files) < 8


def test_a_file_with_a_row_that_was_written_again_is_always_written_anew() -> None:
    dirty = Piece(id=1, month="2026-01", rows=10**9, dirty=True)
    clean = Piece(id=2, month="2025-12", rows=5)
    assert plan_merges([dirty, clean], {"2026-01": 1}) == [merge(["2026-01"], [dirty])]
    shared = Piece(id=3, month="", rows=10**6, dirty=True)
    # The row itself may go into the file of its month, which came later.
    assert plan_merges([dirty, shared], {"2026-01": 1}) == [
        merge(["2026-01"], [dirty]),
        merge([], [shared], shared=True),
    ]


def test_packing_months() -> None:
    rows = {"2026-03": MONTH_ROWS, "2026-01": 5, "2026-02": 6}
    assert pack_months(rows) == [(["2026-03"], False), (["2026-01", "2026-02"], True)]
    assert pack_months({}) == []


def test_a_shared_file_is_not_filled_without_end() -> None:
    each = MONTH_ROWS - 1
    months = [f"{2000 + number // 12}-{number % 12 + 1:02}" for number in range(SHARED_ROWS // each * 2 + 3)]
    packed = pack_months(dict.fromkeys(months, each))
    assert [month for group, _ in packed for month in group] == months
    assert all(shared and len(group) * each <= SHARED_ROWS for group, shared in packed)
    assert len(packed) == 3
