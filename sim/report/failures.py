"""What can go wrong between a finished simulation and its folder, in words for the user."""


class RunFailed(Exception):  # noqa: N818 - it names what happened to the run
    """The run could not be finished or kept for a reason outside its input, such as a full disk."""


class FolderRefused(Exception):  # noqa: N818 - it names what happened to the folder
    """The folder that the user asked for cannot hold this run."""
