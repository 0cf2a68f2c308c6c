"""On Record: a REST API over a database of who said what."""
