"""The processes that `run` starts, and the supervisor's configuration for them."""

from dataclasses import dataclass

from config.runtime.folders import RunFolder

# The supervisor reads these from its environment, so that no path has to be escaped in its file.
PYTHON_VARIABLE = "ROSTER_RUN_PYTHON"
CHECKOUT_VARIABLE = "ROSTER_RUN_CHECKOUT"


@dataclass(frozen=True, kw_only=True)
class Program:
    """One supervised process: `python -m config.processes NAME`."""

    name: str
    # How to ask it to stop, and how long to wait before it is killed.
    stop_signal: str = "TERM"
    stop_seconds: int = 20
    # False: it runs once, and Roster goes on without it.
    essential: bool = True


POSTGRES = Program(name="postgres", stop_signal="INT", stop_seconds=60)
WEB = Program(name="web")
WORKER = Program(name="worker")
BEAT = Program(name="beat")
DEMO = Program(name="demo", essential=False)

PROGRAMS = (POSTGRES, WEB, WORKER, BEAT, DEMO)
_BY_NAME = {program.name: program for program in PROGRAMS}


def is_essential(name: str) -> bool:
    """True where Roster cannot go on without the process. The listener itself counts."""
    return name not in _BY_NAME or _BY_NAME[name].essential


def select_programs(*, embedded_database: bool, demo: bool) -> tuple[Program, ...]:
    """The programs to run: no server of our own beside a DATABASE_URL, no demo where not wanted."""
    left_out = {name for name, wanted in ((POSTGRES.name, embedded_database), (DEMO.name, demo)) if not wanted}
    return tuple(program for program in PROGRAMS if program.name not in left_out)


def describe_configuration(programs: tuple[Program, ...], folder: RunFolder, *, as_root: bool) -> str:
    """supervisord.conf for these programs. Its paths are relative to the run folder."""
    sections = [
        _describe_supervisor(folder, as_root=as_root),
        _WATCH,
        *map(_describe_program, programs),
        _describe_group(programs),
    ]
    return "\n\n".join(sections) + "\n"


def _command(name: str) -> str:
    # A killed supervisor takes its children with it.
    return f'setpriv --pdeathsig TERM -- "%(ENV_{PYTHON_VARIABLE})s" -m config.processes {name}'


def _describe_supervisor(folder: RunFolder, *, as_root: bool) -> str:
    # Named, because the supervisor warns of a root that is not.
    user = "user=root" if as_root else ""
    return f"""\
[supervisord]
nodaemon=true
{user}
logfile=/dev/null
logfile_maxbytes=0
loglevel=error
pidfile={folder.pid.name}
childlogdir=."""


# Lower starts earlier and stops later: the others stop together, then their database.
_DATABASE_PRIORITY = 10
_GROUP_PRIORITY = 20

_WATCH = f"""\
[eventlistener:watch]
command={_command("watch")}
directory=%(ENV_{CHECKOUT_VARIABLE})s
events=PROCESS_STATE
buffer_size=1000
stdout_logfile=NONE
stderr_logfile=watch.output
stderr_logfile_maxbytes=0"""


def _describe_program(program: Program) -> str:
    return f"""\
[program:{program.name}]
command={_command(program.name)}
directory=%(ENV_{CHECKOUT_VARIABLE})s
priority={_DATABASE_PRIORITY}
autorestart={"true" if program.essential else "false"}
startsecs={3 if program.essential else 0}
startretries=3
stopsignal={program.stop_signal}
stopwaitsecs={program.stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile={program.name}.output
stdout_logfile_maxbytes=0"""


def _describe_group(programs: tuple[Program, ...]) -> str:
    names = ",".join(program.name for program in programs if program is not POSTGRES)
    return f"""\
[group:roster]
programs={names}
priority={_GROUP_PRIORITY}"""
