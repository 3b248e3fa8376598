"""The reader's pages: Starlette, templates rendered on the server, and small modules of JavaScript that
nothing needed for reading depends on."""
