# 3,300 iterations of AdamW with a cosine to zero, averaged weights: what one CPU core does in 90 minutes.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1.5e-3, weight_decay=0.01),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0, custom_keys={'backbone': dict(lr_mult=0.5)}),
    clip_grad=dict(max_norm=5.0),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=150, by_epoch=False),
    dict(type='CosineAnnealingLR', eta_min=0.0, begin=150, end=3300, T_max=3150, by_epoch=False),
]
train_cfg = dict(type='IterBasedTrainLoop', max_iters=3300, val_interval=1650)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='MainProcessLoggerHook', interval=20, log_metric_by_epoch=False),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(
        type='CheckpointHook',
        by_epoch=False,
        interval=250,
        max_keep_ckpts=2,
        save_best='plate_iou',
    ),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    visualization=dict(type='SegVisualizationHook', interval=1),
)
custom_hooks = [
    dict(type='SplitOverlapHook'),
    dict(type='ChannelsLastHook'),
    dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.01, update_buffers=True),
]
# Means over the window for what every iteration tells (decode.plate_iou), never for validations (plate_iou).
log_processor = dict(window_size=20, by_epoch=False, mean_pattern=r'.*(loss|time|grad_norm|\.plate_iou).*')
