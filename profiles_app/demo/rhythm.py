"""When people come: days of the week and hours of the day, by their own clock."""

from collections.abc import Sequence
from typing import Final

from profiles_app.demo.chance import Draw, pick
from profiles_app.demo.plan import DAY

# How likely a visit stays on its day, Monday first. A refused visit moves to a day from Monday
# to Friday of its week.
_WORK_DAYS: Final = (1.0, 1.0, 1.0, 0.97, 0.9, 0.22, 0.25)
_HOME_DAYS: Final = (0.95, 0.92, 0.95, 0.95, 1.0, 0.85, 0.8)
_HOUR_WEIGHTS_WORK: Final = (0, 0, 0, 0, 0, 1, 2, 5, 11, 13, 13, 11, 8, 11, 12, 11, 9, 6, 4, 4, 5, 4, 2, 1)
_HOUR_WEIGHTS_HOME: Final = (3, 1, 1, 0, 0, 1, 3, 6, 6, 5, 5, 5, 7, 6, 5, 5, 6, 8, 11, 14, 16, 16, 12, 7)


def _list_hours(weights: Sequence[int]) -> tuple[int, ...]:
    return tuple(hour for hour, weight in enumerate(weights) for _ in range(weight))


_WORK_HOURS: Final = _list_hours(_HOUR_WEIGHTS_WORK)
_HOME_HOURS: Final = _list_hours(_HOUR_WEIGHTS_HOME)


def move_to_habit(draw: Draw, moment: int, *, offset: int, at_work: bool, between: tuple[int, int]) -> int:
    """A moment near the given one at which such a person would come.

    Moments are seconds since 1970, UTC. Where the habit leads outside `between`, the moment
    stays as it is.
    """
    local = moment + offset
    day = local // DAY
    # 0 is Monday; 1970 began on a Thursday.
    today = (day + 3) % 7
    if draw() > (_WORK_DAYS if at_work else _HOME_DAYS)[today]:
        day += int(draw() * 5) - today
    hour = pick(draw, _WORK_HOURS if at_work else _HOME_HOURS)
    moved = day * DAY + hour * 3600 + int(draw() * 3600) - offset
    return moved if between[0] <= moved <= between[1] else moment
