"""What the command answers: a document for programs, a text for people, and what is wrong."""
