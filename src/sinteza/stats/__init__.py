"""Meta-analysis, usable alone: numpy and scipy, no review."""
