"""The workspace where an agency writes, sends and follows its projects."""
