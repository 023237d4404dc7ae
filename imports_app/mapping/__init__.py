"""From columns of a file to properties.

facts     what the whole file says of each column
kinds     texts as values of a kind, in SQL
columns   which column becomes which property, and who is identified by which
guess     the mapping that is proposed
"""
