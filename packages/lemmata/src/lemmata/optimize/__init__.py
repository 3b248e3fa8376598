"""Optimisation: on the simplex, with certificates; adaptive steps as estimates of curvature."""
