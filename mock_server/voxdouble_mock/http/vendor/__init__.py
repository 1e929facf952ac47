"""The vendor's routes: tasks of every technology, system, billing."""
