"""Records that are wrong on purpose: the block `inject:` of an experiment (docs/analyse.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.kinds import Block, Name, PositiveDays, Whole

Part = Annotated[float, Field(gt=0, le=1)]


class SampleRatio(Block):
    """A share of an arm's customers never gets a record."""

    arm: Name
    share: Part


class LateExposure(Block):
    """A share of the arms' customers is filed under its arm from a day on; who left before, under the reference."""

    share: Part
    days: PositiveDays


class NonCompliance(Block):
    """A share of the arms' customers gets what the reference gets."""

    share: Part


class LostRecords(Block):
    """A share of those who left has no record."""

    share: Part


class DuplicatedRecords(Block):
    """A share of all records stands twice."""

    share: Part


class Peeking(Block):
    """The trial is looked at so often, evenly spaced, and analysed at the first look that finds a difference."""

    looks: Annotated[Whole, Field(ge=2, le=100)]


class MisloggedRedemption(Block):
    """A share of redemptions is logged under another customer of the trial."""

    share: Part


class Inject(Block):
    """What is done to a trial's records before they are analysed; each alone, to the same trials."""

    sample_ratio: SampleRatio | None = None
    late_exposure: LateExposure | None = None
    non_compliance: NonCompliance | None = None
    lost_records: LostRecords | None = None
    duplicated_records: DuplicatedRecords | None = None
    peeking: Peeking | None = None
    mislogged_redemption: MisloggedRedemption | None = None
