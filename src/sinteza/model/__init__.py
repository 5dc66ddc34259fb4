"""Frozen types that every floor shares."""
