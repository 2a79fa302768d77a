package plimsoll.release.ask.finding_waived

import data.plimsoll.release.waived

# METADATA
# title: A waived finding is seen by people
# description: A waiver lets a finding pass that would deny; it never lets a release pass unseen, in no environment.
# custom:
#   code: finding.waived
#   solution: Read the waivers, then ask a member of an approver group who owns none of them.
#   controls: [NIST 800-53 RA-5, NIST 800-53 CA-5]
reasons contains rego.metadata.rule().custom.code if count(waived.in_play) > 0
