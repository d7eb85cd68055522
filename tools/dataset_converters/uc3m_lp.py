"""The command ``mmlp convert uc3m_lp`` as a script."""

from mmlp.cli.main import main

if __name__ == '__main__':
    main('convert', 'uc3m_lp')
