"""The command ``mmlp convert yolo`` as a script."""

from mmlp.cli.main import main

if __name__ == '__main__':
    main('convert', 'yolo')
