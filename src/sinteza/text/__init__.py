"""Text: folding, sentences, terms, highlights."""
