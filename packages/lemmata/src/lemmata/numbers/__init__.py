"""Exact algorithms on integers."""
