"""Search queries: PubMed's language and Ovid's, parsed, checked, explained, translated."""
