"""How many documents of a corpus hold each of its keys, counted in bounded memory and without regard to order.

Every shard writes its pairs of key and document, hashed and sorted, to files (`spill`). These are merged range by range
(`merge`) into one sorted table on disk (`table`), which any number of processes look keys up in. `folder` is where all
of this lies meanwhile.
"""

from ingest.counts.folder import CountFolder
from ingest.counts.merge import merge
from ingest.counts.spill import Spill
from ingest.counts.table import Table, TableFacts

__all__ = ["CountFolder", "Spill", "Table", "TableFacts", "merge"]
