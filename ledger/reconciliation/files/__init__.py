"""Files of the other side: a profile says how one is laid out, readers and writers do what it says. Pure."""
