"""The command `voxdouble`, and `python -m voxdouble`.

The handlers of signals come before all imports that take long: a supervisor may end `serve` during these imports. As
process 1 of a container, a process without a handler would ignore SIGTERM.
"""

import errno
import gc
import os
import signal
import sys


def main() -> None:
    """Run the command."""
    if sys.argv[1:2] == ["serve"]:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os._exit(0))  # nothing is to be closed before the server has started
        gc.disable()  # imports create many objects and free few; `serve` enables it once it is ready
    from voxdouble.cli import main as command  # noqa: PLC0415 (see above)

    try:
        command()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit(f"Error: the output cannot be written: {error.strerror}.")
    finally:
        discard_unwritten()


def discard_unwritten() -> None:
    """Discard the bytes that stdout cannot write: the interpreter would end with a traceback about them."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
