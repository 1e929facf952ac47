"""The pure core: task, clock, faults, scenarios, request log, errors. No I/O, threads, real clock or random numbers."""
