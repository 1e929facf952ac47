"""The WSGI server: cheroot, subclassed. It reads requests strictly, grows with its load, and stops in bounded time."""
