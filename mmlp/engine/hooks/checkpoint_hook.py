"""The toolbox's checkpoint hook, for our metrics, moved work directories, and processes that are killed."""

from __future__ import annotations

import os.path as osp

from mmengine.dist import master_only
from mmengine.fileio import LocalBackend, get_file_backend
from mmengine.hooks import CheckpointHook as _CheckpointHook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmlp.engine.atomic_backend import ATOMIC_BACKEND
from mmlp.files import remove_abandoned


@HOOKS.register_module()
class CheckpointHook(_CheckpointHook):
    """MMEngine's ``CheckpointHook`` for the metrics of :class:`~mmlp.evaluation.PlateMetric`.

    It stands in the toolbox's registry under the same name, which MMEngine foresees for downstream packages:
    configs need no other type, and ``save_best='plate_iou'`` needs no ``rule``.

    A run that is resumed in a work directory that was moved or copied takes the best checkpoint that lies
    there for its own; MMEngine's hook would delete the one at the old place once there is a better one.

    Whenever the process is killed, a whole checkpoint is there to go on from: checkpoints on a local disk are
    written beside and renamed, and a former one goes when the one that takes its place is complete.

    Args:
        **kwargs: As of ``mmengine.hooks.CheckpointHook``.
    """

    _default_greater_keys = [*_CheckpointHook._default_greater_keys, 'iou', 'recall', 'f1', 'covered']

    def before_train(self, runner: Runner) -> None:
        """Finds the folder to save to, and the best checkpoint so far in it."""
        super().before_train(runner)
        if isinstance(self.file_backend, LocalBackend) and self.file_client_args is None:
            remove_abandoned([self.out_dir])
            self.backend_args = dict(backend=ATOMIC_BACKEND)
            self.file_backend = get_file_backend(self.out_dir, backend_args=self.backend_args)
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

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict) -> None:
        # MMEngine removes the oldest one before it writes the new one; here it finds room already.
        outdated, limit = None, self.max_keep_ckpts
        if limit > 0 and len(self.keep_ckpt_ids) == limit and self.keep_ckpt_ids[-1] != step:
            outdated = self.keep_ckpt_ids.popleft()
        super()._save_checkpoint_with_step(runner, step, meta)
        if outdated is not None:
            self._remove(self.file_backend.join_path(self.out_dir, self.filename_tmpl.format(outdated)))

    def _save_best_checkpoint(self, runner: Runner, metrics: dict) -> None:
        # MMEngine removes the former best before it writes the new one, unless it knows of none.
        if self.save_best is None:
            return
        if len(self.key_indicators) == 1:
            former, self.best_ckpt_path = self.best_ckpt_path, None
            super()._save_best_checkpoint(runner, metrics)
            self.best_ckpt_path = self.best_ckpt_path or former
            pairs = [(former, self.best_ckpt_path)]
        else:
            formers = dict(self.best_ckpt_path_dict)
            self.best_ckpt_path_dict.update(dict.fromkeys(formers))
            super()._save_best_checkpoint(runner, metrics)
            for key, former in formers.items():
                self.best_ckpt_path_dict[key] = self.best_ckpt_path_dict[key] or former
            pairs = [(former, self.best_ckpt_path_dict[key]) for key, former in formers.items()]
        for former, current in pairs:
            if former is not None and former != current:
                self._remove(former)

    @master_only
    def _remove(self, path: str) -> None:
        if self.file_backend.isfile(path):
            self.file_backend.remove(path)
        elif self.file_backend.isdir(path):  # As DeepSpeed saves them.
            self.file_backend.rmtree(path)
