"""Motorcycles, scooters and mopeds, built of solids, so that they can be seen from all sides."""
