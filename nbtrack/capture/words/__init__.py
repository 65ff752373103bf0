"""The words of the field that capture goes by: of names, of text, of calls, of libraries and of magics."""
