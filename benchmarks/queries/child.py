"""Each system in a process of its own, so that its memory is its own."""

import multiprocessing
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final, Protocol

from benchmarks.queries.dataset import Folder
from benchmarks.queries.memory import Memory
from benchmarks.queries.question import Answer, OutOfTime, Question

SYSTEMS: Final = ("postgres", "chdb", "roster")


class System(Protocol):
    """What answers questions."""

    @property
    def version(self) -> str: ...

    def ask(self, question: Question) -> Answer: ...

    def set_tail(self, rows: int) -> None:
        """So many profiles, and so many events, are newer than what the system has compacted."""
        ...

    def measure_memory(self) -> Memory: ...


@dataclass(frozen=True, kw_only=True)
class Reply:
    """`value`, after `seconds`; or `problem`, in words, and no value."""

    value: Any = None
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Request:
    """`ask` a question, `tail` to so many rows, `memory` or `version`."""

    kind: str
    value: Any = None


class ChildProblem(Exception):
    """A system failed at something other than a question."""


class Child:
    """A system in its process. Ends with this one."""

    def __init__(self, name: str, folder: Folder) -> None:
        self.name = name
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(name, folder, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, question: Question) -> Reply:
        return self._call(Request("ask", question))

    def set_tail(self, rows: int) -> None:
        self._get(Request("tail", rows))

    def measure_memory(self) -> Memory:
        memory: Memory = self._get(Request("memory"))
        return memory

    def get_version(self) -> str:
        return str(self._get(Request("version")))

    def stop(self) -> None:
        self._connection.close()
        self._process.join(30)

    def _get(self, request: Request) -> Any:
        reply = self._call(request)
        if reply.problem:
            raise ChildProblem(f"{self.name}: {reply.problem}")
        return reply.value

    def _call(self, request: Request) -> Reply:
        try:
            self._connection.send(request)
            reply: Reply = self._connection.recv()
        except (EOFError, BrokenPipeError) as error:
            self._process.join(5)
            raise ChildProblem(f"{self.name} ended with {self._process.exitcode}; see above.") from error
        return reply


def _serve(name: str, folder: Folder, connection: Connection) -> None:
    system = _open(name, folder)
    while True:
        try:
            request: Request = connection.recv()
        except EOFError:
            return
        connection.send(_answer(system, request))


def _open(name: str, folder: Folder) -> System:
    if name == "postgres":
        from benchmarks.queries.postgres import Postgres

        return Postgres(folder)
    if name == "chdb":
        from benchmarks.queries.clickhouse import ClickHouse

        return ClickHouse(folder)
    from benchmarks.queries.roster import Roster

    return Roster(folder)


def _answer(system: System, request: Request) -> Reply:
    start = time.perf_counter()
    try:
        value = _do(system, request)
    except OutOfTime as limit:
        return Reply(problem=str(limit))
    except Exception as error:  # noqa: BLE001 - the boundary of a process; the table names it
        traceback.print_exc()
        return Reply(problem=f"{type(error).__name__}: {error}"[:200])
    return Reply(value=value, seconds=time.perf_counter() - start)


def _do(system: System, request: Request) -> Any:
    match request.kind:
        case "ask":
            return system.ask(request.value)
        case "tail":
            return system.set_tail(request.value)
        case "memory":
            return system.measure_memory()
        case _:
            return system.version
