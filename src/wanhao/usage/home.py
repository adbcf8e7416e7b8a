"""Where the meter's folders lie, for whoever reads its archive from another process."""

from pathlib import Path

from wanhao.usage.folders import Folders
from wanhao.usage.models import MeterHome
from wanhao.values.errors import WanhaoError


def note_home(folders: Folders) -> None:
    """Write down where the meter that counts for this database keeps its files."""
    MeterHome.objects.update_or_create(id=1, defaults={"folder": str(folders.root.absolute())})


def home() -> Folders:
    """The folders of this database's meter; WanhaoError where there are none within reach."""
    row = MeterHome.objects.first()
    if row is None:
        raise WanhaoError(
            "No meter has counted for this database yet.", "Start one with: wanhao meter"
        )
    folders = Folders(Path(row.folder))
    if not folders.archive.is_dir():
        raise WanhaoError(
            f"The archive of the meter is not here: {folders.archive}.",
            "Ask on the machine on which the meter runs, or mount its data folder there.",
        )
    return folders
