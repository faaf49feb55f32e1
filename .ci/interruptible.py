"""interruptible.py MODULE [ARGUMENT…]: what `python -m` does, but Ctrl-C ends it at once and without a traceback.

Whoever starts this blocks SIGINT; otherwise Ctrl-C might reach Python before this program has its say.
"""

import os
import runpy
import signal
import sys


def main():
    sys.argv = sys.argv[1:]
    sys.path[0] = os.getcwd()
    # Not a KeyboardInterrupt: one that is raised where exceptions are swallowed, such as in a callback of the garbage
    # collector, would be lost, and the program would go on.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
