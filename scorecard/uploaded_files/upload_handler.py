"""How an upload that is too large is stopped before it fills the disk."""

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from scorecard.domain import policies


class UploadLimits(FileUploadHandler):
    """Stops writing a file at the size one may have, and takes no more files than a report may hold.

    The rest is read and forgotten, so that the form can answer. What was left out is in left_out(request).
    """

    def __init__(self, request=None):
        super().__init__(request)
        self.files = self.written = 0

    def new_file(self, *args, **kwargs):
        """Django's call before the first chunk of a file."""
        super().new_file(*args, **kwargs)
        self.files += 1
        self.written = 0
        if self.files > policies.EVIDENCE_FILES_PER_REPORT:
            self._leave_out("")

    def receive_data_chunk(self, raw_data, start):
        """Django's call for each chunk; what is returned goes on to the handlers that keep it."""
        self.written += len(raw_data)
        if self.written > policies.EVIDENCE_FILE_BYTES:
            self._leave_out(self.file_name)
        return raw_data

    def file_complete(self, file_size):
        """Django's call after the last chunk: the file is made by the handlers behind this one."""

    def _leave_out(self, name):
        left_out(self.request).append(name)
        raise SkipFile


def left_out(request):
    """The names of the files that were too large, as sent; empty for each of too many."""
    if not hasattr(request, "_uploads_left_out"):
        request._uploads_left_out = []
    return request._uploads_left_out
