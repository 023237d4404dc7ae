"""Every question of the benchmark, in the order of the table."""

from typing import Final

from benchmarks.queries.behaviour_questions import BEHAVIOUR_QUESTIONS
from benchmarks.queries.profile_questions import PROFILE_QUESTIONS
from benchmarks.queries.question import Question

QUESTIONS: Final[tuple[Question, ...]] = (*PROFILE_QUESTIONS, *BEHAVIOUR_QUESTIONS)
