"""``python -m skmnist`` is the command ``skmnist``."""

import sys

from skmnist.cli import main

if __name__ == "__main__":
    sys.exit(main())
