"""The program `copay`: parse, call, print. `copay` is the door, `cli` the frame, `commands` what it does."""
