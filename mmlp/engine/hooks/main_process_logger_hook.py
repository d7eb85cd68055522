"""The logger hook for tests that run in several processes."""

from __future__ import annotations

from mmengine.dist import master_only
from mmengine.hooks import LoggerHook
from mmengine.runner import Runner
from mmseg.registry import HOOKS


@HOOKS.register_module()
class MainProcessLoggerHook(LoggerHook):
    """MMEngine's ``LoggerHook``, whose JSON of a test's figures is written by the main process alone.

    ``LoggerHook`` writes ``<timestamp>.json`` from every process, into the same file: two that end in the
    same moment can leave one document with the tail of another.
    """

    @master_only
    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Logs and writes the figures of a test; no process but the main one does.

        Args:
            runner: The runner of the test.
            metrics: What the evaluator computed.
        """
        super().after_test_epoch(runner, metrics)
