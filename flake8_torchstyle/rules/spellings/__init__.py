"""Modules, functions and methods that compute the same, and which of them to write."""
