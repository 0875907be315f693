"""What a project does with the money, stage by stage."""
