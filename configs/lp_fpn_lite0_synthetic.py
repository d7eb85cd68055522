# The embedded default: trains on pictures that tools/generate_synthetic_plates.py makes, in minutes on a CPU.
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_2k.py',
    './_base_/default_runtime.py',
]
data_root = 'data/synthetic_plates'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=30, by_epoch=False),
    dict(type='CosineAnnealingLR', eta_min=0.0, begin=30, end=240, T_max=210, by_epoch=False),
]
train_cfg = dict(max_iters=240, val_interval=80)
default_hooks = dict(checkpoint=dict(interval=80))
custom_hooks = [
    dict(type='SplitOverlapHook'),
    dict(type='ChannelsLastHook'),
    dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.05, update_buffers=True),
]
