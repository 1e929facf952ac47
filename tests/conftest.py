"""Settings of all tests: SIGINT reaches the processes that they start, and property tests have no deadline.

A shell makes a background process ignore SIGINT, and child processes inherit that; tests of an interruption would then
wait for ever. A deadline for each example would fail on a busy machine.
"""

import signal

import hypothesis

from tests.examples_count import examples

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
hypothesis.settings.register_profile("voxdouble", deadline=None, max_examples=examples(100))
hypothesis.settings.load_profile("voxdouble")
