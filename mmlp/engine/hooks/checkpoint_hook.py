"""The toolbox's checkpoint hook, which knows our metrics and work directories that were moved."""

from __future__ import annotations

import os.path as osp

from mmengine.hooks import CheckpointHook as _CheckpointHook
from mmengine.runner import Runner
from mmseg.registry import HOOKS


@HOOKS.register_module()
class CheckpointHook(_CheckpointHook):
    """MMEngine's ``CheckpointHook`` for the metrics of :class:`~mmlp.evaluation.PlateMetric`.

    It stands in the toolbox's registry under the same name, which MMEngine foresees for downstream packages:
    configs need no other type, and ``save_best='plate_iou'`` needs no ``rule``.

    A run that is resumed in a work directory that was moved or copied takes the best checkpoint that lies
    there for its own; MMEngine's hook would delete the one at the old place once there is a better one.

    Args:
        **kwargs: As of ``mmengine.hooks.CheckpointHook``.
    """

    _default_greater_keys = [*_CheckpointHook._default_greater_keys, 'iou', 'recall', 'f1', 'covered']

    def before_train(self, runner: Runner) -> None:
        """Finds the folder to save to, and the best checkpoint so far in it."""
        super().before_train(runner)
        if self.save_best is None:
            return
        if len(self.key_indicators) == 1:
            self.best_ckpt_path = self._find_here(runner, 'best_ckpt')
        else:
            for key in self.key_indicators:
                self.best_ckpt_path_dict[key] = self._find_here(runner, f'best_ckpt_{key}')

    def _find_here(self, runner: Runner, name: str) -> str | None:
        path = runner.message_hub.runtime_info.get(name)
        if path is not None:
            path = self.file_backend.join_path(self.out_dir, osp.basename(path))
            runner.message_hub.update_info(name, path)
        return path
