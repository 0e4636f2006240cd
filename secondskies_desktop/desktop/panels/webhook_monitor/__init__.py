"""How alerts arrive: the way in, every arrival with what became of it, and a look inside each."""
