"""Who keeps which promises. QUICK kinds are looked for between two messages, SLOW ones beside them.

A keeper is quick when all it does for 500 promises takes well under a second.
"""

from wanhao.promises.contracts import Keeper

QUICK: dict[str, Keeper] = {}
SLOW: dict[str, Keeper] = {}
