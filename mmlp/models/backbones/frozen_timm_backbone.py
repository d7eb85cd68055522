"""A timm backbone whose first modules can be frozen, so that a CPU can fine-tune it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmseg.models.backbones import TIMMBackbone
from mmseg.registry import MODELS
from torch import nn


@MODELS.register_module()
class FrozenTIMMBackbone(TIMMBackbone):
    """The toolbox's ``TIMMBackbone`` with frozen modules, and without those that it would run in vain.

    timm keeps the blocks behind the last feature map that ``out_indices`` asks for; they are left out here.

    Frozen modules keep their weights and BatchNorm statistics, and no gradient is computed for them: the
    early, high-resolution blocks cost most of a training step, and their ImageNet features serve plates
    as they are.

    Args:
        model_name: A timm model.
        frozen: Names of submodules of the timm model, such as ``('conv_stem', 'bn1', 'blocks.0')``.
        init_cfg: As of every toolbox module.
        **kwargs: As of ``mmseg.models.TIMMBackbone``; ``pretrained`` is off here unless asked for.

    Raises:
        ValueError: A name in ``frozen`` is no submodule; the message lists those there are.
    """

    def __init__(
        self,
        model_name: str,
        frozen: Sequence[str] = (),
        init_cfg: dict | None = None,
        pretrained: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(model_name, pretrained=pretrained, init_cfg=init_cfg, **kwargs)
        self._leave_out_unused_blocks()
        modules = dict(self.timm_model.named_modules())
        unknown = [name for name in frozen if name not in modules]
        if unknown:
            known = [name for name in modules if name.count('.') < 2 and name]
            raise ValueError(f'frozen names {unknown}, which {model_name} does not have; it has {known}')
        self.frozen = tuple(frozen)
        for module in self._frozen_modules():
            module.requires_grad_(False)

    def _leave_out_unused_blocks(self) -> None:
        *_, last = self.timm_model.feature_info.module_name()
        stage, _, index = last.partition('.')
        if stage == 'blocks' and index.isdigit():
            self.timm_model.blocks = self.timm_model.blocks[: int(index) + 1]
            self._register_load_state_dict_pre_hook(self._drop_unused_blocks)

    def _drop_unused_blocks(self, state_dict: dict, prefix: str, *_: Any) -> None:
        """Takes blocks that are left out of what is loaded, so that they are not told as unexpected."""
        start = f'{prefix}timm_model.blocks.'
        for key in [key for key in state_dict if key.startswith(start)]:
            index = key[len(start) :].partition('.')[0]
            if index.isdigit() and int(index) >= len(self.timm_model.blocks):
                del state_dict[key]

    def _frozen_modules(self) -> list[nn.Module]:
        return [self.timm_model.get_submodule(name) for name in self.frozen]

    def train(self, mode: bool = True) -> FrozenTIMMBackbone:
        """Sets training mode everywhere but in the frozen modules."""
        super().train(mode)
        for module in self._frozen_modules():
            module.eval()
        return self
