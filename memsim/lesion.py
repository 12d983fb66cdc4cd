"""A lesion: parts of a network that stop working at a certain step."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Lesion:
    """Parts of a network that no longer work, as in a patient; weights stay as they were learnt.

    Where the controller is itself a DNC, they are parts of the outer network.

    Parameters
    ----------
    temporal_links : bool
        Reads follow the links neither forward nor backward.
    content_lookup : bool
        Neither reads nor writes find anything by content.
    allocation : bool
        No unused location is found for a write.
    free_gates : bool
        No location is ever freed.
    controller_recurrence : bool
        The controller forgets its state before every step.
    read_heads, write_heads : tuple of int
        Heads, from 0, that attend to no location. What the usage allots to a write head stays
        allotted to it, for those after it in the same step.
    blocks : tuple of int
        Memory blocks, from 0, that are neither written nor read.
    from_step : int
        First step, from 0, at which they do not work: 0 is before the first event of a list.

    Examples
    --------
    >>> amnesia = Lesion(temporal_links=True, from_step=10)
    >>> amnesia.at(9) is None, amnesia.at(10) is amnesia
    (True, True)
    """

    temporal_links: bool = False
    content_lookup: bool = False
    allocation: bool = False
    free_gates: bool = False
    controller_recurrence: bool = False
    read_heads: tuple[int, ...] = ()
    write_heads: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    from_step: int = 0

    def __post_init__(self) -> None:
        for name in ("read_heads", "write_heads", "blocks"):
            given = getattr(self, name)
            if not isinstance(given, tuple) or not all(isinstance(part, int) for part in given):
                raise ValueError(
                    f"{name} must be a tuple of numbers from 0, such as {name}=(0,), got {given!r}"
                )
        if self.from_step < 0:
            raise ValueError(f"from_step must be 0 or more, got {self.from_step}")
        if not self.parts:
            raise ValueError(
                "a lesion must name at least one part: "
                + ", ".join(field.name for field in fields(self) if field.name != "from_step")
            )

    @property
    def parts(self) -> list[str]:
        """Names of the parts that do not work."""
        return [
            field.name
            for field in fields(self)
            if field.name != "from_step" and getattr(self, field.name)
        ]

    def check_numbers(self, **there: int) -> None:
        """Raise a ValueError for a numbered part beyond those there are, such as read_heads=4."""
        for name, n in there.items():
            for part in getattr(self, name):
                if not 0 <= part < n:
                    raise ValueError(
                        f"a lesion of {name}={part}: the network has {n}, numbered from 0"
                    )

    def at(self, step: int) -> "Lesion | None":
        """The lesion, if it is there at this step."""
        return self if step >= self.from_step else None
