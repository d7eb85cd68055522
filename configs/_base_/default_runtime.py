custom_imports = dict(imports=['mmlp.modules'], allow_failed_imports=False)
default_scope = 'mmseg'
runner_type = 'ConciseRunner'
env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)
randomness = dict(seed=0)
log_level = 'INFO'
load_from = None
resume = False
visualizer = dict(
    type='PlateLocalVisualizer',
    vis_backends=[dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')],
    name='visualizer',
)
tta_model = dict(type='PlateTTAModel')
