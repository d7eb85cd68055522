"""The command ``mmlp convert ufpr_alpr`` as a script."""

from mmlp.cli.main import main

if __name__ == '__main__':
    main('convert', 'ufpr_alpr')
