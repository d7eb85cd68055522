"""``python -m mmlp``: the command ``mmlp``."""

from mmlp.cli.main import main

if __name__ == '__main__':
    main()
