"""Bibliographic formats: one format, one module, with read() and write().

:mod:`~sinteza.formats.registry` finds the format of a file; each format stands in a module of its
own and needs no other.
"""
