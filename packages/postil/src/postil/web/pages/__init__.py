"""One page a file; each turns a request into values for one template."""
