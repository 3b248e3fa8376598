"""The command line, one file a command: data on stdout, progress and errors on stderr."""
