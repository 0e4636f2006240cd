"""How complete the data is: health, what is missing, what contradicts itself, what was filled in, when alerts came."""
