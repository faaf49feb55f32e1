"""interruptible.py MODULE [ARGUMENT…]: what `python -m` does, but Ctrl-C ends it without a traceback.

Whoever starts this blocks SIGINT; otherwise Ctrl-C might reach Python before this program has its say.
"""

import os
import runpy
import signal
import sys


def main():
    sys.argv = sys.argv[1:]
    sys.path[0] = os.getcwd()
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    finally:
        # Python's own way out takes a moment, too.
        signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()
