#!/usr/bin/env python3
"""Builds names.txt, words.txt and cities.txt beside this file. Sources and terms: README.md.

Usage: make_lexicon.py CENSUS_NAMES_DIR SCOWL_SMALL SCOWL_LARGE CODES_DIR GEONAMES_CITIES_JSON
"""
import csv
import json
import re
import sys
import textwrap
import unicodedata
from pathlib import Path

HERE = Path(__file__).parent
SURNAMES_KEPT = 40_000
POPULAR_SURNAMES = 2_000
US_CITY_MIN_POPULATION = 5_000
WORLD_CITY_MIN_POPULATION = 250_000


def fold(text):
    """Lower-case ASCII, as the guard's normaliser leaves a word."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def census(directory, part):
    with open(directory / f"us_census1990_{part}.csv") as rows:
        return [row["name"].lower() for row in csv.DictReader(rows)]


def english(path):
    return {w for w in Path(path).read_text().split() if re.fullmatch(r"[a-z]{2,}", w)}


def clinical(codes):
    """Words that ICD-10-CM and HCPCS Level II use (both public domain), lower-cased."""
    words = set()
    for name, column in [("icd10cm_tabular_2026-04.csv", "description"),
                         ("hcpcs_level2_descriptions_2024_northstar.csv", "hcpcs_description")]:
        with open(codes / name, newline="") as rows:
            for row in csv.DictReader(rows):
                words.update(re.findall(r"[a-z]{4,}", fold(row[column])))
    return words


def cities(path):
    for city in json.loads(Path(path).read_text()).values():
        smallest = US_CITY_MIN_POPULATION if city["countrycode"] == "US" else WORLD_CITY_MIN_POPULATION
        name = re.sub(r"[^a-z]+", "_", fold(city["name"]).replace("'", "")).strip("_")
        if city["population"] >= smallest and len(name) > 3 and name.count("_") < 3:
            yield name


def section(name, words):
    lines = textwrap.wrap(" ".join(sorted(words)), 150, break_on_hyphens=False)
    return "".join(f"{name}: {line}\n" for line in lines)


def main():
    names_dir, small, large, codes, city_file = sys.argv[1:]
    names_dir, codes = Path(names_dir), Path(codes)
    common, known = english(small), english(large)
    medical = clinical(codes)
    first = set(census(names_dir, "female_first")) | set(census(names_dir, "male_first"))
    surname = set(census(names_dir, "surnames")[:SURNAMES_KEPT])
    popular = set(census(names_dir, "surnames")[:POPULAR_SURNAMES])
    vocabulary = common | (medical - first - popular)
    ordinary = known | (medical - popular)
    (HERE / "names.txt").write_text(
        section("first", first - known) + section("first_ordinary", first & known)
        + section("surname", surname - ordinary) + section("surname_ordinary", surname & ordinary))
    (HERE / "words.txt").write_text(section("word", vocabulary))
    (HERE / "cities.txt").write_text(section("city", set(cities(city_file)) - {"of", "city"}))


if __name__ == "__main__":
    main()
