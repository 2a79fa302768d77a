"""EKS: access entries and their policies, add-ons, pod identities, updates, and a cluster's access configuration."""

import hashlib
import uuid

import moto.eks.urls as urls
from answers import body, ok, path_parts, refused, timestamp
from moto.eks.models import eks_backends
from moto.eks.responses import EKSResponse

# By cluster and then what names the thing within it. Gone with the process, like all of moto.
ENTRIES, POLICIES, ADDONS, IDENTITIES = {}, {}, {}, {}
CLUSTER = "{0}/clusters/(?P<name>[^/]+)/"


def extend():
    for call in CALLS:
        setattr(EKSResponse, call.__name__, call)
    for path in (
        "access-entries$",
        "access-entries/(?P<principalArn>.+)/access-policies/(?P<policyArn>.+)$",
        "access-entries/(?P<principalArn>.+)/access-policies$",
        "access-entries/(?P<principalArn>.+)$",
        "addons$",
        "addons/(?P<addonName>[^/]+)$",
        "pod-identity-associations$",
        "pod-identity-associations/(?P<associationId>[^/]+)$",
        "updates/(?P<updateId>[^/]+)$",
    ):
        urls.url_paths[CLUSTER + path] = EKSResponse.dispatch
    _with_access_configuration()
    _with_node_groups_as_asked()


def _with_access_configuration():
    """moto forgets a cluster's access configuration, and Terraform would replace the cluster at every plan."""
    create = EKSResponse.create_cluster

    def create_cluster(self):
        answer = create(self)
        asked = body(self)
        given = asked.get("accessConfig") or {}
        # As AWS takes them where nothing is said.
        eks_backends[self.current_account][self.region].clusters[asked["name"]].access_config = {
            "authenticationMode": given.get("authenticationMode", "CONFIG_MAP"),
            "bootstrapClusterCreatorAdminPermissions": given.get("bootstrapClusterCreatorAdminPermissions", True),
        }
        return answer

    EKSResponse.create_cluster = create_cluster


def _with_node_groups_as_asked():
    """moto invents an SSH key and a disk that nobody asked for, and forgets how updates go: Terraform would replace the group."""
    create = EKSResponse.create_nodegroup

    def create_nodegroup(self):
        answer = create(self)
        asked = body(self)
        cluster = eks_backends[self.current_account][self.region].clusters[_cluster(self)]
        group = cluster.nodegroups[asked["nodegroupName"]]
        group.remote_access = asked.get("remoteAccess")
        group.disk_size = asked.get("diskSize", None if asked.get("launchTemplate") else 20)
        group.update_config = asked.get("updateConfig") or {"maxUnavailable": 1}
        return answer

    EKSResponse.create_nodegroup = create_nodegroup


def _cluster(self):
    return path_parts(self)["name"]


def _arn(self, kind, *parts):
    return f"arn:aws:eks:{self.region}:{self.current_account}:{kind}/" + "/".join(parts)


def _known(self):
    return _cluster(self) in eks_backends[self.current_account][self.region].clusters


def _missing(what):
    return refused("ResourceNotFoundException", f"no such {what}")


# ---- access entries


def create_access_entry(self):
    asked, cluster = body(self), _cluster(self)
    key = (cluster, asked["principalArn"])
    if not _known(self):
        return _missing("cluster")
    if key in ENTRIES:
        return refused("ResourceInUseException", "the access entry exists", 409)
    ENTRIES[key] = {
        "clusterName": cluster,
        "principalArn": key[1],
        "kubernetesGroups": asked.get("kubernetesGroups", []),
        "type": asked.get("type", "STANDARD"),
        "username": asked.get("username") or key[1],
        "tags": asked.get("tags", {}),
        "accessEntryArn": _arn(self, "access-entry", cluster, hashlib.sha256(key[1].encode()).hexdigest()[:32]),
        "createdAt": timestamp(),
        "modifiedAt": timestamp(),
    }
    return ok({"accessEntry": ENTRIES[key]})


def describe_access_entry(self):
    entry = ENTRIES.get((_cluster(self), path_parts(self)["principalArn"]))
    return ok({"accessEntry": entry}) if entry else _missing("access entry")


