"""Where papers come from: files of records, line by line, in the forms that Postil reads."""
