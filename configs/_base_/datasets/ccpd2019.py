# CCPD 2019, all subsets but ccpd_base for the test.
#   mmlp convert ccpd CCPD2019 -o data/ccpd2019
_base_ = './license_plate_small.py'
data_root = 'data/ccpd2019'
train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = dict(
    dataset=dict(data_root=data_root, data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
