"""`python -m voxdouble` is the command `voxdouble`."""

from voxdouble.cli import main

if __name__ == "__main__":
    main()
