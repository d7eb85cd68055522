"""Reading of the scalars that a training run of MMEngine wrote, resumed runs put together."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: Where ``LocalVisBackend`` writes, below ``work_dir/<timestamp>``.
SCALARS_FILE = Path('vis_data') / 'scalars.json'
_BOOKKEEPING = {'epoch', 'iter', 'step', 'after_iter', 'lr', 'base_lr', 'time', 'data_time', 'memory'}


@dataclass
class TrainingLog:
    """The scalars of one run.

    Attributes:
        name: What to call the run in a legend.
        train: Logged training iterations in order; each has ``iter``, by epoch ``epoch``, and scalars.
        val: Validations in order; each has ``step``, an epoch or an iteration, ``after_iter``, the
            last iteration logged before it, and scalars.
        files: The log files that the rows came from, in order.
        superseded: Log files of the same folder of which nothing was used, since a later run began anew.
    """

    name: str
    train: list[dict] = field(default_factory=list)
    val: list[dict] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    superseded: list[Path] = field(default_factory=list)

    @property
    def iters_per_epoch(self) -> float | None:
        """Iterations of an epoch; None if the run does not count epochs or logged fewer than two."""
        first: dict[int, int] = {}
        for row in self.train:
            if 'epoch' in row:
                first.setdefault(row['epoch'], row['iter'])
        if len(first) < 2:
            return None
        # Rows are logged at the same places within every epoch.
        (epoch_0, iter_0), *_, (epoch_1, iter_1) = sorted(first.items())
        return (iter_1 - iter_0) / (epoch_1 - epoch_0)

    @property
    def counts_epochs(self) -> bool:
        """Whether validations are counted in epochs, and iterations can be turned into epochs."""
        return self._val_by_epoch and self.iters_per_epoch is not None

    @property
    def _val_by_epoch(self) -> bool:
        epochs = [row['epoch'] for row in self.train if 'epoch' in row]
        return bool(epochs) and all(row['step'] <= max(epochs) for row in self.val)

    @property
    def keys(self) -> list[str]:
        """Names of all scalars, those of the training first, without times and counters."""
        rows = [*self.train, *self.val]
        return list(dict.fromkeys(key for row in rows for key in row if key not in _BOOKKEEPING))

    def series(self, key: str, unit: str = 'iteration') -> tuple[list[float], list[float], bool]:
        """The finite values of a scalar.

        Args:
            key: Name of the scalar, as in the log. One that both training and validation wrote is read
                from the validation.
            unit: What positions are counted in, ``'iteration'`` or, if :attr:`counts_epochs`,
                ``'epoch'``.

        Returns:
            Positions, values, and whether it is a validation's.

        Raises:
            KeyError: No row has it; the message lists the scalars that there are.
        """
        per_epoch = self.iters_per_epoch
        for rows, is_val in ((self.val, True), (self.train, False)):
            rows = [row for row in rows if key in row]
            if not rows:
                continue
            if not is_val:
                positions = [row['iter'] / per_epoch if unit == 'epoch' else row['iter'] for row in rows]
            elif unit == 'epoch' or not self._val_by_epoch:
                positions = [row['step'] for row in rows]
            else:
                positions = [row['step'] * per_epoch if per_epoch else row['after_iter'] for row in rows]
            finite = [(x, row[key]) for x, row in zip(positions, rows) if _is_finite(row[key])]
            return [x for x, _ in finite], [y for _, y in finite], is_val
        known = ', '.join(self.keys) or 'none'
        raise KeyError(f'{key!r} is not in the log of {self.name}. There are: {known}')


def load_training_log(path: str | Path, name: str | None = None) -> TrainingLog:
    """Reads the log of a run.

    Args:
        path: A work directory (all its runs: one that was resumed continues the one before, one that was
            started anew replaces it), one run's folder ``work_dir/<timestamp>``, or a JSON log.
        name: What to call the run; the name of the work directory if left out.

    Returns:
        The rows in order, each iteration and each validation once.

    Raises:
        FileNotFoundError: There is no log.
        ValueError: A line of it is not JSON, or it has no row of a training.
    """
    path = Path(path)
    files = _find_logs(path)
    log = TrainingLog(name or _default_name(path))
    for file in files:
        later = _read(file)
        if later.train or later.val:
            _continue(log, later)
    if not log.train:
        raise ValueError(f'no training iterations are logged in {_join(files)}: wait for the first log line')
    return log


def _find_logs(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.exists():
        raise FileNotFoundError(f'{str(path)!r} does not exist; expected a work directory or a JSON log')
    for pattern in (str(SCALARS_FILE), f'*/{SCALARS_FILE.as_posix()}', SCALARS_FILE.name):
        files = sorted(path.glob(pattern))  # timestamps sort in time
        if files:
            return files
    raise FileNotFoundError(
        f'no {SCALARS_FILE.as_posix()} in {str(path)!r} or its run folders. Give the work directory of a '
        "training whose visualizer has vis_backends=[dict(type='LocalVisBackend')]."
    )


def _default_name(path: Path) -> str:
    folder = path.resolve()
    one_run = path.is_file() or any((path / log).is_file() for log in (SCALARS_FILE, SCALARS_FILE.name))
    if path.is_file():
        folder = folder.parent
    if folder.name == SCALARS_FILE.parent.name:
        folder = folder.parent
    # A single run of a work directory is told from its neighbours by its timestamp.
    return f'{folder.parent.name}/{folder.name}' if one_run else folder.name


def _read(file: Path) -> TrainingLog:
    log = TrainingLog(str(file), files=[file])
    latest = 0
    for number, line in enumerate(file.read_text(encoding='utf-8').splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError('not an object')
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f'{str(file)!r}, line {number}: expected a JSON object a line, as in scalars.json ({error})'
            ) from None
        # log_with_hierarchy=True puts the mode before each name.
        row = {key.split('/', 1)[1] if key.startswith(('train/', 'val/')) else key: row[key] for key in row}
        if 'iter' in row:
            latest = row['iter']
            log.train.append(row)
        elif 'step' in row:
            log.val.append({**row, 'after_iter': latest})
    return log


def _continue(log: TrainingLog, later: TrainingLog) -> None:
    """Appends a later run's rows, after dropping the rows that it did again."""
    iters = [row['iter'] for row in later.train]
    if iters:
        interval = iters[1] - iters[0] if len(iters) > 1 else 1
        begin = iters[0] - interval
        log.train = [row for row in log.train if row['iter'] <= begin]
        log.val = [row for row in log.val if row['after_iter'] <= begin]
        if not log.train:
            log.superseded += log.files
            log.files, log.val = [], []
    steps = {row['step'] for row in later.val}
    log.val = [row for row in log.val if row['step'] not in steps]
    log.train += later.train
    log.val += later.val
    log.files += later.files


def _is_finite(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _join(files: Sequence[Path]) -> str:
    return ', '.join(repr(str(file)) for file in files)
