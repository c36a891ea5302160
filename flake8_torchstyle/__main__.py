"""`python -m flake8_torchstyle`: the same as `torchstyle`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
