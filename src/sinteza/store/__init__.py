"""The review's own file: an append-only log and what follows from it."""

from sinteza.store.log import Draft, Store

__all__ = ["Draft", "Store"]
