"""Whether the bytes of evidence on disk are those that were uploaded."""

import hashlib
from typing import Any

from scorecard.models import Evidence

MISSING = "檔案不在磁碟上"
UNREADABLE = "檔案無法讀取"
CHANGED = "檔案內容與上傳時不同"


class EvidenceDamaged(Exception):
    """The file is not what was uploaded. fault: MISSING, UNREADABLE or CHANGED."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def sha256_of(file: Any) -> bytes:
    """Of the whole open file, in steps; it is then at its end."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").digest()


def open_intact(evidence: Evidence) -> Any:
    """The file, open at its beginning; the caller closes it. Raises EvidenceDamaged.

    A file from before digests were kept is only compared by its size.
    """
    storage = evidence.file.storage
    try:
        # Opened by the storage, and not kept open by the row.
        file = storage.open(str(evidence.file.name), "rb")
    except FileNotFoundError:
        raise EvidenceDamaged(MISSING) from None
    except OSError as error:
        raise EvidenceDamaged(UNREADABLE) from error
    try:
        if file.size != evidence.size or (evidence.digest and sha256_of(file).hex() != evidence.digest):
            raise EvidenceDamaged(CHANGED)
        file.seek(0)
    except OSError as error:
        file.close()
        raise EvidenceDamaged(UNREADABLE) from error
    except EvidenceDamaged:
        file.close()
        raise
    return file


def fault_of(evidence: Evidence) -> str:
    """What is wrong with the file; "" for nothing."""
    try:
        open_intact(evidence).close()
    except EvidenceDamaged as damaged:
        return damaged.fault
    return ""
