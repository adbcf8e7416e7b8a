"""The detail archive (详单): a Parquet file per batch, compacted by day, kept, held, encrypted."""

from wanhao.usage.archive.batch_files import AHEAD, doubtful, read_archive, write_archive
from wanhao.usage.archive.layout import archive_path, batch_number
from wanhao.usage.archive.restoring import ArchivedBatches

__all__ = [
    "AHEAD",
    "ArchivedBatches",
    "archive_path",
    "batch_number",
    "doubtful",
    "read_archive",
    "write_archive",
]
