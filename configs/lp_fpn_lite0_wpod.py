# WPOD annotations of other sets; tested on CD-HARD, as in their paper.
#   python tools/dataset_converters/wpod.py annotations --images pictures -o data/wpod
#   python tools/dataset_converters/wpod.py cd_hard -o data/cd_hard --split test
_base_ = [
    './_base_/models/fpn_lite0.py',
    './_base_/datasets/license_plate_small.py',
    './_base_/schedules/schedule_3k.py',
    './_base_/default_runtime.py',
]
data_root = 'data/wpod'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(
        data_root='data/cd_hard', data_prefix=dict(img_path='test/images', seg_map_path='test/masks')
    )
)
