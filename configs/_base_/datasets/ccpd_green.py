# CCPD-Green (2020).
#   mmlp convert ccpd CCPD2020 -o data/ccpd_green
_base_ = './license_plate_small.py'
data_root = 'data/ccpd_green'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(data_root=data_root, data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
