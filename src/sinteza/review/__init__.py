"""The one facade: open a review, run its steps, keep it living."""
