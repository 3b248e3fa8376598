"""Pure string work: accents, markup, mathematics, tokens and the query language. No input or output."""
