"""An arXiv that misbehaves on purpose: a stand-in for its four interfaces, to test and to read offline.

`world.World` is the truth, `server.FakeArxiv` serves it, `faults.FAULTS` are the ways to misbehave,
`clock` has times that can be wound, `server.FakeTransport` and `http_server.serving` are the two ways to
ask. The interfaces and faults read no paper as the reader does: they are what the reader is judged against.
"""
