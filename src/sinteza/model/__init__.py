"""Frozen types that every floor shares: msgspec and the standard library only."""
