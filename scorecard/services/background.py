"""Work that an answer does not wait for."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import BoundedSemaphore

from django.conf import settings
from django.db import connection

log = logging.getLogger(__name__)

# By then the answer is on its way: at the same time the work would slow it down, measurably, where there is any.
SECONDS_UNTIL_WORK = 0.2
# Of each process. Anonymous requests ask for work, and each at work may hold a thread and a connection to the database.
MOST_AT_WORK = 4
MOST_WAITING = 1000

_workers = ThreadPoolExecutor(MOST_AT_WORK, thread_name_prefix="background")
_places = BoundedSemaphore(MOST_AT_WORK + MOST_WAITING)


def in_background(work: Callable[[], object]) -> None:
    """Do it when the answer has gone out, so that its time shows nothing of the work.

    Whatever is done only for accounts that exist is done here. It knows the request's number and address, and is lost
    with its process and where too much waits already: a mail that must not be lost is a row before. Who asked for a new
    password meanwhile asks again. MAIL_IN_BACKGROUND=False does it at once.
    """
    if not settings.MAIL_IN_BACKGROUND:
        work()
    elif _places.acquire(blocking=False):
        _workers.submit(copy_context().run, _work_alone, work, time.monotonic() + SECONDS_UNTIL_WORK)
    else:
        log.warning(
            "背景工作已有 %d 件等候，這一件不做：已寫入的信件由 send_mail 排程寄出，忘記密碼的申請則須重新提出。",
            MOST_WAITING,
        )


def _work_alone(work: Callable[[], object], due: float) -> None:
    try:
        time.sleep(max(0, due - time.monotonic()))
        work()
    except Exception:
        log.exception("背景工作未能完成。")
    finally:
        connection.close()
        _places.release()
