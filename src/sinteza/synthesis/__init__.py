"""Synthesis: which studies enter, pooling, sensitivity."""
