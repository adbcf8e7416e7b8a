"""`make bench`: the operator of a whole province, from usage files to committed effects."""
