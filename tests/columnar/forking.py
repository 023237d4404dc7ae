"""A process that asks, forks, and asks in both: `python -m tests.columnar.forking DATABASE PROJECT`.

Prints the parent's answer, the child's and the parent's again.
"""

import os
import sys


def main(database: str, project_id: int) -> None:
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    from profiles_app.columnar.database import get_database
    from profiles_app.columnar.store import _process
    from profiles_app.models import Project
    from tests.columnar.writing import count

    project = Project.objects.get(pk=project_id)
    print("parent", count(project), flush=True)
    place, database_of_parent = _process.places[project_id], get_database()
    connection.close()
    # As where another thread of the parent is in the middle of a question.
    with place.lock, _process.lock:
        child = os.fork()
        if not child:
            print("child", count(project), flush=True)
            assert get_database() is not database_of_parent
            os._exit(0)
        _, status = os.waitpid(child, 0)
    assert status == 0, status
    print("parent", count(project), flush=True)
    assert _process.places[project_id] is place


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(sys.argv[1], int(sys.argv[2]))
