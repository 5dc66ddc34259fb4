"""The outside world: databases, catalogues, files."""
