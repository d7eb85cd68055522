# The embedded default: trains on pictures that "mmlp generate" makes, in minutes on a CPU.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
data_root = 'data/synthetic_plates'
# The pictures carry blur, night and noise of their own: the pipeline only moves the camera.
train_pipeline = [
    dict(type='LoadImageDeferred'),
    dict(type='LoadPlateAnnotations', cache_megabytes=64),
    dict(
        type='RandomWarpCrop',
        crop_size=(320, 320),
        short_side=(360, 720),
        degrees=10,
        distortion_scale=0.25,
        plate_prob=0.8,
        plate_width=(16, 180),
        min_short_side=320,
    ),
    dict(type='ColorJitter', brightness=0.2, contrast=0.2, saturation=0.2, hue=0.05, prob=0.5),
    dict(type='PackSegInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=(640, 640), keep_ratio=True, backend='pillow'),
    dict(type='LoadPlateAnnotations'),
    dict(type='PackSegInputs'),
]
train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = val_dataloader
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=30, by_epoch=False),
    dict(type='CosineAnnealingLR', eta_min=0.0, begin=30, end=280, T_max=250, by_epoch=False),
]
train_cfg = dict(max_iters=280, val_interval=140)
default_hooks = dict(checkpoint=dict(interval=140))
custom_hooks = [
    dict(type='SplitOverlapHook'),
    dict(type='ChannelsLastHook'),
    dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.05, update_buffers=True),
]
