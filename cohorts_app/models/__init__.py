"""The tables of cohorts."""

from cohorts_app.models.cohort import Cohort, Kind
from cohorts_app.models.lists import Identify, ListLine, ListOutcome, ListState, MemberList, Outcome
from cohorts_app.models.member import Member
from cohorts_app.models.size import Size

__all__ = [
    "Cohort",
    "Identify",
    "Kind",
    "ListLine",
    "ListOutcome",
    "ListState",
    "Member",
    "MemberList",
    "Outcome",
    "Size",
]
