"""The command ``mmlp segment`` as a script."""

from mmlp.cli.main import main

if __name__ == '__main__':
    main('segment')
