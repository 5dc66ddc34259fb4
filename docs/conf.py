"""Sphinx builds the documentation from Markdown."""

project = "Sinteza"
author = "The Sinteza developers"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "amsmath"]
myst_heading_anchors = 3
html_theme = "alabaster"
html_title = "Sinteza"
exclude_patterns = ["_build"]
