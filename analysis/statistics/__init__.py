"""From the measures of each subject to intervals, tests and comparisons of sources."""
