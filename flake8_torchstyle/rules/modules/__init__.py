"""Rules about how modules are called."""
