"""What holds for all tests: Ctrl-C reaches the processes that they start.

A shell that starts a run in the background lets it ignore SIGINT, and so would every process below it; the tests of
what an interruption does would wait for ever.
"""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
