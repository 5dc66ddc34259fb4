"""The review's own file: an append-only log and what follows from it."""
