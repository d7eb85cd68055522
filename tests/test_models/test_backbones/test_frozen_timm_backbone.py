import pytest
import timm
import torch
from mmseg.registry import MODELS

import mmlp.modules  # noqa: F401


def build(**options):
    settings = dict(
        type='FrozenTIMMBackbone', model_name='efficientnet_lite0', features_only=True, out_indices=(1, 2, 3)
    )
    return MODELS.build({**settings, **options})


def test_gives_timms_features_without_the_blocks_behind_them():
    whole = timm.create_model('efficientnet_lite0', features_only=True, out_indices=(1, 2, 3)).eval()
    backbone = build().eval()
    assert len(whole.blocks) == 7 and len(backbone.timm_model.blocks) == 5
    state = {name: value for name, value in whole.state_dict().items() if name.split('.')[1] not in '56'}
    backbone.timm_model.load_state_dict(state)
    picture = torch.rand(1, 3, 64, 96)
    with torch.no_grad():
        features = backbone(picture)
        for ours, theirs in zip(features, whole(picture)):
            torch.testing.assert_close(ours, theirs)
    assert [tuple(f.shape[1:]) for f in features] == [(24, 16, 24), (40, 8, 12), (112, 4, 6)]


def test_the_last_feature_map_keeps_all_blocks():
    assert len(build(out_indices=(1, 2, 3, 4)).timm_model.blocks) == 7


def test_frozen_modules_do_not_change():
    backbone = build(frozen=('conv_stem', 'bn1', 'blocks.0')).train()
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in backbone.parameters() if p.requires_grad], 0.1)
    sum(feature.square().mean() for feature in backbone(torch.rand(2, 3, 64, 64))).backward()
    optimizer.step()
    changed = {name for name, value in backbone.state_dict().items() if not torch.equal(value, before[name])}
    frozen = {name for name in before if name.split('.')[1] in ('conv_stem', 'bn1')}
    frozen |= {name for name in before if name.startswith('timm_model.blocks.0.')}
    assert frozen and not changed & frozen
    assert 'timm_model.blocks.1.0.conv_pw.weight' in changed
    assert 'timm_model.blocks.1.0.bn1.running_mean' in changed


def test_unknown_modules_are_named():
    with pytest.raises(ValueError, match=r"\['stem'\].*conv_stem"):
        build(frozen=('stem',))
