from collections import Counter

from profiles_app.demo.chance import Dice, item_key, pick_some, spread, stream_key


def test_an_item_draws_the_same_numbers_in_any_order() -> None:
    dice = Dice()
    forwards = {index: dice.draw_for(5, index)() for index in range(100)}
    backwards = {index: dice.draw_for(5, index)() for index in reversed(range(100))}
    assert forwards == backwards
    assert len(set(forwards.values())) == 100


def test_streams_and_seeds_differ() -> None:
    keys = {stream_key(seed, stream) for seed in range(20) for stream in ("people", "events")}
    assert len(keys) == 40


def test_no_two_items_of_a_stream_are_alike() -> None:
    assert len({item_key(stream_key(1, "events"), index) for index in range(100_000)}) == 100_000


def test_a_table_follows_its_weights_and_forgets_nobody() -> None:
    counts = Counter(spread({"often": 97.0, "seldom": 3.0, "hardly": 0.001, "never": 0.0}, 1000))
    assert counts["often"] == 970
    assert counts["seldom"] == 30
    assert counts["hardly"] == 1
    assert "never" not in counts


def test_some_are_different_and_in_range() -> None:
    draw = Dice().draw_for(1, 1)
    for _ in range(100):
        some = pick_some(draw, "abcdef", 4)
        assert 1 <= len(some) <= 4
        assert len(set(some)) == len(some)
