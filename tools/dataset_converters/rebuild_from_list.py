"""The command ``mmlp rebuild`` as a script."""

from mmlp.cli.main import main

if __name__ == '__main__':
    main('rebuild')
