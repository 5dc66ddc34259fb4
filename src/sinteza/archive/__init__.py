"""A local archive of PubMed."""
