"""What all operations share: how they are declared, read, signed, counted, repeated and refused."""
