"""What can go wrong between a finished simulation and its folder, in words for the user."""


class RunFailed(Exception):
    """The run could not be finished or kept for a reason outside its input, such as a full disk."""


class FolderRefused(Exception):
    """The folder that the user asked for cannot hold this run."""
