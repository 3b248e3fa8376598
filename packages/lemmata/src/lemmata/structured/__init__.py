"""Structured matrices: fewer numbers than entries, products in less than quadratic time."""
