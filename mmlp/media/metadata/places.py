"""Recognises texts that tell a place: coordinates in the notations that cameras, phones and people use.

Names of places within sentences are not recognised, as nothing but a gazetteer could; names that stand under
a label or a key ("City: ...", ``photoshop:City``) are.
"""

from __future__ import annotations

import json
import re
from typing import Any

#: Words anywhere in the name of a field that holds a place, and names that do so as a whole.
_PLACE_WORDS = frozenset(
    {'gps', 'geotag', 'geolocation', 'geohash', 'geopoint', 'location', 'locations', 'sublocation'}
    | {'latitude', 'longitude', 'altitude', 'lat', 'lng', 'lon', 'latlon', 'latlng', 'lonlat', 'latitud'}
    | {'longitud', 'breitengrad', 'iso6709', 'placename', 'city', 'country', 'countryname', 'countrycode'}
    | {'province', 'worldregion', 'street', 'suburb', 'postcode', 'zipcode', 'mgrs', 'pluscode', 'nmea'}
)
_PLACE_NAMES = frozenset(
    {'geo', 'loc', 'place', 'places', 'state', 'town', 'village', 'address', 'coordinate', 'coordinates'}
    | {'coords', 'elevation', 'ele', 'xyz', 'long', 'laengengrad', 'standort', 'ort', 'adresse', 'lieu'}
    | {'lugar', 'what3words'}
)
#: The photographer's own address, points within the picture, addresses of machines.
_OTHER_NAMES = re.compile(r'^CiAdr|^Subject(Location|Area)|(mac|ip|mail|web|host).?address', re.IGNORECASE)
_WORDS = re.compile(r'ISO6709|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+')

_NUMBER = r'[-+]?\d{1,3}(?:[.,]\d+)?'
_DEGREES = r'\s*(?:Â?[°º]|˚|\bdeg(?:rees?)?\b\.?|&deg;)\s*'
_MINUTES = r'\d{1,2}(?:[.,]\d+)?\s*(?:[\'’′`´]|\bmin\b)\s*'
_SECONDS = r'(?:\d{1,2}(?:[.,]\d+)?\s*(?:["”″]|\'\'|’’|′′|\bsec\b)?\s*)?'
#: Degrees with decimals, or with minutes and perhaps seconds, in numbers alone.
_ANGLE = (
    r'(?:\d{1,3}[.,]\d{2,}|\d{1,3}[\s°º˚:,]+\d{1,2}(?:[.,]\d+)?(?:[\s\'′’:,]+\d{1,2}(?:[.,]\d+)?)?)'
    r'[\s"″”\'′°]*'
)
_LATITUDE_WORDS = r'latitud|breitengrad|широта|纬度|緯度'
_LONGITUDE_WORDS = r'longitud|l(?:ä|ae)ngengrad|долгота|经度|経度|經度'
_AFTER_LABEL = rf'(?:[^\w+.-]|\.(?!\d)|_|ref|[NSEW](?=[\s\d])){{0,6}}{_NUMBER}(?!\d)'
_LABELS = (
    r'GPS|location|place|city|town|address|country|ort|adresse|standort|lieu|ville|ubicaci[oó]n|lugar|ciudad|'
    r'luogo|citt[aà]|位置|地点|地址|место'
)

