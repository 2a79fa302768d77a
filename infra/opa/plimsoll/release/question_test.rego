# A question to the gate that every rule is content with; each test spoils one thing.
package plimsoll.release_fixture

fingerprint := "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

image := sprintf("registry.example.com/fraud@%s", [fingerprint])

report(tool) := {"tool": tool, "status": "pass", "findings": [], "parseErrors": []}

finding(severity) := {
	"fingerprint": fingerprint,
	"tool": "checkov",
	"rule": "CKV_AWS_18",
	"severity": severity,
	"address": "aws_s3_bucket.models",
	"message": "no access logging",
}

reporting(severity) := {"tool": "tfsec", "status": "fail", "findings": [finding(severity)], "parseErrors": []}

order := {
	"releaseId": "fraud-scorer-staging-0123456789ab",
	"service": "fraud-scorer",
	"team": "risk",
	"environment": "staging",
	"gates": {"blockAt": "high"},
	"infrastructure": null,
	"model": {"version": "2026.11.3", "image": image},
	"rollback": null,
}

# Only a model, into staging.
model_only := {
	"order": order,
	"stage": "complete",
	"reports": [report("checkov manifests"), report("modelscan")],
	"change": null,
	"manifests": [deployment({})],
	"firstRelease": false,
	"waivers": [],
	"at": at,
}

at := "2026-11-25T12:00:00.000Z"

# Of the finding below, where it is found.
waiver := {
	"name": "no-access-log",
	"waives": {"kind": "rule", "rule": "CKV_AWS_18", "address": "aws_s3_bucket.models"},
	"environment": "staging",
	"service": null,
	"reason": "the log bucket comes in December",
	"owner": "ana",
	"from": "2026-11-01T00:00:00.000Z",
	"until": "2026-12-31T23:59:59.999Z",
}

# A model whose scan has one finding that blocks, and these waivers.
waiving(waivers) := object.union(model_only, {
	"reports": array.concat(model_only.reports, [reporting("high")]),
	"waivers": waivers,
})

infrastructure_tools := ["terraform fmt", "terraform validate", "plimsoll", "checkov code", "tfsec", "tflint", "checkov plan"]

changing(resources) := object.union(model_only, {
	"order": {"infrastructure": {"stack": "platform"}, "model": null},
	"manifests": null,
	"reports": [report(tool) | some tool in infrastructure_tools],
	"change": {"resources": resources},
})

resource(type, action, after) := {"address": sprintf("%s.this", [type]), "type": type, "action": action, "after": after}

in_production(question) := object.union(question, {"order": {"environment": "production"}})

container := {
	"name": "model",
	"image": image,
	"resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
	"securityContext": {
		"allowPrivilegeEscalation": false,
		"readOnlyRootFilesystem": true,
		"runAsNonRoot": true,
		"capabilities": {"drop": ["ALL"]},
	},
}

# A Deployment of one container that every rule is content with; the change goes into its pod.
deployment(pod) := {
	"kind": "Deployment",
	"metadata": {"name": "fraud-scorer-a"},
	"spec": {"template": {"spec": object.union({"containers": [container]}, pod)}},
}

# A model whose chart renders to these.
rendering(manifests) := object.union(model_only, {"manifests": manifests})

with_container(change) := rendering([deployment({"containers": [object.union(container, change)]})])

policy(statements) := json.marshal({"Version": "2012-10-17", "Statement": statements})

# An IAM policy of a role with one statement that allows.
allowing(action, resource, condition) := changing([holding("aws_iam_role_policy", [object.union({"Effect": "Allow", "Action": action, "Resource": resource}, condition)])])

holding(type, statements) := named(type, "this", {"policy": policy(statements)})

named(type, name, after) := {"address": sprintf("%s.%s", [type, name]), "type": type, "action": "create", "after": after}

trusting(principal, condition) := changing([named("aws_iam_role", "this", {"assume_role_policy": policy([object.union(
	{
		"Effect": "Allow",
		"Action": "sts:AssumeRole",
		"Principal": principal,
	},
	condition,
)])})])
