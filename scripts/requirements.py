"""Print the packages that pyproject.toml asks for: `requirements.py [EXTRA ...]`.

pip can install them without building this project, which would need the network every time and
leave files in the checkout. Runs before anything is installed.
"""

import sys
import tomllib
from pathlib import Path


def list_requirements(pyproject: Path, extras: list[str]) -> list[str]:
    """The dependencies of the project and of those of its extras."""
    project = tomllib.loads(pyproject.read_text())["project"]
    return [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]


if __name__ == "__main__":
    print("\n".join(list_requirements(Path(__file__).parent.parent / "pyproject.toml", sys.argv[1:])))
