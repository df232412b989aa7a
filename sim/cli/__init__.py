"""The command line: parses, calls, prints. Nothing else prints."""
