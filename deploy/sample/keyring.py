"""The sample's keys: the ministry's, two verifiers', a coordinator's, and every region's."""

from collections.abc import Mapping

from deploy.keys import Wanted
from deploy.sample.plan import By
from deploy.sample.traits import ALL, PROVINCE
from shared.kernel import names

MINISTRY = Wanted(tenant=names.MINISTRY, role="ministry", history=True)
VERIFIER = Wanted(tenant=PROVINCE, role="verifier", history=True)
# Quality control: another pair of eyes, and so another client, at the ministry.
SECOND = Wanted(tenant=names.MINISTRY, role="verifier", history=True)
# Who coordinates the province: reads its regions, coaches their agencies, states no past.
COORDINATOR = Wanted(tenant=PROVINCE, role="coordinator")
ADMINS: Mapping[str, Wanted] = {
    each.region: Wanted(tenant=each.region, role="region_admin", history=True) for each in ALL
}
WANTED = (MINISTRY, VERIFIER, SECOND, COORDINATOR, *ADMINS.values())


def of(by: By, region: str) -> str:
    """The name of the key that says a fact of the region."""
    match by:
        case "region":
            return ADMINS[region].name
        case "verifier":
            return VERIFIER.name
        case "second":
            return SECOND.name
