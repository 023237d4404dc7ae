"""PostgreSQL's settings for the embedded server, sized to the machine."""

MIB = 1024 * 1024
GIB = 1024 * MIB

# What does not depend on the machine. All of it is passed on the command line, so that the
# running server always has what this version of the code wants.
FIXED_SETTINGS = {
    # The socket is the only way in; pg_hba.conf trusts whoever can open its folder.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # Who sent a broken statement is told by the process that sent it.
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
    "log_line_prefix": "",
    # Compiling a query costs more than it saves on partitioned tables with many short queries.
    "jit": "off",
    "random_page_cost": "1.1",
    "checkpoint_timeout": "15min",
    "wal_buffers": "16MB",
    # A chunk of an import fits; a session takes it when it makes a temporary table.
    "temp_buffers": "32MB",
}


def size_settings(*, memory: int, free_disk: int, connections: int) -> dict[str, str]:
    """Settings for a machine with `memory` and `free_disk` bytes and so many `connections`."""
    return {
        # The columnar side and the web process want memory too, so an eighth and not a quarter.
        "shared_buffers": _mebibytes(memory // 8, least=32 * MIB, most=4 * GIB),
        "effective_cache_size": _mebibytes(memory // 2, least=64 * MIB, most=256 * GIB),
        "maintenance_work_mem": _mebibytes(memory // 32, least=16 * MIB, most=1 * GIB),
        "work_mem": _mebibytes(memory // (8 * connections), least=4 * MIB, most=64 * MIB),
        # Bulk loads are bound by checkpoints; recovery after a crash reads at most this much.
        "max_wal_size": _mebibytes(free_disk // 10, least=256 * MIB, most=4 * GIB),
        "max_connections": str(connections),
    }


def _mebibytes(size: int, *, least: int, most: int) -> str:
    return f"{min(max(size, least), most) // MIB}MB"
