"""Data to SVG strings, nothing else."""