#: Notations in which a letter's case matters.
_EXACT = (
    # N 38.905991, W 76.987828; 38.905991N 76.987828W; N 38 54 21.57 W 76 59 16.18; 38,54.3595N.
    rf'(?<!\w)[NS]\s*{_ANGLE}[,;/\s]*[EWO]\s*{_ANGLE}',
    rf'(?<![\w.]){_ANGLE}[NS]\b[,;/\s]*{_ANGLE}[EWO]\b',
    r'(?<!\w)[NSEW]\s*\d{1,3}\.\d{4,}(?!\w)|(?<![\w.])\d{1,3}\.\d{4,}\s*[NSEW]\b',
    r'(?<![\w.])\d{1,3},\d{1,2}(?:\.\d+|,\d{1,2}(?:\.\d+)?)[NSEW]\b',
    # Plus codes, whole ones and short ones before a name; MGRS to ten metres; UTM.
    r'(?<![\w+])[2-9C][2-9CFGHJMPQRV][2-9CFGHJMPQRVWX]{6}\+[2-9CFGHJMPQRVWX]{2,3}(?!\w)',
    r'(?<![\w+])(?=\d*[C-X])(?=[A-Z]*\d)[2-9CFGHJMPQRVWX]{4}\+[2-9CFGHJMPQRVWX]{2,3},?\s+[^\W\d_]{3}',
    r'(?<!\w)(?:[1-9]|[1-5]\d|60)[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?(?:\d{4}\s?\d{4}|\d{5}\s?\d{5})(?!\w)',
    r'(?<!\w)(?:[1-9]|[1-5]\d|60)\s?[C-HJ-NP-X]\s+\d{6}(?:\.\d+)?\s*m?E?[\s,]+\d{6,7}(?:\.\d+)?(?!\d)',
)
#: Notations in which it does not.
_LOOSE = (
    # 38°54'21.57"N, N 38° 54.36', 38 deg 54' 21.57" N, 38.905991° N.
    rf'\d{{1,3}}{_DEGREES}{_MINUTES}{_SECONDS}(?:[NSEWO]\b|North|South|East|West|Nord|S[uü]d|Ost)',
    rf'(?<!\w)[NSEWO]\s*\d{{1,3}}{_DEGREES}{_MINUTES}',
    rf'\d{{1,3}}[.,]\d{{3,}}{_DEGREES}[NSEWO]\b|(?<!\w)[NSEWO]\s*\d{{1,3}}[.,]\d{{3,}}{_DEGREES}',
    rf'\d{{1,3}}{_DEGREES}{_MINUTES}{_SECONDS}[,;/\s]+[-+]?\d{{1,3}}{_DEGREES}{_MINUTES}',
    # ISO 6709, as QuickTime and Android write it: +38.9060-076.9878/, +385421-0765916/.
    r'(?<![\w+-])[+-]\d{2}(?:\d{2}){0,2}\.\d+[+-]\d{3}(?:\d{2}){0,2}\.\d+',
    r'(?<![\w+-])[+-]\d{2}(?:\d{2}){0,2}[+-]\d{3}(?:\d{2}){0,2}(?:[+-]\d+(?:\.\d+)?)?(?:CRS\w+)?/',
    # MAPLatitude: 38.9, GPSLongitude=..., geo:lat=...
    rf'(?:{_LATITUDE_WORDS}|{_LONGITUDE_WORDS})\w{{0,12}}{_AFTER_LABEL}',
    rf'\b(?:geo|gps)[:_\s-]*(?:lat|lon|lng|long){_AFTER_LABEL}',
    rf'\bGPS\w{{0,12}}\W{{0,4}}(?:[a-z]{{1,12}}\W{{0,4}})?'
    rf'(?:{_NUMBER}\s*[,;/\s]\s*{_NUMBER}|[-+]?\d{{1,3}}[.,]\d{{3,}})',
    r'\bgeohash\b\W{1,3}[0-9b-hjkmnp-z]{4,}',
    # NMEA sentences, geo URIs, well-known text, GeoJSON, KML and GPX.
    r'\$?\bG[PNLABQ](?:RMC|GGA|GLL|GNS),',
    rf'\bgeo:{_NUMBER},{_NUMBER}',
    rf'\bPOINT\s*(?:Z|M|ZM)?\s*\(\s*{_NUMBER}\s+{_NUMBER}',
    r'<coordinates>|<trkpt\b|<wpt\b|"coordinates"\s*:',
    # Links to maps.
    r'\b(?:maps\.google\.|google\.[a-z.]+/maps|maps\.app\.goo\.gl|goo\.gl/maps|maps\.apple\.com|bing\.com/maps)',
    r'\b(?:openstreetmap\.org/(?:\?|#map|search|way|node|relation)|osm\.org/|waze\.com/)\S',
    r'\b(?:wego\.here\.com|mapillary\.com/(?:app|map)|yandex\.[a-z.]+/maps|map\.baidu\.com|amap\.com)',
    r'\b(?:what3words\.com/|w3w\.co/|plus\.codes/|geohash\.org/)\S',
    rf'/@{_NUMBER},{_NUMBER}|[?&](?:q|ll|sll|cp|center|query|destination)=(?:loc:)?{_NUMBER}(?:,|%2C|~){_NUMBER}',
    r'(?<![:/\w])///[^\W\d_]{2,}\.[^\W\d_]{2,}\.[^\W\d_]{2,}',
    # A name behind a label, at the start of a text, a line or an entry; keywords in levels.
    rf'(?:^|[\n;|(\[{{,])\s*(?:{_LABELS})\s*[:=：]\s*\S',
    r'^\s*(?:places?|locations?|geo|geography|orte|lieux|lugares)\s*[|/>]\s*\S',
)
_NOTATIONS = [re.compile(pattern) for pattern in _EXACT]
_NOTATIONS += [re.compile(pattern, re.IGNORECASE) for pattern in _LOOSE]
#: Short labels tell a place only together.
_SHORT_LABELS = [
    re.compile(rf'(?<![^\W_])(?:{names}){_AFTER_LABEL}', re.IGNORECASE) for names in ('lat', 'lon|lng|long')
]
_PAIRS = [
    re.compile(
        rf'(?<![\w.:])(?P<first>[-+]?(?:0|[1-9]\d?|1[0-7]\d){point}\d+)(?P<unit>\s*[°º˚])?(?:\s*[,;/|]\s*|\s+)'
        rf'(?P<second>[-+]?(?:0|[1-9]\d?|1[0-7]\d){point}\d+)(?:\s*[°º˚])?(?![\w:/%€$£¥]|{after}\d)'
    )
    for point, after in ((r'\.', r'\.'), (',', '[.,]'))
]
_MONTHS = re.compile(r'(?:[1-9]|1[0-2])[.,](?:19|20)\d\d')
#: No land lies within so many degrees of both the equator and the prime meridian.
_OPEN_SEA = 4.0
#: Digits and signs in full width, as Japanese texts have them, and the typographic minus.
_PLAIN = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x2212: '-', 0x3000: ' '}


