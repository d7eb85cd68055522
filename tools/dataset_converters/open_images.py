"""The command ``mmlp convert open_images`` as a script."""

from mmlp.cli.main import main

if __name__ == '__main__':
    main('convert', 'open_images')
