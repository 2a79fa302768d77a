"""EC2: flow logs keep the form they are delivered in, and a launch template's own tags are not those of its instances.

moto forgets the one, and Terraform would replace the flow log at every plan; it mixes up the other, and Terraform would
make another version of the template, and roll all nodes, at every apply.
"""

from moto.ec2.models.launch_templates import LaunchTemplateBackend
from moto.ec2.responses.flow_logs import FlowLogs


def extend():
    create_flow_logs, create_template = FlowLogs.create_flow_logs, LaunchTemplateBackend.create_launch_template

    def with_destination_options(self):
        before = set(self.ec2_backend.flow_logs)
        answer = create_flow_logs(self)
        asked = self._get_param("DestinationOptions") or {}
        for name in set(self.ec2_backend.flow_logs) - before:
            self.ec2_backend.flow_logs[name].destination_options = {
                "FileFormat": asked.get("FileFormat", "plain-text"),
                "HiveCompatiblePartitions": _is_true(asked.get("HiveCompatiblePartitions")),
                "PerHourPartition": _is_true(asked.get("PerHourPartition")),
            }
        return answer

    def without_its_own_tags(self, name, description, template_data, tag_spec):
        specifications = [one for one in template_data.get("TagSpecifications", []) if one["ResourceType"] != "launch-template"]
        template_data.pop("TagSpecifications", None)
        if specifications:
            template_data["TagSpecifications"] = specifications
        return create_template(self, name, description, template_data, tag_spec)

    FlowLogs.create_flow_logs = with_destination_options
    LaunchTemplateBackend.create_launch_template = without_its_own_tags


def _is_true(value):
    return str(value).lower() == "true"
