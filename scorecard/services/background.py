"""Work that an answer does not wait for."""

import logging
from collections.abc import Callable
from contextvars import copy_context
from threading import Timer

from django.conf import settings
from django.db import connection

log = logging.getLogger(__name__)

# By then the answer is on its way: at the same time the work would slow it down, measurably, where there is any.
SECONDS_UNTIL_WORK = 0.2


def in_background(work: Callable[[], object]) -> None:
    """Do it when the answer has gone out, so that its time shows nothing of the work.

    Whatever is done only for accounts that exist is done here. It knows the request's number and address, and is lost
    with its process: a mail that must not be lost is a row before. MAIL_IN_BACKGROUND=False does it at once.
    """
    if settings.MAIL_IN_BACKGROUND:
        Timer(SECONDS_UNTIL_WORK, copy_context().run, [_work_alone, work]).start()
    else:
        work()


def _work_alone(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        log.exception("背景工作未能完成。")
    finally:
        connection.close()
