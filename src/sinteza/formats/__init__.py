"""Bibliographic formats: one format, one module, with read() and write()."""
