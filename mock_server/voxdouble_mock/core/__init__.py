"""The pure core: what a task, a clock and a refusal are. No I/O, no threads, no wall clock, no chance."""
