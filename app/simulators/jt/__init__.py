"""A strict J&T open platform on loopback: two digests, one in the header and one in the body."""

from app.simulators.jt.records import JtAccount, JtOrder, JtQuirks, JtScan, RepeatReply
from app.simulators.jt.simulator import JtSimulator

__all__ = ["JtAccount", "JtOrder", "JtQuirks", "JtScan", "JtSimulator", "RepeatReply"]
