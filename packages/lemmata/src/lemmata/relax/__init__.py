"""Relaxations: choices made smooth, with gradients, and maps onto simplices."""
