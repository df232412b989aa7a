"""How fast the engine is, and the plain SimPy model that it is compared with."""
