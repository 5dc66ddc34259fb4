"""Classification: what a report is about, by the protocol's taxonomy."""
