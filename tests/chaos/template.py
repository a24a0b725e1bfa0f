"""`python -m bot serve` again and again without the half second that Python's imports take.

Started once, it imports the product and then forks at every line it reads: a JSON object with
the environment, the folder to work in and the file to log to. The fork runs the product's own
`main`, or with a CLOCK in that environment the same at the time of that file (timed.py). Its
process id is printed. The forks share nothing but code: whatever is opened, a database, a socket,
an event loop, is opened after the fork.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.__main__ import main
from tests.chaos.timed import run

FEW = 4


def become_the_product(order: dict[str, Any]) -> None:
    """Everything a process started by a shell would have, and nothing of this one."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(order["folder"])
    os.environ.update(order["environment"])
    written = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(old, new)
    sys.argv = ["differ", "serve"]


def fork(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        become_the_product(order)
        clock = order["environment"].get("CLOCK")
        os._exit(run(Path(clock)) if clock else main())
    finally:
        os._exit(1)


if __name__ == "__main__":
    # The system buries the killed ones at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    forks = []
    for line in sys.stdin:
        forks.append(fork(json.loads(line)))
        sys.stdout.write(f"{forks[-1]}\n")
        sys.stdout.flush()
    # Whoever read the numbers is gone: nothing stays behind. Only the last few can be alive.
    for pid in forks[-FEW:]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
