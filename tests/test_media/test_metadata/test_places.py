"""Texts that tell a place are recognised in every notation, and other texts with numbers are not."""

import json

import pytest

from mmlp.media.metadata import MetadataFilter, names_place, tells_place, without_places

PLACES = [
    # Pairs of decimals.
    '38.905991,-76.987828 Maryland Ave NE, Washington',
    '(52.5200, 13.4050)',
    '52,520008; 13,404954',
    '52.520, 13.405',
    '38.91,-76.99',
    '48.858370, 2.294481',
    '48.2082° 16.3738°',
    '5.6037 -0.1870',
    'Taken at 48.8584 / 2.2945 at dusk',
    '1526827779,38.905991,-76.987828,32.7',
    '−33.8688, 151.2093',
    '３８．９０５９９１，－７６．９８７８２８',
    # Degrees, minutes, seconds, hemispheres.
    '38°54\'21.57"N 76°59\'16.18"W',
    '38° 54′ 21.57″ N',
    "N 38° 54.36' W 76° 59.27'",
    '38 deg 54\' 21.57" N',
    "38°54'N 76°59'W",
    '38.905991° N, 76.987828° W',
    'GPS: N 38.905991, W 76.987828',
    'S 33.8688 E 151.2093',
    '33 54 21 S, 151 12 33 E',
    'shot at 40.7128N 74.0060W',
    '38,54.3595N',
    '52°31\'12"N 13°24\'18"O',
    # Labels.
    'Lat 38.905991 Lon -76.987828',
    'lat=38.905991 lon=-76.987828',
    'Lat.: 48,2082 Lon.: 16,3738',
    'Lat: N38 54.3594 Lon: W76 59.2697',
    'Latitude: 38',
    'longitude:-76.987828',
    'geo:lat=38.9',
    'Breitengrad 52.5',
    'GPS(13.4050,52.5200,18)',
    'GPS 38.9 -76.9',
    '[latitude: 52.52] [longitude: 13.40]',
    'Location: Berlin, Germany',
    'Caption\nOrt: Berlin',
    'Places|Germany|Berlin',
    # Standards, links, grids and codes.
    '+38.9060-076.9878/',
    '+38.9060-076.9878+032.700/',
    '+385421-0765916/',
    '$GPRMC,123519,A,4807.038,N,01131.000,E',
    'geo:38.9,-77.0',
    'POINT(-76.987828 38.905991)',
    '<trkpt lat="38.9" lon="-76.9">',
    'https://www.google.com/maps/@38.9,-77.0,17z',
    'https://maps.app.goo.gl/abc',
    'https://www.openstreetmap.org/#map=17/52.5/13.4',
    '?q=loc:38.9,-77.0',
    '87C4W26F+9V',
    'W26F+8V Washington',
    '18SUJ2348006470',
    '18S UJ 23480 06470',
    '33U 391779 5820118',
    '///filled.count.soap',
]
OTHERS = [
    'Price 3.50, 4.20 EUR',
    'Diesel 1.459, 1.399',
    '10.250, 12.500 people came',
    '$12.3456 $13.4567',
    '2018:05:20 14:49:39',
    '12.05.2018, 13.06.2019',
    '05.2018, 06.2019',
    '2026-11-28 11:34:25+0100',
    '00:12:34.5678, 00:13:00.1234',
    'UTC+02:00',
    '3.5, 4.2',
    '24.0 x 36.0 mm',
    'A4 21.0, 29.7 cm',
    '1920x1080',
    'roll 12.5, pitch -3.2',
    '45° angle',
    '20°C',
    '5\'11" tall',
    'Version 1.2.3.4, 5.6.7',
    '192.168.10.25, 10.0.0.1',
    'GPS v2.10',
    '+49-176-1234567',
    '+1 202-555-0123',
    'f/2.8, 1/60',
    'ISO 100, 50mm, f/1.8',
    '0.0125 s',
    'EV +0.33, -0.67',
    'Long exposure 30.5 s',
    'the lens is flat: 3.5',
    '0.3127, 0.3290',
    '0.412391, 0.357584, 0.180481',
    '1.9434 0.9932 1.5012',
    '1.0000, 12.0000 volts',
    'Serial 12AB123456',
    '34 ABC 1234',
    'E 63 S W 213',
    'SRT 2222+22',
    'file:///home/user/a.b.c',
    'Rating 4.5 / 5.0',
    'MD5 d41d8cd98f00b204e9800998ecf8427e',
    'Photo by A. Person',
    '(c) 2026 Jane Doe',
    'Winter in the city',
    'Storage location unknown',
    'Press photo: new model at the show',
]


