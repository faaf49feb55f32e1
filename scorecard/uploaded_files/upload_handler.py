"""Stops an upload that is too large before it fills the disk."""

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from scorecard.domain import policies


class UploadLimits(FileUploadHandler):
    """Stops a file at the largest allowed size, and accepts no more files than a report may have.

    The rest is read and dropped, so the form can still answer. left_out(request) has the names of the dropped files.
    """

    def __init__(self, request=None):
        super().__init__(request)
        self.files = 0
        self.written = 0

    def new_file(self, *args, **kwargs):
        """Django calls this before the first chunk of a file."""
        super().new_file(*args, **kwargs)
        self.files += 1
        self.written = 0
        if self.files > policies.EVIDENCE_FILES_PER_REPORT:
            self._leave_out("")

    def receive_data_chunk(self, raw_data, start):
        """Django calls this for each chunk; the next handlers store the returned data."""
        self.written += len(raw_data)
        if self.written > policies.EVIDENCE_FILE_BYTES:
            self._leave_out(self.file_name)
        return raw_data

    def file_complete(self, file_size):
        """Django calls this after the last chunk. The next handlers make the file."""

    def _leave_out(self, name):
        left_out(self.request).append(name)
        raise SkipFile


def left_out(request):
    """The names, as sent, of the files that were too large; "" for each file beyond the allowed number."""
    if not hasattr(request, "_uploads_left_out"):
        request._uploads_left_out = []
    return request._uploads_left_out
