"""The command line: parses words, calls the review or a tool, prints. No domain logic."""
