"""The small network that `torchstyle demo` checks, fixes and runs."""
