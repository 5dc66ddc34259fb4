"""Extraction: arms, numbers and outcomes with the words that say them."""
