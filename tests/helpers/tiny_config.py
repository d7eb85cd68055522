"""A config that trains for two iterations on crops of 64 pixels; ``configs`` is the folder of ours."""

TINY_CONFIG = """
_base_ = ['{configs}/lp_fpn_lite0.py']
model = dict(
    data_preprocessor=dict(size=(64, 64)),
    backbone=dict(init_cfg=None, frozen=()),
)
crop_size = (64, 64)
train_pipeline = [
    dict(type='LoadImageDeferred'),
    dict(type='LoadPlateAnnotations'),
    dict(type='RandomWarpCrop', crop_size=(64, 64), short_side=(64, 96), plate_prob=0.5),
    dict(type='PackSegInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(128, 128), keep_ratio=True, backend='pillow'),
    dict(type='LoadPlateAnnotations'),
    dict(type='PackSegInputs'),
]
train_dataloader = dict(
    batch_size=2, num_workers=0, persistent_workers=False, dataset=dict(pipeline=train_pipeline)
)
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
train_cfg = dict(max_iters=2, val_interval=2)
default_hooks = dict(checkpoint=dict(interval=1), logger=dict(interval=1))
"""
