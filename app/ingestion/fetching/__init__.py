"""Fetching pages and feeds: politely, within bounds, and from public addresses only."""
