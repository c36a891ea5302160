"""How long the tools take, side by side: `python -m tests.benchmarks --help`."""
