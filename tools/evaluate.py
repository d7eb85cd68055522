"""The command ``mmlp evaluate`` as a script."""

from mmlp.cli.main import main

if __name__ == '__main__':
    main('evaluate')
