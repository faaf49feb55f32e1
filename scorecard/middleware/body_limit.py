"""What may be sent to the site at all, and how an upload that is too large is stopped before it fills the disk."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.shortcuts import render

from scorecard.domain import policies

# The files, and around each its part of the form.
BODY_BYTES = policies.EVIDENCE_BYTES_PER_REPORT + policies.MEGABYTE
# A browser shows an answer only once it could send what it was sending; beyond this the connection is closed on it.
READ_AWAY_BYTES = 2 * BODY_BYTES
BLOCK = 64 * 1024


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


def limit_body(get_response):
    """Middleware: answer 413 to a request that says it is larger than all evidence of a report, without storing it.

    Whoever is not logged in may send a form, but no files.
    """

    def middleware(request):
        size = _stated_size(request)
        # In this order, since to ask who it is costs two queries.
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and size > _most(request):
            _read_away(request, size)
            limit = min(_most(request), policies.EVIDENCE_BYTES_PER_REPORT) // policies.MEGABYTE
            return render(request, "413.html", {"limit": limit}, status=413)
        return get_response(request)

    return middleware


def _stated_size(request):
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _most(request):
    return BODY_BYTES if request.user.is_authenticated else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _read_away(request, size):
    if size <= READ_AWAY_BYTES and request.user.is_authenticated:
        while request.read(BLOCK):
            pass
