"""What every command shares: options, the reading of lines, sentences for failures, tables and labels."""
