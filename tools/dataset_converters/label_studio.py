"""The command ``mmlp convert label_studio`` as a script."""

from mmlp.cli.main import main

if __name__ == '__main__':
    main('convert', 'label_studio')
