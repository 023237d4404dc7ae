"""The names in the sentence of a filter, as people read them everywhere."""

from functools import partial

from profiles_app.display.countries import say_country
from profiles_app.display.labels import label_property
from profiles_app.filters.cohorts import CohortResolver, name_cohort
from profiles_app.filters.describe import Wording


def word_for_people(cohorts: CohortResolver) -> Wording:
    """Labels of properties, names of countries, and of the cohorts that may be read."""
    return Wording(
        label_property=label_property,
        name_cohort=partial(name_cohort, cohorts),
        name_value=lambda name, text: say_country(name, text) or text,
    )
