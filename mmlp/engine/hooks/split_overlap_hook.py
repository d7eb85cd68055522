"""A check that no picture is both trained and validated on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmlp.datasets.integrity import DatasetError, find_shared_files, name_offenders


@HOOKS.register_module()
class SplitOverlapHook(Hook):
    """Refuses to train when a picture of the validation split is also in the training split.

    Pictures are the same when their files are equal byte for byte, under whatever names; near-duplicates
    are found by ``tools/analysis_tools/audit_dataset.py``. A validation score on pictures that were
    trained on says nothing.
    """

    def before_train(self, runner: Runner) -> None:
        """Compares the two splits.

        Raises:
            DatasetError: Pictures stand in both; the first few are named.
        """
        if runner.val_loop is None:
            return
        train = _image_paths(runner.train_loop.dataloader.dataset)
        val = _image_paths(runner.val_loop.dataloader.dataset)
        shared = find_shared_files(train, val)
        if shared:
            offenders = name_offenders(f'{second}  =  {first}' for first, second in shared)
            raise DatasetError(
                f'{len(shared)} validation pictures are also in the training split:\n{offenders}\n'
                'Remove them from one of the two; or drop SplitOverlapHook from custom_hooks if you mean it.'
            )


def _image_paths(dataset: Any) -> Iterator[str]:
    """The local pictures of a data set, through the toolbox's wrappers."""
    if hasattr(dataset, 'datasets'):
        for part in dataset.datasets:
            yield from _image_paths(part)
    elif hasattr(dataset, 'dataset'):
        yield from _image_paths(dataset.dataset)
    elif getattr(dataset, 'backend_args', None) is None:
        for index in range(len(dataset)):
            yield dataset.get_data_info(index)['img_path']