def update_access_entry(self):
    entry = ENTRIES.get((_cluster(self), path_parts(self)["principalArn"]))
    if entry is None:
        return _missing("access entry")
    entry.update({key: value for key, value in body(self).items() if key in ("kubernetesGroups", "username")})
    return ok({"accessEntry": entry})


def delete_access_entry(self):
    ENTRIES.pop((_cluster(self), path_parts(self)["principalArn"]), None)
    return ok({})


def associate_access_policy(self):
    asked = body(self)
    key = (_cluster(self), path_parts(self)["principalArn"])
    if key not in ENTRIES:
        return _missing("access entry")
    policy = {"policyArn": asked["policyArn"], "accessScope": asked["accessScope"], "associatedAt": timestamp(), "modifiedAt": timestamp()}
    POLICIES.setdefault(key, {})[asked["policyArn"]] = policy
    return ok({"clusterName": key[0], "principalArn": key[1], "associatedAccessPolicy": policy})


def list_associated_access_policies(self):
    key = (_cluster(self), path_parts(self)["principalArn"])
    return ok({"clusterName": key[0], "principalArn": key[1], "associatedAccessPolicies": list(POLICIES.get(key, {}).values())})


def disassociate_access_policy(self):
    parts = path_parts(self)
    POLICIES.get((parts["name"], parts["principalArn"]), {}).pop(parts["policyArn"], None)
    return ok({})


# ---- add-ons


def create_addon(self):
    asked, cluster = body(self), _cluster(self)
    if not _known(self):
        return _missing("cluster")
    ADDONS[(cluster, asked["addonName"])] = {
        "addonName": asked["addonName"],
        "clusterName": cluster,
        "status": "ACTIVE",
        "addonVersion": asked.get("addonVersion", "v1.0.0-eksbuild.1"),
        "configurationValues": asked.get("configurationValues"),
        "health": {"issues": []},
        "addonArn": _arn(self, "addon", cluster, asked["addonName"], uuid.uuid4().hex),
        "createdAt": timestamp(),
        "modifiedAt": timestamp(),
        "tags": asked.get("tags", {}),
        "podIdentityAssociations": [],
    }
    return describe_addon(self)


def describe_addon(self):
    addon = ADDONS.get((_cluster(self), path_parts(self).get("addonName") or body(self).get("addonName")))
    return ok({"addon": addon}) if addon else _missing("add-on")


def delete_addon(self):
    addon = ADDONS.pop((_cluster(self), path_parts(self)["addonName"]), None)
    return ok({"addon": addon}) if addon else _missing("add-on")


# ---- pod identities


def create_pod_identity_association(self):
    asked, cluster = body(self), _cluster(self)
    if not _known(self):
        return _missing("cluster")
    identity = "a-" + uuid.uuid4().hex[:17]
    IDENTITIES[(cluster, identity)] = {
        "clusterName": cluster,
        "associationId": identity,
        "associationArn": _arn(self, "podidentityassociation", cluster, identity),
        "namespace": asked["namespace"],
        "serviceAccount": asked["serviceAccount"],
        "roleArn": asked["roleArn"],
        "tags": asked.get("tags", {}),
        "createdAt": timestamp(),
        "modifiedAt": timestamp(),
    }
    return ok({"association": IDENTITIES[(cluster, identity)]})


def describe_pod_identity_association(self):
    association = IDENTITIES.get((_cluster(self), path_parts(self)["associationId"]))
    return ok({"association": association}) if association else _missing("pod identity association")


def delete_pod_identity_association(self):
    association = IDENTITIES.pop((_cluster(self), path_parts(self)["associationId"]), None)
    return ok({"association": association}) if association else _missing("pod identity association")


# ---- updates


def describe_update(self):
    """Every update is over at once: moto changes a cluster while it answers."""
    update = {"id": path_parts(self)["updateId"], "status": "Successful", "type": "ConfigUpdate", "params": [], "errors": []}
    return ok({"update": {**update, "createdAt": timestamp()}})


CALLS = (
    create_access_entry,
    describe_access_entry,
    update_access_entry,
    delete_access_entry,
    associate_access_policy,
    list_associated_access_policies,
    disassociate_access_policy,
    create_addon,
    describe_addon,
    delete_addon,
    create_pod_identity_association,
    describe_pod_identity_association,
    delete_pod_identity_association,
    describe_update,
)
