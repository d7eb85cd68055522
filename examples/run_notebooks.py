"""Executes the notebooks of this folder from a clean kernel and saves them with their outputs.

    python examples/run_notebooks.py                          # all of them
    python examples/run_notebooks.py track_video.ipynb        # one

Needs: pip install nbclient ipykernel
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import time
from pathlib import Path

from mmlp.cli.command import command, loading

with loading(__name__):
    import nbformat
    from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent


def execute(path: Path, target: Path, folder: Path) -> None:
    """Executes a notebook and writes it with its outputs.

    Args:
        path (Path): The notebook.
        target (Path): Where to write it; may be the same.
        folder (Path): Working folder of the kernel.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed; nothing is written.
    """
    notebook = nbformat.read(path, as_version=4)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def keep_signals(**_: object) -> None:
        """Takes the signals back: the client would end the kernel in the middle of a cell and go on."""
        with contextlib.suppress(NotImplementedError):  # of Windows, where the client does not take them
            for number, handler in before.items():
                asyncio.get_running_loop().remove_signal_handler(number)
                signal.signal(number, handler)

    client = NotebookClient(
        notebook,
        timeout=1200,
        on_notebook_start=keep_signals,
        shutdown_kernel='immediate',  # Interrupted, it would tell of that at length.
        kernel_name='python3',
        record_timing=False,  # Else every execution would change every cell.
        resources={'metadata': {'path': str(folder)}},
    )
    client.execute()
    # The versions of this machine say nothing about the notebook.
    notebook.metadata = nbformat.from_dict({'kernelspec': notebook.metadata['kernelspec']})
    nbformat.write(notebook, target)


def main() -> None:
    """Executes what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAME.ipynb', help='default: all of this folder')
    names = parser.parse_args().names or sorted(path.name for path in HERE.glob('*.ipynb'))
    for name in names:
        started = time.perf_counter()
        execute(HERE / name, HERE / name, HERE)
        size = (HERE / name).stat().st_size
        print(f'{name}: {time.perf_counter() - started:.0f} s, {size / 1e6:.2f} MB', flush=True)


if __name__ == '__main__':
    command(main, 'notebooks that are finished stay, the others are as they were')
