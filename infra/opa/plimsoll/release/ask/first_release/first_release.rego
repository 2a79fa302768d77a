package plimsoll.release.ask.first_release

# METADATA
# title: A first release has nobody to compare with
# description: Without a live version the judge has absolute limits only.
# custom:
#   code: approval.firstRelease
#   solution: Ask a member of an approver group.
#   controls: [NIST 800-53 CM-4]
reasons contains rego.metadata.rule().custom.code if input.firstRelease
