"""Settings of all tests: SIGINT reaches the processes that they start.

A shell makes a background process ignore SIGINT, and child processes inherit that; tests of an interruption would then
wait for ever.
"""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
