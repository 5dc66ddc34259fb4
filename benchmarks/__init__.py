"""Side-by-side runs against the peers. ``python -m benchmarks [NAME ...]``.

A benchmark is a module ``benchmarks/NAME.py`` with ``run() -> str``: it measures, and returns its
section of RESULTS.md (Markdown, from a ``## `` heading). The section is kept in
``benchmarks/results/NAME.md`` and RESULTS.md is put together from all of them.
"""
