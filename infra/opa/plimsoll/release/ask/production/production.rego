package plimsoll.release.ask.production

import data.plimsoll.lib

# METADATA
# title: Production takes a second pair of eyes
# description: Whoever asks for a release does not decide alone about production.
# custom:
#   code: approval.production
#   solution: Ask a member of an approver group.
#   controls: [NIST 800-53 CM-3]
reasons contains rego.metadata.rule().custom.code if lib.production
