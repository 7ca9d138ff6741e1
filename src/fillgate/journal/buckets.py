"""Buckets: how tables of random names stay cheap to insert into, however large they are.

Names that are random would be inserted all over a table, and each commit would write as many pages
as it has names. In a bucket lie those of some thousand events that follow each other, so that
inserts touch a small part of the table. To find one is to look into each bucket.
"""

from typing import Final

__all__ = ["bucket_of", "each_bucket"]

_BITS: Final = 12
_FIRST: Final = 1 << 20
"""Buckets of the first layout, by months, are below."""


def bucket_of(position: int) -> int:
    """Return the bucket of a name that was told of at this position."""
    return _FIRST + (position >> _BITS)


def each_bucket(table: str) -> str:
    """Return SQL that makes a table `found` of the buckets of a table, the oldest first.

    Its last row is NULL. It costs one seek a bucket.
    """
    return f"""
        WITH RECURSIVE found (bucket) AS (
            SELECT min(bucket) FROM {table}
            UNION ALL
            SELECT (SELECT min(bucket) FROM {table} WHERE bucket > found.bucket)
            FROM found WHERE bucket IS NOT NULL
        )
    """  # noqa: S608 - names of tables are constants
