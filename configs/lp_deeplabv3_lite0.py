# The recipe of the flagship on the small network's backbone, which a CPU trains: EfficientNet-Lite0 from
# ImageNet weights up to stride 16, its stem and first two stages as ImageNet left them.
_base_ = [
    './_base_/models/deeplabv3_r50.py',
    './_base_/datasets/license_plate.py',
    './_base_/schedules/schedule_250e.py',
    './_base_/default_runtime.py',
]
model = dict(
    data_preprocessor=dict(mean=[127.0, 127.0, 127.0], std=[128.0, 128.0, 128.0]),
    backbone=dict(
        _delete_=True,
        type='FrozenTIMMBackbone',
        model_name='efficientnet_lite0',
        features_only=True,
        out_indices=(1, 2, 3),
        bn_eps=1e-3,  # as the weights were trained with
        frozen=('conv_stem', 'bn1', 'blocks.0', 'blocks.1'),
        init_cfg=dict(type='Pretrained', checkpoint='efficientnet-lite://lite0'),
    ),
    decode_head=dict(in_channels=112, in_index=2),
    auxiliary_head=dict(
        in_channels=40,
        in_index=1,
        init_cfg=dict(_delete_=True, type='Normal', std=0.01, override=dict(name='conv_seg')),
    ),
)
