"""How fast records are taken in, beside what PostgreSQL takes with a bare COPY.

    python -m benchmarks.ingest [--events 400000] [--updates 200000] [--people 100000] [--rounds 3]

Starts an embedded PostgreSQL and the web process as `make run` would, in a folder of its own, and
sends full batches (2,000 records) from 4 clients, each a process. In each round the same rows are
also copied, by one connection, into a table without indexes, in one COPY: the most that this
PostgreSQL takes on this machine. Prints medians over the rounds and their ratio, and how the
processors' time divides between web, PostgreSQL and the clients.
"""

import argparse
import http.client
import multiprocessing
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event as Gate
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg

from config.postgres import connection_settings
from config.runtime.server import EmbeddedPostgres

CLIENTS: Final = 4
BATCH: Final = 2_000
TOKEN: Final = "token-of-the-benchmark"
CHECKOUT: Final = Path(__file__).resolve().parent.parent

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Workload:
    """Records for one address, and the same as rows of a bare table."""

    name: str
    path: str
    total: int
    make_records: Callable[[int, int], list[Record]]
    make_row: Callable[[Record], tuple[Any, ...]]
    columns: str


def make_events(seed: int, people: int) -> list[Record]:
    """A batch of events of the last two weeks, with six properties each."""
    chance = random.Random(seed)
    now = int(time.time())
    return [_make_event(chance, people, now) for _ in range(BATCH)]


def _make_event(chance: random.Random, people: int, now: int) -> Record:
    properties = {
        "token": TOKEN,
        "distinct_id": f"person-{chance.randrange(people)}",
        "time": now - chance.randrange(14 * 86_400),
        "$insert_id": f"{chance.getrandbits(96):x}",
        "$os": chance.choice(("iOS", "Android", "Windows", "Mac OS X")),
        "$browser": chance.choice(("Chrome", "Safari", "Firefox")),
        "genre": chance.choice(("drama", "comedy", "news")),
        "amount": chance.randrange(10_000) / 100,
        "$current_url": f"https://shop.example/p/{chance.randrange(1_000)}",
        "title": f"Episode {chance.randrange(5_000)}",
    }
    return {"event": f"Event {chance.randrange(12)}", "properties": properties}


def make_updates(seed: int, people: int) -> list[Record]:
    """A batch of updates that set seven properties each."""
    chance = random.Random(seed)
    return [_make_update(chance, people) for _ in range(BATCH)]


def _make_update(chance: random.Random, people: int) -> Record:
    number = chance.randrange(people)
    properties = {
        "$name": f"Person {number}",
        "$email": f"person{number}@mail.example",
        "plan": chance.choice(("free", "pro", "team")),
        "age": chance.randrange(18, 80),
        "$city": f"City {chance.randrange(3_000)}",
        "$country_code": chance.choice(("NO", "DE", "US", "IN")),
        "logins": chance.randrange(500),
    }
    return {"$token": TOKEN, "$distinct_id": f"person-{number}", "$set": properties}


def _event_row(record: Record) -> tuple[Any, ...]:
    properties = dict(record["properties"])
    del properties["token"]
    distinct_id, moment, insert_id = (properties.pop(name) for name in ("distinct_id", "time", "$insert_id"))
    return record["event"], distinct_id, time.strftime("%F %T+00", time.gmtime(moment)), insert_id, properties


def _update_row(record: Record) -> tuple[Any, ...]:
    return record["$distinct_id"], time.strftime("%F %T+00", time.gmtime()), record["$set"]


@contextmanager
def serve(data_dir: Path) -> Iterator[int]:
    """The embedded server and the web process; gives the web's port. Both end with the block."""
    port = free_port()
    environment = os.environ | {
        "ROSTER_DATA_DIR": str(data_dir),
        "PORT": str(port),
        "ROSTER_PROJECT_TOKEN": TOKEN,
        "ROSTER_DEMO": "0",
    }
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    with EmbeddedPostgres(data_dir, {}), (data_dir / "web.log").open("wb") as log:
        command = [sys.executable, "-m", "config.processes", "web"]
        web = subprocess.Popen(command, env=environment, cwd=CHECKOUT, stdout=log, stderr=log)
        try:
            wait_for(port)
            yield port
        finally:
            web.terminate()
            web.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    for _ in range(600):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The web process did not start; see web.log in the data folder.")


