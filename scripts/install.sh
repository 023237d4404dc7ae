#!/bin/bash
# Make .venv and install into it: install.sh run|dev
# Does nothing, and needs no network, where everything is there already.
set -euo pipefail
cd "$(dirname "$0")/.."

case "$1" in
    run) extras="embedded" ;;
    dev) extras="embedded dev" ;;
    *) echo "Usage: scripts/install.sh run|dev" >&2; exit 2 ;;
esac

# A Python that starts other Pythons must not be led astray by the caller's.
unset PYTHONHOME PYTHONPATH PYTHONPYCACHEPREFIX PYTHONDONTWRITEBYTECODE

explain() { echo "make: $*" >&2; exit 1; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" || explain "PYTHON=$PYTHON is not Python 3.11 or newer."
        echo "$PYTHON"
        return
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null && is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    explain "Roster needs Python 3.11 or newer; python3 here is $(python3 --version 2>&1 || true)." \
        "Install one, or name it: PYTHON=/path/to/python3.12 make run"
}

install_venv_module() {
    local package
    package="$("$1" -c 'import sys; print(f"python3.{sys.version_info[1]}-venv")')"
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        explain "Python's venv module is missing. As root: apt-get install $package"
    fi
    echo "Installing $package, which makes virtual environments."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null
}

make_venv() {
    local python
    python="$(find_python)"
    # ensurepip is the part that Debian leaves out.
    "$python" -c 'import venv, ensurepip' 2>/dev/null || install_venv_module "$python"
    echo "Making .venv with $("$python" --version)."
    rm -rf .venv
    "$python" -m venv .venv || explain "The virtual environment could not be made; see above."
}

command -v setpriv >/dev/null || explain "setpriv is missing. It belongs to the package util-linux."

is_new_enough .venv/bin/python || make_venv

# What was installed is written down: nothing is asked of the network until it changes. `dev` has
# all that `run` needs, so one stamp serves both.
wanted="$(.venv/bin/python -I scripts/requirements.py $extras)"
stamp=".venv/installed-$1"
content="$(.venv/bin/python --version)
$wanted
$(cat constraints.txt)"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$content" ]; then
    exit 0
fi

echo "Installing packages into .venv."
printf '%s\n' "$wanted" > .venv/requirements.txt
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input \
    --constraint constraints.txt --requirement .venv/requirements.txt \
    || explain "The packages could not be installed; see above. Is the network there?"
printf '%s' "$content" > "$stamp"
