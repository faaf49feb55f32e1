"""Work that an answer does not wait for is bounded, whoever asks for it."""

import time
from threading import Event, Lock

import pytest

from scorecard.services import background

pytestmark = pytest.mark.one_database


def test_a_flood_of_work_takes_four_threads_and_is_dropped_beyond_a_thousand(settings, monkeypatch, caplog):
    settings.MAIL_IN_BACKGROUND = True
    monkeypatch.setattr(background, "SECONDS_UNTIL_WORK", 0)
    lock, may_end, begun, done = Lock(), Event(), [], []

    def work():
        with lock:
            begun.append(1)
        may_end.wait(30)
        with lock:
            done.append(1)
            if len(done) == 1:
                raise ValueError

    def wait_for(rows, count):
        until = time.monotonic() + 20
        while len(rows) < count and time.monotonic() < until:
            time.sleep(0.01)
        return len(rows)

    try:
        for _ in range(1010):
            background.in_background(work)
        assert wait_for(begun, 4) == 4
        time.sleep(0.05)
        assert len(begun) == 4
        dropped = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        assert len(dropped) == 6
        assert "忘記密碼的申請則須重新提出" in dropped[0]
    finally:
        may_end.set()
    assert wait_for(done, 1004) == 1004
    # What failed has left its place free.
    background.in_background(lambda: done.append(2))
    assert wait_for(done, 1005) == 1005
