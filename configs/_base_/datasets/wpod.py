# WPOD annotations of other sets; tested on CD-HARD, as in their paper.
#   mmlp convert wpod annotations --images pictures -o data/wpod
#   mmlp convert wpod cd_hard -o data/cd_hard --split test
_base_ = './license_plate_small.py'
data_root = 'data/wpod'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(
        data_root='data/cd_hard', data_prefix=dict(img_path='test/images', seg_map_path='test/masks')
    )
)
