"""Between files and the desk: what commands and the unattended day share.

party    whom a period is reconciled with, and how it is named on a command line
incoming files by their profiles: rows to be taken, a finding, or everything that is wrong
sides    our side of a period, and the rules of its files
day      a folder of files, from end to end
"""
