"""Starting, watching and stopping the processes of Roster on one machine."""
