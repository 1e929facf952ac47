"""The client commands of `voxdouble`: data on stdout, messages for people on stderr."""
