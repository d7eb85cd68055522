"""The command ``mmlp``: everything that a person calls, from any folder, in one style.

``mmlp COMMAND``, ``python -m mmlp COMMAND`` and, in a checkout, the scripts in ``tools/`` are the same. Each
command is a module here. It reads its options with the standard library alone, so that help comes at once,
and loads what it needs afterwards. :mod:`~mmlp.cli.main` lists the commands, :mod:`~mmlp.cli.command` runs
them.

The same things have the same names, and what several commands have is defined once, in
:mod:`~mmlp.cli.options`:

====================  ===================================================================================
``-o/--out-dir``      folder to write to; ``anonymize`` takes a file, too, for one input
``-o/--out``          file to write, where a command writes one
``--overwrite``       replace what is there, which is a mistake otherwise
``--resume``          keep what a former run finished, do the rest; commands without it do so by themselves
``--workers``         processes or threads that share the work
``--threads``         threads of the network
``--from``, ``--to``  the part of videos that is wanted
``--seed``            the same seed makes the same result
``-v/--verbose``      tell where the time goes
``--data-root``       folder of the data, in place of the config's
``--plate-values``    what marks plates in mask files
``--cfg-options``     settings of the config to override, ``KEY=VALUE``
``--work-dir``        of training and testing: logs, checkpoints, figures, as the toolbox calls it
``--show-dir``        of testing: pictures of results, as the toolbox calls it
====================  ===================================================================================

Exit codes: 0 all is done, 1 some of it failed, 2 a mistake of the user, 130 interrupted, 143 stopped by
SIGTERM. A mistake is a line on standard error that begins with ``error:``. Results go to standard output,
progress and remarks to standard error.
"""
