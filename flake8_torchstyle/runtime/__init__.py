"""The proof: both spellings of every rewrite executed and compared. The only place that imports torch.

`observe` runs a piece of code and records everything it did, `compare` tells two records apart, `samples` and `cases`
make the programs, `hooks`, `graphs`, `controls` are the further proofs, `verify` puts a report together.
"""
