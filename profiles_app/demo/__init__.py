"""Demo data: people, companies and events that look like a living product.

    chance      numbers from (seed, stream, index): the same everywhere, in any order
    names_*     given and family names of many cultures, in their own scripts
    places      countries, their cities, clocks and dialling codes
    companies   the groups that people belong to
    plan        how many people and events there are, and who has how many
    people      the facts of one person, from the plan and an index alone
    profiles    a person's and a company's facts as wire records
    titles      what the product offers: films, courses, pages, searches
    rhythm      when a person comes: growth, days of the week, hours of the day
    sessions    what a person does in a visit, as wire records
    batches     all of it as batches for the ingestion
    load        writing it into a project
    workers     several processes that write side by side
    progress    how far it has come

Only `load` and `workers` know Django and the database.
"""
