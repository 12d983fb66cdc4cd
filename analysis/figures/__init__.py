"""One function per figure; all take result tables, in one style."""
