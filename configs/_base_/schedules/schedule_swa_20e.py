# Stochastic weight averaging as a fine-tune: a constant rate, the weights of every fifth iteration from the
# tenth on averaged, BatchNorm statistics estimated anew on the training data.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=5e-4, momentum=0.9, weight_decay=1e-4),
)
param_scheduler = dict(type='ConstantLR', factor=1.0, by_epoch=False)
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=20, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='MainProcessLoggerHook', interval=20),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', interval=1, max_keep_ckpts=2, save_best='plate_iou'),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    visualization=dict(type='SegVisualizationHook', interval=1),
)
custom_hooks = [
    dict(type='SplitOverlapHook'),
    dict(type='ChannelsLastHook'),
    dict(type='SWAHook', begin_iter=10, interval=5),
]
# Means over the window for what every iteration tells (decode.plate_iou), never for validations (plate_iou).
log_processor = dict(window_size=20, by_epoch=True, mean_pattern=r'.*(loss|time|grad_norm|\.plate_iou).*')
