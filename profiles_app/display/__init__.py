"""How people, values and times look on every page. Pure: nothing here reads the database."""
