"""The protocols that ship with Sinteza: data, not code."""

from importlib.resources import files
from importlib.resources.abc import Traversable


def dre() -> Traversable:
    """The flagship: the review of drug-resistant epilepsy."""
    return files(__name__) / "dre"
