"""Screening: rules, ranking, stopping, agreement."""
