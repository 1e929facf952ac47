"""`voxdouble verify mock --against PACK`: the mock judged by what an appliance answered, without a network."""
