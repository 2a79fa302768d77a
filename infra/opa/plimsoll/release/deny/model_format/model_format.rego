package plimsoll.release.deny.model_format

import data.plimsoll.lib

# METADATA
# title: A model is data, not a program
# description: >-
#   A pickle runs code when it is loaded, by design; a scanner knows bad names, and a pickle can call names that nobody
#   has listed. It is told by its content, whatever it is called.
# custom:
#   code: model.unsafeFormat
#   solution: Export the model as safetensors, ONNX or skops.
#   controls: [OWASP ML06 2023, NIST 800-53 SI-7, SOC 2 CC7.1]
#   waivable: true
violations contains violation if {
	some finding in lib.findings
	finding.rule == "PickleFormat"
	message := sprintf("%s is a pickle, which runs code when it is loaded", [finding.address])
	violation := lib.violation_at(rego.metadata.rule(), finding.address, message)
}
