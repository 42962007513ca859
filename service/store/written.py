"""What one thread has written to disks: Linux counts it, other systems do not say."""

from pathlib import Path


def bytes_written(thread_id: int | None) -> int | None:
    """Bytes of pages that a thread of this process made dirty, or None where the system does not say.

    Source: write_bytes in /proc/PID/task/TID/io (proc(5)).
    """
    try:
        lines = Path(f"/proc/self/task/{thread_id}/io").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes:"))