@pytest.mark.parametrize('text', PLACES)
def test_places_are_recognised(text):
    assert tells_place(text)
    assert without_places(text) is None


@pytest.mark.parametrize('text', OTHERS)
def test_other_texts_are_left_alone(text):
    assert not tells_place(text)
    assert without_places(text) == text


NAMES = (
    {'GPSLatitude', 'exif:GPSAltitude', 'MAPLatitude', 'photoshop:City', 'photoshop:State', 'LocationCreated'}
    | {'com.apple.quicktime.location.ISO6709', 'location-eng', '©xyz', 'lat', 'lng', 'gps_lat', 'CountryCode'}
    | {'RECORDING_LOCATION', 'drone-dji:GpsLongitude', 'coordinates', 'shotLocation'}
)
OTHER_NAMES = (
    {'velocity', 'capacity', 'Title', 'CiAdrCity', 'MAPCaptureTime', 'comment', 'SubjectLocation', 'platform'}
    | {'MacAddress', 'longExposure', 'com.apple.quicktime.model', 'dc:description', 'faceCoordinates'}
    | {'date:create', 'captureState', 'latency'}
)


def test_names_of_places():
    assert {name for name in NAMES | OTHER_NAMES if names_place(name)} == NAMES


def test_json_loses_only_the_fields_that_tell_the_place():
    document = {
        'MAPLatitude': 38.905991,
        'MAPLongitude': -76.987828,
        'MAPCaptureTime': '2018_05_20',
        'track': {'point': [-76.987828, 38.905991], 'sizes': [3.5, 4.2], 'remark': 'at 38.905991,-76.987828'},
        'tags': ['car', 'geo:lat=38.9'],
        'nothing': None,
    }
    kept = json.loads(without_places(json.dumps(document)))
    assert kept == {
        'MAPCaptureTime': '2018_05_20',
        'track': {'sizes': [3.5, 4.2]},
        'tags': ['car'],
        'nothing': None,
    }
    assert without_places('{"lat": 38.9, "lon": -76.9}') is None
    assert without_places('{"a": 1}') == '{"a": 1}'


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-16-le', 'utf-16-be', 'latin-1'])
def test_bytes_of_any_encoding(encoding):
    wanted = MetadataFilter(strip_location=True)
    assert wanted.raw_text('Zürich by night'.encode(encoding)) == 'Zürich by night'.encode(encoding)
    assert not wanted.notes
    assert wanted.raw_text('38.905991,-76.987828 Zürich'.encode(encoding)) is None
    assert wanted.raw_text('{"MAPLatitude": 38.9, "a": 1}'.encode(encoding)) == '{"a": 1}'.encode(encoding)
    assert wanted.notes == ['left out: texts that tell a place']
    assert MetadataFilter().raw_text('38.905991,-76.987828'.encode(encoding))


def test_data_are_no_text():
    wanted = MetadataFilter()
    assert wanted.text('/9j/4AAQSkZJRgABAQ' * 40) is None
    assert wanted.text('/9j/4AAQSkZJRgABAQ' * 4 + '\n' + ('A' * 76 + '\n') * 7) is None
    assert wanted.notes == ['left out: data in texts']
    long_text = 'A caption of many words, more than a picture needs. ' * 100
    assert wanted.text(long_text) == long_text