def send_all(workload: Workload, *, port: int, people: int, first_seed: int) -> float:
    """Records per second that 4 clients reach together. Bodies are made before the clock starts."""
    context = multiprocessing.get_context("fork")
    gate, ready, share = context.Event(), context.Semaphore(0), workload.total // CLIENTS // BATCH
    clients = [
        context.Process(
            target=_send_share,
            args=(workload, port, people, range(first_seed + share * number, first_seed + share * (number + 1))),
            kwargs={"ready": ready, "gate": gate},
        )
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    for _ in clients:
        ready.acquire()
    start = time.perf_counter()
    gate.set()
    for client in clients:
        client.join()
    if any(client.exitcode for client in clients):
        raise SystemExit("A client failed; see above.")
    return share * CLIENTS * BATCH / (time.perf_counter() - start)


def _send_share(workload: Workload, port: int, people: int, seeds: range, *, ready: Any, gate: Gate) -> None:
    bodies = [orjson.dumps(workload.make_records(seed, people)) for seed in seeds]
    connection = http.client.HTTPConnection("127.0.0.1", port)
    ready.release()
    gate.wait()
    for body in bodies:
        connection.request("POST", workload.path, body=body, headers={"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if (answer.status, text, answer.headers["X-Failed-Records"]) != (200, b"1", "0"):
            raise SystemExit(f"{answer.status}: {text[:500]!r}")


def copy_all(workload: Workload, *, data_dir: Path, people: int, first_seed: int) -> float:
    """Rows per second of one COPY of the same rows into a table without indexes, committed."""
    text = bytearray()
    batches = workload.total // CLIENTS // BATCH * CLIENTS
    for seed in range(first_seed, first_seed + batches):
        for record in workload.make_records(seed, people):
            fields = [_escape(field) for field in workload.make_row(record)]
            text += "\t".join(fields).encode() + b"\n"
    settings = connection_settings(data_dir)
    with psycopg.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"]) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(f"CREATE TABLE bare ({workload.columns})")
        connection.commit()
        start = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
            copy.write(bytes(text))
        connection.commit()
        return batches * BATCH / (time.perf_counter() - start)


def _escape(field: Any) -> str:
    text = orjson.dumps(field).decode() if isinstance(field, dict) else str(field)
    return text.replace("\\", "\\\\")


def read_processor_seconds(data_dir: Path) -> dict[str, float]:
    """Processor seconds so far of the web process and of PostgreSQL, with their ended children."""
    seconds = {"web": 0.0, "postgres": 0.0}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        name = "postgres" if command.startswith(b"postgres: ") else "web" if b"gunicorn" in command else ""
        if name:
            seconds[name] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def measure(workload: Workload, *, port: int, data_dir: Path, people: int, rounds: int) -> list[tuple[float, float]]:
    """For each round: records per second over HTTP, and rows per second of the bare COPY."""
    results = []
    for number in range(rounds):
        first_seed = 1_000_000 * (number + 1)
        before, start = read_processor_seconds(data_dir), time.perf_counter()
        taken = send_all(workload, port=port, people=people, first_seed=first_seed)
        after, end = read_processor_seconds(data_dir), time.perf_counter()
        bare = copy_all(workload, data_dir=data_dir, people=people, first_seed=first_seed)
        used = {name: after[name] - before[name] for name in after}
        share = ", ".join(f"{name} {1e6 * value / workload.total:.1f} µs" for name, value in used.items())
        print(
            f"  {workload.name}, round {number + 1}: {taken:,.0f}/s, bare COPY {bare:,.0f}/s, "
            f"ratio {taken / bare:.0%} (processor time a record: {share}; {end - start:.1f} s)",
            flush=True,
        )
        results.append((taken, bare))
    return results


def report(workload: Workload, results: list[tuple[float, float]]) -> None:
    taken = statistics.median(taken for taken, _ in results)
    bare = statistics.median(bare for _, bare in results)
    print(f"{workload.name}: {taken:,.0f}/s; bare COPY {bare:,.0f} rows/s; {taken / bare:.0%} of it")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Events and profile updates a second, beside a bare COPY.")
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--updates", type=int, default=200_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    events = Workload(
        name="events",
        path="/track",
        total=arguments.events,
        make_records=make_events,
        make_row=_event_row,
        columns="name text, distinct_id text, time timestamptz, insert_id text, properties jsonb",
    )
    updates = Workload(
        name="profile updates",
        path="/engage",
        total=arguments.updates,
        make_records=make_updates,
        make_row=_update_row,
        columns="distinct_id text, updated_at timestamptz, properties jsonb",
    )
    print(f"{os.cpu_count()} cores, {CLIENTS} clients, batches of {BATCH:,}, {arguments.people:,} people")
    with tempfile.TemporaryDirectory(prefix="roster-bench-") as folder, serve(Path(folder)) as port:
        data_dir = Path(folder)
        # Everybody exists before the clock starts, so that an update is an update.
        send_all(updates, port=port, people=arguments.people, first_seed=0)
        for workload in (updates, events):
            report(
                workload,
                measure(workload, port=port, data_dir=data_dir, people=arguments.people, rounds=arguments.rounds),
            )


if __name__ == "__main__":
    main()
