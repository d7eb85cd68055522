# EasyPR's general test set, rotated rectangles: tests what was trained on data/plates.
#   mmlp convert easypr EasyPR/resources/image/general_test -o data/easypr
_base_ = './license_plate_small.py'
test_dataloader = dict(
    dataset=dict(data_root='data/easypr', data_prefix=dict(img_path='test/images', seg_map_path='test/masks'))
)