def tells_place(text: str) -> bool:
    """Tells whether a text holds coordinates, a link to a map, or a name behind a label such as "City:".

    Known are pairs of decimals ("38.905991,-76.987828"), degrees with minutes and hemispheres, labelled
    numbers ("lat=... lon=..."), ISO 6709, NMEA, geo URIs, GPX, links to maps, plus codes, MGRS, UTM and
    what3words. Prices, dates, sizes, versions and exposures are none of these. Two numbers alone count when
    they have four decimals, or three and nothing stands beside them, and are not both below four.

    Args:
        text (str): Any text.

    Returns:
        bool: Whether it tells a place.
    """
    text = text.translate(_PLAIN)
    if any(pattern.search(text) for pattern in _NOTATIONS):
        return True
    if all(pattern.search(text) for pattern in _SHORT_LABELS):
        return True
    return any(_is_position(match, text) for pattern in _PAIRS for match in pattern.finditer(text))


def _is_position(match: re.Match[str], text: str) -> bool:
    """Tells whether two numbers with decimals are a latitude and a longitude, in either order."""
    numbers = match['first'], match['second']
    values = [abs(float(number.replace(',', '.'))) for number in numbers]
    if max(values) < _OPEN_SEA or min(values) > 90 or all(map(_MONTHS.fullmatch, numbers)):
        return False
    fractions = [re.split('[.,]', number)[1] for number in numbers]
    if all(len(fraction.rstrip('0')) < 2 for fraction in fractions):
        return False
    decimals = min(map(len, fractions))
    signed = any(number[0] in '+-' for number in numbers)
    alone = len(match[0]) >= len(text.strip(' \t\r\n\0()[]{}<>"\''))
    least = 2 if match['unit'] or (signed and alone) else 3 if signed or alone else 4
    return decimals >= least


def names_place(name: str) -> bool:
    """Tells whether a field of this name holds a place: ``GPSLatitude``, ``exif:GPSAltitude``, ``City``, ...

    Args:
        name (str): Name of a field, in one word or several, with or without a prefix.

    Returns:
        bool: Whether it does.
    """
    local = name.strip(' \0©_').rpartition(':')[2]
    if _OTHER_NAMES.search(local):
        return False
    words = [word.lower() for word in _WORDS.findall(name)]
    is_whole = local.lower() in _PLACE_NAMES or ''.join(words) in _PLACE_NAMES
    return is_whole or not _PLACE_WORDS.isdisjoint(words)


def without_places(text: str) -> str | None:
    """Returns what of a text may stay when no place shall be told.

    A text that tells a place goes as a whole, since words beside coordinates mostly name the place too. JSON
    loses the fields that tell it, and stays JSON.

    Args:
        text (str): Any text.

    Returns:
        str | None: The text, JSON without some fields, or None.
    """
    if text.lstrip()[:1] in ('{', '['):
        try:
            document = json.loads(text.strip('\0 \t\r\n'))
        except ValueError:
            pass
        else:
            kept = _without_fields(document)
            if kept != document:
                text = json.dumps(kept, ensure_ascii=False) if kept else ''
    return None if not text or tells_place(text) else text


def _without_fields(value: Any) -> Any:
    """Takes what tells a place out of a JSON document; None where nothing stays."""
    if isinstance(value, dict):
        kept = {key: _without_fields(entry) for key, entry in value.items() if not names_place(key)}
        return {key: kept[key] for key in kept if kept[key] is not None or value[key] is None}
    if isinstance(value, list):
        if all(isinstance(entry, (int, float)) for entry in value):
            return None if tells_place(json.dumps(value)) else value
        kept = [_without_fields(entry) for entry in value]
        return [after for before, after in zip(value, kept) if after is not None or before is None]
    return without_places(value) if isinstance(value, str) and value else value
