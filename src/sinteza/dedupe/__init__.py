"""Deduplication: which records are one."""
