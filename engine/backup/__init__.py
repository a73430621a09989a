"""One file that holds an installation, and the way back from it.

The file is a zip: the database as of one moment, the documents it names, the signing key, and a
manifest with a digest of every part. Documents are never changed once written, so those copied
after the database are at least all that it names.
"""

from engine.backup.making import back_up
from engine.backup.restoring import Restored, restore

__all__ = ["Restored", "back_up", "restore"]
