# The original's schedule: SGD, the rate going polynomially to 0, stepped every iteration.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=1e-3, momentum=0.9, weight_decay=1e-4),
)
param_scheduler = dict(
    type='PolyLR', eta_min=0.0, power=0.9, begin=0, end=250, by_epoch=True, convert_to_iter_based=True
)
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=250, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='MainProcessLoggerHook', interval=20),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', interval=5, max_keep_ckpts=2, save_best='plate_iou'),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    visualization=dict(type='SegVisualizationHook', interval=1),
)
custom_hooks = [dict(type='SplitOverlapHook'), dict(type='ChannelsLastHook')]
# Means over the window for what every iteration tells (decode.plate_iou), never for validations (plate_iou).
log_processor = dict(window_size=20, by_epoch=True, mean_pattern=r'.*(loss|time|grad_norm|\.plate_iou).*')
