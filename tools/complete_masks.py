"""The command ``mmlp complete-masks`` as a script."""

from mmlp.cli.main import main

if __name__ == '__main__':
    main('complete-masks')
