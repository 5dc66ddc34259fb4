"""Publishing: an edition from one data object, in each language."""
