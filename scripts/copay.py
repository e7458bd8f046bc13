"""The program `copay`. The door imports nothing heavy, so that even its first moments can be interrupted."""

import sys

INTERRUPTED = 130
"""The exit status after Ctrl-C: 128 and the number of SIGINT, as shells have it."""


def main() -> int:
    """Run one command of the program and return its exit status."""
    try:
        from scripts.cli.app import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        print("copay: interrupted", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
