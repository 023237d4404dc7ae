"""What the supervisor's listener makes of a death."""

import pytest

from config.runtime.watch import DEATHS, SECONDS, Deaths, is_death, judge_event


def test_a_death_is_said_and_lived_with(capsys: pytest.CaptureFixture[str]) -> None:
    assert judge_event("web", "PROCESS_STATE_EXITED", 1) == ""
    assert capsys.readouterr().err == "web died and is started again.\n"


@pytest.mark.parametrize(
    ("name", "state", "expected", "death"),
    [
        ("web", "PROCESS_STATE_EXITED", False, True),
        ("web", "PROCESS_STATE_EXITED", True, True),
        ("web", "PROCESS_STATE_BACKOFF", False, True),
        ("web", "PROCESS_STATE_STOPPED", False, False),
        ("demo", "PROCESS_STATE_EXITED", True, False),
        ("demo", "PROCESS_STATE_EXITED", False, True),
    ],
)
def test_an_essential_process_dies_even_with_a_good_exit_code(
    name: str, state: str, expected: bool, death: bool
) -> None:
    assert is_death(name, state, exit_code_expected=expected) is death


def test_a_process_that_is_given_up_ends_the_run() -> None:
    assert judge_event("web", "PROCESS_STATE_FATAL", 0).startswith("web died again and again.")


def test_many_deaths_end_the_run_though_each_life_was_long_enough() -> None:
    deaths = Deaths()
    counts = [deaths.count("web", now=float(second)) for second in range(DEATHS)]
    ends = [bool(judge_event("web", "PROCESS_STATE_EXITED", count)) for count in counts]
    assert ends == [False] * (DEATHS - 1) + [True]


def test_old_deaths_are_forgotten() -> None:
    deaths = Deaths()
    assert [deaths.count("web", now=SECONDS * 2 * day) for day in range(10)] == [1] * 10


def test_processes_are_counted_apart() -> None:
    deaths = Deaths()
    deaths.count("web", now=0.0)
    assert deaths.count("worker", now=0.0) == 1


@pytest.mark.parametrize("state", ["PROCESS_STATE_EXITED", "PROCESS_STATE_FATAL"])
def test_without_demo_data_roster_goes_on(state: str) -> None:
    assert judge_event("demo", state, DEATHS) == ""
